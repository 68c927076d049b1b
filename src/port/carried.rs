//! Questions a judgement of anchors by what lines say: what an edit does on the old release is carried to the new one as a patch is.
//!
//! An anchor says where an edit goes, and not whether the new version has the change already in another form, or no longer has the
//! names that it uses. The old release shows what the edit does to its files, so the rules for patches answer both.

use super::cell::{Candidate, Cell, Verdict};
use super::judge::plain;
use crate::carry::{Care, Carried, Carrier, Outcome};
use crate::patchset::{Edit, Patchset};
use crate::plan::{plan, prerequisite_changes};
use crate::text::lines;
use crate::tree::{File, FileChange, OverlayTree, Tree, TreeError};

/// Questions the cells of edits that apply, or that a person would have to decide about, on `tree`. `base` is the release that the
/// patchset was written for.
///
/// An edit that does not apply is already made if all that it does is upstream; so is a part whose lines are at their place, if the edit
/// does not find them there. One that applies is left to a person if it seems to be
/// upstream, or if what it gives is what carrying gives, and looks off, or is not what carrying gives without doubt.
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
            // What the edit and carrying make of a file; `None` if the edit does nothing to it.
            let both = |file: &Carried| {
                let path = file.moved_to.as_ref().unwrap_or(&file.path);
                let own = result.iter().find(|one| one.path == *path)?;
                Some([own.after.clone(), file.change.as_ref().and_then(|one| one.after.clone())])
            };
            let is = |file: &Carried, outcome, same| {
                file.outcome == outcome && both(file).is_some_and(|[own, carried]| (own == carried) == same)
            };
            let looks_off = |file: &&Carried| is(file, Outcome::Review, true);
            let disagrees = |file: &&Carried| is(file, Outcome::Ported, false);
            match (carried.iter().find(looks_off), carried.iter().find(disagrees)) {
                (Some(file), _) => shown(file),
                (None, Some(file)) => {
                    let line = both(file).and_then(|[own, carried]| first_difference(&own?, &carried?));
                    let line = line.map_or(String::new(), |line| format!(" from line {line} on"));
                    format!("{}: carried as the lines of a patch, it gives another file{line}", file.path)
                }
                (None, None) => continue,
            }
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

/// The first line in which two files differ, from 1; `None` if they have the same lines.
fn first_difference(one: &File, other: &File) -> Option<usize> {
    let mut others = lines(&other.bytes).map(|line| line.of(&other.bytes));
    let differs = lines(&one.bytes).position(|line| others.next() != Some(line.of(&one.bytes)));
    let ends = lines(&one.bytes).count();
    differs.or((lines(&other.bytes).count() > ends).then_some(ends)).map(|line| line + 1)
}

/// What an edit alone does on a tree; `None` if it does not fit there.
fn alone(patchset: &Patchset, edit: &Edit, tree: &dyn Tree) -> Result<Option<Vec<FileChange>>, TreeError> {
    let edits = vec![Edit { depends_on: Vec::new(), ..edit.clone() }];
    let plan = plan(&Patchset { edits, applies_to: None, ..patchset.clone() }, tree)?;
    Ok(plan.fits().then_some(plan.changes))
}
