//! Why a source cannot be read.

use std::path::PathBuf;

use super::{MissingObjects, TreePath};

/// An error of reading a source.
#[derive(Debug, thiserror::Error)]
pub enum TreeError {
    /// The file or directory does not exist.
    #[error("{} does not exist", .0.display())]
    NoSource(PathBuf),
    /// Reading failed.
    #[error("cannot read {what}")]
    Io {
        /// The file or directory.
        what: String,
        /// The error of the system.
        #[source]
        source: std::io::Error,
    },
    /// A tarball could not be unpacked into a temporary file.
    #[error("cannot write a temporary file in {}", .folder.display())]
    Scratch {
        /// The folder of temporary files.
        folder: PathBuf,
        /// The error of the system.
        #[source]
        source: std::io::Error,
    },
    /// A member of an archive or a commit that no release of CPython has: it would leave the tree, is not a
    /// file, directory or link, or has a name that git or pypatch uses for itself.
    #[error("{archive}: hostile member `{member}`: {why}")]
    Hostile {
        /// The archive.
        archive: String,
        /// The member's name as it is in the archive.
        member: String,
        /// What is wrong with it.
        why: String,
    },
    /// A source, or a file of it, that is larger than pypatch reads.
    #[error("{what} is too large: {why}")]
    Limit {
        /// The source.
        what: String,
        /// The limit.
        why: String,
    },
    /// An archive that is damaged, or not an archive.
    #[error("cannot read the archive {archive}: {why}")]
    Archive {
        /// The archive.
        archive: String,
        /// What is wrong with it.
        why: String,
    },
    /// A symbolic link at this path, where a file or directory was expected.
    #[error("{0} is a symbolic link, or is below one")]
    Symlink(TreePath),
    /// Something else than a regular file at this path, where one was expected.
    #[error("{0} is not a regular file")]
    NotAFile(TreePath),
    /// An object of a git repository cannot be read.
    #[error("{what}: {why}")]
    Git {
        /// The repository and revision.
        what: String,
        /// The message of libgit2.
        why: String,
    },
    /// A git repository lacks objects of the tree.
    #[error(transparent)]
    Missing(Box<MissingObjects>),
    /// A path that the user left out of the tree.
    #[error("{0} is left out of the tree, but has to be read")]
    LeftOut(TreePath),
    /// A name that is not a [`TreePath`]: it is not UTF-8, or has a backslash or a line end. A plan
    /// skips it, but a copy of the tree would lack it.
    #[error("{tree} has a file name that pypatch cannot copy: `{name}`")]
    Name {
        /// The source.
        tree: String,
        /// The name; bytes that are not UTF-8 are replaced.
        name: String,
    },
    /// The path of a git repository is not one.
    #[error("{} is not a git repository", .repo.display())]
    NoRepository {
        /// The path.
        repo: PathBuf,
        /// The message of libgit2.
        why: String,
    },
    /// A repository without that revision.
    #[error("{} has no revision `{rev}`", .repo.display())]
    NoRevision {
        /// The repository.
        repo: PathBuf,
        /// The revision asked for.
        rev: String,
        /// Tags and branches of similar names, the most similar first.
        near: Vec<String>,
    },
    /// A pin, which has to be located on this machine or fetched before it is opened.
    #[error("cannot open the pin `{0}`: it is not located")]
    Pin(String),
}

impl TreeError {
    /// Makes a [`TreeError::Hostile`].
    pub(super) fn hostile(archive: &str, member: &[u8], why: impl Into<String>) -> TreeError {
        let member = String::from_utf8_lossy(member).into_owned();
        TreeError::Hostile { archive: archive.to_owned(), member, why: why.into() }
    }

    /// Makes a [`TreeError::Io`] of `what`, for `map_err`.
    pub(crate) fn io(what: impl ToString) -> impl FnOnce(std::io::Error) -> TreeError {
        move |source| TreeError::Io { what: what.to_string(), source }
    }
}
