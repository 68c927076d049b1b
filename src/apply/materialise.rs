//! Writes a whole tree into a new directory, all or nothing.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::disk::{Disk, NewFile};
use super::error::ApplyError;
use super::place::{self, Dir};
use super::stamp::{Mode, Mtime};
use crate::tree::TreePath;

/// One thing in a tree that is being written.
#[derive(Debug, Clone, Copy)]
pub enum Item<'a> {
    /// A regular file with these contents.
    File(&'a [u8]),
    /// A directory.
    Directory,
    /// A symbolic link and what it says. It is never followed.
    Symlink(&'a [u8]),
}

/// What the hidden directory's name begins with.
const HIDDEN: &str = ".pypatch-new-";

/// Removes the hidden directories in `parent` that killed processes have left: nobody holds their
/// locks, and they are not just being made. That one cannot be removed is no failure of anything.
fn sweep(parent: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let hidden = entry.file_name().to_str().is_some_and(|name| name.starts_with(HIDDEN));
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        if hidden
            && age().is_some_and(|age| age > Duration::from_secs(60))
            && File::open(entry.path()).is_ok_and(|directory| directory.try_lock().is_ok())
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A tree that is being written: into a hidden directory beside its final place, from where
/// [`Materialise::finish`] moves it there. Dropped before, it leaves nothing behind; a process that
/// is killed leaves the hidden directory, which a later one removes, and nothing at the place itself.
#[derive(Debug)]
pub struct Materialise {
    out: PathBuf,
    root: PathBuf,
    temporary: TempDir,
    /// Tells this from what a killed process has left; dies with the process.
    _lock: File,
    now: Mtime,
    /// Modes and mtimes that directories get at the end: until then they are written into.
    directories: Vec<(Dir, Option<Mode>, Mtime)>,
}

impl Materialise {
    /// Begins a tree that will be `out`: a path where nothing stands yet, or an empty directory.
    ///
    /// # Errors
    /// [`ApplyError::Occupied`] when something stands there; else what the disk says.
    pub fn begin(out: &Path) -> Result<Materialise, ApplyError> {
        match fs::symlink_metadata(out) {
            Ok(metadata) => {
                let entries = || fs::read_dir(out).map_err(ApplyError::io("read", out));
                if !metadata.is_dir() || entries()?.next().is_some() {
                    return Err(ApplyError::Occupied(out.to_owned()));
                }
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(source) => return Err(ApplyError::io("look at", out)(source)),
        }
        let parent = match out.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
            Some(parent) => parent,
            None => return Err(ApplyError::Occupied(out.to_owned())),
        };
        sweep(parent);
        let temporary = tempfile::Builder::new()
            .prefix(HIDDEN)
            .tempdir_in(parent)
            .map_err(ApplyError::io("create directory in", parent))?;
        // The temporary directory is for its owner only; the one inside is as the umask has it.
        let top = temporary.path().join("tree");
        Disk::default().make_dir(&top)?;
        let lock = File::open(temporary.path()).map_err(ApplyError::io("open", temporary.path()))?;
        lock.try_lock().map_err(|error| ApplyError::io("lock", temporary.path())(error.into()))?;
        let made = fs::metadata(&top).map_err(ApplyError::io("look at", &top))?;
        let now = Mtime::of(&made);
        Ok(Materialise {
            out: out.to_owned(),
            root: top,
            temporary,
            _lock: lock,
            now,
            directories: vec![(Dir::Top, None, now)],
        })
    }

    /// Where the tree is until it is finished.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Gives the top directory itself this mtime.
    pub fn set_top_mtime(&mut self, mtime: Mtime) {
        self.directories[0].2 = mtime;
    }

    /// Adds one thing. Directories that it lies in and that were not added yet are made. Without an
    /// `mtime` it gets the time at which the tree was begun: the same for all of them.
    ///
    /// # Errors
    /// What the disk says; a file below a symbolic link, or two things in one place.
    pub fn add(
        &mut self,
        path: &TreePath,
        item: Item<'_>,
        mode: Mode,
        mtime: Option<Mtime>,
    ) -> Result<(), ApplyError> {
        let (disk, top) = (Disk::default(), self.root.clone());
        let mtime = mtime.unwrap_or(self.now);
        while let Some(missing) = place::first_missing_dir(&top, path)? {
            disk.make_dir(&missing.below(&top))?;
            self.directories.push((Dir::Below(missing), None, self.now));
        }
        let full = path.below(&top);
        match item {
            Item::File(bytes) => {
                let file = NewFile { bytes, mode, owner: None, mtime };
                disk.new_unsynced_file(&full, &file).map(drop)
            }
            Item::Symlink(target) => {
                symlink(OsStr::from_bytes(target), &full).map_err(ApplyError::io("create", &full))
            }
            Item::Directory => {
                if place::dir(&top, &Dir::Below(path.clone()))?.is_none() {
                    disk.make_dir(&full)?;
                }
                self.directories.push((Dir::Below(path.clone()), Some(mode), mtime));
                Ok(())
            }
        }
    }

    /// Gives the directories their modes and mtimes. Nothing may be added afterwards.
    ///
    /// # Errors
    /// What the disk says.
    pub fn settle(&mut self) -> Result<(), ApplyError> {
        let (disk, top) = (Disk::default(), self.root.clone());
        // The innermost first: writing a mode may take the way in. What was said last of one counts.
        self.directories.sort_by(|a, b| b.0.cmp(&a.0));
        for (dir, mode, mtime) in self.directories.drain(..) {
            let path = dir.below(&top);
            disk.set_dir_mtime(&path, mtime)?;
            if let Some(mode) = mode {
                disk.set_mode(&path, mode)?;
            }
        }
        Ok(())
    }

    /// Moves the tree to its place.
    ///
    /// # Errors
    /// What the disk says; nothing is at the place then that was not there before.
    pub fn finish(mut self) -> Result<(), ApplyError> {
        self.settle()?;
        let disk = Disk::default();
        // Over an empty directory this works too, over any other it fails.
        disk.rename(&self.root, &self.out)?;
        disk.sync_dir(self.temporary.path().parent().unwrap_or(Path::new(".")))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::testing::{seen, tree};
    use super::*;

    fn copy(from: &Path, to: &mut Materialise) {
        to.set_top_mtime(Mtime::of(&fs::metadata(from).unwrap()));
        for entry in walkdir::WalkDir::new(from).min_depth(1).sort_by_file_name() {
            let entry = entry.unwrap();
            let path = entry.path().strip_prefix(from).unwrap().to_str().unwrap().parse().unwrap();
            let metadata = entry.metadata().unwrap();
            let bytes = if metadata.is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() };
            let item = if metadata.is_file() { Item::File(&bytes) } else { Item::Directory };
            to.add(&path, item, Mode::of(&metadata), Some(Mtime::of(&metadata))).unwrap();
        }
    }

    #[test]
    fn a_tree_is_written_with_its_modes_and_times() {
        let (from, dir) = (tree(), tempfile::tempdir().unwrap());
        fs::set_permissions(from.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(from.path().join("Lib"), fs::Permissions::from_mode(0o555)).unwrap();
        let out = dir.path().join("out");
        let mut new = Materialise::begin(&out).unwrap();
        copy(from.path(), &mut new);
        assert!(!out.exists());
        new.finish().unwrap();
        assert_eq!(seen(&out), seen(from.path()));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_given_up_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        copy(tree().path(), &mut Materialise::begin(&dir.path().join("out")).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn only_an_empty_directory_may_stand_in_the_place() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        fs::create_dir(&out).unwrap();
        let mut new = Materialise::begin(&out).unwrap();
        new.add(&"a/b".parse().unwrap(), Item::File(b"x"), Mode::new(0o644), None).unwrap();
        new.finish().unwrap();
        assert_eq!(fs::read(out.join("a/b")).unwrap(), b"x");
        for occupied in [&out, &out.join("a/b"), Path::new("/")] {
            assert!(matches!(Materialise::begin(occupied), Err(ApplyError::Occupied(_))));
        }
        // Nor may anything have come there meanwhile.
        let late = dir.path().join("late");
        let new = Materialise::begin(&late).unwrap();
        fs::create_dir_all(late.join("x")).unwrap();
        assert!(new.finish().is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn nothing_is_written_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let mut new = Materialise::begin(&dir.path().join("out")).unwrap();
        let mode = Mode::new(0o644);
        new.add(&"link".parse().unwrap(), Item::Symlink(b".."), mode, None).unwrap();
        assert!(new.add(&"link/x".parse().unwrap(), Item::File(b""), mode, None).is_err());
        assert!(new.add(&"link".parse().unwrap(), Item::File(b""), mode, None).is_err());
    }
}
