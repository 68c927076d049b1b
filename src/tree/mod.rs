//! A read-only view of a source tree, in whatever form it is kept.
//!
//! A plan reads a [`Tree`] only, so a directory, a tarball and a commit of a git repository have the
//! same plan. Nothing here writes.
//!
//! | a source | is read by |
//! |---|---|
//! | a directory | [`DirTree`] |
//! | a tarball | [`ArchiveTree`] |
//! | a commit of a git repository | [`GitTree`] |
//! | one of these, with changes | [`OverlayTree`] |
//! | one of these, with its files kept in memory | [`KeptTree`] |
//! | one of these, without some of its paths | [`PrunedTree`] |
//!
//! A [`SourceSpec`] is the name of a source as a user types it, and [`open`] opens it. [`tree_id`]
//! identifies a tree.

mod archive;
mod attributes;
mod blobs;
mod change;
mod dir;
mod error;
mod git;
mod history;
mod identity;
mod kept;
mod large;
mod limits;
mod location;
mod loose;
mod missing;
mod overlay;
mod path;
pub mod pin;
mod pruned;
mod release;
mod repository;
mod source;
mod tags;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod walk;

pub use archive::ArchiveTree;
pub use blobs::Blobs;
pub use change::{FileChange, changes_between};
pub use dir::DirTree;
pub use error::TreeError;
pub use git::GitTree;
pub use identity::{tree_id, tree_version};
pub use kept::KeptTree;
pub use large::LargeFile;
pub use location::Location;
pub use missing::MissingObjects;
pub use overlay::OverlayTree;
pub use path::{BadPath, TreePath};
pub use pruned::PrunedTree;
pub use release::{ReleaseDifference, release_difference};
pub use repository::trust_object_ids;
pub use source::{BadSource, SourceSpec, open, open_as, open_recalling, open_sharing};
pub use walk::{Mtime, Node, WalkEntry};

pub(crate) use history::{Commit, CommitFile, CommitId, History};
pub(crate) use identity::{blob_id, keyword_normalized};
pub(crate) use repository::{is_like_repository, open_repository, repository_folders};
pub(crate) use tags::release_tags;

use crate::contents::Contents;

/// A regular file in a tree, or a symbolic link that a change adds or removes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its contents.
    pub bytes: Contents,
    /// Whether its owner may execute it: the only bit of a mode that both git and tarballs keep.
    pub executable: bool,
    /// Whether it is a symbolic link, whose contents are its target.
    pub is_link: bool,
}

impl File {
    /// A regular file.
    pub fn new(bytes: impl Into<Contents>, executable: bool) -> File {
        File { bytes: bytes.into(), executable, is_link: false }
    }

    /// A symbolic link.
    pub fn link(target: impl Into<Contents>) -> File {
        File { bytes: target.into(), executable: false, is_link: true }
    }
}

/// Identifies the contents of a file: wherever it occurs, the bytes are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ContentsId([u8; 20]);

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A regular file.
    File {
        /// Whether its owner may execute it.
        executable: bool,
    },
    /// A directory.
    Directory,
    /// A symbolic link. pypatch does not follow links: their target may be outside the tree.
    Symlink,
    /// Something else, which has no contents for pypatch.
    Other(Special),
}

impl Entry {
    /// What it is, for messages.
    pub fn title(&self) -> &'static str {
        match self {
            Entry::File { .. } => "a regular file",
            Entry::Directory => "a directory",
            Entry::Symlink => "a symbolic link",
            Entry::Other(Special::Pipe) => "a named pipe",
            Entry::Other(Special::Socket) => "a socket",
            Entry::Other(Special::Device) => "a device",
            Entry::Other(Special::Submodule) => "a git submodule",
        }
    }
}

/// What is neither a file, a directory nor a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// A pipe with a name.
    Pipe,
    /// A socket.
    Socket,
    /// A device.
    Device,
    /// A submodule of a commit.
    Submodule,
}

/// A source tree that can be read.
pub trait Tree: Send + Sync {
    /// The name of the tree in reports: `./Python-2.5`, `git:cpython@v2.5`.
    fn label(&self) -> &str;

    /// What is at `path`; `None` if nothing is.
    ///
    /// # Errors
    /// If the source cannot be read. [`TreeError::Symlink`] for a path below a symbolic link.
    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError>;

    /// The regular file at `path`; `None` if nothing is there.
    ///
    /// # Errors
    /// If the source cannot be read. [`TreeError::Symlink`] and [`TreeError::NotAFile`] if something
    /// else than a regular file is there.
    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError>;

    /// The target of the symbolic link at `path`; `None` if something else is there, or nothing.
    ///
    /// # Errors
    /// If the source cannot be read. [`TreeError::Symlink`] for a path below another link.
    fn link(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError>;

    /// The regular file or the symbolic link at `path`; `None` if nothing is there.
    ///
    /// # Errors
    /// Those of [`Tree::read`], but for a link.
    fn file_or_link(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        match self.read(path) {
            Err(TreeError::Symlink(_)) => match self.link(path)? {
                Some(target) => Ok(Some(File::link(target))),
                None => Err(TreeError::Symlink(path.clone())),
            },
            found => found,
        }
    }

    /// What identifies the contents of the regular file at `path`, if that is known without reading it.
    fn contents_id(&self, path: &TreePath) -> Option<ContentsId> {
        let _ = path;
        None
    }

    /// All regular files, in byte order of their paths. Names that are not a [`TreePath`] are skipped.
    ///
    /// # Errors
    /// If the source cannot be read.
    fn files(&self) -> Result<Vec<TreePath>, TreeError>;

    /// Visits everything in the tree, to copy it or to compute its id: each file, directory, link and
    /// other entry in byte order of the paths, so a directory before its contents. One file is in
    /// memory at a time.
    ///
    /// # Errors
    /// If the source cannot be read. [`TreeError::Name`] if it has a name that is not a [`TreePath`].
    /// An error of `visit` ends the walk and is returned.
    fn walk(&self, visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>) -> Result<(), TreeError>;

    /// Visits everything as [`Tree::walk`] does, except for the paths of which `leaves_out` says so. It is asked once for each
    /// path; a commit is not read for what is left out.
    ///
    /// # Errors
    /// Those of [`Tree::walk`].
    fn walk_except(
        &self,
        leaves_out: &mut dyn FnMut(&TreePath) -> bool,
        visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>,
    ) -> Result<(), TreeError> {
        self.walk(&mut |entry| if leaves_out(&entry.path) { Ok(()) } else { visit(entry) })
    }
}
