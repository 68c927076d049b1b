//! Removes whole units.

use super::{Units, named, near, whole};
use crate::operation::prelude::*;

/// The arguments of a removal.
pub(in crate::operation) struct Removal<'a> {
    pub find: &'a str,
    /// Whether the comment lines directly above go, too.
    pub comment: bool,
    pub count: usize,
}

/// Removes units: those that `find` is, or whose head it is.
pub(in crate::operation) fn remove(units: &dyn Units, site: &Site<'_>, removal: &Removal<'_>) -> Answer {
    remove_found(units, site, removal, &units.find(site.file, removal.find.as_bytes(), site.scope))
}

/// Removes units: those that the matches `found` are, or whose head they are.
pub(in crate::operation) fn remove_found(
    units: &dyn Units,
    site: &Site<'_>,
    removal: &Removal<'_>,
    found: &[Span],
) -> Answer {
    let (file, text) = (site.file, &site.file.bytes);
    if found.is_empty() {
        return gone(site, removal.find);
    }
    let what = named(removal.find);
    if found.len() > removal.count {
        // Which units these are in would be much to read.
        return match_count(
            &what,
            removal.count,
            found,
            &Results::proof(Vec::new()),
            Rewrite::remove,
            Vec::new,
        );
    }
    let mut spans = Vec::new();
    for span in found {
        let unit = whole(units, file, *span)?;
        if !units.is_whole(file, unit, *span) {
            let shown = String::from_utf8_lossy(unit.of(text).trim_ascii()).into_owned();
            let noun = units.noun();
            let why = format!("only part of a {noun} would be removed: `find` must be all of `{shown}`");
            return refused(why, span.start);
        }
        spans.push(if removal.comment { units.commented(file, unit) } else { unit });
    }
    let rewrite = |span: Span| {
        let unit = spans.iter().find(|unit| unit.contains(span)).copied().unwrap_or(span);
        Rewrite::remove(with_blank_lines(text, without_line(text, unit)))
    };
    match_count(&what, removal.count, found, &Results::proof(Vec::new()), rewrite, Vec::new)
}

/// The answer of a removal whose code was not found. Removed code leaves no trace; where code is found that `find` may
/// misspell, it was not removed.
pub(in crate::operation) fn gone(site: &Site<'_>, find: &str) -> Answer {
    let mut near = near(site.file, find);
    near.retain(|at| site.scope.contains(Span::at(*at)));
    if near.is_empty() {
        return already(site.scope.start);
    }
    let mut miss = Miss::new(format!("{} was not found, but similar code was", named(find))).near(near);
    // It may also have been removed next to similar code, as a receipt can show.
    miss.results = vec![site.scope.start];
    Err(miss.into())
}

/// The answer of a removal of what has a name, and was not found. What has a similar name may be what was to be removed.
pub(in crate::operation) fn gone_by_name(site: &Site<'_>, what: &str, near: Vec<usize>) -> Answer {
    if near.is_empty() {
        return already(site.scope.start);
    }
    let mut miss = Miss::new(format!("{what} was not found, but a similar name was")).near(near);
    miss.results = vec![site.scope.start];
    Err(miss.into())
}

/// What is removed of a unit: of one that other code follows in its last line, not the indentation of that code, and the
/// blanks between.
fn without_line(text: &[u8], unit: Span) -> Span {
    if unit.end == text.len() || text[..unit.end].ends_with(b"\n") {
        return unit;
    }
    let is_blank = |b: &&u8| matches!(**b, b' ' | b'\t');
    let before = unit.of(text).iter().take_while(is_blank).count();
    let after = text[unit.end..].iter().take_while(is_blank).count();
    Span::new(unit.start + before, unit.end + after)
}

/// Whole lines with as many of the blank lines below them as are above them, too: what is left has them once.
pub(in crate::operation) fn with_blank_lines(text: &[u8], removed: Span) -> Span {
    let (above, below) = (&text[..removed.start], &text[removed.end..]);
    if !above.ends_with(b"\n") || !text[..removed.end].ends_with(b"\n") {
        return removed;
    }
    let is_blank = |line: &&[u8]| line.trim_ascii().is_empty();
    let before = above.split_inclusive(|b| *b == b'\n').rev().take_while(is_blank).count();
    let after = below.split_inclusive(|b| *b == b'\n').take_while(is_blank).take(before);
    Span::new(removed.start, removed.end + after.map(<[u8]>::len).sum::<usize>())
}
