//! What is wrong with a result, though each edit found its place.

use std::collections::{BTreeMap, HashSet};

use super::names::{self, identifiers};
use crate::merge::{Merge, Versions};
use crate::operation::ParsedFile;
use crate::plan::problem;
use crate::syntax::python::PyFile;
use crate::tree::{File, FileChange, TreePath};

/// The bytes of the old file, the same with the change, the new file, and the new file with the change.
pub(super) struct Sides<'a> {
    pub base: &'a [u8],
    pub ours: &'a [u8],
    pub theirs: &'a [u8],
    pub result: &'a [u8],
}

/// What no longer parses, or is defined twice.
pub(super) fn syntax(path: &TreePath, sides: &Sides<'_>) -> Option<String> {
    let problem = |bytes: &[u8]| {
        problem(&ParsedFile::new(path.clone(), bytes.to_vec().into(), false)).map(|(_, what)| what)
    };
    if let Some(what) = problem(sides.result)
        && problem(sides.theirs).is_none()
        && problem(sides.ours).is_none()
    {
        return Some(format!("the result does not parse: {what}"));
    }
    match path.file_name().rsplit_once('.').map_or("", |(_, extension)| extension) {
        "py" | "pyw" => defined_twice(sides),
        "c" | "h" | "cpp" | "m" => unbalanced(sides),
        _ => None,
    }
}

/// What no longer parses, or is defined twice, in `result`, which a person made of `theirs` to carry `change`.
pub fn broken(change: &FileChange, theirs: Option<&File>, result: &FileChange) -> Option<String> {
    let bytes = |file: Option<&File>| file.map(|file| file.bytes.to_vec()).unwrap_or_default();
    let sides = (bytes(change.before.as_ref()), bytes(change.after.as_ref()), bytes(theirs));
    let result_bytes = bytes(Some(result.after.as_ref()?));
    let sides = Sides { base: &sides.0, ours: &sides.1, theirs: &sides.2, result: &result_bytes };
    syntax(&result.path, &sides)
}

/// What the result defines more often than the new version and than the old one with the change.
fn defined_twice(sides: &Sides<'_>) -> Option<String> {
    let parse = |bytes: &[u8]| PyFile::parse(bytes.to_vec());
    let result = parse(sides.result);
    let now = result.times_defined();
    let twice: Vec<(&str, usize)> =
        now.into_iter().filter(|(name, times)| *times > 1 && result.is_repeated(name)).collect();
    if twice.is_empty() {
        return None;
    }
    let (before, ours) = (parse(sides.theirs), parse(sides.ours));
    let (before, ours) = (before.times_defined(), ours.times_defined());
    let times = |all: &BTreeMap<&str, usize>, name: &str| all.get(name).copied().unwrap_or(0);
    let new = twice.into_iter().find(|(name, n)| *n > times(&before, name) && *n > times(&ours, name))?;
    Some(format!("the result defines {} twice", new.0))
}

/// What the result opens and does not close, or the other way round, besides what the patch and the new version do.
fn unbalanced(sides: &Sides<'_>) -> Option<String> {
    let balance = |bytes: &[u8]| -> [i64; 3] {
        let code = names::code("x.c", bytes).unwrap_or_default();
        let count = |one: u8| i64::try_from(memchr::memchr_iter(one, &code).count()).unwrap_or(0);
        let mut depth = 0;
        for line in code.split(|byte| *byte == b'\n') {
            let line = line.trim_ascii_start();
            if let Some(directive) = line.strip_prefix(b"#") {
                let directive = directive.trim_ascii_start();
                if directive.starts_with(b"if") {
                    depth += 1;
                } else if directive.starts_with(b"endif") {
                    depth -= 1;
                }
            }
        }
        [count(b'{') - count(b'}'), count(b'(') - count(b')'), depth]
    };
    let change = |old: &[u8], new: &[u8]| {
        let (old, new) = (balance(old), balance(new));
        [new[0] - old[0], new[1] - old[1], new[2] - old[2]]
    };
    (change(sides.base, sides.ours) != change(sides.theirs, sides.result))
        .then(|| "the result has other brackets or directives without their counterpart".to_owned())
}

/// A line or a name that the patch removes completely, and that the result still has: the new version has more of them.
pub(super) fn idiom(name: &str, versions: &Versions, merge: &Merge, sides: &Sides<'_>) -> Option<String> {
    let numbers =
        |lines: &[crate::merge::Line]| -> HashSet<usize> { lines.iter().map(|line| line.loose).collect() };
    let (ours, result) = (numbers(&versions.ours), numbers(&merge.lines(versions)));
    let mut removed = Vec::new();
    for edit in &merge.edits {
        for line in &versions.base[edit.base.clone()] {
            if ours.contains(&line.loose) {
                continue;
            }
            removed.extend_from_slice(&line.text);
            removed.push(b'\n');
            if names::word_characters(&line.text) >= 6 && result.contains(&line.loose) {
                let line = String::from_utf8_lossy(&line.text).trim().to_owned();
                return Some(format!("the patch removes every line `{line}`, and the new version has more"));
            }
        }
    }
    let removed = names::code(name, &removed)?;
    let (ours, result) = (identifiers(sides.ours), identifiers(sides.result));
    let still = identifiers(&removed)
        .into_iter()
        .find(|word| word.len() >= 4 && !ours.contains(word) && result.contains(word))?;
    let word = String::from_utf8_lossy(still).into_owned();
    Some(format!("the patch removes every `{word}`, and the new version has more"))
}
