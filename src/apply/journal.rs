//! The journal of a change: everything that is needed to undo it.

use serde::{Deserialize, Deserializer, Serialize};

use super::receipt::{RECEIPT, Receipt};
use super::stamp::{Mode, Mtime};
use crate::digest::Sha256Digest;
use crate::tree::TreePath;

const SCHEMA: u32 = 2;

/// The journal of one change. The stage has the old contents of `files[3]` as `3.old`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Journal {
    schema: u32,
    /// The files, in the order in which they are changed.
    pub files: Vec<JournalFile>,
    /// Directories to be created, the outermost first.
    pub created: Vec<TreePath>,
    /// Directories to be removed, the innermost first.
    pub removed: Vec<RemovedDir>,
    /// The old mtimes of directories except the top.
    pub mtimes: Vec<(TreePath, Mtime)>,
}

/// One file of a change.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct JournalFile {
    #[serde(deserialize_with = "own_path")]
    pub path: TreePath,
    /// The file before the change; `None` when it did not exist.
    pub before: Option<JournalBefore>,
    /// The digest of its new contents; `None` when the change removes it.
    pub after: Option<Sha256Digest>,
    /// The mode that it gets in place; `None` when the file is not only given another mode.
    pub in_place: Option<Mode>,
}

/// A path, which may be that of the receipt: no other path of a tree has a name of pypatch.
fn own_path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TreePath, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text == RECEIPT { Ok(Receipt::path()) } else { text.parse().map_err(serde::de::Error::custom) }
}

/// A file before the change.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct JournalBefore {
    pub sha256: Sha256Digest,
    pub mode: Mode,
}

/// A directory to be removed. Its old mtime is in [`Journal::mtimes`].
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RemovedDir {
    pub path: TreePath,
    pub mode: Mode,
}

impl Journal {
    /// An empty journal.
    pub fn new() -> Journal {
        Journal {
            schema: SCHEMA,
            files: Vec::new(),
            created: Vec::new(),
            removed: Vec::new(),
            mtimes: Vec::new(),
        }
    }

    /// The contents of the journal file.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a journal has only text keys, so it is always JSON")
    }

    /// Reads the contents of a journal file.
    ///
    /// # Errors
    /// A message when it is not a journal of this schema.
    pub fn parse(bytes: &[u8]) -> Result<Journal, String> {
        let journal: Journal = serde_json::from_slice(bytes).map_err(|e| e.to_string())?;
        if journal.schema == SCHEMA { Ok(journal) } else { Err(format!("its schema is {}", journal.schema)) }
    }
}
