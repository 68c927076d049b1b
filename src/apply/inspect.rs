//! Reads files and directories of a tree without following symbolic links.

use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::error::ApplyError;
use super::stamp::{Mode, Mtime};
use crate::tree::TreePath;

/// The metadata of a regular file.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileInfo {
    pub mode: Mode,
    pub mtime: Mtime,
    /// User and group.
    pub owner: (u32, u32),
}

/// The metadata of the file at `path`; `None` when nothing is there.
///
/// # Errors
/// When it is not a regular file, or one of its parents is not a directory.
pub(super) fn file(root: &Path, path: &TreePath) -> Result<Option<FileInfo>, ApplyError> {
    if first_missing_dir(root, path)?.is_some() {
        return Ok(None);
    }
    let Some(metadata) = metadata(root, path)? else { return Ok(None) };
    if !metadata.is_file() {
        return Err(ApplyError::WrongType(path.clone()));
    }
    let owner = (metadata.uid(), metadata.gid());
    Ok(Some(FileInfo { mode: Mode::of(&metadata), mtime: Mtime::of(&metadata), owner }))
}

/// The outermost parent directory of `path` that does not exist.
///
/// # Errors
/// When one of the parents is a symbolic link or not a directory.
pub(super) fn first_missing_dir(root: &Path, path: &TreePath) -> Result<Option<TreePath>, ApplyError> {
    for dir in path.ancestors() {
        match metadata(root, &dir)? {
            None => return Ok(Some(dir)),
            Some(metadata) if !metadata.is_dir() => return Err(ApplyError::WrongType(dir)),
            Some(_) => {}
        }
    }
    Ok(None)
}

/// The parent directories of `path` that do not exist, the outermost first.
///
/// # Errors
/// As for [`first_missing_dir`].
pub(super) fn missing_dirs(root: &Path, path: &TreePath) -> Result<Vec<TreePath>, ApplyError> {
    let Some(first) = first_missing_dir(root, path)? else { return Ok(Vec::new()) };
    Ok(path.ancestors().skip_while(|dir| *dir != first).collect())
}

/// The mode and mtime of the directory at `path`; `None` when it does not exist or is not a directory.
///
/// # Errors
/// As for [`first_missing_dir`].
pub(super) fn dir(root: &Path, path: &TreePath) -> Result<Option<(Mode, Mtime)>, ApplyError> {
    if first_missing_dir(root, path)?.is_some() {
        return Ok(None);
    }
    let metadata = metadata(root, path)?.filter(Metadata::is_dir);
    Ok(metadata.map(|metadata| (Mode::of(&metadata), Mtime::of(&metadata))))
}

fn metadata(root: &Path, path: &TreePath) -> Result<Option<Metadata>, ApplyError> {
    let full = path.below(root);
    match fs::symlink_metadata(&full) {
        // Its target may be outside the tree.
        Ok(metadata) if metadata.is_symlink() => Err(ApplyError::Symlink(path.clone())),
        Ok(metadata) => Ok(Some(metadata)),
        Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ApplyError::io("read metadata of", &full)(source)),
    }
}

/// The contents of the file at `path`.
pub(super) fn read(root: &Path, path: &TreePath) -> Result<Vec<u8>, ApplyError> {
    let full = path.below(root);
    fs::read(&full).map_err(ApplyError::io("read", &full))
}
