//! The screens of docs/screens/: what a terminal with 80 columns shows, as SVG. `just screens` records them again.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use pypatch::fetch::Located;

use crate::common::TestEnvironment;
use crate::common::pins;
use crate::common::terminal::Terminal;

const COLUMNS: usize = 80;
/// More than any of the programs prints, so that no pager starts.
const LINES: usize = 400;

/// A screen: the name of its file, the command, and how many lines of it are shown.
const SCREENS: [(&str, &str, usize); 4] = [
    ("plan", "plan catamount-py2.7 python-2.7.18", 24),
    ("diff", "diff catamount-py2.7 python-2.7.18 --edit no-sharedmods", 40),
    ("mistake", "check catamount-py2.7", 40),
    ("matrix", "matrix catamount-py2.5 2.4 2.6 2.7.18 3.2", 48),
];

/// The 16 colours of a dark terminal, each with a contrast of at least 4.5 to the ground.
const PALETTE: [&str; 16] = [
    "#7f848e", "#f2777a", "#8bd17c", "#e5c07b", "#7aa6f2", "#d19bf0", "#66cccc", "#d6dae2", //
    "#9aa0ab", "#ff8f8f", "#a5e897", "#ffd87a", "#93bcff", "#e3b8ff", "#85e6e6", "#ffffff",
];
const GROUND: &str = "#1b1e26";
const PLAIN: &str = "#d6dae2";
const CELL: (usize, usize) = (9, 19);
const MARGIN: usize = 14;

/// How a cell is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
struct Style {
    colour: Option<String>,
    ground: Option<String>,
    bold: bool,
    dim: bool,
    italic: bool,
    underlined: bool,
    reversed: bool,
}

impl Style {
    /// Takes the numbers of a sequence `ESC [ ... m`.
    fn take(&mut self, numbers: &str) {
        let mut numbers = numbers.split([';', ':']).map(|number| number.parse::<usize>().unwrap_or(0));
        while let Some(number) = numbers.next() {
            match number {
                0 => *self = Style::default(),
                1 => self.bold = true,
                2 => self.dim = true,
                3 => self.italic = true,
                4 => self.underlined = true,
                7 => self.reversed = true,
                22 => (self.bold, self.dim) = (false, false),
                23 => self.italic = false,
                24 => self.underlined = false,
                27 => self.reversed = false,
                30..=37 => self.colour = Some(PALETTE[number - 30].to_owned()),
                90..=97 => self.colour = Some(PALETTE[number - 90 + 8].to_owned()),
                40..=47 => self.ground = Some(PALETTE[number - 40].to_owned()),
                100..=107 => self.ground = Some(PALETTE[number - 100 + 8].to_owned()),
                39 => self.colour = None,
                49 => self.ground = None,
                38 | 48 => {
                    let colour = match numbers.next() {
                        Some(5) => Some(indexed(numbers.next().unwrap_or(0))),
                        Some(2) => {
                            let mut part = || numbers.next().unwrap_or(0).min(255);
                            Some(format!("#{:02x}{:02x}{:02x}", part(), part(), part()))
                        }
                        _ => None,
                    };
                    *(if number == 38 { &mut self.colour } else { &mut self.ground }) = colour;
                }
                _ => {}
            }
        }
    }

    fn attributes(&self) -> String {
        let (colour, plain) = if self.reversed { (&self.ground, GROUND) } else { (&self.colour, PLAIN) };
        let mut attributes = format!(" fill=\"{}\"", colour.as_deref().unwrap_or(plain));
        if self.bold {
            attributes.push_str(" font-weight=\"bold\"");
        }
        if self.dim {
            attributes.push_str(" opacity=\"0.75\"");
        }
        if self.italic {
            attributes.push_str(" font-style=\"italic\"");
        }
        if self.underlined {
            attributes.push_str(" text-decoration=\"underline\"");
        }
        attributes
    }

    fn ground(&self) -> Option<&str> {
        if self.reversed { Some(self.colour.as_deref().unwrap_or(PLAIN)) } else { self.ground.as_deref() }
    }
}

/// One of the 256 colours of xterm.
fn indexed(index: usize) -> String {
    match index {
        0..16 => PALETTE[index].to_owned(),
        16..232 => {
            let level = |n: usize| if n == 0 { 0 } else { 55 + 40 * n };
            let n = index - 16;
            format!("#{:02x}{:02x}{:02x}", level(n / 36), level(n / 6 % 6), level(n % 6))
        }
        _ => {
            let grey = 8 + 10 * (index.min(255) - 232);
            format!("#{grey:02x}{grey:02x}{grey:02x}")
        }
    }
}

