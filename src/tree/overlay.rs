//! A tree with changes applied in memory.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::Peekable;

use super::walk::file_mode;
use super::{Entry, File, FileChange, Node, Tree, TreeError, TreePath, WalkEntry};

/// A tree with files added, changed or removed in memory.
///
/// The directories of an added file exist; a directory that loses its last file stays. A changed file
/// keeps its permissions, except for executable bits that change, and has no mtime.
pub struct OverlayTree<'a> {
    base: &'a dyn Tree,
    /// The changed files; `None` for a removed one.
    files: BTreeMap<&'a TreePath, Option<&'a File>>,
    /// The directories above the files that are not removed.
    directories: BTreeSet<TreePath>,
}

impl<'a> OverlayTree<'a> {
    /// `base` with `changes`. The last of several changes of a file counts.
    pub fn new(base: &'a dyn Tree, changes: &'a [FileChange]) -> OverlayTree<'a> {
        let files: BTreeMap<_, _> =
            changes.iter().map(|change| (&change.path, change.after.as_ref())).collect();
        let kept = files.iter().filter(|(_, file)| file.is_some());
        let directories = kept.flat_map(|(path, _)| path.ancestors()).collect();
        OverlayTree { base, files, directories }
    }
}

impl Tree for OverlayTree<'_> {
    fn label(&self) -> &str {
        self.base.label()
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        let base = self.base.entry(path)?;
        Ok(match self.files.get(path) {
            Some(file) => file.map(|file| match file.is_link {
                true => Entry::Symlink,
                false => Entry::File { executable: file.executable },
            }),
            None if base.is_none() && self.directories.contains(path) => Some(Entry::Directory),
            None => base,
        })
    }

    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        match self.files.get(path) {
            Some(Some(file)) if file.is_link => Err(TreeError::Symlink(path.clone())),
            Some(file) => Ok(file.cloned()),
            None if self.directories.contains(path) => Err(TreeError::NotAFile(path.clone())),
            None => self.base.read(path),
        }
    }

    fn link(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        match self.files.get(path) {
            Some(file) => Ok(file.filter(|file| file.is_link).map(|file| file.bytes.to_vec())),
            None => self.base.link(path),
        }
    }

    fn files(&self) -> Result<Vec<TreePath>, TreeError> {
        let base = self.base.files()?.into_iter().filter(|path| !self.files.contains_key(path));
        let changed = self
            .files
            .iter()
            .filter(|(_, file)| file.is_some_and(|file| !file.is_link))
            .map(|(&path, _)| path.clone());
        let mut files: Vec<TreePath> = base.chain(changed).collect();
        files.sort();
        Ok(files)
    }

    fn walk(&self, visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>) -> Result<(), TreeError> {
        let mut new = self.new_entries()?.into_iter().peekable();
        self.base.walk(&mut |mut entry| {
            emit_before(&mut new, Some(&entry.path), visit)?;
            match self.files.get(&entry.path) {
                None => visit(entry),
                Some(None) => Ok(()),
                Some(Some(file)) => {
                    entry.mode = match entry.node {
                        Node::File(_) | Node::Large(_) if !file.is_link => {
                            changed_mode(entry.mode, file.executable)
                        }
                        // A link has no mode that a file in its place could keep.
                        Node::File(_) | Node::Large(_) | Node::Symlink(_) | Node::Directory | Node::Other => {
                            file_mode(file.executable)
                        }
                    };
                    if !is_same(&entry, file)? {
                        (entry.node, entry.mtime) = (node(file), None);
                    }
                    visit(entry)
                }
            }
        })?;
        emit_before(&mut new, None, visit)
    }
}

impl OverlayTree<'_> {
    /// The files and directories that are not in the base.
    fn new_entries(&self) -> Result<BTreeMap<TreePath, WalkEntry>, TreeError> {
        let directories = self.directories.iter().map(|path| (path, Node::Directory, 0o755));
        let files = self
            .files
            .iter()
            .filter_map(|(&path, file)| file.map(|file| (path, node(file), file_mode(file.executable))));
        let mut new = BTreeMap::new();
        for (path, node, mode) in directories.chain(files) {
            if self.base.entry(path)?.is_none() {
                new.insert(path.clone(), WalkEntry { path: path.clone(), node, mode, mtime: None });
            }
        }
        Ok(new)
    }
}

/// A file of a walk.
fn node(file: &File) -> Node {
    if file.is_link { Node::Symlink(file.bytes.to_vec()) } else { Node::File(file.bytes.clone()) }
}

