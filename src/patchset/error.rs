//! Errors of loading a patchset.

use std::io;

use crate::yaml::Complaint;

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
