//! The line of a file that an error is about, as rustc shows it.

use std::io::{self, Write};

use super::escape::printable;
use super::style::{ERROR, LOCATION};
use crate::patchset::Complaint;

/// How many columns of a line are shown.
const MOST: usize = 100;

/// The place of a mistake and its line, with the characters marked that are meant.
pub(super) struct Excerpt<'a>(pub &'a Complaint);

impl Excerpt<'_> {
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Complaint { file, line, column, label, excerpt, .. } = self.0;
        let number = line.to_string();
        let gutter = " ".repeat(number.len());
        let Some((text, length)) = excerpt else {
            let place = if *line == 0 { file.clone() } else { format!("{file}:{line}:{column}") };
            writeln!(out, "{LOCATION}-->{LOCATION:#} {place}")?;
            return if label.is_empty() { Ok(()) } else { writeln!(out, "  {label}") };
        };
        let signs: Vec<char> = text.chars().collect();
        let from = column.saturating_sub(1).min(signs.len());
        let to = (from + length).min(signs.len());
        // A long line is cut around the mark.
        let first = if width(&shown(&signs[..to])) > MOST { from.saturating_sub(MOST / 4) } else { 0 };
        let before = shown(&signs[first..from]);
        let marked = cut(&shown(&signs[from..to]), MOST);
        let rest = cut(&shown(&signs[to..]), MOST.saturating_sub(width(&before) + width(&marked)));
        let dots = if first > 0 { "..." } else { "" };
        let blanks = " ".repeat(dots.len() + width(&before));
        let carets = "^".repeat(width(&marked).max(1));
        writeln!(out, "{gutter}{LOCATION}-->{LOCATION:#} {file}:{line}:{column}")?;
        writeln!(out, "{gutter} {LOCATION}|{LOCATION:#}")?;
        let whole = format!("{dots}{before}{marked}{rest}");
        let blank = if whole.is_empty() { "" } else { " " };
        writeln!(out, "{LOCATION}{number} |{LOCATION:#}{blank}{whole}")?;
        let label = if label.is_empty() { String::new() } else { format!(" {label}") };
        writeln!(out, "{gutter} {LOCATION}|{LOCATION:#} {blanks}{ERROR}{carets}{label}{ERROR:#}")
    }
}

/// Characters as they are printed: no tab, which has no width of its own.
fn shown(signs: &[char]) -> String {
    let text: String = signs.iter().collect();
    String::from_utf8_lossy(&printable(text.replace('\t', "    ").as_bytes())).into_owned()
}

fn width(text: &str) -> usize {
    console::measure_text_width(text)
}

/// The beginning of a text that is too wide.
fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 0;
    for sign in text.chars() {
        used += width(sign.encode_utf8(&mut [0; 4]));
        if used > most {
            break;
        }
        out.push(sign);
    }
    out + "..."
}
