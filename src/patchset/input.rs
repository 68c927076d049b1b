//! What a patchset was read from.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Catalog, Origin};
use crate::digest::Sha256Digest;

/// One file that was read for a patchset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The patchset it belongs to.
    pub patchset: String,
    /// The patchset's folder; none for a shipped one.
    pub folder: Option<PathBuf>,
    /// The file, below the folder.
    pub file: String,
    /// The digest of its contents.
    pub digest: Sha256Digest,
}

impl Input {
    pub(super) fn new(origin: &Origin, file: &str, bytes: &[u8]) -> Input {
        let (patchset, folder) = match origin {
            Origin::Folder { path, id } => (id.clone(), Some(path.clone())),
            Origin::Shipped { id } => (id.clone(), None),
        };
        Input { patchset, folder, file: file.to_owned(), digest: Sha256Digest::of(bytes) }
    }
}

impl Catalog {
    /// Whether loading the patchset that was read from `inputs` would read the same again. Shipped
    /// files are a part of this program, and not compared.
    pub fn reads_the_same(&self, inputs: &[Input]) -> bool {
        inputs.iter().all(|input| {
            let origin = match self.find(&input.patchset) {
                Ok(Some(origin)) => origin,
                _ => return false,
            };
            match (&origin, &input.folder) {
                (Origin::Shipped { .. }, None) => true,
                (Origin::Folder { path, .. }, Some(folder)) => {
                    path == folder
                        && origin
                            .read(&input.file)
                            .is_ok_and(|bytes| Sha256Digest::of(&bytes) == input.digest)
                }
                _ => false,
            }
        })
    }
}
