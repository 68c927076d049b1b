//! Looking at places of a tree without ever following a symbolic link.

use std::fmt;
use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::ApplyError;
use super::stamp::{Mode, Mtime};
use crate::tree::{BadPath, TreePath};

/// A directory of a tree: its top, written `.`, or one below.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dir {
    /// The tree itself.
    Top,
    /// A directory inside it.
    Below(TreePath),
}

impl Dir {
    /// The directory that `path` lies in.
    pub fn of(path: &TreePath) -> Dir {
        path.parent().map_or(Dir::Top, Dir::Below)
    }

    /// Where it lies on disk.
    pub fn below(&self, root: &Path) -> PathBuf {
        match self {
            Dir::Top => root.to_owned(),
            Dir::Below(path) => path.below(root),
        }
    }
}

impl fmt::Display for Dir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dir::Top => f.pad("."),
            Dir::Below(path) => path.fmt(f),
        }
    }
}

impl Serialize for Dir {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Dir {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Dir, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "." => Ok(Dir::Top),
            path => path.parse().map(Dir::Below).map_err(|e: BadPath| serde::de::Error::custom(e)),
        }
    }
}

/// A regular file that stands at a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub mode: Mode,
    pub mtime: Mtime,
    /// User and group.
    pub owner: (u32, u32),
}

/// The file at `path`; `None` when nothing stands there.
///
/// # Errors
/// When it is no regular file, or lies below something that is no directory.
pub(super) fn file(root: &Path, path: &TreePath) -> Result<Option<Found>, ApplyError> {
    if first_missing_dir(root, path)?.is_some() {
        return Ok(None);
    }
    let Some(metadata) = metadata(root, path)? else { return Ok(None) };
    if !metadata.is_file() {
        return Err(ApplyError::NotAFile(path.clone()));
    }
    Ok(Some(Found {
        mode: Mode::of(&metadata),
        mtime: Mtime::of(&metadata),
        owner: (metadata.uid(), metadata.gid()),
    }))
}

/// The outermost directory above `path` that does not exist.
///
/// # Errors
/// When one of them is a symbolic link or no directory.
pub(super) fn first_missing_dir(root: &Path, path: &TreePath) -> Result<Option<TreePath>, ApplyError> {
    for dir in path.ancestors() {
        match metadata(root, &dir)? {
            None => return Ok(Some(dir)),
            Some(metadata) if !metadata.is_dir() => return Err(ApplyError::NotAFile(dir)),
            Some(_) => {}
        }
    }
    Ok(None)
}

/// The mode and mtime of a directory; `None` when there is none.
pub(super) fn dir(root: &Path, dir: &Dir) -> Result<Option<(Mode, Mtime)>, ApplyError> {
    let path = dir.below(root);
    let metadata = match dir {
        // The user may name the tree by a link to it.
        Dir::Top => Some(fs::metadata(&path).map_err(ApplyError::io("look at", &path))?),
        Dir::Below(path) if first_missing_dir(root, path)?.is_some() => None,
        Dir::Below(path) => metadata(root, path)?,
    };
    Ok(metadata.filter(Metadata::is_dir).map(|metadata| (Mode::of(&metadata), Mtime::of(&metadata))))
}

fn metadata(root: &Path, path: &TreePath) -> Result<Option<Metadata>, ApplyError> {
    let full = path.below(root);
    match fs::symlink_metadata(&full) {
        Ok(metadata) if metadata.is_symlink() => Err(ApplyError::Symlink(path.clone())),
        Ok(metadata) => Ok(Some(metadata)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ApplyError::io("look at", &full)(source)),
    }
}

/// The contents of the file at `path`.
pub(super) fn read(root: &Path, path: &TreePath) -> Result<Vec<u8>, ApplyError> {
    let full = path.below(root);
    fs::read(&full).map_err(ApplyError::io("read", &full))
}
