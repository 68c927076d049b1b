//! What someone else does to a tree between the comparison of its files and the commit is kept.

use std::cell::Cell;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::commit::commit_on;
use super::disk::Disk;
use super::error::ApplyError;
use super::testing::{every_change, one, seen, tree};

/// Applies every change, with `edit` made by someone else when the journal is about to be named. The change must be
/// refused, and the tree be as `edit` alone leaves it.
fn refused(edit: impl Fn(&Path)) -> ApplyError {
    let (dir, other) = (tree(), tree());
    let done = Cell::new(false);
    let disk = Disk::hooked(|doing, path| {
        if doing == "replace" && path.ends_with("journal.json") && !done.replace(true) {
            edit(dir.path());
        }
        Ok(())
    });
    let error = commit_on(&disk, dir.path(), one("one", &every_change(dir.path()))).unwrap_err();
    assert!(done.get());
    edit(other.path());
    // The times of the edit itself differ.
    let contents = |root: &Path| {
        let all = seen(root);
        let lines = all.lines().map(|line| {
            let mut words = line.splitn(5, ' ');
            let (name, mode, _, _) = (words.next(), words.next(), words.next(), words.next());
            format!("{name:?} {mode:?} {:?}", words.next())
        });
        lines.collect::<Vec<_>>()
    };
    assert_eq!(contents(dir.path()), contents(other.path()), "{error}");
    error
}

fn append(path: &Path) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(b"mine").unwrap();
}

fn replace(path: &Path) {
    let new = path.with_extension("mine");
    fs::write(&new, "mine").unwrap();
    fs::rename(new, path).unwrap();
}

#[test]
fn a_file_that_is_saved_in_the_window_is_kept() {
    for path in ["Makefile.pre.in", "Lib/latin.py", "Lib/plat/gone.py", "install-sh"] {
        for edit in [append, replace, |path: &Path| fs::remove_file(path).unwrap()] {
            let error = refused(|root| edit(&root.join(path)));
            assert!(matches!(error, ApplyError::Changed(_)), "{path}: {error}");
        }
    }
}

#[test]
fn a_mode_that_is_set_in_the_window_is_kept() {
    for path in ["Makefile.pre.in", "Lib/plat/gone.py", "install-sh"] {
        let mode = |root: &Path| {
            fs::set_permissions(root.join(path), Permissions::from_mode(0o611)).unwrap();
        };
        assert!(matches!(refused(mode), ApplyError::Changed(_)), "{path}");
    }
}

#[test]
fn a_file_that_appears_in_the_window_is_kept() {
    // The directory is made by the change itself, so only its name can be taken.
    let error = refused(|root| fs::write(root.join("Lib/new"), "mine").unwrap());
    assert!(!matches!(error, ApplyError::Unfinished { .. }), "{error}");
    let dir = tree();
    let disk = Disk::hooked(|doing, path| {
        if doing == "replace" && path.ends_with("Makefile.pre.in") {
            fs::write(dir.path().join("Lib/new/run"), "mine").unwrap();
        }
        Ok(())
    });
    let error = commit_on(&disk, dir.path(), one("one", &every_change(dir.path()))).unwrap_err();
    assert!(matches!(error, ApplyError::Changed(_)), "{error}");
    assert_eq!(fs::read(dir.path().join("Lib/new/run")).unwrap(), b"mine");
    assert_eq!(fs::read(dir.path().join("README")).unwrap(), b"untouched");
}

#[test]
fn a_directory_replaced_by_a_link_in_the_window_is_not_written_through() {
    let outside = tree();
    let before = seen(outside.path());
    for path in ["Lib", "Lib/plat", "Modules"] {
        let error = refused(|root| {
            fs::rename(root.join(path), root.join("moved")).unwrap();
            symlink(outside.path().join(path), root.join(path)).unwrap();
        });
        assert!(matches!(error, ApplyError::Symlink(_)), "{path}: {error}");
        assert_eq!(seen(outside.path()), before);
    }
}

