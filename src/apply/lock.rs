//! One process at a time may change a tree.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::ApplyError;

/// How often the lock is tried, and how long it is waited in between: a fifth of a second in all.
const WAITS: u32 = 20;
const WAIT: Duration = Duration::from_millis(10);

/// A tree that no other pypatch changes for as long as this lives.
///
/// The lock is on the directory itself and dies with the process: it leaves no file behind. On a
/// network file system it holds among the processes of one machine.
pub(super) struct LockedTree {
    root: PathBuf,
    _lock: File,
}

impl LockedTree {
    /// Takes the lock. Waits for it a moment: another pypatch may be about to end, and a process that
    /// this one has just started holds a copy of every lock until it runs its program.
    pub fn take(root: &Path) -> Result<LockedTree, ApplyError> {
        let dir = File::open(root).map_err(ApplyError::io("open", root))?;
        if !dir.metadata().map_err(ApplyError::io("look at", root))?.is_dir() {
            return Err(ApplyError::NotADirectory(root.to_owned()));
        }
        for _ in 0..WAITS {
            match dir.try_lock() {
                Ok(()) => return Ok(LockedTree { root: root.to_owned(), _lock: dir }),
                Err(TryLockError::WouldBlock) => std::thread::sleep(WAIT),
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
    fn a_tree_is_locked_once_and_freed_without_leaving_anything() {
        let dir = tempfile::tempdir().unwrap();
        let first = LockedTree::take(dir.path()).unwrap();
        assert!(matches!(LockedTree::take(dir.path()), Err(ApplyError::Busy(_))));
        drop(first);
        LockedTree::take(dir.path()).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_is_no_tree() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(LockedTree::take(file.path()), Err(ApplyError::NotADirectory(_))));
    }
}