/// Whether an entry of the base has the contents of `file`.
fn is_same(entry: &WalkEntry, file: &File) -> Result<bool, TreeError> {
    Ok(match &entry.node {
        Node::Symlink(target) => file.is_link && file.bytes == *target,
        _ if file.is_link => false,
        Node::File(bytes) => *bytes == file.bytes,
        Node::Large(large) if large.size() != file.bytes.len() as u64 => false,
        Node::Large(large) => file.bytes == large.read().map_err(TreeError::io(&entry.path))?,
        Node::Directory | Node::Other => false,
    })
}

/// Visits the new entries before `path`, or all that are left.
fn emit_before(
    new: &mut Peekable<impl Iterator<Item = (TreePath, WalkEntry)>>,
    path: Option<&TreePath>,
    visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>,
) -> Result<(), TreeError> {
    while let Some((_, entry)) = new.next_if(|(next, _)| path.is_none_or(|path| next < path)) {
        visit(entry)?;
    }
    Ok(())
}

/// `mode` with the executable bits set for those who may read, or cleared.
fn changed_mode(mode: u32, executable: bool) -> u32 {
    match (mode & 0o100 != 0, executable) {
        (false, true) => mode | (mode & 0o444) >> 2,
        (true, false) => mode & !0o111,
        (false, false) | (true, true) => mode,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{DirTree, testing};

    fn change(path: &str, after: Option<(&[u8], bool)>) -> FileChange {
        let after = after.map(|(bytes, executable)| File::new(bytes, executable));
        FileChange { path: path.parse().unwrap(), before: None, after, rewrites: Vec::new() }
    }

    #[test]
    fn a_tree_with_changes_equals_a_directory_with_them_applied() {
        let before = testing::directory();
        let base = DirTree::open(before.path()).unwrap();
        let changes = [
            change("configure", Some((b"#!/bin/sh\necho\n", true))),
            change("Modules/spam-eggs/new.c", Some((b"int new;\n", false))),
            change("Modules/run.sh", Some((b"#!/bin/sh\n", true))),
            change("Misc/NEWS", None),
            change("zzz", Some((b"", false))),
            FileChange { after: Some(File::link(&b"../Misc"[..])), ..change("Modules/link", None) },
            change(testing::LINK.0, None),
        ];
        let overlay = OverlayTree::new(&base, &changes);

        let after = testing::directory();
        for change in &changes {
            let file_path = change.path.below(after.path());
            match &change.after {
                Some(file) if file.is_link => std::os::unix::fs::symlink("../Misc", file_path).unwrap(),
                Some(file) => testing::write(&file_path, &file.bytes, file.executable),
                None => std::fs::remove_file(file_path).unwrap(),
            }
        }
        let made = DirTree::open(after.path()).unwrap();
        assert_eq!(overlay.files().unwrap(), made.files().unwrap());
        assert_eq!(testing::summary(&overlay), testing::summary(&made));
        assert_eq!(super::super::tree_id(&overlay).unwrap(), super::super::tree_id(&made).unwrap());
        for (path, entry) in testing::entries(&made) {
            assert_eq!(overlay.entry(&path).unwrap(), Some(entry), "{path}");
        }
        let link = "Modules/link".parse().unwrap();
        assert_eq!(overlay.link(&link).unwrap(), made.link(&link).unwrap());
        assert!(matches!(overlay.read(&link), Err(TreeError::Symlink(_))));
        assert_eq!(overlay.link(&testing::LINK.0.parse().unwrap()).unwrap(), None);
        assert_eq!(overlay.read(&"Misc/NEWS".parse().unwrap()).unwrap(), None);
        assert_eq!(overlay.entry(&"Misc/NEWS".parse().unwrap()).unwrap(), None);
    }

    #[test]
    fn an_unchanged_file_keeps_its_mtime_and_a_changed_one_its_mode() {
        let folder = testing::directory();
        let base = DirTree::open(folder.path()).unwrap();
        let changes = [
            change("configure", Some((b"new\n", true))),
            change(testing::LINK.0, Some((b"no link\n", false))),
        ];
        let mut seen = Vec::new();
        OverlayTree::new(&base, &changes)
            .walk(&mut |entry| {
                seen.push((entry.path.to_string(), entry.mode, entry.mtime.is_some()));
                Ok(())
            })
            .unwrap();
        assert!(seen.contains(&("configure".to_owned(), 0o755, false)), "{seen:?}");
        assert!(seen.contains(&(testing::LINK.0.to_owned(), 0o644, false)), "{seen:?}");
        assert!(seen.contains(&("Misc/NEWS".to_owned(), 0o644, true)), "{seen:?}");
        assert_eq!(changed_mode(0o640, true), 0o750);
        assert_eq!(changed_mode(0o755, false), 0o644);
    }
}
