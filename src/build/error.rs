//! Errors of a build.

use std::io;
use std::path::{Path, PathBuf};

/// Why nothing can be built, or why a build was interrupted. A step or check that fails is an
/// [`Outcome`](super::Outcome) instead.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// None of the patchsets declares a program.
    #[error("{} declares no program to build", .0.join(", "))]
    NoPrograms(Vec<String>),
    /// The user named a program that is not declared.
    #[error("unknown program `{id}`; the programs are {}", known.join(", "))]
    NoSuchProgram {
        /// The name.
        id: String,
        /// The declared programs.
        known: Vec<String>,
    },
    /// Two patchsets of a series declare the same thing.
    #[error("`{first}` and `{second}` both declare {what}")]
    Twice {
        /// The patchset that is applied first.
        first: String,
        /// The other patchset.
        second: String,
        /// What they declare.
        what: String,
    },
    /// The work directory, or something in it, cannot be read or written.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What the call does: `write`, `create`.
        doing: &'static str,
        /// Its file or directory.
        path: PathBuf,
        /// The error of the system.
        #[source]
        source: io::Error,
    },
    /// A tree cannot be copied.
    #[error(transparent)]
    Copy(#[from] crate::export::ExportError),
    /// A tree cannot be patched.
    #[error(transparent)]
    Apply(#[from] crate::apply::ApplyError),
    /// A directory that is not empty and was not made by pypatch.
    #[error("{} is not empty and not a work directory of pypatch", .0.display())]
    NotAWorkDirectory(PathBuf),
}

impl BuildError {
    /// Makes one from the error of a system call: `map_err(BuildError::io("read", &path))`.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> BuildError {
        move |source| BuildError::Io { doing, path: path.to_owned(), source }
    }
}
