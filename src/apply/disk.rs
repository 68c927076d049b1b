//! All system calls that change the disk.
//!
//! They are in one place so that a test can make any of them fail, or stop a change after any of them.

use std::fs::{File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{PermissionsExt, fchown};
use std::path::Path;

use rustix::fs::{
    self, Advice, AtFlags, OFlags, RawMode, RenameFlags, Timespec, Timestamps, fadvise, linkat, mkdirat,
    renameat, renameat_with, symlinkat, unlinkat, utimensat,
};
use rustix::io::Errno;

use super::attributes;
use super::error::ApplyError;
use super::place::Place;
use super::stamp::{Mode, Mtime};

/// Called before each step with its name and its path. If it returns an error, that is the result of the
/// step.
type Hook<'a> = Box<dyn Fn(&'static str, &Path) -> io::Result<()> + 'a>;

/// The disk. Each method is one step, except those that create a file, which have several.
#[derive(Default)]
pub(super) struct Disk<'a> {
    hook: Option<Hook<'a>>,
}

/// A new file.
pub(super) struct NewFile<'a> {
    pub bytes: &'a [u8],
    pub mode: Mode,
    /// User and group; `None` for those that every new file gets.
    pub owner: Option<(u32, u32)>,
    pub mtime: Mtime,
    /// The file whose extended attributes and access control list it gets.
    pub like: Option<&'a File>,
}

/// Files that are written and not yet synced.
///
/// If each file is synced right after it is written, the file system writes its own journal once for each.
/// If all are written first, it does so a few times only.
#[derive(Default)]
pub(super) struct Unsynced(Vec<(Place, File)>);

/// How many files are kept open to be synced together.
pub(super) const BATCH: usize = 64;

impl Unsynced {
    /// Waits until all files are on disk.
    pub fn sync(&mut self, disk: &Disk<'_>) -> Result<(), ApplyError> {
        self.0.drain(..).try_for_each(|(place, file)| disk.sync(&place, &file))
    }
}

