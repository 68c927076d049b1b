//! Several changes of a tree, all or none of them.

use std::borrow::Cow;
use std::fs::File;
use std::path::Path;

use rustix::fs::OFlags;

use super::disk::{BATCH, Disk, NewFile, Unsynced};
use super::error::ApplyError;
use super::inspect::{self, FileInfo, Inode};
use super::journal::{Journal, JournalBefore, JournalFile, RemovedDir};
use super::lock::LockedTree;
use super::place::{Metadata, Place, Places};
use super::receipt::{AppliedLayer, Receipt};
use super::stage::{Stage, StageInfo};
use super::stamp::{Mode, Mtime};
use super::undo::undo;
use crate::digest::Sha256Digest;
use crate::interrupt::Whole;
use crate::regular::{LARGEST_FILE, require_len};
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
    /// Replaces it by a new file, or by a symbolic link to `bytes` if `mode` is that of one. Without `owner` that belongs to the user and group of all new files.
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
    let mut new_receipt = Receipt::new(Vec::new());
    run_without_receipt(disk, tree, |info| {
        let (mut update, top_mtime, layers) = plan(info);
        new_receipt = Receipt::new(layers);
        update.files.push(receipt_update(&new_receipt, receipt, info));
        (update, top_mtime)
    })?;
    Ok(new_receipt)
}

