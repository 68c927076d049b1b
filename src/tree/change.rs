//! The change of a file.

use std::collections::BTreeSet;

use super::{Entry, File, Node, Tree, TreeError, TreePath};
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

/// The changes of files and links that turn `before` into `after`, in byte order of their paths.
///
/// # Errors
/// As [`Tree::walk`].
pub fn changes_between(before: &dyn Tree, after: &dyn Tree) -> Result<Vec<FileChange>, TreeError> {
    let mut changes = Vec::new();
    let mut seen = BTreeSet::new();
    after.walk(&mut |entry| {
        let executable = entry.executable();
        let new = match entry.node {
            Node::File(bytes) => File::new(bytes, executable),
            Node::Large(large) => File::new(large.read().map_err(TreeError::io(&entry.path))?, executable),
            Node::Symlink(target) => File::link(target),
            Node::Directory | Node::Other => return Ok(()),
        };
        let path = entry.path;
        let old = content(before, &path)?;
        seen.insert(path.clone());
        if old.as_ref() != Some(&new) {
            changes.push(FileChange { path, before: old, after: Some(new), rewrites: Vec::new() });
        }
        Ok(())
    })?;
    before.walk(&mut |entry| {
        let is_content = matches!(entry.node, Node::File(_) | Node::Large(_) | Node::Symlink(_));
        if is_content && !seen.contains(&entry.path) {
            let old = content(before, &entry.path)?;
            changes.push(FileChange { path: entry.path, before: old, after: None, rewrites: Vec::new() });
        }
        Ok(())
    })?;
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(changes)
}

/// The file or link at `path`; `None` if a directory or nothing is there.
fn content(tree: &dyn Tree, path: &TreePath) -> Result<Option<File>, TreeError> {
    match tree.entry(path)? {
        Some(Entry::Symlink) => Ok(tree.link(path)?.map(File::link)),
        Some(Entry::File { .. }) => tree.read(path),
        Some(Entry::Directory | Entry::Other(_)) | None => Ok(None),
    }
}
