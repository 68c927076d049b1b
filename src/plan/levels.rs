//! Resolves the edits of a patchset, those that depend on others on the result of those.
//!
//! Edits of one level do not depend on each other. Each level is resolved on the tree after the levels before it.

use std::collections::BTreeMap;

use super::compose::{Conflict, compose};
use super::lint;
use super::series::joined;
use super::written::Written;
use super::{LintHit, PlannedEdit};
use crate::edit::{self, Context, Outcome, Part};
use crate::operation::Anchor;
use crate::patchset::{Edit, Patchset, levels, prerequisites};
use crate::tree::{File, FileChange, OverlayTree, Tree, TreeError, TreePath};

/// The files that edits would change, as they are before them.
pub(super) type Before = BTreeMap<TreePath, Option<File>>;

/// What is known of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Nothing: it may be any tree.
    Nothing,
    /// All edits were made on it a moment ago, so that their text is theirs.
    OwnResult,
}

/// The edits of a patchset, resolved.
pub(super) struct Resolved {
    pub edits: Vec<PlannedEdit>,
    pub conflicts: Vec<Conflict>,
    /// The changes of files by all edits together.
    pub changes: Vec<FileChange>,
    /// For each level, the files before it.
    pub before: Vec<Before>,
}

/// Resolves the edits of `patchset` on the tree of `context`, on which the edits in `made` were made.
pub(super) fn resolve(
    patchset: &Patchset,
    context: &Context<'_>,
    made: &[&String],
    known: Known,
) -> Result<Resolved, TreeError> {
    let levels = levels(&patchset.edits).expect("circles are refused when a patchset is loaded");
    let mut kept = Kept::new(patchset.edits.len());
    let implied = implied(patchset, context, &levels, known, &mut kept)?;
    let mut edits: Vec<Option<PlannedEdit>> = vec![None; patchset.edits.len()];
    let mut states: Vec<Vec<FileChange>> = vec![Vec::new()];
    let (mut conflicts, mut before) = (Vec::new(), Vec::new());
    let mut written = Written::default();
    for level in 0..=levels.iter().copied().max().unwrap_or(0) {
        let so_far = &states[level];
        let composed = on(context, so_far, |here| {
            let own: Vec<usize> = (0..levels.len()).filter(|index| levels[*index] == level).collect();
            let mut planned = Vec::with_capacity(own.len());
            for index in &own {
                let one = &patchset.edits[*index];
                // The tree of the first level is the one that `implied` looked at.
                let mut parts = match level {
                    0 => kept.take(context, one, *index)?,
                    _ => edit::resolve(here, one)?,
                };
                if made.contains(&&one.id) || implied[*index].is_some() {
                    parts.iter_mut().for_each(Part::set_made);
                }
                planned.push(planned_edit(one, level, parts));
            }
            let mut composed = compose(here, &planned)?;
            for (index, edit) in own.iter().zip(&planned) {
                let allowed = prerequisites(&patchset.edits, &patchset.edits[*index]);
                for (owner, place) in written.touched(here, edit, &allowed)? {
                    let (first, second) = (patchset.edits[owner].id.clone(), edit.id.clone());
                    composed.conflicts.push(Conflict { first, second, place });
                }
            }
            written.add(own.iter().copied().zip(&planned));
            for (index, edit) in own.into_iter().zip(planned) {
                edits[index] = Some(edit);
            }
            Ok(composed)
        })?;
        conflicts.extend(composed.conflicts);
        before.push(composed.before);
        let next = match level {
            0 => composed.changes,
            _ => joined(&so_far.iter().chain(&composed.changes).collect::<Vec<_>>()),
        };
        states.push(next);
    }
    let mut edits: Vec<PlannedEdit> = edits.into_iter().flatten().collect();
    let lints = lints(patchset, context, &edits, &states)?;
    for (edit, lints) in edits.iter_mut().zip(lints) {
        edit.lints = lints;
    }
    let changes = states.pop().unwrap_or_default();
    Ok(Resolved { edits, conflicts, changes, before })
}

