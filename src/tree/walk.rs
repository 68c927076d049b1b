//! The entries that a walk over a tree visits.

use super::{LargeFile, TreePath};
use crate::contents::Contents;

/// When a file was last modified: seconds since 1970 (negative before), plus nanoseconds.
pub type Mtime = (i64, u32);

/// An entry that [`Tree::walk`](super::Tree::walk) visits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalkEntry {
    /// Its path.
    pub path: TreePath,
    /// What it is, with its contents.
    pub node: Node,
    /// Its permission bits, `0o777` at most: set-user-id and the like are dropped. In a git tree they
    /// are `0o644` or `0o755`. Those of a link have no meaning.
    pub mode: u32,
    /// When it was last modified, if the source says so: a file in a git tree is as old as its commit.
    pub mtime: Option<Mtime>,
}

/// What a [`WalkEntry`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A regular file.
    File(Contents),
    /// A regular file that is too large to be read into memory just to be copied.
    Large(LargeFile),
    /// A directory.
    Directory,
    /// A symbolic link with its target. That of an archive never leaves the tree; that of a directory
    /// or a git tree may.
    Symlink(Vec<u8>),
    /// A device, a pipe, a socket or a git submodule, which a copy of the tree cannot have.
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
