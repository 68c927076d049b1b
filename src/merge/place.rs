//! Where each edit of ours belongs in theirs.

use std::ops::Range;

use super::lines::{Line, Versions};
use super::{Edit, Kind, Placed, cluster, gap, reindent};
use crate::text::has_word;

/// Places the edits of ours.
pub(super) struct Placer<'a> {
    pub versions: &'a Versions,
    pub ours: &'a [Edit],
    pub theirs: &'a [Edit],
}

impl Placer<'_> {
    /// All edits of ours, each with its place in theirs.
    pub fn place(&self) -> Vec<Placed> {
        let mut placed = Vec::new();
        let mut at = 0;
        while at < self.ours.len() {
            let edit = &self.ours[at];
            if self.overlapping(&edit.base).is_empty() {
                placed.push(self.alone(edit));
                at += 1;
            } else {
                let (end, one) = self.joined(at);
                placed.push(one);
                at = end;
            }
        }
        placed
    }

    /// The edits of theirs that change lines of `base`, or change what is on both sides of an insertion.
    fn overlapping(&self, base: &Range<usize>) -> Range<usize> {
        let from = self.theirs.partition_point(|edit| !reaches(&edit.base, base));
        let near = (from..self.theirs.len()).take_while(|at| self.theirs[*at].base.start <= base.end);
        let first = near.into_iter().find(|at| overlaps(&self.theirs[*at].base, base));
        let Some(first) = first else { return 0..0 };
        let more = self.theirs[first..].iter().take_while(|edit| overlaps(&edit.base, base)).count();
        first..first + more
    }

    /// The line of theirs that is line `at` of the base, which theirs did not change.
    fn line(&self, at: usize) -> usize {
        let before = self.theirs.partition_point(|edit| edit.base.end <= at);
        match before.checked_sub(1).map(|last| &self.theirs[last]) {
            Some(edit) => edit.other.end + (at - edit.base.end),
            None => at,
        }
    }

    /// The place of theirs between the lines `at - 1` and `at` of the base, next to the one before; that must be unchanged.
    fn after(&self, at: usize) -> usize {
        at.checked_sub(1).map_or(0, |line| self.line(line) + 1)
    }

    /// The edit of theirs that begins at `at`, or ends there.
    fn beginning(&self, at: usize) -> Option<&Edit> {
        let from = self.theirs.partition_point(|edit| edit.base.start < at);
        self.theirs.get(from).filter(|edit| edit.base.start == at)
    }

    fn ending(&self, at: usize) -> Option<&Edit> {
        let from = self.theirs.partition_point(|edit| edit.base.end < at);
        self.theirs.get(from).filter(|edit| edit.base.end == at)
    }

    /// An edit that no edit of theirs overlaps.
    fn alone(&self, edit: &Edit) -> Placed {
        let base = edit.base.clone();
        let new = &self.versions.ours[edit.other.clone()];
        let with = new.to_vec();
        let placed = |theirs: Range<usize>, with: Vec<Line>, kind: Kind| Placed {
            base: base.clone(),
            ours: edit.other.clone(),
            theirs,
            with,
            kind,
        };
        let (before, after) = (self.ending(base.start), self.beginning(base.end));
        if !base.is_empty() {
            let theirs = self.line(base.start)..self.line(base.end - 1) + 1;
            let kind = if before.is_some() || after.is_some() { Kind::Touch } else { Kind::Clean };
            return placed(theirs, with, kind);
        }
        let touching = before.or(after);
        if let Some(other) = touching
            && self.has(other, new)
        {
            return placed(other.other.clone(), Vec::new(), Kind::Already);
        }
        match (before, after) {
            (None, None) => {
                let at = self.after(base.start);
                placed(at..at, with, Kind::Clean)
            }
            (Some(other), _) if other.base.is_empty() => {
                let (at, kind) = gap::place(self.versions, other, base.start, new);
                placed(at..at, with, kind)
            }
            (Some(other), _) => placed(other.other.end..other.other.end, with, Kind::TouchBefore),
            (None, Some(other)) => placed(other.other.start..other.other.start, with, Kind::TouchAfter),
        }
    }

    /// Whether an edit of theirs has these lines, one after the other, whatever their blanks.
    fn has(&self, edit: &Edit, new: &[Line]) -> bool {
        let theirs = &self.versions.theirs[edit.other.clone()];
        new.iter().any(|line| has_word(&line.text))
            && theirs.windows(new.len()).any(|part| part.iter().zip(new).all(|(a, b)| a.loose == b.loose))
    }

    /// The edits of ours from `first` on that changed the same lines as theirs did, as one; and the first edit after them.
    fn joined(&self, first: usize) -> (usize, Placed) {
        let mut end = first + 1;
        let mut base = self.ours[first].base.clone();
        let mut theirs = self.overlapping(&base);
        loop {
            for edit in &self.theirs[theirs.clone()] {
                base = base.start.min(edit.base.start)..base.end.max(edit.base.end);
            }
            let more = self.ours[end..].iter().take_while(|edit| overlaps(&edit.base, &base)).count();
            for edit in &self.ours[end..end + more] {
                base = base.start.min(edit.base.start)..base.end.max(edit.base.end);
            }
            end += more;
            let now = self.overlapping(&base);
            let now = theirs.start.min(now.start)..theirs.end.max(now.end);
            if now == theirs && more == 0 {
                break;
            }
            theirs = now;
        }
        // Both versions of the lines of `base`.
        let image = |edits: &[Edit]| -> Range<usize> {
            let (from, to) = (&edits[0], &edits[edits.len() - 1]);
            from.other.start - (from.base.start - base.start)..to.other.end + (base.end - to.base.end)
        };
        let ours = image(&self.ours[first..end]);
        let other = image(&self.theirs[theirs]);
        let (mut kind, mut with) = cluster::merge(
            self.versions,
            &self.versions.base[base.clone()],
            &self.versions.ours[ours.clone()],
            &self.versions.theirs[other.clone()],
        );
        if !kind.is_safe()
            && let Some(lines) = reindent::around(self.versions, &base, &ours, &other)
        {
            (kind, with) = (Kind::Reindent, lines);
        }
        (end, Placed { base, ours, theirs: other, with, kind })
    }
}

/// Whether `edit` ends at or after the beginning of `base`.
fn reaches(edit: &Range<usize>, base: &Range<usize>) -> bool {
    edit.end >= base.start
}

/// Whether two edits of the base change the same lines, or one inserts between lines that the other changes.
fn overlaps(one: &Range<usize>, two: &Range<usize>) -> bool {
    match (one.is_empty(), two.is_empty()) {
        (true, true) => false,
        (true, false) => two.start < one.start && one.start < two.end,
        (false, true) => one.start < two.start && two.start < one.end,
        (false, false) => one.start < two.end && two.start < one.end,
    }
}
