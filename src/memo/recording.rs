//! A tree that notes what is looked at.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::digest::Sha256Digest;
use crate::tree::{Entry, File, Tree, TreeError, TreePath};

/// A tree that notes everything that is asked of it.
pub struct Recording<'a> {
    tree: &'a dyn Tree,
    noted: Mutex<BTreeMap<TreePath, Noted>>,
    /// Whether something was asked that is not noted: all names, or what could not be read.
    lost: Mutex<bool>,
}

/// What is noted of a path. Contents are digested when they are asked for, which is when the plan fits.
enum Noted {
    Seen(Seen),
    Read(File),
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
        Recording { tree, noted: Mutex::default(), lost: Mutex::new(false) }
    }

    /// Everything that was looked at; `None` when that is not all that counted.
    pub(super) fn seen(&self) -> Option<BTreeMap<TreePath, Seen>> {
        if *self.lost.lock().unwrap_or_else(PoisonError::into_inner) {
            return None;
        }
        let noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        Some(noted.iter().map(|(path, noted)| (path.clone(), noted.seen())).collect())
    }

    fn note(&self, path: &TreePath, noted: Noted) {
        let mut all = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(all.get(path), Some(Noted::Read(_))) {
            all.insert(path.clone(), noted);
        }
    }

    fn lose(&self) {
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

impl Noted {
    fn seen(&self) -> Seen {
        match self {
            Noted::Seen(seen) => *seen,
            Noted::Read(file) => Seen::Contents { executable: file.executable, sha256: file.bytes.sha256() },
        }
    }
}

impl Tree for Recording<'_> {
    fn label(&self) -> &str {
        self.tree.label()
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        let entry = self.tree.entry(path).inspect_err(|_| self.lose())?;
        let seen = match &entry {
            None => Seen::Absent,
            Some(Entry::File { executable }) => Seen::Mode { executable: *executable },
            Some(_) => Seen::NoFile,
        };
        self.note(path, Noted::Seen(seen));
        Ok(entry)
    }

    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        let file = self.tree.read(path).inspect_err(|_| self.lose())?;
        self.note(path, file.clone().map_or(Noted::Seen(Seen::Absent), Noted::Read));
        Ok(file)
    }

    fn files(&self) -> Result<Vec<TreePath>, TreeError> {
        self.lose();
        self.tree.files()
    }
}
