//! Takes back what was applied.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use super::commit::receipt_change;
use super::disk::Disk;
use super::error::ApplyError;
use super::lock::LockedTree;
use super::place::{self, Dir};
use super::receipt::{AppliedFile, AppliedLayer, Before, RECEIPT, Receipt};
use super::recover::recover_locked;
use super::stamp::Mtime;
use super::status::{Examined, FileState, FileStatus, examine, expected};
use super::transaction::{self, Act, Change, Changes};
use crate::tree::TreePath;

/// How much is to be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Everything.
    All,
    /// What was applied last.
    Top,
}

/// What was taken back, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reverted {
    /// The ids of the patchsets, in the order in which they were taken back.
    pub patchsets: Vec<String>,
    /// The files that this changes.
    pub files: Vec<TreePath>,
    /// The ids of the patchsets that stay applied, the oldest first.
    pub remaining: Vec<String>,
}

/// Takes patchsets off the tree `root`: contents, modes, mtimes of files and directories become what
/// they were. With `dry_run` it does everything but write.
///
/// # Errors
/// [`ApplyError::Drifted`] with every touched file that is not as pypatch left it, or any other
/// [`ApplyError`]; nothing was changed then.
pub fn revert(root: &Path, which: Which, dry_run: bool) -> Result<Reverted, ApplyError> {
    revert_on(&Disk::default(), root, which, dry_run)
}

pub(super) fn revert_on(
    disk: &Disk<'_>,
    root: &Path,
    which: Which,
    dry_run: bool,
) -> Result<Reverted, ApplyError> {
    let tree = LockedTree::take(root)?;
    recover_locked(disk, &tree)?;
    let Some((receipt, receipt_found, receipt_sha256)) = Receipt::load(root)? else {
        return Err(ApplyError::NoReceipt(root.to_owned()));
    };
    let mut layers = receipt.layers;
    let kept = if which == Which::All { 0 } else { layers.len() - 1 };
    let mut changes = Changes { files: file_changes(root, &layers, kept)?, ..Changes::default() };
    let off = layers.split_off(kept);
    let (times, top) = times_before(&off);
    changes.remove = off.iter().flat_map(|layer| &layer.created).cloned().collect();
    changes.remove.sort_by(|a, b| b.cmp(a));
    changes.create = missing_dirs(root, &changes.files)?;
    for (path, mtime) in times {
        let stays = !changes.remove.contains(&path);
        let there = changes.create.contains(&path) || place::dir(root, &Dir::Below(path.clone()))?.is_some();
        if stays && there {
            changes.mtimes.push((path, mtime));
        }
    }
    let reverted = Reverted {
        patchsets: off.into_iter().rev().map(|layer| layer.patchset).collect(),
        files: changes.files.iter().map(|change| change.path.clone()).collect(),
        remaining: layers.iter().map(|layer| layer.patchset.clone()).collect(),
    };
    if !dry_run {
        let before = Some((receipt_found, receipt_sha256));
        transaction::run(disk, &tree, |fresh| {
            changes.files.push(if layers.is_empty() {
                Change { path: Receipt::path(), before, act: Act::Remove }
            } else {
                receipt_change(&Receipt::new(layers), before, fresh)
            });
            Ok((changes, top.unwrap_or(fresh.top), ()))
        })?;
    }
    Ok(reverted)
}

/// What taking off all layers but the first `kept` comes to for each file.
fn file_changes<'a>(
    root: &Path,
    layers: &[AppliedLayer],
    kept: usize,
) -> Result<Vec<Change<'a>>, ApplyError> {
    let mut touched: BTreeMap<&TreePath, Vec<&AppliedFile>> = BTreeMap::new();
    for file in layers[kept..].iter().rev().flat_map(|layer| &layer.files) {
        touched.entry(&file.path).or_default().push(file);
    }
    let expected = expected(layers);
    let mut changes = Vec::with_capacity(touched.len() + 1);
    let mut drifted = Vec::new();
    for (path, files) in touched {
        let examined = examine(root, path, expected[path])?;
        if examined.state == FileState::AsApplied {
            let change = file_change(path, &files, expected[path].map(|after| after.sha256), examined);
            let damaged = |why| ApplyError::Receipt { path: root.join(RECEIPT), why };
            changes.extend(change.map_err(damaged)?);
        } else {
            drifted.push(FileStatus { path: path.clone(), state: examined.state });
        }
    }
    if drifted.is_empty() { Ok(changes) } else { Err(ApplyError::Drifted(drifted)) }
}

/// Takes one file back through `files`, its changes from the last to the first.
fn file_change<'a>(
    path: &TreePath,
    files: &[&AppliedFile],
    sha256: Option<crate::digest::Sha256Digest>,
    examined: Examined,
) -> Result<Option<Change<'a>>, String> {
    let only_mode = files.iter().all(|file| file.only_mode());
    let now = examined.found.zip(sha256);
    let mut bytes = examined.bytes;
    for file in files {
        if !file.only_mode() {
            bytes = file.restored(&bytes)?;
        }
    }
    let before: Option<Before> = files.last().and_then(|file| file.before);
    let act = match (before, now) {
        (Some(before), Some(_)) if only_mode => Act::SetMode(before.mode),
        (Some(Before { sha256, mode, mtime }), _) => {
            let owner = now.map(|(found, _)| found.owner);
            Act::Write { bytes: Cow::Owned(bytes), sha256, mode, owner, mtime }
        }
        (None, Some(_)) => Act::Remove,
        // One layer added it, a later one removed it again.
        (None, None) => return Ok(None),
    };
    Ok(Some(Change { path: path.clone(), before: now, act }))
}

