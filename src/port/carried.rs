//! Questions a judgement of anchors by what lines say: what an edit does on the old release is carried to the new one as a patch is.
//!
//! An anchor says where an edit goes, and not whether the new version has the change already in another form, or no longer has the
//! names that it uses. The old release shows what the edit does to its files, so the rules for patches answer both.

use super::cell::{Candidate, Cell, Verdict};
use super::judge::plain;
use crate::carry::{Care, Carried, Carrier, Outcome};
use crate::patchset::{Edit, Patchset};
use crate::plan::{plan, prerequisite_changes};
use crate::tree::{FileChange, OverlayTree, Tree, TreeError};

/// Questions the cells of edits that apply, or that a person would have to decide about, on `tree`. `base` is the release that the
/// patchset was written for.
///
/// An edit that does not apply is already made if all that it does is upstream; so is a part whose lines are at their place, if the edit
/// does not find them there. One that applies is left to a person if it seems to be
/// upstream, or if what it gives is what carrying gives, and looks off.
///
/// # Errors
/// If one of the trees cannot be read.
pub fn question(
    patchset: &Patchset,
    base: &dyn Tree,
    tree: &dyn Tree,
    cells: &mut [Cell],
) -> Result<(), TreeError> {
    let on_base = plain(patchset, Some(base), base)?;
    let on_tree = plain(patchset, Some(base), tree)?;
    for (old, new) in on_base.edits.iter().zip(&on_tree.edits) {
        let own = |cell: &Cell| cell.edit == old.id && cell.change.is_some();
        let verdicts: Vec<Verdict> = cells.iter().filter(|cell| own(cell)).map(|cell| cell.verdict).collect();
        let is_open = verdicts.iter().any(|verdict| verdict.is_open());
        if verdicts.iter().all(|verdict| matches!(verdict, Verdict::Skipped | Verdict::Obsolete)) {
            continue;
        }
        let before = prerequisite_changes(&on_base, old, base, &[])?;
        let base = OverlayTree::new(base, &before);
        let there = prerequisite_changes(&on_tree, new, tree, &[])?;
        let tree = OverlayTree::new(tree, &there);
        let result = if is_open { None } else { alone(&on_tree, new, &tree)? };
        if !is_open && result.is_none() {
            // Its lines are at their place, and the edit would not find them there.
            for cell in cells.iter_mut().filter(|cell| own(cell) && cell.verdict == Verdict::Already) {
                cell.reason.get_or_insert_with(|| "upstream has its lines at their place".to_owned());
            }
        }
        if !is_open && !verdicts.contains(&Verdict::Applies) {
            continue;
        }
        let Some(changes) = alone(&on_base, old, &base)? else { continue };
        let carried = Carrier::new(&base, &tree, Care::Usual).carry(&changes, &old.why)?;
        let is_upstream = !carried.is_empty() && carried.iter().all(|file| file.outcome == Outcome::Upstream);
        let shown = |file: &Carried| format!("{}: {}", file.path, file.reasons.join("; "));
        let reason = if is_upstream {
            let all: Vec<String> = carried.iter().map(shown).collect();
            format!("upstream has it: {}", all.join("; "))
        } else if is_open {
            continue;
        } else {
            let Some(result) = result else { continue };
            let is_same = |file: &&Carried| {
                let own = result.iter().find(|one| one.path == file.path);
                let after = |change: Option<&FileChange>| change.and_then(|one| one.after.clone());
                own.is_some() && after(own) == after(file.change.as_ref())
            };
            let looks_off = |file: &&Carried| file.outcome == Outcome::Review && is_same(file);
            let Some(file) = carried.iter().find(looks_off) else { continue };
            shown(file)
        };
        for cell in cells.iter_mut().filter(|cell| own(cell)) {
            let Some(change) = cell.change.and_then(|index| new.changes.get(index)) else { continue };
            if is_open && (cell.verdict.is_open() || cell.verdict == Verdict::Applies) {
                cell.verdict = Verdict::Already;
                cell.candidates.clear();
            } else if cell.verdict == Verdict::Applies && !cell.places.is_empty() {
                let text = cell.places[0].text.clone();
                let (places, why) = (cell.places.clone(), reason.clone());
                cell.verdict = Verdict::Changed;
                cell.candidates = vec![Candidate {
                    places,
                    text,
                    why,
                    change: Some(change.clone()),
                    can_be_taken: true,
                    instead: None,
                }];
            } else {
                continue;
            }
            cell.reason = Some(reason.clone());
        }
    }
    Ok(())
}

/// What an edit alone does on a tree; `None` if it does not fit there.
fn alone(patchset: &Patchset, edit: &Edit, tree: &dyn Tree) -> Result<Option<Vec<FileChange>>, TreeError> {
    let edits = vec![Edit { depends_on: Vec::new(), ..edit.clone() }];
    let plan = plan(&Patchset { edits, applies_to: None, ..patchset.clone() }, tree)?;
    Ok(plan.fits().then_some(plan.changes))
}
