//! Edits of a chain that are made, as its end shows: an edit that depends on them and may have changed their text.

use std::collections::{BTreeMap, BTreeSet};

use super::cell::{Cell, Verdict};
use super::judging::Judging;
use crate::patchset::{Edit, Patchset};
use crate::plan::shown_made;
use crate::tree::{Location, TreeError, TreePath};

/// Edits that are made, as one that depends on them shows.
pub(super) struct Chains {
    /// For each edit the one that shows it.
    shown_by: Vec<Option<usize>>,
    /// The cells of those that show others.
    ends: BTreeMap<usize, Vec<Cell>>,
}

/// The evidence that an edit is made.
pub(super) struct Shown<'a> {
    /// The edit that shows it.
    pub by: &'a Edit,
    /// Where that edit is made.
    places: Vec<Location>,
}

impl Shown<'_> {
    /// Where it shows: in a file, if it does there.
    pub(super) fn places_in(&self, file: &TreePath) -> Vec<Location> {
        let own: Vec<Location> = self.places.iter().filter(|place| place.file == *file).cloned().collect();
        if own.is_empty() { self.places.clone() } else { own }
    }
}

impl Chains {
    /// What a plan says, as far as the ends of the chains are `already` made at a place of their own. `judge` judges an edit if
    /// others are made.
    ///
    /// # Errors
    /// If one of the trees cannot be read.
    pub(super) fn on<'a>(
        judging: &Judging<'a>,
        judge: impl Fn(&'a Edit, &[&String]) -> Result<Vec<Cell>, TreeError>,
    ) -> Result<Chains, TreeError> {
        let edits = &judging.patchset.edits;
        let mut shown_by = shown_made(judging.patchset, &judging.context)?;
        let mut ends = BTreeMap::new();
        for end in shown_by.iter().flatten().copied().collect::<BTreeSet<_>>() {
            let of_end = edits.iter().zip(&shown_by).filter(|(_, by)| **by == Some(end));
            let made: Vec<&String> = of_end.map(|(edit, _)| &edit.id).collect();
            let cells = judge(&edits[end], &made)?;
            let is_made = |cell: &Cell| match cell.verdict {
                Verdict::Already => !cell.places.is_empty(),
                Verdict::Skipped => true,
                Verdict::Obsolete
                | Verdict::Applies
                | Verdict::Moved
                | Verdict::Changed
                | Verdict::Refused
                | Verdict::Lost => false,
            };
            if cells.iter().all(is_made) {
                ends.insert(end, cells);
            }
        }
        for by in &mut shown_by {
            *by = by.filter(|end| ends.contains_key(end));
        }
        Ok(Chains { shown_by, ends })
    }

    /// The cells of an edit that shows others.
    pub(super) fn end(&self, edit: usize) -> Option<&[Cell]> {
        self.ends.get(&edit).map(Vec::as_slice)
    }

    /// The edits that are shown to be made.
    pub(super) fn made<'a>(&self, patchset: &'a Patchset) -> Vec<&'a String> {
        let edits = patchset.edits.iter().zip(&self.shown_by);
        edits.filter(|(_, by)| by.is_some()).map(|(edit, _)| &edit.id).collect()
    }

    /// What shows that an edit is made.
    pub(super) fn shown<'a>(&self, edit: usize, patchset: &'a Patchset) -> Option<Shown<'a>> {
        let end = self.shown_by[edit]?;
        let places = self.ends.get(&end)?.iter().flat_map(|cell| cell.places.iter().cloned()).collect();
        Some(Shown { by: &patchset.edits[end], places })
    }
}
