//! Which bytes of a tree which edits have written, level by level: an edit may change those of an edit that it depends on
//! only.

use std::collections::BTreeMap;

use super::PlannedEdit;
use crate::edit::Context;
use crate::operation::Delta;
use crate::text::{Rewrite, Span};
use crate::tree::{Location, TreeError, TreePath};

/// The bytes that edits have written, in offsets of the tree as it is after them.
#[derive(Default)]
pub(super) struct Written {
    files: BTreeMap<TreePath, Vec<(Span, usize)>>,
}

impl Written {
    /// The bytes that `edit` would change though an edit has written them that is not among `allowed`: that edit, and the
    /// place.
    pub(super) fn touched(
        &self,
        here: &Context<'_>,
        edit: &PlannedEdit,
        allowed: &[usize],
    ) -> Result<Vec<(usize, Location)>, TreeError> {
        let mut found: Vec<(usize, Location)> = Vec::new();
        for (path, rewrite) in rewrites(edit) {
            for (span, owner) in self.files.get(path).into_iter().flatten() {
                if touch(rewrite.span, *span)
                    && !allowed.contains(owner)
                    && !found.iter().any(|(known, _)| known == owner)
                {
                    let bytes = here.file(path)?.map(|file| file.bytes).unwrap_or_default();
                    found.push((*owner, Location::of(path, &bytes, rewrite.span.start)));
                }
            }
        }
        Ok(found)
    }

    /// Adds the bytes that the edits of a level write, each with its index.
    pub(super) fn add<'a>(&mut self, edits: impl Iterator<Item = (usize, &'a PlannedEdit)>) {
        let mut by_file: BTreeMap<&TreePath, Vec<(usize, &Rewrite)>> = BTreeMap::new();
        for (index, edit) in edits {
            for (path, rewrite) in rewrites(edit) {
                by_file.entry(path).or_default().push((index, rewrite));
            }
            for part in &edit.parts {
                for delta in &part.deltas {
                    let (path, bytes) = match delta {
                        Delta::Add { bytes, .. } => (&part.file, bytes),
                        Delta::Link { target } => (&part.file, target),
                        Delta::Move { to, bytes, .. } => (to, bytes),
                        Delta::Rewrite(_) | Delta::Remove | Delta::Mode { .. } => continue,
                    };
                    self.files.insert(path.clone(), vec![(Span::new(0, bytes.len()), index)]);
                }
            }
        }
        for (path, mut rewrites) in by_file {
            rewrites.sort_by_key(|(_, rewrite)| (rewrite.span.start, rewrite.span.end));
            let known = self.files.entry(path.clone()).or_default();
            for (span, _) in known.iter_mut() {
                let end = moved(span.end, &rewrites, true);
                // What is inserted where something was removed is after the start of the empty span, too.
                *span = Span::new(moved(span.start, &rewrites, false).min(end), end);
            }
            let mut shift = 0_isize;
            for (index, rewrite) in &rewrites {
                let start = rewrite.span.start.saturating_add_signed(shift);
                known.push((Span::new(start, start + rewrite.with.len()), *index));
                shift += growth(rewrite);
            }
        }
    }
}

fn rewrites(edit: &PlannedEdit) -> impl Iterator<Item = (&TreePath, &Rewrite)> {
    edit.parts.iter().flat_map(|part| {
        part.deltas.iter().filter_map(Delta::as_rewrite).map(|rewrite| (&part.file, rewrite))
    })
}

/// Whether two spans have bytes in common, or one is empty and inside the other.
fn touch(a: Span, b: Span) -> bool {
    a.start < b.end && b.start < a.end
}

/// By how many bytes a rewrite makes its file longer.
fn growth(rewrite: &Rewrite) -> isize {
    isize::try_from(rewrite.with.len()).unwrap_or(isize::MAX)
        - isize::try_from(rewrite.span.len()).unwrap_or(0)
}

/// Where an offset is after rewrites; inside one, where that begins or, for the end of a span, ends.
fn moved(offset: usize, rewrites: &[(usize, &Rewrite)], is_end: bool) -> usize {
    let mut shift = 0_isize;
    for (_, rewrite) in rewrites {
        if rewrite.span.end <= offset && !(is_end && rewrite.span.start == offset) {
            shift += growth(rewrite);
        } else if rewrite.span.start < offset {
            let start = rewrite.span.start.saturating_add_signed(shift);
            return if is_end { start + rewrite.with.len() } else { start };
        }
    }
    offset.saturating_add_signed(shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_moves_with_the_bytes_before_it() {
        let rewrites = [(0, Rewrite::insert(2, "abc")), (1, Rewrite::replace(Span::new(4, 8), "x"))];
        let rewrites: Vec<(usize, &Rewrite)> = rewrites.iter().map(|(index, one)| (*index, one)).collect();
        let at = |offset, is_end| moved(offset, &rewrites, is_end);
        assert_eq!([at(1, false), at(2, false), at(2, true)], [1, 5, 2]);
        assert_eq!([at(6, false), at(6, true), at(8, true), at(10, false)], [7, 8, 8, 10]);
    }

    #[test]
    fn neighbours_do_not_touch() {
        assert!(touch(Span::new(1, 4), Span::new(3, 5)) && touch(Span::at(2), Span::new(1, 4)));
        assert!(!touch(Span::at(4), Span::new(1, 4)) && !touch(Span::new(0, 1), Span::new(1, 4)));
    }
}
