//! Finds the lines of modules, and says why one cannot be edited.

use crate::operation::prelude::*;
use crate::operation::value::Module;
use crate::syntax::setup::{Module as Line, Section};

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
