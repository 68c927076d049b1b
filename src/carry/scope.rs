//! Whether each edit is still in the function, class or method that it was in.

use super::check::Sides;
use super::scopes::Scopes;
use crate::merge::{Kind, Merge, Versions, is_definition};

/// The scope that an edit left, though the new version still has it.
pub(super) fn changed(name: &str, versions: &Versions, merge: &Merge, sides: &Sides<'_>) -> Option<String> {
    let (ours, result) = (Scopes::of(name, sides.ours)?, Scopes::of(name, sides.result)?);
    let starts = |bytes: &[u8]| -> Vec<usize> { crate::text::lines(bytes).map(|line| line.start).collect() };
    let (our_starts, starts) = (starts(sides.ours), starts(sides.result));
    // How many lines the edits before have added to the result.
    let mut shift = 0_isize;
    for edit in &merge.edits {
        let is_made = !matches!(edit.kind, Kind::Already | Kind::Conflict);
        let at = edit.theirs.start.checked_add_signed(shift)?;
        if is_made {
            shift += edit.with.len() as isize - edit.theirs.len() as isize;
        }
        // An edit whose lines, or both of whose neighbours, are unchanged is where they are.
        // The first line that says something.
        let new = &versions.ours[edit.ours.clone()];
        let Some(first) = new.iter().position(|line| !line.is_blank()) else { continue };
        // The class of a new method says more than the lines around it, which may be in many.
        let is_definition = edit.base.is_empty() && is_made && is_definition(&new[first]);
        if !is_definition && !matches!(edit.kind, Kind::TouchBefore | Kind::TouchAfter | Kind::Gap) {
            continue;
        }
        let (Some(old), Some(new)) = (our_starts.get(edit.ours.start + first), starts.get(at + first)) else {
            continue;
        };
        let (old, new) = (ours.around(*old), result.around(*new));
        if let Some(old) = old
            && new.as_ref() != Some(&old)
            && result.find(&old).is_some()
        {
            let new = new.map_or_else(|| "no function".to_owned(), |new| format!("`{new}`"));
            return Some(format!("the change is in {new} instead of `{old}`"));
        }
    }
    None
}