/// The runs of cells with one style in the lines of a screen: the column where each begins, its text and its style.
fn runs(screen: &str) -> Vec<Vec<(usize, String, Style)>> {
    let mut style = Style::default();
    let mut lines = Vec::new();
    for line in screen.lines() {
        let mut runs: Vec<(usize, String, Style)> = Vec::new();
        let mut column = 0;
        let mut rest = line;
        while let Some(c) = rest.chars().next() {
            if let Some(sequence) = rest.strip_prefix("\u{1b}[") {
                let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
                if sequence[end..].starts_with('m') {
                    style.take(&sequence[..end]);
                }
                rest = &sequence[end + 1..];
                continue;
            }
            rest = &rest[c.len_utf8()..];
            if c.is_control() {
                continue;
            }
            match runs.last_mut() {
                Some((_, text, last)) if *last == style => text.push(c),
                _ => runs.push((column, c.to_string(), style.clone())),
            }
            column += 1;
        }
        lines.push(runs);
    }
    lines
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The picture of a screen below the command that was typed.
fn svg(command: &str, screen: &str) -> String {
    let (width, height) = CELL;
    let typed = format!("\u{1b}[2m$\u{1b}[0m \u{1b}[1m{command}\u{1b}[0m\n{screen}");
    let lines = runs(&typed);
    let (right, bottom) = (MARGIN * 2 + COLUMNS * width, MARGIN * 2 + lines.len() * height);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {right} {bottom}\" width=\"{right}\" height=\"{bottom}\" \
         role=\"img\" aria-label=\"{}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" \
         font-size=\"15\">\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"{GROUND}\"/>\n",
        escaped(command).replace('"', "&quot;")
    );
    for (row, line) in lines.iter().enumerate() {
        let top = MARGIN + row * height;
        for (column, text, style) in line {
            let (x, long) = (MARGIN + column * width, text.chars().count() * width);
            if let Some(ground) = style.ground() {
                writeln!(
                    out,
                    "<rect x=\"{x}\" y=\"{top}\" width=\"{long}\" height=\"{height}\" fill=\"{ground}\"/>"
                )
                .unwrap();
            }
            if text.trim().is_empty() {
                continue;
            }
            // The length keeps columns aligned whatever the font is.
            writeln!(
                out,
                "<text x=\"{x}\" y=\"{}\" textLength=\"{long}\" xml:space=\"preserve\" style=\"white-space: pre\"{}>{}</text>",
                top + height - 5,
                style.attributes(),
                escaped(text)
            )
            .unwrap();
        }
    }
    out.push_str("</svg>\n");
    out
}

/// What a terminal shows of a run of pypatch, in its colours, without what follows.
fn record(env: &TestEnvironment, arguments: &str, shown: usize) -> Option<String> {
    let terminal = Terminal::start(env, COLUMNS, LINES, arguments)?;
    terminal.wait("end", |screen| screen.lines().last().is_some_and(|line| line.starts_with("exit ")));
    let screen = terminal.coloured();
    let mut lines: Vec<&str> = screen.trim_end().lines().collect();
    lines.pop();
    if lines.len() > shown {
        lines.truncate(shown);
        lines.push("\u{1b}[0m...");
    }
    Some(lines.join("\n"))
}

/// `just screens`
#[test]
#[ignore = "writes docs/screens/"]
fn record_the_screens() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let repository = match pins::locate("python-3.12.0") {
        Some(Located::Git { repository, .. }) => repository,
        _ => panic!("set PYPATCH_SOURCES to a git repository with CPython's tags"),
    };
    for (name, arguments, shown) in SCREENS {
        let mut env = TestEnvironment::new();
        env.set("PYPATCH_SOURCES", repository.to_str().unwrap());
        if name == "mistake" {
            let yaml = fs::read_to_string(root.join("patchsets/catamount-py2.7/patchset.yaml")).unwrap();
            env.yaml("catamount-py2.7", yaml);
            let file = "patchsets/catamount-py2.7/patchset.yaml";
            env.edit(file, "makefile.remove-prerequisite", "makefile.remove-prerequisit");
            env.edit(file, "pins: [python-2.7.18]", "pins: python-2.7.18");
        }
        let screen = record(&env, arguments, shown).expect("this needs tmux");
        fs::create_dir_all(root.join("docs/screens")).unwrap();
        fs::write(
            root.join(format!("docs/screens/{name}.svg")),
            svg(&format!("pypatch {arguments}"), &screen),
        )
        .unwrap();
    }
}

#[test]
fn a_screen_is_drawn_in_its_colours_and_columns() {
    let picture = svg("pypatch x", "a \u{1b}[1;31m<b>\u{1b}[0m c\n\u{1b}[48;5;16m  \u{1b}[0m&");
    let lines: Vec<&str> = picture.lines().filter(|line| line.starts_with("<text")).collect();
    let has = |n: usize, parts: &[&str]| {
        assert!(parts.iter().all(|part| lines[n].contains(part)), "{} is not {parts:?}", lines[n]);
    };
    has(0, &["x=\"14\"", ">$</text>"]);
    has(2, &["x=\"14\" y=\"47\" textLength=\"18\"", ">a </text>"]);
    has(3, &["x=\"32\"", PALETTE[1], "bold", ">&lt;b&gt;</text>"]);
    has(4, &["x=\"59\"", PLAIN, "> c</text>"]);
    has(5, &["x=\"32\"", ">&amp;</text>"]);
    assert!(picture.contains("width=\"18\" height=\"19\" fill=\"#000000\"/>"), "{picture}");
}

#[test]
fn every_screen_that_a_page_shows_is_recorded() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (name, ..) in SCREENS {
        let picture = fs::read_to_string(root.join(format!("docs/screens/{name}.svg"))).unwrap();
        assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>\n"), "{name}");
        assert!(!picture.contains("<script") && !picture.contains("href"), "{name}");
    }
}
