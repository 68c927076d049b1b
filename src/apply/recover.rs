//! What a command does about a tree in which another one was killed.

use std::path::Path;

use super::disk::Disk;
use super::error::ApplyError;
use super::lock::LockedTree;
use super::stage::Stage;
use super::undo::undo;

/// What recovery found to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovered {
    /// The tree was in order.
    Nothing,
    /// A change was unfinished: the tree is as it was before.
    RolledBack,
    /// A change was complete and only its traces had to be removed.
    Completed,
}

/// Brings the tree `root` to where it was before or after a change that was interrupted.
///
/// Reads one directory, `root` itself, when there is nothing to do.
///
/// # Errors
/// [`ApplyError::Busy`] when the change is still going on, [`ApplyError::Torn`] when a file was
/// edited since it was interrupted; or whatever the disk says.
pub fn recover(root: &Path) -> Result<Recovered, ApplyError> {
    if Stage::find(root)?.is_empty() {
        return Ok(Recovered::Nothing);
    }
    recover_locked(&Disk::default(), &LockedTree::take(root)?)
}

/// The same for a tree that is locked already.
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