impl Disk<'_> {
    /// A disk that calls `hook` before each step.
    #[cfg(test)]
    pub fn hooked<'a>(hook: impl Fn(&'static str, &Path) -> io::Result<()> + 'a) -> Disk<'a> {
        Disk { hook: Some(Box::new(hook)) }
    }

    fn step<T>(
        &self,
        doing: &'static str,
        place: &Place,
        act: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, ApplyError> {
        let asked = self.hook.as_ref().map_or(Ok(()), |hook| hook(doing, place.path()));
        asked.and_then(|()| act()).map_err(ApplyError::io(doing, place.path()))
    }

    /// Creates a directory with the mode that the umask allows.
    pub fn make_dir(&self, place: &Place) -> Result<(), ApplyError> {
        let mode = fs::Mode::from_raw_mode(0o777);
        self.step("create directory", place, || Ok(mkdirat(place.dir(), place.name(), mode)?))
    }

    /// Removes a directory if it exists and is empty.
    pub fn remove_dir(&self, place: &Place) -> Result<(), ApplyError> {
        let kept = [ErrorKind::NotFound, ErrorKind::DirectoryNotEmpty];
        let remove = || unlinkat(place.dir(), place.name(), AtFlags::REMOVEDIR);
        self.step("remove directory", place, || unless(&kept, remove().map_err(io::Error::from)))
    }

    /// Creates a new file and starts to write it to disk. It is on disk when `unsynced` is synced.
    pub fn new_file(
        &self,
        place: Place,
        new: &NewFile<'_>,
        unsynced: &mut Unsynced,
    ) -> Result<(), ApplyError> {
        let file = self.new_unsynced_file(&place, new)?;
        if self.hook.is_none() {
            // Linux starts to write the file; a system that ignores the advice starts later.
            let _ = fadvise(&file, 0, None, Advice::DontNeed);
        }
        unsynced.0.push((place, file));
        if unsynced.0.len() < BATCH { Ok(()) } else { unsynced.sync(self) }
    }

    /// Creates a new file without waiting for the disk.
    pub fn new_unsynced_file(&self, place: &Place, new: &NewFile<'_>) -> Result<File, ApplyError> {
        let mut file = self.create(place)?;
        self.step("write", place, || file.write_all(new.bytes))?;
        self.finish_file(place, &file, new)?;
        Ok(file)
    }

    /// Creates an empty file that only its owner may read.
    pub fn create(&self, place: &Place) -> Result<File, ApplyError> {
        self.step("create", place, || place.open(OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL))
    }

    /// Copies `bytes` to a new file.
    pub fn copy(&self, place: &Place, file: &mut File, mut bytes: impl io::Read) -> Result<(), ApplyError> {
        self.step("write", place, || io::copy(&mut bytes, file).map(drop))
    }

    /// Gives a new file its owner, attributes, mode and mtime; its bytes are written already.
    pub fn finish_file(&self, place: &Place, file: &File, new: &NewFile<'_>) -> Result<(), ApplyError> {
        if let Some((user, group)) = new.owner {
            // Only root can change the owner; for other users the file becomes theirs, as with `patch`.
            let chown = || unless(&[ErrorKind::PermissionDenied], fchown(file, Some(user), Some(group)));
            self.step("change owner of", place, chown)?;
        }
        if let Some(like) = new.like {
            self.step("set attributes of", place, || attributes::copy(like, file))?;
        }
        // After the owner, because changing that clears the setuid bit, and after an access control list, whose
        // mask it sets.
        self.step("change mode of", place, || file.set_permissions(Permissions::from_mode(new.mode.bits())))?;
        self.step("set time of", place, || set_mtime(file, new.mtime))
    }

    /// Creates a symbolic link. It is on disk when its directory is synced.
    pub fn new_link(&self, place: &Place, target: &[u8], mtime: Mtime) -> Result<(), ApplyError> {
        self.step("create", place, || Ok(symlinkat(target, place.dir(), place.name())?))?;
        let (tv_sec, nanos) = mtime.parts();
        let time = Timespec { tv_sec, tv_nsec: nanos.into() };
        let times = Timestamps { last_access: time, last_modification: time };
        let follow = AtFlags::SYMLINK_NOFOLLOW;
        self.step("set time of", place, || Ok(utimensat(place.dir(), place.name(), &times, follow)?))
    }

    /// Gives a file a second name, by a hard link.
    pub fn link(&self, from: &Place, to: &Place) -> Result<(), ApplyError> {
        let link = || linkat(from.dir(), from.name(), to.dir(), to.name(), AtFlags::empty());
        self.step("link", from, || Ok(link()?))
    }

    /// Renames a file or directory, and replaces what has the new name.
    pub fn rename(&self, from: &Place, to: &Place) -> Result<(), ApplyError> {
        self.step("replace", to, || Ok(renameat(from.dir(), from.name(), to.dir(), to.name())?))
    }

    /// Renames a file to a name that does not exist; returns whether that was true.
    pub fn rename_new(&self, from: &Place, to: &Place) -> Result<bool, ApplyError> {
        self.step("replace", to, || {
            match renameat_with(from.dir(), from.name(), to.dir(), to.name(), RenameFlags::NOREPLACE) {
                Ok(()) => Ok(true),
                Err(Errno::EXIST) => Ok(false),
                // Some file systems cannot do that in one step.
                Err(Errno::INVAL | Errno::NOSYS) if to.metadata()?.is_some() => Ok(false),
                Err(Errno::INVAL | Errno::NOSYS) => {
                    Ok(renameat(from.dir(), from.name(), to.dir(), to.name()).map(|()| true)?)
                }
                Err(error) => Err(error.into()),
            }
        })
    }

    /// Moves a file out of the tree.
    pub fn take_away(&self, from: &Place, to: &Place) -> Result<(), ApplyError> {
        self.step("remove", from, || Ok(renameat(from.dir(), from.name(), to.dir(), to.name())?))
    }

    /// Removes a file if it exists.
    pub fn unlink(&self, place: &Place) -> Result<(), ApplyError> {
        let remove = || unlinkat(place.dir(), place.name(), AtFlags::empty());
        self.step("remove", place, || unless(&[ErrorKind::NotFound], remove().map_err(io::Error::from)))
    }

    /// Changes the mode of a file or directory, which must not be a symbolic link.
    pub fn set_mode(&self, place: &Place, mode: Mode) -> Result<(), ApplyError> {
        self.step("change mode of", place, || match place.open(OFlags::RDONLY) {
            Ok(file) => file.set_permissions(Permissions::from_mode(mode.bits())),
            // A file that its owner may not read cannot be opened, but its mode can be changed.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                if place.metadata()?.is_some_and(|metadata| metadata.kind == fs::FileType::Symlink) {
                    return Err(Errno::LOOP.into());
                }
                let mode = fs::Mode::from_raw_mode(mode.bits() as RawMode);
                Ok(fs::chmodat(place.dir(), place.name(), mode, AtFlags::empty())?)
            }
            Err(error) => Err(error),
        })
    }

    /// Sets the mtime of a directory. The mtime of a directory that belongs to another user stays, because the
    /// system does not allow to set it.
    pub fn set_dir_mtime(&self, place: &Place, mtime: Mtime) -> Result<(), ApplyError> {
        self.step("set time of", place, || {
            let set = open_dir(place).and_then(|dir| set_mtime(&dir, mtime));
            unless(&[ErrorKind::PermissionDenied], set)
        })
    }

    /// Sets the mtimes of at most [`BATCH`] directories as [`Disk::set_dir_mtime`] does, and syncs their entries.
    pub fn set_and_sync_dirs(&self, dirs: &[(Place, Mtime)]) -> Result<(), ApplyError> {
        let mut open = Vec::with_capacity(dirs.len());
        // All mtimes are set before the first sync, so that the file system writes them together.
        for (place, mtime) in dirs {
            let dir = open_dir(place).map_err(ApplyError::io("open", place.path()))?;
            let set = || unless(&[ErrorKind::PermissionDenied], set_mtime(&dir, *mtime));
            self.step("set time of", place, set)?;
            open.push(dir);
        }
        dirs.iter().zip(&open).try_for_each(|((place, _), dir)| self.sync(place, dir))
    }

    /// Syncs the entries of a directory.
    pub fn sync_dir(&self, place: &Place) -> Result<(), ApplyError> {
        let dir = open_dir(place).map_err(ApplyError::io("open", place.path()))?;
        self.sync(place, &dir)
    }

    fn sync(&self, place: &Place, file: &File) -> Result<(), ApplyError> {
        // Tests stop processes, not machines, and thousands of syncs would take minutes.
        let sync = if self.hook.is_some() { |_: &File| Ok(()) } else { File::sync_all };
        // Some file systems cannot sync directories.
        self.step("sync", place, || unless(&[ErrorKind::InvalidInput], sync(file)))
    }
}

fn open_dir(place: &Place) -> io::Result<File> {
    place.open(OFlags::RDONLY | OFlags::DIRECTORY)
}

/// `result`, with an error of one of these kinds taken as success.
fn unless(harmless: &[ErrorKind], result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if harmless.contains(&error.kind()) => Ok(()),
        result => result,
    }
}

fn set_mtime(file: &File, mtime: Mtime) -> io::Result<()> {
    let time = mtime.time().ok_or(ErrorKind::InvalidInput)?;
    file.set_modified(time)
}
