//! What is decided of each cell of a port, and the edits that come of it.

use std::collections::BTreeMap;

use super::cell::{Cell, Verdict};
use super::judge::RECIPE;
use crate::patchset::{Change, Edit, Operation, Patchset};

/// What a person has decided, by row: `no-sharedmods`, `static-modules/collections`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// The number of the candidate that is taken, from 1.
    #[serde(default)]
    pub accept: BTreeMap<String, usize>,
    /// What is left out on this version, and why.
    #[serde(default)]
    pub drop: BTreeMap<String, String>,
}

/// What was decided of a cell, and by whom.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// It stays as it is.
    Kept,
    /// It is changed, so that it does the same there.
    Taken {
        /// The number of the candidate that was accepted; nothing where the place was certain.
        candidate: Option<usize>,
        /// What was seen.
        why: String,
    },
    /// It is left out.
    Dropped {
        /// Why.
        why: String,
    },
    /// Somebody has to decide.
    Open,
}

/// A decided cell.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The cell.
    pub cell: Cell,
    /// What was decided.
    pub decision: Decision,
}

/// An edit as it is on the other version.
#[derive(Debug, Clone)]
pub enum Ported {
    /// The patchset's own will do.
    Same,
    /// These are its changes there, each with the number that it has in the patchset.
    Changed(Vec<(usize, Change)>),
    /// It is left out, for this reason.
    Dropped(String),
}

/// A decision that fits no cell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDecision {
    /// No cell has that name, or nothing is to be decided about it.
    #[error("`{row}` is no row of this port that is to be decided")]
    NoRow {
        /// The name.
        row: String,
        /// The rows that are to be decided.
        open: Vec<String>,
    },
    /// The candidate is not there.
    #[error("`{row}` has no candidate {number}: there are {most}")]
    NoCandidate {
        /// The row.
        row: String,
        /// The number that was given.
        number: usize,
        /// How many there are.
        most: usize,
    },
    /// It is to be taken and to be left out.
    #[error("`{row}` is to be accepted and to be dropped")]
    Both {
        /// The row.
        row: String,
    },
    /// The candidate says where, and what to write is a person's work.
    #[error("candidate {number} of `{row}` cannot be taken by itself: {why}")]
    ByHand {
        /// The row.
        row: String,
        /// The number.
        number: usize,
        /// What was seen.
        why: String,
    },
}

/// Applies `decisions` to the cells of a port.
///
/// # Errors
/// When a decision fits no cell.
pub fn decide(cells: &[Cell], decisions: &Decisions) -> Result<Vec<Decided>, BadDecision> {
    let is_to_be_decided = |cell: &Cell| cell.verdict.is_open() && cell.edit != RECIPE;
    for row in decisions.accept.keys().chain(decisions.drop.keys()) {
        let all_of = decisions.drop.contains_key(row);
        let is_it = |cell: &&Cell| cell.row() == *row || (all_of && cell.edit == *row);
        if !cells.iter().filter(is_it).any(is_to_be_decided) {
            let open = cells.iter().filter(|cell| is_to_be_decided(cell)).map(Cell::row).collect();
            return Err(BadDecision::NoRow { row: row.clone(), open });
        }
    }
    if let Some(row) = decisions.accept.keys().find(|row| decisions.drop.contains_key(*row)) {
        return Err(BadDecision::Both { row: row.clone() });
    }
    let mut decided = Vec::with_capacity(cells.len());
    for cell in cells {
        decided.push(Decided { decision: decision(cell, decisions)?, cell: cell.clone() });
    }
    with_their_facts(&mut decided);
    Ok(decided)
}

/// A fact that an edit requires, and that is dropped, takes the whole edit with it.
fn with_their_facts(decided: &mut [Decided]) {
    let dropped = decided.iter().filter_map(|one| match &one.decision {
        Decision::Dropped { why } if one.cell.change.is_none() => Some((one.cell.edit.clone(), why.clone())),
        _ => None,
    });
    let facts: Vec<(String, String)> = dropped.collect();
    for one in decided {
        if let Some((_, why)) = facts.iter().find(|(edit, _)| *edit == one.cell.edit) {
            one.decision = Decision::Dropped { why: why.clone() };
        }
    }
}

