//! What is known while the edits of a patchset are judged on one tree.

use std::cell::OnceCell;

use crate::edit::{Context, Part, normalized, resolve};
use crate::patchset::{Change, Edit, Patchset};
use crate::plan::Baseline;
use crate::tree::{Tree, TreeError, TreePath, python_version};

/// A patchset and the tree on which it is judged.
pub(super) struct Judging<'a> {
    pub patchset: &'a Patchset,
    pub context: Context<'a>,
    /// The release that the patchset was written for, if it is available.
    pub base: Option<&'a dyn Tree>,
    pub baseline: Option<&'a Baseline>,
    /// Whether the patchset is written for this version.
    pub in_range: bool,
    files: OnceCell<Vec<TreePath>>,
}

impl<'a> Judging<'a> {
    pub(super) fn new(
        patchset: &'a Patchset,
        baseline: Option<&'a Baseline>,
        base: Option<&'a dyn Tree>,
        tree: &'a dyn Tree,
    ) -> Result<Judging<'a>, TreeError> {
        let context = Context::new(tree, python_version(tree)?);
        let in_range = match (&patchset.applies_to, &context.version) {
            (Some(range), Some(version)) => range.contains(version),
            (range, _) => range.is_none(),
        };
        Ok(Judging { patchset, context, base, baseline, in_range, files: OnceCell::new() })
    }

    /// All files of the tree, listed on demand.
    pub(super) fn files(&self) -> Result<&[TreePath], TreeError> {
        if let Some(known) = self.files.get() {
            return Ok(known);
        }
        let files = self.context.tree.files()?;
        Ok(self.files.get_or_init(|| files))
    }

    pub(super) fn bytes(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        match self.context.file(path) {
            Ok(file) => Ok(file.map(|file| file.bytes.to_vec())),
            Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A file of the release that the patchset was written for.
    pub(super) fn base_bytes(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        let Some(base) = self.base else { return Ok(None) };
        Ok(base.read(path)?.map(|file| file.bytes.to_vec()))
    }

    /// The lines that a part is anchored to on the release that the patchset was written for, each with those that
    /// backslashes join to it.
    pub(super) fn old_lines(&self, edit: &Edit, index: usize, part: &Part) -> Vec<String> {
        let Some(baseline) = self.baseline else { return Vec::new() };
        let lines = baseline.anchors(&edit.id, index, part.name.as_deref());
        lines.iter().map(|line| normalized(&line.around)).collect()
    }

    /// Resolves a change of `edit` here, outside the patchset's range whatever versions the change is for.
    pub(super) fn resolve(&self, edit: &Edit, change: &Change) -> Result<Vec<Part>, TreeError> {
        let mut one = Edit { changes: vec![change.clone()], requires: Vec::new(), ..edit.clone() };
        if !self.in_range {
            one.when = None;
            one.changes[0].when = None;
        }
        resolve(&self.context, &one)
    }

    /// Whether a proposed change fits the tree.
    pub(super) fn fits(&self, edit: &Edit, change: &Change) -> Result<bool, TreeError> {
        let parts = self.resolve(edit, change)?;
        Ok(!parts.is_empty() && parts.iter().all(|part| !part.outcome.is_failure()))
    }

    /// A proposed change, if there is one and it fits the tree.
    pub(super) fn tried(&self, edit: &Edit, change: Option<Change>) -> Result<Option<Change>, TreeError> {
        match change {
            Some(change) if self.fits(edit, &change)? => Ok(Some(change)),
            _ => Ok(None),
        }
    }
}
