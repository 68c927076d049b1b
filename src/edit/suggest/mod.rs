//! Operations of meaning that do what a `text.*` change does.
//!
//! The file of a format proposes candidates by what is around the place; whatever it proposes is tried on the tree, so a
//! wrong proposal costs time and nothing else.

mod code;
mod makefile;
mod setup;
mod wish;

use super::context::Context;
use super::outcome::{Outcome, Part};
use super::resolve::resolve_change;
use crate::operation::{Delta, Family, ParsedFile};
use crate::patchset::Change;
use crate::text::{Rewrite, apply, lines};
use crate::tree::{TreeError, TreePath};
pub(super) use wish::{Kind, Wish};

/// An operation of meaning that can take the place of a `text.*` change: it gives the same bytes on this tree, or fits where
/// the change does not. `None` if there is none, or the change has several forms.
///
/// # Errors
/// If the tree cannot be read.
pub fn suggestion(context: &Context<'_>, change: &Change) -> Result<Option<Change>, TreeError> {
    let [path] = &change.file[..] else { return Ok(None) };
    if change.operation.family() != Family::Text || !change.forms.is_empty() {
        return Ok(None);
    }
    let Some(wish) = Wish::of(change) else { return Ok(None) };
    let parts = resolve_change(context, 0, change)?;
    let [part] = &parts[..] else { return Ok(None) };
    let Some(file) = context.parsed(&part.file)? else { return Ok(None) };
    let mut near_line = None;
    let wanted = match &part.outcome {
        Outcome::Change(_) => Some(result(&file, part)),
        Outcome::Missing { near, .. } => {
            near_line = near.first().filter(|near| near.place.file == file.path).map(|near| near.place.line);
            None
        }
        Outcome::Already(_)
        | Outcome::Skipped { .. }
        | Outcome::Ambiguous { .. }
        | Outcome::Refused { .. } => {
            return Ok(None);
        }
    };
    let near = near_line.and_then(|line| lines(&file.bytes).nth(line.checked_sub(1)?));
    let near = near.map(|line| line.end - line.of(&file.bytes).trim_ascii_start().len());
    let place = Place { file: &file, rewrites: rewrites(part), near, wish: &wish };
    for candidate in of_format(path, &place) {
        let Some(candidate) = wish.change(change, &candidate) else { continue };
        let parts = resolve_change(context, 0, &candidate)?;
        let [part] = &parts[..] else { continue };
        let fits = matches!(part.outcome, Outcome::Change(_)) && part.file == file.path;
        if fits && wanted.as_ref().is_none_or(|wanted| *wanted == result(&file, part)) {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

/// Where a text change is made.
pub(super) struct Place<'a> {
    pub file: &'a ParsedFile,
    /// What it does; empty if its anchor is missing.
    pub rewrites: Vec<&'a Rewrite>,
    /// The offset of the nearest miss.
    pub near: Option<usize>,
    pub wish: &'a Wish,
}

impl Place<'_> {
    /// The offset of the first change, or of the nearest miss.
    fn offset(&self) -> Option<usize> {
        self.rewrites.first().map(|rewrite| rewrite.span.start).or(self.near)
    }
}

/// An operation with its arguments, and the scope in which it is.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub operation: &'static str,
    pub arguments: serde_json::Value,
    pub within: Option<serde_json::Value>,
}

impl Candidate {
    pub(super) fn new(operation: &'static str, arguments: serde_json::Value) -> Candidate {
        Candidate { operation, arguments, within: None }
    }

    pub(super) fn within(self, within: serde_json::Value) -> Candidate {
        Candidate { within: Some(within), ..self }
    }
}

/// The candidates for a file, those that say most about the change first.
pub(super) fn of_format(path: &TreePath, place: &Place<'_>) -> Vec<Candidate> {
    let name = path.file_name();
    let extension = name.rsplit('.').next().unwrap_or_default();
    if name.starts_with("Makefile") {
        makefile::candidates(place)
    } else if name.starts_with("Setup") {
        setup::candidates(place)
    } else if name.starts_with("configure.") || extension == "m4" {
        code::of_m4(place)
    } else if matches!(extension, "c" | "h") {
        code::of_c(place)
    } else if extension == "py" {
        code::of_python(place)
    } else {
        Vec::new()
    }
}

fn rewrites(part: &Part) -> Vec<&Rewrite> {
    let mut all = Vec::new();
    for delta in &part.deltas {
        match delta {
            Delta::Rewrite(rewrite) => all.push(rewrite),
            Delta::Add { .. }
            | Delta::Link { .. }
            | Delta::Remove
            | Delta::Move { .. }
            | Delta::Mode { .. } => {}
        }
    }
    all
}

/// The file after a part.
fn result(file: &ParsedFile, part: &Part) -> Option<Vec<u8>> {
    let rewrites: Vec<Rewrite> = rewrites(part).into_iter().cloned().collect();
    apply(&file.bytes, &rewrites).ok()
}
