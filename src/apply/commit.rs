//! A planned change becomes what is on the disk.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

use super::dirs::Dirs;
use super::disk::Disk;
use super::error::ApplyError;
use super::lock::LockedTree;
use super::place::{self, Found};
use super::receipt::{After, AppliedFile, AppliedLayer, Before, Layer, Receipt, UndoRewrite};
use super::recover::recover_locked;
use super::stage::Fresh;
use super::stamp::Mode;
use super::status::{FileState, FileStatus, examine, expected};
use super::transaction::{self, Act, Change, Changes};
use crate::digest::Sha256Digest;
use crate::text::{self, Rewrite, Span};
use crate::tree::{File, FileChange};

/// What committing a change came to.
#[derive(Debug)]
pub enum Committed {
    /// The change was empty: nothing was written, not even a receipt.
    NothingToDo,
    /// The tree is changed; its receipt, of which the last layer is new.
    Applied(Receipt),
}

/// Makes `changes` in the directory `root`, and notes them in its receipt as one more layer.
///
/// All replaced and added files get the same mtime: now. Modes, owners and the mtimes of all other
/// files stay. Anything that an interrupted process left is dealt with first, as
/// [`recover`](super::recover()) does.
///
/// # Errors
/// [`ApplyError`]; nothing was changed then.
pub fn commit(root: &Path, changes: &[FileChange], layer: Layer) -> Result<Committed, ApplyError> {
    commit_on(&Disk::default(), root, changes, layer)
}

