//! Inserts units before or after a unit, or at an edge of a scope.

use super::comment::says_at;
use super::{Units, named, near, place_before, whole};
use crate::operation::first_lines::first_lines_end;
use crate::operation::lines::first_line;
use crate::operation::neighbours;
use crate::operation::prelude::*;
use crate::operation::value::Edge;
use crate::text::line_bounds;

/// The arguments of an insertion.
pub(in crate::operation) struct Insertion<'a> {
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
    pub at: Option<Edge>,
    /// Whether it is below the comment of `before` rather than above it.
    pub below_comment: Option<bool>,
    pub text: &'a Text,
    pub count: usize,
}

impl<'a> Insertion<'a> {
    /// What the program has to know of an operation with these arguments.
    pub(in crate::operation) fn describe(&self) -> Description<'a> {
        let code = self.before.or(self.after);
        let anchor = code.map_or(Anchor::File, |code| Anchor::Text(code.to_owned()));
        Description::new(anchor).texts([self.text]).within()
    }
}

/// The parts of an operation `insert` that are the same in every format; the others follow the name.
macro_rules! inserting {
    ($name:ident { $($own:tt)* }) => {
        impl $name {
            fn insertion(&self) -> $crate::operation::unit::Insertion<'_> {
                $crate::operation::unit::Insertion {
                    before: self.before.as_deref(),
                    after: self.after.as_deref(),
                    at: self.at,
                    below_comment: self.below_comment,
                    text: &self.text,
                    count: self.count.0,
                }
            }
        }

        impl Operate for $name {
            fn describe(&self) -> Description<'_> {
                self.insertion().describe()
            }

            fn set_anchor(&mut self, anchor: Anchor) -> bool {
                $crate::operation::unit::set_anchor(&mut self.before, &mut self.after, anchor)
            }

            fn inserted(&self) -> Option<&Text> {
                Some(&self.text)
            }

            $($own)*
        }
    };
}
pub(in crate::operation) use inserting;

/// Moves an insertion to another anchor; false for an edge of a scope, which has none.
pub(in crate::operation) fn set_anchor(
    before: &mut Option<String>,
    after: &mut Option<String>,
    anchor: Anchor,
) -> bool {
    let (Anchor::Text(code), Some(place)) = (anchor, before.as_mut().or(after.as_mut())) else {
        return false;
    };
    *place = code;
    true
}

/// Checks what the types of an insertion cannot say.
pub(in crate::operation) fn check_insertion(insertion: &Insertion<'_>, texts: &Texts) -> Result<(), String> {
    let Insertion { before, after, at, below_comment, text, count: _ } = insertion;
    ensure(!texts.get(text).trim_ascii().is_empty(), "does nothing: its `text` is empty")?;
    let given = usize::from(before.is_some()) + usize::from(after.is_some()) + usize::from(at.is_some());
    ensure(given == 1, "needs one of `at`, `before` and `after`")?;
    ensure(below_comment.is_none() || before.is_some(), "has `below-comment` without `before`")?;
    let is_empty = before.or(*after).is_some_and(|code| code.trim().is_empty());
    ensure(!is_empty, "has an empty anchor")
}

/// Inserts units.
pub(in crate::operation) fn insert(units: &dyn Units, site: &Site<'_>, insertion: &Insertion<'_>) -> Answer {
    let file = site.file;
    let lines = site.texts.get(insertion.text);
    if let Some(edge) = insertion.at {
        return at_edge(units, site, edge, lines);
    }
    let side = match insertion.below_comment {
        _ if insertion.after.is_some() => Side::After,
        Some(is_below) => Side::Before { is_below },
        // A comment goes directly above the code: above the code's own comment, it would be the beginning of that.
        None => Side::Before { is_below: is_comment(units, lines) },
    };
    let after = side == Side::After;
    let code = insertion.before.or(insertion.after).expect("it was checked that there is an anchor");
    let found = units.find(file, code.as_bytes(), site.scope);
    let anchors: Vec<Span> = found.iter().map(|span| whole(units, file, *span)).collect::<Result<_, _>>()?;
    let anchors = neighbours::outside_own_text(anchors, |unit| {
        let (text, own) = (&file.bytes[..], next_to_unit(units, file, lines, unit, after));
        if after {
            return text[unit.end..].starts_with(&own).then(|| Span::new(unit.end, unit.end + own.len()));
        }
        let ends = [place_before(units, file, unit), unit.start];
        let end = ends.into_iter().find(|end| text[..*end].ends_with(&own))?;
        Some(Span::new(end - own.len(), end))
    });
    let (done, rewrite) = next_to(units, site, lines, side, &anchors);
    match_count(&named(code), insertion.count, &anchors, &Results::proof(done), rewrite, || near(file, code))
}

/// On which side of a unit others are inserted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// Before it.
    Before {
        /// Whether they are below the comment of the unit.
        is_below: bool,
    },
    /// After it.
    After,
}

/// Whether all lines are comments.
fn is_comment(units: &dyn Units, lines: &[u8]) -> bool {
    let mut all = lines.split(|b| *b == b'\n').map(<[u8]>::trim_ascii);
    all.all(|line| line.is_empty() || units.is_comment(line))
}

