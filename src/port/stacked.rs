//! Patchsets that are judged in order, each on the result of those before it.

use super::cell::Cell;
use super::decide::{Decision, Decisions, Ported, decide, ported};
use super::judge::{judge, plain};
use super::searched::Searched;
use crate::patchset::{Edit, Patchset};
use crate::plan::{Baseline, joined, plan};
use crate::tree::{FileChange, OverlayTree, Tree, TreeError};

/// A patchset, and the release that it was written for.
#[derive(Debug)]
pub struct Stacked<'a> {
    /// The patchset.
    pub patchset: &'a Patchset,
    /// The anchors of its edits on that release.
    pub baseline: Option<&'a Baseline>,
    /// What the patchsets before it change on that release.
    pub before: &'a [FileChange],
}

/// Patchsets that cannot be judged one on the result of the other.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// One of the trees cannot be read.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The edits of a patchset fit one by one, but not together.
    #[error(
        "the edits of `{patchset}` that fit do not fit together, so `{next}` cannot be judged on their result"
    )]
    Misfit {
        /// The patchset.
        patchset: String,
        /// The one after it.
        next: String,
    },
}

/// Judges `patchsets` as [`judge`] does, each on what those before it give as far as nobody has to decide about them. Where they
/// are several, each cell names its patchset.
///
/// # Errors
/// If one of the trees cannot be read, or one patchset has no result for the next.
pub fn judge_in_order(
    patchsets: &[Stacked<'_>],
    base: Option<&dyn Tree>,
    tree: &dyn Tree,
    searched: &Searched,
) -> Result<Vec<Cell>, StackError> {
    let mut cells = Vec::new();
    let mut changes: Vec<FileChange> = Vec::new();
    for (at, Stacked { patchset, baseline, before }) in patchsets.iter().enumerate() {
        let on = OverlayTree::new(tree, &changes);
        let on: &dyn Tree = if changes.is_empty() { tree } else { &on };
        let base_on = base.map(|base| OverlayTree::new(base, before));
        let base_on = if before.is_empty() { base } else { base_on.as_ref().map(|base| base as &dyn Tree) };
        let mut own = judge(patchset, *baseline, base_on, on, searched)?;
        let next = patchsets.get(at + 1);
        let result = next.map(|_| settled(patchset, &own, base_on, on)).transpose()?;
        if patchsets.len() > 1 {
            own.iter_mut().for_each(|cell| cell.patchset = Some(patchset.id.clone()));
        }
        cells.append(&mut own);
        if let (Some(result), Some(next)) = (result, next) {
            let misfit =
                || StackError::Misfit { patchset: patchset.id.clone(), next: next.patchset.id.clone() };
            let result = result.ok_or_else(misfit)?;
            changes = joined(&changes.iter().chain(&result).collect::<Vec<_>>());
        }
    }
    Ok(cells)
}

/// What the edits of a patchset about which nobody has to decide change on `tree`; `None` if they do not fit together.
fn settled(
    patchset: &Patchset,
    cells: &[Cell],
    base: Option<&dyn Tree>,
    tree: &dyn Tree,
) -> Result<Option<Vec<FileChange>>, TreeError> {
    let Ok(decided) = decide(cells, &Decisions::default()) else { return Ok(None) };
    let patchset = plain(patchset, base, tree)?;
    let is_open =
        |id: &String| decided.iter().any(|one| one.cell.edit == *id && one.decision == Decision::Open);
    let is_judged = |edit: &Edit, index: usize| {
        cells.iter().any(|cell| cell.edit == edit.id && cell.change == Some(index))
    };
    let mut edits: Vec<Edit> = Vec::new();
    let mut open: Vec<String> = Vec::new();
    for (edit, (_, ported)) in patchset.edits.iter().zip(ported(&patchset, &decided)) {
        let (changes, requires) = match ported {
            Ported::Same => (edit.changes.iter().cloned().enumerate().collect(), edit.requires.clone()),
            Ported::Changed { changes, requires } => (changes, requires),
            Ported::Dropped(_) => (Vec::new(), Vec::new()),
        };
        // What is for other versions has no cell.
        let judged = changes.into_iter().filter(|(index, _)| is_judged(edit, *index));
        let mut changes: Vec<_> = judged.map(|(_, change)| change).collect();
        changes.iter_mut().for_each(|change| change.when = None);
        if is_open(&edit.id) {
            open.push(edit.id.clone());
        } else if !changes.is_empty() {
            edits.push(Edit { changes, requires, when: None, ..edit.clone() });
        }
    }
    // Nor is what depends on an open edit made.
    let needs = |edit: &Edit, open: &[String]| edit.depends_on.iter().any(|id| open.contains(id));
    while let Some(at) = edits.iter().position(|edit| needs(edit, &open)) {
        open.push(edits.remove(at).id);
    }
    let ids: Vec<String> = edits.iter().map(|edit| edit.id.clone()).collect();
    for edit in &mut edits {
        edit.depends_on.retain(|id| ids.contains(id));
    }
    let plan = plan(&Patchset { edits, applies_to: None, ..patchset.into_owned() }, tree)?;
    Ok(plan.fits().then_some(plan.changes))
}
