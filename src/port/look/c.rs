//! Functions of another name, and calls that stand elsewhere.

use std::collections::BTreeSet;

use super::super::cell::{Candidate, Verdict};
use super::super::judge::Judging;
use super::{Look, candidate, nearest, tried};
use crate::edit::{Outcome, Part};
use crate::patchset::operation::c::Function as Wanted;
use crate::patchset::{Change, Edit, Operation};
use crate::plan::squeezed;
use crate::syntax::c::{CFile, Function};
use crate::text::{Span, line_bounds};
use crate::tree::TreeError;

/// A function of another name may be the old one when at least this much of its words is the same: of dynload_shlib.c's
/// in 2.5 and in 3.15 it is 0.47, of functions that have nothing to do with each other up to 0.43.
const MAY_BE: f64 = 0.45;

/// A line is taken for the old one when at least this much of its words is the same.
const SAME_LINE: f64 = 0.5;

pub(super) fn look(
    judging: &Judging<'_>,
    edit: &Edit,
    index: usize,
    part: &Part,
) -> Result<Option<Look>, TreeError> {
    let change = &edit.changes[index];
    let Some(text) = judging.bytes(&part.file)? else { return Ok(None) };
    let old = judging.old_lines(edit, index, part);
    let search = Search { judging, edit, change, part, text: &text, c: CFile::parse(&text), old };
    search.look()
}

struct Search<'a> {
    judging: &'a Judging<'a>,
    edit: &'a Edit,
    change: &'a Change,
    part: &'a Part,
    text: &'a [u8],
    c: CFile,
    old: Vec<String>,
}