pub(super) fn commit_on(
    disk: &Disk<'_>,
    root: &Path,
    changes: &[FileChange],
    layer: Layer,
) -> Result<Committed, ApplyError> {
    let tree = LockedTree::take(root)?;
    recover_locked(disk, &tree)?;
    let changes: Vec<&FileChange> = changes.iter().filter(|change| change.before != change.after).collect();
    if changes.is_empty() {
        return Ok(Committed::NothingToDo);
    }
    let found = check(root, &changes)?;
    let old_receipt = Receipt::load(root)?;
    if let Some((receipt, ..)) = &old_receipt {
        // A layer over an edit by hand would hide it, and the layers below could not be reverted.
        refuse_drift(root, &receipt.layers, &changes)?;
    }
    let dirs = Dirs::touched(root, &changes, old_receipt.is_none())?;
    let receipt = transaction::run(disk, &tree, |fresh| {
        let mut planned = Changes { create: dirs.created.clone(), ..Changes::default() };
        let mut files = Vec::with_capacity(changes.len() + 1);
        for (change, found) in changes.iter().zip(&found) {
            let (change, file) = applied(change, *found, fresh);
            planned.files.push(change);
            files.push(file);
        }
        let (times, top) = dirs.times(fresh);
        planned.mtimes = times;
        let Layer { patchset, digest, source, pin, edits } = layer;
        let (directories, created) = (dirs.before(fresh), dirs.created.clone());
        let layer = AppliedLayer { patchset, digest, source, pin, edits, files, directories, created };
        let (mut layers, before) = match old_receipt {
            Some((receipt, found, sha256)) => (receipt.layers, Some((found, sha256))),
            None => (Vec::new(), None),
        };
        layers.push(layer);
        let receipt = Receipt::new(layers);
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
    let act = Act::Write { bytes: Cow::Owned(bytes), sha256, mode, mtime: fresh.now };
    Change { path: Receipt::path(), before, act }
}

/// Refuses to touch a file that is not as an earlier layer left it.
fn refuse_drift(root: &Path, layers: &[AppliedLayer], changes: &[&FileChange]) -> Result<(), ApplyError> {
    let expected = expected(layers);
    let mut drifted = Vec::new();
    for change in changes {
        if let Some(after) = expected.get(&change.path) {
            let state = examine(root, &change.path, *after)?.state;
            if state != FileState::AsApplied {
                drifted.push(FileStatus { path: change.path.clone(), state });
            }
        }
    }
    if drifted.is_empty() { Ok(()) } else { Err(ApplyError::Drifted(drifted)) }
}

/// Compares every file with what the plan saw.
fn check(root: &Path, changes: &[&FileChange]) -> Result<Vec<Option<Found>>, ApplyError> {
    let mut paths = BTreeSet::new();
    let mut all = Vec::with_capacity(changes.len());
    let mut differing = Vec::new();
    for change in changes {
        let path = &change.path;
        if !paths.insert(path) {
            return Err(ApplyError::Twice(path.clone()));
        }
        if path.as_str().starts_with(".pypatch-") {
            return Err(ApplyError::Reserved(path.clone()));
        }
        let found = place::file(root, path)?;
        let same = match (&change.before, &found) {
            (None, None) => true,
            (Some(File { bytes, executable }), Some(found)) => {
                *executable == found.mode.executable() && *bytes == place::read(root, path)?
            }
            _ => false,
        };
        if !same {
            differing.push(path.clone());
        }
        all.push(found);
    }
    if differing.is_empty() { Ok(all) } else { Err(ApplyError::Changed(differing)) }
}

/// One change as it is made, and as it is noted.
fn applied<'a>(change: &'a FileChange, found: Option<Found>, fresh: &Fresh) -> (Change<'a>, AppliedFile) {
    let path = change.path.clone();
    let before =
        change.before.as_ref().zip(found).map(|(file, found)| (found, Sha256Digest::of(&file.bytes)));
    let same_bytes =
        change.before.as_ref().map(|file| &file.bytes) == change.after.as_ref().map(|file| &file.bytes);
    let sha256 = match (&change.after, before) {
        (Some(_), Some((_, sha256))) if same_bytes => Some(sha256),
        (after, _) => after.as_ref().map(|file| Sha256Digest::of(&file.bytes)),
    };
    let (act, after) = match (&change.after, sha256) {
        (Some(file), Some(sha256)) => {
            let mode = match found {
                Some(found) => kept(found, fresh).with_executable(file.executable),
                None => fresh.mode(file.executable),
            };
            let act = if same_bytes {
                Act::SetMode(mode)
            } else {
                Act::Write { bytes: Cow::Borrowed(&file.bytes), sha256, mode, mtime: fresh.now }
            };
            (act, Some(After { sha256, mode }))
        }
        _ => (Act::Remove, None),
    };
    let file = AppliedFile {
        path: path.clone(),
        before: before.map(|(found, sha256)| Before { sha256, mode: found.mode, mtime: found.mtime }),
        after,
        undo: undo_of(change),
    };
    (Change { path, before, act }, file)
}

/// The mode that a file keeps when it is replaced. Only root can keep someone else's ownership, and
/// a setuid file must not become one of another user.
fn kept(found: Found, fresh: &Fresh) -> Mode {
    let keeps_owner = fresh.user == 0 || found.owner.0 == fresh.user;
    if keeps_owner { found.mode } else { Mode::new(found.mode.bits() & 0o1777) }
}

/// What leads back from the contents after to those before.
fn undo_of(change: &FileChange) -> Vec<UndoRewrite> {
    let Some(before) = &change.before else { return Vec::new() };
    let after = change.after.as_ref().map_or(&[][..], |file| &file.bytes);
    if before.bytes == after {
        return Vec::new();
    }
    let fits = |back: &Vec<Rewrite>| {
        let inside = back.iter().all(|rewrite| rewrite.span.end <= after.len());
        inside && text::apply(after, back).is_ok_and(|bytes| bytes == before.bytes)
    };
    let inside = change.rewrites.iter().all(|rewrite| rewrite.span.end <= before.bytes.len());
    let back = Some(change.rewrites.as_slice())
        .filter(|rewrites| inside && !rewrites.is_empty())
        .map(|rewrites| text::reverse(&before.bytes, rewrites))
        .filter(fits)
        .unwrap_or_else(|| vec![difference(after, &before.bytes)]);
    back.into_iter()
        .map(|rewrite| UndoRewrite { at: rewrite.span.start, len: rewrite.span.len(), with: rewrite.with })
        .collect()
}

/// One rewrite that leads from `from` to `to`: what lies between their common beginning and end.
fn difference(from: &[u8], to: &[u8]) -> Rewrite {
    let start = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let end = from[start..].iter().rev().zip(to[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    Rewrite::replace(Span::new(start, from.len() - end), &to[start..to.len() - end])
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::super::stamp::Mtime;
    use super::super::testing::{add, change, every_change, layer, remove, seen, tree};
    use super::*;

    fn refused(root: &Path, changes: &[FileChange]) -> ApplyError {
        let before = seen(root);
        let error = commit(root, changes, layer("one")).unwrap_err();
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
        assert!(matches!(commit(dir.path(), &changes, layer("one")).unwrap(), Committed::Applied(_)));
        for change in &changes {
            let path = change.path.below(dir.path());
            match &change.after {
                Some(file) => assert_eq!(fs::read(path).unwrap(), file.bytes),
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
        let committed = commit(dir.path(), &[nothing], layer("one")).unwrap();
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
        commit(dir.path(), &[change], layer("one")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o4755);
        assert_eq!(fs::read(dir.path().join("second")).unwrap(), b"untouched");
    }

    #[test]
    fn an_undo_is_found_even_where_the_rewrites_are_wrong() {
        let dir = tree();
        for rewrites in [Vec::new(), vec![Rewrite::insert(2, "?")], vec![Rewrite::insert(900, "?")]] {
            let mut change = change(dir.path(), "Modules/locked.c", Vec::new());
            change.after.as_mut().unwrap().bytes = b"int yy;".to_vec();
            change.rewrites = rewrites;
            assert_eq!(undo_of(&change), [UndoRewrite { at: 4, len: 2, with: b"x".to_vec() }]);
        }
        for (from, to) in [("", "a"), ("a", ""), ("aa", "a"), ("aba", "abba"), ("x", "x")] {
            let rewrite = difference(from.as_bytes(), to.as_bytes());
            assert_eq!(text::apply(from.as_bytes(), &[rewrite]).unwrap(), to.as_bytes());
        }
    }
}
