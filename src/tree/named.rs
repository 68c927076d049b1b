//! A tree under another name.

use super::{Entry, File, Tree, TreeError, TreePath, WalkEntry};

/// A tree that calls itself something else in reports: a pin by its name, wherever its bytes are
/// kept on this machine.
pub struct NamedTree<T> {
    name: String,
    tree: T,
}

impl<T: Tree> NamedTree<T> {
    /// `tree`, called `name`.
    pub fn new(name: impl Into<String>, tree: T) -> NamedTree<T> {
        NamedTree { name: name.into(), tree }
    }
}

impl<T: Tree> Tree for NamedTree<T> {
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
