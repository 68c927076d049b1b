//! Why a tree could not be written, or not be brought back.

use std::io;
use std::path::{Path, PathBuf};

use super::status::FileStatus;
use crate::tree::TreePath;

/// Why a change was not made. Unless the variant says otherwise the tree is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The tree is no directory.
    #[error("{} is no directory", .0.display())]
    NotADirectory(PathBuf),
    /// Another process is changing the tree.
    #[error("another process is changing {}", .0.display())]
    Busy(PathBuf),
    /// Files are not as they were when the change was planned.
    #[error("not as it was when the change was planned: {}", list(.0))]
    Changed(Vec<TreePath>),
    /// Two changes of one file.
    #[error("{0} is to be changed twice")]
    Twice(TreePath),
    /// A name that pypatch keeps for itself.
    #[error("{0} is a name that pypatch keeps for itself")]
    Reserved(TreePath),
    /// A symbolic link: what it leads to may lie outside the tree.
    #[error("{0} is a symbolic link")]
    Symlink(TreePath),
    /// A directory or something stranger where a file was expected, or a file where a directory was.
    #[error("{0} is neither a file nor a directory on the way to one")]
    NotAFile(TreePath),
    /// The system refused; disk full and lacking permission come as this.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was being done: `write`, `rename`.
        doing: &'static str,
        /// To which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A tree was to be written where something stands already.
    #[error("{} exists already", .0.display())]
    Occupied(PathBuf),
    /// There is nothing to revert.
    #[error("{} holds no receipt", .0.display())]
    NoReceipt(PathBuf),
    /// The receipt cannot be read, or contradicts itself.
    #[error("the receipt {} is damaged: {why}", path.display())]
    Receipt {
        /// The receipt.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The receipt was written by another version of pypatch.
    #[error("the receipt {} has schema {found}", path.display())]
    ForeignSchema {
        /// The receipt.
        path: PathBuf,
        /// The schema it names.
        found: u64,
    },
    /// Files are not as the receipt says; all of them.
    #[error("not as pypatch left it: {}", list(.0.iter().map(|file| &file.path)))]
    Drifted(Vec<FileStatus>),
    /// A file was edited after a process was killed in the middle of its work, before that work could
    /// be undone. The tree is neither as before nor as after.
    #[error("{path} was edited after a change of the tree had been interrupted")]
    Torn {
        /// The edited file.
        path: TreePath,
        /// The old contents; `None` when the file was not there before. Putting them back, or
        /// removing the file, lets recovery go on.
        old: Option<PathBuf>,
    },
    /// The journal of an interrupted change cannot be read.
    #[error("the journal {} is damaged: {why}", path.display())]
    Journal {
        /// The journal.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The change failed and could not be undone either; the next command tries again.
    #[error("{cause}; and it could not be undone")]
    Unfinished {
        /// What failed first.
        cause: Box<ApplyError>,
        /// What failed when that was being undone.
        #[source]
        undoing: Box<ApplyError>,
    },
}

fn list<'a>(paths: impl IntoIterator<Item = &'a TreePath>) -> String {
    let paths: Vec<&str> = paths.into_iter().map(TreePath::as_str).collect();
    paths.join(", ")
}

impl ApplyError {
    /// Makes one of a system error: `map_err(ApplyError::io("read", &path))`.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ApplyError {
        move |source| ApplyError::Io { doing, path: path.to_owned(), source }
    }
}
