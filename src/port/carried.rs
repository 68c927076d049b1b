//! Questions a judgement of anchors by what lines say: what an edit does on the old release is carried to the new one as a patch is.
//!
//! An anchor says where an edit goes, and not whether the new version has the change already in another form, or no longer has the
//! names that it uses. The old release shows what the edit does to its files, so the rules for patches answer both. Each file of an edit
//! is questioned by itself.

use super::agreed::{Agreement, alone, take_agreed};
use super::by_lines::{as_it_is, changed_lines, first_difference, is_missing, take};
use super::cell::{Candidate, Cell, Verdict};
use super::judge::plain;
use crate::carry::{Care, Carried, Carrier, Lineage, Outcome};
use crate::operation::{Anchor, Operation};
use crate::patchset::{Change, Edit, Patchset};
use crate::plan::{Plan, prerequisite_changes};
use crate::tree::{FileChange, Location, OverlayTree, Tree, TreeError};

/// Where upstream changed the same lines, and fewer of those around are as they were, an anchor that is only a text says little.
const LEAST_AROUND: f64 = 0.5;
/// If another file has more of the lines of one that is gone, a person decides whether it took its place.
const MOST_ELSEWHERE: f64 = 0.2;

/// Questions the cells of edits that apply, or that a person would have to decide about, on `tree`. `base` is the release that the
/// patchset was written for, and `lineage` has the commits between both. Only with `by_lines` lines take the place of edits.
///
/// docs/porting.md has the table of what follows from an anchor and from the lines of an edit.
///
/// # Errors
/// If one of the trees cannot be read.
pub fn question(
    patchset: &Patchset,
    (base, tree): (&dyn Tree, &dyn Tree),
    lineage: Option<&Lineage>,
    by_lines: bool,
    cells: &mut [Cell],
) -> Result<(), TreeError> {
    let on_base = plain(patchset, Some(base), base)?;
    let on_tree = plain(patchset, Some(base), tree)?;
    for (old, new) in on_base.edits.iter().zip(&on_tree.edits) {
        let own = || cells.iter().filter(|cell| cell.edit == old.id && cell.change.is_some());
        if own().all(|cell| cell.verdict == Verdict::Skipped) {
            continue;
        }
        let before = prerequisite_changes(&on_base, old, base, &[])?;
        let there = prerequisite_changes(&on_tree, new, tree, &[])?;
        let (base, tree) = (OverlayTree::new(base, &before), OverlayTree::new(tree, &there));
        let is_to_do = own().any(|cell| {
            cell.verdict.is_open()
                || matches!(cell.verdict, Verdict::Applies | Verdict::Moved | Verdict::Obsolete)
        });
        if !own().any(|cell| cell.verdict.is_open()) && !alone(&on_tree, new, &tree)?.fits() {
            // Its lines are at their place, and the edit would not find them there.
            for cell in cells.iter_mut().filter(|cell| cell.edit == old.id && cell.change.is_some()) {
                if cell.verdict == Verdict::Already {
                    cell.reason.get_or_insert_with(|| "upstream has its lines at their place".to_owned());
                }
            }
        }
        if !is_to_do {
            continue;
        }
        let changes = alone(&on_base, old, &base)?;
        if !changes.fits() {
            continue;
        }
        // What is only lines is carried as its patch would be.
        let is_lines = old.changes.iter().all(|change| matches!(change.operation, Operation::Diff(_)));
        let care = if is_lines { Care::Usual } else { Care::Placed };
        let carrier = Carrier::new(&base, &tree, care).with_lineage(lineage);
        let carried = carrier.carry(&changes.changes, &old.why)?;
        for file in &carried {
            let Some(before) = changes.changes.iter().find(|one| one.path == file.path) else { continue };
            let numbers: Vec<usize> =
                (0..new.changes.len()).filter(|at| new.changes[*at].file.contains(&file.path)).collect();
            // With another value for the new version, the lines are not those that it is to have.
            if numbers.iter().any(|at| old.changes.get(*at) != new.changes.get(*at)) {
                continue;
            }
            let edit = Edit {
                changes: numbers.iter().map(|at| new.changes[*at].clone()).collect(),
                requires: Vec::new(),
                ..new.clone()
            };
            let mut rows: Vec<&mut Cell> = cells
                .iter_mut()
                .filter(|cell| cell.edit == old.id && cell.change.is_some_and(|at| numbers.contains(&at)))
                .collect();
            let questioned = Questioned {
                patchset: &on_tree,
                edit: &edit,
                numbers: &numbers,
                tree: &tree,
                before,
                has_facts: !new.requires.is_empty(),
                is_lines,
                by_lines,
            };
            questioned.answer(file, &mut rows)?;
        }
    }
    Ok(())
}

