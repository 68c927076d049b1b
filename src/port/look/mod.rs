//! Where to look for an anchor that is not found, a file per format. A rule says what it has seen; it
//! takes nothing.

mod c;
mod declaration;
mod effect;
mod file;
mod makefile;
mod python;
mod recipe;
mod setup;
mod shell;

pub(super) use declaration::{declaration, declared_name};
pub(super) use effect::without_effect;
pub(super) use recipe::recipe;
pub(super) use setup::setup;

use std::collections::BTreeSet;

use super::cell::{Candidate, Spot, Verdict};
use super::judge::{Judging, spot};
use crate::edit::{Near, Outcome, Part, Place};
use crate::patchset::{Change, Edit, Operation};
use crate::text::{LineIndex, line_bounds};
use crate::tree::{TreeError, TreePath};

/// How many candidates are named.
const MOST: usize = 6;

/// What was found of an edit's part.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub verdict: Verdict,
    pub places: Vec<Spot>,
    pub candidates: Vec<Candidate>,
    pub reason: Option<String>,
}

impl Look {
    fn bare(verdict: Verdict) -> Look {
        Look { verdict, places: Vec::new(), candidates: Vec::new(), reason: None }
    }

    pub(super) fn at(verdict: Verdict, places: &[Place]) -> Look {
        Look { places: places.iter().map(spot).collect(), ..Look::bare(verdict) }
    }

    pub(super) fn reason(verdict: Verdict, why: &str) -> Look {
        Look { reason: Some(why.to_owned()), ..Look::bare(verdict) }
    }

    /// `changed` where there are candidates, `otherwise` where there are none.
    fn candidates(candidates: Vec<Candidate>, otherwise: Verdict, reason: &str) -> Look {
        let verdict = if candidates.is_empty() { otherwise } else { Verdict::Changed };
        let mut candidates = candidates;
        candidates.truncate(MOST);
        Look { verdict, places: Vec::new(), candidates, reason: Some(reason.to_owned()) }
    }
}

/// A line of a file, for a candidate.
fn candidate(
    path: &TreePath,
    text: &[u8],
    offsets: &[usize],
    why: &str,
    change: Option<Change>,
) -> Candidate {
    let lines = LineIndex::new(text);
    let mut places: Vec<Spot> = Vec::new();
    for offset in offsets {
        let place = Spot { file: path.clone(), line: lines.line(*offset) };
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let first = offsets.first().map_or(&b""[..], |at| line_bounds(text, *at).of(text).trim_ascii_end());
    Candidate { places, text: String::from_utf8_lossy(first).into_owned(), why: why.to_owned(), change }
}

/// The anchor is there, but its line says something else: the same change, if that is right.
pub(super) fn same_place(change: &Change, places: &[Place], why: &str) -> Look {
    let text = places.first().map_or(String::new(), |place| place.text.clone());
    let all: Vec<Spot> = places.iter().map(spot).collect();
    let candidate =
        Candidate { places: all.clone(), text, why: why.to_owned(), change: Some(change.clone()) };
    Look { verdict: Verdict::Changed, places: all, candidates: vec![candidate], reason: Some(why.to_owned()) }
}

/// The anchor fits, and the change walks into a trap there.
pub(super) fn trapped(change: &Change, places: &[Place], why: &str) -> Look {
    let mut look = same_place(change, places, why);
    for candidate in &mut look.candidates {
        candidate.change = python::without_print_statement(change);
    }
    look
}

/// What to make of a part whose anchor is missing, or stands there too often.
pub(super) fn look(judging: &Judging<'_>, edit: &Edit, index: usize, part: &Part) -> Result<Look, TreeError> {
    let change = &edit.changes[index];
    if judging.bytes(&part.file)?.is_none() {
        return file::gone(judging, edit, index, part);
    }
    let look = match &change.operation {
        Operation::MakefileRemovePrerequisite(_)
        | Operation::MakefileReplacePrerequisite(_)
        | Operation::MakefileAddPrerequisite(_)
        | Operation::MakefilePrefixCommand(_) => makefile::look(judging, edit, index, part)?,
        Operation::ShellPrefixCommand(op) => shell::look(judging, edit, index, part, op)?,
        Operation::CInsert(_)
        | Operation::CReplace(_)
        | Operation::CReplaceFunction(_)
        | Operation::CWrap(_)
        | Operation::CRedirectCall(_)
        | Operation::CAddInclude(_) => c::look(judging, edit, index, part)?,
        _ => None,
    };
    Ok(look.unwrap_or_else(|| nearest(&part.outcome)))
}

/// What the engine itself found near.
fn nearest(outcome: &Outcome) -> Look {
    let of_near = |near: &Near| Candidate {
        places: vec![spot(&near.place)],
        text: near.place.text.clone(),
        why: if near.why.is_empty() { "a similar name".to_owned() } else { near.why.clone() },
        change: None,
    };
    match outcome {
        Outcome::Missing { what, place, near, .. } => {
            let mut look = Look::candidates(near.iter().map(of_near).collect(), Verdict::Lost, what);
            look.places = place.iter().map(spot).collect();
            look
        }
        Outcome::Ambiguous { what, places, .. } => {
            let candidate = |place: &Place| Candidate {
                places: vec![spot(place)],
                text: place.text.clone(),
                why: "one of several places".to_owned(),
                change: None,
            };
            Look::candidates(places.iter().map(candidate).collect(), Verdict::Lost, what)
        }
        other => Look::reason(Verdict::Lost, other.name()),
    }
}

/// Whether a change, as proposed, can be done on the tree.
fn fits(judging: &Judging<'_>, edit: &Edit, change: &Change) -> Result<bool, TreeError> {
    let parts = judging.resolve(edit, change)?;
    Ok(!parts.is_empty() && parts.iter().all(|part| !part.outcome.is_failure()))
}

/// `change`, if it can be done on the tree.
fn tried(judging: &Judging<'_>, edit: &Edit, change: Change) -> Result<Option<Change>, TreeError> {
    Ok(if fits(judging, edit, &change)? { Some(change) } else { None })
}

/// How much of the words of two texts is the same, from 0 to 1.
fn likeness(one: &str, other: &str) -> f64 {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
    let (one, other) = (words(one), words(other));
    let both = one.intersection(&other).count();
    let all = one.union(&other).count();
    if all == 0 { 0.0 } else { both as f64 / all as f64 }
}

/// The likeness of a line to whichever of the old ones it is most like.
fn best_likeness(old: &[String], line: &str) -> f64 {
    old.iter().map(|one| likeness(one, line)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::likeness;

    #[test]
    fn likeness_counts_words() {
        assert!((likeness("a b c", "a b d") - 0.5).abs() < f64::EPSILON);
        assert!(likeness("", "").abs() < f64::EPSILON);
    }
}
