//! Takes the candidates with which carrying the lines of an edit agrees.

use super::by_lines::changed_lines;
use super::cell::{Cell, Verdict};
use crate::patchset::{Edit, Patchset};
use crate::plan::{Plan, plan};
use crate::tree::{FileChange, Tree, TreeError};

/// How many choices of candidates are tried for one file.
const MOST_TRIES: usize = 36;

/// What the candidates of a file say to what was carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agreement {
    /// Those that give the same were taken.
    Taken,
    /// Some fit, and change more lines than the edit does on the old version: they may mean more.
    MeansMore,
    /// None of this.
    No,
}

/// Takes the candidates of the open cells which together make of a file what carrying its lines makes without doubt. `edit` has only the
/// changes of that file, each with its number in the whole one; `rows` are its cells, and `old` what it does on the old version.
pub(super) fn take_agreed(
    patchset: &Patchset,
    (edit, numbers): (&Edit, &[usize]),
    tree: &dyn Tree,
    (old, carried): (&FileChange, &FileChange),
    rows: &mut [&mut Cell],
) -> Result<Agreement, TreeError> {
    let open: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].verdict.is_open()).collect();
    let choices: Vec<usize> = open.iter().map(|at| rows[*at].candidates.len()).collect();
    let tries = choices.iter().try_fold(1_usize, |all, one| all.checked_mul(*one)).unwrap_or(0);
    let mut means_more = false;
    for mut number in (0..tries).take(MOST_TRIES) {
        let mut chosen = Vec::new();
        for (at, choices) in open.iter().zip(&choices) {
            chosen.push((*at, number % choices));
            number /= choices;
        }
        let mut tried = edit.clone();
        let is_complete = chosen.iter().all(|(at, number)| {
            let change = &rows[*at].candidates[*number].change;
            let place = rows[*at].change.and_then(|index| numbers.iter().position(|one| *one == index));
            change.clone().zip(place).is_some_and(|(change, place)| {
                tried.changes[place] = change;
                true
            })
        });
        if !is_complete {
            continue;
        }
        let planned = alone(patchset, &tried, tree)?;
        let Some(own) = planned.changes.iter().find(|one| one.path == carried.path) else { continue };
        if own.after == carried.after {
            for (at, number) in chosen {
                let cell = &mut rows[at];
                let candidate = cell.candidates.remove(number);
                cell.verdict = Verdict::Moved;
                cell.reason = Some(format!("{}; its lines, carried, give the same", candidate.why));
                cell.candidates.insert(0, candidate);
            }
            return Ok(Agreement::Taken);
        }
        means_more |= changed_lines(own).len() > changed_lines(old).len();
    }
    Ok(if means_more { Agreement::MeansMore } else { Agreement::No })
}

/// What an edit alone does on a tree.
pub(super) fn alone(patchset: &Patchset, edit: &Edit, tree: &dyn Tree) -> Result<Plan, TreeError> {
    let edits = vec![Edit { depends_on: Vec::new(), ..edit.clone() }];
    plan(&Patchset { edits, applies_to: None, ..patchset.clone() }, tree)
}
