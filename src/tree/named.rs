//! A tree with another label.

use super::{Entry, File, Tree, TreeError, TreePath, WalkEntry};

/// A tree with another label: that of a pin is its name, wherever it was found.
pub(super) struct NamedTree {
    name: String,
    tree: Box<dyn Tree>,
}

impl NamedTree {
    /// `tree` with the label `name`.
    pub(super) fn new(name: impl Into<String>, tree: Box<dyn Tree>) -> NamedTree {
        NamedTree { name: name.into(), tree }
    }
}

impl Tree for NamedTree {
    fn label(&self) -> &str {
        &self.name
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        self.tree.entry(path)
    }

    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        self.tree.read(path)
    }

    fn files(&self) -> Result<Vec<TreePath>, TreeError> {
        self.tree.files()
    }

    fn walk(&self, visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>) -> Result<(), TreeError> {
        self.tree.walk(visit)
    }
}
