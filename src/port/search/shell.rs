//! Searches for commands of a script that another program runs now.

use super::Search;
use super::likeness::best_likeness;
use crate::edit::{Outcome, normalized};
use crate::operation::Anchor;
use crate::port::cell::Verdict;
use crate::port::finding::Finding;
use crate::syntax::shell;
use crate::text::{Span, logical_line};
use crate::tree::TreeError;

/// A line counts as the old one if at least this share of its words is the same.
const SAME_LINE: f64 = 0.25;

pub(super) fn command(
    search: &Search<'_>,
    command: &str,
    count: usize,
) -> Result<Option<Finding>, TreeError> {
    if !matches!(search.outcome(), Outcome::Missing { .. }) {
        return Ok(None);
    }
    let text = search.text;
    let mut candidates = Vec::new();
    for found in shell::commands(text, Span::new(0, text.len())) {
        let first = found.words[0].start;
        let line = normalized(logical_line(text, first).of(text));
        let Some(program) = found.program(text) else { continue };
        if best_likeness(&search.old, &line) < SAME_LINE {
            continue;
        }
        let program = search.lossy(program);
        let why = format!("`{program}` begins a line like the old one, which `{command}` began");
        let anchor = Anchor::Command { command: program, target: None, in_recipe: false, count };
        let change = search.tried(anchor)?;
        candidates.push(search.candidate(&[first], &why, change));
    }
    Ok(Some(Finding::candidates(candidates, Verdict::Lost, search.what())))
}
