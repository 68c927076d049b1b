//! Hidden directories in which outputs are written before they are renamed to their place, and the removal of those
//! that killed processes left.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::interrupt::{Listed, Whole, remove};

/// What the name of such a directory begins with; six letters and digits follow.
const PREFIX: &str = ".pypatch-new-";
/// The name of the only thing in it, if that is a directory.
pub(crate) const TREE: &str = "tree";
/// The name of the only thing in it, if that is a file.
pub(crate) const FILE: &str = "file";
/// How often one is made that another process removes at once.
const TRIES: u32 = 20;

/// A hidden directory that only this user may enter. It is removed when this is dropped.
///
/// It is locked, which shows other processes that it is in use. If this process is killed, the next one that makes
/// such a directory in the same place removes it.
#[derive(Debug)]
pub(crate) struct Scratch {
    path: PathBuf,
    _lock: File,
    _listed: Listed,
}

impl Scratch {
    /// Makes one in the directory `parent`, and removes those there that killed processes left.
    pub fn new(parent: &Path) -> io::Result<Scratch> {
        remove_abandoned(parent);
        for _ in 0..TRIES {
            let private = Permissions::from_mode(0o700);
            // The end of the program comes before it is made, or after it is listed.
            let whole = Whole::begin();
            let made = tempfile::Builder::new().prefix(PREFIX).permissions(private).tempdir_in(parent);
            // The error itself would name the hidden directory, which the user does not know.
            let path = made.map_err(|error| error_itself(&error))?.keep();
            let listed = Listed::all(&path);
            drop(whole);
            let lock = match open(&path) {
                Ok(lock) => lock,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => {
                    let _ = fs::remove_dir(&path);
                    return Err(error);
                }
            };
            // Where nothing can be locked, nothing is taken for abandoned either.
            let _ = lock.lock();
            // Before it was locked, another process may have removed it.
            if is_at(&lock, &path) {
                return Ok(Scratch { path, _lock: lock, _listed: listed });
            }
        }
        Err(io::Error::other("another process removes what is written"))
    }

    /// The path of what is in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It is empty after its content was moved.
        if fs::remove_dir(&self.path).is_err() {
            let _ = remove(&self.path);
        }
    }
}

/// Directories that were made for an output, and are removed if it is not written after all.
#[derive(Debug, Default)]
pub(crate) struct NewDirectories(Vec<(PathBuf, Listed)>);

impl NewDirectories {
    /// Makes the directory `path` and those above it, as far as they are missing.
    pub fn make(path: &Path) -> io::Result<NewDirectories> {
        let mut made = NewDirectories::default();
        let missing = path.ancestors().take_while(|one| !one.as_os_str().is_empty() && !one.exists());
        let missing: Vec<&Path> = missing.collect();
        for directory in missing.into_iter().rev() {
            let _whole = Whole::begin();
            match fs::create_dir(directory) {
                Ok(()) => made.0.push((directory.to_owned(), Listed::empty(directory))),
                // Another process made it meanwhile.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(made)
    }

    /// Leaves them where they are.
    pub fn keep(mut self) {
        self.0.clear();
    }
}

impl Drop for NewDirectories {
    fn drop(&mut self) {
        for (directory, _) in self.0.iter().rev() {
            let _ = fs::remove_dir(directory);
        }
    }
}

/// An error without the path that it happened at.
fn error_itself(error: &io::Error) -> io::Error {
    let inner = error.get_ref().and_then(|inner| inner.source()?.downcast_ref::<io::Error>());
    match inner.and_then(io::Error::raw_os_error).or(error.raw_os_error()) {
        Some(code) => io::Error::from_raw_os_error(code),
        None => error.kind().into(),
    }
}

/// Removes the directories that killed processes left in `parent`. It is not an error if one stays.
pub(crate) fn remove_abandoned(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten().filter(|entry| is_own_name(&entry.file_name())) {
        let path = entry.path();
        if let Ok(Some(_lock)) = locked_if_abandoned(&path) {
            let _ = remove(&path);
        }
    }
}

fn is_own_name(name: &OsStr) -> bool {
    let random = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
    random.is_some_and(|random| random.len() == 6 && random.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The lock of the directory `path`, if a killed process left it: it belongs to this user, nobody else may enter it,
/// nobody uses it, and it contains nothing but an output.
fn locked_if_abandoned(path: &Path) -> io::Result<Option<File>> {
    let directory = open(path)?;
    let metadata = directory.metadata()?;
    if metadata.uid() != rustix::process::geteuid().as_raw()
        || metadata.mode() & 0o777 != 0o700
        || directory.try_lock().is_err()
        || !is_at(&directory, path)
    {
        return Ok(None);
    }
    for entry in fs::read_dir(path)? {
        if ![TREE, FILE].iter().any(|own| entry.as_ref().is_ok_and(|it| it.file_name() == *own)) {
            return Ok(None);
        }
    }
    Ok(Some(directory))
}

/// Opens a directory, but no link to one.
fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW;
    OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)
}

/// Whether an open directory is the one at `path`.
fn is_at(directory: &File, path: &Path) -> bool {
    let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (directory.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(named)) => identity(open) == identity(named),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Makes a directory as a killed process leaves it.
    fn left(folder: &Path, name: &str, mode: u32) -> PathBuf {
        let path = folder.join(name);
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn only_what_a_killed_process_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path();
        fs::write(left(at, ".pypatch-new-AbCdE1", 0o700).join(FILE), "half").unwrap();
        let tree = left(at, ".pypatch-new-AbCdE2", 0o700).join(TREE);
        fs::create_dir_all(tree.join("closed/inner")).unwrap();
        fs::set_permissions(tree.join("closed"), Permissions::from_mode(0o000)).unwrap();
        left(at, ".pypatch-new-AbCdE3", 0o700);
        // None of these was made by pypatch, or by nobody who was killed.
        fs::write(left(at, ".pypatch-new-mine", 0o700).join("tree"), "").unwrap();
        fs::write(left(at, ".pypatch-new-precious", 0o700).join("file"), "").unwrap();
        fs::write(left(at, ".pypatch-new-AbCdE4", 0o700).join("precious"), "").unwrap();
        left(at, ".pypatch-new-AbCdE5", 0o755);
        fs::write(at.join(".pypatch-new-AbCdE6"), "").unwrap();
        std::os::unix::fs::symlink("/", at.join(".pypatch-new-AbCdE7")).unwrap();
        let used = Scratch::new(at).unwrap();
        let other = Scratch::new(at).unwrap();
        assert!(used.join("").is_dir() && other.join("").is_dir());
        drop((used, other));
        let kept = ["AbCdE4", "AbCdE5", "AbCdE6", "AbCdE7", "mine", "precious"];
        assert_eq!(names(at), kept.map(|name| format!(".pypatch-new-{name}")));
    }

    #[test]
    fn directories_of_an_output_that_fails_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("old")).unwrap();
        let inner = folder.path().join("old/new/inner");
        drop(NewDirectories::make(&inner).unwrap());
        assert_eq!(names(&folder.path().join("old")), [""; 0]);
        NewDirectories::make(&inner).unwrap().keep();
        assert!(inner.is_dir());
        assert!(NewDirectories::make(&folder.path().join("old/new/../x")).is_ok());
    }
}
