//! A read-only view of a source tree, wherever it is kept.
//!
//! Plans are made against [`Tree`] alone, so that a directory, a tarball and a commit in a git
//! repository give the same plan. Nothing here writes.

mod change;
mod path;
pub mod pin;

use std::path::PathBuf;

pub use change::FileChange;
pub use path::{BadPath, TreePath};

/// A regular file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its contents.
    pub bytes: Vec<u8>,
    /// Whether its owner may execute it: the one bit of a mode that git and tarballs agree on.
    pub executable: bool,
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A regular file.
    File {
        /// Whether its owner may execute it.
        executable: bool,
    },
    /// A directory.
    Directory,
    /// A symbolic link. pypatch neither follows nor edits links: what they lead to may lie outside.
    Symlink,
    /// A device, a pipe, a git submodule and the like.
    Other,
}

/// A source tree that can be read.
pub trait Tree: Send + Sync {
    /// Names the source in reports: `./Python-2.5`, `git:cpython@v2.5`.
    fn label(&self) -> &str;

    /// What stands at `path`; `None` when nothing does.
    ///
    /// # Errors
    /// When the source cannot be read. A path below a symbolic link is [`TreeError::Symlink`].
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError>;

    /// The regular file at `path`; `None` when nothing stands there.
    ///
    /// # Errors
    /// When the source cannot be read, or when what stands there is no regular file.
    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError>;

    /// All regular files, in byte order of their paths.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn files(&self) -> Result<Vec<TreePath>, TreeError>;
}

/// Why a source could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// Nothing is there.
    #[error("{} does not exist", .0.display())]
    NoSource(PathBuf),
    /// Reading failed.
    #[error("cannot read {what}")]
    Io {
        /// The file or directory.
        what: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A member of an archive that no release of CPython has: it would leave the tree, or it is
    /// no file, directory or link.
    #[error("{archive}: hostile member `{member}`: {why}")]
    Hostile {
        /// The archive.
        archive: String,
        /// The member's name as it stands in the archive.
        member: String,
        /// What is wrong with it.
        why: String,
    },
    /// An archive that is damaged, or not an archive.
    #[error("{archive} is no readable archive: {why}")]
    Archive {
        /// The archive.
        archive: String,
        /// What is wrong with it.
        why: String,
    },
    /// A symbolic link where a file or directory was expected.
    #[error("{path} is a symbolic link, or lies below one")]
    Symlink {
        /// The path asked for.
        path: TreePath,
    },
    /// Something else than a regular file where one was expected.
    #[error("{path} is no regular file")]
    NotAFile {
        /// The path asked for.
        path: TreePath,
    },
    /// The git repository or the revision cannot be read.
    #[error("{what}: {why}")]
    Git {
        /// The repository and revision.
        what: String,
        /// What git said.
        why: String,
    },
}
