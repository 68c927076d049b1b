//! Several changes of a tree, all of them or none.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::disk::{Disk, NewFile, Pending};
use super::error::ApplyError;
use super::journal::{Journal, JournalBefore, JournalFile, RemovedDir};
use super::lock::LockedTree;
use super::place::{self, Dir, Found};
use super::stage::{Fresh, Stage};
use super::stamp::{Mode, Mtime};
use super::undo::undo;
use crate::digest::Sha256Digest;
use crate::tree::TreePath;

/// What is to become of a tree.
#[derive(Default)]
pub(super) struct Changes<'a> {
    /// What becomes of which file.
    pub files: Vec<Change<'a>>,
    /// Directories to create, the outermost first.
    pub create: Vec<TreePath>,
    /// Directories to remove where they are empty then, the innermost first.
    pub remove: Vec<TreePath>,
    /// The mtimes that the touched directories get; one that is missing here keeps what it has now.
    pub mtimes: Vec<(TreePath, Mtime)>,
}

/// What becomes of one file.
pub(super) struct Change<'a> {
    pub path: TreePath,
    /// The file as it is now.
    pub before: Option<(Found, Sha256Digest)>,
    pub act: Act<'a>,
}

/// What to do to one file.
pub(super) enum Act<'a> {
    /// Put a new file in its place. `owner` is its user and group; without, they are those that a new
    /// file gets.
    Write { bytes: Cow<'a, [u8]>, sha256: Sha256Digest, mode: Mode, owner: Option<(u32, u32)>, mtime: Mtime },
    /// Change its mode alone. It must be there.
    SetMode(Mode),
    /// Remove it. It must be there.
    Remove,
}

/// Makes the changes that `plan` gives, and the mtime of the top directory that it gives with them.
///
/// # Errors
/// Whatever `plan` or the disk says; the tree is as it was, unless it is
/// [`ApplyError::Unfinished`].
pub(super) fn run<'a, T>(
    disk: &Disk<'_>,
    tree: &LockedTree,
    plan: impl FnOnce(&Fresh) -> Result<(Changes<'a>, Mtime, T), ApplyError>,
) -> Result<T, ApplyError> {
    let root = tree.root();
    let (mut stage, fresh) = Stage::create(disk, root)?;
    let attempt = || {
        let (changes, top, value) = plan(&fresh)?;
        prepare(disk, root, &stage, &fresh, &changes)?;
        touch(disk, root, &stage, &changes)?;
        stage.finish(disk, root, top)?;
        Ok(value)
    };
    match attempt() {
        Ok(value) => {
            // The change is complete. What fails from here on is left for the next command.
            let _ = disk.sync_dir(root).and_then(|()| stage.delete(disk, root));
            Ok(value)
        }
        Err(cause) => match undo(disk, root, &stage) {
            Ok(()) => Err(cause),
            Err(undoing) => {
                Err(ApplyError::Unfinished { cause: Box::new(cause), undoing: Box::new(undoing) })
            }
        },
    }
}

/// Brings everything that doing or undoing needs into the stage.
fn prepare(
    disk: &Disk<'_>,
    root: &Path,
    stage: &Stage,
    fresh: &Fresh,
    changes: &Changes<'_>,
) -> Result<(), ApplyError> {
    let (mut journal, mut pending) = (Journal::new(), Pending::default());
    for (i, change) in changes.files.iter().enumerate() {
        let (after, in_place) = match &change.act {
            Act::Write { bytes, sha256, mode, owner, mtime } => {
                let owner = owner.filter(|owner| *owner != fresh.owner);
                let file = NewFile { bytes, mode: *mode, owner, mtime: *mtime };
                disk.new_file(stage.new_at(i), &file, &mut pending)?;
                (Some(*sha256), false)
            }
            Act::SetMode(_) => (change.before.map(|(_, sha256)| sha256), true),
            Act::Remove => (None, false),
        };
        if let (Some((found, _)), false) = (change.before, in_place) {
            keep_old(disk, root, &change.path, found, stage.old_at(i), &mut pending)?;
        }
        let before = change.before.map(|(found, sha256)| JournalBefore { sha256, mode: found.mode });
        journal.files.push(JournalFile { path: change.path.clone(), before, after, in_place });
    }
    journal.created.clone_from(&changes.create);
    for path in &changes.remove {
        if let Some((mode, mtime)) = place::dir(root, &Dir::Below(path.clone()))? {
            journal.removed.push(RemovedDir { path: path.clone(), mode });
            journal.mtimes.push((path.clone(), mtime));
        }
    }
    for (path, _) in &changes.mtimes {
        if let Some((_, mtime)) = place::dir(root, &Dir::Below(path.clone()))? {
            journal.mtimes.push((path.clone(), mtime));
        }
    }
    stage.write_journal(disk, root, &journal, pending)
}

/// Gives the file at `path` a second name inside the stage; where the file system or its rules allow
/// no hard link, a copy.
fn keep_old(
    disk: &Disk<'_>,
    root: &Path,
    path: &TreePath,
    found: Found,
    old: PathBuf,
    pending: &mut Pending,
) -> Result<(), ApplyError> {
    if disk.link(&path.below(root), &old).is_ok() {
        return Ok(());
    }
    let bytes = place::read(root, path)?;
    let owner = Some(found.owner);
    disk.new_file(old, &NewFile { bytes: &bytes, mode: found.mode, owner, mtime: found.mtime }, pending)
}

/// Changes the tree itself.
fn touch(disk: &Disk<'_>, root: &Path, stage: &Stage, changes: &Changes<'_>) -> Result<(), ApplyError> {
    for path in &changes.create {
        disk.make_dir(&path.below(root))?;
    }
    for (i, change) in changes.files.iter().enumerate() {
        let path = change.path.below(root);
        match &change.act {
            Act::Write { .. } => disk.rename(&stage.new_at(i), &path)?,
            Act::SetMode(mode) => disk.set_mode(&path, *mode)?,
            Act::Remove => disk.unlink(&path)?,
        }
    }
    for path in &changes.remove {
        disk.remove_dir(&path.below(root))?;
    }
    let mtimes: Vec<_> = changes.mtimes.iter().map(|(path, mtime)| (path.below(root), *mtime)).collect();
    disk.set_and_sync_dirs(&mtimes)
}
