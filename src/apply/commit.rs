//! Planned changes become what is on the disk.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::dirs::Dirs;
use super::disk::Disk;
use super::error::ApplyError;
use super::layered::Layered;
use super::lock::LockedTree;
use super::place::{self, Found};
use super::receipt::{AppliedLayer, Layer, Receipt};
use super::recover::recover_locked;
use super::stage::Fresh;
use super::status::{FileState, FileStatus, examine, expected};
use super::transaction::{self, Act, Change};
use crate::digest::Sha256Digest;
use crate::tree::{File, FileChange, TreePath};

/// What committing changes came to.
#[derive(Debug)]
pub enum Committed {
    /// The changes were empty: nothing was written, not even a receipt.
    NothingToDo,
    /// The tree is changed; its receipt, of which the last layers are new.
    Applied(Receipt),
}

/// Makes changes in the directory `root`, all of them or none, and notes them in its receipt: one
/// more layer for each of `layers` that changes something. The changes of a layer are those of what
/// the layers before it leave.
///
/// All replaced and added files get the same mtime: now. Modes, owners and the mtimes of all other
/// files stay. Anything that an interrupted process left is dealt with first, as
/// [`recover`](super::recover()) does.
///
/// # Errors
/// [`ApplyError`]; nothing was changed then. A layer cannot put a directory where the tree has a file
/// that a layer before it removes: that is [`ApplyError::NotAFile`].
pub fn commit(root: &Path, layers: Vec<(Layer, &[FileChange])>) -> Result<Committed, ApplyError> {
    commit_on(&Disk::default(), root, layers)
}

pub(super) fn commit_on(
    disk: &Disk<'_>,
    root: &Path,
    layers: Vec<(Layer, &[FileChange])>,
) -> Result<Committed, ApplyError> {
    let tree = LockedTree::take(root)?;
    recover_locked(disk, &tree)?;
    let differs = |change: &&FileChange| change.before != change.after;
    let (layers, changes): (Vec<Layer>, Vec<Vec<&FileChange>>) = layers
        .into_iter()
        .map(|(layer, changes)| (layer, changes.iter().filter(differs).collect::<Vec<_>>()))
        .filter(|(_, changes)| !changes.is_empty())
        .unzip();
    if layers.is_empty() {
        return Ok(Committed::NothingToDo);
    }
    let found = check(root, &changes)?;
    let old_receipt = Receipt::load(root)?;
    if let Some((receipt, ..)) = &old_receipt {
        // A layer over an edit by hand would hide it, and the layers below could not be reverted.
        refuse_drift(root, &receipt.layers, found.keys().copied())?;
    }
    let dirs = Dirs::touched(root, &changes, old_receipt.is_none())?;
    let receipt = transaction::run(disk, &tree, |fresh| {
        let (mut noted, before) = match old_receipt {
            Some((receipt, found, sha256)) => (receipt.layers, Some((found, sha256))),
            None => (Vec::new(), None),
        };
        let mut layered = Layered::new(fresh, found);
        for ((layer, changes), dirs) in layers.into_iter().zip(&changes).zip(dirs) {
            noted.push(layered.add(layer, changes, dirs));
        }
        let receipt = Receipt::new(noted);
        let (mut planned, top) = layered.together();
        planned.files.push(receipt_change(&receipt, before, fresh));
        Ok((planned, top, receipt))
    })?;
    Ok(Committed::Applied(receipt))
}

/// The change that puts `receipt` into the tree.
pub(super) fn receipt_change<'a>(
    receipt: &Receipt,
    before: Option<(Found, Sha256Digest)>,
    fresh: &Fresh,
) -> Change<'a> {
    let bytes = receipt.to_bytes();
    let sha256 = Sha256Digest::of(&bytes);
    let mode = before.map_or(fresh.mode(false), |(found, _)| found.mode);
    let owner = before.map(|(found, _)| found.owner);
    let act = Act::Write { bytes: Cow::Owned(bytes), sha256, mode, owner, mtime: fresh.now };
    Change { path: Receipt::path(), before, act }
}

/// Refuses to touch a file that is not as an earlier layer left it.
fn refuse_drift<'a>(
    root: &Path,
    layers: &[AppliedLayer],
    paths: impl Iterator<Item = &'a TreePath>,
) -> Result<(), ApplyError> {
    let expected = expected(layers);
    let mut drifted = Vec::new();
    for path in paths {
        if let Some(after) = expected.get(path) {
            let state = examine(root, path, *after)?.state;
            if state != FileState::AsApplied {
                drifted.push(FileStatus { path: path.clone(), state });
            }
        }
    }
    if drifted.is_empty() { Ok(()) } else { Err(ApplyError::Drifted(drifted)) }
}

