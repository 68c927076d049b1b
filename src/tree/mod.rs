//! A read-only view of a source tree, wherever it is kept.
//!
//! Plans are made against [`Tree`] alone, so that a directory, a tarball and a commit in a git
//! repository give the same plan. Nothing here writes.
//!
//! | a source | is read by |
//! |---|---|
//! | a directory | [`DirTree`] |
//! | a tarball | [`ArchiveTree`] |
//! | a commit of a git repository | [`GitTree`] |
//! | one of these, with changes made | [`OverlayTree`] |
//!
//! [`SourceSpec`] is what a user types to name one; [`tree_id`] says which one it is. [`History`] knows
//! the commits that led from one tree of a git repository to another.

mod archive;
mod change;
mod dir;
mod error;
mod git;
mod history;
mod identity;
mod location;
mod named;
mod overlay;
mod path;
pub mod pin;
mod source;
mod tags;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod walk;

pub use archive::ArchiveTree;
pub use change::FileChange;
pub use dir::{DirTree, OWN_PREFIX};
pub use error::TreeError;
pub use git::GitTree;
pub use history::{Ancestry, Commit, CommitFile, CommitId, History};
pub use identity::{keyword_normalised, python_version, tree_id};
pub use location::Location;
use named::NamedTree;
pub use overlay::OverlayTree;
pub use path::{BadPath, TreePath};
pub use source::{BadSource, SourceSpec, open, open_as};
pub use tags::{ReleaseTag, release_tags};
pub use walk::{Mtime, Node, WalkEntry};

use crate::contents::Contents;

/// A regular file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its contents.
    pub bytes: Contents,
    /// Whether its owner may execute it: the one bit of a mode that git and tarballs agree on.
    pub executable: bool,
}

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A regular file.
    File {
        /// Whether its owner may execute it.
        executable: bool,
    },
    /// A directory.
    Directory,
    /// A symbolic link. pypatch neither follows nor edits links: what they lead to may lie outside.
    Symlink,
    /// A device, a pipe, a git submodule and the like.
    Other,
}

/// A source tree that can be read.
pub trait Tree: Send + Sync {
    /// Names the source in reports: `./Python-2.5`, `git:cpython@v2.5`.
    fn label(&self) -> &str;

    /// What stands at `path`; `None` when nothing does.
    ///
    /// # Errors
    /// When the source cannot be read. A path below a symbolic link is [`TreeError::Symlink`].
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError>;

    /// The regular file at `path`; `None` when nothing stands there.
    ///
    /// # Errors
    /// When the source cannot be read, or when what stands there is no regular file.
    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError>;

    /// All regular files, in byte order of their paths.
    ///
    /// # Errors
    /// When the source cannot be read.
    fn files(&self) -> Result<Vec<TreePath>, TreeError>;

    /// Everything in the tree, for whoever writes it elsewhere or names it: `visit` is called with
    /// each file, directory, link and other thing in byte order of the paths, so a directory before
    /// what lies in it. One file is in memory at a time.
    ///
    /// A tree that knows no more than files gets this from [`Tree::files`] and [`Tree::read`].
    ///
    /// # Errors
    /// When the source cannot be read, when it holds a name that is no [`TreePath`], or whatever
    /// `visit` fails with, which ends the walk.
    fn walk(&self, visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>) -> Result<(), TreeError> {
        walk::files_only(self, visit)
    }
}
