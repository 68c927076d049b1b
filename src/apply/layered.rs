//! Several layers become one change of the tree.
//!
//! A layer finds what those before it leave, of which nothing is on the disk yet. The receipt notes
//! each of them as if they were written one after the other; the tree goes from what it is to what
//! the last one leaves in one step.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::dirs::Dirs;
use super::place::{Dir, Found};
use super::receipt::{After, AppliedFile, AppliedLayer, Before, Layer, UndoRewrite};
use super::stage::Fresh;
use super::stamp::{Mode, Mtime};
use super::transaction::{Act, Change, Changes};
use crate::digest::Sha256Digest;
use crate::text::{self, Rewrite, Span};
use crate::tree::{FileChange, TreePath};

/// The layers so far.
pub(super) struct Layered<'a, 'f> {
    fresh: &'f Fresh,
    /// The files that are to be changed, as they are on the disk.
    on_disk: BTreeMap<&'a TreePath, Option<Found>>,
    /// In the order in which layers first change them.
    files: Vec<Pending<'a>>,
    /// Where in `files` each of them stands.
    places: BTreeMap<&'a TreePath, usize>,
    created: Vec<TreePath>,
    /// The mtimes of the directories that layers have touched.
    times: BTreeMap<Dir, Mtime>,
}

/// A file that layers change.
struct Pending<'a> {
    path: &'a TreePath,
    /// As it is on the disk.
    before: Option<(Found, Sha256Digest)>,
    /// As the layers so far leave it.
    left: Option<(Found, Sha256Digest)>,
    /// What leads from the one to the other; `None` for a file that comes and goes again.
    act: Option<Act<'a>>,
}

impl<'a, 'f> Layered<'a, 'f> {
    /// No layer yet, on a tree in which the files to be changed are `on_disk`.
    pub fn new(fresh: &'f Fresh, on_disk: BTreeMap<&'a TreePath, Option<Found>>) -> Layered<'a, 'f> {
        let times = BTreeMap::from([(Dir::Top, fresh.top)]);
        Layered { fresh, on_disk, files: Vec::new(), places: BTreeMap::new(), created: Vec::new(), times }
    }

    /// Adds a layer that makes `changes` and touches `dirs`; what the receipt notes of it.
    pub fn add(&mut self, layer: Layer, changes: &[&'a FileChange], dirs: Dirs) -> AppliedLayer {
        let files = changes.iter().map(|change| self.change(change)).collect();
        let directories = dirs.pass(&mut self.times, self.fresh.now);
        self.created.extend_from_slice(&dirs.created);
        let Layer { patchset, digest, source, pin, edits } = layer;
        AppliedLayer { patchset, digest, source, pin, edits, files, directories, created: dirs.created }
    }

    /// All layers as one change, and the mtime of the top directory after it.
    pub fn together(mut self) -> (Changes<'a>, Mtime) {
        let top = self.times.remove(&Dir::Top).unwrap_or(self.fresh.top);
        let below = |(dir, mtime)| match dir {
            Dir::Top => None,
            Dir::Below(path) => Some((path, mtime)),
        };
        let file =
            |file: Pending<'a>| Some(Change { path: file.path.clone(), before: file.before, act: file.act? });
        let changes = Changes {
            files: self.files.into_iter().filter_map(file).collect(),
            create: self.created,
            mtimes: self.times.into_iter().filter_map(below).collect(),
            ..Changes::default()
        };
        (changes, top)
    }

    /// One change of a layer; what is noted of it.
    fn change(&mut self, change: &'a FileChange) -> AppliedFile {
        let i = *self.places.entry(&change.path).or_insert_with(|| {
            let found = self.on_disk.get(&change.path).copied().flatten();
            let before = change.before.as_ref().zip(found).map(|(file, found)| (found, file.bytes.sha256()));
            self.files.push(Pending { path: &change.path, before, left: before, act: None });
            self.files.len() - 1
        });
        let file = &mut self.files[i];
        let (act, noted) = applied(change, file.left, self.fresh);
        file.left = noted.after.map(|after| {
            let mtime = match (&act, file.left) {
                (Act::SetMode(_), Some((found, _))) => found.mtime,
                _ => self.fresh.now,
            };
            let owner = file.left.map_or(self.fresh.owner, |(found, _)| found.owner);
            (Found { mode: after.mode, mtime, owner }, after.sha256)
        });
        file.act = joined(file.act.take(), act, file.before.is_some());
        noted
    }
}

/// One act for two that follow each other; `None` where both together do nothing.
fn joined<'a>(first: Option<Act<'a>>, second: Act<'a>, on_disk: bool) -> Option<Act<'a>> {
    match (first, second) {
        (Some(Act::Write { bytes, sha256, owner, mtime, .. }), Act::SetMode(mode)) => {
            Some(Act::Write { bytes, sha256, mode, owner, mtime })
        }
        (_, Act::Remove) if !on_disk => None,
        (_, second) => Some(second),
    }
}

/// One change of a file that is `before`: as it is made, and as it is noted.
fn applied<'a>(
    change: &'a FileChange,
    before: Option<(Found, Sha256Digest)>,
    fresh: &Fresh,
) -> (Act<'a>, AppliedFile) {
    let same_bytes =
        change.before.as_ref().map(|file| &file.bytes) == change.after.as_ref().map(|file| &file.bytes);
    let sha256 = match (&change.after, before) {
        (Some(_), Some((_, sha256))) if same_bytes => Some(sha256),
        (after, _) => after.as_ref().map(|file| file.bytes.sha256()),
    };
    let (act, after) = match (&change.after, sha256) {
        (Some(file), Some(sha256)) => {
            let mode = match before {
                Some((found, _)) => kept(found, fresh).with_executable(file.executable),
                None => fresh.mode(file.executable),
            };
            let act = if same_bytes {
                Act::SetMode(mode)
            } else {
                let owner = before.map(|(found, _)| found.owner);
                Act::Write { bytes: Cow::Borrowed(&file.bytes), sha256, mode, owner, mtime: fresh.now }
            };
            (act, Some(After { sha256, mode }))
        }
        _ => (Act::Remove, None),
    };
    let file = AppliedFile {
        path: change.path.clone(),
        before: before.map(|(found, sha256)| Before { sha256, mode: found.mode, mtime: found.mtime }),
        after,
        undo: undo_of(change),
    };
    (act, file)
}

