//! Writes a source tree, patched or not, to another place: a directory, a tarball, or a single file; or the steps that lead to it, as
//! patches. All outputs of
//! pypatch are written here: completely, or not at all.

mod archive;
mod branch;
mod files;
mod gzip;
mod output;
mod step;
mod steps;
mod target;
mod tree;

use std::io;
use std::path::PathBuf;

pub use archive::{Compression, archive};
pub use branch::{Branch, branch};
pub use files::{FileCommit, commit_files, work_tree};
pub(crate) use output::{Prepared, commit, file, prepare_directory, prepare_file, replace};
pub(crate) use step::NOBODY;
pub use step::StepPatch;
pub use steps::{mailbox, numbered, quilt};
pub(crate) use target::Target;
pub use tree::tree;
pub(crate) use tree::write;

use crate::apply::ApplyError;
use crate::tree::{Tree, TreeError, WalkEntry};

/// Why a tree or file could not be written.
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
        /// The error of the system.
        #[source]
        source: io::Error,
    },
    /// The branch cannot be written.
    #[error("cannot write the branch {branch} of {}: {why}", .repository.display())]
    Branch {
        /// The branch.
        branch: String,
        /// The repository.
        repository: PathBuf,
        /// Why not.
        why: String,
    },
    /// A file that is to be committed differs from that of HEAD.
    #[error("{} has changes that are not committed", .0.display())]
    Uncommitted(PathBuf),
    /// The branch leads to other commits.
    #[error("the branch {0} already exists")]
    BranchExists(String),
    /// The name of a tarball ends in no known suffix.
    #[error("unknown archive suffix: {} does not end in .tar, .tar.gz, .tgz, .tar.bz2, .tbz2, .tar.xz, .txz, .tar.zst or .tzst", .0.display())]
    UnknownSuffix(PathBuf),
}

/// Visits the entries of `tree` until `visit` fails.
fn for_each_entry(
    tree: &dyn Tree,
    mut visit: impl FnMut(&WalkEntry) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut result = Ok(());
    tree.walk(&mut |entry| {
        // A walk can only end early with an error of the tree, so an error of writing is kept until its end.
        if result.is_ok() {
            result = visit(&entry);
        }
        Ok(())
    })?;
    result
}
