//! A small tree to change, and comparison of trees including mtimes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::commit::commit_on;
use super::disk::Disk;
use super::receipt::Layer;
use super::stamp::{Mode, Mtime};
use crate::digest::Sha256Digest;
use crate::text::{self, Rewrite, Span};
use crate::tree::{self, FileChange};

/// The tree: path, mode, contents.
const FILES: [(&str, u32, &[u8]); 7] = [
    ("Makefile.pre.in", 0o644, b"all:\t$(BUILDPYTHON) oldsharedmods sharedmods\n"),
    ("README", 0o600, b"untouched"),
    ("Lib/latin.py", 0o664, b"# Martin v. L\xf6wis\r\nx = 1\r\n"),
    ("Lib/plat/gone.py", 0o640, b"pass\n"),
    ("Lib/plat/stays.py", 0o644, b""),
    ("Modules/locked.c", 0o444, b"int x;"),
    ("install-sh", 0o644, b"#!/bin/sh\n"),
];

/// Writes the tree; every file and directory has its own mtime, with nanoseconds.
pub(super) fn tree() -> TempDir {
    // Thousands of trees are made; in memory that takes seconds.
    let dir = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    for (path, mode, bytes) in FILES {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
    }
    let dirs = ["Lib/plat", "Lib", "Modules", "."];
    for (i, path) in (0..).zip(FILES.iter().map(|(path, ..)| path).chain(&dirs)) {
        let mtime = SystemTime::UNIX_EPOCH + Duration::new(1_158_654_321 + i, 123_456_789);
        File::open(dir.path().join(path)).unwrap().set_modified(mtime).unwrap();
    }
    dir
}

/// The change of one file of the tree, from what is on the disk.
pub(super) fn change(root: &Path, path: &str, rewrites: Vec<Rewrite>) -> FileChange {
    let before = on_disk(root, path);
    let bytes = text::apply(&before.bytes, &rewrites).unwrap();
    let after = Some(tree::File { bytes: bytes.into(), ..before.clone() });
    FileChange { path: path.parse().unwrap(), before: Some(before), after, rewrites }
}

/// The removal of a file.
pub(super) fn remove(root: &Path, path: &str) -> FileChange {
    let before = Some(on_disk(root, path));
    FileChange { path: path.parse().unwrap(), before, after: None, rewrites: Vec::new() }
}

/// A new file.
pub(super) fn add(path: &str, bytes: &[u8], executable: bool) -> FileChange {
    let after = Some(tree::File::new(bytes, executable));
    FileChange { path: path.parse().unwrap(), before: None, after, rewrites: Vec::new() }
}

/// A new symbolic link.
pub(super) fn add_link(path: &str, target: &str) -> FileChange {
    FileChange { after: Some(tree::File::link(target.as_bytes())), ..add(path, b"", false) }
}

/// The removal of a symbolic link.
pub(super) fn remove_link(path: &str, target: &str) -> FileChange {
    let FileChange { path, after, .. } = add_link(path, target);
    FileChange { path, before: after, after: None, rewrites: Vec::new() }
}

/// A change of nothing but the execute bit.
pub(super) fn set_executable(root: &Path, path: &str, executable: bool) -> FileChange {
    let mut change = change(root, path, Vec::new());
    change.after.as_mut().unwrap().executable = executable;
    change
}

fn on_disk(root: &Path, path: &str) -> tree::File {
    let path = root.join(path);
    let executable = Mode::of(&fs::metadata(&path).unwrap()).executable();
    tree::File::new(fs::read(path).unwrap(), executable)
}

/// Every kind of change at once.
pub(super) fn every_change(root: &Path) -> Vec<FileChange> {
    vec![
        change(root, "Makefile.pre.in", vec![Rewrite::remove(Span::new(34, 45))]),
        change(
            root,
            "Lib/latin.py",
            vec![Rewrite::replace(Span::new(13, 14), b"\xe4\xff"), Rewrite::insert(19, "y")],
        ),
        add("Lib/new/deep/added.py", b"import os\n", false),
        add("Lib/new/run", b"#!/bin/sh\n", true),
        remove(root, "Lib/plat/gone.py"),
        change(root, "Modules/locked.c", vec![Rewrite::insert(6, "\n")]),
        set_executable(root, "install-sh", true),
        add_link("Lib/alias", "latin.py"),
        add_link("Lib/linked", "plat/stays.py"),
    ]
}