fn planned_edit(one: &Edit, level: usize, parts: Vec<Part>) -> PlannedEdit {
    let (id, why, written_at) = (one.id.clone(), one.why.clone(), one.written_at());
    PlannedEdit { id, why, written_at, parts, lints: Vec::new(), fits_after: Vec::new(), level }
}

/// Runs `work` on the tree of `context` after `changes`.
fn on<T>(
    context: &Context<'_>,
    changes: &[FileChange],
    work: impl FnOnce(&Context<'_>) -> Result<T, TreeError>,
) -> Result<T, TreeError> {
    if changes.is_empty() {
        return work(context);
    }
    let tree = OverlayTree::new(context.tree, changes);
    work(&Context::after(context, changes, &tree))
}

/// The lints of each edit, on the tree on which it was resolved.
fn lints(
    patchset: &Patchset,
    context: &Context<'_>,
    edits: &[PlannedEdit],
    states: &[Vec<FileChange>],
) -> Result<Vec<Vec<LintHit>>, TreeError> {
    let all: Vec<&Part> = edits.iter().flat_map(|edit| &edit.parts).collect();
    let changes = states.last().map_or(&[][..], Vec::as_slice);
    let pairs = patchset.edits.iter().zip(edits);
    pairs
        .map(|(one, planned)| {
            on(context, &states[planned.level], |here| {
                lint::check(here, patchset, one, &planned.parts, &all, changes)
            })
        })
        .collect()
}

/// For each edit of `patchset` that was made on the tree of `context`, as one that depends on it shows, that other edit.
///
/// # Errors
/// If the tree cannot be read.
pub(crate) fn shown_made(
    patchset: &Patchset,
    context: &Context<'_>,
) -> Result<Vec<Option<usize>>, TreeError> {
    let levels = levels(&patchset.edits).expect("circles are refused when a patchset is loaded");
    implied(patchset, context, &levels, Known::Nothing, &mut Kept::new(patchset.edits.len()))
}

/// The parts of edits on the tree without any of them: a patch in many files takes its time, and several edits may depend on it.
struct Kept(Vec<Option<Vec<Part>>>);

impl Kept {
    fn new(edits: usize) -> Kept {
        Kept(vec![None; edits])
    }

    /// The parts of `edit`, which is number `index`.
    fn parts(&mut self, context: &Context<'_>, edit: &Edit, index: usize) -> Result<&[Part], TreeError> {
        if self.0[index].is_none() {
            self.0[index] = Some(edit::resolve(context, edit)?);
        }
        Ok(self.0[index].as_deref().unwrap_or_default())
    }

    /// The same, if nobody needs them afterwards.
    fn take(&mut self, context: &Context<'_>, edit: &Edit, index: usize) -> Result<Vec<Part>, TreeError> {
        match self.0[index].take() {
            Some(parts) => Ok(parts),
            None => edit::resolve(context, edit),
        }
    }
}

/// For each edit the one that shows that it was made, as it depends on it: if the last edit of a chain is in the tree, so are
/// those before it, though it may have changed their text.
fn implied(
    patchset: &Patchset,
    context: &Context<'_>,
    levels: &[usize],
    known: Known,
    kept: &mut Kept,
) -> Result<Vec<Option<usize>>, TreeError> {
    let edits = &patchset.edits;
    let mut implied = vec![None; edits.len()];
    let mut dependents: Vec<usize> = (0..edits.len()).filter(|index| levels[*index] > 0).collect();
    dependents.sort_by_key(|index| std::cmp::Reverse(levels[*index]));
    for index in dependents {
        let edit = &edits[index];
        let mut parts = kept.parts(context, edit, index)?.to_vec();
        parts.retain(|part| !matches!(part.outcome, Outcome::Skipped { .. }));
        let shows_made = |part: &Part| match known {
            Known::Nothing => matches!(part.outcome, Outcome::Already(_)),
            Known::OwnResult => part.outcome.results().is_some(),
        };
        let is_made = !parts.is_empty() && parts.iter().all(shows_made);
        let Some(last) = implied[index].or(is_made.then_some(index)) else { continue };
        // A removal leaves nothing that shows it.
        let removes = |part: &Part| edit.changes[part.change].operation.operate().describe().removes;
        let shows = implied[index].is_some() || !parts.iter().all(removes);
        for id in &edit.depends_on {
            let Some(other) = edits.iter().position(|other| other.id == *id) else { continue };
            let before = kept.parts(context, &edits[other], other)?.to_vec();
            // What is still to be changed in other files, `edit` cannot have changed once more.
            let is_open = |part: &Part| {
                matches!(part.outcome, Outcome::Change(_)) && !may_have_changed(edit, &part.file)
            };
            if known == Known::Nothing && before.iter().any(is_open) {
                continue;
            }
            let is_implied = if before.iter().any(|part| part.outcome.is_failure()) {
                share_a_file(edit, &edits[other])
            } else {
                shows && (known == Known::OwnResult || !leaves_made(context, edit, &edits[other], before)?)
            };
            implied[other] = implied[other].or(is_implied.then_some(last));
        }
    }
    Ok(implied)
}

/// Whether one of two edits can have changed the text of the other: they name the same file, or one of them a name of a
/// file.
fn share_a_file(edit: &Edit, other: &Edit) -> bool {
    let files = |edit: &Edit| edit.changes.iter().flat_map(|change| change.file.clone()).collect::<Vec<_>>();
    let names_files = |edit: &Edit| {
        let anchors = edit.changes.iter().map(|change| change.operation.operate().describe().anchor);
        anchors.into_iter().any(|anchor| matches!(anchor, Anchor::File | Anchor::NewFile))
    };
    let other_files = files(other);
    names_files(edit) || names_files(other) || files(edit).iter().any(|file| other_files.contains(file))
}

/// Whether an edit can have changed the text of a file: it names that, or the name of one.
fn may_have_changed(edit: &Edit, file: &TreePath) -> bool {
    edit.changes.iter().any(|change| {
        change.may_edit(file)
            || matches!(change.operation.operate().describe().anchor, Anchor::File | Anchor::NewFile)
    })
}

/// Whether `edit`, which is made, would still be when `other`, on which it depends, was made after it with the changes of
/// `parts`: then `other` is not made, and `edit` does not show that it is.
fn leaves_made(
    context: &Context<'_>,
    edit: &Edit,
    other: &Edit,
    parts: Vec<Part>,
) -> Result<bool, TreeError> {
    if parts.iter().all(|part| part.deltas.is_empty()) {
        return Ok(false);
    }
    let changes = compose(context, &[planned_edit(other, 0, parts)])?.changes;
    let mut parts = on(context, &changes, |here| edit::resolve(here, edit))?;
    parts.retain(|part| !matches!(part.outcome, Outcome::Skipped { .. }));
    Ok(!parts.is_empty() && parts.iter().all(|part| matches!(part.outcome, Outcome::Already(_))))
}

/// The changes of files by the edits that `edit` depends on; none if they do not fit the tree. Those in `made` are made.
///
/// # Errors
/// If the tree cannot be read.
pub fn prerequisite_changes(
    patchset: &Patchset,
    edit: &Edit,
    tree: &dyn Tree,
    made: &[&String],
) -> Result<Vec<FileChange>, TreeError> {
    let needed = prerequisites(&patchset.edits, edit);
    if needed.is_empty() {
        return Ok(Vec::new());
    }
    let edits = needed.into_iter().map(|index| patchset.edits[index].clone()).collect();
    let part = Patchset { edits, ..patchset.clone() };
    let context = Context::new(tree, crate::tree::tree_version(tree)?);
    let resolved = resolve(&part, &context, made, Known::Nothing)?;
    let fits = resolved.conflicts.is_empty() && !resolved.edits.iter().any(PlannedEdit::is_failure);
    Ok(if fits { resolved.changes } else { Vec::new() })
}
