//! Joins several layers into one change of the tree.
//!
//! A layer starts from the result of the layers before it, of which nothing is on disk yet. The receipt
//! records each layer as if it was written by itself, so that each can be reverted by itself; on disk
//! each file goes in one step to what the last layer makes of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::dir::Dir;
use super::inspect::{self, FileInfo, Inode};
use super::receipt::{After, AppliedFile, AppliedLayer, Before, DirectoryTime, Layer, UndoRewrite};
use super::stage::StageInfo;
use super::stamp::{Mode, Mtime};
use super::touched_dirs::TouchedDirs;
use super::transaction::{Action, FileUpdate, TreeUpdate};
use crate::digest::Sha256Digest;
use crate::text::{self, Rewrite, Span};
use crate::tree::{File, FileChange, TreePath};

/// The layers that were added so far.
pub(super) struct JoinedLayers<'a, 'i> {
    info: &'i StageInfo,
    /// The files that layers change, as they are on disk.
    on_disk: BTreeMap<&'a TreePath, Option<FileInfo>>,
    /// The files in the order in which layers first change them.
    files: Vec<JoinedFile<'a>>,
    /// The index of each path in `files`.
    indices: BTreeMap<&'a TreePath, usize>,
    created: Vec<TreePath>,
    /// The mtimes that touched directories have after the layers so far.
    mtimes: BTreeMap<Dir, Mtime>,
}

/// A file that layers change.
struct JoinedFile<'a> {
    path: &'a TreePath,
    /// The file on disk.
    before: Option<(FileInfo, Sha256Digest)>,
    /// The file after the layers so far.
    after: Option<(FileInfo, Sha256Digest)>,
    /// What turns `before` into `after`; `None` for a file that one layer adds and another removes.
    action: Option<Action<'a>>,
}

impl<'a, 'i> JoinedLayers<'a, 'i> {
    /// Starts without layers, on a tree in which the files to change are `on_disk`.
    pub fn new(
        info: &'i StageInfo,
        on_disk: BTreeMap<&'a TreePath, Option<FileInfo>>,
    ) -> JoinedLayers<'a, 'i> {
        let mtimes = BTreeMap::from([(Dir::Top, info.top)]);
        JoinedLayers {
            info,
            on_disk,
            files: Vec::new(),
            indices: BTreeMap::new(),
            created: Vec::new(),
            mtimes,
        }
    }

