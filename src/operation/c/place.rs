//! Where lines are put next to a line of the file, or at the edge of a scope.

use super::statements::Statements;
use crate::operation::lines::indentation;
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, Units};

/// A place for whole lines.
pub(super) struct Place {
    /// The offset.
    pub at: usize,
    /// The indentation of the lines.
    pub margin: Vec<u8>,
    /// An offset under the same conditions.
    pub inside: usize,
    /// The line or unit next to which it is; empty at an edge.
    pub neighbour: Span,
}

/// Where lines are put: after a unit, before it and its comments, or at an edge of the scope.
pub(super) fn place(
    site: &Site<'_>,
    neighbour: Option<Span>,
    after: bool,
    at: Option<Edge>,
) -> Result<Place, Failure> {
    let file = site.file;
    if let Some(unit) = neighbour {
        let offset = if after { unit.end } else { Statements.commented(file, unit).start };
        let margin = indentation(&file.bytes, unit.start).to_vec();
        return Ok(Place { at: offset, margin, inside: unit.start, neighbour: unit });
    }
    let edge = Statements.edge(site, at.unwrap_or(Edge::End));
    let none =
        || Failure::refused("the scope has no lines of its own to insert lines into", site.scope.start);
    let (offset, margin) = edge.ok_or_else(none)?;
    let inside =
        if offset == site.scope.end { offset.saturating_sub(1).max(site.scope.start) } else { offset };
    Ok(Place { at: offset, margin, inside, neighbour: Span::at(offset) })
}

/// Checks that one of the three ways to name a place is given.
pub(super) fn check_place(
    before: Option<&String>,
    after: Option<&String>,
    at: Option<Edge>,
) -> Result<(), String> {
    let given = usize::from(before.is_some()) + usize::from(after.is_some()) + usize::from(at.is_some());
    ensure(given == 1, "needs one of `at`, `before` and `after`")
}

/// Puts whole lines at a place.
pub(super) fn put(site: &Site<'_>, place: &Place, lines: &[u8]) -> Answer {
    if !site.file.c().is_between_lines(place.at) {
        return refused("a comment, a string or a spliced line runs over the line end there", place.at);
    }
    change_at(vec![place.neighbour], vec![insert_lines(&site.file.bytes, place.at, lines)])
}
