//! Reverts applied patchsets.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::dir::Dir;
use super::disk::Disk;
use super::error::ApplyError;
use super::file_state::{FileState, FileStatus};
use super::inspect;
use super::lock::LockedTree;
use super::place::Places;
use super::receipt::{AppliedFile, AppliedLayer, Before, RECEIPT, Receipt};
use super::recover::recover_locked;
use super::stamp::{Mode, Mtime};
use super::status::{Examined, examine, expected};
use super::transaction::{self, Action, FileUpdate, TreeUpdate};
use crate::digest::Sha256Digest;
use crate::tree::{File, FileChange, TreePath};

/// How many layers are reverted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevertScope {
    /// All layers.
    All,
    /// The layer that was applied last.
    Top,
}

/// What was reverted, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reverted {
    /// The ids of the reverted patchsets, the one that was applied last first.
    pub patchsets: Vec<String>,
    /// The files that this changes.
    pub files: Vec<TreePath>,
    /// The ids of the patchsets that stay applied, the oldest first.
    pub remaining: Vec<String>,
}

/// Reverts layers of the tree `root`: contents, modes, and mtimes of files and directories become what
/// they were. With `dry_run` nothing is written.
///
/// # Errors
/// [`ApplyError::Drifted`] with every file that is not as pypatch wrote it, or any other [`ApplyError`];
/// no file was changed then.
pub fn revert(root: &Path, scope: RevertScope, dry_run: bool) -> Result<Reverted, ApplyError> {
    revert_on(&Disk::default(), root, scope, dry_run)
}

pub(super) fn revert_on(
    disk: &Disk<'_>,
    root: &Path,
    scope: RevertScope,
    dry_run: bool,
) -> Result<Reverted, ApplyError> {
    let tree = LockedTree::take(root)?;
    recover_locked(disk, &tree)?;
    let Some((receipt, info, sha256)) = Receipt::load(root)? else {
        return Err(ApplyError::NoReceipt(root.to_owned()));
    };
    let mut layers = receipt.layers;
    let kept = match scope {
        RevertScope::All => 0,
        RevertScope::Top => layers.len() - 1,
    };
    let mut update = TreeUpdate { files: file_updates(root, &layers, kept)?, ..TreeUpdate::default() };
    let reverted = layers.split_off(kept);
    let (mtimes, top_mtime) = old_mtimes(&reverted);
    update.remove = reverted.iter().flat_map(|applied| &applied.created).cloned().collect();
    // In descending order a directory comes after everything inside it.
    update.remove.sort_by(|a, b| b.cmp(a));
    update.create = removed_parents(root, &update.files)?;
    // Sets, because a receipt may list many directories.
    let set = |paths: &[TreePath]| paths.iter().cloned().collect::<BTreeSet<_>>();
    let (removed, created) = (set(&update.remove), set(&update.create));
    let places = Places::new(root);
    for (path, mtime) in mtimes {
        let stays = !removed.contains(&path);
        let exists = created.contains(&path) || inspect::dir(&places, &path)?.is_some();
        if stays && exists {
            update.mtimes.push((path, mtime));
        }
    }
    let result = Reverted {
        patchsets: reverted.into_iter().rev().map(|applied| applied.layer.patchset).collect(),
        files: update.files.iter().map(|file| file.path.clone()).collect(),
        remaining: layers.iter().map(|applied| applied.layer.patchset.clone()).collect(),
    };
    if !dry_run {
        transaction::run(disk, &tree, Some((info, sha256)), |stage| {
            (update, top_mtime.unwrap_or(stage.top), layers)
        })?;
    }
    Ok(result)
}

/// What the files of the tree `root` were before anything was applied to it, as changes of it; `None` if it has no receipt. A file of
/// which only the mode was changed is left out.
///
/// # Errors
/// [`ApplyError::Drifted`] if a file is not as pypatch left it; or any error of reading the receipt and the files.
pub fn unapplied(root: &Path) -> Result<Option<Vec<FileChange>>, ApplyError> {
    let Some((receipt, ..)) = Receipt::load(root)? else { return Ok(None) };
    let updates = file_updates(root, &receipt.layers, 0)?.into_iter();
    let changes = updates.filter_map(|update| {
        let after = match update.action {
            Action::Write { bytes, mode, .. } if mode.is_link() => Some(File::link(bytes.into_owned())),
            Action::Write { bytes, mode, .. } => Some(File::new(bytes.into_owned(), mode.executable())),
            Action::Remove => None,
            Action::SetMode(_) => return None,
        };
        Some(FileChange { path: update.path, before: None, after, rewrites: Vec::new() })
    });
    Ok(Some(changes.collect()))
}

