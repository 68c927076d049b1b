//! From a change and a file to parts: which scope, which outcome.

use super::outcome::{Near, Outcome, Part};
use crate::operation::c::balanced;
use crate::operation::m4::keeps_joined_lines;
use crate::operation::{
    Answer, Delta, Failure, Family, Miss, Module, ParsedFile, Resolution, Site, Within, keeps_first_lines,
};
use crate::patchset::Change;
use crate::text::Span;
use crate::tree::{Location, TreePath};

/// A part without deltas.
pub(super) fn part(index: usize, change: &Change, file: &TreePath, outcome: Outcome) -> Part {
    Part {
        change: index,
        name: None,
        operation: change.operation.name(),
        file: file.clone(),
        outcome,
        deltas: Vec::new(),
        anchors: Vec::new(),
        chosen: None,
        compared: change.operation.operate().describe().compared,
    }
}

/// The parts of a change in `file`, which is empty if it does not exist.
pub(super) fn in_file(
    index: usize,
    change: &Change,
    file: &ParsedFile,
    exists: bool,
    target: Option<&ParsedFile>,
) -> Vec<Part> {
    let operation = change.operation.operate();
    let answered = |module: Option<&Module>, answer: Answer| {
        let name = module.map(|module| module.name.clone());
        let bare = part(index, change, &file.path, outcome(&answer, file));
        match answer {
            Ok(Resolution::Change { deltas, anchors }) => Part { name, deltas, anchors, ..bare },
            Ok(Resolution::Already(_)) | Err(_) => Part { name, ..bare },
        }
    };
    let scopes = match change.within.as_ref().map_or(Ok(vec![file.span()]), |within| within.resolve(file)) {
        Ok(scopes) => scopes,
        Err(failure) => return vec![answered(None, Err(failure))],
    };
    let resolve = |module: Option<&Module>| {
        let resolve_in = |scope: Span| {
            let site = Site {
                file,
                exists,
                target,
                scope,
                is_limited: change.within.is_some(),
                texts: &change.texts,
                neighbours: &change.neighbours,
                module,
            };
            let answer = operation.resolve(&site);
            match change.operation.family() {
                Family::C => balanced(file, answer),
                Family::M4 => keeps_joined_lines(file, keeps_first_lines(file, answer)),
                Family::Python | Family::Shell | Family::Makefile => keeps_first_lines(file, answer),
                Family::Text | Family::Setup | Family::Header | Family::Xml | Family::File | Family::Diff => {
                    answer
                }
            }
        };
        let answer = match &change.within {
            Some(within) if scopes.len() > 1 => {
                in_one_of(&scopes, within, file, operation.describe().removes, resolve_in)
            }
            _ => resolve_in(scopes[0]),
        };
        answered(module, answer)
    };
    match operation.modules() {
        [] => vec![resolve(None)],
        modules => modules.iter().map(|module| resolve(Some(module))).collect(),
    }
}

/// The answer in the one of several scopes in which the anchor is.
fn in_one_of(
    scopes: &[Span],
    within: &Within,
    file: &ParsedFile,
    removes: bool,
    resolve: impl Fn(Span) -> Answer,
) -> Answer {
    let mut answers: Vec<Answer> = scopes.iter().map(|scope| resolve(*scope)).collect();
    let is_already = |answer: &Answer| matches!(answer, Ok(Resolution::Already(_)));
    let is_miss = |answer: &Answer| matches!(answer, Err(Failure::Missing(_)));
    // What is to be removed is already absent from the others.
    let counts =
        |answer: &Answer| if removes { !is_miss(answer) && !is_already(answer) } else { !is_miss(answer) };
    let fits: Vec<usize> = (0..answers.len()).filter(|index| counts(&answers[*index])).collect();
    match fits[..] {
        [one] => answers.swap_remove(one),
        [] => {
            // A miss that has seen the result says more than others.
            let has_results =
                |answer: &Answer| matches!(answer, Err(Failure::Missing(miss)) if !miss.results.is_empty());
            let best = [is_already as fn(&Answer) -> bool, has_results, is_miss]
                .iter()
                .find_map(|is_best| answers.iter().position(is_best));
            answers.swap_remove(best.unwrap_or(0))
        }
        // Others may have held the same text before.
        [first, ..] if file.is_own_result && fits.iter().all(|index| is_already(&answers[*index])) => {
            answers.swap_remove(first)
        }
        // What was moved out of one of them is in none, and elsewhere once.
        [first, ..] if fits.iter().all(|index| made_at(&answers[*index]) == made_at(&answers[first])) => {
            match made_at(&answers[first]) {
                Some(_) => answers.swap_remove(first),
                None => Err(within.ambiguous(scopes)),
            }
        }
        _ => Err(within.ambiguous(scopes)),
    }
}

/// The offsets that show that a change is made.
fn made_at(answer: &Answer) -> Option<&[usize]> {
    if let Ok(Resolution::Already(at)) = answer { Some(at) } else { None }
}

/// An answer with locations for people instead of offsets in `file`.
fn outcome(answer: &Answer, file: &ParsedFile) -> Outcome {
    let locations = |offsets: &[usize]| offsets.iter().map(|at| file.location(*at)).collect::<Vec<_>>();
    match answer {
        Ok(Resolution::Change { deltas, .. }) => {
            let location = |delta: &Delta| match delta {
                Delta::Rewrite(rewrite) => file.location(rewrite.span.start),
                Delta::Add { .. }
                | Delta::Link { .. }
                | Delta::Remove
                | Delta::Move { .. }
                | Delta::Mode { .. } => Location::whole(&file.path),
            };
            let mut places: Vec<Location> = deltas.iter().map(location).collect();
            places.sort();
            places.dedup();
            Outcome::Change(places)
        }
        Ok(Resolution::Already(at)) => Outcome::Already(locations(at)),
        Err(Failure::Missing(Miss { what, at, near, help, results })) => {
            let mut places: Vec<Near> = Vec::new();
            for (offset, why) in near {
                let place = file.location(*offset);
                if !places.iter().any(|known| known.place == place) {
                    places.push(Near { place, why: why.clone() });
                }
            }
            let place = at.map(|at| file.location(at));
            Outcome::Missing {
                what: what.clone(),
                place,
                near: places,
                help: help.clone(),
                results: locations(results),
            }
        }
        Err(Failure::Ambiguous { what, at, help }) => {
            Outcome::Ambiguous { what: what.clone(), places: locations(at), help: help.clone() }
        }
        Err(Failure::Refused { why, at }) => {
            Outcome::Refused { why: why.clone(), place: at.map(|at| file.location(at)) }
        }
    }
}
