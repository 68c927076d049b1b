//! Finds the lines of modules, and says why one cannot be edited.

use crate::operation::prelude::*;
use crate::operation::value::Module;
use crate::syntax::setup::{Module as Line, Section};
use crate::text::line_bounds;

/// Why a line with a `=` builds no module.
pub(super) const DEFINITION: &str =
    "makesetup reads a line with a `=` as a definition, and builds no module from it";

/// Why a disabled line that is continued on a line without `#` cannot be enabled.
pub(super) const CONTINUED: &str = "the line is continued, and would include the next one";

/// The marker of a section whose modules are not linked statically.
pub(super) fn section_name(section: Section) -> Option<&'static str> {
    match section {
        Section::Static => None,
        Section::Shared => Some("*shared*"),
        Section::Disabled => Some("*disabled*"),
    }
}

/// The lines that build a module, enabled or not.
pub(super) fn lines_of<'a>(file: &'a ParsedFile, wanted: &Module) -> Vec<&'a Line> {
    let named = |line: &&Line| wanted.names().any(|name| line.name.of(&file.bytes) == name.as_bytes());
    file.setup().modules.iter().filter(named).collect()
}

/// The line of a module: the enabled one, or else the only one.
///
/// # Errors
/// It has none, or several.
pub(super) fn one_line<'a>(file: &'a ParsedFile, wanted: &Module) -> Result<&'a Line, Failure> {
    let lines = lines_of(file, wanted);
    let (on, off): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|line| line.enabled);
    match (&on[..], &off[..]) {
        ([line], _) | ([], [line]) => Ok(line),
        ([], []) => Err(no_line(file, wanted)),
        _ => {
            let what = format!("{} lines build `{}`, or would", lines.len(), wanted.name);
            Err(Failure::ambiguous(what, lines.iter().map(|line| line.name.start)))
        }
    }
}

/// Replaces a line from `start`, which is its name or what is around it, up to its comment, and enables it.
pub(super) fn rewritten(text: &[u8], line: &Line, start: usize, with: &str) -> Vec<Rewrite> {
    let mut rewrites: Vec<Rewrite> = line.hashes.iter().take(1).map(|hash| Rewrite::remove(*hash)).collect();
    let old = line.arguments.last().map_or(line.name.end, |word| word.end);
    // A disabled line may continue on lines without a word.
    let old = line.hashes.last().map_or(old, |hash| old.max(hash.end));
    rewrites
        .push(Rewrite::replace(Span::new(start, old), with_line_ends(with.as_bytes(), line_ending(text))));
    rewrites
}

/// Where the comment lines begin that are directly above a line: the commented line of a module or a variable is none of
/// them, nor is the comment at the start of the file.
pub(super) fn above_comments(file: &ParsedFile, line: Span) -> usize {
    let (setup, text) = (file.setup(), &file.bytes);
    let modules = setup.modules.iter().map(|module| module.line);
    let lines: Vec<Span> = modules.chain(setup.variables.iter().map(|one| one.line)).collect();
    let mut start = line.start;
    while start > 0 {
        let above = line_bounds(text, start - 1);
        let is_comment = above.of(text).trim_ascii_start().starts_with(b"#");
        if !is_comment || lines.iter().any(|line| line.contains(above)) {
            return start;
        }
        start = above.start;
    }
    line.start
}

/// Whether a line builds its module from `arguments`.
pub(super) fn has_arguments(text: &[u8], line: &Line, arguments: &str) -> bool {
    let wanted = arguments.split_whitespace().filter(|word| *word != "\\").map(str::as_bytes);
    line.arguments.iter().map(|word| word.of(text)).eq(wanted)
}

/// The failure where no line builds a module.
pub(super) fn no_line(file: &ParsedFile, wanted: &Module) -> Failure {
    let text = &file.bytes;
    let lines = &file.setup().modules;
    let name_of = |line: &Line| String::from_utf8_lossy(line.name.of(text)).into_owned();
    // A renamed module is often still built from a source that has its old name.
    let is_source = |word: &Span| {
        let file = String::from_utf8_lossy(word.of(text));
        wanted.names().any(|name| {
            [format!("{name}.c"), format!("{name}module.c"), format!("_{name}module.c")]
                .contains(&file.to_string())
        })
    };
    let by_source = || lines.iter().filter(|line| line.arguments.iter().any(is_source));
    let mut near: Vec<(usize, String)> =
        by_source().map(|line| (line.name.start, "by its source".to_owned())).collect();
    for at in nearest(&wanted.name, lines.iter().map(|line| (line.name.start, name_of(line).into()))) {
        if !near.iter().any(|(known, _)| *known == at) {
            near.push((at, String::new()));
        }
    }
    near.truncate(5);
    // A module of a similar name is another module; one that is built from this one's source is not.
    let help = by_source().next().map(|line| {
        let (name, alias) = (&wanted.name, name_of(line));
        format!("write `{{name: {name}, aliases: [{alias}]}}`, if that is the same module here")
    });
    let what = format!("no line builds the module `{}`", wanted.name);
    Failure::Missing(Miss { what, near, help, ..Miss::default() })
}
