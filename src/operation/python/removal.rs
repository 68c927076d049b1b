//! Removes functions and methods.

use super::definition::definition_in;
use super::items::removed;
use super::statements::{Statements, require_statements};
use crate::operation::lines::leading_blanks;
use crate::operation::prelude::*;
use crate::operation::unit::with_comments;
use crate::text::{line_bounds, lines};

/// Removes the function or method called `path`, with the blank lines after it, or before the last one.
pub(super) fn remove_definition(site: &Site<'_>, path: &str, comment: bool) -> Answer {
    require_statements(site.file)?;
    let text = &site.file.bytes[..];
    let found = match definition_in(site, |it| !it.is_class(), path, "function") {
        Err(Failure::Missing(_)) => {
            let similar = similar_functions(site, path);
            return removed(&format!("the function `{path}`"), similar, site.scope.start);
        }
        found => found?,
    };
    let own = if comment { with_comments(&Statements, site.file, found.span) } else { found.span };
    let is_blank = |line: Span| line.of(text).trim_ascii().is_empty();
    let (mut start, mut end) = (own.start, own.end);
    let before =
        |start: usize| start.checked_sub(1).map(|at| line_bounds(text, at)).filter(|line| is_blank(*line));
    // What follows takes the place of the definition, with the blank lines before that.
    let next = skip_blank_lines(text, end);
    // A last line without a line break is not below itself.
    let after = if next < text.len() { line_bounds(text, next) } else { Span::at(next) };
    let is_last = after.is_empty()
        || leading_blanks(after.of(text)).len()
            < leading_blanks(&text[line_bounds(text, found.name_span.start).start..]).len();
    if is_last {
        while let Some(line) = before(start) {
            start = line.start;
        }
    } else if before(start).is_some() || start == 0 || text[..start].trim_ascii_end().ends_with(b":") {
        end = after.start;
    }
    change_at(vec![found.span], vec![Rewrite::remove(Span::new(start, end))])
}

/// The functions of the scope whose own names resemble that of one that was not found.
fn similar_functions(site: &Site<'_>, path: &str) -> Vec<usize> {
    let own = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let all = site.file.python().definitions().iter();
    let all = all.filter(|it| !it.is_class() && site.scope.contains(it.span));
    nearest(&own(path), all.map(|it| (it.name_span.start, own(&it.path).into())))
}

/// The start of the first line from `at` on that is not blank.
fn skip_blank_lines(text: &[u8], at: usize) -> usize {
    let blank = lines(&text[at..]).take_while(|line| line.of(&text[at..]).trim_ascii().is_empty());
    at + blank.last().map_or(0, |line| line.end)
}
