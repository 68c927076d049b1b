//! A tree in memory, and helpers that try changes of a patchset on it.

#![allow(clippy::unwrap_used, reason = "a test and the fuzzer may panic")]
#![cfg_attr(fuzzing, allow(dead_code, reason = "the fuzzer needs a part of it"))]

use std::collections::BTreeMap;

use super::{Context, Outcome, Part, resolve};
use crate::operation::{Delta, ParsedFile};
use crate::patchset::{Catalog, Edit, LoadError, Patchset};
use crate::syntax::Doubt;
use crate::syntax::xml::is_xml;
use crate::text::{Rewrite, apply, reverse};
use crate::tree::{Entry, File, Tree, TreeError, TreePath, WalkEntry};
use crate::version::Version;

/// A tree in memory: regular files, and other entries by path.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryTree {
    pub files: BTreeMap<TreePath, File>,
    pub others: BTreeMap<TreePath, Entry>,
}

impl MemoryTree {
    /// A tree of these files, none of them executable.
    pub(crate) fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> MemoryTree {
        let file = |bytes: &[u8]| File::new(bytes, false);
        let files = files.into_iter().map(|(path, bytes)| (path.parse().unwrap(), file(bytes)));
        MemoryTree { files: files.collect(), others: BTreeMap::new() }
    }

    pub(crate) fn bytes(&self, path: &str) -> Option<&[u8]> {
        self.files.get(&path.parse().unwrap()).map(|file| &file.bytes[..])
    }
}

impl Tree for MemoryTree {
    fn label(&self) -> &str {
        "memory"
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        let file = self.files.get(path).map(|file| match file.is_link {
            true => Entry::Symlink,
            false => Entry::File { executable: file.executable },
        });
        let below = self.files.keys().any(|file| file.ancestors().any(|above| above == *path));
        let directory = below.then_some(Entry::Directory);
        Ok(file.or_else(|| self.others.get(path).cloned()).or(directory))
    }

    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        match self.entry(path)? {
            None => Ok(None),
            Some(Entry::File { .. }) => Ok(self.files.get(path).cloned()),
            Some(Entry::Symlink) => Err(TreeError::Symlink(path.clone())),
            Some(_) => Err(TreeError::NotAFile(path.clone())),
        }
    }

    fn link(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        let link = self.files.get(path).filter(|file| file.is_link);
        Ok(link.map(|file| file.bytes.to_vec()))
    }

    fn files(&self) -> Result<Vec<TreePath>, TreeError> {
        let files = self.files.iter().filter(|(_, file)| !file.is_link);
        Ok(files.map(|(path, _)| path.clone()).collect())
    }

    fn walk(&self, _: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>) -> Result<(), TreeError> {
        panic!("tests never walk a tree in memory")
    }
}

/// Loads a patchset with the YAML list `edits`.
pub(crate) fn try_patchset(edits: &str) -> Result<Patchset, LoadError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("t")).unwrap();
    let text = format!("schema: 1\nid: t\ntitle: A test\nedits:\n{edits}");
    std::fs::write(folder.path().join("t/patchset.yaml"), text).unwrap();
    Catalog::new(vec![folder.path().to_owned()]).load("t")
}

/// As [`try_patchset`], for valid patchsets.
pub(crate) fn patchset(edits: &str) -> Patchset {
    try_patchset(edits).unwrap_or_else(|error| panic!("{edits}\n{}", complaints(&error)))
}

