//! The stage: a directory inside a tree in which a change is prepared.
//!
//! Creating and deleting it changes the mtime of the tree's top directory. So its name contains the mtime
//! that the top must have when it is gone.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::disk::{Disk, NewFile, Unsynced};
use super::error::ApplyError;
use super::journal::Journal;
use super::stamp::{Mode, Mtime};

const STAGE: &str = ".pypatch-stage-";
const DONE: &str = ".pypatch-done-";
const JOURNAL: &str = "journal.json";

/// A stage, either a new one or one that an interrupted process left.
pub(super) struct Stage {
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
        let top = fs::metadata(root).map_err(ApplyError::io("read metadata of", root))?;
        let top = Mtime::of(&top);
        let path = root.join(format!("{STAGE}{top}"));
        disk.make_dir(&path)?;
        let stage = Stage { path, top, done: false };
        match fs::metadata(&stage.path) {
            Ok(made) => {
                let (now, mask) = (Mtime::of(&made), Mode::of(&made));
                Ok((stage, StageInfo { now, top, mask, owner: (made.uid(), made.gid()) }))
            }
            Err(source) => {
                let error = ApplyError::io("read metadata of", &stage.path)(source);
                stage.delete(disk, root)?;
                Err(error)
            }
        }
    }

    /// The stages that killed processes left in `root`; there is at most one unless someone copied it. Costs reading one
    /// directory.
    pub fn find(root: &Path) -> Result<Vec<Stage>, ApplyError> {
        let mut stages = Vec::new();
        for entry in fs::read_dir(root).map_err(ApplyError::io("read", root))? {
            let entry = entry.map_err(ApplyError::io("read", root))?;
            let name = entry.file_name();
            let Some(stage) = name.to_str().and_then(|name| Stage::named(root, name)) else { continue };
            if entry.file_type().map_err(ApplyError::io("read metadata of", root))?.is_dir() {
                stages.push(stage);
            }
        }
        Ok(stages)
    }

    /// The stage with this name, which need not exist; `None` when it is not a name of a stage.
    fn named(root: &Path, name: &str) -> Option<Stage> {
        let top = name.strip_prefix(STAGE).or(name.strip_prefix(DONE))?;
        let top = top.parse().ok()?;
        Some(Stage { path: root.join(name), top, done: name.starts_with(DONE) })
    }

    /// The path of the new contents of file number `i` of the journal.
    pub fn new_at(&self, i: usize) -> PathBuf {
        self.path.join(format!("{i}.new"))
    }

    /// The path of its old contents.
    pub fn old_at(&self, i: usize) -> PathBuf {
        self.path.join(format!("{i}.old"))
    }

    /// Syncs the files in `unsynced` and writes the journal. After that the tree may be changed.
    pub fn write_journal(
        &self,
        disk: &Disk<'_>,
        root: &Path,
        journal: &Journal,
        mut unsynced: Unsynced,
    ) -> Result<(), ApplyError> {
        let temporary = self.path.join("journal.tmp");
        let bytes = journal.to_bytes();
        let file = NewFile { bytes: &bytes, mode: Mode::new(0o600), owner: None, mtime: self.top };
        disk.new_file(temporary.clone(), &file, &mut unsynced)?;
        // It gets its name when it is complete, so that half a journal is never read.
        unsynced.sync(disk)?;
        disk.rename(&temporary, &self.path.join(JOURNAL))?;
        disk.sync_dir(&self.path)?;
        disk.sync_dir(root)
    }

    /// Reads its journal; `None` when the tree was not changed yet.
    pub fn read_journal(&self) -> Result<Option<Journal>, ApplyError> {
        let path = self.path.join(JOURNAL);
        match fs::read(&path) {
            Ok(bytes) => Journal::parse(&bytes).map(Some).map_err(|why| ApplyError::Journal { path, why }),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ApplyError::io("read", &path)(source)),
        }
    }

    /// Commits its change. `top` becomes the mtime of the top directory.
    pub fn finish(&mut self, disk: &Disk<'_>, root: &Path, top: Mtime) -> Result<(), ApplyError> {
        let path = root.join(format!("{DONE}{top}"));
        disk.rename(&self.path, &path)?;
        (self.path, self.top, self.done) = (path, top, true);
        Ok(())
    }

    /// Deletes it, the journal first: without one there is nothing to undo. Then sets the mtime of the top
    /// directory. If it is interrupted at any step it can be repeated.
    pub fn delete(&self, disk: &Disk<'_>, root: &Path) -> Result<(), ApplyError> {
        disk.unlink(&self.path.join(JOURNAL))?;
        match fs::read_dir(&self.path) {
            Ok(entries) => {
                for entry in entries {
                    disk.unlink(&entry.map_err(ApplyError::io("read", &self.path))?.path())?;
                }
            }
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(source) => return Err(ApplyError::io("read", &self.path)(source)),
        }
        // A process that is killed after this leaves the mtime of the top directory as it is then.
        disk.remove_dir(&self.path)?;
        let metadata = fs::metadata(root).map_err(ApplyError::io("read metadata of", root))?;
        if Mtime::of(&metadata) != self.top {
            disk.set_dir_mtime(root, self.top)?;
        }
        Ok(())
    }
}
