//! Brings a planned change to a directory on disk, all or nothing, and takes it back.
//!
//! [`commit`] writes, [`revert()`] takes back, [`status`] compares the tree with its receipt, and
//! [`recover`] tidies up after a process that was killed; every command that is given a directory
//! calls it first. [`Materialise`] writes a whole tree elsewhere instead.
//!
//! # How all or nothing is kept
//! 1. The tree is locked: `flock` on the directory itself, which leaves nothing behind.
//! 2. Every file is compared with what the plan saw; then `.pypatch-stage-MTIME` is made inside the
//!    tree. `MTIME` is the tree's own mtime, which making that directory changes.
//! 3. New contents are written and synced there, and each file that will be replaced or removed gets
//!    a second name there: a hard link, or a copy where links are not to be had. The journal comes
//!    last. Until it is there nothing else of the tree has been touched.
//! 4. Files are renamed into place, the receipt among them, and mtimes of directories are set.
//! 5. The stage is renamed to `.pypatch-done-MTIME`: *this* is the commit. Then it is deleted, and
//!    the top directory gets that mtime; between these two the stage's name is noted in the attribute
//!    `user.pypatch.stage` of the top directory.
//!
//! Whatever fails, or is killed, before step 5 is undone from the journal, by the same code whether
//! at once or by the next command; each step of undoing may be repeated. As the old files were never
//! copied, what comes back is the very file that was there: contents, mode, owner, mtime, inode.
//!
//! # What is not kept
//! Access and change times. A file with several hard links is replaced, as `patch` and `quilt` do:
//! its other names keep the old contents. Extended attributes and access control lists of a
//! replaced file are lost.
//!
//! Where a file system has no extended attributes for users, a process killed between the two system
//! calls that delete the stage and set the top directory's mtime leaves that one mtime at the time of
//! the kill. Where it has them, entries that someone adds to the top directory or removes from it
//! between a kill and the next command do not show in its mtime: that becomes what it was to be.

mod commit;
#[cfg(test)]
mod crash;
mod dirs;
mod disk;
mod error;
mod journal;
mod layered;
mod lock;
mod materialise;
mod note;
mod place;
mod receipt;
mod recover;
mod revert;
mod stage;
mod stamp;
mod status;
#[cfg(test)]
mod testing;
mod transaction;
mod undo;

pub use commit::{Committed, commit};
pub use error::ApplyError;
pub use materialise::{Item, Materialise};
pub use place::Dir;
pub use receipt::{
    After, AppliedFile, AppliedLayer, Before, DirectoryTime, Layer, RECEIPT, Receipt, UndoRewrite,
};
pub use recover::{Recovered, recover};
pub use revert::{Reverted, Which, revert};
pub use stamp::{Mode, Mtime};
pub use status::{FileState, FileStatus, LayerStatus, Status, status};
