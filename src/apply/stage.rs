//! The stage: a directory inside a tree in which a change is prepared.
//!
//! Creating and deleting it changes the mtime of the tree's top directory. So its name contains the mtime
//! that the top must have when it is gone.

use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Dir, FileType, OFlags};

use super::disk::{Disk, NewFile, Unsynced};
use super::error::ApplyError;
use super::inspect;
use super::journal::Journal;
use super::place::Place;
use super::stamp::{Mode, Mtime};
use crate::regular::{LARGEST_DOCUMENT, require_len};

const STAGE: &str = ".pypatch-stage-";
const DONE: &str = ".pypatch-done-";
const JOURNAL: &str = "journal.json";
const UNFINISHED_JOURNAL: &str = "journal.tmp";

/// A stage, either a new one or one that an interrupted process left.
pub(super) struct Stage {
    /// The directory. Whatever has its name later, its files are reached through this.
    dir: Arc<OwnedFd>,
    path: PathBuf,
    /// The mtime of the top directory once this stage is gone.
    top: Mtime,
    /// Whether its change is committed, so that it only has to be deleted.
    pub done: bool,
}

/// What the metadata of a new stage shows about the disk.
pub(super) struct StageInfo {
    /// The time of the disk. All files of a change get this mtime, so that make takes none of them for older
    /// than another.
    pub now: Mtime,
    /// The mtime of the top directory before the stage was made.
    pub top: Mtime,
    /// The mode of a new directory, in which the bits of the umask are missing.
    mask: Mode,
    /// The user and the group of new files.
    pub owner: (u32, u32),
}

impl StageInfo {
    /// The mode of a new file.
    pub fn mode(&self, executable: bool) -> Mode {
        Mode::new(self.mask.bits() & if executable { 0o777 } else { 0o666 })
    }
}

impl Stage {
    /// Creates an empty stage in the tree `root`.
    pub fn create(disk: &Disk<'_>, root: &Path) -> Result<(Stage, StageInfo), ApplyError> {
        let metadata = |place: &Place| {
            let found = place.open(OFlags::RDONLY | OFlags::DIRECTORY).and_then(|dir| dir.metadata());
            found.map_err(ApplyError::io("read metadata of", place.path()))
        };
        let top = Mtime::of(&metadata(&Place::at(root))?);
        let tree = Arc::new(open_tree(root)?);
        let name = format!("{STAGE}{top}");
        let place = Place::inside(tree, root, &name);
        disk.make_dir(&place)?;
        let made = metadata(&place).and_then(|made| Ok((made, open_dir(&place)?)));
        match made {
            Ok((made, dir)) => {
                let stage = Stage { dir: Arc::new(dir), path: root.join(name), top, done: false };
                let (now, mask) = (Mtime::of(&made), Mode::of(&made));
                Ok((stage, StageInfo { now, top, mask, owner: (made.uid(), made.gid()) }))
            }
            Err(error) => {
                disk.remove_dir(&place)?;
                disk.set_dir_mtime(&Place::at(root), top)?;
                Err(error)
            }
        }
    }

    /// The stages that killed processes left in `root`; there is at most one unless someone copied it. Costs reading one
    /// directory.
    ///
    /// # Errors
    /// [`ApplyError::ForeignStage`] when something that is named like a stage is not one: an archive or another
    /// user may have put it there.
    pub fn find(root: &Path) -> Result<Vec<Stage>, ApplyError> {
        let mut stages = Vec::new();
        for entry in std::fs::read_dir(root).map_err(ApplyError::io("read", root))? {
            let entry = entry.map_err(ApplyError::io("read", root))?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let Some(top) = name.strip_prefix(STAGE).or(name.strip_prefix(DONE)) else { continue };
            let Ok(top) = top.parse() else { continue };
            let place = Place::inside(Arc::new(open_tree(root)?), root, name);
            let dir = Arc::new(open_own(&place)?);
            let stage = Stage { dir, path: root.join(name), top, done: name.starts_with(DONE) };
            stage.require_own_names()?;
            stages.push(stage);
        }
        Ok(stages)
    }

    fn place(&self, name: &str) -> Place {
        Place::inside(self.dir.clone(), &self.path, name)
    }

    /// Its place in the tree.
    fn in_tree(&self, root: &Path) -> Result<Place, ApplyError> {
        let name = self.path.file_name().unwrap_or_default();
        Ok(Place::inside(Arc::new(open_tree(root)?), root, name))
    }

    /// Its names, all of which are those of files that pypatch makes.
    fn require_own_names(&self) -> Result<Vec<String>, ApplyError> {
        let failed = |error: rustix::io::Errno| ApplyError::io("read", &self.path)(error.into());
        let mut names = Vec::new();
        for entry in Dir::read_from(self.dir.as_fd()).map_err(failed)? {
            let name = String::from_utf8_lossy(entry.map_err(failed)?.file_name().to_bytes()).into_owned();
            if name == "." || name == ".." {
                continue;
            }
            let metadata = self.place(&name).metadata().map_err(ApplyError::io("read", &self.path))?;
            let is_of_kind = metadata.is_some_and(|metadata| match metadata.kind {
                FileType::RegularFile => true,
                // A change that adds or removes a link has links, which nothing follows.
                FileType::Symlink => is_numbered(&name),
                _ => false,
            });
            if !is_own_name(&name) || !is_of_kind {
                return Err(self.foreign(format!("it contains `{name}`")));
            }
            names.push(name);
        }
        Ok(names)
    }

