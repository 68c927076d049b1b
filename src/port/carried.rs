//! Questions a judgement of anchors by what lines say: what an edit does on the old release is carried to the new one as a patch is.
//!
//! An anchor says where an edit goes, and not whether the new version has the change already in another form, or no longer has the
//! names that it uses. The old release shows what the edit does to its files, so the rules for patches answer both.

use super::agreed::{agreed, alone, is_in};
use super::by_lines::{as_it_is, changed_lines, first_difference, is_missing, take};
use super::cell::{Candidate, Cell, Verdict};
use super::judge::plain;
use crate::carry::{Care, Carried, Carrier, Lineage, Outcome};
use crate::operation::Operation;
use crate::patchset::{Edit, Patchset};
use crate::plan::prerequisite_changes;
use crate::tree::{FileChange, Location, OverlayTree, Tree, TreeError};

/// Where upstream changed the same lines, and fewer of those around are as they were, an anchor that is found says little.
const LEAST_AROUND: f64 = 0.5;

/// Questions the cells of edits that apply, or that a person would have to decide about, on `tree`. `base` is the release that the
/// patchset was written for, and `lineage` has the commits between both.
///
/// An edit that does not apply is already made if all that it does is upstream; so is a part whose lines are at their place, if the edit
/// does not find them there. Where its anchors in a file were not found, its lines are carried instead, if that is without doubt, and a
/// file that is gone ends it there. One that applies is left to a person if it seems to be upstream, or if carrying the same lines looks
/// off, or if it changes other lines than those that carrying changes without doubt. If it changes the same lines elsewhere, they go
/// where carrying puts them.
///
/// # Errors
/// If one of the trees cannot be read.
pub fn question(
    patchset: &Patchset,
    base: &dyn Tree,
    tree: &dyn Tree,
    lineage: Option<&Lineage>,
    cells: &mut [Cell],
) -> Result<(), TreeError> {
    let on_base = plain(patchset, Some(base), base)?;
    let on_tree = plain(patchset, Some(base), tree)?;
    for (old, new) in on_base.edits.iter().zip(&on_tree.edits) {
        let before = prerequisite_changes(&on_base, old, base, &[])?;
        let there = prerequisite_changes(&on_tree, new, tree, &[])?;
        let (base, tree) = (OverlayTree::new(base, &before), OverlayTree::new(tree, &there));
        let mut own: Vec<&mut Cell> =
            cells.iter_mut().filter(|cell| cell.edit == old.id && cell.change.is_some()).collect();
        let has = |verdict: Verdict| own.iter().any(|cell| cell.verdict == verdict);
        let (applies, moved) = (has(Verdict::Applies), has(Verdict::Moved));
        let is_open = own.iter().any(|cell| cell.verdict.is_open());
        let mut ends = false;
        for cell in own.iter().filter(|cell| cell.verdict == Verdict::Obsolete) {
            ends |= lacks_file(cell, new, &tree)?;
        }
        let planned = alone(&on_tree, new, &tree)?;
        if !is_open && !planned.fits() {
            // Its lines are at their place, and the edit would not find them there.
            for cell in own.iter_mut().filter(|cell| cell.verdict == Verdict::Already) {
                cell.reason.get_or_insert_with(|| "upstream has its lines at their place".to_owned());
            }
        }
        if !(is_open || ends || applies || moved) {
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
        let is_upstream = !carried.is_empty() && carried.iter().all(|file| file.outcome == Outcome::Upstream);
        if is_upstream {
            let all: Vec<String> = carried.iter().map(shown).collect();
            let why = format!("upstream has it: {}", all.join("; "));
            match is_open || is_lines || !applies {
                true => drop_all(own, &why),
                false => doubt(cells, new, &why),
            }
            continue;
        }
        for file in &carried {
            if file.outcome == Outcome::Gone {
                end(new, file, is_lines, cells);
            } else if file.outcome == Outcome::Ported {
                if is_open && agreed(&on_tree, new, &tree, file, cells)? {
                    continue;
                }
                let is_to_do = |cell: &Cell| cell.verdict.is_open() || is_ended(cell, new, file);
                if cells.iter().any(|cell| is_in(cell, new, file) && is_to_do(cell)) {
                    take(new, file, cells, |cell| !cell.verdict.is_open() || is_missing(cell, &planned));
                }
            } else if file.moved_to.is_some() {
                reopen(new, file, cells);
            }
        }
        if !is_open && planned.fits() {
            let (found, elsewhere) = disagreement(&carried, &changes.changes, &planned.changes);
            let mut why = found;
            for (file, reason) in elsewhere {
                let is_taken =
                    why.is_none() && take(new, file, cells, |cell| cell.verdict == Verdict::Applies);
                if !is_taken {
                    why.get_or_insert(reason);
                }
            }
            if let Some(why) = why {
                doubt(cells, new, &why);
            }
        }
    }
    Ok(())
}

/// Whether the new version does not have the file of a part.
fn lacks_file(cell: &Cell, edit: &Edit, tree: &dyn Tree) -> Result<bool, TreeError> {
    match cell.change.and_then(|at| edit.changes.get(at)).map(|change| &change.file[..]) {
        Some([path]) => Ok(tree.file_or_link(path)?.is_none()),
        _ => Ok(false),
    }
}

/// Whether a part ended because its file is not there, which has another name.
fn is_ended(cell: &Cell, edit: &Edit, file: &Carried) -> bool {
    cell.verdict == Verdict::Obsolete && file.moved_to.is_some() && edit.requires.is_empty()
}

/// Leaves to a person what an edit does to a file that has another name, and that cannot be carried there without doubt.
fn reopen(edit: &Edit, file: &Carried, cells: &mut [Cell]) {
    let Some(path) = file.moved_to.as_ref() else { return };
    let by_hand = Candidate {
        places: vec![Location::whole(path)],
        text: String::new(),
        why: shown(file),
        change: None,
        can_be_taken: false,
        instead: None,
    };
    for cell in cells.iter_mut().filter(|cell| is_in(cell, edit, file)) {
        let is_doubtful = cell.verdict == Verdict::Moved && file.outcome == Outcome::Review;
        if is_ended(cell, edit, file) {
            cell.candidates = vec![by_hand.clone()];
            cell.evidence = None;
        } else if !is_doubtful || cell.candidates.is_empty() {
            continue;
        }
        cell.verdict = Verdict::Changed;
        cell.reason = Some(shown(file));
    }
}

/// Ends what an edit does to a file that is gone; if it is more than lines, unless something of it was found in another one.
fn end(edit: &Edit, file: &Carried, is_lines: bool, cells: &mut [Cell]) {
    let can_be_taken = |cell: &Cell| cell.candidates.iter().any(|candidate| candidate.can_be_taken);
    let open: Vec<&mut Cell> =
        cells.iter_mut().filter(|cell| is_in(cell, edit, file) && cell.verdict.is_open()).collect();
    if is_lines || !open.iter().any(|cell| can_be_taken(cell)) {
        for cell in open {
            cell.verdict = Verdict::Obsolete;
            cell.candidates.clear();
            cell.reason = Some(format!("the file is gone: {}", shown(file)));
        }
    }
}

/// Compares what an edit does, `old` on the old version and `new` on the new one, with what was carried: why a person has to look,
/// and the files in which it changes the same lines elsewhere, each with the reason to look at it.
fn disagreement<'a>(
    carried: &'a [Carried],
    old: &[FileChange],
    new: &[FileChange],
) -> (Option<String>, Vec<(&'a Carried, String)>) {
    let mut elsewhere = Vec::new();
    for file in carried {
        let path = file.moved_to.as_ref().unwrap_or(&file.path);
        let Some(own) = new.iter().find(|one| one.path == *path) else { continue };
        let result = file.change.as_ref().and_then(|one| one.after.clone());
        let is_same = own.after == result;
        let has_same_lines = || {
            let before = old.iter().find(|one| one.path == file.path);
            before.is_some_and(|before| changed_lines(before) == changed_lines(own))
        };
        let is_rewritten = file.outcome == Outcome::Conflict && file.around < LEAST_AROUND;
        if (file.outcome == Outcome::Review && is_same)
            || ((file.outcome == Outcome::Review || is_rewritten) && has_same_lines())
        {
            return (Some(shown(file)), elsewhere);
        }
        if file.outcome == Outcome::Ported && !is_same {
            let both = own.after.as_ref().zip(result.as_ref());
            let line = both.and_then(|(own, carried)| first_difference(own, carried));
            let line = line.map_or(String::new(), |(line, _)| format!(" from line {line} on"));
            let why = format!("{}: carried as the lines of a patch, it gives another file{line}", file.path);
            match has_same_lines() {
                true => elsewhere.push((file, why)),
                false => return (Some(why), elsewhere),
            }
        }
    }
    (None, elsewhere)
}

/// Drops all parts of an edit, also those whose lines are there, as the edit may not find them.
fn drop_all(own: Vec<&mut Cell>, why: &str) {
    for cell in own.into_iter().filter(|cell| !matches!(cell.verdict, Verdict::Skipped | Verdict::Obsolete)) {
        cell.verdict = Verdict::Already;
        cell.candidates.clear();
        cell.reason = Some(why.to_owned());
    }
}

/// Leaves the parts of an edit that apply to a person.
fn doubt(cells: &mut [Cell], edit: &Edit, why: &str) {
    for cell in cells.iter_mut().filter(|cell| cell.edit == edit.id && cell.verdict == Verdict::Applies) {
        let Some(candidate) = as_it_is(edit, cell) else { continue };
        cell.verdict = Verdict::Changed;
        cell.candidates = vec![Candidate { why: why.to_owned(), ..candidate }];
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
        let old = [change("one\ntwo\n", "one\n2\n")];
        let said = |around: f64, new: FileChange| disagreement(&[conflict(around)], &old, &[new]).0;
        let same = || change("1\n  two\nthree\n", "1\n  2\nthree\n");
        assert_eq!(said(0.4, same()).as_deref(), Some("a.c: upstream changed the same lines"));
        assert_eq!(said(0.6, same()), None);
        // It means more than its lines on the old version.
        assert_eq!(said(0.4, change("two\ntwo\n", "2\n2\n")), None);
    }
}
