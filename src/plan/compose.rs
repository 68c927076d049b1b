//! Composes the deltas of all edits into a change for each file.

use std::collections::BTreeMap;

use super::PlannedEdit;
use crate::edit::Context;
use crate::operation::Delta;
use crate::text::{Rewrite, apply};
use crate::tree::{File, FileChange, Location, TreeError, TreePath};

/// Two edits that touch the same bytes, or of which one adds or removes a file that the other edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The edit that comes first in the patchset.
    pub first: String,
    /// The other one.
    pub second: String,
    /// Where they conflict.
    pub place: Location,
}

pub(super) struct Composed {
    pub conflicts: Vec<Conflict>,
    pub changes: Vec<FileChange>,
    /// The unmodified files that edits would change.
    pub before: BTreeMap<TreePath, Option<File>>,
}

/// The deltas of one file, each with the index of its edit.
#[derive(Default)]
struct FileDeltas {
    rewrites: Vec<(usize, Rewrite)>,
    whole: Vec<(usize, Delta)>,
}

/// The deltas of edits, by file.
fn by_file<'a>(edits: impl Iterator<Item = &'a PlannedEdit>) -> BTreeMap<TreePath, FileDeltas> {
    let mut files: BTreeMap<TreePath, FileDeltas> = BTreeMap::new();
    for (i, edit) in edits.enumerate() {
        for part in &edit.parts {
            for delta in &part.deltas {
                let mut whole = |path: &TreePath, delta| {
                    files.entry(path.clone()).or_default().whole.push((i, delta));
                };
                match delta {
                    Delta::Rewrite(rewrite) => {
                        let deltas = files.entry(part.file.clone()).or_default();
                        deltas.rewrites.push((i, rewrite.clone()));
                    }
                    Delta::Move { to, bytes, is_link: true, .. } => {
                        whole(&part.file, Delta::Remove);
                        whole(to, Delta::Link { target: bytes.clone() });
                    }
                    Delta::Move { to, bytes, executable, is_link: false } => {
                        whole(&part.file, Delta::Remove);
                        whole(to, Delta::Add { bytes: bytes.clone(), executable: *executable });
                    }
                    Delta::Add { .. } | Delta::Link { .. } | Delta::Remove | Delta::Mode { .. } => {
                        whole(&part.file, delta.clone());
                    }
                }
            }
        }
    }
    files
}

/// Composes the deltas of all edits.
pub(super) fn compose(context: &Context<'_>, edits: &[PlannedEdit]) -> Result<Composed, TreeError> {
    let files = by_file(edits.iter());
    let conflicts = nested(&files, edits);
    let mut composed = Composed { conflicts, changes: Vec::new(), before: BTreeMap::new() };
    for (path, deltas) in files {
        let before = context.file_or_link(&path)?;
        let clashes = clashes(&deltas);
        for (first, second, offset) in &clashes {
            let bytes = before.as_ref().map_or(&[][..], |file| &file.bytes);
            let place = Location::of(&path, bytes, *offset);
            let (first, second) = (edits[*first].id.clone(), edits[*second].id.clone());
            let conflict = Conflict { first, second, place };
            if !composed.conflicts.contains(&conflict) {
                composed.conflicts.push(conflict);
            }
        }
        if clashes.is_empty() {
            composed.changes.extend(change(&path, before.as_ref(), deltas));
        }
        composed.before.insert(path, before);
    }
    Ok(composed)
}

/// The changes of files by some edits of one level alone.
pub(super) fn of_edits<'a>(
    edits: impl Iterator<Item = &'a PlannedEdit>,
    before: &BTreeMap<TreePath, Option<File>>,
) -> Vec<FileChange> {
    let files = by_file(edits).into_iter();
    files.filter_map(|(path, deltas)| change(&path, before.get(&path)?.as_ref(), deltas)).collect()
}

/// Conflicts between an edit that needs a path to be a file and one that needs it to be a directory.
fn nested(files: &BTreeMap<TreePath, FileDeltas>, edits: &[PlannedEdit]) -> Vec<Conflict> {
    let editor = |path: &TreePath| {
        let deltas = &files[path];
        let rewrites = deltas.rewrites.iter().map(|(i, _)| *i);
        rewrites.chain(deltas.whole.iter().map(|(i, _)| *i)).min().unwrap_or(0)
    };
    let mut conflicts = Vec::new();
    for path in files.keys() {
        for above in path.ancestors().filter(|above| files.contains_key(above)) {
            let (i, j) = (editor(&above), editor(path));
            let (first, second) = (edits[i.min(j)].id.clone(), edits[i.max(j)].id.clone());
            conflicts.push(Conflict { first, second, place: Location::of(path, &[], 0) });
        }
    }
    conflicts
}

/// The pairs of edits (or of parts of one edit) that cannot both be applied to a file, and the offset of the conflict.
fn clashes(deltas: &FileDeltas) -> Vec<(usize, usize, usize)> {
    let mut found = Vec::new();
    let mut sorted: Vec<&(usize, Rewrite)> = deltas.rewrites.iter().collect();
    sorted.sort_by_key(|(_, rewrite)| (rewrite.span.start, rewrite.span.end));
    for (k, (i, a)) in sorted.iter().enumerate() {
        for (j, b) in &sorted[k + 1..] {
            if b.span.start > a.span.end {
                break;
            }
            if a.collides_with(b) {
                found.push(((*i).min(*j), (*i).max(*j), b.span.start));
            }
        }
    }
    let whole_file = |delta: &Delta| matches!(delta, Delta::Add { .. } | Delta::Link { .. } | Delta::Remove);
    for (k, (i, a)) in deltas.whole.iter().enumerate() {
        for (j, b) in &deltas.whole[k + 1..] {
            let same_mode =
                matches!((a, b), (Delta::Mode { executable: x }, Delta::Mode { executable: y }) if x == y);
            if !same_mode {
                found.push(((*i).min(*j), (*i).max(*j), 0));
            }
        }
        if whole_file(a) {
            found.extend(deltas.rewrites.iter().map(|(j, _)| ((*i).min(*j), (*i).max(*j), 0)));
        }
    }
    found
}

/// The change of a file; `None` if its deltas change nothing.
fn change(path: &TreePath, before: Option<&File>, deltas: FileDeltas) -> Option<FileChange> {
    let mut after = before.cloned();
    let mut rewrites: Vec<Rewrite> = Vec::new();
    for (_, delta) in deltas.whole {
        match delta {
            Delta::Add { bytes, executable } => after = Some(File::new(bytes, executable)),
            Delta::Link { target } => after = Some(File::link(target)),
            // A move is a removal, and an addition to another file.
            Delta::Remove | Delta::Move { .. } => after = None,
            Delta::Mode { executable } => {
                if let Some(file) = &mut after {
                    file.executable = executable;
                }
            }
            Delta::Rewrite(rewrite) => rewrites.push(rewrite),
        }
    }
    rewrites.extend(deltas.rewrites.into_iter().map(|(_, rewrite)| rewrite));
    if !rewrites.is_empty() {
        let (old, executable) = before.map_or((&[][..], false), |file| (&file.bytes[..], file.executable));
        // Rewrites that collide are reported as a conflict instead.
        let bytes = apply(old, &rewrites).ok()?;
        let executable = after.as_ref().map_or(executable, |file| file.executable);
        after = Some(File::new(bytes, executable));
    }
    if after.as_ref() == before {
        return None;
    }
    if before.is_none() {
        rewrites.clear();
    }
    Some(FileChange { path: path.clone(), before: before.cloned(), after, rewrites })
}
