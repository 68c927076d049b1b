//! The directories of a build outside its work directory's own files.

use std::path::{Path, PathBuf};

use super::recipe::Step;
use crate::patchset::ProgramTree;

/// The directories that the steps of a build use.
#[derive(Debug, Clone)]
pub struct Layout {
    /// The patched tree.
    pub patched: PathBuf,
    /// The tree without the patchset. It exists only if a step needs it.
    pub unpatched: PathBuf,
    /// The directory into which programs are installed.
    pub prefix: PathBuf,
    /// The C compiler that steps have as `CC`, if the user named one.
    pub cc: Option<String>,
    /// The first line that the compiler prints about its version, if it is known: steps are repeated with another one.
    pub compiler: Option<String>,
    /// Whether programs are built inside the patched tree.
    pub in_place: bool,
}

impl Layout {
    /// The tree that `step` works on.
    pub(super) fn tree(&self, step: &Step) -> &Path {
        match step.tree {
            ProgramTree::Patched => &self.patched,
            ProgramTree::Unpatched => &self.unpatched,
        }
    }
}
