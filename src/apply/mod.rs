//! Writes planned changes to a directory, all or nothing, and reverts them.
//!
//! [`commit()`] writes, [`revert()`] takes patchsets off again, [`status()`] compares the tree with its receipt,
//! and [`recover()`] tidies up after a process that was killed: every command that is given a directory calls
//! it first. `TreeWriter` writes a whole tree to a new directory.
//!
//! # The transaction
//! 1. The tree is locked, by `flock` on the directory itself, which needs no file.
//! 2. Every file is compared with what the plan read. Then `.pypatch-stage-MTIME` is created inside the
//!    tree. `MTIME` is the mtime of the top directory, which creating the stage changes.
//! 3. New contents are written and synced in the stage, and each file that will be replaced or removed gets
//!    a second name there: a hard link, or a copy where the file system has no links. The journal comes
//!    last. Until it is on disk, no file of the tree has been touched.
//! 4. Files are renamed into place, the receipt among them, and the mtimes of directories are set. A file that
//!    someone changed since step 2 ends the change here, and so does a directory that became a link.
//! 5. The stage is renamed to `.pypatch-done-MTIME`: *this* is the commit. Then it is deleted, and the top
//!    directory gets that mtime.
//!
//! If anything fails before step 5, or the process is killed, the change is undone from the journal, by the
//! same code either at once or by the next command; each step of undoing can be repeated. As the old files
//! were never copied, the restored files are the original ones: contents, mode, owner, mtime and inode.
//!
//! # What is lost
//! Access and change times. A file with several hard links is replaced, as `patch` and `quilt` do: its
//! other names keep the old contents. A replaced file keeps the extended attributes, among them its access control
//! list, that the system lets this user read and set; a file that is removed and restored does not.
//!
//! # What is trusted
//! Anybody may have put a stage or a receipt into a tree, for example with an archive. So a stage must be a directory
//! that belongs to the user, with regular files and links of the names that pypatch gives them, and is reached without
//! following links, as every path of its journal is; no journal or receipt gives a file a setuid, setgid or sticky bit.
//!
//! A process killed between the two system calls that delete the stage and set the top directory's mtime
//! leaves that one mtime at the time of the kill.

mod attributes;
mod commit;
#[cfg(test)]
mod crash;
mod dir;
mod disk;
mod error;
mod file_state;
mod inspect;
mod join;
mod journal;
mod lock;
mod place;
mod receipt;
mod recover;
mod revert;
mod stage;
mod stamp;
mod status;
#[cfg(test)]
mod testing;
mod touched_dirs;
mod transaction;
mod tree_writer;
#[cfg(test)]
mod trust;
mod undo;
#[cfg(test)]
mod window;

pub(crate) use attributes::copy as copy_attributes;
pub use commit::commit;
pub(crate) use commit::{change, commit_copy};
pub use dir::Dir;
pub use error::ApplyError;
pub use file_state::{FileState, FileStatus};
pub use receipt::{
    After, AppliedFile, AppliedLayer, Before, DirectoryTime, Layer, RECEIPT, Receipt, UndoRewrite,
};
pub use recover::{Recovered, recover};
pub use revert::{RevertScope, Reverted, revert, unapplied};
pub use stamp::{Mode, Mtime};
pub use status::{LayerStatus, Status, status};
pub(crate) use tree_writer::TreeWriter;
