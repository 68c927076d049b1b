//! Errors of loading a patchset.

use std::fmt;
use std::io;

/// One mistake in a patchset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The file, as the user would name it.
    pub file: String,
    /// The line, from 1; 0 when the mistake has no position.
    pub line: usize,
    /// The column in characters, from 1; 0 when the mistake has no position.
    pub column: usize,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.what),
            line => write!(f, "{}:{line}:{}: {}", self.file, self.column, self.what),
        }
    }
}

/// Why a patchset could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// No patchset has this id.
    #[error("no patchset named `{id}`")]
    Unknown {
        /// The id.
        id: String,
        /// Similar ids.
        near: Vec<String>,
    },
    /// The patchset has mistakes.
    #[error("invalid patchset `{id}`")]
    Invalid {
        /// The patchset.
        id: String,
        /// All its mistakes; never empty.
        complaints: Vec<Complaint>,
    },
    /// A file of the patchset cannot be read.
    #[error("cannot read {file}")]
    Io {
        /// The file.
        file: String,
        /// The error of the system.
        #[source]
        source: io::Error,
    },
}