/// The updates of files that revert all layers except the first `kept`.
fn file_updates<'a>(
    root: &Path,
    layers: &[AppliedLayer],
    kept: usize,
) -> Result<Vec<FileUpdate<'a>>, ApplyError> {
    // The changes of each file, the last one first.
    let mut touched: BTreeMap<&TreePath, Vec<&AppliedFile>> = BTreeMap::new();
    for file in layers[kept..].iter().rev().flat_map(|applied| &applied.files) {
        touched.entry(&file.path).or_default().push(file);
    }
    let expected = expected(layers);
    let mut updates = Vec::with_capacity(touched.len() + 1);
    let (mut drifted, places) = (Vec::new(), Places::new(root));
    for (path, files) in touched {
        let examined = examine(&places, path, expected[path])?;
        if examined.state == FileState::AsApplied {
            let update = file_update(path, &files, expected[path].map(|after| after.sha256), examined);
            let damaged = |why| ApplyError::Receipt { path: root.join(RECEIPT), why };
            updates.extend(update.map_err(damaged)?);
        } else if layers[kept..].iter().any(|applied| applied.created.contains(path)) {
            return Err(ApplyError::Replaced(path.clone()));
        } else {
            drifted.push(FileStatus { path: path.clone(), state: examined.state });
        }
    }
    if drifted.is_empty() { Ok(updates) } else { Err(ApplyError::Drifted(drifted)) }
}

/// The update that reverts `files`, the changes of one file from the last to the first.
fn file_update<'a>(
    path: &TreePath,
    files: &[&AppliedFile],
    sha256: Option<Sha256Digest>,
    examined: Examined,
) -> Result<Option<FileUpdate<'a>>, String> {
    let only_mode = files.iter().all(|file| file.only_mode());
    let now = examined.info.zip(sha256);
    let mut bytes = examined.bytes;
    for file in files {
        if !file.only_mode() {
            bytes = file.restored(&bytes)?;
        }
    }
    let special = now.map_or(Mode::new(0), |(info, _)| info.mode);
    let before: Option<Before> = files.last().and_then(|file| file.before);
    let action = match (before, now) {
        // The file itself stays, with its mtime.
        (Some(before), Some(_)) if only_mode => Action::SetMode(before.mode.with_special_bits_of(special)),
        (Some(Before { sha256, mode, mtime }), _) => {
            let owner = now.map(|(info, _)| info.owner);
            let mode = mode.with_special_bits_of(special);
            Action::Write { bytes: Cow::Owned(bytes), sha256, mode, owner, mtime }
        }
        (None, Some(_)) => Action::Remove,
        // One layer added the file, a later one removed it.
        (None, None) => return Ok(None),
    };
    Ok(Some(FileUpdate { path: path.clone(), before: now, action }))
}

/// The mtimes of directories before the first of `layers`, and the one of the top directory.
fn old_mtimes(layers: &[AppliedLayer]) -> (BTreeMap<TreePath, Mtime>, Option<Mtime>) {
    let mut mtimes = BTreeMap::new();
    let mut top = None;
    // From the last layer to the first, so that the oldest mtime of a directory remains.
    for time in layers.iter().rev().flat_map(|applied| &applied.directories) {
        match &time.path {
            Dir::Top => top = Some(time.mtime),
            Dir::Below(path) => {
                mtimes.insert(path.clone(), time.mtime);
            }
        }
    }
    (mtimes, top)
}

