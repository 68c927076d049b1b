//! Whether a tree has the facts that an edit requires.

use super::context::Context;
use super::outcome::Outcome;
use crate::operation::find_words;
use crate::patchset::{Fact, Requirement};
use crate::tree::{Entry, Location, TreeError, TreePath};

/// The refusal of an edit, if the tree lacks one of the facts it requires.
pub(super) fn refusal(context: &Context<'_>, requires: &[Requirement]) -> Result<Option<Outcome>, TreeError> {
    for requirement in requires {
        if let Some(place) = unmet(context, requirement)? {
            let why = format!("`requires` does not hold: {requirement}. {}", requirement.why);
            return Ok(Some(Outcome::Refused { why, place: Some(place) }));
        }
    }
    Ok(None)
}

/// Where it is seen that a fact does not hold; `None` if it holds.
///
/// # Errors
/// If the tree cannot be read.
pub fn unmet(context: &Context<'_>, requirement: &Requirement) -> Result<Option<Location>, TreeError> {
    let file = match context.parsed(&requirement.file) {
        // What is not a regular file contains no text, but it exists.
        Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => None,
        file => file?,
    };
    let mut found = None;
    let holds = match (&requirement.fact, &file) {
        (Fact::Exists(exists), _) => entry(context, &requirement.file)?.is_some() == *exists,
        (_, None) => false,
        (Fact::Contains(text), Some(file)) => {
            !find_words(&file.bytes, text.as_bytes(), file.span()).is_empty()
        }
        (Fact::Lacks(text), Some(file)) => {
            let first = find_words(&file.bytes, text.as_bytes(), file.span()).first().copied();
            found = first.map(|first| file.location(first.start));
            found.is_none()
        }
        (Fact::Includes(name), Some(file)) => file.c().includes().iter().any(|one| one.path == *name),
        (Fact::DefinesFunction(name), Some(file)) => file.c().functions().iter().any(|f| f.name == *name),
        (Fact::Declares(code), Some(file)) => !file.c().find_code(code.as_bytes(), file.span()).is_empty(),
    };
    Ok((!holds).then(|| found.unwrap_or_else(|| Location::whole(&requirement.file))))
}

/// The entry at a path; none below a symbolic link, which is never followed.
fn entry(context: &Context<'_>, path: &TreePath) -> Result<Option<Entry>, TreeError> {
    match context.tree.entry(path) {
        Err(TreeError::Symlink { .. }) => Ok(None),
        entry => entry,
    }
}