/// What an edit does to one file.
struct Questioned<'a> {
    patchset: &'a Patchset,
    /// The edit with only its changes of that file, without the facts that it requires.
    edit: &'a Edit,
    /// The numbers of these changes in the whole edit.
    numbers: &'a [usize],
    /// The new version, with what the edit depends on.
    tree: &'a dyn Tree,
    /// What it does to the file on the old version.
    before: &'a FileChange,
    /// Whether the edit requires facts, which have rows of their own.
    has_facts: bool,
    /// Whether the whole edit is a `diff` only.
    is_lines: bool,
    /// Whether lines may take its place.
    by_lines: bool,
}

impl Questioned<'_> {
    /// Changes the cells of the file, `rows`, by what was carried.
    fn answer(&self, file: &Carried, rows: &mut [&mut Cell]) -> Result<(), TreeError> {
        let is_open = rows.iter().any(|cell| cell.verdict.is_open());
        let is_fit = |cell: &Cell| matches!(cell.verdict, Verdict::Applies | Verdict::Moved);
        let fits = rows.iter().any(|cell| is_fit(cell));
        // What it names is nowhere, but its lines have a place, or its file has another name.
        let has_place = file.moved_to.is_some() || matches!(file.outcome, Outcome::Ported | Outcome::Review);
        let is_each = rows.len() == self.numbers.len() && !self.has_facts;
        let is_ended = |cell: &Cell| cell.verdict == Verdict::Obsolete && has_place && is_each;
        if !is_open && !fits && !rows.iter().any(|cell| is_ended(cell)) {
            return Ok(());
        }
        match file.outcome {
            Outcome::Upstream if is_open || self.is_lines || !fits => {
                drop_all(rows, &format!("upstream has it: {}", shown(file)));
            }
            Outcome::Upstream => self.doubt(rows, &format!("upstream has it: {}", shown(file))),
            Outcome::Gone => self.end(file, rows),
            Outcome::Review | Outcome::Conflict if rows.iter().any(|cell| is_ended(cell)) => {
                reopen(file, rows);
            }
            Outcome::Ported if is_open || rows.iter().any(|cell| is_ended(cell)) => {
                let planned = alone(self.patchset, self.edit, self.tree)?;
                let is_missing = |cell: &Cell| is_missing(cell, self.numbers, &planned);
                let agreement = match &file.change {
                    Some(carried) if is_open => {
                        let edit = (self.edit, self.numbers);
                        take_agreed(self.patchset, edit, self.tree, (self.before, carried), rows)?
                    }
                    _ => Agreement::No,
                };
                let may = |cell: &Cell| !cell.verdict.is_open() || is_missing(cell);
                if self.by_lines && agreement == Agreement::No && rows.iter().all(|cell| may(cell)) {
                    let why =
                        rows.iter().find(|cell| cell.verdict.is_open()).and_then(|cell| cell.reason.clone());
                    let why = why.map_or(String::new(), |why| format!("{why}; "));
                    take(self.edit, file, rows, &why);
                }
            }
            _ if !is_open && fits => {
                let planned = self.as_moved(rows)?;
                let is_text = self.edit.changes.iter().all(is_text_alone);
                let own = planned.changes.iter().find(|one| one.path == *target(file));
                match disagreement(file, is_text, self.before, own) {
                    None => {}
                    Some(Disagreement::Elsewhere(why))
                        if self.by_lines
                            && rows.iter().all(|cell| is_fit(cell))
                            && take(self.edit, file, rows, &format!("{why}; ")) => {}
                    Some(Disagreement::Elsewhere(why) | Disagreement::Doubt(why)) => self.doubt(rows, &why),
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What the edit does to the file, with the candidates of changes whose file moved.
    fn as_moved(&self, rows: &[&mut Cell]) -> Result<Plan, TreeError> {
        let mut edit = self.edit.clone();
        for cell in rows.iter().filter(|cell| cell.verdict == Verdict::Moved) {
            let place = cell.change.and_then(|index| self.numbers.iter().position(|one| *one == index));
            let change = cell.candidates.first().and_then(|candidate| candidate.change.clone());
            if let (Some(place), Some(change)) = (place, change) {
                edit.changes[place] = change;
            }
        }
        alone(self.patchset, &edit, self.tree)
    }

    /// Leaves the parts that are found to a person.
    fn doubt(&self, rows: &mut [&mut Cell], why: &str) {
        for cell in rows {
            let change = self.numbers.iter().position(|one| Some(*one) == cell.change);
            let change: Option<&Change> = change.map(|at| &self.edit.changes[at]);
            match cell.verdict {
                Verdict::Applies => {
                    let Some(candidate) = change.and_then(|change| as_it_is(change, cell)) else { continue };
                    cell.candidates = vec![Candidate { why: why.to_owned(), ..candidate }];
                }
                Verdict::Moved if !cell.candidates.is_empty() => {}
                _ => continue,
            }
            cell.verdict = Verdict::Changed;
            cell.reason = Some(why.to_owned());
        }
    }

    /// Ends what it does to a file that is gone; if it is more than lines, unless something of it was found in another one.
    fn end(&self, file: &Carried, rows: &mut [&mut Cell]) {
        let is_taken = |cell: &Cell| cell.candidates.iter().any(|candidate| candidate.can_be_taken);
        let open = rows.iter_mut().filter(|cell| cell.verdict.is_open());
        let open: Vec<&mut &mut Cell> = open.collect();
        let is_elsewhere = file.around > MOST_ELSEWHERE || open.iter().any(|cell| is_taken(cell));
        if self.is_lines || !is_elsewhere {
            for cell in open {
                let like = cell.candidates.first().and_then(|one| one.places.first());
                let like = like.map_or(String::new(), |place| {
                    format!("; {}:{} has something like it", place.file, place.line)
                });
                cell.reason = Some(format!("the file is gone: {}{like}", shown(file)));
                cell.verdict = Verdict::Obsolete;
                cell.candidates.clear();
            }
        }
    }
}

/// Where a file is in the new version.
fn target(file: &Carried) -> &crate::tree::TreePath {
    file.moved_to.as_ref().unwrap_or(&file.path)
}

/// Leaves to a person what an edit does to a file that has another name, and that cannot be carried there without doubt.
fn reopen(file: &Carried, rows: &mut [&mut Cell]) {
    let by_hand = Candidate {
        places: vec![Location::whole(target(file))],
        text: String::new(),
        why: shown(file),
        change: None,
        can_be_taken: false,
        instead: None,
    };
    for cell in rows.iter_mut().filter(|cell| cell.verdict == Verdict::Obsolete) {
        cell.verdict = Verdict::Changed;
        cell.candidates = vec![by_hand.clone()];
        cell.evidence = None;
        cell.reason = Some(shown(file));
    }
}

/// Whether a change is found by code or a text alone, wherever that is in the file.
fn is_text_alone(change: &Change) -> bool {
    let anchor = change.operation.operate().describe().anchor;
    change.within.is_none() && matches!(anchor, Anchor::Text(_) | Anchor::Code { function: None, .. })
}

/// How an edit that is found differs from its lines carried.
#[derive(Debug, PartialEq)]
enum Disagreement {
    /// A person has to look, for this reason.
    Doubt(String),
    /// It changes the same lines elsewhere.
    Elsewhere(String),
}

/// Compares what an edit does to a file, `old` on the old version and `new` on the new one, with what was carried.
/// `is_text` says that it is found by texts alone.
fn disagreement(
    file: &Carried,
    is_text: bool,
    old: &FileChange,
    new: Option<&FileChange>,
) -> Option<Disagreement> {
    if old.before.is_none() || old.after.is_none() {
        return None;
    }
    let Some(own) = new else {
        let why = format!("{}: carried as the lines of a patch, it changes {}", file.path, target(file));
        return (file.outcome == Outcome::Ported && file.change.is_some())
            .then_some(Disagreement::Doubt(why));
    };
    let result = file.change.as_ref().and_then(|one| one.after.as_ref());
    let is_same = own.after.as_ref() == result;
    let has_same_lines = || changed_lines(old) == changed_lines(own);
    match file.outcome {
        Outcome::Review if is_same || has_same_lines() => Some(Disagreement::Doubt(shown(file))),
        Outcome::Conflict if is_text && file.around < LEAST_AROUND && has_same_lines() => {
            Some(Disagreement::Doubt(shown(file)))
        }
        Outcome::Ported if !is_same => {
            let both = own.after.as_ref().zip(result);
            let line = both.and_then(|(own, carried)| first_difference(own, carried));
            let line = line.map_or(String::new(), |(line, _)| format!(" from line {line} on"));
            let why = format!("{}: carried as the lines of a patch, it gives another file{line}", file.path);
            let is_elsewhere = has_same_lines();
            Some(if is_elsewhere { Disagreement::Elsewhere(why) } else { Disagreement::Doubt(why) })
        }
        _ => None,
    }
}

/// Drops all parts of a file, also those whose lines are there, as the edit may not find them.
fn drop_all(rows: &mut [&mut Cell], why: &str) {
    for cell in rows.iter_mut().filter(|cell| !matches!(cell.verdict, Verdict::Skipped | Verdict::Obsolete)) {
        cell.verdict = Verdict::Already;
        cell.candidates.clear();
        cell.reason = Some(why.to_owned());
    }
}

fn shown(file: &Carried) -> String {
    format!("{}: {}", file.path, file.reasons.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::File;

    fn change(before: &str, after: &str) -> FileChange {
        let file = |text: &str| Some(File::new(text.as_bytes().to_vec(), false));
        let path = "a.c".parse().unwrap();
        FileChange { path, before: file(before), after: file(after), rewrites: Vec::new() }
    }

    fn conflict(around: f64) -> Carried {
        let reasons = vec!["upstream changed the same lines".to_owned()];
        let (path, outcome) = ("a.c".parse().unwrap(), Outcome::Conflict);
        Carried { path, moved_to: None, outcome, reasons, is_added: false, around, change: None }
    }

    #[test]
    fn an_anchor_in_code_that_upstream_rewrote_says_little() {
        let old = change("one\ntwo\n", "one\n2\n");
        let said = |around: f64, new: FileChange| disagreement(&conflict(around), true, &old, Some(&new));
        let same = || change("1\n  two\nthree\n", "1\n  2\nthree\n");
        let doubt = Disagreement::Doubt("a.c: upstream changed the same lines".to_owned());
        assert_eq!(said(0.4, same()), Some(doubt));
        assert_eq!(said(0.6, same()), None);
        assert_eq!(disagreement(&conflict(0.4), false, &old, Some(&same())), None);
        // It means more than its lines on the old version.
        assert_eq!(said(0.4, change("two\ntwo\n", "2\n2\n")), None);
    }
}
