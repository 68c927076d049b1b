//! The finding of a search for an anchor on another version.

use super::cell::{Candidate, Evidence, Verdict};
use crate::edit::{Near, Outcome};
use crate::patchset::Change;
use crate::tree::{Location, TreePath};

/// How many candidates are named.
const MOST: usize = 6;

/// The result of comparing or searching the anchor of one part.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub verdict: Verdict,
    pub places: Vec<Location>,
    pub candidates: Vec<Candidate>,
    pub reason: Option<String>,
    pub evidence: Option<Evidence>,
    /// Whether the tree has what the anchor names: not if none of its names is in the code.
    pub has_anchor: bool,
}

impl Finding {
    /// A verdict that these lines show.
    pub(super) fn at(verdict: Verdict, places: &[Location]) -> Finding {
        Finding {
            verdict,
            places: places.to_vec(),
            candidates: Vec::new(),
            reason: None,
            evidence: None,
            has_anchor: verdict != Verdict::Obsolete,
        }
    }

    pub(super) fn reason(verdict: Verdict, why: &str) -> Finding {
        Finding { reason: Some(why.to_owned()), ..Finding::at(verdict, &[]) }
    }

    /// `changed` if there are candidates, `otherwise` if there are none.
    pub(super) fn candidates(mut candidates: Vec<Candidate>, otherwise: Verdict, reason: &str) -> Finding {
        let verdict = if candidates.is_empty() { otherwise } else { Verdict::Changed };
        candidates.truncate(MOST);
        Finding { candidates, ..Finding::reason(verdict, reason) }
    }

    /// [`candidates`](Finding::candidates) in the order of their likeness, the greatest first.
    pub(super) fn ranked(found: Vec<(f64, Candidate)>, otherwise: Verdict, reason: &str) -> Finding {
        Finding::candidates(most_alike_first(found), otherwise, reason)
    }

    /// The anchor is found on a different line: the same change is the candidate.
    pub(super) fn same_place(change: &Change, places: &[Location], why: &str) -> Finding {
        let text = places.first().map_or(String::new(), |place| place.text.clone());
        let (places, why) = (places.to_vec(), why.to_owned());
        let candidate = Candidate {
            places: places.clone(),
            text,
            why: why.clone(),
            change: Some(change.clone()),
            instead: None,
            can_be_taken: true,
        };
        Finding {
            verdict: Verdict::Changed,
            places,
            candidates: vec![candidate],
            reason: Some(why),
            evidence: None,
            has_anchor: true,
        }
    }

    /// The change would add a label that the `switch` has at `place`.
    pub(super) fn label_there(place: Location) -> Finding {
        let why = format!("the `switch` has `{}` already: a second one would not compile", place.text.trim());
        let (text, places) = (place.text.clone(), vec![place.clone()]);
        let candidate =
            Candidate { places, text, why: why.clone(), change: None, can_be_taken: false, instead: None };
        Finding { places: vec![place], ..Finding::candidates(vec![candidate], Verdict::Changed, &why) }
    }

    /// The near misses of the outcome, as candidates.
    pub(super) fn near_misses(outcome: &Outcome) -> Finding {
        let candidate = |place: &Location, why: &str| Candidate {
            places: vec![place.clone()],
            text: place.text.clone(),
            why: why.to_owned(),
            change: None,
            instead: None,
            can_be_taken: false,
        };
        let of_near = |near: &Near| {
            candidate(&near.place, if near.why.is_empty() { "a similar name" } else { &near.why })
        };
        match outcome {
            Outcome::Missing { what, place, near, .. } => Finding {
                places: place.iter().cloned().collect(),
                ..Finding::candidates(near.iter().map(of_near).collect(), Verdict::Lost, what)
            },
            Outcome::Ambiguous { what, places, .. } => {
                let all = places.iter().map(|place| candidate(place, "one of several matches"));
                Finding::candidates(all.collect(), Verdict::Lost, what)
            }
            Outcome::Change(_) | Outcome::Already(_) | Outcome::Skipped { .. } | Outcome::Refused { .. } => {
                Finding::reason(Verdict::Lost, outcome.name())
            }
        }
    }
}

/// Candidates in the order of their likeness, the greatest first.
pub(super) fn most_alike_first(mut found: Vec<(f64, Candidate)>) -> Vec<Candidate> {
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// A candidate at these offsets of a file.
pub(super) fn candidate(
    path: &TreePath,
    text: &[u8],
    offsets: &[usize],
    why: &str,
    change: Option<Change>,
) -> Candidate {
    let mut places: Vec<Location> = Vec::new();
    for offset in offsets {
        let place = Location::of(path, text, *offset);
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let text = places.first().map_or(String::new(), |first| first.text.clone());
    let can_be_taken = change.is_some();
    Candidate { places, text, why: why.to_owned(), change, can_be_taken, instead: None }
}
