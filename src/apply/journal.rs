//! What a change is about to do to a tree: all that is needed to undo it.

use serde::{Deserialize, Serialize};

use super::stamp::{Mode, Mtime};
use crate::digest::Sha256Digest;
use crate::tree::TreePath;

const SCHEMA: u32 = 1;

/// The journal of one change. The stage holds the old contents of `files[3]` as `3.old`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    schema: u32,
    /// The files, in the order in which they are changed.
    pub files: Vec<JournalFile>,
    /// Directories to be created, the outermost first.
    pub created: Vec<TreePath>,
    /// Directories to be removed, the innermost first.
    pub removed: Vec<RemovedDir>,
    /// The mtimes of directories as they were, without the top.
    pub mtimes: Vec<(TreePath, Mtime)>,
}

/// One file of a change.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct JournalFile {
    pub path: TreePath,
    /// The file as it was; `None` when it was not there.
    pub before: Option<JournalBefore>,
    /// Its contents as they will be; `None` when it will not be there.
    pub after: Option<Sha256Digest>,
    /// Whether only its mode changes, without the file being replaced.
    pub in_place: bool,
}

/// A file as it was.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct JournalBefore {
    pub sha256: Sha256Digest,
    pub mode: Mode,
}

/// A directory to be removed, as it was; its mtime stands among those of the others.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RemovedDir {
    pub path: TreePath,
    pub mode: Mode,
}

impl Journal {
    /// An empty one.
    pub fn new() -> Journal {
        Journal {
            schema: SCHEMA,
            files: Vec::new(),
            created: Vec::new(),
            removed: Vec::new(),
            mtimes: Vec::new(),
        }
    }

    /// As it is written.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a journal has only text keys, so it is always JSON")
    }

    /// As it was read.
    pub fn parse(bytes: &[u8]) -> Result<Journal, String> {
        let journal: Journal = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
        if journal.schema == SCHEMA { Ok(journal) } else { Err(format!("its schema is {}", journal.schema)) }
    }
}
