//! Why a source cannot be read.

use std::path::PathBuf;

use super::TreePath;

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
    /// A name that can be no [`TreePath`]: no UTF-8, or with a backslash or a line end in it. A
    /// plan passes over it; a copy of the tree would lack it.
    #[error("{tree} holds a name that pypatch cannot keep: `{name}`")]
    Name {
        /// The source.
        tree: String,
        /// The name, with what is no UTF-8 replaced.
        name: String,
    },
    /// No git repository where one was named.
    #[error("{} is no git repository", .repo.display())]
    NoRepository {
        /// What was named.
        repo: PathBuf,
        /// What git said.
        why: String,
    },
    /// A repository without that revision.
    #[error("{} has no revision `{rev}`", .repo.display())]
    NoRevision {
        /// The repository.
        repo: PathBuf,
        /// What was asked for.
        rev: String,
        /// Tags and branches of nearly that name, the nearest first.
        near: Vec<String>,
    },
    /// A pin, which has to be found on this machine or fetched before it can be opened.
    #[error("the pin `{0}` has to be looked up before it can be read")]
    Pin(String),
}

impl TreeError {
    /// [`TreeError::Io`] of `what`, as `map_err` wants it.
    pub(crate) fn io(what: impl ToString) -> impl FnOnce(std::io::Error) -> TreeError {
        move |source| TreeError::Io { what: what.to_string(), source }
    }
}
