//! Why a series cannot be carried.

use std::path::PathBuf;

use crate::tree::TreeError;

/// Why a series cannot be carried.
#[derive(Debug, thiserror::Error)]
pub enum RebaseError {
    /// A tree cannot be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// A patch is not for the old version.
    #[error("{patch} does not fit the version of --from")]
    Unfit {
        /// The patch.
        patch: String,
        /// Why not.
        why: String,
    },
    /// A file cannot be written.
    #[error("cannot write {}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: std::io::Error,
    },
}