/// Makes the changes that `plan` returns as [`run`] does, and leaves the receipt of the tree as it is.
///
/// # Errors
/// As for [`run`].
pub(super) fn run_without_receipt<'a>(
    disk: &Disk<'_>,
    tree: &LockedTree,
    plan: impl FnOnce(&StageInfo) -> (TreeUpdate<'a>, Mtime),
) -> Result<(), ApplyError> {
    let root = tree.root();
    // A killed process leaves its journal, and the next one undoes the rest. An interrupted one need not.
    let whole = Whole::begin();
    let (mut stage, info) = Stage::create(disk, root)?;
    let attempt = || {
        let (update, top_mtime) = plan(&info);
        let seen = prepare(disk, root, &stage, &info, &update)?;
        change_tree(disk, root, &stage, &update, &seen)?;
        stage.finish(disk, root, top_mtime)
    };
    match attempt() {
        Ok(()) => {
            // The change is committed. If cleaning up fails, the next command does it.
            let _ = disk.sync_dir(&Place::at(root)).and_then(|()| stage.delete(disk, root));
            whole.changed(root);
            Ok(())
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

/// A file that is about to be changed: anything that someone does to it changes this.
#[derive(Debug, Clone, Copy)]
struct Seen {
    inode: Inode,
    mtime: Mtime,
    mode: Mode,
    /// The time of the last change of anything; `None` for a file with hard links of its own, because it changes
    /// when another of its names is replaced.
    changed: Option<(i64, i64)>,
}

impl Seen {
    /// Whether nothing was done to the file between the two.
    fn is_same(&self, other: &Seen) -> bool {
        let times = self.changed.zip(other.changed);
        (self.inode, self.mtime, self.mode) == (other.inode, other.mtime, other.mode)
            && times.is_none_or(|(before, after)| before == after)
    }

    fn of(metadata: &Metadata, names: u64) -> Seen {
        let FileInfo { inode, mtime, mode, .. } = FileInfo::of(metadata);
        let changed = (metadata.links <= names).then_some(metadata.changed);
        Seen { inode, mtime, mode, changed }
    }
}

/// Brings everything that making or undoing the changes needs into the stage. Returns how the files are now, that
/// exist.
fn prepare(
    disk: &Disk<'_>,
    root: &Path,
    stage: &Stage,
    info: &StageInfo,
    update: &TreeUpdate<'_>,
) -> Result<Vec<Option<Seen>>, ApplyError> {
    let (mut journal, mut unsynced) = (Journal::new(), Unsynced::default());
    let (mut all_seen, places) = (Vec::with_capacity(update.files.len()), Places::new(root));
    for (i, file) in update.files.iter().enumerate() {
        let place = file.before.map(|_| places.of(&file.path)).transpose()?;
        // The attributes of the old file, if it is replaced.
        let like = match (&file.action, &place) {
            (Action::Write { mode, .. }, Some(place))
                if !mode.is_link() && !file.before.is_some_and(|(info, _)| info.mode.is_link()) =>
            {
                Some(open_old(place)?)
            }
            (Action::Write { .. } | Action::SetMode(_) | Action::Remove, _) => None,
        };
        let (after, in_place) = match &file.action {
            Action::Write { bytes, sha256, mode, mtime, .. } if mode.is_link() => {
                disk.new_link(&stage.new_at(i), bytes, *mtime)?;
                (Some(*sha256), None)
            }
            Action::Write { bytes, sha256, mode, owner, mtime } => {
                let owner = owner.filter(|owner| *owner != info.owner);
                let like = like.as_ref();
                let new = NewFile { bytes, mode: *mode, owner, mtime: *mtime, like };
                require_len(bytes.len() as u64, LARGEST_FILE)
                    .map_err(ApplyError::reading(&file.path.below(root)))?;
                disk.new_file(stage.new_at(i), &new, &mut unsynced)?;
                (Some(*sha256), None)
            }
            Action::SetMode(mode) => (file.before.map(|(_, sha256)| sha256), Some(*mode)),
            Action::Remove => (None, None),
        };
        if let (Some((info, _)), Some(place), None) = (file.before, &place, in_place) {
            keep_old(disk, place, info, stage.old_at(i), &mut unsynced)?;
        }
        // After the link is made, because that changes the time of the file.
        all_seen.push(place.as_ref().map(|place| seen(place, file)).transpose()?.flatten());
        let before = file.before.map(|(info, sha256)| JournalBefore { sha256, mode: info.mode });
        journal.files.push(JournalFile { path: file.path.clone(), before, after, in_place });
    }
    journal.created.clone_from(&update.create);
    for path in &update.remove {
        if let Some((mode, mtime)) = inspect::dir(&places, path)? {
            journal.removed.push(RemovedDir { path: path.clone(), mode });
            journal.mtimes.push((path.clone(), mtime));
        }
    }
    for (path, _) in &update.mtimes {
        if let Some((_, mtime)) = inspect::dir(&places, path)? {
            journal.mtimes.push((path.clone(), mtime));
        }
    }
    // The journal is the last file of the stage: from it on undoing relies on all the others.
    stage.write_journal(disk, root, &journal, unsynced)?;
    Ok(all_seen)
}

/// Opens a file that will be replaced, to read its attributes.
fn open_old(place: &Place) -> Result<File, ApplyError> {
    place.open(OFlags::RDONLY).map_err(ApplyError::io("open", place.path()))
}

/// How a file is that exists, which must be as it was when it was read.
fn seen(place: &Place, file: &FileUpdate<'_>) -> Result<Option<Seen>, ApplyError> {
    let Some((before, _)) = file.before else { return Ok(None) };
    let names = if matches!(file.action, Action::SetMode(_)) { 1 } else { 2 };
    match metadata(place)? {
        Some(metadata) if before.is_same(&metadata) => Ok(Some(Seen::of(&metadata, names))),
        _ => Err(ApplyError::Changed(vec![file.path.clone()])),
    }
}

fn metadata(place: &Place) -> Result<Option<Metadata>, ApplyError> {
    place.metadata().map_err(ApplyError::io("read metadata of", place.path()))
}

/// Gives the file at `place` a second name inside the stage.
fn keep_old(
    disk: &Disk<'_>,
    place: &Place,
    info: FileInfo,
    old: Place,
    unsynced: &mut Unsynced,
) -> Result<(), ApplyError> {
    if disk.link(place, &old).is_ok() {
        return Ok(());
    }
    if info.mode.is_link() {
        return disk.new_link(&old, &inspect::target_at(place)?, info.mtime);
    }
    // Some file systems have no hard links, and Linux refuses a link to a file that someone else owns
    // (fs.protected_hardlinks). A copy has all but the inode.
    let bytes = inspect::read_at(place, LARGEST_FILE)?;
    let (like, owner) = (open_old(place)?, Some(info.owner));
    let copy = NewFile { bytes: &bytes, mode: info.mode, owner, mtime: info.mtime, like: Some(&like) };
    disk.new_file(old, &copy, unsynced)
}

/// Changes the tree itself.
fn change_tree(
    disk: &Disk<'_>,
    root: &Path,
    stage: &Stage,
    update: &TreeUpdate<'_>,
    seen: &[Option<Seen>],
) -> Result<(), ApplyError> {
    for path in &update.create {
        disk.make_dir(&Place::of(root, path)?)?;
    }
    for (i, (file, seen)) in update.files.iter().zip(seen).enumerate() {
        // Found again for each file: the directory that the file before is in may have been moved meanwhile.
        let place = Place::of(root, &file.path)?;
        let changed = || ApplyError::Changed(vec![file.path.clone()]);
        let names = if matches!(file.action, Action::SetMode(_)) { 1 } else { 2 };
        // Syncing the stage takes long enough for someone to save a file.
        if let Some(seen) = seen
            && !metadata(&place)?.is_some_and(|now| seen.is_same(&Seen::of(&now, names)))
        {
            return Err(changed());
        }
        match &file.action {
            // The stage is inside the tree, so that a rename never crosses file systems.
            Action::Write { .. } if seen.is_some() => disk.rename(&stage.new_at(i), &place)?,
            Action::Write { .. } => {
                if !disk.rename_new(&stage.new_at(i), &place)? {
                    return Err(changed());
                }
            }
            Action::SetMode(mode) => disk.set_mode(&place, *mode)?,
            Action::Remove => disk.take_away(&place, &stage.gone_at(i))?,
        }
    }
    for path in &update.remove {
        disk.remove_dir(&Place::of(root, path)?)?;
    }
    // An editor that had a file open may have written into the old one after it was replaced.
    for (i, (file, seen)) in update.files.iter().zip(seen).enumerate() {
        if let (Some(seen), Some(old)) = (seen, metadata(&stage.old_at(i))?) {
            let old = FileInfo::of(&old);
            let is_link = old.inode.is_same_file(seen.inode);
            if is_link && (old.inode, old.mtime) != (seen.inode, seen.mtime) {
                return Err(ApplyError::Changed(vec![file.path.clone()]));
            }
        }
    }
    // Each rename above changed the mtime of a directory, so these are set last. The directories are
    // synced here because the commit that follows must not reach the disk before the renames.
    for some in update.mtimes.chunks(BATCH) {
        let place = |(path, mtime): &(TreePath, Mtime)| Ok((Place::of(root, path)?, *mtime));
        disk.set_and_sync_dirs(&some.iter().map(place).collect::<Result<Vec<_>, ApplyError>>()?)?;
    }
    Ok(())
}
