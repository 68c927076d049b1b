//! Moves whole units to another place of their file.

use super::moving::Moving;
use super::place::{Place, Side};
use super::spacing::Spacing;
use super::{Units, near, runs, with_own_comments};
use crate::operation::lines::first_line;
use crate::operation::prelude::*;
use crate::text::{apply, lines};

/// Moves the units that `find` is, or whose head it is, or those from one to another.
pub(in crate::operation) fn move_units(units: &dyn Units, site: &Site<'_>, moving: &Moving) -> Answer {
    let file = site.file;
    let there = Site { scope: destination(units, site, moving)?, ..*site };
    let there = Site { is_limited: site.is_limited || moving.into.is_some(), ..there };
    let (from, to) = (moving.first(), moving.to.as_deref());
    let own = runs(units, file, from, to, site.scope);
    let found: Vec<Span> = own.iter().filter_map(|run| run.as_ref().ok()).copied().collect();
    let other = if moving.into.is_some() { runs(units, file, from, to, there.scope) } else { Vec::new() };
    let unit_of = |span: &Span| units.whole(file, *span).filter(|unit| units.is_whole(file, *unit, *span));
    let mut moved: Vec<Span> = found.iter().filter_map(unit_of).collect();
    moved.extend(other.into_iter().flatten().filter_map(|span| unit_of(&span)));
    moved.sort_unstable();
    moved.dedup();
    let place = Place::find(units, &there, moving, &moved);
    let is_there = |unit: &Span| place.as_ref().is_ok_and(|place| place.has(units, site, *unit));
    let done: Vec<Span> = moved.iter().copied().filter(is_there).collect();
    // What is all of a unit is meant rather than what is part of one.
    let exact: Vec<Span> = found.iter().filter_map(unit_of).filter(|unit| !done.contains(unit)).collect();
    let what = units.named(from);
    match (&exact[..], &done[..]) {
        ([unit], []) => relocate(units, site, *unit, &place?),
        ([], [unit]) => already(unit.start),
        ([], []) => match (own.into_iter().find_map(Result::err), &found[..]) {
            (_, [part]) => refused(partial(units, file, *part), part.start),
            (Some(failure), []) => Err(failure),
            (None, []) => Err(Miss::new(format!("{what} was not found")).near(near(file, from)).into()),
            _ => Err(several(&what, &found)),
        },
        (_, []) => Err(several(&what, &exact)),
        (_, _) => {
            let what = format!("{what} is where it would be moved to, and elsewhere, too");
            Err(Failure::ambiguous(what, done.iter().chain(&exact).map(|unit| unit.start)))
        }
    }
}

/// The scope that the units are moved into: of several with its name, the one that has the anchor.
fn destination(units: &dyn Units, site: &Site<'_>, moving: &Moving) -> Result<Span, Failure> {
    let Some(into) = &moving.into else { return Ok(site.scope) };
    let spans = into.resolve(site.file)?;
    let has_anchor = |span: &&Span| {
        let code = moving.anchor();
        !code.is_empty() && !units.find(site.file, code.as_bytes(), **span).is_empty()
    };
    match (&spans[..], &spans.iter().filter(has_anchor).collect::<Vec<_>>()[..]) {
        ([one], _) => Ok(*one),
        (_, [one]) => Ok(**one),
        (_, _) => Err(into.ambiguous(&spans)),
    }
}

fn several(what: &str, found: &[Span]) -> Failure {
    Failure::Ambiguous {
        what: format!("expected 1 match of {what}, found {}", found.len()),
        at: found.iter().map(|span| span.start).collect(),
        help: Some("limit it to a part of the file, or name more of the code".to_owned()),
    }
}

fn partial(units: &dyn Units, file: &ParsedFile, part: Span) -> String {
    let noun = units.noun();
    match units.whole(file, part) {
        None => format!("this is not part of a {noun}"),
        Some(unit) => {
            let shown = String::from_utf8_lossy(unit.of(&file.bytes).trim_ascii()).into_owned();
            format!("only part of a {noun} would be moved: `find` must be all of `{shown}`")
        }
    }
}

/// Moves one unit, with its comments.
fn relocate(units: &dyn Units, site: &Site<'_>, unit: Span, place: &Place) -> Answer {
    let (file, text) = (site.file, &site.file.bytes[..]);
    let begins_line = |at: usize| at == first_line(text) || at == text.len() || text[at - 1] == b'\n';
    let own = with_own_comments(units, file, unit);
    let own = Span::new(own.start.max(first_line(text)), own.end);
    let at = place.at.max(first_line(text));
    if !begins_line(own.start) || !begins_line(own.end) {
        return refused("it shares its line with other code: only whole lines are moved", unit.start);
    }
    if !begins_line(at) {
        return refused("other code is on the line that it would be moved next to", at);
    }
    let margin = units.margin(file, unit);
    let spacing = Spacing::around(text, own, margin.len());
    let removal = spacing.removal(text, own);
    if removal.start < at && at < removal.end {
        return refused("it would be moved into itself", unit.start);
    }
    let blank_lines = line_ending(text).repeat(spacing.between(text, place));
    let lines = indented(units, file, own, &margin, &place.margin);
    let added = match place.side {
        Side::Before => [&lines[..], &blank_lines].concat(),
        Side::After => [&blank_lines[..], &lines].concat(),
    };
    let insertion = insert_lines(text, at, &added);
    units.check_move(file, own, &insertion, &place.margin)?;
    let start = insertion.with.len() - if place.side == Side::Before { added.len() } else { lines.len() };
    let start = at + start - if removal.start < at { removal.len() } else { 0 };
    let rewrites = vec![insertion, Rewrite::remove(removal)];
    if !is_apart(units, file, &rewrites, Span::new(start, start + lines.len())) {
        let noun = units.noun();
        return refused(format!("it would be in the middle of another {noun}, or become a part of one"), at);
    }
    change_at(vec![own], rewrites)
}

/// Whether the code of `span` is whole units after these rewrites.
fn is_apart(units: &dyn Units, file: &ParsedFile, rewrites: &[Rewrite], span: Span) -> bool {
    let Ok(after) = apply(&file.bytes, rewrites) else { return false };
    let after = ParsedFile::new(file.path.clone(), after.into(), file.executable);
    units.whole(&after, span).is_some_and(|unit| span.contains(unit))
}

/// Lines of a file that are indented by `margin`, with the indentation `new` instead.
fn indented(units: &dyn Units, file: &ParsedFile, span: Span, margin: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(span.len());
    for line in lines(span.of(&file.bytes)) {
        let line = Span::new(span.start + line.start, span.start + line.end);
        let bytes = line.of(&file.bytes);
        match bytes.strip_prefix(margin) {
            Some(rest) if !rest.trim_ascii().is_empty() && !units.keeps_blanks(file, line) => {
                out.extend_from_slice(new);
                out.extend_from_slice(rest);
            }
            _ => out.extend_from_slice(bytes),
        }
    }
    as_lines(&out, line_ending(&file.bytes))
}
