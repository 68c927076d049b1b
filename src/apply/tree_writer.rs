//! Writes a whole tree into a new directory, all or nothing.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::dir::Dir;
use super::disk::{Disk, NewFile};
use super::error::ApplyError;
use super::inspect;
use super::place::{Place, Places};
use super::stamp::{Mode, Mtime};
use crate::interrupt::Whole;
use crate::scratch::{self, Scratch};
use crate::tree::{Node, TreePath, WalkEntry};

/// Writes a tree into a hidden directory next to its destination, to which [`TreeWriter::finish`] moves it.
///
/// If it is dropped before, nothing remains. If the process is killed, nothing is at the destination, and the next
/// output in the same place removes the hidden directory.
#[derive(Debug)]
pub(crate) struct TreeWriter {
    out: PathBuf,
    root: PathBuf,
    /// Contains the tree.
    _scratch: Scratch,
    now: Mtime,
    /// The modes and mtimes that directories get when all files are written.
    directories: Vec<(Dir, Option<Mode>, Mtime)>,
    /// The directory of the entry that was added last; it exists.
    parent: Option<TreePath>,
}

impl TreeWriter {
    /// Starts a tree with the destination `out`, which must not exist or be an empty directory.
    ///
    /// # Errors
    /// [`ApplyError::Occupied`] when `out` is something else, or any error of the disk.
    pub(crate) fn new(out: &Path) -> Result<TreeWriter, ApplyError> {
        match fs::symlink_metadata(out) {
            Ok(metadata) => {
                let entries = || fs::read_dir(out).map_err(ApplyError::io("read", out));
                if !metadata.is_dir() || entries()?.next().is_some() {
                    return Err(ApplyError::Occupied(out.to_owned()));
                }
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(source) => return Err(ApplyError::io("read metadata of", out)(source)),
        }
        if out.parent().is_none() {
            return Err(ApplyError::Occupied(out.to_owned()));
        }
        let parent = parent_of(out);
        let scratch = Scratch::new(parent).map_err(ApplyError::io("create directory in", parent))?;
        // The hidden directory has mode 0700; the tree inside it gets its mode from the umask.
        let root = scratch.join(scratch::TREE);
        Disk::default().make_dir(&Place::at(&root))?;
        let metadata = fs::metadata(&root).map_err(ApplyError::io("read metadata of", &root))?;
        let now = Mtime::of(&metadata);
        let directories = vec![(Dir::Top, None, now)];
        Ok(TreeWriter { out: out.to_owned(), root, _scratch: scratch, now, directories, parent: None })
    }

    /// The directory that contains the tree until it is finished.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Adds an entry, and its parent directories if they are missing. An entry without an mtime gets the
    /// time at which the tree was started. [`Node::Other`] is left out.
    ///
    /// # Errors
    /// Any error of the disk, for example when the path exists or leads through a symbolic link.
    pub(crate) fn add(&mut self, entry: &WalkEntry) -> Result<(), ApplyError> {
        let disk = Disk::default();
        let (path, mode) = (&entry.path, Mode::new(entry.mode));
        let mtime = entry.mtime.and_then(|(seconds, nanos)| Mtime::new(seconds, nanos)).unwrap_or(self.now);
        // The files of a directory follow each other, and nothing replaces a directory here.
        let parent = path.parent();
        let missing = if parent == self.parent {
            Vec::new()
        } else {
            inspect::missing_dirs(&Places::new(&self.root), path)?
        };
        self.parent = parent;
        for missing in missing {
            disk.make_dir(&Place::at(missing.below(&self.root)))?;
            self.directories.push((Dir::Below(missing), None, self.now));
        }
        let full = path.below(&self.root);
        let place = Place::at(&full);
        match &entry.node {
            Node::File(bytes) => {
                let file = NewFile { bytes, mode, owner: None, mtime, like: None };
                disk.new_unsynced_file(&place, &file).map(drop)
            }
            Node::Large(large) => {
                let new = NewFile { bytes: &[], mode, owner: None, mtime, like: None };
                let mut file = disk.create(&place)?;
                disk.copy(&place, &mut file, large.reader())?;
                disk.finish_file(&place, &file, &new)
            }
            Node::Symlink(target) => {
                symlink(OsStr::from_bytes(target), &full).map_err(ApplyError::io("create", &full))
            }
            Node::Directory => {
                if inspect::dir(&Places::new(&self.root), path)?.is_none() {
                    disk.make_dir(&place)?;
                }
                self.directories.push((Dir::Below(path.clone()), Some(mode), mtime));
                Ok(())
            }
            Node::Other => Ok(()),
        }
    }

    /// Gives the directories their modes and mtimes. Nothing may be added afterwards.
    ///
    /// # Errors
    /// Any error of the disk.
    pub(crate) fn set_dir_metadata(&mut self) -> Result<(), ApplyError> {
        let disk = Disk::default();
        // The innermost first, since a mode may forbid access to what is inside. The sort is stable, so of two
        // entries for one directory the later one wins.
        self.directories.sort_by(|a, b| b.0.cmp(&a.0));
        for (dir, mode, mtime) in self.directories.drain(..) {
            let path = dir.place(&self.root)?;
            disk.set_dir_mtime(&path, mtime)?;
            if let Some(mode) = mode {
                disk.set_mode(&path, mode)?;
            }
        }
        Ok(())
    }

    /// Moves the tree to its destination.
    ///
    /// # Errors
    /// Any error of the disk; the destination is unchanged then.
    pub(crate) fn finish(mut self) -> Result<(), ApplyError> {
        self.set_dir_metadata()?;
        let disk = Disk::default();
        let whole = Whole::begin();
        // Renaming replaces an empty directory, and fails if files were added to it since.
        disk.rename(&Place::at(&self.root), &Place::at(&self.out))?;
        // The output is there. Its files were not waited for either, so this may fail.
        let _ = disk.sync_dir(&Place::at(parent_of(&self.out)));
        whole.changed(&self.out);
        Ok(())
    }
}

/// The directory that contains `path`.
fn parent_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::testing::{seen, tree, without_top};
    use super::*;
    use crate::tree::{DirTree, Tree};

