//! How a file compares with what pypatch wrote.

use serde::Serialize;

use crate::tree::TreePath;

/// A file that a patchset changed, and its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileStatus {
    /// The file.
    pub path: TreePath,
    /// Its state, compared with what pypatch wrote.
    pub state: FileState,
}

/// The state of a file that a patchset changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// The file is as pypatch wrote it, or still removed.
    AsApplied,
    /// Its contents differ, a removed file exists again, or it is not a regular file.
    Drifted,
    /// Its contents are the same, its mode differs.
    ModeChanged,
    /// The file does not exist.
    Missing,
}
