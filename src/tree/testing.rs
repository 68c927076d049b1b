//! A small tree in every form, for the tests of this module.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use git2::{IndexAddOption, Repository, Signature};
use tempfile::TempDir;

use super::{Entry, Node, Tree, TreePath};

/// Paths, contents and whether they are executable. `Modules-x` precedes `Modules/spam.c` in byte
/// order, and follows `Modules` in git's.
pub(super) const FILES: &[(&str, &[u8], bool)] = &[
    ("Include/patchlevel.h", b"#define PY_MAJOR_VERSION 2\n#define PY_VERSION      \"2.5\"\n", false),
    ("Misc/NEWS", b"L\xf6wis\r\nno last newline", false),
    ("Modules-x", b"", false),
    ("Modules/spam.c", b"int spam;\n", false),
    ("configure", b"#!/bin/sh\n", true),
];

/// A symbolic link and its target.
pub(super) const LINK: (&str, &str) = ("Modules/news", "../Misc/NEWS");

/// When every file was modified, in seconds since 1970.
pub(super) const TIME: i64 = 1_158_611_400;

/// Writes a file with the directories above it.
pub(super) fn write(file: &Path, bytes: &[u8], executable: bool) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
    let mode = super::walk::file_mode(executable);
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

/// The tree in a directory.
pub(super) fn directory() -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for &(path, bytes, executable) in FILES {
        write(&root.path().join(path), bytes, executable);
    }
    symlink(LINK.1, root.path().join(LINK.0)).unwrap();
    root
}

/// The tree as a tar, in the directory `Python-2.5/`.
pub(super) fn tarball() -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for &(path, bytes, executable) in FILES {
        let mut header = header(tar::EntryType::Regular, bytes.len());
        header.set_mode(super::walk::file_mode(executable));
        tar.append_data(&mut header, format!("Python-2.5/{path}"), bytes).unwrap();
    }
    let mut header = header(tar::EntryType::Symlink, 0);
    tar.append_link(&mut header, format!("Python-2.5/{}", LINK.0), LINK.1).unwrap();
    tar.into_inner().unwrap()
}

pub(super) fn header(kind: tar::EntryType, size: usize) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size as u64);
    header.set_mode(0o644);
    header.set_mtime(TIME as u64);
    header
}

/// The tree in a git repository with a work tree: HEAD, the tag `v2.5`, and the annotated tag `v2.5.5`.
pub(super) fn repository() -> TempDir {
    let root = directory();
    let repository = Repository::init(root.path()).unwrap();
    let mut index = repository.index().unwrap();
    index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let author = Signature::new("A", "a@example.org", &git2::Time::new(TIME, 0)).unwrap();
    let commit = repository.commit(Some("HEAD"), &author, &author, "release", &tree, &[]).unwrap();
    let commit = repository.find_object(commit, None).unwrap();
    repository.tag_lightweight("v2.5", &commit, false).unwrap();
    repository.tag("v2.5.5", &commit, &author, "2.5.5", false).unwrap();
    drop((tree, commit));
    root
}

/// Everything in a tree that is the same in all of its forms: paths, kinds, contents, executable bits.
pub(super) fn summary(tree: &dyn Tree) -> Vec<(String, Node, bool)> {
    let mut all = Vec::new();
    tree.walk(&mut |entry| {
        let executable = entry.executable() && matches!(entry.node, Node::File(_));
        all.push((entry.path.to_string(), entry.node, executable));
        Ok(())
    })
    .unwrap();
    all
}

/// The result of [`Tree::entry`] for everything in a tree.
pub(super) fn entries(tree: &dyn Tree) -> Vec<(TreePath, Entry)> {
    let mut paths = Vec::new();
    tree.walk(&mut |entry| {
        paths.push(entry.path);
        Ok(())
    })
    .unwrap();
    paths.into_iter().map(|path| (path.clone(), tree.entry(&path).unwrap().unwrap())).collect()
}

/// A path of a tree.
pub(super) fn path(text: &str) -> TreePath {
    text.parse().unwrap()
}
