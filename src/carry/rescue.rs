//! Places edits by the lines around them where the diff of the versions misleads.

use std::ops::Range;

use crate::merge::{Kind, Line, Merge, Versions};

/// How many lines of context a place needs on either side.
const CONTEXT: usize = 3;
/// How many of all of them must say something.
const SIGNIFICANT: usize = 3;

/// The merge with each uncertain edit at the only place that has its lines with all of its context, if there is such a place for
/// each.
pub(super) fn verbatim(versions: &Versions, merge: &Merge, all: bool) -> Option<Merge> {
    let mut merge = merge.clone();
    let mut any = false;
    for edit in &mut merge.edits {
        if edit.kind == Kind::Already || edit.kind.is_safe() && !all {
            continue;
        }
        let around = edit.base.start.checked_sub(CONTEXT)?..edit.base.end + CONTEXT;
        let block = versions.base.get(around)?;
        let says = |line: &&Line| line.text.trim_ascii().len() >= 4;
        if block.iter().filter(says).count() < SIGNIFICANT || only(&versions.base, block).is_none() {
            return None;
        }
        let place = only(&versions.theirs, block)?;
        edit.theirs = place.start + CONTEXT..place.end - CONTEXT;
        edit.with = versions.ours[edit.ours.clone()].to_vec();
        edit.kind = Kind::Touch;
        any = true;
    }
    let in_order = merge.edits.windows(2).all(|pair| pair[0].theirs.end <= pair[1].theirs.start);
    (any && in_order).then_some(merge)
}

/// The only place of lines among others.
fn only(lines: &[Line], block: &[Line]) -> Option<Range<usize>> {
    let mut all = lines.windows(block.len()).enumerate().filter(|(_, part)| *part == block);
    let (at, _) = all.next()?;
    all.next().is_none().then_some(at..at + block.len())
}