    /// Adds a layer that makes `changes` in the directories `dirs`. Returns what the receipt records.
    pub fn add(&mut self, layer: Layer, changes: &[&'a FileChange], dirs: TouchedDirs) -> AppliedLayer {
        let (files, directories) = self.add_changes(changes, &dirs);
        AppliedLayer { layer, files, directories, created: dirs.created }
    }

    /// Adds `changes` in the directories `dirs`. Returns what became of the files and the directories.
    pub fn add_changes(
        &mut self,
        changes: &[&'a FileChange],
        dirs: &TouchedDirs,
    ) -> (Vec<AppliedFile>, Vec<DirectoryTime>) {
        let files = changes.iter().map(|change| self.change(change)).collect();
        let directories = dirs.pass(&mut self.mtimes, self.info.now);
        self.created.extend_from_slice(&dirs.created);
        (files, directories)
    }

    /// All layers as one change, and the mtime of the top directory after it.
    pub fn finish(mut self) -> (TreeUpdate<'a>, Mtime) {
        let top = self.mtimes.remove(&Dir::Top).unwrap_or(self.info.top);
        let below = |(dir, mtime)| match dir {
            Dir::Top => None,
            Dir::Below(path) => Some((path, mtime)),
        };
        let file = |JoinedFile { path, before, action, .. }: JoinedFile<'a>| {
            Some(FileUpdate { path: path.clone(), before, action: action? })
        };
        let update = TreeUpdate {
            files: self.files.into_iter().filter_map(file).collect(),
            create: self.created,
            mtimes: self.mtimes.into_iter().filter_map(below).collect(),
            ..TreeUpdate::default()
        };
        (update, top)
    }

    /// Adds one change of a layer. Returns what the receipt records.
    fn change(&mut self, change: &'a FileChange) -> AppliedFile {
        let i = *self.indices.entry(&change.path).or_insert_with(|| {
            let info = self.on_disk.get(&change.path).copied().flatten();
            let before = change.before.as_ref().zip(info).map(|(file, info)| (info, digest(file)));
            self.files.push(JoinedFile { path: &change.path, before, after: before, action: None });
            self.files.len() - 1
        });
        let file = &mut self.files[i];
        let (action, recorded) = action_for(change, file.after, self.info);
        file.after = recorded.after.map(|after| {
            let mtime = match (&action, file.after) {
                (Action::SetMode(_), Some((info, _))) => info.mtime,
                _ => self.info.now,
            };
            let owner = file.after.map_or(self.info.owner, |(info, _)| info.owner);
            (FileInfo { mode: after.mode, mtime, owner, inode: Inode::default() }, after.sha256)
        });
        file.action = combined(file.action.take(), action, file.before.is_some());
        recorded
    }
}

/// One action with the effect of two that follow each other; `None` where they cancel each other.
fn combined<'a>(first: Option<Action<'a>>, second: Action<'a>, on_disk: bool) -> Option<Action<'a>> {
    match (first, second) {
        (Some(Action::Write { bytes, sha256, owner, mtime, .. }), Action::SetMode(mode)) => {
            Some(Action::Write { bytes, sha256, mode, owner, mtime })
        }
        (_, Action::Remove) if !on_disk => None,
        (_, second) => Some(second),
    }
}

/// The action for one change of a file that is `before`, and what the receipt records.
fn action_for<'a>(
    change: &'a FileChange,
    before: Option<(FileInfo, Sha256Digest)>,
    info: &StageInfo,
) -> (Action<'a>, AppliedFile) {
    let contents = |file: &'a Option<File>| file.as_ref().map(|file| (&file.bytes, file.is_link));
    let same_bytes = contents(&change.before) == contents(&change.after);
    let (action, after) = match &change.after {
        None => (Action::Remove, None),
        Some(file) => {
            let kept = before.filter(|(old, _)| !old.mode.is_link());
            let kept = kept.map(|(old, _)| kept_mode(old, info).with_executable(file.executable));
            let mode = kept.unwrap_or_else(|| info.mode(file.executable));
            let mode = if file.is_link { Mode::LINK } else { mode };
            match before {
                Some((_, sha256)) if same_bytes => (Action::SetMode(mode), Some(After { sha256, mode })),
                _ => {
                    let (bytes, sha256) = (Cow::Borrowed(&file.bytes[..]), digest(file));
                    let owner = before.map(|(old, _)| old.owner);
                    let write = Action::Write { bytes, sha256, mode, owner, mtime: info.now };
                    (write, Some(After { sha256, mode }))
                }
            }
        }
    };
    let file = AppliedFile {
        path: change.path.clone(),
        before: before.map(|(old, sha256)| Before { sha256, mode: old.mode, mtime: old.mtime }),
        after,
        undo: undo_of(change),
    };
    (action, file)
}

/// The digest of a file, which is computed once for its contents.
fn digest(file: &File) -> Sha256Digest {
    if file.is_link { inspect::digest(Mode::LINK, &file.bytes) } else { file.bytes.sha256() }
}

/// The mode that a replaced file keeps. Without root the new file belongs to the user who runs pypatch,
/// and setuid or setgid must not pass from one owner to another.
fn kept_mode(old: FileInfo, info: &StageInfo) -> Mode {
    let user = info.owner.0;
    let keeps_owner = user == 0 || old.owner.0 == user;
    if keeps_owner { old.mode } else { Mode::new(old.mode.bits() & 0o1777) }
}

