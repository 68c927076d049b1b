//! Writes planned changes to a directory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::disk::Disk;
use super::error::ApplyError;
use super::file_state::{FileState, FileStatus};
use super::inspect::{self, FileInfo};
use super::join::JoinedLayers;
use super::lock::LockedTree;
use super::place::Places;
use super::receipt::{AppliedLayer, Layer, Receipt};
use super::recover::recover_locked;
use super::status::{examine, expected};
use super::touched_dirs::TouchedDirs;
use super::transaction;
use crate::tree::{File, FileChange, TreePath};

/// Makes changes in the directory `root`, all or none of them, and records them in its receipt: one
/// layer for each of `layers` that changes something. The changes of a layer start from the result of
/// the layers before it. Returns the new receipt; `None` when there was nothing to change, and then
/// nothing was written.
///
/// All replaced and added files get the same mtime, which is now. Modes, owners and the mtimes of all
/// other files stay. If an earlier process was interrupted, the tree is first recovered as
/// [`recover`](super::recover()) does it.
///
/// # Errors
/// [`ApplyError`]; no file was changed then. A layer cannot create a directory where the tree has a
/// file that an earlier layer removes, or the other way round: that is [`ApplyError::Turns`].
pub fn commit(root: &Path, layers: Vec<(Layer, &[FileChange])>) -> Result<Option<Receipt>, ApplyError> {
    commit_on(&Disk::default(), root, layers)
}

/// Makes changes as [`commit`] does, in a copy that was just written: nothing in it is recovered.
///
/// # Errors
/// As for [`commit`].
pub(crate) fn commit_copy(
    root: &Path,
    layers: Vec<(Layer, &[FileChange])>,
) -> Result<Option<Receipt>, ApplyError> {
    commit_locked(&Disk::default(), &LockedTree::take(root)?, layers)
}

/// Makes changes of files as [`commit`] does, all or nothing, but without a receipt: pypatch cannot revert them.
///
/// # Errors
/// As for [`commit`].
pub(crate) fn change(root: &Path, changes: &[FileChange]) -> Result<(), ApplyError> {
    let (disk, tree) = (Disk::default(), LockedTree::take(root)?);
    recover_locked(&disk, &tree)?;
    let changes = [changes.iter().filter(|change| change.before != change.after).collect::<Vec<_>>()];
    if changes[0].is_empty() {
        return Ok(());
    }
    let on_disk = check(root, &changes)?;
    let dirs = TouchedDirs::of_layers(root, &changes, false)?;
    transaction::run_without_receipt(&disk, &tree, |info| {
        let mut joined = JoinedLayers::new(info, on_disk);
        for (changes, dirs) in changes.iter().zip(&dirs) {
            joined.add_changes(changes, dirs);
        }
        joined.finish()
    })
}

pub(super) fn commit_on(
    disk: &Disk<'_>,
    root: &Path,
    layers: Vec<(Layer, &[FileChange])>,
) -> Result<Option<Receipt>, ApplyError> {
    let tree = LockedTree::take(root)?;
    recover_locked(disk, &tree)?;
    commit_locked(disk, &tree, layers)
}

fn commit_locked(
    disk: &Disk<'_>,
    tree: &LockedTree,
    layers: Vec<(Layer, &[FileChange])>,
) -> Result<Option<Receipt>, ApplyError> {
    let root = tree.root();
    let differs = |change: &&FileChange| change.before != change.after;
    let (layers, changes): (Vec<Layer>, Vec<Vec<&FileChange>>) = layers
        .into_iter()
        .map(|(layer, changes)| (layer, changes.iter().filter(differs).collect::<Vec<_>>()))
        .filter(|(_, changes)| !changes.is_empty())
        .unzip();
    if layers.is_empty() {
        return Ok(None);
    }
    let on_disk = check(root, &changes)?;
    let (mut applied, receipt_file) = match Receipt::load(root)? {
        Some((receipt, info, sha256)) => (receipt.layers, Some((info, sha256))),
        None => (Vec::new(), None),
    };
    // A layer above an edit by hand would hide the edit, and the layers below could not be reverted.
    refuse_drift(root, &applied, on_disk.keys().copied())?;
    let dirs = TouchedDirs::of_layers(root, &changes, receipt_file.is_none())?;
    let receipt = transaction::run(disk, tree, receipt_file, |info| {
        let mut joined = JoinedLayers::new(info, on_disk);
        for ((layer, changes), dirs) in layers.into_iter().zip(&changes).zip(dirs) {
            applied.push(joined.add(layer, changes, dirs));
        }
        let (update, top_mtime) = joined.finish();
        (update, top_mtime, applied)
    })?;
    Ok(Some(receipt))
}

