//! Searches for functions under another name, and for calls in other functions.

use std::collections::HashSet;

use super::Search;
use super::file::NO_BASE;
use super::likeness::{best_likeness, shared};
use crate::edit::{Outcome, normalized};
use crate::operation::{Anchor, Function as Wanted};
use crate::port::cell::{Candidate, Verdict};
use crate::port::finding::{Finding, most_alike_first};
use crate::port::judging::JudgedPart;
use crate::port::searched::AlikeFunction;
use crate::syntax::c::{CFile, Function};
use crate::text::{Span, line_bounds};
use crate::tree::TreeError;

/// A function of another name may be the old one if at least this share of its words is the same: of dynload_shlib.c's
/// in 2.5 and in 3.15 it is 0.47, of unrelated functions up to 0.43.
const MAY_BE: f64 = 0.45;

/// A line counts as the old one if at least this share of its words is the same.
const SAME_LINE: f64 = 0.5;

/// Searches for other includes after which a new one can be inserted.
pub(super) fn include(search: &Search<'_>, after: &str) -> Result<Finding, TreeError> {
    let c = search.file.c();
    let mut includes: Vec<(f64, usize, &str)> = c
        .includes()
        .iter()
        .map(|include| (common_start(after, &include.path), include.span.start, include.path.as_str()))
        .collect();
    includes.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
    let mut candidates = Vec::new();
    for (_, at, path) in includes.into_iter().take(3) {
        let change = search.tried(Anchor::Include(path.to_owned()))?;
        let why = format!("after {path}");
        candidates.push(search.candidate(&[at], &why, change));
    }
    Ok(Finding::candidates(candidates, Verdict::Lost, search.what()))
}

/// Searches for the function under another name, or for lines similar to the missing code.
pub(super) fn code(
    search: &Search<'_>,
    wanted: &Wanted,
    code: Option<&str>,
    count: Option<usize>,
) -> Result<Option<Finding>, TreeError> {
    let c = search.file.c();
    let anchor = |function, count| {
        let (function, code) = (Some(function), code.map(str::to_owned));
        Anchor::Code { function, code, count }
    };
    let named: Vec<&Function> = c.functions().iter().filter(|f| f.name == wanted.name).collect();
    if named.is_empty() {
        return renamed(search, c, wanted, |function| anchor(function, count)).map(Some);
    }
    match (search.outcome(), code, count) {
        (Outcome::Missing { .. }, Some(code), _) => Ok(Some(similar_code(search, c, code, &named))),
        (Outcome::Ambiguous { places, .. }, _, Some(_)) => {
            all_matches(search, anchor(wanted.clone(), Some(places.len()))).map(Some)
        }
        _ => Ok(None),
    }
}

/// Searches for the call in other functions, and for lines similar to the missing one.
pub(super) fn call(
    search: &Search<'_>,
    wanted: &Wanted,
    callee: &str,
    count: usize,
) -> Result<Option<Finding>, TreeError> {
    let c = search.file.c();
    let anchor = |function: Wanted, count| Anchor::Call { function, callee: callee.to_owned(), count };
    let named: Vec<&Function> = c.functions().iter().filter(|f| f.name == wanted.name).collect();
    if named.is_empty() {
        return renamed(search, c, wanted, |function| anchor(function, count)).map(Some);
    }
    match search.outcome() {
        Outcome::Missing { .. } => {
            let mut candidates = similar_lines(search, &named, &search.old);
            candidates.extend(calls_elsewhere(search, c, callee, wanted)?);
            Ok(Some(Finding::candidates(candidates, Verdict::Obsolete, search.what())))
        }
        Outcome::Ambiguous { places, .. } => {
            all_matches(search, anchor(wanted.clone(), places.len())).map(Some)
        }
        Outcome::Change(_) | Outcome::Already(_) | Outcome::Skipped { .. } | Outcome::Refused { .. } => {
            Ok(None)
        }
    }
}

/// The matches as candidates, of which the first accepts all; `anchor` has their number.
fn all_matches(search: &Search<'_>, anchor: Anchor) -> Result<Finding, TreeError> {
    let change = search.tried(anchor)?;
    let mut all = Finding::near_misses(search.outcome());
    if let (Some(first), Outcome::Ambiguous { places, .. }) = (all.candidates.first_mut(), search.outcome()) {
        first.places.clone_from(places);
        first.why = format!("all {} matches", places.len());
        first.change = change;
    }
    Ok(all)
}