/// The parents of restored files that someone removed after the patchset was applied.
fn removed_parents(root: &Path, files: &[FileUpdate<'_>]) -> Result<Vec<TreePath>, ApplyError> {
    let (mut missing, places) = (BTreeSet::new(), Places::new(root));
    let restored = |file: &&FileUpdate| file.before.is_none() && matches!(file.action, Action::Write { .. });
    for file in files.iter().filter(restored) {
        missing.extend(inspect::missing_dirs(&places, &file.path)?);
    }
    Ok(missing.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::commit;
    use super::super::testing::{every_change, more_changes, one, seen, tree};
    use super::*;
    use crate::tree::FileChange;

    #[test]
    fn revert_after_apply_restores_the_tree() {
        let dir = tree();
        let untouched = seen(dir.path());
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        let applied = seen(dir.path());
        let dry = revert(dir.path(), RevertScope::All, true).unwrap();
        assert_eq!(seen(dir.path()), applied);
        assert_eq!(revert(dir.path(), RevertScope::All, false).unwrap(), dry);
        assert_eq!(seen(dir.path()), untouched);
        assert!(matches!(revert(dir.path(), RevertScope::All, false), Err(ApplyError::NoReceipt(_))));
    }

    #[test]
    fn layers_are_reverted_one_by_one() {
        let dir = tree();
        let untouched = seen(dir.path());
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        let without_receipt =
            |seen: &str| seen.lines().filter(|line| !line.starts_with(RECEIPT)).collect::<String>();
        let receipt = || fs::read(dir.path().join(RECEIPT)).unwrap();
        let (first, first_receipt) = (seen(dir.path()), receipt());
        commit(dir.path(), one("two", &more_changes(dir.path()))).unwrap();
        let top = revert(dir.path(), RevertScope::Top, false).unwrap();
        assert_eq!((top.patchsets, top.remaining), (vec!["two".to_owned()], vec!["one".to_owned()]));
        assert_eq!(without_receipt(&seen(dir.path())), without_receipt(&first));
        assert_eq!(receipt(), first_receipt);
        revert(dir.path(), RevertScope::Top, false).unwrap();
        assert_eq!(seen(dir.path()), untouched);
    }

    #[test]
    fn all_layers_are_reverted_together() {
        let dir = tree();
        let untouched = seen(dir.path());
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        commit(dir.path(), one("two", &more_changes(dir.path()))).unwrap();
        assert_eq!(revert(dir.path(), RevertScope::All, false).unwrap().patchsets, ["two", "one"]);
        assert_eq!(seen(dir.path()), untouched);
    }

    #[test]
    fn a_layer_that_undoes_another_is_reverted_with_it() {
        let dir = tree();
        let untouched = seen(dir.path());
        let changes = every_change(dir.path());
        commit(dir.path(), one("forth", &changes)).unwrap();
        let back: Vec<FileChange> = changes
            .into_iter()
            .map(|change| FileChange {
                before: change.after,
                after: change.before,
                rewrites: Vec::new(),
                ..change
            })
            .collect();
        commit(dir.path(), one("back", &back)).unwrap();
        revert(dir.path(), RevertScope::All, false).unwrap();
        assert_eq!(seen(dir.path()), untouched);
    }

    #[test]
    fn all_edited_files_are_named_and_nothing_is_written() {
        let dir = tree();
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        fs::write(dir.path().join("Makefile.pre.in"), "edited").unwrap();
        fs::remove_file(dir.path().join("Lib/new/run")).unwrap();
        let before = seen(dir.path());
        let error = revert(dir.path(), RevertScope::All, false).unwrap_err();
        assert_eq!(error.to_string(), "changed since pypatch wrote it: Lib/new/run, Makefile.pre.in");
        assert_eq!(seen(dir.path()), before);
    }

    #[test]
    fn a_file_that_the_user_added_to_a_new_directory_stays() {
        let dir = tree();
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        fs::write(dir.path().join("Lib/new/mine.py"), "mine").unwrap();
        revert(dir.path(), RevertScope::All, false).unwrap();
        assert_eq!(fs::read(dir.path().join("Lib/new/mine.py")).unwrap(), b"mine");
        assert!(!dir.path().join("Lib/new/deep").exists());
    }

    #[test]
    fn a_removed_file_is_restored_with_its_removed_directory() {
        let dir = tree();
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        fs::remove_dir_all(dir.path().join("Lib/plat")).unwrap();
        revert(dir.path(), RevertScope::All, false).unwrap();
        assert_eq!(fs::read(dir.path().join("Lib/plat/gone.py")).unwrap(), b"pass\n");
    }

    #[test]
    fn a_receipt_whose_undo_is_wrong_changes_nothing() {
        let dir = tree();
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        let path = dir.path().join(RECEIPT);
        let text =
            fs::read_to_string(&path).unwrap().replace(r#""text": "sharedmods\n""#, r#""text": "other\n""#);
        fs::write(&path, text).unwrap();
        let before = seen(dir.path());
        let error = revert(dir.path(), RevertScope::All, false).unwrap_err();
        assert!(matches!(error, ApplyError::Receipt { .. }), "{error}");
        assert_eq!(seen(dir.path()), before);
    }
}
