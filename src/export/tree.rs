//! Writes a tree as a directory.

use std::path::Path;

use super::ExportError;
use crate::apply::{Item, Materialise, Mode, Mtime};
use crate::tree::{Node, Tree};

/// Writes `tree` to the directory `out`, which must not exist or be empty; all of it or nothing.
/// Modes and mtimes are those of the source: make compares mtimes, and must not find generated files
/// older than what they are made from.
///
/// # Errors
/// When the tree cannot be read or the directory cannot be written.
pub fn tree(tree: &dyn Tree, out: &Path) -> Result<(), ExportError> {
    Copy::of(tree, out)?.finish()
}

/// A copy of a tree that is complete, and not yet at its place.
#[derive(Debug)]
pub struct Copy {
    copy: Materialise,
}

impl Copy {
    /// Copies `tree` to a hidden directory beside `out`, as [`tree`] does.
    ///
    /// # Errors
    /// As for [`tree`].
    pub fn of(tree: &dyn Tree, out: &Path) -> Result<Copy, ExportError> {
        let mut copy = Materialise::begin(out)?;
        let mut failure = None;
        tree.walk(&mut |entry| {
            if failure.is_some() {
                return Ok(());
            }
            let item = match &entry.node {
                Node::File(bytes) => Item::File(bytes),
                Node::Directory => Item::Directory,
                Node::Symlink(target) => Item::Symlink(target),
                // A device or a submodule has no place in a copy of sources.
                Node::Other => return Ok(()),
            };
            let mtime = entry.mtime.and_then(|(seconds, nanos)| Mtime::new(seconds, nanos));
            failure = copy.add(&entry.path, item, Mode::new(entry.mode), mtime).err();
            Ok(())
        })?;
        match failure {
            Some(error) => Err(error.into()),
            None => {
                copy.settle()?;
                Ok(Copy { copy })
            }
        }
    }

    /// Where the copy is for now.
    pub fn root(&self) -> &Path {
        self.copy.root()
    }

    /// Moves the copy to its place.
    ///
    /// # Errors
    /// When that is not possible; nothing is there then that was not there before.
    pub fn finish(self) -> Result<(), ExportError> {
        Ok(self.copy.finish()?)
    }
}
