//! Writes a source tree, patched or not, to somewhere else.

mod archive;
mod file;
mod tree;

use std::io;
use std::path::PathBuf;

pub use archive::{Compression, archive};
pub use file::file;
pub use tree::{Copy, tree};

use crate::apply::ApplyError;
use crate::tree::TreeError;

/// Why a tree could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The source cannot be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The directory cannot be written.
    #[error(transparent)]
    Directory(#[from] ApplyError),
    /// The file cannot be written.
    #[error("cannot write {}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A file name whose ending names no compression that can be written.
    #[error("{} ends in none of .tar, .tar.gz, .tgz and .tar.bz2", .0.display())]
    UnknownEnding(PathBuf),
}
