//! Tests that hold for every form of a tree.

use std::fs;
use std::os::unix::fs::symlink;

use super::testing::{self, FILES, LINK, TIME, path};
use super::*;

/// The small tree as a directory, a tarball and a commit, and the directories that have to outlive them.
fn forms() -> (Vec<Box<dyn Tree>>, Vec<tempfile::TempDir>) {
    let (directory, repository, folder) =
        (testing::directory(), testing::repository(), tempfile::tempdir().unwrap());
    let tarball = folder.path().join("Python-2.5.tar");
    fs::write(&tarball, testing::tarball()).unwrap();
    let trees: Vec<Box<dyn Tree>> = vec![
        Box::new(DirTree::open(directory.path()).unwrap()),
        Box::new(ArchiveTree::open(&tarball).unwrap()),
        Box::new(GitTree::open(repository.path(), "v2.5").unwrap()),
        // A work tree is a directory too, and `.git` is not part of it.
        Box::new(DirTree::open(repository.path()).unwrap()),
    ];
    (trees, vec![directory, repository, folder])
}

#[test]
fn all_forms_of_a_tree_have_the_same_files_and_id() {
    let (trees, _folders) = forms();
    for tree in &trees {
        let paths: Vec<String> = tree.files().unwrap().iter().map(TreePath::to_string).collect();
        assert_eq!(paths, FILES.iter().map(|file| file.0).collect::<Vec<_>>(), "{}", tree.label());
        for &(name, bytes, executable) in FILES {
            let file = File::new(bytes, executable);
            assert_eq!(tree.read(&path(name)).unwrap(), Some(file), "{name} of {}", tree.label());
        }
        assert_eq!(testing::summary(&**tree), testing::summary(&*trees[0]), "{}", tree.label());
        assert_eq!(testing::entries(&**tree), testing::entries(&*trees[0]), "{}", tree.label());
        assert_eq!(tree_id(&**tree).unwrap(), tree_id(&*trees[0]).unwrap(), "{}", tree.label());
        assert_eq!(tree_version(&**tree).unwrap().unwrap().to_string(), "2.5");
    }
}

#[test]
fn every_form_of_a_tree_has_the_same_errors() {
    let (trees, _folders) = forms();
    for tree in &trees {
        let label = tree.label();
        for nothing in ["Lib", "Misc/NEWS/below", "Modules/nothing"] {
            assert_eq!(tree.entry(&path(nothing)).unwrap(), None, "{nothing} of {label}");
            assert_eq!(tree.read(&path(nothing)).unwrap(), None, "{nothing} of {label}");
        }
        assert_eq!(tree.entry(&path("Modules")).unwrap(), Some(Entry::Directory));
        assert!(matches!(tree.read(&path("Modules")), Err(TreeError::NotAFile { .. })), "{label}");
        let link = tree.link(&path(LINK.0)).unwrap();
        assert_eq!(link.as_deref(), Some(LINK.1.as_bytes()), "{label}");
        assert_eq!(tree.file_or_link(&path(LINK.0)).unwrap(), Some(File::link(LINK.1.as_bytes())));
        for other in ["Misc/NEWS", "Misc", "Modules/nothing"] {
            assert_eq!(tree.link(&path(other)).unwrap(), None, "{other} of {label}");
        }
        assert_eq!(tree.entry(&path(LINK.0)).unwrap(), Some(Entry::Symlink));
        assert!(matches!(tree.read(&path(LINK.0)), Err(TreeError::Symlink { .. })), "{label}");
        let below = path(LINK.0).to_string() + "/below";
        assert!(matches!(tree.read(&path(&below)), Err(TreeError::Symlink { .. })), "{label}");
        assert!(matches!(tree.entry(&path(&below)), Err(TreeError::Symlink { .. })), "{label}");
    }
}

#[test]
fn a_walk_may_read_files_and_ends_with_the_first_error() {
    let (trees, _folders) = forms();
    for tree in &trees {
        let mut seen = 0;
        let result = tree.walk(&mut |entry| {
            seen += 1;
            match &entry.node {
                Node::Large(_) => panic!("no file of this tree is large"),
                Node::File(bytes) => assert_eq!(&tree.read(&entry.path)?.unwrap().bytes, bytes),
                Node::Symlink(target) => assert_eq!(target, LINK.1.as_bytes()),
                Node::Directory => assert_eq!(entry.mode & 0o700, 0o700),
                Node::Other => panic!("the tree has only files, directories and links"),
            }
            match seen {
                3 => Err(TreeError::NotAFile(entry.path)),
                _ => Ok(()),
            }
        });
        assert!(matches!(result, Err(TreeError::NotAFile { .. })));
        assert_eq!(seen, 3);
    }
}

#[test]
fn a_walk_knows_when_files_were_changed() {
    let (trees, _folders) = forms();
    let mtime = |tree: &dyn Tree| {
        let mut mtime = None;
        tree.walk(&mut |entry| {
            if entry.path.as_str() == "configure" {
                mtime = entry.mtime;
            }
            Ok(())
        })
        .unwrap();
        mtime
    };
    assert_eq!(mtime(&*trees[1]), Some((TIME, 0)));
    assert_eq!(mtime(&*trees[2]), Some((TIME, 0)));

    let directory = testing::directory();
    let file = fs::File::options().append(true).open(directory.path().join("configure")).unwrap();
    let time = std::time::UNIX_EPOCH + std::time::Duration::new(TIME as u64, 123_456_789);
    file.set_modified(time).unwrap();
    assert_eq!(mtime(&DirTree::open(directory.path()).unwrap()), Some((TIME, 123_456_789)));
}

#[test]
fn only_a_link_to_the_top_of_a_directory_is_followed() {
    let (directory, folder) = (testing::directory(), tempfile::tempdir().unwrap());
    let link = folder.path().join("Python-2.5");
    symlink(directory.path(), &link).unwrap();
    symlink("Modules", directory.path().join("Linked")).unwrap();
    let tree = DirTree::open(&link).unwrap();
    assert!(tree.read(&path("Modules/spam.c")).unwrap().is_some());
    assert!(matches!(tree.read(&path("Linked/spam.c")), Err(TreeError::Symlink { .. })));
    assert_eq!(tree.files().unwrap().len(), FILES.len());
}

#[test]
fn invalid_names_are_skipped_by_plans_and_refused_by_copies() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let directory = testing::directory();
    let tree = DirTree::open(directory.path()).unwrap();
    for name in [&b"back\\slash"[..], b"no-utf-8\xff"] {
        let file = directory.path().join(OsStr::from_bytes(name));
        fs::write(&file, "").unwrap();
        assert_eq!(tree.files().unwrap().len(), FILES.len());
        assert!(matches!(tree.walk(&mut |_| Ok(())), Err(TreeError::Name { .. })));
        fs::remove_file(file).unwrap();
    }
    for name in [".pypatch-receipt.json", ".pypatch-stage-1"] {
        fs::write(directory.path().join(name), "").unwrap();
    }
    assert_eq!(tree.files().unwrap().len(), FILES.len());
}

#[test]
fn a_missing_directory_and_a_file_are_errors() {
    let directory = testing::directory();
    let missing = DirTree::open(directory.path().join("nothing"));
    assert!(matches!(missing, Err(TreeError::NoSource(_))));
    let file = DirTree::open(directory.path().join("configure"));
    assert!(matches!(file, Err(TreeError::Io { .. })));
}
