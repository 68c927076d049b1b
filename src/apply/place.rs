//! A name in a tree: an open directory, and the last component of the path.
//!
//! The directories above are opened one after another without following links. So nothing outside the tree is
//! reached, even if someone replaces a directory by a link meanwhile.

use std::cell::RefCell;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, open, openat, statat};
use rustix::io::Errno;

use super::error::ApplyError;
use crate::tree::TreePath;

/// A name in an open directory. What has that name, if anything, is not open.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The directory; `None` for a path that is used as it is.
    dir: Option<Arc<OwnedFd>>,
    name: PathBuf,
    path: PathBuf,
}

/// The metadata of what has a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Metadata {
    pub kind: FileType,
    pub mode: u32,
    /// User and group.
    pub owner: (u32, u32),
    /// Device and number.
    pub inode: (u64, u64),
    /// The number of its names.
    pub links: u64,
    pub len: u64,
    /// The times of the last write and of the last change of anything: seconds and nanoseconds.
    pub modified: (i64, i64),
    pub changed: (i64, i64),
}

impl Metadata {
    #[allow(clippy::unnecessary_cast, reason = "the types of the fields differ between machines")]
    fn of(stat: &Stat) -> Metadata {
        Metadata {
            kind: FileType::from_raw_mode(stat.st_mode),
            mode: stat.st_mode as u32,
            owner: (stat.st_uid, stat.st_gid),
            inode: (stat.st_dev as u64, stat.st_ino as u64),
            links: stat.st_nlink as u64,
            len: stat.st_size as u64,
            modified: (stat.st_mtime as i64, stat.st_mtime_nsec as i64),
            changed: (stat.st_ctime as i64, stat.st_ctime_nsec as i64),
        }
    }
}

/// The result of opening the directories above a path.
pub(super) enum Found {
    Place(Place),
    /// The outermost directory that does not exist.
    Missing(TreePath),
}

/// How a directory is opened only to reach what is in it. Elsewhere than on Linux this needs the right to list it.
#[cfg(target_os = "linux")]
const REACHED: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const REACHED: OFlags = OFlags::RDONLY;

const DIRECTORY: OFlags = REACHED.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

impl Place {
    /// A path that nobody else can change, or the root of a tree: links in it are followed.
    pub fn at(path: impl Into<PathBuf>) -> Place {
        let path = path.into();
        Place { dir: None, name: path.clone(), path }
    }

    /// The name `name` in the directory `dir`, whose path is `folder`.
    pub fn inside(dir: Arc<OwnedFd>, folder: &Path, name: impl Into<PathBuf>) -> Place {
        let name = name.into();
        Place { dir: Some(dir), path: folder.join(&name), name }
    }

    /// The place of `path` in the tree `root`.
    ///
    /// # Errors
    /// When something above it is a link or not a directory.
    pub fn find(root: &Path, path: &TreePath) -> Result<Found, ApplyError> {
        Places::new(root).find(path)
    }

    /// The place of `path` in the tree `root`, in which the directories above it exist.
    pub fn of(root: &Path, path: &TreePath) -> Result<Place, ApplyError> {
        Places::new(root).of(path)
    }

    /// Its path, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory for a system call that takes one and a name.
    pub fn dir(&self) -> BorrowedFd<'_> {
        self.dir.as_ref().map_or(CWD, |dir| dir.as_fd())
    }

    /// Its name in [`Place::dir`].
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// Opens what is there, but no link in a tree.
    pub fn open(&self, flags: OFlags) -> io::Result<File> {
        let follow = if self.dir.is_some() { OFlags::NOFOLLOW } else { OFlags::empty() };
        // A pipe does not wait for a writer.
        let flags = flags | follow | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        Ok(openat(self.dir(), &self.name, flags, Mode::from_raw_mode(0o600))?.into())
    }

    /// The metadata of what is there, of a link itself; `None` if nothing is.
    pub fn metadata(&self) -> io::Result<Option<Metadata>> {
        match statat(self.dir(), &self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(Metadata::of(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// The places of a tree. The directory of the last one stays open for the next, which often is in the same one: so this is for
/// a few steps that create and remove no directories.
pub(super) struct Places<'a> {
    root: &'a Path,
    /// The parent of the last place, `None` for the top, and its directory.
    last: RefCell<Option<(Option<TreePath>, Arc<OwnedFd>)>>,
}

impl<'a> Places<'a> {
    /// The places of the tree `root`.
    pub fn new(root: &'a Path) -> Places<'a> {
        Places { root, last: RefCell::default() }
    }

    /// The place of `path`.
    ///
    /// # Errors
    /// When something above it is a link or not a directory.
    pub fn find(&self, path: &TreePath) -> Result<Found, ApplyError> {
        let parent = path.parent();
        let found = match &*self.last.borrow() {
            Some((last, dir)) if *last == parent => return Ok(self.place(dir.clone(), path)),
            _ => self.open_parent(path)?,
        };
        Ok(match found {
            Ok(dir) => {
                let dir = Arc::new(dir);
                self.last.replace(Some((parent, dir.clone())));
                self.place(dir, path)
            }
            Err(missing) => Found::Missing(missing),
        })
    }

    fn place(&self, dir: Arc<OwnedFd>, path: &TreePath) -> Found {
        Found::Place(Place { dir: Some(dir), name: path.file_name().into(), path: path.below(self.root) })
    }

    /// Opens the directory that contains `path`, or returns the outermost directory that does not exist.
    fn open_parent(&self, path: &TreePath) -> Result<Result<OwnedFd, TreePath>, ApplyError> {
        let root = self.root;
        let opening = |at: PathBuf| move |error: Errno| ApplyError::io("open", &at)(error.into());
        let mut names = path.as_str().split('/').peekable();
        let mut depth = 0;
        // NOFOLLOW is about the last component: links that lead to the root are followed.
        let first = path.as_str().split_once('/').map(|(first, _)| root.join(first));
        let first = first.and_then(|first| open(first, DIRECTORY | OFlags::NOFOLLOW, Mode::empty()).ok());
        let mut dir = match first {
            Some(dir) => {
                names.next();
                depth = 1;
                dir
            }
            // Also when the first could not be opened: this finds out why.
            None => open(root, DIRECTORY, Mode::empty()).map_err(opening(root.to_owned()))?,
        };
        while let Some(name) = names.next()
            && names.peek().is_some()
        {
            let above = || path.ancestors().nth(depth).unwrap_or_else(|| path.clone());
            dir = match openat(&dir, name, DIRECTORY | OFlags::NOFOLLOW, Mode::empty()) {
                Ok(dir) => dir,
                Err(Errno::NOENT) => return Ok(Err(above())),
                Err(Errno::NOTDIR | Errno::LOOP) => {
                    let here = Place::inside(Arc::new(dir), &root.join(path.as_str()), name);
                    let link =
                        here.metadata().is_ok_and(|it| it.is_some_and(|it| it.kind == FileType::Symlink));
                    return Err(match link {
                        // Its target may be outside the tree.
                        true => ApplyError::Symlink(above()),
                        false => ApplyError::WrongType(above()),
                    });
                }
                Err(error) => return Err(opening(above().below(root))(error)),
            };
            depth += 1;
        }
        Ok(Ok(dir))
    }

    /// The place of `path`, if the directories above it exist.
    pub fn of(&self, path: &TreePath) -> Result<Place, ApplyError> {
        match self.find(path)? {
            Found::Place(place) => Ok(place),
            Found::Missing(dir) => Err(ApplyError::io("open", &dir.below(self.root))(Errno::NOENT.into())),
        }
    }
}