/// Refuses to change a file that is not as an earlier layer wrote it.
fn refuse_drift<'a>(
    root: &Path,
    layers: &[AppliedLayer],
    paths: impl Iterator<Item = &'a TreePath>,
) -> Result<(), ApplyError> {
    let expected = expected(layers);
    let (mut drifted, places) = (Vec::new(), Places::new(root));
    for path in paths {
        if let Some(after) = expected.get(path) {
            let state = examine(&places, path, *after)?.state;
            if state != FileState::AsApplied {
                drifted.push(FileStatus { path: path.clone(), state });
            }
        }
    }
    if drifted.is_empty() { Ok(()) } else { Err(ApplyError::Drifted(drifted)) }
}

/// Compares each file with what its plan read: for the first layer that changes it with the disk, for
/// any other with the result of the layer before. Returns the files as they are on disk.
fn check<'a>(
    root: &Path,
    layers: &[Vec<&'a FileChange>],
) -> Result<BTreeMap<&'a TreePath, Option<FileInfo>>, ApplyError> {
    let mut on_disk = BTreeMap::new();
    // The files that the layers so far change, and their contents afterwards.
    let mut results: BTreeMap<&TreePath, Option<&File>> = BTreeMap::new();
    let (mut differing, places) = (Vec::new(), Places::new(root));
    for changes in layers {
        let mut paths = BTreeSet::new();
        for change in changes {
            let path = &change.path;
            if !paths.insert(path) {
                return Err(ApplyError::Twice(path.clone()));
            }
            let same = if let Some(file) = results.get(path) {
                *file == change.before.as_ref()
            } else {
                refuse_turn(path, &results, &on_disk)?;
                let found = inspect::file_and_contents(&places, path)?;
                refuse_conflict(path, &results)?;
                on_disk.insert(path, found.as_ref().map(|(info, _)| *info));
                match (&change.before, &found) {
                    (None, None) => true,
                    // Its target may be outside the tree.
                    (Some(file), Some((found, _))) if found.mode.is_link() && !file.is_link => {
                        return Err(ApplyError::Symlink(path.clone()));
                    }
                    (Some(File { bytes, executable, is_link }), Some((found, contents))) => {
                        (*executable, *is_link) == (found.mode.executable(), found.mode.is_link())
                            && *bytes == contents
                    }
                    (None, Some(_)) | (Some(_), None) => false,
                }
            };
            if !same {
                differing.push(path.clone());
            }
        }
        results.extend(changes.iter().map(|change| (&change.path, change.after.as_ref())));
    }
    if differing.is_empty() { Ok(on_disk) } else { Err(ApplyError::Changed(differing)) }
}

/// Refuses to write below a file of the tree that earlier layers remove, or where they remove the files of a directory.
fn refuse_turn(
    path: &TreePath,
    results: &BTreeMap<&TreePath, Option<&File>>,
    on_disk: &BTreeMap<&TreePath, Option<FileInfo>>,
) -> Result<(), ApplyError> {
    let is_removed = |file: &TreePath| {
        results.get(file).is_some_and(Option::is_none) && on_disk.get(file).is_some_and(Option::is_some)
    };
    if let Some(file) = path.ancestors().find(is_removed) {
        return Err(ApplyError::Turns(file));
    }
    let mut removed = results.keys().filter(|file| is_removed(file));
    match removed.any(|file| file.ancestors().any(|above| above == *path)) {
        true => Err(ApplyError::Turns(path.clone())),
        false => Ok(()),
    }
}

