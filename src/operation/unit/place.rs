//! Where units are moved to.

use super::moving::Moving;
use super::{Units, near, place_before, whole, with_own_comments};
use crate::operation::prelude::*;
use crate::operation::value::Edge;

/// On which side of its anchor a moved unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

/// The destination of a move.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Where the lines are inserted.
    pub at: usize,
    /// The indentation of the lines there.
    pub margin: Vec<u8>,
    /// The unit that the moved one is next to, with its comments; empty at the edge of a scope.
    pub next_to: Span,
    pub side: Side,
    /// Whether the moved unit is to be the first or last one of its scope, which is `next_to`.
    is_edge: bool,
}

impl Place {
    /// The place that the arguments name in the scope of `site`. `moved` are the units that may be those to move.
    ///
    /// # Errors
    /// The anchor was not found, or several times, or the scope has no edge of its own.
    pub(super) fn find(
        units: &dyn Units,
        site: &Site<'_>,
        moving: &Moving,
        moved: &[Span],
    ) -> Result<Place, Failure> {
        let file = site.file;
        if let Some(edge) = moving.at {
            return Place::at_edge(units, site, edge);
        }
        let code = moving.anchor();
        let mut found = units.find(file, code.as_bytes(), site.scope);
        let inside = found.iter().find(|anchor| moved.iter().any(|unit| unit.overlaps(**anchor))).copied();
        found.retain(|anchor| !moved.iter().any(|unit| unit.overlaps(*anchor)));
        let what = units.named(code);
        let anchor = match (&found[..], inside) {
            ([anchor], _) => *anchor,
            ([], Some(inside)) => {
                return Err(Failure::refused(format!("{what} is part of what is moved"), inside.start));
            }
            ([], None) => {
                return Err(Miss::new(format!("{what} was not found")).near(near(file, code)).into());
            }
            _ => {
                let what = format!("expected 1 match of {what}, found {}", found.len());
                return Err(Failure::ambiguous(what, found.iter().map(|anchor| anchor.start)));
            }
        };
        let unit = whole(units, file, anchor)?;
        units.check_anchor(file, anchor)?;
        let side = if moving.after.is_some() { Side::After } else { Side::Before };
        Ok(Place::next_to(units, file, unit, side, false))
    }

    fn next_to(units: &dyn Units, file: &ParsedFile, unit: Span, side: Side, is_edge: bool) -> Place {
        let next_to = with_own_comments(units, file, unit);
        let at = match side {
            Side::Before => next_to.start,
            Side::After => next_to.end,
        };
        Place { at, margin: units.margin(file, unit), next_to, side, is_edge }
    }

    fn at_edge(units: &dyn Units, site: &Site<'_>, edge: Edge) -> Result<Place, Failure> {
        let side = match edge {
            Edge::Start => Side::Before,
            Edge::End => Side::After,
        };
        if let Some(unit) = units.unit_at(site.file, site.scope, edge) {
            return Ok(Place::next_to(units, site.file, unit, side, true));
        }
        let Some((at, margin)) = units.edge(site, edge) else {
            let why = "the scope has no lines of its own to move lines into";
            return Err(Failure::refused(why, site.scope.start));
        };
        // The comment of the first code of a function stays with it; that of a file comes first.
        let is_above_comment = edge == Edge::Start && site.is_limited;
        let at = if is_above_comment { units.commented(site.file, Span::at(at)).start } else { at };
        Ok(Place { at, margin, next_to: Span::at(at), side, is_edge: true })
    }

    /// Whether a unit is there: next to the anchor, with nothing but comments, blanks and what other changes insert between
    /// them, and in the same block.
    pub(super) fn has(&self, units: &dyn Units, site: &Site<'_>, unit: Span) -> bool {
        let file = site.file;
        if !units.is_in_block(file, unit, &self.margin) {
            return false;
        }
        if self.is_edge && !self.next_to.is_empty() {
            return match self.side {
                Side::Before => place_before(units, file, unit) == self.next_to.start,
                Side::After => units.comments_end(file, unit) == self.next_to.end,
            };
        }
        let (first, second) = match (self.side, self.is_edge) {
            (Side::Before, false) | (Side::After, true) => (unit.end, self.next_to.start),
            (Side::After, false) => (self.next_to.end, place_before(units, file, unit)),
            // The first code of a scope is below its comments, as what was moved there is.
            (Side::Before, true) => (self.at, unit.start),
        };
        first <= second && is_gap(units, site, Span::new(first, second))
    }
}

/// Whether a part of a file has only blanks, comments and lines that other changes insert.
fn is_gap(units: &dyn Units, site: &Site<'_>, span: Span) -> bool {
    let text = span.of(&site.file.bytes);
    if text.trim_ascii().is_empty() {
        return true;
    }
    let lines = |text: &'_ [u8]| -> Vec<Vec<u8>> {
        text.split(|b| *b == b'\n').map(|line| line.trim_ascii().to_vec()).collect()
    };
    let others: Vec<Vec<u8>> = site.neighbours.iter().flat_map(|other| lines(other)).collect();
    lines(&units.without_comments(site.file, text))
        .iter()
        .all(|line| line.is_empty() || units.is_comment(line) || others.contains(line))
}
