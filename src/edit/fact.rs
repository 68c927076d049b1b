//! Whether a tree has the facts that an edit requires.

use super::anchor::find_words;
use super::context::Context;
use super::outcome::{Outcome, Place};
use crate::patchset::{Fact, Requirement};
use crate::text::Span;
use crate::tree::{Entry, TreeError, TreePath};

/// The refusal of an edit, if the tree lacks one of the facts it requires.
pub(super) fn refusal(context: &Context<'_>, requires: &[Requirement]) -> Result<Option<Outcome>, TreeError> {
    for requirement in requires {
        if let Some(place) = unmet(context, requirement)? {
            let why = format!("it requires that {requirement}, which is not so: {}", requirement.why);
            return Ok(Some(Outcome::Refused { why, place: Some(place) }));
        }
    }
    Ok(None)
}

/// Where it is seen that a fact is not so; nothing when it is.
///
/// # Errors
/// When the tree cannot be read.
pub fn unmet(context: &Context<'_>, requirement: &Requirement) -> Result<Option<Place>, TreeError> {
    let source = match context.source(&requirement.file) {
        // What is no file holds no text, but it exists.
        Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => None,
        source => source?,
    };
    let mut line = 0;
    let holds = match (&requirement.fact, &source) {
        (Fact::Exists, _) => entry(context, &requirement.file)?.is_some(),
        (Fact::Absent, _) => entry(context, &requirement.file)?.is_none(),
        (_, None) => false,
        (Fact::Contains(text), Some(source)) => {
            !find_words(&source.bytes, text.as_bytes(), Span::new(0, source.bytes.len())).is_empty()
        }
        (Fact::Lacks(text), Some(source)) => {
            let found = find_words(&source.bytes, text.as_bytes(), Span::new(0, source.bytes.len()));
            if let Some(first) = found.first() {
                line = source.place(first.start).line;
            }
            found.is_empty()
        }
        (Fact::Includes(name), Some(source)) => {
            source.c().includes().iter().any(|include| include.path == *name)
        }
        (Fact::DefinesFunction(name), Some(source)) => {
            source.c().functions().iter().any(|function| function.name == *name)
        }
        (Fact::Declares(code), Some(source)) => {
            !source.c().find_code(code.as_bytes(), Span::new(0, source.bytes.len())).is_empty()
        }
    };
    if holds {
        return Ok(None);
    }
    Ok(Some(match (&source, line) {
        (Some(source), 1..) => find_place(source, line),
        _ => Place::whole(&requirement.file),
    }))
}

fn find_place(source: &super::context::Source, line: usize) -> Place {
    let offset = crate::text::lines(&source.bytes).nth(line - 1).map_or(0, |span| span.start);
    source.place(offset)
}

/// What stands at a path; nothing below a symbolic link, which is never followed.
fn entry(context: &Context<'_>, path: &TreePath) -> Result<Option<Entry>, TreeError> {
    match context.tree.entry(path) {
        Err(TreeError::Symlink { .. }) => Ok(None),
        entry => entry,
    }
}
