//! The edits that a patch becomes: one that keeps the patch, or edits that are written from the changes that it makes.

use std::collections::BTreeMap;

use super::id_of;
use crate::syntax::patch::first_line;
use crate::tree::{File, FileChange, TreePath};

/// An edit.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// Its id.
    pub id: String,
    /// Its changes: a file, and an operation on it as YAML on one line.
    pub steps: Vec<(TreePath, String)>,
    /// The files that they name, by their names below `files/`.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Unit {
    /// The files that it changes, each once.
    pub fn paths(&self) -> Vec<TreePath> {
        let mut paths: Vec<TreePath> = self.steps.iter().map(|(path, _)| path.clone()).collect();
        // A file that is moved has two names.
        let moves = self.steps.iter().filter_map(|(_, step)| step.strip_prefix("file.move: {to: "));
        let to = |rest: &str| {
            serde_json::Deserializer::from_str(rest).into_iter::<String>().next()?.ok()?.parse().ok()
        };
        paths.extend(moves.filter_map(to));
        let mut seen = Vec::new();
        paths.retain(|path| {
            !seen.contains(path) && {
                seen.push(path.clone());
                true
            }
        });
        paths
    }

    /// The edit that has `patch` as it is.
    pub(super) fn of_patch(id: &str, patch: &[u8], paths: &[TreePath]) -> Unit {
        let name = format!("{id}.patch");
        let mut steps: Vec<(TreePath, String)> = Vec::new();
        for path in paths {
            if steps.iter().all(|(known, _)| known != path) {
                steps.push((path.clone(), format!("diff: {{patch: {{from: {name}}}}}")));
            }
        }
        Unit { id: id.to_owned(), steps, files: BTreeMap::from([(name, patch.to_vec())]) }
    }
}

/// What edits are written from.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    /// The id of the edit, and the beginning of the ids if there are several.
    pub id: &'a str,
    /// The patch, whose message the new ones keep.
    pub patch: &'a [u8],
    /// The changes.
    pub changes: &'a [FileChange],
    /// The files that are renamed: the old name and the new one.
    pub renames: &'a [(TreePath, TreePath)],
    /// Whether each file gets an edit of its own.
    pub split: bool,
}

/// The edits that make these changes: renamed files first, which the others change under their new names. `once` makes an id
/// that no other edit has.
///
/// # Errors
/// A message that names a change for which the language has no operation.
pub fn written(draft: &Draft<'_>, once: &mut dyn FnMut(String) -> String) -> Result<Vec<Unit>, String> {
    let Draft { id, patch, split, .. } = *draft;
    let (moves, changes) = without_moves(draft);
    let named = |path: &TreePath| {
        let name = path.as_str().rsplit('/').next().unwrap_or_default();
        let mut id = format!("{id}.{}", id_of(name));
        id.truncate(90);
        id
    };
    let mut units = Vec::new();
    let is_one = moves.len() + changes.len() < 2;
    if split && !is_one {
        for step in moves {
            units.push(Unit {
                id: once(format!("{}.move", named(&step.0))),
                steps: vec![step],
                ..Unit::default()
            });
        }
        for change in &changes {
            units.push(unit(once(named(&change.path)), patch, std::slice::from_ref(change))?);
        }
        return Ok(units);
    }
    if !moves.is_empty() {
        let id = if changes.is_empty() { id.to_owned() } else { once(format!("{id}.move")) };
        units.push(Unit { id, steps: moves, ..Unit::default() });
    }
    if !changes.is_empty() {
        units.push(unit(id.to_owned(), patch, &changes)?);
    }
    Ok(units)
}

/// The renames that `file.move` makes, and the changes besides them.
fn without_moves(draft: &Draft<'_>) -> (Vec<(TreePath, String)>, Vec<FileChange>) {
    let mut changes = draft.changes.to_vec();
    let mut moves = Vec::new();
    for (from, to) in draft.renames {
        let find = |path: &TreePath| changes.iter().position(|change| change.path == *path);
        let Some((old, new)) = find(from).zip(find(to)) else { continue };
        let (source, target) = (&changes[old], &changes[new]);
        // Another file takes its place, or it takes that of another one: both are written as they are.
        let (Some(file), None, None) = (&source.before, &source.after, &target.before) else { continue };
        let Some(text) = telling(&file.bytes) else { continue };
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        moves.push((
            from.clone(),
            format!("file.move: {{to: {}, contains: {}}}", quoted(to.as_str()), quoted(text)),
        ));
        let before = source.before.clone();
        changes[new].before = before;
        changes.remove(old);
    }
    changes.retain(|change| change.before != change.after);
    (moves, changes)
}

/// A line that tells a file from another one of that name.
fn telling(bytes: &[u8]) -> Option<&str> {
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
    let words = |line: &&str| {
        let signs = line.bytes().filter(u8::is_ascii_alphanumeric).count();
        signs >= 3 && line.len() <= 80 && !line.contains(|sign: char| sign.is_control())
    };
    lines.map(str::trim).filter(words).max_by_key(|line| line.len())
}

/// The edit that makes `changes`.
fn unit(id: String, patch: &[u8], changes: &[FileChange]) -> Result<Unit, String> {
    let mut diff = patch[..first_line(patch)].to_vec();
    let mut unit = Unit { id, ..Unit::default() };
    let mut diffs = 0;
    for FileChange { path, before, after, .. } in changes {
        let is_link = |file: &Option<File>| file.as_ref().is_some_and(|file| file.is_link);
        let step = match (before, after) {
            (None, Some(file)) if file.is_link => {
                let target = std::str::from_utf8(&file.bytes)
                    .map_err(|_| format!("{path} is a link to an invalid path"))?;
                format!("file.link: {{target: {}}}", serde_json::Value::from(target))
            }
            (Some(file), None) if file.is_link => {
                let target = String::from_utf8_lossy(&file.bytes);
                format!("file.remove: {{contains: {}}}", serde_json::Value::from(&*target))
            }
            _ if is_link(before) || is_link(after) => {
                return Err(format!(
                    "it changes {path}, which is or becomes a symbolic link: remove it in an edit of its own"
                ));
            }
            (None, Some(file)) if file.bytes.contains(&0) => {
                let name = path.as_str().rsplit('/').next().unwrap_or_default();
                let mut name = format!("{}.{}", unit.id, id_of(name));
                while unit.files.contains_key(&name) {
                    name.push('_');
                }
                unit.files.insert(name.clone(), file.bytes.to_vec());
                let mode = if file.executable { ", executable: true" } else { "" };
                format!("file.add: {{content: {{from: {name}}}{mode}}}")
            }
            _ => {
                let whole = FileChange {
                    path: path.clone(),
                    before: before.clone(),
                    after: after.clone(),
                    rewrites: Vec::new(),
                };
                diff.extend(whole.diff());
                diffs += 1;
                format!("diff: {{patch: {{from: {}.patch}}}}", unit.id)
            }
        };
        unit.steps.push((path.clone(), step));
    }
    if diffs > 0 {
        unit.files.insert(format!("{}.patch", unit.id), diff);
    }
    Ok(unit)
}
