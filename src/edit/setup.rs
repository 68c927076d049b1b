//! `setup.*`.

use super::anchor::{as_lines, with_line_ends};
use super::answer::{Answer, Miss};
use super::context::Source;
use crate::patchset::operation::setup::{Add, Module as Wanted, Set};
use crate::syntax::setup::{Module, Section, Setup};
use crate::text::{Rewrite, Span, apply, line_ending, nearest};

/// Why a line with a `=` is no module's.
const DEFINITION: &str = "makesetup takes a line with a `=` for a definition, and builds no module from it";

/// Why a disabled line that goes on where no `#` is cannot be enabled.
const CONTINUED: &str = "the line is continued, and would take the next one in";

/// The marker of a section whose modules are not linked statically.
fn section_name(section: Section) -> Option<&'static str> {
    match section {
        Section::Static => None,
        Section::Shared => Some("*shared*"),
        Section::Disabled => Some("*disabled*"),
    }
}

/// One module to be linked statically.
pub(super) fn enable(source: &Source, wanted: &Wanted) -> Answer {
    let lines = lines_of(source, wanted);
    if let Some(defines) = lines.iter().find(|line| line.is_definition) {
        return Answer::refused(DEFINITION, defines.name.start);
    }
    if let Some(on) = lines.iter().find(|line| line.enabled) {
        // A commented twin of an active line stays a comment: enabling it would register the
        // module twice (3.0 to 3.10 have such a `_weakref`).
        return match section_name(on.section) {
            None => Answer::Already(vec![on.name.start]),
            Some(section) => {
                Answer::refused(format!("`{}` stands below `{section}`", wanted.name), on.name.start)
            }
        };
    }
    let off: Vec<&&Module> = lines.iter().filter(|line| !line.enabled).collect();
    match off[..] {
        [] => missing(source, wanted, "no line builds"),
        [line] if line.section != Section::Static => Answer::refused(
            format!("the line of `{}` stands below `*shared*` or `*disabled*`", wanted.name),
            line.name.start,
        ),
        [line] if line.continues => Answer::refused(CONTINUED, line.name.start),
        [line] => Answer::Change(line.hashes.iter().map(|hash| Rewrite::remove(*hash)).collect()),
        _ => Answer::Ambiguous {
            what: format!("{} lines would build `{}`", off.len(), wanted.name),
            at: off.iter().map(|line| line.name.start).collect(),
            help: Some("say with `setup.set` what it is built from".to_owned()),
        },
    }
}

/// One module to be left out.
pub(super) fn disable(source: &Source, wanted: &Wanted) -> Answer {
    let lines = lines_of(source, wanted);
    // What stands below `*disabled*` is left out by being there.
    let is_on = |line: &Module| line.enabled && line.section != Section::Disabled;
    let on: Vec<&&Module> = lines.iter().filter(|line| is_on(line)).collect();
    match (&on[..], lines.first()) {
        ([], None) => missing(source, wanted, "no line builds"),
        ([], Some(off)) => Answer::Already(vec![off.name.start]),
        (on, _) => {
            let rewrites: Vec<Rewrite> = on
                .iter()
                .flat_map(|line| signs(&source.bytes, line))
                .map(|at| Rewrite::insert(at, "#"))
                .collect();
            // As a comment it must be told from prose: `#name what is this` is none of a module.
            let after = apply(&source.bytes, &rewrites).unwrap_or_default();
            let hidden = Setup::parse(&after).modules;
            let hidden =
                hidden.iter().filter(|line| wanted.names().any(|n| line.name.of(&after) == n.as_bytes()));
            if hidden.filter(|line| !is_on(line)).count() == lines.len() {
                Answer::Change(rewrites)
            } else {
                let why = "as a comment, nothing would tell this line from prose";
                Answer::refused(why, on[0].name.start)
            }
        }
    }
}

/// Where a `#` goes on each physical line of a module: before the name, at the margin below it.
fn signs(text: &[u8], module: &Module) -> Vec<usize> {
    let lines = crate::text::lines(&text[..module.line.end]).filter(|line| line.start > module.line.start);
    let code = lines.filter(|line| !matches!(line.of(text).trim_ascii_start().first(), None | Some(b'#')));
    std::iter::once(module.name.start).chain(code.map(|line| line.start)).collect()
}

pub(super) fn add(source: &Source, op: &Add) -> Answer {
    let text = &source.bytes;
    let wanted = Wanted { name: op.module.clone(), aliases: Vec::new() };
    if op.arguments.contains('=') {
        return Answer::Refused { why: DEFINITION.to_owned(), at: None };
    }
    if let Some(line) = lines_of(source, &wanted).into_iter().find(|line| line.enabled) {
        return match section_name(line.section) {
            Some(section) => {
                Answer::refused(format!("`{}` stands below `{section}`", op.module), line.name.start)
            }
            None if arguments(text, line) == words(&op.arguments) => Answer::Already(vec![line.name.start]),
            None => Answer::refused(format!("`{}` is built otherwise", op.module), line.name.start),
        };
    }
    if source.setup().continues {
        return Answer::refused("the last line is continued, and would take the new one in", text.len());
    }
    let ending = line_ending(text);
    let mut with = Vec::new();
    if !text.is_empty() && !text.ends_with(b"\n") {
        with.extend_from_slice(ending);
    }
    if source.setup().last_section != Section::Static {
        with.extend_from_slice(&as_lines(b"*static*", ending));
    }
    with.extend_from_slice(&as_lines(format!("{} {}", op.module, op.arguments).as_bytes(), ending));
    Answer::Change(vec![Rewrite::insert(text.len(), with)])
}