fn decision(cell: &Cell, decisions: &Decisions) -> Result<Decision, BadDecision> {
    let why = || cell.reason.clone().unwrap_or_else(|| cell.verdict.name().to_owned());
    let row = cell.row();
    // What a recipe presets is part of `build:`, which a person ports.
    if cell.edit == RECIPE {
        return Ok(Decision::Kept);
    }
    let decided = decisions.drop.get(&row).or_else(|| decisions.drop.get(&cell.edit));
    if let Some(reason) = decided.filter(|_| cell.verdict.is_open()) {
        return Ok(Decision::Dropped { why: reason.clone() });
    }
    Ok(match cell.verdict {
        Verdict::Applies | Verdict::Skipped => Decision::Kept,
        // Where the engine finds it by itself, the edit stays: it says so on every plan.
        Verdict::Already if cell.candidates.is_empty() && cell.reason.is_none() => Decision::Kept,
        Verdict::Already | Verdict::Obsolete => Decision::Dropped { why: why() },
        Verdict::Moved => match cell.candidates.first().and_then(|first| first.change.as_ref()) {
            Some(_) => Decision::Taken { candidate: None, why: why() },
            None => Decision::Kept,
        },
        Verdict::Changed | Verdict::Refused | Verdict::Lost => match decisions.accept.get(&row) {
            None => Decision::Open,
            Some(number) => match number.checked_sub(1).and_then(|at| cell.candidates.get(at)) {
                None => {
                    let most = cell.candidates.len();
                    return Err(BadDecision::NoCandidate { row, number: *number, most });
                }
                Some(candidate) if candidate.change.is_none() => {
                    return Err(BadDecision::ByHand { row, number: *number, why: candidate.why.clone() });
                }
                Some(candidate) => Decision::Taken { candidate: Some(*number), why: candidate.why.clone() },
            },
        },
    })
}

/// The edits of `patchset` as they were decided, in its order.
pub fn ported(patchset: &Patchset, decided: &[Decided]) -> Vec<(String, Ported)> {
    patchset.edits.iter().map(|edit| (edit.id.clone(), of_edit(edit, decided))).collect()
}

fn of_edit(edit: &Edit, decided: &[Decided]) -> Ported {
    let of_it: Vec<&Decided> = decided.iter().filter(|one| one.cell.edit == edit.id).collect();
    let is_dropped = |one: &&Decided| matches!(one.decision, Decision::Dropped { .. });
    // A fact that the edit requires, and that is dropped, takes the edit with it.
    let whole = of_it.iter().find(|one| one.cell.change.is_none() && is_dropped(one));
    if let Some(Decision::Dropped { why }) = whole.map(|one| &one.decision) {
        return Ported::Dropped(why.clone());
    }
    let mut changes: Vec<(usize, Change)> = edit.changes.iter().cloned().enumerate().collect();
    let mut reasons: Vec<String> = Vec::new();
    let mut differs = false;
    for one in &of_it {
        let Some(index) = one.cell.change else { continue };
        match &one.decision {
            Decision::Kept | Decision::Open => {}
            Decision::Dropped { why } => {
                differs = true;
                if !reasons.contains(why) {
                    reasons.push(why.clone());
                }
                let left = without_part(&mut changes, index, one.cell.part.as_deref());
                if !left {
                    changes.retain(|(at, _)| *at != index);
                }
            }
            Decision::Taken { candidate, .. } => {
                let number = candidate.unwrap_or(1);
                let taken = number.checked_sub(1).and_then(|at| one.cell.candidates.get(at));
                let Some(new) = taken.and_then(|candidate| candidate.change.clone()) else { continue };
                let Some((_, change)) = changes.iter_mut().find(|(at, _)| *at == index) else { continue };
                let before = change.clone();
                take(change, new, one.cell.part.as_deref());
                differs |= *change != before;
            }
        }
    }
    match (differs, changes.is_empty()) {
        (false, _) => Ported::Same,
        (true, true) => Ported::Dropped(reasons.join("; ")),
        (true, false) => Ported::Changed(changes),
    }
}

/// Takes a module out of a change that names several; false where the change is about nothing else.
fn without_part(changes: &mut [(usize, Change)], index: usize, part: Option<&str>) -> bool {
    let Some((_, change)) = changes.iter_mut().find(|(at, _)| *at == index) else { return true };
    let modules = match &mut change.operation {
        Operation::SetupEnable(op) => &mut op.modules,
        Operation::SetupDisable(op) => &mut op.modules,
        _ => return false,
    };
    modules.retain(|module| Some(module.name.as_str()) != part);
    !modules.is_empty()
}

/// Puts an accepted change in the place of the old one; of a change that names several modules, the one
/// that the candidate is for.
fn take(change: &mut Change, new: Change, part: Option<&str>) {
    match (&mut change.operation, &new.operation) {
        (Operation::SetupEnable(old), Operation::SetupEnable(taken)) => {
            replace_module(&mut old.modules, &taken.modules, part);
        }
        (Operation::SetupDisable(old), Operation::SetupDisable(taken)) => {
            replace_module(&mut old.modules, &taken.modules, part);
        }
        _ => *change = new,
    }
}

fn replace_module(
    modules: &mut [crate::patchset::operation::setup::Module],
    taken: &[crate::patchset::operation::setup::Module],
    part: Option<&str>,
) {
    for module in modules.iter_mut().filter(|module| Some(module.name.as_str()) == part) {
        if let Some(new) = taken.iter().find(|new| new.name == module.name) {
            module.clone_from(new);
        }
    }
}