    fn copy(from: &Path, to: &mut TreeWriter) {
        let tree = DirTree::open(from).unwrap();
        tree.walk(&mut |entry| {
            to.add(&entry).unwrap();
            Ok(())
        })
        .unwrap();
    }

    fn entry(path: &str, node: Node) -> WalkEntry {
        WalkEntry { path: path.parse().unwrap(), node, mode: 0o644, mtime: None }
    }

    #[test]
    fn a_tree_is_written_with_its_modes_and_mtimes() {
        let (from, dir) = (tree(), tempfile::tempdir().unwrap());
        fs::set_permissions(from.path().join("Lib"), fs::Permissions::from_mode(0o555)).unwrap();
        let out = dir.path().join("out");
        let mut new = TreeWriter::new(&out).unwrap();
        copy(from.path(), &mut new);
        assert!(!out.exists());
        new.finish().unwrap();
        assert_eq!(without_top(&seen(&out)), without_top(&seen(from.path())));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_unfinished_tree_leaves_no_files() {
        let dir = tempfile::tempdir().unwrap();
        copy(tree().path(), &mut TreeWriter::new(&dir.path().join("out")).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_destination_may_only_be_an_empty_directory() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        fs::create_dir(&out).unwrap();
        let mut new = TreeWriter::new(&out).unwrap();
        new.add(&entry("a/b", Node::File(b"x".to_vec().into()))).unwrap();
        new.finish().unwrap();
        assert_eq!(fs::read(out.join("a/b")).unwrap(), b"x");
        for occupied in [&out, &out.join("a/b"), Path::new("/")] {
            assert!(matches!(TreeWriter::new(occupied), Err(ApplyError::Occupied(_))));
        }
        // Nor may files have been added to it meanwhile.
        let late = dir.path().join("late");
        let new = TreeWriter::new(&late).unwrap();
        fs::create_dir_all(late.join("x")).unwrap();
        assert!(new.finish().is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn nothing_is_written_through_a_symbolic_link() {
        let dir = tempfile::tempdir().unwrap();
        let mut new = TreeWriter::new(&dir.path().join("out")).unwrap();
        new.add(&entry("link", Node::Symlink(b"..".to_vec()))).unwrap();
        let file = || Node::File(Vec::new().into());
        assert!(new.add(&entry("link/x", file())).is_err());
        assert!(new.add(&entry("link", file())).is_err());
    }
}