/// The mode that a file keeps when it is replaced. Only root can keep someone else's ownership, and
/// a setuid file must not become one of another user.
fn kept(found: Found, fresh: &Fresh) -> Mode {
    let user = fresh.owner.0;
    let keeps_owner = user == 0 || found.owner.0 == user;
    if keeps_owner { found.mode } else { Mode::new(found.mode.bits() & 0o1777) }
}

/// What leads back from the contents after to those before.
fn undo_of(change: &FileChange) -> Vec<UndoRewrite> {
    let Some(before) = &change.before else { return Vec::new() };
    let after = change.after.as_ref().map_or(&[][..], |file| &file.bytes[..]);
    if before.bytes == after {
        return Vec::new();
    }
    let fits = |back: &Vec<Rewrite>| {
        let inside = back.iter().all(|rewrite| rewrite.span.end <= after.len());
        inside && text::apply(after, back).is_ok_and(|bytes| before.bytes == bytes)
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
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::path::Path;

    use super::super::error::ApplyError;
    use super::super::testing::{
        add, change, layer, one, remove, seen, set_executable, three_layers, tree, undated,
    };
    use super::super::{RECEIPT, Which, commit, revert, status};
    use super::*;
    use crate::tree::File;

    const NAMES: [&str; 3] = ["one", "two", "three"];

    fn at_once<'a>(names: &[&str], changes: &'a [Vec<FileChange>]) -> Vec<(Layer, &'a [FileChange])> {
        names.iter().map(|name| layer(name)).zip(changes.iter().map(|changes| &changes[..])).collect()
    }

    #[test]
    fn layers_at_once_are_as_one_by_one() {
        let changes = three_layers();
        for done in 0..2 {
            let (together, single) = (tree(), tree());
            for dir in [&together, &single] {
                // Only root can give it away; else it is one of ours.
                let _ = chown(dir.path().join("Lib/latin.py"), Some(4711), Some(4711));
                let setuid = Permissions::from_mode(0o4644);
                fs::set_permissions(dir.path().join("install-sh"), setuid).unwrap();
            }
            let untouched = seen(together.path());
            let mut left = vec![undated(&untouched)];
            for (name, changes) in NAMES.iter().zip(&changes) {
                commit(single.path(), one(name, changes)).unwrap();
                left.push(undated(&seen(single.path())));
            }
            for (name, changes) in NAMES.iter().zip(&changes).take(done) {
                commit(together.path(), one(name, changes)).unwrap();
            }
            commit(together.path(), at_once(&NAMES[done..], &changes[done..])).unwrap();
            assert_eq!(undated(&seen(together.path())), left[3]);
            assert_eq!(status(together.path()).unwrap(), status(single.path()).unwrap());

            // Off to any of the layers, and on again from there.
            for kept in (0..3).rev() {
                revert(together.path(), Which::Top, false).unwrap();
                assert_eq!(undated(&seen(together.path())), left[kept], "{kept}");
                commit(together.path(), at_once(&NAMES[kept..], &changes[kept..])).unwrap();
                assert_eq!(undated(&seen(together.path())), left[3], "{kept}");
                for _ in kept..3 {
                    revert(together.path(), Which::Top, false).unwrap();
                }
                assert_eq!(undated(&seen(together.path())), left[kept], "{kept}");
            }
            assert_eq!(seen(together.path()), untouched);
            commit(together.path(), at_once(&NAMES, &changes)).unwrap();
            revert(together.path(), Which::All, false).unwrap();
            assert_eq!(seen(together.path()), untouched);
        }
    }

    #[test]
    fn all_files_of_all_layers_get_one_time() {
        let dir = tree();
        let changes = three_layers();
        commit(dir.path(), at_once(&NAMES, &changes)).unwrap();
        let mtime = |path: &Path| Mtime::of(&fs::metadata(path).unwrap());
        let now = mtime(&dir.path().join(RECEIPT));
        for path in ["Makefile.pre.in", "Lib/latin.py", "Lib/new/run", "Modules/locked.c", "install-sh", "."]
        {
            assert_eq!(mtime(&dir.path().join(path)), now, "{path}");
        }
    }

    #[test]
    fn a_file_that_goes_and_comes_again_is_a_new_one() {
        let dir = tree();
        let changes = three_layers();
        let path = dir.path().join("Lib/plat/gone.py");
        let given = chown(&path, Some(4711), Some(4711)).is_ok();
        commit(dir.path(), at_once(&NAMES, &changes)).unwrap();
        let [new, top] = [&path, dir.path()].map(|path| fs::metadata(path).unwrap());
        assert_eq!(new.uid(), top.uid(), "given away: {given}");
        let added = fs::metadata(dir.path().join("Lib/new/deep/deeper/other.py")).unwrap();
        assert_eq!(Mode::of(&new), Mode::of(&added).with_executable(true));
    }

    #[test]
    fn a_layer_that_changes_nothing_is_not_noted() {
        let (dir, nothing) = (tree(), Vec::new());
        let changes = [change(dir.path(), "README", vec![Rewrite::insert(0, "x")])];
        let layers = vec![(layer("no"), &nothing[..]), (layer("yes"), &changes), (layer("nor"), &nothing)];
        commit(dir.path(), layers).unwrap();
        let status = status(dir.path()).unwrap().unwrap();
        assert_eq!(status.layers.iter().map(|layer| layer.patchset.as_str()).collect::<Vec<_>>(), ["yes"]);
    }

    #[test]
    fn layers_that_do_not_fit_each_other_write_nothing() {
        let dir = tree();
        let before = seen(dir.path());
        let refused = |first: FileChange, second: FileChange| {
            let changes = [vec![first], vec![second]];
            let error = commit(dir.path(), at_once(&NAMES[..2], &changes)).unwrap_err();
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
        other.before = Some(File { bytes: b"less".to_vec().into(), executable: false });
        assert!(changed(refused(add("x", b"", false), other)));

        let in_the_way = |error, at: &str| matches!(error, ApplyError::NotAFile(path) if path.as_str() == at);
        assert!(in_the_way(refused(add("x", b"", false), add("x/y/z", b"", false)), "x"));
        assert!(in_the_way(refused(add("x/y/z", b"", false), add("x", b"", false)), "x"));
        assert!(in_the_way(refused(remove(root, "README"), add("README/x", b"", false)), "README"));
    }

    #[test]
    fn an_undo_is_found_even_where_the_rewrites_are_wrong() {
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
