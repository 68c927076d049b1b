//! A tree that notes what is looked at.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::digest::Sha256Digest;
use crate::tree::{Entry, File, Tree, TreeError, TreePath};

/// A tree that notes everything that is asked of it.
pub struct Recording<'a> {
    tree: &'a dyn Tree,
    seen: Mutex<BTreeMap<TreePath, Seen>>,
    /// Whether something was asked that is not noted: all names, or what could not be read.
    lost: Mutex<bool>,
}

/// What a plan has seen at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Seen {
    /// Nothing.
    Absent,
    /// Something that is no file.
    NoFile,
    /// A file, of which only the mode was looked at.
    Mode { executable: bool },
    /// A file that was read.
    Contents { executable: bool, sha256: Sha256Digest },
}

impl<'a> Recording<'a> {
    /// Notes what is asked of `tree` from now on.
    pub fn new(tree: &'a dyn Tree) -> Recording<'a> {
        Recording { tree, seen: Mutex::default(), lost: Mutex::new(false) }
    }

    /// Everything that was looked at; `None` when that is not all that counted.
    pub(super) fn seen(&self) -> Option<BTreeMap<TreePath, Seen>> {
        if *self.lost.lock().unwrap_or_else(PoisonError::into_inner) {
            return None;
        }
        Some(self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn note(&self, path: &TreePath, seen: Seen) {
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let known = matches!(all.get(path), Some(Seen::Contents { .. }));
        if !known {
            all.insert(path.clone(), seen);
        }
    }

    fn lose(&self) {
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

impl Tree for Recording<'_> {
    fn label(&self) -> &str {
        self.tree.label()
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        let entry = self.tree.entry(path).inspect_err(|_| self.lose())?;
        self.note(
            path,
            match &entry {
                None => Seen::Absent,
                Some(Entry::File { executable }) => Seen::Mode { executable: *executable },
                Some(_) => Seen::NoFile,
            },
        );
        Ok(entry)
    }

    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        let file = self.tree.read(path).inspect_err(|_| self.lose())?;
        self.note(
            path,
            match &file {
                None => Seen::Absent,
                Some(file) => Seen::Contents { executable: file.executable, sha256: file.bytes.sha256() },
            },
        );
        Ok(file)
    }

    fn files(&self) -> Result<Vec<TreePath>, TreeError> {
        self.lose();
        self.tree.files()
    }
}