/// The mtimes of directories before the first of `layers`; the one of the top stands apart.
fn times_before(layers: &[AppliedLayer]) -> (BTreeMap<TreePath, Mtime>, Option<Mtime>) {
    let mut times = BTreeMap::new();
    let mut top = None;
    for time in layers.iter().rev().flat_map(|layer| &layer.directories) {
        match &time.path {
            Dir::Top => top = Some(time.mtime),
            Dir::Below(path) => {
                times.insert(path.clone(), time.mtime);
            }
        }
    }
    (times, top)
}

/// The directories that someone removed since, and that files are to come back to.
fn missing_dirs(root: &Path, changes: &[Change<'_>]) -> Result<Vec<TreePath>, ApplyError> {
    let mut missing = std::collections::BTreeSet::new();
    let comes_back = |change: &&Change| change.before.is_none() && matches!(change.act, Act::Write { .. });
    for change in changes.iter().filter(comes_back) {
        if let Some(first) = place::first_missing_dir(root, &change.path)? {
            missing.extend(change.path.ancestors().filter(|dir| dir.as_str().len() >= first.as_str().len()));
        }
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
    fn apply_and_revert_leave_the_tree_as_it_was() {
        let dir = tree();
        let untouched = seen(dir.path());
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        let applied = seen(dir.path());
        let dry = revert(dir.path(), Which::All, true).unwrap();
        assert_eq!(seen(dir.path()), applied);
        assert_eq!(revert(dir.path(), Which::All, false).unwrap(), dry);
        assert_eq!(seen(dir.path()), untouched);
        assert!(matches!(revert(dir.path(), Which::All, false), Err(ApplyError::NoReceipt(_))));
    }

    #[test]
    fn layers_come_off_one_by_one() {
        let dir = tree();
        let untouched = seen(dir.path());
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        let tree_alone =
            |seen: &str| seen.lines().filter(|line| !line.starts_with(RECEIPT)).collect::<String>();
        let receipt = || fs::read(dir.path().join(RECEIPT)).unwrap();
        let (first, first_receipt) = (seen(dir.path()), receipt());
        commit(dir.path(), one("two", &more_changes(dir.path()))).unwrap();
        let top = revert(dir.path(), Which::Top, false).unwrap();
        assert_eq!((top.patchsets, top.remaining), (vec!["two".to_owned()], vec!["one".to_owned()]));
        assert_eq!(tree_alone(&seen(dir.path())), tree_alone(&first));
        assert_eq!(receipt(), first_receipt);
        revert(dir.path(), Which::Top, false).unwrap();
        assert_eq!(seen(dir.path()), untouched);
    }

    #[test]
    fn all_layers_come_off_at_once() {
        let dir = tree();
        let untouched = seen(dir.path());
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        commit(dir.path(), one("two", &more_changes(dir.path()))).unwrap();
        assert_eq!(revert(dir.path(), Which::All, false).unwrap().patchsets, ["two", "one"]);
        assert_eq!(seen(dir.path()), untouched);
    }

    #[test]
    fn a_layer_that_undoes_another_comes_off_with_it() {
        let dir = tree();
        let untouched = seen(dir.path());
        let changes = every_change(dir.path());
        commit(dir.path(), one("there", &changes)).unwrap();
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
        revert(dir.path(), Which::All, false).unwrap();
        assert_eq!(seen(dir.path()), untouched);
    }

    #[test]
    fn edited_files_are_all_named_and_nothing_is_written() {
        let dir = tree();
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        fs::write(dir.path().join("Makefile.pre.in"), "edited").unwrap();
        fs::remove_file(dir.path().join("Lib/new/run")).unwrap();
        let before = seen(dir.path());
        let error = revert(dir.path(), Which::All, false).unwrap_err();
        assert_eq!(error.to_string(), "not as pypatch left it: Lib/new/run, Makefile.pre.in");
        assert_eq!(seen(dir.path()), before);
    }

    #[test]
    fn what_the_user_put_into_a_new_directory_stays() {
        let dir = tree();
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        fs::write(dir.path().join("Lib/new/mine.py"), "mine").unwrap();
        revert(dir.path(), Which::All, false).unwrap();
        assert_eq!(fs::read(dir.path().join("Lib/new/mine.py")).unwrap(), b"mine");
        assert!(!dir.path().join("Lib/new/deep").exists());
    }

    #[test]
    fn a_removed_file_comes_back_into_a_directory_that_is_gone() {
        let dir = tree();
        commit(dir.path(), one("one", &every_change(dir.path()))).unwrap();
        fs::remove_dir_all(dir.path().join("Lib/plat")).unwrap();
        revert(dir.path(), Which::All, false).unwrap();
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
        let error = revert(dir.path(), Which::All, false).unwrap_err();
        assert!(matches!(error, ApplyError::Receipt { .. }), "{error}");
        assert_eq!(seen(dir.path()), before);
    }
}