    fn foreign(&self, why: String) -> ApplyError {
        ApplyError::ForeignStage { path: self.path.clone(), why }
    }

    /// The place of the new contents of file number `i` of the journal.
    pub fn new_at(&self, i: usize) -> Place {
        self.place(&format!("{i}.new"))
    }

    /// The place of its old contents.
    pub fn old_at(&self, i: usize) -> Place {
        self.place(&format!("{i}.old"))
    }

    /// Where the file itself goes when the change removes it.
    pub fn gone_at(&self, i: usize) -> Place {
        self.place(&format!("{i}.gone"))
    }

    /// Syncs the files in `unsynced` and writes the journal. After that the tree may be changed.
    pub fn write_journal(
        &self,
        disk: &Disk<'_>,
        root: &Path,
        journal: &Journal,
        mut unsynced: Unsynced,
    ) -> Result<(), ApplyError> {
        let (temporary, place) = (self.place(UNFINISHED_JOURNAL), self.place(JOURNAL));
        let bytes = journal.to_bytes();
        require_len(bytes.len() as u64, LARGEST_DOCUMENT).map_err(ApplyError::reading(place.path()))?;
        let mode = Mode::new(0o600);
        let file = NewFile { bytes: &bytes, mode, owner: None, mtime: self.top, like: None };
        disk.new_file(temporary.clone(), &file, &mut unsynced)?;
        // It gets its name when it is complete, so that half a journal is never read.
        unsynced.sync(disk)?;
        disk.rename(&temporary, &place)?;
        disk.sync_dir(&self.place("."))?;
        disk.sync_dir(&Place::at(root))
    }

    /// Reads its journal; `None` when the tree was not changed yet.
    pub fn read_journal(&self) -> Result<Option<Journal>, ApplyError> {
        let place = self.place(JOURNAL);
        match inspect::read_at(&place, LARGEST_DOCUMENT) {
            Ok(bytes) => Journal::parse(&bytes)
                .map(Some)
                .map_err(|why| ApplyError::Journal { path: place.path().to_owned(), why }),
            Err(ApplyError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Commits its change. `top` becomes the mtime of the top directory.
    pub fn finish(&mut self, disk: &Disk<'_>, root: &Path, top: Mtime) -> Result<(), ApplyError> {
        let path = root.join(format!("{DONE}{top}"));
        disk.rename(&self.in_tree(root)?, &Place::at(&path))?;
        (self.path, self.top, self.done) = (path, top, true);
        Ok(())
    }

    /// Deletes it, the journal first: without one there is nothing to undo. Then sets the mtime of the top
    /// directory. If it is interrupted at any step it can be repeated.
    pub fn delete(&self, disk: &Disk<'_>, root: &Path) -> Result<(), ApplyError> {
        disk.unlink(&self.place(JOURNAL))?;
        for name in self.require_own_names()? {
            disk.unlink(&self.place(&name))?;
        }
        // A process that is killed after this leaves the mtime of the top directory as it is then.
        disk.remove_dir(&self.in_tree(root)?)?;
        let metadata = std::fs::metadata(root).map_err(ApplyError::io("read metadata of", root))?;
        if Mtime::of(&metadata) != self.top {
            disk.set_dir_mtime(&Place::at(root), self.top)?;
        }
        Ok(())
    }
}

/// Whether a file of a stage has this name: `3.new`, `3.old`, `3.gone` or that of a journal.
fn is_own_name(name: &str) -> bool {
    name == JOURNAL || name == UNFINISHED_JOURNAL || is_numbered(name)
}

fn is_numbered(name: &str) -> bool {
    let number = [".new", ".old", ".gone"].iter().find_map(|end| name.strip_suffix(end));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

fn open_tree(root: &Path) -> Result<OwnedFd, ApplyError> {
    open_dir(&Place::at(root))
}

fn open_dir(place: &Place) -> Result<OwnedFd, ApplyError> {
    let dir = place.open(OFlags::RDONLY | OFlags::DIRECTORY);
    dir.map(OwnedFd::from).map_err(ApplyError::io("open", place.path()))
}

/// Opens the directory at `place`, which has the name of a stage.
fn open_own(place: &Place) -> Result<OwnedFd, ApplyError> {
    let foreign = |why: &str| ApplyError::ForeignStage { path: place.path().to_owned(), why: why.to_owned() };
    let metadata = place.metadata().map_err(ApplyError::io("read metadata of", place.path()))?;
    if !metadata.is_some_and(|metadata| metadata.kind == FileType::Directory) {
        return Err(foreign("it is not a directory"));
    }
    let dir = File::from(open_dir(place)?);
    let owner = dir.metadata().map_err(ApplyError::io("read metadata of", place.path()))?.uid();
    if owner != rustix::process::geteuid().as_raw() {
        return Err(foreign("it belongs to another user"));
    }
    Ok(dir.into())
}
