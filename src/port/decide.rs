//! Decides about each cell of a port, and gives the edits that result.

use std::collections::BTreeMap;

use super::cell::{Candidate, Cell, Verdict};
use crate::operation::Anchor;
use crate::patchset::{Change, Edit, Patchset, Requirement};
use crate::plan::RECIPE;

/// The decisions of a person, by row: `no-sharedmods`, `static-modules/collections`.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    /// The number of the accepted candidate, from 1.
    #[serde(default)]
    pub accept: BTreeMap<String, usize>,
    /// The reason why a row, or by its name an edit with all of its rows, is left out on this version.
    #[serde(default)]
    pub drop: BTreeMap<String, String>,
}

/// What was decided about a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Decision {
    /// It stays as it is.
    Kept,
    /// It is replaced by the change of a candidate.
    Taken {
        /// The number of the candidate that was accepted; `None` if the anchor was found with certainty.
        candidate: Option<usize>,
        /// The reason.
        why: String,
    },
    /// It is left out.
    Dropped {
        /// Why.
        why: String,
    },
    /// A person has to decide.
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

/// An edit as ported to the other version.
#[derive(Debug, Clone)]
pub enum Ported {
    /// The edit stays as it is in the patchset.
    Same,
    /// It differs.
    Changed {
        /// Its changes, each with its number in the old edit, from 0.
        changes: Vec<(usize, Change)>,
        /// The facts that it requires, in the order of the old edit.
        requires: Vec<Requirement>,
    },
    /// It is left out, for this reason.
    Dropped(String),
}

/// A decision that matches no cell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDecision {
    /// No open cell has that name.
    #[error("this port has no open row `{row}`")]
    NoRow {
        /// The name.
        row: String,
        /// The rows that are open.
        open: Vec<String>,
    },
    /// The row has no such candidate.
    #[error("`{row}` has no candidate {number}, only {most}")]
    NoCandidate {
        /// The row.
        row: String,
        /// The number that was given.
        number: usize,
        /// How many there are.
        most: usize,
    },
    /// The row is both accepted and dropped.
    #[error("`{row}` is both accepted and dropped")]
    Both {
        /// The row.
        row: String,
    },
    /// The lines of a file were taken for several rows, and only some of them are decided.
    #[error("`{row}` was carried together with `{other}`, which is not decided")]
    Together {
        /// The row that is decided.
        row: String,
        /// One that is not.
        other: String,
    },
    /// The candidate has an anchor but no change: a person has to write it.
    #[error("candidate {number} of `{row}` has no change to take: {why}")]
    ByHand {
        /// The row.
        row: String,
        /// The number.
        number: usize,
        /// The reason.
        why: String,
    },
}

