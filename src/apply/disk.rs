//! Every system call that changes a disk, in one place.
//!
//! That makes the order of the steps something a test can interrupt after any one of them.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use rustix::fs::{Advice, fadvise};

use super::error::ApplyError;
use super::note;
use super::stamp::{Mode, Mtime};

/// Called before each step with what is to be done and to which path; an error is the step's result.
type Hook<'a> = Box<dyn Fn(&'static str, &Path) -> io::Result<()> + 'a>;

/// The disk. Each method is one step, but for those that make a file, which are several.
#[derive(Default)]
pub(super) struct Disk<'a> {
    hook: Option<Hook<'a>>,
}

/// A file to be written.
pub(super) struct NewFile<'a> {
    pub bytes: &'a [u8],
    pub mode: Mode,
    /// User and group, where they are not those a new file gets anyway.
    pub owner: Option<(u32, u32)>,
    pub mtime: Mtime,
}

/// Files that are written, and not yet known to be on the disk.
///
/// Waiting for each by itself has the file system write its own journal for each; once the disk has
/// begun to write all of them, one such write does for most.
#[derive(Default)]
pub(super) struct Unsynced(Vec<(PathBuf, File)>);

/// How many files are kept open to be waited for together.
const TOGETHER: usize = 64;

impl Unsynced {
    /// Waits until all of them are on the disk.
    pub fn sync(&mut self, disk: &Disk<'_>) -> Result<(), ApplyError> {
        self.0.drain(..).try_for_each(|(path, file)| disk.sync(&path, &file))
    }
}

impl Disk<'_> {
    /// A disk that asks `hook` before each step.
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

    /// Creates a directory as the umask has it.
    pub fn make_dir(&self, path: &Path) -> Result<(), ApplyError> {
        self.step("create directory", path, || DirBuilder::new().mode(0o777).create(path))
    }

    /// Removes a directory; one that is gone or not empty is left alone.
    pub fn remove_dir(&self, path: &Path) -> Result<(), ApplyError> {
        self.step("remove directory", path, || match fs::remove_dir(path) {
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) => Ok(()),
            result => result,
        })
    }

    /// Creates a file that was not there, complete, and has the disk begin to write it. It is on the
    /// disk when `unsynced` is synced.
    pub fn new_file(
        &self,
        path: PathBuf,
        new: &NewFile<'_>,
        unsynced: &mut Unsynced,
    ) -> Result<(), ApplyError> {
        let file = self.new_unsynced_file(&path, new)?;
        if self.hook.is_none() {
            // This is how Linux is told to begin; a system that knows nothing of it begins later.
            let _ = fadvise(&file, 0, None, Advice::DontNeed);
        }
        unsynced.0.push((path, file));
        if unsynced.0.len() < TOGETHER { Ok(()) } else { unsynced.sync(self) }
    }

    /// Creates a file that was not there, complete, without waiting for the disk.
    pub fn new_unsynced_file(&self, path: &Path, new: &NewFile<'_>) -> Result<File, ApplyError> {
        let mut file = self.step("create", path, || {
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
        })?;
        self.step("write", path, || file.write_all(new.bytes))?;
        if let Some((user, group)) = new.owner {
            // Giving files away is for root; everyone else gets a file of their own, as with `patch`.
            self.step("change owner of", path, || match fchown(&file, Some(user), Some(group)) {
                Err(e) if e.kind() == ErrorKind::PermissionDenied => Ok(()),
                result => result,
            })?;
        }
        // After the owner: changing that takes setuid bits away.
        self.step("change mode of", path, || file.set_permissions(Permissions::from_mode(new.mode.bits())))?;
        self.step("set time of", path, || set_mtime(&file, new.mtime))?;
        Ok(file)
    }

    /// Gives a file a second name.
    pub fn link(&self, from: &Path, to: &Path) -> Result<(), ApplyError> {
        self.step("link", from, || fs::hard_link(from, to))
    }

    /// Moves a file or directory over whatever has the new name.
    pub fn rename(&self, from: &Path, to: &Path) -> Result<(), ApplyError> {
        self.step("replace", to, || fs::rename(from, to))
    }

    /// Removes a file; one that is gone is no error.
    pub fn unlink(&self, path: &Path) -> Result<(), ApplyError> {
        self.step("remove", path, || match fs::remove_file(path) {
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(()),
            result => result,
        })
    }

    /// Changes the mode of a file that is no symbolic link.
    pub fn set_mode(&self, path: &Path, mode: Mode) -> Result<(), ApplyError> {
        self.step("change mode of", path, || fs::set_permissions(path, Permissions::from_mode(mode.bits())))
    }

    /// Sets the mtime of a directory. Where the directory belongs to someone else the system forbids
    /// that, and then the time stays what it is.
    pub fn set_dir_mtime(&self, path: &Path, mtime: Mtime) -> Result<(), ApplyError> {
        self.step("set time of", path, || match File::open(path).and_then(|dir| set_mtime(&dir, mtime)) {
            Err(e) if e.kind() == ErrorKind::PermissionDenied => Ok(()),
            result => result,
        })
    }

    /// Sets the mtimes of directories and brings their entries to the disk. Where a directory belongs to
    /// someone else, its time stays what it is.
    pub fn set_and_sync_dirs(&self, dirs: &[(PathBuf, Mtime)]) -> Result<(), ApplyError> {
        for some in dirs.chunks(TOGETHER) {
            let mut open = Vec::with_capacity(some.len());
            // All times before the first wait: the file system then writes all of it at once.
            for (path, mtime) in some {
                let dir = File::open(path).map_err(ApplyError::io("open", path))?;
                self.step("set time of", path, || match set_mtime(&dir, *mtime) {
                    Err(e) if e.kind() == ErrorKind::PermissionDenied => Ok(()),
                    result => result,
                })?;
                open.push(dir);
            }
            some.iter().zip(&open).try_for_each(|((path, _), dir)| self.sync(path, dir))?;
        }
        Ok(())
    }

    /// Notes the name of a stage on the top directory of its tree.
    pub fn note(&self, root: &Path, name: &str) -> Result<(), ApplyError> {
        self.step("set an attribute of", root, || note::write(root, name))
    }

    /// Takes what is noted off a top directory; where nothing is, nothing happens.
    pub fn remove_note(&self, root: &Path) -> Result<(), ApplyError> {
        self.step("remove an attribute of", root, || note::remove(root))
    }

    /// Brings a directory's entries to the disk.
    pub fn sync_dir(&self, path: &Path) -> Result<(), ApplyError> {
        let dir = File::open(path).map_err(ApplyError::io("open", path))?;
        self.sync(path, &dir)
    }

    fn sync(&self, path: &Path, file: &File) -> Result<(), ApplyError> {
        // A test kills no machine, and would wait for minutes.
        let sync = if self.hook.is_some() { |_: &File| Ok(()) } else { File::sync_all };
        self.step("sync", path, || match sync(file) {
            // Some file systems cannot sync directories.
            Err(e) if e.kind() == ErrorKind::InvalidInput => Ok(()),
            result => result,
        })
    }
}

fn set_mtime(file: &File, mtime: Mtime) -> io::Result<()> {
    let time = mtime.time().ok_or(ErrorKind::InvalidInput)?;
    file.set_modified(time)
}
