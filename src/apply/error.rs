//! Errors of writing to a tree.

use std::io;
use std::path::{Path, PathBuf};

use super::file_state::FileStatus;
use crate::tree::TreePath;

/// Why a change was not made. The tree is as it was, unless the variant says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The root of the tree is not a directory.
    #[error("{} is not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// Another process holds the lock of the tree.
    #[error("another process is changing {}", .0.display())]
    Busy(PathBuf),
    /// All files that differ from what the plan read.
    #[error("changed since the patchset was planned: {}", list(.0))]
    Changed(Vec<TreePath>),
    /// A layer has two changes of one file.
    #[error("two changes of {0} in one layer")]
    Twice(TreePath),
    /// A symbolic link, which may lead out of the tree.
    #[error("{0} is a symbolic link")]
    Symlink(TreePath),
    /// A regular file or a directory is needed at this path, and something else is there.
    #[error("{0} has the wrong file type")]
    WrongType(TreePath),
    /// A system call failed, for example because the disk is full or a permission is missing.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What the call does: `write`, `replace`.
        doing: &'static str,
        /// Its file or directory.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: io::Error,
    },
    /// A new tree cannot be written to a path that exists.
    #[error("{} already exists", .0.display())]
    Occupied(PathBuf),
    /// There is nothing to revert.
    #[error("{} has no receipt", .0.display())]
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
        /// The number of its schema.
        found: u64,
    },
    /// All files that differ from what pypatch wrote.
    #[error("changed since pypatch wrote it: {}", list(.0.iter().map(|file| &file.path)))]
    Drifted(Vec<FileStatus>),
    /// A layer made a directory where an earlier one removed a file: both cannot be reverted in one step.
    #[error("`{0}` was a file, and a later patchset made a directory of that name")]
    Replaced(TreePath),
    /// One layer removes a file, and a later one makes a directory of its name, or the other way round: both cannot be
    /// applied in one step.
    #[error("cannot turn `{0}` from a file into a directory, or back, in one step")]
    Turns(TreePath),
    /// A process was killed while it changed the tree, and a file was edited before that change was
    /// undone. The tree is neither as before the change nor as after it.
    #[error("{path} was edited after an interrupted apply or revert")]
    Torn {
        /// The edited file.
        path: TreePath,
        /// The old contents; `None` when the file did not exist. Putting them back, or removing the
        /// file, lets recovery continue.
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
    /// A directory has the name of a stage, but pypatch did not make it, or someone changed it.
    #[error("{} is not what pypatch leaves there: {why}", path.display())]
    ForeignStage {
        /// The directory, or a link or file of that name.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A file is larger than pypatch reads or writes.
    #[error("{} is too large: {why}", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        why: String,
    },
    /// The change failed, and so did undoing it. The next command tries to undo it again.
    #[error("{cause}; and undoing the change failed")]
    Unfinished {
        /// The first error.
        cause: Box<ApplyError>,
        /// The error of undoing.
        #[source]
        undoing: Box<ApplyError>,
    },
}

fn list<'a>(paths: impl IntoIterator<Item = &'a TreePath>) -> String {
    let paths: Vec<&str> = paths.into_iter().map(TreePath::as_str).collect();
    paths.join(", ")
}

impl ApplyError {
    /// Makes one from the error of a system call: `map_err(ApplyError::io("read", &path))`.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ApplyError {
        move |source| ApplyError::Io { doing, path: path.to_owned(), source }
    }

    /// Makes one from an error of reading a file that has a limit.
    pub(super) fn reading(path: &Path) -> impl FnOnce(io::Error) -> ApplyError {
        move |error| match error.kind() {
            io::ErrorKind::FileTooLarge => {
                ApplyError::TooLarge { path: path.to_owned(), why: error.to_string() }
            }
            _ => ApplyError::io("read", path)(error),
        }
    }
}
