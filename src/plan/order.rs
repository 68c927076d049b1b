//! Edits that were written on the result of others, as the patches of a series are.

use std::collections::BTreeMap;

use super::compose;
use super::series::joined;
use super::{Plan, PlannedEdit};
use crate::edit::{self, Context, Part};
use crate::patchset::{Edit, Patchset};
use crate::tree::{FileChange, OverlayTree, Tree, TreeError, TreePath};

/// For each edit that does not fit: the earlier edits on whose result it fits, if there are any.
///
/// # Errors
/// If the tree cannot be read.
pub(super) fn fits_after(
    patchset: &Patchset,
    tree: &dyn Tree,
    plan: &Plan,
) -> Result<BTreeMap<String, Vec<String>>, TreeError> {
    let mut found = BTreeMap::new();
    let fails = |parts: &[Part]| parts.iter().any(|part| part.outcome.is_failure());
    if !plan.edits.iter().any(|edit| fails(&edit.parts)) {
        return Ok(found);
    }
    // The edits so far, each with its files, and their result.
    let mut made: Vec<(&PlannedEdit, Vec<TreePath>)> = Vec::new();
    let mut changes: Vec<FileChange> = Vec::new();
    for (one, planned) in patchset.edits.iter().zip(&plan.edits) {
        let (parts, own) = resolved(one, planned, tree, &changes)?;
        if fails(&parts) {
            continue;
        }
        if fails(&planned.parts) {
            let shares = |files: &[TreePath]| parts.iter().any(|part| files.contains(&part.file));
            let needed: Vec<_> =
                made.iter().filter(|(_, files)| shares(files)).map(|(edit, _)| *edit).collect();
            // The last one alone may be enough.
            let mut names: Vec<String> = needed.iter().map(|edit| edit.id.clone()).collect();
            for last in needed.iter().rev() {
                let (parts, _) = resolved(one, planned, tree, &plan.changes_of(last))?;
                if !fails(&parts) {
                    names = vec![last.id.clone()];
                    break;
                }
            }
            found.insert(one.id.clone(), names);
        }
        made.push((planned, own.iter().map(|change| change.path.clone()).collect()));
        changes = joined(&changes.iter().chain(&own).collect::<Vec<_>>());
    }
    Ok(found)
}

/// The parts of an edit on the result of `changes`, and what it changes there.
fn resolved(
    one: &Edit,
    planned: &PlannedEdit,
    tree: &dyn Tree,
    changes: &[FileChange],
) -> Result<(Vec<Part>, Vec<FileChange>), TreeError> {
    let after = OverlayTree::new(tree, changes);
    let version = crate::tree::tree_version(&after)?;
    let context = Context::new(&after, version);
    let parts = edit::resolve(&context, one)?;
    let edit = PlannedEdit { parts: parts.clone(), ..planned.clone() };
    let before = parts.iter().filter(|part| !part.deltas.is_empty()).map(|part| &part.file);
    let before = before
        .map(|path| Ok((path.clone(), context.file_or_link(path)?)))
        .collect::<Result<_, TreeError>>()?;
    Ok((parts, compose::of_edits(std::iter::once(&edit), &before)))
}
