//! The change of a file.

use super::{File, TreePath};
use crate::text::{self, Rewrite, Side};

/// The change of a file from `before` to `after`, at least one of which is not `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The file.
    pub path: TreePath,
    /// The file as it is in the tree; `None` if it is added.
    pub before: Option<File>,
    /// The file as it will be; `None` if it is removed.
    pub after: Option<File>,
    /// If it is neither added nor removed: the rewrites that turn `before` into `after`.
    pub rewrites: Vec<Rewrite>,
}

impl FileChange {
    /// The diff, as `git apply` and `patch -p1` read it.
    pub fn diff(&self) -> Vec<u8> {
        fn side(file: &Option<File>) -> Option<Side<'_>> {
            let File { bytes, executable, is_link } = file.as_ref()?;
            Some(Side { bytes, executable: *executable, is_link: *is_link })
        }
        let (path, before, after) = (self.path.as_str(), side(&self.before), side(&self.after));
        match (before, after) {
            // As git does: a link does not become a file.
            (Some(old), Some(new)) if old.is_link != new.is_link => {
                [text::unified(path, before, None), text::unified(path, None, after)].concat()
            }
            _ => text::unified(path, before, after),
        }
    }
}
