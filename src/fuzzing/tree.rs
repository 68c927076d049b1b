//! What a tree may contain of pypatch's own: a receipt, and a stage with its journal.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use tempfile::TempDir;

use super::LONGEST;
use crate::apply::{RECEIPT, RevertScope, recover, revert, status};

/// A temporary folder, in memory where that is possible.
pub(super) fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

/// A folder with a tree, and next to it one that nothing may touch.
fn tree() -> TempDir {
    let folder = folder();
    for (path, text) in [("tree/f", "new\n"), ("tree/d/g", "x\n"), ("outside/victim", "x\n")] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    symlink("../outside", folder.path().join("tree/out")).unwrap();
    folder
}

/// The paths, modes and contents of a folder.
fn look(folder: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let one = |entry: walkdir::DirEntry| {
        let metadata = entry.path().symlink_metadata().unwrap();
        let contents = if metadata.is_file() { fs::read(entry.path()).unwrap() } else { Vec::new() };
        (entry.path().display().to_string(), (metadata.permissions().mode(), contents))
    };
    walkdir::WalkDir::new(folder).into_iter().map(|entry| one(entry.unwrap())).collect()
}

/// A receipt is refused, or leads to no file outside of the tree; a refused one changes nothing.
pub fn receipt(bytes: &[u8]) {
    if bytes.len() > LONGEST {
        return;
    }
    let folder = tree();
    let root = folder.path().join("tree");
    fs::write(root.join(RECEIPT), bytes).unwrap();
    let (before, outside) = (look(&root), look(&folder.path().join("outside")));
    let _ = status(&root);
    if revert(&root, RevertScope::All, false).is_err() {
        assert_eq!(look(&root), before);
    }
    assert_eq!(look(&folder.path().join("outside")), outside);
    require_no_special_modes(&root);
}

/// A journal is refused, or leads to no file outside of the tree; recovering again changes nothing more.
pub fn journal(bytes: &[u8]) {
    if bytes.len() > LONGEST {
        return;
    }
    let folder = tree();
    let root = folder.path().join("tree");
    let stage = root.join(".pypatch-stage-1.000000000");
    fs::create_dir(&stage).unwrap();
    fs::write(stage.join("journal.json"), bytes).unwrap();
    fs::write(stage.join("0.old"), "old\n").unwrap();
    let outside = look(&folder.path().join("outside"));
    if recover(&root).is_ok() {
        let after = look(&root);
        assert!(!stage.exists());
        recover(&root).unwrap();
        assert_eq!(look(&root), after);
    }
    assert_eq!(look(&folder.path().join("outside")), outside);
    require_no_special_modes(&root);
}

fn require_no_special_modes(root: &Path) {
    assert!(look(root).values().all(|(mode, _)| mode & 0o7000 == 0));
}