/// Searches for functions whose bodies are similar to that of the old one.
fn renamed(
    search: &Search<'_>,
    c: &CFile,
    wanted: &Wanted,
    anchor: impl Fn(Wanted) -> Anchor,
) -> Result<Finding, TreeError> {
    let JudgedPart { judging, part, .. } = search.judged;
    let key = format!("{} {}", part.file, wanted.name);
    let alike = judging.searched.functions.or(&key, judging.context.tree.contents_id(&part.file), || {
        let old = CFile::parse(judging.base_bytes(&part.file)?.unwrap_or_default());
        Ok(alike_functions(&old, &wanted.name, c).into())
    })?;
    let mut found = Vec::new();
    for AlikeFunction { like, name, at } in &*alike {
        let change = search.tried(anchor(Wanted { name: name.clone(), ..wanted.clone() }))?;
        let (percent, old) = (like * 100.0, &wanted.name);
        let why = format!("{percent:.0} % of the words of `{name}` are those of `{old}`");
        found.push((*like, search.candidate(&[*at], &why, change)));
    }
    if found.is_empty() && search.judged.judging.base.is_none() {
        return Ok(Finding::reason(Verdict::Lost, &format!("{}, and {NO_BASE}", search.what())));
    }
    Ok(Finding::ranked(found, Verdict::Obsolete, search.what()))
}

/// The functions of `new` whose words are those of the function `name` of `old`.
fn alike_functions(old: &CFile, name: &str, new: &CFile) -> Vec<AlikeFunction> {
    let Some(before) = old.functions().iter().find(|function| function.name == name) else {
        return Vec::new();
    };
    let before: HashSet<&[u8]> = old.tokens_of(before.span()).into_iter().collect();
    let mut alike = Vec::new();
    for function in new.functions() {
        let like = shared(&before, &new.tokens_of(function.span()).into_iter().collect());
        if like >= MAY_BE {
            let (name, at) = (function.name.clone(), function.name_span.start);
            alike.push(AlikeFunction { like, name, at });
        }
    }
    alike
}

/// Searches for lines similar to code that is missing from its function. If the function has none of the code's names either,
/// the code is obsolete there.
fn similar_code(search: &Search<'_>, c: &CFile, code: &str, functions: &[&Function]) -> Finding {
    let file = CFile::parse(code.as_bytes());
    let tokens = file.tokens_of(Span::new(0, code.len()));
    let is_name = |token: &&&[u8]| token.len() >= 3 && token[0].is_ascii_alphabetic() && **token != b"NULL";
    let names: Vec<&[u8]> = tokens.iter().filter(is_name).copied().collect();
    let left = functions.iter().flat_map(|function| c.tokens_of(function.span()));
    let is_left = left.into_iter().any(|token| names.contains(&token));
    let candidates = similar_lines(search, functions, &[normalized(code.as_bytes())]);
    let otherwise = if is_left { Verdict::Lost } else { Verdict::Obsolete };
    Finding::candidates(candidates, otherwise, search.what())
}

/// Lines of the functions that are similar to one of `old`.
fn similar_lines(search: &Search<'_>, functions: &[&Function], old: &[String]) -> Vec<Candidate> {
    let mut found = Vec::new();
    for function in functions {
        let mut at = function.body.start;
        while at < function.body.end {
            let line = line_bounds(search.text, at);
            let like = best_likeness(old, &normalized(line.of(search.text)));
            if like >= SAME_LINE {
                let why = "a line like the old one";
                found.push((like, search.candidate(&[line.start], why, None)));
            }
            at = line.end.max(at + 1);
        }
    }
    most_alike_first(found)
}

/// Other functions of the file that make the call, and did not before.
fn calls_elsewhere(
    search: &Search<'_>,
    c: &CFile,
    callee: &str,
    wanted: &Wanted,
) -> Result<Vec<Candidate>, TreeError> {
    let Some(old) = search.judged.judging.base_bytes(&search.judged.part.file)? else {
        return Ok(Vec::new());
    };
    let old = CFile::parse(&old);
    let mut candidates: Vec<Candidate> = Vec::new();
    for function in c.functions() {
        let calls = c.calls(callee, function.body);
        let before = old.functions().iter().filter(|f| f.name == function.name);
        let known = before.flat_map(|f| old.calls(callee, f.body)).count();
        if calls.is_empty() || known > 0 {
            continue;
        }
        let is_unique = c.functions().iter().filter(|f| f.name == function.name).count() == 1;
        let under = function.conditions.last().cloned().filter(|_| !is_unique);
        let change = search.tried(Anchor::Call {
            function: Wanted { name: function.name.clone(), under },
            callee: callee.to_owned(),
            count: calls.len(),
        })?;
        let at: Vec<usize> = calls.iter().map(|call| call.callee.start).collect();
        let (now, before) = (&function.name, &wanted.name);
        let why = format!("`{now}` calls `{callee}` here, and `{before}` no longer does");
        candidates.push(search.candidate(&at, &why, change));
    }
    Ok(candidates)
}

/// The length of the common prefix of two names, as a share of the longer one.
fn common_start(one: &str, other: &str) -> f64 {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    same as f64 / one.len().max(other.len()).max(1) as f64
}
