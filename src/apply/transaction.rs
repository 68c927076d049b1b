//! Several changes of a tree, all or none of them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::disk::{Disk, NewFile, Unsynced};
use super::error::ApplyError;
use super::inspect::{self, FileInfo};
use super::journal::{Journal, JournalBefore, JournalFile, RemovedDir};
use super::lock::LockedTree;
use super::receipt::{AppliedLayer, Receipt};
use super::stage::{Stage, StageInfo};
use super::stamp::{Mode, Mtime};
use super::undo::undo;
use crate::digest::Sha256Digest;
use crate::tree::TreePath;

/// All changes that one transaction makes to a tree.
#[derive(Default)]
pub(super) struct TreeUpdate<'a> {
    pub files: Vec<FileUpdate<'a>>,
    /// Directories to create, the outermost first.
    pub create: Vec<TreePath>,
    /// Directories to remove if they are empty then, the innermost first.
    pub remove: Vec<TreePath>,
    /// The new mtimes of directories. A directory that is not listed keeps its mtime only if no entry is
    /// added to it or removed from it.
    pub mtimes: Vec<(TreePath, Mtime)>,
}

/// The change of one file.
pub(super) struct FileUpdate<'a> {
    pub path: TreePath,
    /// The file on disk; `None` when it does not exist.
    pub before: Option<(FileInfo, Sha256Digest)>,
    pub action: Action<'a>,
}

/// What happens to one file.
pub(super) enum Action<'a> {
    /// Replaces it by a new file. Without `owner` that belongs to the user and group of all new files.
    Write { bytes: Cow<'a, [u8]>, sha256: Sha256Digest, mode: Mode, owner: Option<(u32, u32)>, mtime: Mtime },
    /// Changes the mode of an existing file.
    SetMode(Mode),
    /// Removes an existing file.
    Remove,
}

/// Makes the changes that `plan` returns, sets the mtime of the top directory to the one it returns, and
/// writes a receipt with its layers. Without layers the receipt is removed. `receipt` is the receipt file
/// on disk.
///
/// # Errors
/// Any error of the disk; the tree is as it was then, unless the error is [`ApplyError::Unfinished`].
pub(super) fn run<'a>(
    disk: &Disk<'_>,
    tree: &LockedTree,
    receipt: Option<(FileInfo, Sha256Digest)>,
    plan: impl FnOnce(&StageInfo) -> (TreeUpdate<'a>, Mtime, Vec<AppliedLayer>),
) -> Result<Receipt, ApplyError> {
    let root = tree.root();
    let (mut stage, info) = Stage::create(disk, root)?;
    let attempt = || {
        let (mut update, top_mtime, layers) = plan(&info);
        let new_receipt = Receipt::new(layers);
        update.files.push(receipt_update(&new_receipt, receipt, &info));
        prepare(disk, root, &stage, &info, &update)?;
        change_tree(disk, root, &stage, &update)?;
        stage.finish(disk, root, top_mtime)?;
        Ok(new_receipt)
    };
    match attempt() {
        Ok(new_receipt) => {
            // The change is committed. If cleaning up fails, the next command does it.
            let _ = disk.sync_dir(root).and_then(|()| stage.delete(disk, root));
            Ok(new_receipt)
        }
        Err(cause) => match undo(disk, root, &stage) {
            Ok(()) => Err(cause),
            Err(undoing) => {
                Err(ApplyError::Unfinished { cause: Box::new(cause), undoing: Box::new(undoing) })
            }
        },
    }
}

/// The update that replaces the receipt file `before` by `receipt`, or removes it.
fn receipt_update<'a>(
    receipt: &Receipt,
    before: Option<(FileInfo, Sha256Digest)>,
    info: &StageInfo,
) -> FileUpdate<'a> {
    let action = if receipt.layers.is_empty() {
        Action::Remove
    } else {
        let bytes = receipt.to_bytes();
        let sha256 = Sha256Digest::of(&bytes);
        let mode = before.map_or(info.mode(false), |(file, _)| file.mode);
        let owner = before.map(|(file, _)| file.owner);
        Action::Write { bytes: Cow::Owned(bytes), sha256, mode, owner, mtime: info.now }
    };
    FileUpdate { path: Receipt::path(), before, action }
}

