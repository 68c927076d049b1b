//! Whether an edit is for a tree: its version, and the facts that it requires.

use super::context::Context;
use super::outcome::Outcome;
use crate::operation::find_words;
use crate::patchset::{Change, Fact, Requirement};
use crate::tree::{Entry, Location, TreeError, TreePath};
use crate::version::VersionRange;

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

/// Why a range of versions excludes this tree, if it does.
pub(super) fn excluded(context: &Context<'_>, when: Option<&VersionRange>) -> Option<String> {
    let range = when?;
    match &context.version {
        Some(version) if range.contains(version) => None,
        Some(version) if version.software() == range.software() => {
            Some(format!("it is for {range}, and this is {version}"))
        }
        _ => {
            let software = range.software().title();
            Some(format!("it is for {range}, and this is not a {software} source tree"))
        }
    }
}

/// Why a change is not needed on this tree, if so.
pub(super) fn needless(context: &Context<'_>, change: &Change) -> Result<Option<String>, TreeError> {
    let Some(need) = &change.needed_while else { return Ok(None) };
    let unmet = unmet(context, need)?;
    Ok(unmet.map(|_| format!("`needed-while` does not hold: {need}. {}", need.why)))
}
