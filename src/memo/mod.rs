//! Remembers plans, so that the same patchset on the same files need not be planned again.
//!
//! A plan is a function of the patchset's files, of what it looked at in the tree, and of this
//! program. A remembered plan names all three, files with their digests, and is taken only where
//! each of them is as it was: then planning would come to the same, second run included. Everything else is
//! planned anew, and what cannot be read, or written, is as if it were not there.

mod record;
mod recording;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

pub use recording::Recording;

use record::Record;

use crate::digest::Sha256Digest;
use crate::patchset::{Catalog, Patchset};
use crate::plan::Work;
use crate::tree::Tree;
use crate::version::Version;

/// How many plans are kept at most.
const MOST: usize = 64;

/// A folder of remembered plans.
#[derive(Debug, Clone)]
pub struct Memory {
    folder: PathBuf,
    /// What tells this build of the program from any other.
    program: String,
}

impl Memory {
    /// Remembers plans that `program` makes in `folder`.
    pub fn new(folder: impl Into<PathBuf>, program: impl Into<String>) -> Memory {
        Memory { folder: folder.into(), program: program.into() }
    }

    /// What the patchset that is called `id` comes to on `tree`, if that is remembered and still so.
    pub fn recall(
        &self,
        catalog: &Catalog,
        id: &str,
        tree: &dyn Tree,
        version: Option<&Version>,
    ) -> Option<Work> {
        let bytes = fs::read(self.path(id, version)).ok()?;
        let record: Record = serde_json::from_slice(&bytes).ok()?;
        if record.program != self.program || !catalog.reads_the_same(&record.inputs) {
            return None;
        }
        record.work(tree, version)
    }

    /// Remembers what `patchset` came to on the tree that `recording` has looked at. That it cannot
    /// be written is no failure of anything.
    pub fn keep(&self, id: &str, patchset: &Patchset, recording: &Recording<'_>, work: &Work) {
        if let Some(record) = Record::new(&self.program, patchset, recording, work) {
            let _ = self.write(&self.path(id, work.version.as_ref()), &record);
        }
    }

    fn path(&self, id: &str, version: Option<&Version>) -> PathBuf {
        let version = version.map(ToString::to_string).unwrap_or_default();
        let key = Sha256Digest::of(format!("{id}\n{version}").as_bytes()).to_string();
        self.folder.join(format!("{}.json", &key[..32]))
    }

    fn write(&self, path: &Path, record: &Record) -> std::io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&serde_json::to_vec(record)?)?;
        file.persist(path).map_err(|error| error.error)?;
        self.forget_oldest()
    }

    /// Keeps the folder small.
    fn forget_oldest(&self) -> std::io::Result<()> {
        let mut all = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            all.push((entry.metadata()?.modified()?, entry.path()));
        }
        all.sort();
        let surplus = all.len().saturating_sub(MOST);
        all.iter().take(surplus).try_for_each(|(_, path)| fs::remove_file(path))
    }
}

#[cfg(test)]
mod tests;
