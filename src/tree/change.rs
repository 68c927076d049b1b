//! What becomes of one file of a tree.

use super::{File, TreePath};
use crate::text::{self, Rewrite, Side};

/// The change of one file: from `before` to `after`, of which at least one is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The file.
    pub path: TreePath,
    /// The file as the tree has it; `None` when it is added.
    pub before: Option<File>,
    /// The file as it will be; `None` when it is removed.
    pub after: Option<File>,
    /// For a file that is there before and after: the rewrites that lead from one to the other.
    pub rewrites: Vec<Rewrite>,
}

impl FileChange {
    /// Its diff, as `git apply` and `patch -p1` read it.
    pub fn diff(&self) -> Vec<u8> {
        fn side(file: &Option<File>) -> Option<Side<'_>> {
            file.as_ref().map(|file| Side { bytes: &file.bytes, executable: file.executable })
        }
        text::unified(self.path.as_str(), side(&self.before), side(&self.after))
    }
}