impl Search<'_> {
    fn look(&self) -> Result<Option<Look>, TreeError> {
        let what = match &self.part.outcome {
            Outcome::Missing { what, .. } | Outcome::Ambiguous { what, .. } => what.clone(),
            _ => return Ok(None),
        };
        if let Operation::CAddInclude(op) = &self.change.operation {
            return self.include(&op.after, &what).map(Some);
        }
        let Some(wanted) = function_of(&self.change.operation) else { return Ok(None) };
        let named: Vec<&Function> = self.c.functions().iter().filter(|f| f.name == wanted.name).collect();
        if named.is_empty() {
            let candidates = self.renamed(wanted)?;
            return Ok(Some(Look::candidates(candidates, Verdict::Obsolete, &what)));
        }
        if let (Some(code), Outcome::Missing { .. }) = (code_of(&self.change.operation), &self.part.outcome) {
            return Ok(Some(self.code(code, &named, &what)));
        }
        if let (Operation::CRedirectCall(op), Outcome::Missing { .. }) =
            (&self.change.operation, &self.part.outcome)
        {
            let mut candidates = self.like_lines(&named);
            candidates.extend(self.calls_elsewhere(&op.from, wanted)?);
            return Ok(Some(Look::candidates(candidates, Verdict::Obsolete, &what)));
        }
        if let Outcome::Ambiguous { places, .. } = &self.part.outcome
            && let Some(change) = with_count(self.change, places.len())
        {
            let change = tried(self.judging, self.edit, change)?;
            let mut all = nearest(&self.part.outcome);
            if let Some(first) = all.candidates.first_mut() {
                first.places = places.iter().map(super::super::judge::spot).collect();
                first.why = format!("all {} places are meant", places.len());
                first.change = change;
            }
            return Ok(Some(all));
        }
        Ok(None)
    }

    /// Includes, where the one that it goes behind is gone.
    fn include(&self, after: &str, what: &str) -> Result<Look, TreeError> {
        let mut includes: Vec<(f64, usize, String)> = self
            .c
            .includes()
            .iter()
            .map(|include| (common(after, &include.path), include.span.start, include.path.clone()))
            .collect();
        includes.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)));
        let mut candidates = Vec::new();
        for (_, at, path) in includes.into_iter().take(3) {
            let mut change = self.change.clone();
            if let Operation::CAddInclude(op) = &mut change.operation {
                op.after.clone_from(&path);
            }
            let change = tried(self.judging, self.edit, change)?;
            candidates.push(candidate(&self.part.file, self.text, &[at], &format!("behind {path}"), change));
        }
        Ok(Look::candidates(candidates, Verdict::Lost, what))
    }

    /// Functions whose bodies are like the old one's.
    fn renamed(&self, wanted: &Wanted) -> Result<Vec<Candidate>, TreeError> {
        let Some(old) = self.judging.base_bytes(&self.part.file)? else { return Ok(Vec::new()) };
        let old_file = CFile::parse(&old);
        let Some(before) = old_file.functions().iter().find(|f| f.name == wanted.name) else {
            return Ok(Vec::new());
        };
        let words = |file: &CFile, span: Span| -> BTreeSet<Vec<u8>> {
            file.tokens_of(span).into_iter().map(<[u8]>::to_vec).collect()
        };
        let before = words(&old_file, before.span());
        let mut found = Vec::new();
        for function in self.c.functions() {
            let now = words(&self.c, function.span());
            let both = before.intersection(&now).count();
            let like = both as f64 / (before.len() + now.len() - both).max(1) as f64;
            if like < MAY_BE {
                continue;
            }
            let mut change = self.change.clone();
            if let Some(named) = function_of_mut(&mut change.operation) {
                named.name.clone_from(&function.name);
            }
            let change = tried(self.judging, self.edit, change)?;
            let why = format!(
                "{:.0} % of the words of `{}` are those of `{}`",
                like * 100.0,
                function.name,
                wanted.name
            );
            found.push((
                like,
                candidate(&self.part.file, self.text, &[function.name_span.start], &why, change),
            ));
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(found.into_iter().map(|(_, candidate)| candidate).collect())
    }

    /// Lines like a piece of code that is gone from its function. Where none of its names is left there
    /// either, what it did is done elsewhere, or not at all.
    fn code(&self, code: &str, functions: &[&Function], what: &str) -> Look {
        let file = CFile::parse(code.as_bytes());
        let tokens = file.tokens_of(Span::new(0, code.len()));
        let is_name =
            |token: &&&[u8]| token.len() >= 3 && token[0].is_ascii_alphabetic() && **token != b"NULL";
        let names: Vec<&[u8]> = tokens.iter().filter(is_name).copied().collect();
        let left = functions.iter().flat_map(|function| self.c.tokens_of(function.span()));
        let is_left = left.into_iter().any(|token| names.contains(&token));
        let candidates = self.lines(functions, &[squeezed(code.as_bytes())]);
        Look::candidates(candidates, if is_left { Verdict::Lost } else { Verdict::Obsolete }, what)
    }

    /// Lines of the function that are like the old ones.
    fn like_lines(&self, functions: &[&Function]) -> Vec<Candidate> {
        self.lines(functions, &self.old)
    }

    fn lines(&self, functions: &[&Function], old: &[String]) -> Vec<Candidate> {
        let mut found = Vec::new();
        for function in functions {
            let mut at = function.body.start;
            while at < function.body.end {
                let line = line_bounds(self.text, at);
                let words = squeezed(line.of(self.text));
                let like = super::best_likeness(old, &words);
                if like >= SAME_LINE {
                    found.push((
                        like,
                        candidate(&self.part.file, self.text, &[line.start], "a line like the old one", None),
                    ));
                }
                at = line.end.max(at + 1);
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        found.into_iter().map(|(_, candidate)| candidate).collect()
    }

    /// Other functions of the file that call what the old one called, and did not before.
    fn calls_elsewhere(&self, from: &str, wanted: &Wanted) -> Result<Vec<Candidate>, TreeError> {
        let Some(old) = self.judging.base_bytes(&self.part.file)? else { return Ok(Vec::new()) };
        let old = CFile::parse(&old);
        let mut candidates: Vec<Candidate> = Vec::new();
        for function in self.c.functions() {
            let calls = self.c.calls(from, function.body);
            let before = old.functions().iter().filter(|f| f.name == function.name);
            let known = before.flat_map(|f| old.calls(from, f.body)).count();
            if calls.is_empty() || known > 0 {
                continue;
            }
            let mut change = self.change.clone();
            if let Operation::CRedirectCall(op) = &mut change.operation {
                op.function.name.clone_from(&function.name);
                op.function.under =
                    function.conditions.last().cloned().filter(|_| {
                        self.c.functions().iter().filter(|f| f.name == function.name).count() > 1
                    });
                op.count = calls.len();
            }
            let change = tried(self.judging, self.edit, change)?;
            let at: Vec<usize> = calls.iter().map(|call| call.callee.start).collect();
            let why = format!(
                "`{}` calls `{from}` here, which no longer stands in `{}`",
                function.name, wanted.name
            );
            candidates.push(candidate(&self.part.file, self.text, &at, &why, change));
        }
        Ok(candidates)
    }
}

/// How many letters two names begin with together, as a share of the longer one.
fn common(one: &str, other: &str) -> f64 {
    let same = one.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
    same as f64 / one.len().max(other.len()).max(1) as f64
}

fn function_of(operation: &Operation) -> Option<&Wanted> {
    match operation {
        Operation::CInsert(op) => op.function.as_ref(),
        Operation::CReplace(op) => op.function.as_ref(),
        Operation::CReplaceFunction(op) => Some(&op.function),
        Operation::CWrap(op) => Some(&op.function),
        Operation::CRedirectCall(op) => Some(&op.function),
        _ => None,
    }
}

fn function_of_mut(operation: &mut Operation) -> Option<&mut Wanted> {
    match operation {
        Operation::CInsert(op) => op.function.as_mut(),
        Operation::CReplace(op) => op.function.as_mut(),
        Operation::CReplaceFunction(op) => Some(&mut op.function),
        Operation::CWrap(op) => Some(&mut op.function),
        Operation::CRedirectCall(op) => Some(&mut op.function),
        _ => None,
    }
}

/// The code that a change looks for in a function.
fn code_of(operation: &Operation) -> Option<&str> {
    match operation {
        Operation::CReplace(op) => Some(&op.find),
        Operation::CInsert(op) => op.before.as_deref().or(op.after.as_deref()),
        Operation::CWrap(op) => op.from.as_deref(),
        _ => None,
    }
}

fn with_count(change: &Change, count: usize) -> Option<Change> {
    let mut change = change.clone();
    match &mut change.operation {
        Operation::CInsert(op) => op.count = count,
        Operation::CReplace(op) => op.count = count,
        Operation::CRedirectCall(op) => op.count = count,
        _ => return None,
    }
    Some(change)
}
