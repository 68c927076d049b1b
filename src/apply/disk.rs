//! All system calls that change the disk.
//!
//! They are in one place so that a test can make any of them fail, or stop a change after any of them.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{Advice, fadvise};

use super::error::ApplyError;
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
}

/// Files that are written and not yet synced.
///
/// If each file is synced right after it is written, the file system writes its own journal once for each.
/// If all are written first, it does so a few times only.
#[derive(Default)]
pub(super) struct Unsynced(Vec<(PathBuf, File)>);

/// How many files are kept open to be synced together.
const BATCH: usize = 64;

impl Unsynced {
    /// Waits until all files are on disk.
    pub fn sync(&mut self, disk: &Disk<'_>) -> Result<(), ApplyError> {
        self.0.drain(..).try_for_each(|(path, file)| disk.sync(&path, &file))
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
        path: &Path,
        act: impl FnOnce() -> io::Result<T>,
    ) -> Result<T, ApplyError> {
        let asked = self.hook.as_ref().map_or(Ok(()), |hook| hook(doing, path));
        asked.and_then(|()| act()).map_err(ApplyError::io(doing, path))
    }

    /// Creates a directory with the mode that the umask allows.
    pub fn make_dir(&self, path: &Path) -> Result<(), ApplyError> {
        self.step("create directory", path, || DirBuilder::new().mode(0o777).create(path))
    }

    /// Removes a directory if it exists and is empty.
    pub fn remove_dir(&self, path: &Path) -> Result<(), ApplyError> {
        let kept = [ErrorKind::NotFound, ErrorKind::DirectoryNotEmpty];
        self.step("remove directory", path, || unless(&kept, fs::remove_dir(path)))
    }

    /// Creates a new file and starts to write it to disk. It is on disk when `unsynced` is synced.
    pub fn new_file(
        &self,
        path: PathBuf,
        new: &NewFile<'_>,
        unsynced: &mut Unsynced,
    ) -> Result<(), ApplyError> {
        let file = self.new_unsynced_file(&path, new)?;
        if self.hook.is_none() {
            // Linux starts to write the file; a system that ignores the advice starts later.
            let _ = fadvise(&file, 0, None, Advice::DontNeed);
        }
        unsynced.0.push((path, file));
        if unsynced.0.len() < BATCH { Ok(()) } else { unsynced.sync(self) }
    }

    /// Creates a new file without waiting for the disk.
    pub fn new_unsynced_file(&self, path: &Path, new: &NewFile<'_>) -> Result<File, ApplyError> {
        let mut file = self.step("create", path, || {
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
        })?;
        self.step("write", path, || file.write_all(new.bytes))?;
        if let Some((user, group)) = new.owner {
            // Only root can change the owner; for other users the file becomes theirs, as with `patch`.
            let chown = || unless(&[ErrorKind::PermissionDenied], fchown(&file, Some(user), Some(group)));
            self.step("change owner of", path, chown)?;
        }
        // After the owner, because changing that clears the setuid bit.
        self.step("change mode of", path, || file.set_permissions(Permissions::from_mode(new.mode.bits())))?;
        self.step("set time of", path, || set_mtime(&file, new.mtime))?;
        Ok(file)
    }

    /// Gives a file a second name, by a hard link.
    pub fn link(&self, from: &Path, to: &Path) -> Result<(), ApplyError> {
        self.step("link", from, || fs::hard_link(from, to))
    }

    /// Renames a file or directory, and replaces what has the new name.
    pub fn rename(&self, from: &Path, to: &Path) -> Result<(), ApplyError> {
        self.step("replace", to, || fs::rename(from, to))
    }

    /// Removes a file if it exists.
    pub fn unlink(&self, path: &Path) -> Result<(), ApplyError> {
        self.step("remove", path, || unless(&[ErrorKind::NotFound], fs::remove_file(path)))
    }

    /// Changes the mode of a file, which must not be a symbolic link.
    pub fn set_mode(&self, path: &Path, mode: Mode) -> Result<(), ApplyError> {
        self.step("change mode of", path, || fs::set_permissions(path, Permissions::from_mode(mode.bits())))
    }

    /// Sets the mtime of a directory. The mtime of a directory that belongs to another user stays, because the
    /// system does not allow to set it.
    pub fn set_dir_mtime(&self, path: &Path, mtime: Mtime) -> Result<(), ApplyError> {
        self.step("set time of", path, || {
            let set = File::open(path).and_then(|dir| set_mtime(&dir, mtime));
            unless(&[ErrorKind::PermissionDenied], set)
        })
    }

    /// Sets the mtimes of directories as [`Disk::set_dir_mtime`] does, and syncs their entries.
    pub fn set_and_sync_dirs(&self, dirs: &[(PathBuf, Mtime)]) -> Result<(), ApplyError> {
        for some in dirs.chunks(BATCH) {
            let mut open = Vec::with_capacity(some.len());
            // All mtimes are set before the first sync, so that the file system writes them together.
            for (path, mtime) in some {
                let dir = File::open(path).map_err(ApplyError::io("open", path))?;
                let set = || unless(&[ErrorKind::PermissionDenied], set_mtime(&dir, *mtime));
                self.step("set time of", path, set)?;
                open.push(dir);
            }
            some.iter().zip(&open).try_for_each(|((path, _), dir)| self.sync(path, dir))?;
        }
        Ok(())
    }

    /// Syncs the entries of a directory.
    pub fn sync_dir(&self, path: &Path) -> Result<(), ApplyError> {
        let dir = File::open(path).map_err(ApplyError::io("open", path))?;
        self.sync(path, &dir)
    }

    fn sync(&self, path: &Path, file: &File) -> Result<(), ApplyError> {
        // Tests stop processes, not machines, and thousands of syncs would take minutes.
        let sync = if self.hook.is_some() { |_: &File| Ok(()) } else { File::sync_all };
        // Some file systems cannot sync directories.
        self.step("sync", path, || unless(&[ErrorKind::InvalidInput], sync(file)))
    }
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