/// Compares every file with what the plan saw: the first layer that changes it saw what is on the
/// disk, any other what the one before left. Gives what is on the disk.
fn check<'a>(
    root: &Path,
    layers: &[Vec<&'a FileChange>],
) -> Result<BTreeMap<&'a TreePath, Option<Found>>, ApplyError> {
    let mut on_disk = BTreeMap::new();
    // The files that the layers so far have changed, as they leave them.
    let mut left: BTreeMap<&TreePath, Option<&File>> = BTreeMap::new();
    let mut differing = Vec::new();
    for changes in layers {
        let mut paths = BTreeSet::new();
        for change in changes {
            let path = &change.path;
            if !paths.insert(path) {
                return Err(ApplyError::Twice(path.clone()));
            }
            if path.as_str().starts_with(".pypatch-") {
                return Err(ApplyError::Reserved(path.clone()));
            }
            let same = if let Some(file) = left.get(path) {
                *file == change.before.as_ref()
            } else {
                let found = place::file(root, path)?;
                refuse_in_the_way(path, &left)?;
                on_disk.insert(path, found);
                match (&change.before, &found) {
                    (None, None) => true,
                    (Some(File { bytes, executable }), Some(found)) => {
                        *executable == found.mode.executable() && *bytes == place::read(root, path)?
                    }
                    _ => false,
                }
            };
            if !same {
                differing.push(path.clone());
            }
        }
        left.extend(changes.iter().map(|change| (&change.path, change.after.as_ref())));
    }
    if differing.is_empty() { Ok(on_disk) } else { Err(ApplyError::Changed(differing)) }
}

/// Refuses a file where layers have made a directory, or below what they have made a file.
fn refuse_in_the_way(path: &TreePath, left: &BTreeMap<&TreePath, Option<&File>>) -> Result<(), ApplyError> {
    if let Some(file) = path.ancestors().find(|dir| left.get(dir).is_some_and(Option::is_some)) {
        return Err(ApplyError::NotAFile(file));
    }
    if left.keys().any(|other| other.ancestors().any(|dir| dir == *path)) {
        return Err(ApplyError::NotAFile(path.clone()));
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
    fn every_kind_of_change_is_made_and_nothing_else_is_touched() {
        let dir = tree();
        let changes = every_change(dir.path());
        let untouched = |path: &str| {
            let metadata = fs::metadata(dir.path().join(path)).unwrap();
            (Mtime::of(&metadata), metadata.ino(), metadata.mode())
        };
        let before = ["README", "Lib/plat/stays.py", "Modules"].map(|path| untouched(path).0);
        let inode = untouched("README").1;
        assert!(matches!(commit(dir.path(), one("one", &changes)).unwrap(), Committed::Applied(_)));
        for change in &changes {
            let path = change.path.below(dir.path());
            match &change.after {
                Some(file) => assert_eq!(file.bytes, fs::read(path).unwrap()),
                None => assert!(!path.exists()),
            }
        }
        assert_eq!(["README", "Lib/plat/stays.py", "Modules"].map(|path| untouched(path).0), before);
        assert_eq!(untouched("README").1, inode);
        assert_eq!(untouched("Lib/latin.py").2 & 0o7777, 0o664);
        assert_eq!(untouched("Modules/locked.c").2 & 0o7777, 0o444);
        assert_eq!(untouched("install-sh").2 & 0o7777, 0o755);
        // No changed file is out of date against another.
        assert_eq!(untouched("Lib/latin.py").0, untouched("Makefile.pre.in").0);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 6);
    }

    #[test]
    fn an_empty_change_writes_nothing() {
        let dir = tree();
        let before = seen(dir.path());
        let nothing = change(dir.path(), "README", Vec::new());
        let committed = commit(dir.path(), one("one", &[nothing])).unwrap();
        assert!(matches!(committed, Committed::NothingToDo));
        assert_eq!(seen(dir.path()), before);
    }

    #[test]
    fn files_that_changed_since_planning_are_all_named() {
        let dir = tree();
        let changes = every_change(dir.path());
        fs::write(dir.path().join("Makefile.pre.in"), "edited").unwrap();
        fs::remove_file(dir.path().join("Lib/latin.py")).unwrap();
        fs::create_dir_all(dir.path().join("Lib/new")).unwrap();
        fs::write(dir.path().join("Lib/new/run"), "in the way").unwrap();
        let error = refused(dir.path(), &changes);
        assert_eq!(
            error.to_string(),
            "not as it was when the change was planned: Makefile.pre.in, Lib/latin.py, Lib/new/run"
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
    fn what_is_no_file_is_refused() {
        let dir = tree();
        for (path, culprit) in [("Lib", "Lib"), ("README/x", "README"), ("README/x/y", "README")] {
            let error = refused(dir.path(), &[add(path, b"", false)]);
            assert!(matches!(error, ApplyError::NotAFile(path) if path.as_str() == culprit));
        }
        let error = refused(dir.path(), &[add(".pypatch-receipt.json", b"", false)]);
        assert!(matches!(error, ApplyError::Reserved(_)));
        let twice = remove(dir.path(), "README");
        assert!(matches!(refused(dir.path(), &[twice.clone(), twice]), ApplyError::Twice(_)));
        let error = refused(dir.path(), &[add(&"x".repeat(300), b"", false)]);
        assert!(matches!(error, ApplyError::Io { .. }));
    }

    #[test]
    fn setuid_stays_and_other_names_of_a_file_keep_the_old_contents() {
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