/// Which of `anchors` have the lines before or after them already, and how these are inserted next to one of them.
fn next_to<'a>(
    units: &'a dyn Units,
    site: &'a Site<'_>,
    lines: &'a [u8],
    side: Side,
    anchors: &[Span],
) -> (Vec<Span>, impl Fn(Span) -> Rewrite + 'a) {
    let (file, text) = (site.file, &site.file.bytes[..]);
    let after = side == Side::After;
    let at = move |unit: Span| match side {
        Side::After => unit.end,
        Side::Before { is_below: true } => unit.start,
        Side::Before { is_below: false } => place_before(units, file, unit),
    };
    let is_done = |unit: &Span| {
        let own = next_to_unit(units, file, lines, *unit, after);
        let others = site.neighbours.iter().map(|other| next_to_unit(units, file, other, *unit, after));
        let others: Vec<Vec<u8>> = others.collect();
        let is_next = if after {
            neighbours::starts_with(&text[unit.end..], &own, &others)
        } else {
            // What was inserted may be below the comments of its anchor, too.
            neighbours::ends_with(&text[..at(*unit)], &own, &others)
                || neighbours::ends_with(&text[..unit.start], &own, &others)
        };
        let place = if after {
            Span::at(unit.end)
        } else {
            Span::new(units.commented(file, *unit).start, unit.start)
        };
        // What was inserted in the middle of a line is directly after a bracket.
        let is_after_bracket = || {
            let above = text[..unit.start].trim_ascii_end();
            let rest = above.strip_suffix(own.trim_ascii());
            !after && rest.is_some_and(|rest| matches!(rest.last(), Some(b'[' | b'(' | b'{')))
        };
        is_next
            || is_after_bracket()
            || within_reach(file, lines, *unit, after, site.scope).is_some()
            || says_at(units, file, lines, place)
    };
    let done = anchors.iter().copied().filter(is_done).collect();
    let rewrite = move |unit: Span| {
        let own = next_to_unit(units, file, lines, unit, after);
        if shares_line(text, unit, after) {
            Rewrite::insert(at(unit), own)
        } else {
            insert_lines(text, at(unit), &own)
        }
    };
    (done, rewrite)
}

/// Whether the line before or after which others are inserted has other code there.
fn shares_line(text: &[u8], unit: Span, after: bool) -> bool {
    let at = if after { unit.end } else { unit.start };
    let is_edge = at == first_line(text) || after && at == text.len();
    !is_edge && text[at - 1] != b'\n'
}

/// Lines as they are inserted before or after a unit: with a line end between them and a unit that shares its line.
fn next_to_unit(units: &dyn Units, file: &ParsedFile, lines: &[u8], unit: Span, after: bool) -> Vec<u8> {
    let text = &file.bytes[..];
    let line = line_bounds(text, unit.start).start.max(first_line(text));
    let margin: Vec<u8> = if line == unit.start {
        units.margin(file, unit)
    } else {
        // The unit begins in the middle of a line: others are put at its column.
        text[line..unit.start].iter().map(|b| if *b == b'\t' { b'\t' } else { b' ' }).collect()
    };
    let own = indented(units, file, lines, &margin);
    if !shares_line(text, unit, after) {
        return own;
    }
    let (own, ending) = (own.trim_ascii_end(), line_ending(text));
    if after {
        [ending, own].concat()
    } else {
        [&own[margin.len().min(own.len())..], ending, &margin].concat()
    }
}

/// Lines of a patchset at their place, with the blank lines at their end.
fn indented(units: &dyn Units, file: &ParsedFile, lines: &[u8], margin: &[u8]) -> Vec<u8> {
    let blank_lines = |text: &[u8]| {
        let end = &text[text.trim_ascii_end().len()..];
        end.iter().filter(|b| **b == b'\n').count().saturating_sub(1)
    };
    let mut own = units.indented(file, lines, margin);
    for _ in blank_lines(&own)..blank_lines(lines) {
        own.extend_from_slice(line_ending(&file.bytes));
    }
    own
}

fn at_edge(units: &dyn Units, site: &Site<'_>, edge: Edge, lines: &[u8]) -> Answer {
    let (file, text) = (site.file, &site.file.bytes);
    if let Some(unit) = units.unit_at(file, site.scope, edge) {
        let after = edge == Edge::End;
        let side = if after { Side::After } else { Side::Before { is_below: is_comment(units, lines) } };
        let (done, rewrite) = next_to(units, site, lines, side, &[unit]);
        // The unit at the edge may be the last of the inserted ones.
        let own = next_to_unit(units, file, lines, unit, after);
        let others = site.neighbours.iter().map(|other| next_to_unit(units, file, other, unit, after));
        let others: Vec<Vec<u8>> = others.collect();
        let is_own = match edge {
            Edge::Start => neighbours::starts_with(&text[unit.start..], &own, &others),
            Edge::End => neighbours::ends_with(&text[..unit.end], &own, &others),
        };
        return if is_own || !done.is_empty() { already(unit.start) } else { change(vec![rewrite(unit)]) };
    }
    let Some((at, margin)) = units.edge(site, edge) else {
        return refused("the scope has no lines of its own to insert lines into", site.scope.start);
    };
    let own = indented(units, file, lines, &margin);
    let others: Vec<Vec<u8>> =
        site.neighbours.iter().map(|other| indented(units, file, other, &margin)).collect();
    // The comment of the first code of a function stays with it; that of a file comes first.
    let is_above_comment = edge == Edge::Start && site.is_limited;
    let place = if is_above_comment { units.commented(file, Span::at(at)).start } else { at };
    let is_done = match edge {
        // What was inserted may be below that comment, too.
        Edge::Start => [at, place].iter().any(|at| neighbours::starts_with(&text[*at..], &own, &others)),
        Edge::End => neighbours::ends_with(&text[..at], &own, &others),
    };
    let above = units.commented(file, Span::at(at)).start;
    // What was inserted may be one of the lines that stay first.
    let above = if above <= first_lines_end(text) { first_line(text).min(at) } else { above };
    let region = Span::new(above, at);
    let is_done = is_done || says_at(units, file, lines, region);
    if is_done { already(at) } else { change(vec![insert_lines(text, place, &own)]) }
}
