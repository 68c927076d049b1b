//! Recovers a tree in which a process was killed.

use std::path::Path;

use super::disk::Disk;
use super::error::ApplyError;
use super::lock::LockedTree;
use super::stage::Stage;
use super::undo::undo;

/// What a recovery did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    /// There was no interrupted change.
    Nothing,
    /// A change was interrupted before its commit and was undone.
    RolledBack,
    /// A change was interrupted after its commit, and its stage was removed.
    Completed,
}

/// Undoes or completes an interrupted change of the tree `root`.
///
/// If there is nothing to do, this reads only the directory `root` itself.
///
/// # Errors
/// [`ApplyError::Busy`] when the process that makes the change still runs, [`ApplyError::Torn`] when a
/// file was edited since the interruption, or any error of the disk.
pub fn recover(root: &Path) -> Result<Recovered, ApplyError> {
    if Stage::find(root)?.is_empty() {
        return Ok(Recovered::Nothing);
    }
    recover_locked(&Disk::default(), &LockedTree::take(root)?)
}

/// [`recover`] for a tree that is already locked.
pub(super) fn recover_locked(disk: &Disk<'_>, tree: &LockedTree) -> Result<Recovered, ApplyError> {
    let mut recovered = Recovered::Nothing;
    for stage in Stage::find(tree.root())? {
        if stage.done {
            stage.delete(disk, tree.root())?;
            recovered = Recovered::Completed;
        } else {
            undo(disk, tree.root(), &stage)?;
            recovered = Recovered::RolledBack;
        }
    }
    Ok(recovered)
}