#[test]
fn a_directory_that_is_moved_between_two_files_is_noticed() {
    let dir = tree();
    let root = dir.path();
    fs::write(root.join("Modules/one.c"), "one").unwrap();
    fs::write(root.join("Modules/two.c"), "two").unwrap();
    let edit = |path: &str| super::testing::change(root, path, vec![crate::text::Rewrite::insert(0, "x")]);
    let changes = [edit("Modules/one.c"), edit("Modules/two.c")];
    let disk = Disk::hooked(|doing, path| {
        if doing == "replace" && path.ends_with("Modules/one.c") && !root.join("moved").exists() {
            fs::rename(root.join("Modules"), root.join("moved")).unwrap();
            fs::create_dir(root.join("Modules")).unwrap();
        }
        Ok(())
    });
    let error = commit_on(&disk, root, one("one", &changes)).unwrap_err();
    assert!(matches!(error, ApplyError::Changed(_) | ApplyError::Unfinished { .. }), "{error}");
    assert_eq!(fs::read(root.join("moved/two.c")).unwrap(), b"two");
    assert!(!root.join(super::RECEIPT).exists());
}

#[test]
fn what_an_open_editor_writes_to_the_old_file_is_kept() {
    let dir = tree();
    let path = dir.path().join("Lib/latin.py");
    let open = OpenOptions::new().append(true).open(&path).unwrap();
    let disk = Disk::hooked(|doing, path| {
        if doing == "change mode of" && path.ends_with("install-sh") {
            (&open).write_all(b"mine").unwrap();
        }
        Ok(())
    });
    let error = commit_on(&disk, dir.path(), one("one", &every_change(dir.path()))).unwrap_err();
    assert!(matches!(error, ApplyError::Changed(_)), "{error}");
    assert!(fs::read(&path).unwrap().ends_with(b"mine"));
    assert!(!dir.path().join("Lib/new").exists());
}

#[test]
fn hard_links_of_one_file_do_not_disturb_each_other() {
    let dir = tree();
    let root = dir.path();
    fs::remove_file(root.join("Modules/locked.c")).unwrap();
    fs::hard_link(root.join("install-sh"), root.join("Modules/locked.c")).unwrap();
    let edit = |path: &str| super::testing::change(root, path, vec![crate::text::Rewrite::insert(0, "x")]);
    let changes = [edit("install-sh"), edit("Modules/locked.c")];
    commit_on(&Disk::default(), root, one("one", &changes)).unwrap();
    assert_eq!(fs::read(root.join("Modules/locked.c")).unwrap(), b"x#!/bin/sh\n");
}

#[test]
fn a_replaced_file_keeps_its_extended_attributes() {
    let dir = tree();
    let path = dir.path().join("Makefile.pre.in");
    let file = File::open(&path).unwrap();
    let flags = rustix::fs::XattrFlags::empty();
    if rustix::fs::fsetxattr(&file, "user.note", b"mine", flags).is_err() {
        return; // The file system has no attributes.
    }
    let note = || {
        let mut value = [0; 16];
        let len = rustix::fs::getxattr(&path, "user.note", &mut value[..]).unwrap();
        value[..len].to_vec()
    };
    commit_on(&Disk::default(), dir.path(), one("one", &every_change(dir.path()))).unwrap();
    assert_eq!(note(), b"mine");
    super::revert(dir.path(), super::RevertScope::All, false).unwrap();
    assert_eq!(note(), b"mine");
}

#[test]
fn many_files_and_directories_are_not_open_at_once() {
    let dir = tree();
    // More than a process may have open.
    let changes: Vec<_> =
        (0..1500).map(|i| super::testing::add(&format!("many/{i}/file"), b"x", false)).collect();
    let disk = Disk::hooked(|_, _| Ok(()));
    commit_on(&disk, dir.path(), one("one", &changes)).unwrap();
    let changes: Vec<_> = (0..1500)
        .map(|i| {
            super::testing::change(
                dir.path(),
                &format!("many/{i}/file"),
                vec![crate::text::Rewrite::insert(0, "y")],
            )
        })
        .collect();
    commit_on(&disk, dir.path(), one("two", &changes)).unwrap();
    super::revert::revert_on(&disk, dir.path(), super::RevertScope::All, false).unwrap();
    assert!(!dir.path().join("many").exists());
}
