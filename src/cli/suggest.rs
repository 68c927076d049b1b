//! `pypatch check --suggest`: operations of meaning for the `text.*` changes of a patchset.

use super::{CliError, Format, Ui, Workspace};
use crate::edit::{Context, suggestion};
use crate::patchset::{Change, Patchset, prerequisites};
use crate::plan::plan;
use crate::report::{Suggested, Suggestions};
use crate::tree::{Tree, tree_version};

/// Shows a change for each `text.*` change of `patchset` for which there is one that gives the same bytes on every release of
/// the patchset that is available without the network.
pub(super) fn show(ui: &Ui, workspace: &Workspace, patchset: &Patchset) -> Result<(), CliError> {
    let mut trees: Vec<Box<dyn Tree>> = Vec::new();
    for name in &patchset.pins {
        if let Some(pin) = workspace.pins.find(name)? {
            trees.extend(workspace.open_local(&pin)?);
        }
    }
    let mut found = Vec::new();
    for (at, edit) in patchset.edits.iter().enumerate() {
        // The edits of another patchset are suggested there.
        if edit.patchset != patchset.id {
            continue;
        }
        for (index, change) in edit.changes.iter().enumerate() {
            if let Some(change) = same_everywhere(patchset, (at, index), change, &trees)? {
                found.push(Suggested { edit: edit.id.clone(), written_at: edit.written_at(), change });
            }
        }
    }
    ui.show(&Suggestions { patchset: &patchset.id, releases: trees.len(), found }, Format::Text)
}

/// A change that gives the same result as one of an edit on all of `trees`. The edit is planned with those that it depends
/// on alone: others may not fit.
fn same_everywhere(
    patchset: &Patchset,
    (edit, index): (usize, usize),
    change: &Change,
    trees: &[Box<dyn Tree>],
) -> Result<Option<Change>, CliError> {
    let edit = &patchset.edits[edit];
    let mut edits: Vec<_> =
        prerequisites(&patchset.edits, edit).into_iter().map(|at| patchset.edits[at].clone()).collect();
    edits.push(edit.clone());
    let own = Patchset { edits, ..patchset.clone() };
    for tree in trees {
        let context = Context::new(tree.as_ref(), tree_version(tree.as_ref())?);
        let Some(candidate) = suggestion(&context, change)? else { continue };
        let mut other = own.clone();
        let last = other.edits.last_mut().expect("the edit is the last of its patchset");
        last.changes[index] = candidate.clone();
        let mut is_same = true;
        for tree in trees {
            let (old, new) = (plan(&own, tree.as_ref())?, plan(&other, tree.as_ref())?);
            let bytes = |plan: &crate::plan::Plan| -> Vec<_> {
                plan.changes.iter().map(|change| (change.path.clone(), change.after.clone())).collect()
            };
            is_same &= old.fits() && new.fits() && bytes(&old) == bytes(&new);
        }
        if is_same {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}