/// Refuses to write a file where earlier layers create a directory, or below a file that they create.
fn refuse_conflict(path: &TreePath, results: &BTreeMap<&TreePath, Option<&File>>) -> Result<(), ApplyError> {
    if let Some(file) = path.ancestors().find(|dir| results.get(dir).is_some_and(Option::is_some)) {
        return Err(ApplyError::WrongType(file));
    }
    if results.keys().any(|other| other.ancestors().any(|dir| dir == *path)) {
        return Err(ApplyError::WrongType(path.clone()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::super::stamp::Mtime;
    use super::super::testing::{add, change, every_change, one, remove, seen, tree};
    use super::*;
    use crate::text::Rewrite;

    fn refused(root: &Path, changes: &[FileChange]) -> ApplyError {
        let before = seen(root);
        let error = commit(root, one("one", changes)).unwrap_err();
        assert_eq!(seen(root), before, "{error}");
        error
    }

    #[test]
    fn every_kind_of_change_is_made_and_other_files_stay() {
        let dir = tree();
        let changes = every_change(dir.path());
        let untouched = |path: &str| {
            let metadata = fs::metadata(dir.path().join(path)).unwrap();
            (Mtime::of(&metadata), metadata.ino(), metadata.mode())
        };
        let before = ["README", "Lib/plat/stays.py", "Modules"].map(|path| untouched(path).0);
        let inode = untouched("README").1;
        assert!(commit(dir.path(), one("one", &changes)).unwrap().is_some());
        for change in &changes {
            let path = change.path.below(dir.path());
            match &change.after {
                Some(file) if file.is_link => {
                    assert_eq!(fs::read_link(path).unwrap().as_os_str().as_encoded_bytes(), &file.bytes[..]);
                }
                Some(file) => assert_eq!(file.bytes, fs::read(path).unwrap()),
                None => assert!(!path.exists()),
            }
        }
        assert_eq!(["README", "Lib/plat/stays.py", "Modules"].map(|path| untouched(path).0), before);
        assert_eq!(untouched("README").1, inode);
        assert_eq!(untouched("Lib/latin.py").2 & 0o7777, 0o664);
        assert_eq!(untouched("Modules/locked.c").2 & 0o7777, 0o444);
        assert_eq!(untouched("install-sh").2 & 0o7777, 0o755);
        // Equal mtimes: make must not take one changed file for older than another.
        assert_eq!(untouched("Lib/latin.py").0, untouched("Makefile.pre.in").0);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 6);
    }

    #[test]
    fn an_empty_change_writes_nothing() {
        let dir = tree();
        let before = seen(dir.path());
        let nothing = change(dir.path(), "README", Vec::new());
        assert!(commit(dir.path(), one("one", &[nothing])).unwrap().is_none());
        assert_eq!(seen(dir.path()), before);
    }

    #[test]
    fn all_files_that_changed_since_planning_are_named() {
        let dir = tree();
        let changes = every_change(dir.path());
        fs::write(dir.path().join("Makefile.pre.in"), "edited").unwrap();
        fs::remove_file(dir.path().join("Lib/latin.py")).unwrap();
        fs::create_dir_all(dir.path().join("Lib/new")).unwrap();
        fs::write(dir.path().join("Lib/new/run"), "unexpected").unwrap();
        let error = refused(dir.path(), &changes);
        assert_eq!(
            error.to_string(),
            "changed since the patchset was planned: Makefile.pre.in, Lib/latin.py, Lib/new/run"
        );
    }

    #[test]
    fn nothing_is_written_through_a_symbolic_link() {
        let (dir, elsewhere) = (tree(), tree());
        let other = elsewhere.path();
        symlink(other.join("README"), dir.path().join("link")).unwrap();
        symlink(other.join("Lib"), dir.path().join("dir")).unwrap();
        let change = change(dir.path(), "link", vec![Rewrite::insert(0, "x")]);
        assert!(
            matches!(refused(dir.path(), &[change]), ApplyError::Symlink(path) if path.as_str() == "link")
        );
        let change = add("dir/new.py", b"", false);
        assert!(
            matches!(refused(dir.path(), &[change]), ApplyError::Symlink(path) if path.as_str() == "dir")
        );
    }

    #[test]
    fn a_path_that_cannot_be_a_file_is_refused() {
        let dir = tree();
        for (path, culprit) in [("Lib", "Lib"), ("README/x", "README"), ("README/x/y", "README")] {
            let error = refused(dir.path(), &[add(path, b"", false)]);
            assert!(matches!(error, ApplyError::WrongType(path) if path.as_str() == culprit));
        }
        let twice = remove(dir.path(), "README");
        assert!(matches!(refused(dir.path(), &[twice.clone(), twice]), ApplyError::Twice(_)));
    }

    #[test]
    fn replacing_keeps_setuid_and_leaves_other_hard_links_alone() {
        let dir = tree();
        let path = dir.path().join("README");
        fs::set_permissions(&path, Permissions::from_mode(0o4755)).unwrap();
        fs::hard_link(&path, dir.path().join("second")).unwrap();
        let change = change(dir.path(), "README", vec![Rewrite::insert(0, "x")]);
        commit(dir.path(), one("one", &[change])).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o4755);
        assert_eq!(fs::read(dir.path().join("second")).unwrap(), b"untouched");
    }
}
