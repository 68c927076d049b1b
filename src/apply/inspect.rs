//! Reads files, symbolic links and directories of a tree without following links.

use rustix::fs::{FileType, OFlags, readlinkat};

use super::error::ApplyError;
use super::place::{Found, Metadata, Place, Places};
use super::stamp::{Mode, Mtime};
use crate::digest::Sha256Digest;
use crate::regular::{self, LARGEST_FILE};
use crate::tree::TreePath;

/// The metadata of a regular file or a symbolic link.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileInfo {
    pub mode: Mode,
    pub mtime: Mtime,
    /// User and group.
    pub owner: (u32, u32),
    /// Which file it is. All zero for a file that does not exist yet.
    pub inode: Inode,
}

/// Identifies a file, and changes if something is appended to it or cut off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Inode {
    device: u64,
    number: u64,
    len: u64,
}

impl Inode {
    /// Whether both are the same file, of any length.
    pub fn is_same_file(self, other: Inode) -> bool {
        (self.device, self.number) == (other.device, other.number)
    }
}

impl FileInfo {
    pub fn of(metadata: &Metadata) -> FileInfo {
        let (device, number) = metadata.inode;
        FileInfo {
            mode: match metadata.kind {
                FileType::Symlink => Mode::LINK,
                _ => Mode::new(metadata.mode),
            },
            mtime: Mtime::of_parts(metadata.modified),
            owner: metadata.owner,
            inode: Inode { device, number, len: metadata.len },
        }
    }

    /// Whether `metadata` is that of the same file with the same length and mtime.
    pub fn is_same(&self, metadata: &Metadata) -> bool {
        let now = FileInfo::of(metadata);
        now.inode == self.inode && now.mtime == self.mtime
    }
}

/// The metadata of the file at `path`; `None` when nothing is there.
///
/// # Errors
/// When it is not a regular file, or one of its parents is not a directory.
pub(super) fn file(places: &Places<'_>, path: &TreePath) -> Result<Option<FileInfo>, ApplyError> {
    let Some(metadata) = metadata(places, path)? else { return Ok(None) };
    if metadata.kind == FileType::RegularFile {
        Ok(Some(FileInfo::of(&metadata)))
    } else {
        Err(ApplyError::WrongType(path.clone()))
    }
}

/// The metadata and the contents of the file at `path`; of a symbolic link, its target.
///
/// # Errors
/// As for [`file`], but for a link, and when it is larger than a file may be.
pub(super) fn file_and_contents(
    places: &Places<'_>,
    path: &TreePath,
) -> Result<Option<(FileInfo, Vec<u8>)>, ApplyError> {
    let Found::Place(place) = places.find(path)? else { return Ok(None) };
    let metadata = place.metadata().map_err(ApplyError::io("read metadata of", place.path()))?;
    let Some(metadata) = metadata else { return Ok(None) };
    let bytes = match metadata.kind {
        FileType::RegularFile => read_at(&place, LARGEST_FILE)?,
        FileType::Symlink => target_at(&place)?,
        _ => return Err(ApplyError::WrongType(path.clone())),
    };
    Ok(Some((FileInfo::of(&metadata), bytes)))
}

/// The target of the symbolic link at `place`.
pub(super) fn target_at(place: &Place) -> Result<Vec<u8>, ApplyError> {
    let target = readlinkat(place.dir(), place.name(), Vec::new());
    Ok(target.map_err(|error| ApplyError::io("read", place.path())(error.into()))?.into_bytes())
}

/// The digest by which a file is recognised. A link and a file whose contents are its target have different ones.
pub(super) fn digest(mode: Mode, bytes: &[u8]) -> Sha256Digest {
    if mode.is_link() {
        Sha256Digest::of(&[b"symbolic link\0", bytes].concat())
    } else {
        Sha256Digest::of(bytes)
    }
}

/// The parent directories of `path` that do not exist, the outermost first.
///
/// # Errors
/// When one of the parents is a symbolic link or not a directory.
pub(super) fn missing_dirs(places: &Places<'_>, path: &TreePath) -> Result<Vec<TreePath>, ApplyError> {
    match places.find(path)? {
        Found::Place(_) => Ok(Vec::new()),
        Found::Missing(first) => Ok(path.ancestors().skip_while(|dir| *dir != first).collect()),
    }
}

/// The mode and mtime of the directory at `path`; `None` when it does not exist or is not a directory.
///
/// # Errors
/// When it or one of its parents is a symbolic link, or a parent is not a directory.
pub(super) fn dir(places: &Places<'_>, path: &TreePath) -> Result<Option<(Mode, Mtime)>, ApplyError> {
    let metadata = metadata(places, path)?.filter(|metadata| metadata.kind == FileType::Directory);
    Ok(metadata.map(|metadata| (Mode::new(metadata.mode), Mtime::of_parts(metadata.modified))))
}

fn metadata(places: &Places<'_>, path: &TreePath) -> Result<Option<Metadata>, ApplyError> {
    match places.find(path)? {
        Found::Place(place) => metadata_at(&place, path),
        Found::Missing(_) => Ok(None),
    }
}

fn metadata_at(place: &Place, path: &TreePath) -> Result<Option<Metadata>, ApplyError> {
    match place.metadata().map_err(ApplyError::io("read metadata of", place.path()))? {
        // Its target may be outside the tree.
        Some(metadata) if metadata.kind == FileType::Symlink => Err(ApplyError::Symlink(path.clone())),
        metadata => Ok(metadata),
    }
}

/// The contents of the file at `path`.
pub(super) fn read(places: &Places<'_>, path: &TreePath) -> Result<Vec<u8>, ApplyError> {
    read_at(&places.of(path)?, LARGEST_FILE)
}

/// The contents of the regular file at `place`, which has at most `most` bytes.
pub(super) fn read_at(place: &Place, most: u64) -> Result<Vec<u8>, ApplyError> {
    let read = |file| regular::regular_contents(&file, most);
    place.open(OFlags::RDONLY).and_then(read).map_err(ApplyError::reading(place.path()))
}
