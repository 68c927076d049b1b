//! What differs between two versions.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::lines::Line;
use super::{Kind, Placed};

/// Lines of the base, and those that another version has in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The lines of the base; none for an insertion.
    pub base: Range<usize>,
    /// The lines of the other version; none for a removal.
    pub other: Range<usize>,
}

impl Edit {
    /// The edit at the lines `theirs` of the other side, which become `with`.
    pub fn placed(&self, theirs: Range<usize>, with: Vec<Line>, kind: Kind) -> Placed {
        Placed { base: self.base.clone(), ours: self.other.clone(), theirs, with, kind }
    }
}

/// The edits that turn `base` into `other`, in order.
pub(crate) fn edits(base: &[Line], other: &[Line], algorithm: Algorithm) -> Vec<Edit> {
    let ids = |lines: &[Line]| -> Vec<usize> { lines.iter().map(|line| line.id).collect() };
    capture_diff_slices(algorithm, &ids(base), &ids(other))
        .into_iter()
        .filter(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| Edit { base: op.old_range(), other: op.new_range() })
        .collect()
}
