//! A lock, so that only one process at a time changes a tree.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::OFlags;

use super::error::ApplyError;
use super::place::Place;

/// How often the lock is tried, and the pause between: 0.2 seconds in all.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(10);

/// A tree that no other pypatch changes while this value exists.
///
/// The lock is `flock` on the directory itself. It ends with the process and needs no file. On a network
/// file system it is effective only between processes of one machine.
pub(super) struct LockedTree {
    root: PathBuf,
    _lock: File,
}

impl LockedTree {
    /// Takes the lock of the tree `root`.
    ///
    /// # Errors
    /// [`ApplyError::Busy`] when another process holds it.
    pub fn take(root: &Path) -> Result<LockedTree, ApplyError> {
        let dir = match Place::at(root).open(OFlags::RDONLY | OFlags::DIRECTORY) {
            Ok(dir) => dir,
            Err(error) if error.kind() == ErrorKind::NotADirectory => {
                return Err(ApplyError::NotADirectory(root.to_owned()));
            }
            Err(error) => return Err(ApplyError::io("open", root)(error)),
        };
        // Another pypatch may be about to end; and a child process that was just forked holds copies of all
        // locks until it executes its program.
        for _ in 0..TRIES {
            match dir.try_lock() {
                Ok(()) => return Ok(LockedTree { root: root.to_owned(), _lock: dir }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(PAUSE),
                Err(TryLockError::Error(source)) => return Err(ApplyError::io("lock", root)(source)),
            }
        }
        Err(ApplyError::Busy(root.to_owned()))
    }

    /// Its top directory.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_excludes_others_and_leaves_no_file() {
        let dir = tempfile::tempdir().unwrap();
        let first = LockedTree::take(dir.path()).unwrap();
        assert!(matches!(LockedTree::take(dir.path()), Err(ApplyError::Busy(_))));
        drop(first);
        LockedTree::take(dir.path()).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_cannot_be_locked_as_a_tree() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(LockedTree::take(file.path()), Err(ApplyError::NotADirectory(_))));
    }
}
