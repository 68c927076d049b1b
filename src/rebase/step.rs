//! A patch that was carried.

use super::compare::{How, change_of_change, how};
use crate::carry::{Carried, Outcome};
use crate::import::ImportedPatch;
use crate::tree::{FileChange, TreePath};

/// The change of a file in a patch that was carried.
#[derive(Debug, Clone)]
pub struct StepFile {
    /// The change of the old version.
    pub original: FileChange,
    /// What became of it by rules.
    pub carried: Carried,
    /// The changes of the new version: those that were proposed, or decided.
    pub changes: Vec<FileChange>,
    /// Whether a person decided.
    pub is_decided: bool,
}

impl StepFile {
    /// Whether a person has to decide: nothing is certain here.
    pub fn is_open(&self) -> bool {
        !self.is_decided && self.carried.outcome >= Outcome::Gone
    }

    /// How the change was carried.
    pub fn how(&self) -> How {
        match (self.changes.is_empty(), self.is_decided) {
            (true, _) => How::LeftOut,
            (false, true) => How::Resolved,
            (false, false) => how(&self.original, self.changes.first()),
        }
    }

    /// What differs from the old change, as range-diff shows it; nothing if it is left out.
    pub fn change_of_change(&self) -> Vec<Vec<u8>> {
        if self.changes.is_empty() {
            return Vec::new();
        }
        let new: Vec<u8> = self.changes.iter().flat_map(FileChange::diff).collect();
        change_of_change(&self.original.diff(), &new)
    }

    /// The file of the new version.
    pub fn path(&self) -> &TreePath {
        self.carried.moved_to.as_ref().unwrap_or(&self.carried.path)
    }
}

/// A patch that was carried.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// The patch.
    pub patch: &'a ImportedPatch,
    /// Its files; none if it is left out.
    pub files: Vec<StepFile>,
    /// Why it is left out, if a person decided so.
    pub skipped: Option<String>,
    /// What identifies its changes.
    pub key: String,
}
