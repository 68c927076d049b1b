//! The blank lines around units.

use super::place::{Place, Side};
use crate::operation::lines::leading_blanks;
use crate::operation::prelude::*;

/// The blank lines on one side of a unit.
#[derive(Debug, Clone, Copy)]
struct Gap {
    lines: usize,
    bytes: usize,
    /// Whether the block or the file begins or ends there.
    is_edge: bool,
}

/// The blank lines above and below a unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spacing {
    above: Gap,
    below: Gap,
}

impl Spacing {
    /// Those around whole lines of a block whose lines begin with `width` blanks.
    pub(super) fn around(text: &[u8], span: Span, width: usize) -> Spacing {
        let gap = |lines: &mut dyn Iterator<Item = &[u8]>| {
            let mut gap = Gap { lines: 0, bytes: 0, is_edge: true };
            for line in lines {
                if !line.trim_ascii().is_empty() {
                    gap.is_edge = leading_blanks(line).len() < width;
                    break;
                }
                (gap.lines, gap.bytes) = (gap.lines + 1, gap.bytes + line.len());
            }
            gap
        };
        Spacing {
            above: gap(&mut text[..span.start].split_inclusive(|b| *b == b'\n').rev()),
            below: gap(&mut text[span.end..].split_inclusive(|b| *b == b'\n')),
        }
    }

    /// How many blank lines are on each side; none where the unit is next to another one.
    fn own(self) -> usize {
        match (self.above.is_edge, self.below.is_edge) {
            (false, false) => self.above.lines.min(self.below.lines),
            (true, false) => self.below.lines,
            (false, true) => self.above.lines,
            (true, true) => 0,
        }
    }

    /// What is removed of a text when `span` moves away: the blank lines that are on both sides of it remain once, those of an
    /// edge as they are at the edge.
    pub(super) fn removal(self, text: &[u8], span: Span) -> Span {
        let Spacing { above, below } = self;
        match (above.is_edge, below.is_edge) {
            (_, true) => Span::new(span.start - above.bytes, span.end),
            (true, false) => Span::new(span.start, span.end + below.bytes),
            (false, false) => {
                let lines =
                    text[span.end..].split_inclusive(|b| *b == b'\n').take(above.lines.min(below.lines));
                Span::new(span.start, span.end + lines.map(<[u8]>::len).sum::<usize>())
            }
        }
    }

    /// How many blank lines are put between the unit with this spacing and what it is moved next to: those of its new place, if
    /// it had any on both sides.
    pub(super) fn between(self, text: &[u8], place: &Place) -> usize {
        let own = self.own();
        if own == 0 {
            return 0;
        }
        let there = Spacing::around(text, place.next_to, place.margin.len());
        let gaps = match place.side {
            Side::Before => [there.above, there.below],
            Side::After => [there.below, there.above],
        };
        if !place.next_to.is_empty() {
            return gaps.iter().find(|gap| !gap.is_edge).map_or(own.min(1), |gap| gap.lines);
        }
        // Without a unit there, its own, but for more than one in a block.
        let is_alone = match place.side {
            Side::Before => there.below.is_edge,
            Side::After => there.above.is_edge,
        };
        match (is_alone, place.margin.is_empty()) {
            (true, _) => 0,
            (false, true) => own,
            (false, false) => own.min(1),
        }
    }
}