/// Applies `decisions` to the cells of a port.
///
/// # Errors
/// If a decision matches no cell.
pub fn decide(cells: &[Cell], decisions: &Decisions) -> Result<Vec<Decided>, BadDecision> {
    let is_open = |cell: &Cell| cell.verdict.is_open();
    // What was found with certainty needs no decision, and may have one.
    let may_be = |cell: &Cell| is_open(cell) || cell.verdict == Verdict::Moved;
    for row in decisions.accept.keys().chain(decisions.drop.keys()) {
        let all_of = decisions.drop.contains_key(row);
        let is_it = |cell: &&Cell| cell.row() == *row || (all_of && cell.edit == *row);
        // An edit may be dropped by its name whatever was found.
        let is_edit = all_of && cells.iter().any(|cell| cell.edit == *row);
        if !is_edit && !cells.iter().filter(is_it).any(may_be) {
            let open = cells.iter().filter(|cell| is_open(cell)).map(Cell::row).collect();
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
    require_together(&decided, decisions)?;
    drop_with_facts(&mut decided);
    Ok(decided)
}

/// One `diff` takes the place of all rows of a file: who decides about one has to decide about each, and not for the `diff` in some.
fn require_together(decided: &[Decided], decisions: &Decisions) -> Result<(), BadDecision> {
    let lines = |one: &Decided| {
        let first = one.cell.candidates.first().filter(|_| one.cell.by_lines)?;
        Some((one.cell.edit.clone(), first.change.clone()))
    };
    let is_lines = |one: &Decided| match &one.decision {
        Decision::Taken { candidate, .. } => candidate.unwrap_or(1) == 1,
        _ => false,
    };
    for one in decided.iter().filter(|one| !is_lines(one)) {
        let Some(own) = lines(one) else { continue };
        if decisions.drop.contains_key(&one.cell.edit) {
            continue;
        }
        if let Some(other) = decided.iter().find(|two| is_lines(two) && lines(two).as_ref() == Some(&own)) {
            return Err(BadDecision::Together { row: one.cell.row(), other: other.cell.row() });
        }
    }
    Ok(())
}

/// Drops every edit with a dropped requirement.
fn drop_with_facts(decided: &mut [Decided]) {
    let dropped = decided.iter().filter_map(|one| match &one.decision {
        Decision::Dropped { why } if one.cell.change.is_none() && one.cell.edit != RECIPE => {
            Some((one.cell.edit.clone(), why.clone()))
        }
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
    let why = || cell.explanation().unwrap_or_else(|| cell.verdict.name().to_owned());
    let row = cell.row();
    let open = decisions.drop.get(&row).filter(|_| cell.verdict.is_open() || cell.verdict == Verdict::Moved);
    // By its name an edit is dropped as a whole: what of it still fits may be of no use, or not fit, without the rest.
    if let Some(reason) = open.or_else(|| decisions.drop.get(&cell.edit)) {
        return Ok(Decision::Dropped { why: reason.clone() });
    }
    Ok(match cell.verdict {
        Verdict::Applies | Verdict::Skipped => Decision::Kept,
        // If the engine itself finds the change, the edit stays: every plan reports it as `already`.
        Verdict::Already if cell.candidates.is_empty() && cell.reason.is_none() => Decision::Kept,
        Verdict::Already | Verdict::Obsolete => Decision::Dropped { why: why() },
        Verdict::Moved if !decisions.accept.contains_key(&row) => {
            match cell.candidates.first().filter(|first| first.can_be_taken) {
                Some(_) => Decision::Taken { candidate: None, why: why() },
                None => Decision::Kept,
            }
        }
        Verdict::Moved | Verdict::Changed | Verdict::Refused | Verdict::Lost => {
            match decisions.accept.get(&row) {
                // What configure does with a variable is seen by the checks of a build: it stops no port.
                None if cell.edit == RECIPE => Decision::Kept,
                None => Decision::Open,
                Some(number) => match number.checked_sub(1).and_then(|at| cell.candidates.get(at)) {
                    None => {
                        let most = cell.candidates.len();
                        return Err(BadDecision::NoCandidate { row, number: *number, most });
                    }
                    Some(candidate) if !candidate.can_be_taken => {
                        return Err(BadDecision::ByHand { row, number: *number, why: candidate.why.clone() });
                    }
                    Some(candidate) => {
                        Decision::Taken { candidate: Some(*number), why: candidate.why.clone() }
                    }
                },
            }
        }
    })
}

/// The edits of `patchset` as decided, in its order.
pub fn ported(patchset: &Patchset, decided: &[Decided]) -> Vec<(String, Ported)> {
    patchset.edits.iter().map(|edit| (edit.id.clone(), of_edit(edit, decided))).collect()
}

fn of_edit(edit: &Edit, decided: &[Decided]) -> Ported {
    let own: Vec<&Decided> = decided.iter().filter(|one| one.cell.edit == edit.id).collect();
    let is_dropped = |one: &&Decided| matches!(one.decision, Decision::Dropped { .. });
    // A dropped requirement drops the whole edit.
    let whole = own.iter().find(|one| one.cell.change.is_none() && is_dropped(one));
    if let Some(Decision::Dropped { why }) = whole.map(|one| &one.decision) {
        return Ported::Dropped(why.clone());
    }
    let mut changes: Vec<(usize, Change)> = edit.changes.iter().cloned().enumerate().collect();
    let mut reasons: Vec<String> = Vec::new();
    let requires = required(edit, &own);
    let mut differs = requires != edit.requires;
    for one in &own {
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
                let taken = taken(&one.cell, *candidate);
                let Some(new) = taken.and_then(|candidate| candidate.change.clone()) else { continue };
                let Some((_, change)) = changes.iter_mut().find(|(at, _)| *at == index) else { continue };
                let before = change.clone();
                take(change, new, one.cell.part.as_deref());
                differs |= *change != before;
            }
        }
    }
    // Several changes of a file may have become one.
    let mut seen: Vec<Change> = Vec::new();
    changes.retain(|(index, change)| {
        let is_again = edit.changes[*index] != *change && seen.contains(change);
        seen.push(change.clone());
        !is_again
    });
    match (differs, changes.is_empty()) {
        (false, _) => Ported::Same,
        (true, true) => Ported::Dropped(reasons.join("; ")),
        (true, false) => Ported::Changed { changes, requires },
    }
}

/// The candidate that was taken: the first one where the anchor was found with certainty.
pub(super) fn taken(cell: &Cell, candidate: Option<usize>) -> Option<&Candidate> {
    candidate.unwrap_or(1).checked_sub(1).and_then(|at| cell.candidates.get(at))
}

/// The facts that the edit requires, in the files that have them now.
fn required(edit: &Edit, own: &[&Decided]) -> Vec<Requirement> {
    let mut requires = edit.requires.clone();
    for one in own {
        let (Some(at), Decision::Taken { candidate, .. }) = (one.cell.requirement, &one.decision) else {
            continue;
        };
        let file =
            taken(&one.cell, *candidate).and_then(|candidate| candidate.instead.as_ref()?.parse().ok());
        if let (Some(requirement), Some(file)) = (requires.get_mut(at), file) {
            requirement.file = file;
        }
    }
    requires
}

/// Removes a module from a change of several; false if the change has no other part.
fn without_part(changes: &mut [(usize, Change)], index: usize, part: Option<&str>) -> bool {
    let Some((_, change)) = changes.iter_mut().find(|(at, _)| *at == index) else { return true };
    let Anchor::Modules { mut modules, enable } = change.operation.operate().describe().anchor else {
        return false;
    };
    modules.retain(|module| Some(module.name.as_str()) != part);
    if modules.is_empty() {
        return false;
    }
    set_anchor(change, Anchor::Modules { modules, enable });
    true
}

fn set_anchor(change: &mut Change, anchor: Anchor) {
    if let Some(operation) = change.operation.with_anchor(anchor) {
        *change = change.with_operation(operation);
    }
}

/// Replaces a change by an accepted one; in a change of several modules, only the module of the candidate.
fn take(change: &mut Change, new: Change, part: Option<&str>) {
    let anchors = (change.operation.operate().describe().anchor, new.operation.operate().describe().anchor);
    if let (Anchor::Modules { mut modules, enable }, Anchor::Modules { modules: taken, enable: same }) =
        anchors
        && enable == same
    {
        for module in modules.iter_mut().filter(|module| Some(module.name.as_str()) == part) {
            if let Some(new) = taken.iter().find(|new| new.name == module.name) {
                module.clone_from(new);
            }
        }
        set_anchor(change, Anchor::Modules { modules, enable });
        // Their file may have another name now.
        let others: Vec<_> = new.file.into_iter().filter(|file| !change.file.contains(file)).collect();
        change.file.extend(others);
    } else {
        *change = new;
    }
}
