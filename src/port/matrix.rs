//! A matrix of verdicts: a column for each tree, a row for each part of an edit.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::cell::{Cell, GoneSince, Verdict};
use crate::version::Version;

/// The cells of a patchset on one source.
#[derive(Debug, Clone)]
pub struct Column {
    /// The source, as it was named.
    pub source: String,
    /// Its version.
    pub version: Option<Version>,
    /// The patchsets that were judged: with a family the member of the family that is written for the version.
    pub patchset: String,
    /// The cells, or why the source could not be judged.
    pub cells: Result<Vec<Cell>, String>,
}

/// The cells of a patchset on many sources.
#[derive(Debug)]
pub struct Matrix {
    /// The patchset that was asked for, or several in order: `one+two`.
    pub patchset: String,
    /// The tree that the anchors were compared with.
    pub base: Option<String>,
    /// The columns, in the order in which the sources were named.
    pub columns: Vec<Column>,
}

impl Matrix {
    /// The names of all rows, in the order in which they occur.
    pub fn rows(&self) -> Vec<String> {
        let mut rows: Vec<String> = Vec::new();
        for cell in self.cells() {
            let row = cell.row();
            if !rows.contains(&row) {
                // Keep the parts of an edit together, even one that only some versions have.
                let edit = row.split('/').next().unwrap_or(&row).to_owned();
                let last = rows.iter().rposition(|known| known.split('/').next() == Some(&edit));
                rows.insert(last.map_or(rows.len(), |at| at + 1), row);
            }
        }
        rows
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.columns.iter().filter_map(|column| column.cells.as_ref().ok()).flatten()
    }

    /// Ranges of adjacent columns in which every row has the same verdict.
    pub fn folded(&self) -> Vec<std::ops::Range<usize>> {
        let mut groups: Vec<std::ops::Range<usize>> = Vec::new();
        for at in 0..self.columns.len() {
            match groups.last_mut() {
                Some(group) if self.columns[group.start].is_like(&self.columns[at]) => group.end = at + 1,
                _ => groups.push(at..at + 1),
            }
        }
        groups
    }

    /// Sets [`Cell::gone_since`] of each obsolete cell where the columns show it: the first version of an unbroken run of
    /// cells without what the anchor names, if a column before it has that. Versions before `base`, for which the patchset
    /// was written, did not lose it.
    pub fn note_gone_since(&mut self, base: Option<&Version>) {
        let mut order: Vec<usize> =
            (0..self.columns.len()).filter(|at| self.columns[*at].version.is_some()).collect();
        order.sort_by(|a, b| self.columns[*a].version.cmp(&self.columns[*b].version));
        let mut since: BTreeMap<String, Option<GoneSince>> = BTreeMap::new();
        let mut before: BTreeMap<String, String> = BTreeMap::new();
        for at in order {
            let version = self.columns[at].version.as_ref().map(ToString::to_string).unwrap_or_default();
            let is_older = base.zip(self.columns[at].version.as_ref()).is_some_and(|(base, own)| own < base);
            let Ok(cells) = &mut self.columns[at].cells else { continue };
            for cell in cells {
                let row = cell.row();
                if cell.verdict == Verdict::Skipped {
                    continue;
                }
                if cell.has_anchor {
                    since.remove(&row);
                    before.insert(row, version.clone());
                    continue;
                }
                if is_older {
                    continue;
                }
                let first_seen = || {
                    // Two trees of one version, of which one was changed, say nothing about versions.
                    let last = before.get(&row).filter(|last| **last != version)?.clone();
                    Some(GoneSince { first: version.clone(), last })
                };
                let since = since.entry(row.clone()).or_insert_with(first_seen);
                if cell.verdict == Verdict::Obsolete {
                    cell.gone_since.clone_from(since);
                }
            }
        }
    }
}

impl Column {
    /// The verdict of a row: of several cells, the one that needs the most attention.
    pub fn verdict(&self, row: &str) -> Option<Verdict> {
        let cells = self.cells.as_ref().ok()?;
        cells.iter().filter(|cell| cell.row() == row).map(|cell| cell.verdict).max()
    }

    fn is_like(&self, other: &Column) -> bool {
        let (Ok(one), Ok(two)) = (&self.cells, &other.cells) else { return false };
        let verdicts =
            |cells: &[Cell]| cells.iter().map(|cell| (cell.row(), cell.verdict)).collect::<BTreeMap<_, _>>();
        self.patchset == other.patchset && verdicts(one) == verdicts(two)
    }
}

/// Does `work` for each of `items`, in as many threads as there are processors; the results in the order of
/// the items.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(items.len().max(1));
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { break };
                    let result = work(item);
                    results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
