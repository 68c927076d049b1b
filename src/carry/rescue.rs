//! Places edits by the lines around them where the diff of the versions misleads.

use std::ops::Range;

use crate::merge::{Kind, Line, Merge, Versions, as_around, only};

/// How many lines of context a place needs on either side.
const CONTEXT: usize = 3;
/// How many of all of them must say something.
const SIGNIFICANT: usize = 3;

/// The merge with each uncertain edit at the only place that has its lines with all of its context, whatever the indentation, if
/// there is such a place for each.
pub(super) fn verbatim(versions: &Versions, merge: &Merge, all: bool) -> Option<Merge> {
    let mut merge = merge.clone();
    let mut any = false;
    for edit in &mut merge.edits {
        if edit.kind == Kind::Already || edit.kind.is_safe() && !all {
            continue;
        }
        if edit.ours.is_empty()
            && let Some(place) = removed(versions, &versions.base[edit.base.clone()])
        {
            (edit.theirs, edit.with, edit.kind) = (place, Vec::new(), Kind::Reindent);
            any = true;
            continue;
        }
        let around = edit.base.start.checked_sub(CONTEXT)?..edit.base.end + CONTEXT;
        let block = versions.base.get(around)?;
        let says = |line: &&Line| line.text.trim_ascii().len() >= 4;
        if block.iter().filter(says).count() < SIGNIFICANT || only(&versions.base, block).is_none() {
            return None;
        }
        let place = only(&versions.theirs, block)?;
        let lines = &versions.ours[edit.ours.clone()];
        edit.with = as_around(versions, lines, block, &versions.theirs[place.clone()])?;
        edit.theirs = place.start + CONTEXT..place.end - CONTEXT;
        edit.kind = Kind::Touch;
        any = true;
    }
    let in_order = merge.edits.windows(2).all(|pair| pair[0].theirs.end <= pair[1].theirs.start);
    (any && in_order).then_some(merge)
}

/// The only place of lines that are removed, whatever their blanks: they need no context.
fn removed(versions: &Versions, lines: &[Line]) -> Option<Range<usize>> {
    let says = |line: &&Line| line.text.trim_ascii().len() >= 4;
    if lines.iter().filter(says).count() < 2
        || lines.iter().filter(|line| !line.is_blank()).count() < SIGNIFICANT
    {
        return None;
    }
    only(&versions.base, lines)?;
    only(&versions.theirs, lines)
}