/// Brings everything that making or undoing the changes needs into the stage.
fn prepare(
    disk: &Disk<'_>,
    root: &Path,
    stage: &Stage,
    info: &StageInfo,
    update: &TreeUpdate<'_>,
) -> Result<(), ApplyError> {
    let (mut journal, mut unsynced) = (Journal::new(), Unsynced::default());
    for (i, file) in update.files.iter().enumerate() {
        let (after, in_place) = match &file.action {
            Action::Write { bytes, sha256, mode, owner, mtime } => {
                let owner = owner.filter(|owner| *owner != info.owner);
                let new = NewFile { bytes, mode: *mode, owner, mtime: *mtime };
                disk.new_file(stage.new_at(i), &new, &mut unsynced)?;
                (Some(*sha256), false)
            }
            Action::SetMode(_) => (file.before.map(|(_, sha256)| sha256), true),
            Action::Remove => (None, false),
        };
        if let (Some((info, _)), false) = (file.before, in_place) {
            keep_old(disk, root, &file.path, info, stage.old_at(i), &mut unsynced)?;
        }
        let before = file.before.map(|(info, sha256)| JournalBefore { sha256, mode: info.mode });
        journal.files.push(JournalFile { path: file.path.clone(), before, after, in_place });
    }
    journal.created.clone_from(&update.create);
    for path in &update.remove {
        if let Some((mode, mtime)) = inspect::dir(root, path)? {
            journal.removed.push(RemovedDir { path: path.clone(), mode });
            journal.mtimes.push((path.clone(), mtime));
        }
    }
    for (path, _) in &update.mtimes {
        if let Some((_, mtime)) = inspect::dir(root, path)? {
            journal.mtimes.push((path.clone(), mtime));
        }
    }
    // The journal is the last file of the stage: from it on undoing relies on all the others.
    stage.write_journal(disk, root, &journal, unsynced)
}

/// Gives the file at `path` a second name inside the stage.
fn keep_old(
    disk: &Disk<'_>,
    root: &Path,
    path: &TreePath,
    info: FileInfo,
    old: PathBuf,
    unsynced: &mut Unsynced,
) -> Result<(), ApplyError> {
    if disk.link(&path.below(root), &old).is_ok() {
        return Ok(());
    }
    // Some file systems have no hard links, and Linux refuses a link to a file that someone else owns
    // (fs.protected_hardlinks). A copy has all but the inode.
    let bytes = inspect::read(root, path)?;
    let copy = NewFile { bytes: &bytes, mode: info.mode, owner: Some(info.owner), mtime: info.mtime };
    disk.new_file(old, &copy, unsynced)
}

/// Changes the tree itself.
fn change_tree(
    disk: &Disk<'_>,
    root: &Path,
    stage: &Stage,
    update: &TreeUpdate<'_>,
) -> Result<(), ApplyError> {
    for path in &update.create {
        disk.make_dir(&path.below(root))?;
    }
    for (i, file) in update.files.iter().enumerate() {
        let path = file.path.below(root);
        match &file.action {
            // The stage is inside the tree, so that a rename never crosses file systems.
            Action::Write { .. } => disk.rename(&stage.new_at(i), &path)?,
            Action::SetMode(mode) => disk.set_mode(&path, *mode)?,
            Action::Remove => disk.unlink(&path)?,
        }
    }
    for path in &update.remove {
        disk.remove_dir(&path.below(root))?;
    }
    // Each rename above changed the mtime of a directory, so these are set last. The directories are
    // synced here because the commit that follows must not reach the disk before the renames.
    let mtimes: Vec<_> = update.mtimes.iter().map(|(path, mtime)| (path.below(root), *mtime)).collect();
    disk.set_and_sync_dirs(&mtimes)
}