/// A second patchset on top of [`every_change`].
pub(super) fn more_changes(root: &Path) -> Vec<FileChange> {
    vec![
        change(root, "Makefile.pre.in", vec![Rewrite::insert(0, "# twice\n")]),
        remove(root, "Lib/new/deep/added.py"),
        add("Lib/plat/gone.py", b"back\n", false),
        set_executable(root, "Lib/latin.py", true),
        set_executable(root, "README", true),
        add("top/new", b"", false),
        remove_link("Lib/alias", "latin.py"),
        add_link("top/link", "../Lib"),
    ]
}

/// A third patchset on top of both: it repeats, changes or reverts their changes.
pub(super) fn most_changes(root: &Path) -> Vec<FileChange> {
    vec![
        change(root, "Modules/locked.c", vec![Rewrite::remove(Span::new(6, 7))]),
        change(root, "install-sh", vec![Rewrite::insert(10, "exit\n")]),
        change(root, "Makefile.pre.in", vec![Rewrite::insert(0, "# thrice\n")]),
        set_executable(root, "Lib/latin.py", false),
        set_executable(root, "README", false),
        set_executable(root, "Lib/new/run", false),
        set_executable(root, "Lib/plat/gone.py", true),
        add("Lib/new/deep/deeper/other.py", b"", false),
        remove(root, "top/new"),
        add("Lib/alias", b"latin.py", false),
        remove_link("top/link", "../Lib"),
    ]
}

/// The changes of the three patchsets, planned on [`tree`] before anything is written.
pub(super) fn three_layers() -> [Vec<FileChange>; 3] {
    let dir = tree();
    [every_change, more_changes, most_changes].map(|changes| {
        let changes = changes(dir.path());
        commit_on(&Disk::hooked(|_, _| Ok(())), dir.path(), one("planned", &changes)).unwrap();
        changes
    })
}

/// A layer with this name.
pub(super) fn layer(patchset: &str) -> Layer {
    Layer {
        patchset: patchset.to_owned(),
        digest: Sha256Digest::of(patchset.as_bytes()),
        source: "./Python-2.5".to_owned(),
        pin: Some("python-2.5".to_owned()),
        edits: vec!["no-sharedmods".to_owned()],
        left_out: Vec::new(),
    }
}

/// One layer with this name and these changes.
pub(super) fn one<'a>(patchset: &str, changes: &'a [FileChange]) -> Vec<(Layer, &'a [FileChange])> {
    vec![(layer(patchset), changes)]
}

/// Everything that can be seen of a tree: a line for each file and directory.
pub(super) fn seen(root: &Path) -> String {
    let mut seen = BTreeMap::new();
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        let mtime = Mtime::of(&metadata);
        let text = if metadata.is_file() {
            fs::read(entry.path()).unwrap().escape_ascii().to_string()
        } else if metadata.is_symlink() {
            format!("-> {}", fs::read_link(entry.path()).unwrap().display())
        } else {
            "/".to_owned()
        };
        let path = entry.path().strip_prefix(root).unwrap().display().to_string();
        let (mode, user, group) = (Mode::of(&metadata), metadata.uid(), metadata.gid());
        seen.insert(path, format!("{mode} {user}:{group} {mtime} {text}"));
    }
    seen.into_iter().fold(String::new(), |mut all, (path, line)| {
        writeln!(all, "{path}: {line}").unwrap();
        all
    })
}

/// `seen` with `new` in place of every time later than those of [`tree`], so that two runs can be compared.
pub(super) fn undated(seen: &str) -> String {
    let is_time = |text: &&str| text.parse::<Mtime>().is_ok() && *text > "1158700000";
    let words = seen.split_inclusive([' ', '"', '\\', '\n']);
    let mut out = String::with_capacity(seen.len());
    for word in words {
        let end = word.len() - 1;
        match Some(&word[..end]).filter(is_time) {
            Some(_) => out.extend(["new", &word[end..]]),
            None => out.push_str(word),
        }
    }
    out
}

/// `seen` without the mtime of the top directory.
pub(super) fn without_top(seen: &str) -> &str {
    seen.split_once('\n').unwrap().1
}
