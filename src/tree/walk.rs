//! Everything in a tree, one thing at a time.

use std::collections::BTreeSet;

use super::{Tree, TreeError, TreePath};
use crate::contents::Contents;

/// A time of last change: seconds since 1970 (negative before), and nanoseconds on top.
pub type Mtime = (i64, u32);

/// One thing that [`Tree::walk`] comes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkEntry {
    /// Where it lies.
    pub path: TreePath,
    /// What it is, with its contents.
    pub node: Node,
    /// Its permission bits, `0o777` at most: set-user-id and the like are never handed on. A git
    /// tree knows `0o644` and `0o755` only. What a link's are means nothing.
    pub mode: u32,
    /// When it was last changed, as far as the source knows: a file in a git tree is as old as its
    /// commit.
    pub mtime: Option<Mtime>,
}

/// What a [`WalkEntry`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A regular file.
    File(Contents),
    /// A directory.
    Directory,
    /// A symbolic link, and where it leads. From an archive it never leads out of the tree; in a
    /// directory or a git tree it may.
    Symlink(Vec<u8>),
    /// A device, a pipe, a socket or a git submodule, which no copy of the tree can have.
    Other,
}

impl WalkEntry {
    /// Whether its owner may execute it.
    pub fn executable(&self) -> bool {
        self.mode & 0o100 != 0
    }
}

/// The mode of a new file.
pub(super) fn file_mode(executable: bool) -> u32 {
    if executable { 0o755 } else { 0o644 }
}

/// [`Tree::walk`] for a tree that knows its files only: their directories are implied.
pub(super) fn files_only<T: Tree + ?Sized>(
    tree: &T,
    visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>,
) -> Result<(), TreeError> {
    let files: BTreeSet<TreePath> = tree.files()?.into_iter().collect();
    let directories: BTreeSet<TreePath> = files.iter().flat_map(TreePath::ancestors).collect();
    let mut all: Vec<&TreePath> = files.union(&directories).collect();
    all.sort();
    for path in all {
        if directories.contains(path) {
            visit(WalkEntry { path: path.clone(), node: Node::Directory, mode: 0o755, mtime: None })?;
        } else if let Some(file) = tree.read(path)? {
            let mode = file_mode(file.executable);
            visit(WalkEntry { path: path.clone(), node: Node::File(file.bytes), mode, mtime: None })?;
        }
    }
    Ok(())
}
