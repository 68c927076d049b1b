//! Takes the candidates with which carrying the lines of an edit agrees.

use super::cell::{Cell, Verdict};
use crate::carry::Carried;
use crate::patchset::{Edit, Patchset};
use crate::plan::{Plan, plan};
use crate::tree::{Tree, TreeError};

/// How many choices of candidates are tried for one file.
const MOST_TRIES: usize = 36;

/// Takes the candidates of the open cells in a file which together make of it what carrying its lines makes without doubt.
pub(super) fn agreed(
    patchset: &Patchset,
    edit: &Edit,
    tree: &dyn Tree,
    file: &Carried,
    cells: &mut [Cell],
) -> Result<bool, TreeError> {
    let Some(result) = &file.change else { return Ok(false) };
    let open: Vec<usize> = (0..cells.len())
        .filter(|at| is_in(&cells[*at], edit, file) && cells[*at].verdict.is_open())
        .collect();
    let choices: Vec<usize> = open.iter().map(|at| cells[*at].candidates.len()).collect();
    let tries = choices.iter().try_fold(1_usize, |all, one| all.checked_mul(*one)).unwrap_or(0);
    for mut number in (0..tries).take(MOST_TRIES) {
        let mut chosen = Vec::new();
        for (at, choices) in open.iter().zip(&choices) {
            chosen.push((*at, number % choices));
            number /= choices;
        }
        let mut tried = edit.clone();
        let is_complete = chosen.iter().all(|(at, number)| {
            let change = &cells[*at].candidates[*number].change;
            let index = cells[*at].change;
            let place = index.and_then(|index| tried.changes.get_mut(index));
            change.clone().zip(place).is_some_and(|(change, place)| {
                *place = change;
                true
            })
        });
        if !is_complete {
            continue;
        }
        let planned = alone(patchset, &tried, tree)?;
        if planned.changes.iter().any(|one| one.path == result.path && one.after == result.after) {
            for (at, number) in chosen {
                let cell = &mut cells[at];
                let candidate = cell.candidates.remove(number);
                cell.verdict = Verdict::Moved;
                cell.reason = Some(format!("{}; its lines, carried, give the same", candidate.why));
                cell.candidates.insert(0, candidate);
            }
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a cell is of a change of that file.
pub(super) fn is_in(cell: &Cell, edit: &Edit, file: &Carried) -> bool {
    let change = cell.change.and_then(|at| edit.changes.get(at));
    cell.edit == edit.id && change.is_some_and(|change| change.file.contains(&file.path))
}

/// What an edit alone does on a tree.
pub(super) fn alone(patchset: &Patchset, edit: &Edit, tree: &dyn Tree) -> Result<Plan, TreeError> {
    let edits = vec![Edit { depends_on: Vec::new(), ..edit.clone() }];
    plan(&Patchset { edits, applies_to: None, ..patchset.clone() }, tree)
}