/// The text that a user reads about an invalid patchset.
pub(crate) fn complaints(error: &LoadError) -> String {
    match error {
        LoadError::Invalid { complaints, .. } => {
            complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}

/// The error message for a patchset with one invalid change of the file `f`.
pub(crate) fn complaint(change: &str) -> String {
    complaints(&try_patchset(&edit_text("f", change)).expect_err("the change is invalid"))
}

/// One edit of a patchset with one change of `file`.
pub(crate) fn edit_text(file: &str, change: &str) -> String {
    let change: String = change.lines().map(|line| format!("    {line}\n")).collect();
    format!("  - id: e\n    why: It is needed.\n    file: {file}\n{change}")
}

/// A tree and the file in it that changes are tried on.
pub(crate) struct Case {
    pub tree: MemoryTree,
    file: String,
    version: &'static str,
}

/// A tree with `file` alone.
pub(crate) fn on(file: &str, bytes: impl AsRef<[u8]>) -> Case {
    Case { tree: MemoryTree::of([(file, bytes.as_ref())]), file: file.to_owned(), version: "2.5" }
}

/// A tree without `file`.
pub(crate) fn without(file: &str) -> Case {
    Case { tree: MemoryTree::default(), file: file.to_owned(), version: "2.5" }
}

impl Case {
    /// Adds another file to the tree.
    pub(crate) fn with(mut self, file: &str, bytes: &[u8]) -> Case {
        let file = file.parse().unwrap();
        self.tree.files.insert(file, File::new(bytes, false));
        self
    }

    /// Adds an entry that is not a regular file.
    pub(crate) fn with_other(mut self, path: &str, entry: Entry) -> Case {
        self.tree.others.insert(path.parse().unwrap(), entry);
        self
    }

    /// Sets the version of the tree.
    pub(crate) fn with_link(mut self, path: &str, target: &str) -> Case {
        self.tree.files.insert(path.parse().unwrap(), File::link(target.as_bytes()));
        self
    }

    pub(crate) fn version(mut self, version: &'static str) -> Case {
        self.version = version;
        self
    }

    /// Loads an edit with one change of the file.
    pub(crate) fn edit(&self, change: &str) -> Edit {
        patchset(&edit_text(&self.file, change)).edits.remove(0)
    }

    /// Resolves a change. If it changes something, asserts that resolving it on the result finds it made, and that the
    /// change can be reversed.
    pub(crate) fn parts(&self, change: &str) -> Vec<Part> {
        self.parts_of(&self.edit(change))
    }

    /// As [`Case::parts`], for a loaded edit.
    pub(crate) fn parts_of(&self, edit: &Edit) -> Vec<Part> {
        let (parts, forgotten) = self.parts_twice(edit);
        if let Some(forgotten) = forgotten
            && !self.is_damaged(&applied(&self.tree, &parts))
        {
            panic!("{forgotten}");
        }
        parts
    }

    /// Resolves an edit, and once more on its result. Returns what the first changes, and what the second does not find made.
    pub(crate) fn parts_twice(&self, edit: &Edit) -> (Vec<Part>, Option<String>) {
        let version: Version = self.version.parse().unwrap();
        let parts = resolve(&Context::new(&self.tree, Some(version.clone())), edit).unwrap();
        if parts.iter().all(|part| part.deltas.is_empty()) {
            return (parts, None);
        }
        let after = applied(&self.tree, &parts);
        let again = resolve(&Context::new(&after, Some(version)), edit).unwrap();
        let forgotten = parts
            .iter()
            .zip(&again)
            .find(|(first, second)| !first.deltas.is_empty() && second.outcome.results().is_none());
        let forgotten = forgotten.map(|(_, second)| {
            let file = String::from_utf8_lossy(after.bytes(&self.file).unwrap_or_default());
            format!("{:#?} for {edit:?} on\n{file}", second.outcome)
        });
        (parts, forgotten)
    }

    /// Whether the file is one of C, Python or XML that does not parse.
    pub(crate) fn is_damaged(&self, tree: &MemoryTree) -> bool {
        let path: TreePath = self.file.parse().unwrap();
        let Some(file) = tree.files.get(&path) else { return false };
        let parsed = ParsedFile::new(path, file.bytes.clone(), file.executable);
        let problems = match self.file.rsplit('.').next() {
            Some("py") => parsed.python().problems(),
            Some("c" | "h") => parsed.c().problems(),
            _ => return is_xml(&self.file) && parsed.xml().problem.is_some(),
        };
        problems.iter().any(|problem| problem.doubt == Doubt::Damage)
    }

    /// The outcome of a change with one part.
    pub(crate) fn outcome(&self, change: &str) -> Outcome {
        let mut parts = self.parts(change);
        assert_eq!(parts.len(), 1, "{parts:?}");
        parts.remove(0).outcome
    }

    /// The file after a change. Asserts that the change does the same with `\r\n` for `\n`.
    pub(crate) fn changed_bytes(&self, change: &str) -> Vec<u8> {
        let parts = self.parts(change);
        assert!(parts.iter().any(|part| !part.deltas.is_empty()), "{parts:#?}");
        assert!(!parts.iter().any(|part| part.outcome.is_failure()), "{parts:#?}");
        let after = applied(&self.tree, &parts).bytes(&self.file).unwrap_or_default().to_vec();
        if let Some(bytes) = self.tree.bytes(&self.file)
            && bytes.contains(&b'\n')
            && !bytes.contains(&b'\r')
        {
            let dos = on(&self.file, crlf(bytes)).version(self.version);
            let parts = dos.parts(change);
            assert!(!parts.iter().any(|part| part.outcome.is_failure()), "with CRLF: {parts:#?}");
            let dos_after = applied(&dos.tree, &parts).bytes(&self.file).unwrap_or_default().to_vec();
            assert_eq!(String::from_utf8_lossy(&dos_after), String::from_utf8_lossy(&crlf(&after)));
        }
        after
    }

    /// As [`Case::changed_bytes`], for text.
    pub(crate) fn changed(&self, change: &str) -> String {
        String::from_utf8(self.changed_bytes(change)).unwrap()
    }

    /// The lines that show that a change is already made.
    pub(crate) fn already(&self, change: &str) -> Vec<usize> {
        match self.outcome(change) {
            Outcome::Already(places) => places.iter().map(|place| place.line).collect(),
            other => panic!("{other:#?}"),
        }
    }

    /// The message for a missing anchor, and the lines of its near misses.
    pub(crate) fn missing(&self, change: &str) -> (String, Vec<String>) {
        match self.outcome(change) {
            Outcome::Missing { what, near, .. } => {
                (what, near.into_iter().map(|near| near.place.text).collect())
            }
            other => panic!("{other:#?}"),
        }
    }

    /// The lines of an ambiguous anchor.
    pub(crate) fn ambiguous(&self, change: &str) -> Vec<usize> {
        match self.outcome(change) {
            Outcome::Ambiguous { places, .. } => places.iter().map(|place| place.line).collect(),
            other => panic!("{other:#?}"),
        }
    }

    /// Why a change is refused.
    pub(crate) fn refused(&self, change: &str) -> String {
        match self.outcome(change) {
            Outcome::Refused { why, .. } => why,
            other => panic!("{other:#?}"),
        }
    }
}

fn crlf(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|b| if *b == b'\n' { b"\r\n".to_vec() } else { vec![*b] }).collect()
}

/// `tree` after `parts`. Asserts that their rewrites can be reversed.
pub(crate) fn applied(tree: &MemoryTree, parts: &[Part]) -> MemoryTree {
    let mut after = tree.clone();
    let mut rewrites: BTreeMap<&TreePath, Vec<Rewrite>> = BTreeMap::new();
    for part in parts {
        for delta in &part.deltas {
            match delta {
                Delta::Rewrite(rewrite) => rewrites.entry(&part.file).or_default().push(rewrite.clone()),
                Delta::Remove => drop(after.files.remove(&part.file)),
                Delta::Move { to, bytes, executable, is_link } => {
                    let file = File { is_link: *is_link, ..File::new(bytes.clone(), *executable) };
                    assert_eq!(after.files.remove(&part.file), Some(file.clone()));
                    assert!(after.files.insert(to.clone(), file).is_none());
                }
                Delta::Mode { executable } => {
                    after.files.get_mut(&part.file).unwrap().executable = *executable;
                }
                Delta::Link { target } => {
                    after.files.insert(part.file.clone(), File::link(target.clone()));
                }
                Delta::Add { bytes, executable } => {
                    let file = File::new(bytes.clone(), *executable);
                    assert!(after.files.insert(part.file.clone(), file).is_none());
                }
            }
        }
    }
    for (path, rewrites) in rewrites {
        let executable = after.files.get(path).is_some_and(|file| file.executable);
        let old = tree.files.get(path).map_or(&[][..], |file| &file.bytes[..]);
        let bytes = apply(old, &rewrites).expect("rewrites of one change do not collide");
        assert_eq!(apply(&bytes, &reverse(old, &rewrites)).unwrap(), old);
        after.files.insert(path.clone(), File::new(bytes, executable));
    }
    after
}
