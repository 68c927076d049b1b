//! Takes the lines that an edit changes where its anchors say nothing more: the changes of a file become one `diff`.

use std::collections::BTreeMap;

use super::cell::{Candidate, Cell, Verdict};
use crate::carry::Carried;
use crate::edit::OutcomeKind;
use crate::operation::diff::Diff;
use crate::operation::{Operation, Text};
use crate::patchset::{Change, Edit};
use crate::plan::Plan;
use crate::text::lines;
use crate::tree::{File, FileChange, Location};

/// Why a change is a `diff` now.
const WHY: &str =
    "its lines are carried as those of a patch; `pypatch lift` makes operations of them where it can";

/// Replaces all changes that an edit makes to a file by the lines that were carried there without doubt; false if they stay. `edit` has only the
/// changes of that file, and `rows` are its cells. `why` says what else is known.
pub(super) fn take(edit: &Edit, carried: &Carried, rows: &mut [&mut Cell], why: &str) -> bool {
    let is_plain = |change: &Change| {
        let Change { file, when, needed_while, then, .. } = change;
        file.len() == 1 && when.is_none() && needed_while.is_none() && then.is_empty()
    };
    // A change of several modules has a row for each.
    if !edit.changes.iter().all(is_plain) || rows.len() != edit.changes.len() {
        return false;
    }
    let Some(candidate) = candidate(carried) else { return false };
    for (cell, change) in rows.iter_mut().zip(&edit.changes) {
        if cell.verdict == Verdict::Applies {
            cell.candidates = as_it_is(change, cell).into_iter().collect();
        }
        cell.verdict = Verdict::Moved;
        cell.by_lines = true;
        cell.places.clone_from(&candidate.places);
        cell.reason = Some([why, WHY].concat());
        cell.evidence = None;
        cell.candidates.insert(0, candidate.clone());
    }
    true
}

/// The candidate that leaves an edit that applies as it is.
pub(super) fn as_it_is(change: &Change, cell: &Cell) -> Option<Candidate> {
    let text = cell.places.first()?.text.clone();
    let why = "the edit as it is".to_owned();
    let places = cell.places.clone();
    Some(Candidate { places, text, why, change: Some(change.clone()), can_be_taken: true, instead: None })
}

/// Whether the anchor of a cell was not found on the new version, as an edit, whose changes have these `numbers`, was `planned` there; or
/// what it would leave was, and does not count as made. An anchor that is there more often than it says is not missing: the edit may mean
/// all of them.
pub(super) fn is_missing(cell: &Cell, numbers: &[usize], planned: &Plan) -> bool {
    let mut own = planned
        .edits
        .iter()
        .flat_map(|edit| &edit.parts)
        .filter(|part| numbers.get(part.change).copied() == cell.change);
    own.any(|part| matches!(part.outcome.kind(), OutcomeKind::Missing | OutcomeKind::Already))
}

/// The lines that a change of a file removes and adds, without blanks, in no order. What only gets other blanks is not one.
pub(super) fn changed_lines(change: &FileChange) -> Vec<(Vec<u8>, i64)> {
    let diff = change.diff();
    let hunks = lines(&diff).map(|line| line.of(&diff)).skip_while(|line| !line.starts_with(b"@@"));
    let mut balance: BTreeMap<Vec<u8>, i64> = BTreeMap::new();
    for line in hunks.filter(|line| matches!(line[0], b'+' | b'-')) {
        let bare = line[1..].iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
        *balance.entry(bare).or_default() += if line[0] == b'+' { 1 } else { -1 };
    }
    balance.into_iter().filter(|(_, count)| *count != 0).collect()
}

/// The change that makes what was carried.
fn candidate(carried: &Carried) -> Option<Candidate> {
    let change = carried.change.as_ref()?;
    let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
    let (line, offset) = first_difference(before, after)?;
    let place = Location::of(&change.path, &before.bytes, offset);
    let patch = Text::Inline(String::from_utf8(change.diff()).ok()?);
    Some(Candidate {
        text: place.text.trim_start().to_owned(),
        places: vec![Location { line, ..place }],
        why: WHY.to_owned(),
        change: Some(Change::of(change.path.clone(), Operation::Diff(Diff { patch, max_offset: None }))),
        can_be_taken: true,
        instead: None,
    })
}

/// The first line in which two files differ, from 1, and its offset in the first one; `None` if they have the same lines.
pub(super) fn first_difference(one: &File, other: &File) -> Option<(usize, usize)> {
    let mut others = lines(&other.bytes).map(|line| line.of(&other.bytes));
    let mut offset = 0;
    let mut number = 1;
    for line in lines(&one.bytes).map(|line| line.of(&one.bytes)) {
        if others.next() != Some(line) {
            return Some((number, offset));
        }
        offset += line.len();
        number += 1;
    }
    others.next().map(|_| (number, offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_only_get_other_blanks_are_not_changed() {
        let file = |text: &str| Some(File::new(text.as_bytes().to_vec(), false));
        let path = "a.c".parse().unwrap();
        let (before, after) = (file("one\n\ttwo\nthree\nthree\n"), file("one\n    two\n2\nthree\n"));
        let changed = changed_lines(&FileChange { path, before, after, rewrites: Vec::new() });
        assert_eq!(changed, [(b"2".to_vec(), 1), (b"three".to_vec(), -1)]);
    }
}
