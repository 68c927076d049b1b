//! A tree whose files stay in memory.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{ContentsId, Entry, File, Tree, TreeError, TreePath, WalkEntry};

/// A tree each of whose files is read at most once: many others are compared with it.
pub struct KeptTree {
    tree: Box<dyn Tree>,
    read: Mutex<HashMap<TreePath, Option<File>>>,
}

impl KeptTree {
    /// Keeps the files of `tree` that are read.
    pub fn new(tree: Box<dyn Tree>) -> KeptTree {
        KeptTree { tree, read: Mutex::default() }
    }
}

impl Tree for KeptTree {
    fn label(&self) -> &str {
        self.tree.label()
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        self.tree.entry(path)
    }

    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(path) {
            return Ok(known.clone());
        }
        let file = self.tree.read(path)?;
        read.insert(path.clone(), file.clone());
        Ok(file)
    }

    fn link(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        self.tree.link(path)
    }

    fn contents_id(&self, path: &TreePath) -> Option<ContentsId> {
        self.tree.contents_id(path)
    }

    fn files(&self) -> Result<Vec<TreePath>, TreeError> {
        self.tree.files()
    }

    fn walk(&self, visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>) -> Result<(), TreeError> {
        self.tree.walk(visit)
    }

    fn walk_except(
        &self,
        leaves_out: &mut dyn FnMut(&TreePath) -> bool,
        visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>,
    ) -> Result<(), TreeError> {
        self.tree.walk_except(leaves_out, visit)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::DirTree;
    use super::super::testing::{directory, path};
    use super::*;

    #[test]
    fn a_file_is_read_once() {
        let folder = directory();
        let tree = KeptTree::new(Box::new(DirTree::open(folder.path()).unwrap()));
        let name = path("configure");
        let before = tree.read(&name).unwrap().unwrap();
        fs::write(folder.path().join("configure"), "edited").unwrap();
        assert_eq!(tree.read(&name).unwrap().unwrap(), before);
        assert_eq!(tree.read(&path("nothing")).unwrap(), None);
    }
}