pub(super) fn set(source: &Source, op: &Set) -> Answer {
    match (&op.module, &op.variable) {
        (Some(module), _) => set_module(source, module, &op.value),
        (_, Some(variable)) => set_variable(source, variable, &op.value),
        _ => Answer::missing("neither a module nor a variable is named"),
    }
}

fn set_module(source: &Source, module: &str, value: &str) -> Answer {
    let text = &source.bytes;
    let wanted = Wanted { name: module.to_owned(), aliases: Vec::new() };
    if value.contains('=') {
        return Answer::Refused { why: DEFINITION.to_owned(), at: None };
    }
    let lines = lines_of(source, &wanted);
    let on: Vec<&&Module> = lines.iter().filter(|line| line.enabled).collect();
    let off: Vec<&&Module> = lines.iter().filter(|line| !line.enabled).collect();
    let line = match (&on[..], &off[..]) {
        ([line], _) | ([], [line]) => **line,
        ([], []) => return missing(source, &wanted, "no line builds"),
        _ => {
            return Answer::Ambiguous {
                what: format!("{} lines build `{module}`, or would", lines.len()),
                at: lines.iter().map(|line| line.name.start).collect(),
                help: None,
            };
        }
    };
    if !line.enabled && line.continues {
        return Answer::refused(CONTINUED, line.name.start);
    }
    if line.section == Section::Disabled {
        return Answer::refused(format!("`{module}` stands below `*disabled*`"), line.name.start);
    }
    if line.enabled && arguments(text, line) == words(value) {
        return Answer::Already(vec![line.name.start]);
    }
    let mut rewrites: Vec<Rewrite> = line.hashes.iter().take(1).map(|hash| Rewrite::remove(*hash)).collect();
    let old = match (line.arguments.first(), line.arguments.last()) {
        (Some(first), Some(last)) => Span::new(first.start, last.end),
        _ => Span::at(line.name.end),
    };
    let blank = if old.is_empty() { " " } else { "" };
    let value = with_line_ends(value.trim().as_bytes(), line_ending(text));
    rewrites.push(Rewrite::replace(old, [blank.as_bytes(), &value].concat()));
    Answer::Change(rewrites)
}

fn set_variable(source: &Source, name: &str, value: &str) -> Answer {
    let text = &source.bytes;
    let setup = source.setup();
    let all: Vec<_> = setup.variables.iter().filter(|v| v.name.of(text) == name.as_bytes()).collect();
    let on: Vec<_> = all.iter().filter(|v| v.enabled).collect();
    let variable = match (&on[..], &all[..]) {
        ([one], _) => **one,
        ([], [one]) => *one,
        ([], []) => {
            let names = setup.variables.iter();
            let names = names.map(|v| (v.name.start, String::from_utf8_lossy(v.name.of(text))));
            return Answer::Missing(Miss {
                what: format!("no variable is called `{name}`"),
                near: nearest(name, names).into_iter().map(|at| (at, String::new())).collect(),
                ..Miss::default()
            });
        }
        _ => {
            return Answer::Ambiguous {
                what: format!("`{name}` is defined {} times", all.len()),
                at: all.iter().map(|v| v.name.start).collect(),
                help: None,
            };
        }
    };
    if variable.enabled && variable.value.of(text) == value.as_bytes() {
        return Answer::Already(vec![variable.name.start]);
    }
    if !variable.enabled && variable.line.of(text).trim_ascii_end().ends_with(b"\\") {
        return Answer::refused(CONTINUED, variable.name.start);
    }
    let mut rewrites = vec![Rewrite::replace(variable.value, value)];
    if !variable.enabled {
        rewrites.push(Rewrite::remove(Span::new(variable.line.start, variable.name.start)));
    }
    Answer::Change(rewrites)
}

fn lines_of<'a>(source: &'a Source, wanted: &Wanted) -> Vec<&'a Module> {
    let named = |line: &&Module| wanted.names().any(|name| line.name.of(&source.bytes) == name.as_bytes());
    source.setup().modules.iter().filter(named).collect()
}

fn arguments(text: &[u8], line: &Module) -> Vec<Vec<u8>> {
    line.arguments.iter().map(|word| word.of(text).to_vec()).collect()
}

fn words(text: &str) -> Vec<Vec<u8>> {
    let words = text.split_whitespace().filter(|word| *word != "\\");
    words.map(|word| word.as_bytes().to_vec()).collect()
}

fn missing(source: &Source, wanted: &Wanted, what: &str) -> Answer {
    let text = &source.bytes;
    let lines = &source.setup().modules;
    let names = || lines.iter().map(|line| (line.name.start, String::from_utf8_lossy(line.name.of(text))));
    // A module that was renamed is often still made from a source that carries its old name.
    let sources = lines.iter().filter(|line| {
        line.arguments.iter().any(|word| {
            let file = String::from_utf8_lossy(word.of(text));
            wanted.names().any(|name| {
                [format!("{name}.c"), format!("{name}module.c"), format!("_{name}module.c")]
                    .contains(&file.to_string())
            })
        })
    });
    let mut near: Vec<(usize, String)> =
        sources.map(|line| (line.name.start, "by its source".to_owned())).collect();
    for at in nearest(&wanted.name, names()) {
        if !near.iter().any(|(known, _)| *known == at) {
            near.push((at, String::new()));
        }
    }
    near.truncate(5);
    // A module of a similar name is another one; one that is made from this one's source is not.
    let help = near.first().filter(|(_, why)| !why.is_empty()).map(|(at, _)| {
        let word = lines.iter().find(|line| line.name.start == *at).map(|line| line.name.of(text));
        let word = String::from_utf8_lossy(word.unwrap_or_default());
        format!("write `{{name: {}, aliases: [{word}]}}`, if that is the same module here", wanted.name)
    });
    Answer::Missing(Miss { what: format!("{what} the module `{}`", wanted.name), near, help, at: None })
}
