//! The job of `matrix`: patchsets on sources.

use serde::{Deserialize, Serialize};

use super::join::Job;
use crate::port::{Cell, Column, GoneSince, Matrix};
use crate::version::Version;

/// Patchsets on sources. Its cells are counted source by source, and on each in the order of the patchsets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatrixJob {
    /// The patchsets: a matrix for each.
    #[serde(rename = "patchsets")]
    pub matrices: Vec<MatrixHead>,
    /// The sources: a column of each matrix.
    pub sources: Vec<JobSource>,
    /// Whether the status says that something has to be decided.
    pub exit_code: bool,
}

/// A patchset of a job, or several of which each is judged on the result of those before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatrixHead {
    /// Its name, or those of several: `one+two`.
    pub patchset: String,
    /// Its digest, with all that it extends; of several each, and of a family those of its members.
    pub digests: Vec<String>,
    /// The tree that anchors are compared with.
    pub base: Option<String>,
    /// Its version.
    pub base_version: Option<Version>,
    /// Whether the tree itself was there, and not only its accepted snapshot.
    pub base_is_there: bool,
}

/// A source of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobSource {
    /// Its name.
    pub name: String,
    /// The git tree id of a pin.
    pub tree: Option<String>,
}

/// A patchset on a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The version of the source.
    pub version: Option<Version>,
    /// The patchsets that were judged.
    pub patchset: String,
    /// Why the source could not be judged.
    pub error: Option<String>,
    /// The cells.
    pub cells: Vec<Cell>,
}

impl Judged {
    /// What was judged.
    pub fn of(column: Column) -> Judged {
        let Column { version, patchset, cells, .. } = column;
        let (cells, error) = match cells {
            Ok(cells) => (cells, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        Judged { version, patchset, error, cells }
    }

    /// The column of a source.
    pub fn column(self, source: &str) -> Column {
        let Judged { version, patchset, error, cells } = self;
        let cells = error.map_or(Ok(cells), Err);
        Column { source: source.to_owned(), version, patchset, cells }
    }
}

impl Job for MatrixJob {
    type Cell = Judged;

    fn shape(&self) -> (usize, usize) {
        (self.sources.len(), self.matrices.len())
    }

    fn agree(one: &Judged, other: &Judged) -> bool {
        one == other
    }
}

impl MatrixJob {
    /// The patchset and the source of a cell.
    pub fn cell(&self, number: usize) -> (&MatrixHead, &JobSource) {
        let count = self.matrices.len();
        (&self.matrices[number % count], &self.sources[number / count])
    }

    /// The matrices of these columns, which are in the order of the cells, and since when things are gone, as the columns show
    /// it. Where they do not, what a column says stays.
    pub fn matrices(&self, columns: Vec<Column>) -> Vec<Matrix> {
        let of_head = |head: &MatrixHead| Matrix {
            patchset: head.patchset.clone(),
            base: head.base.clone(),
            columns: Vec::new(),
        };
        let mut matrices: Vec<Matrix> = self.matrices.iter().map(of_head).collect();
        for (at, column) in columns.into_iter().enumerate() {
            let count = matrices.len();
            matrices[at % count].columns.push(column);
        }
        for (matrix, head) in matrices.iter_mut().zip(&self.matrices) {
            let found: Vec<Option<GoneSince>> = matrix.cells().map(|cell| cell.gone_since.clone()).collect();
            matrix.note_gone_since(head.base_version.as_ref());
            let cells = matrix.columns.iter_mut().filter_map(|column| column.cells.as_mut().ok()).flatten();
            for (cell, found) in cells.zip(found) {
                cell.gone_since = cell.gone_since.take().or(found);
            }
        }
        matrices
    }
}