/// The rewrites that turn the contents after a change into those before.
fn undo_of(change: &FileChange) -> Vec<UndoRewrite> {
    let Some(before) = &change.before else { return Vec::new() };
    let after = change.after.as_ref().map_or(&[][..], |file| &file.bytes[..]);
    if before.bytes == after {
        return Vec::new();
    }
    let inside = |rewrites: &[Rewrite], len: usize| rewrites.iter().all(|rewrite| rewrite.span.end <= len);
    // A receipt must lead back whatever the plan says, so its rewrites are reversed only if that works.
    let reversed = Some(change.rewrites.as_slice())
        .filter(|rewrites| !rewrites.is_empty() && inside(rewrites, before.bytes.len()))
        .map(|rewrites| text::reverse(&before.bytes, rewrites))
        .filter(|back| {
            inside(back, after.len()) && text::apply(after, back).is_ok_and(|bytes| before.bytes == bytes)
        });
    reversed
        .unwrap_or_else(|| vec![difference(after, &before.bytes)])
        .into_iter()
        .map(|rewrite| UndoRewrite { at: rewrite.span.start, len: rewrite.span.len(), with: rewrite.with })
        .collect()
}

/// One rewrite that turns `from` into `to`: it replaces what is between their common start and end.
fn difference(from: &[u8], to: &[u8]) -> Rewrite {
    let start = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let end = from[start..].iter().rev().zip(to[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    Rewrite::replace(Span::new(start, from.len() - end), &to[start..to.len() - end])
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::path::Path;

    use super::super::error::ApplyError;
    use super::super::testing::{
        add, change, layer, one, remove, seen, set_executable, three_layers, tree, undated,
    };
    use super::super::{RECEIPT, RevertScope, commit, revert, status};
    use super::*;
    use crate::tree::File;

    const NAMES: [&str; 3] = ["one", "two", "three"];

    fn together<'a>(names: &[&str], changes: &'a [Vec<FileChange>]) -> Vec<(Layer, &'a [FileChange])> {
        names.iter().map(|name| layer(name)).zip(changes.iter().map(|changes| &changes[..])).collect()
    }

    #[test]
    fn joined_layers_give_the_same_tree_as_single_ones() {
        let changes = three_layers();
        for done in 0..2 {
            let (joined, single) = (tree(), tree());
            for dir in [&joined, &single] {
                // Only root can change the owner; for others the file stays their own.
                let _ = chown(dir.path().join("Lib/latin.py"), Some(4711), Some(4711));
                let setuid = Permissions::from_mode(0o4644);
                fs::set_permissions(dir.path().join("install-sh"), setuid).unwrap();
            }
            let untouched = seen(joined.path());
            let mut results = vec![undated(&untouched)];
            for (name, changes) in NAMES.iter().zip(&changes) {
                commit(single.path(), one(name, changes)).unwrap();
                results.push(undated(&seen(single.path())));
            }
            for (name, changes) in NAMES.iter().zip(&changes).take(done) {
                commit(joined.path(), one(name, changes)).unwrap();
            }
            commit(joined.path(), together(&NAMES[done..], &changes[done..])).unwrap();
            assert_eq!(undated(&seen(joined.path())), results[3]);
            assert_eq!(status(joined.path()).unwrap(), status(single.path()).unwrap());

            // Revert to each of the layers, and apply the others again.
            for kept in (0..3).rev() {
                revert(joined.path(), RevertScope::Top, false).unwrap();
                assert_eq!(undated(&seen(joined.path())), results[kept], "{kept}");
                commit(joined.path(), together(&NAMES[kept..], &changes[kept..])).unwrap();
                assert_eq!(undated(&seen(joined.path())), results[3], "{kept}");
                for _ in kept..3 {
                    revert(joined.path(), RevertScope::Top, false).unwrap();
                }
                assert_eq!(undated(&seen(joined.path())), results[kept], "{kept}");
            }
            assert_eq!(seen(joined.path()), untouched);
            commit(joined.path(), together(&NAMES, &changes)).unwrap();
            revert(joined.path(), RevertScope::All, false).unwrap();
            assert_eq!(seen(joined.path()), untouched);
        }
    }

    #[test]
    fn the_files_of_all_layers_get_one_mtime() {
        let dir = tree();
        let changes = three_layers();
        commit(dir.path(), together(&NAMES, &changes)).unwrap();
        let mtime = |path: &Path| Mtime::of(&fs::metadata(path).unwrap());
        let now = mtime(&dir.path().join(RECEIPT));
        for path in ["Makefile.pre.in", "Lib/latin.py", "Lib/new/run", "Modules/locked.c", "install-sh", "."]
        {
            assert_eq!(mtime(&dir.path().join(path)), now, "{path}");
        }
    }

    #[test]
    fn a_file_removed_and_added_again_is_a_new_file() {
        let dir = tree();
        let changes = three_layers();
        let path = dir.path().join("Lib/plat/gone.py");
        let given = chown(&path, Some(4711), Some(4711)).is_ok();
        commit(dir.path(), together(&NAMES, &changes)).unwrap();
        let [new, top] = [&path, dir.path()].map(|path| fs::metadata(path).unwrap());
        assert_eq!(new.uid(), top.uid(), "given away: {given}");
        let added = fs::metadata(dir.path().join("Lib/new/deep/deeper/other.py")).unwrap();
        assert_eq!(Mode::of(&new), Mode::of(&added).with_executable(true));
    }

    #[test]
    fn a_layer_that_changes_nothing_is_not_recorded() {
        let (dir, nothing) = (tree(), Vec::new());
        let changes = [change(dir.path(), "README", vec![Rewrite::insert(0, "x")])];
        let layers =
            vec![(layer("first"), &nothing[..]), (layer("second"), &changes), (layer("third"), &nothing)];
        commit(dir.path(), layers).unwrap();
        let status = status(dir.path()).unwrap().unwrap();
        assert_eq!(
            status.layers.iter().map(|layer| layer.layer.patchset.as_str()).collect::<Vec<_>>(),
            ["second"]
        );
    }

    #[test]
    fn layers_that_contradict_each_other_write_nothing() {
        let dir = tree();
        let before = seen(dir.path());
        let refused = |first: FileChange, second: FileChange| {
            let changes = [vec![first], vec![second]];
            let error = commit(dir.path(), together(&NAMES[..2], &changes)).unwrap_err();
            assert_eq!(seen(dir.path()), before, "{error}");
            error
        };
        let changed = |error| matches!(error, ApplyError::Changed(paths) if paths.len() == 1);
        let root = dir.path();
        let edit = || change(root, "README", vec![Rewrite::insert(0, "x")]);
        assert!(changed(refused(edit(), edit())));
        assert!(changed(refused(edit(), remove(root, "README"))));
        assert!(changed(refused(remove(root, "README"), set_executable(root, "README", true))));
        assert!(changed(refused(add("x", b"", false), add("x", b"", false))));
        let mut other = add("x", b"more", false);
        other.before = Some(File::new(b"less".to_vec(), false));
        assert!(changed(refused(add("x", b"", false), other)));

        let wrong_type =
            |error, at: &str| matches!(error, ApplyError::WrongType(path) if path.as_str() == at);
        assert!(wrong_type(refused(add("x", b"", false), add("x/y/z", b"", false)), "x"));
        assert!(wrong_type(refused(add("x/y/z", b"", false), add("x", b"", false)), "x"));
        let turns = |error, at: &str| matches!(error, ApplyError::Turns(path) if path.as_str() == at);
        assert!(turns(refused(remove(root, "README"), add("README/x", b"", false)), "README"));
        assert!(turns(refused(remove(root, "Modules/locked.c"), add("Modules", b"", false)), "Modules"));
    }

    #[test]
    fn an_undo_is_found_even_if_the_rewrites_are_wrong() {
        let dir = tree();
        for rewrites in [Vec::new(), vec![Rewrite::insert(2, "?")], vec![Rewrite::insert(900, "?")]] {
            let mut change = change(dir.path(), "Modules/locked.c", Vec::new());
            change.after.as_mut().unwrap().bytes = b"int yy;".to_vec().into();
            change.rewrites = rewrites;
            assert_eq!(undo_of(&change), [UndoRewrite { at: 4, len: 2, with: b"x".to_vec() }]);
        }
        for (from, to) in [("", "a"), ("a", ""), ("aa", "a"), ("aba", "abba"), ("x", "x")] {
            let rewrite = difference(from.as_bytes(), to.as_bytes());
            assert_eq!(text::apply(from.as_bytes(), &[rewrite]).unwrap(), to.as_bytes());
        }
    }
}
