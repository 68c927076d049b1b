//! Puts lines at the end of a header.

use crate::operation::anchor::Side;
use crate::operation::prelude::*;
use crate::syntax::header::find_guard;
use crate::text::line_bounds;

/// Puts lines at the end of a header, on one side of the end of its include guard.
pub(super) fn insert_at_guard(file: &ParsedFile, lines: &[u8], side: Side) -> Answer {
    let text = &file.bytes;
    let ending = line_ending(text);
    let lines = as_lines(lines, ending);
    let Some(guard) = find_guard(file.c(), text) else {
        return Err(Miss::new("the header has no include guard around all of its code")
            .near(file.c().conditionals().first().map(|group| group.span.start))
            .help("anchor the change on the header's text with `text.insert`")
            .into());
    };
    let (at, region) = match side {
        Side::OutsideGuard => (text.len(), Span::new(guard.close.end, text.len())),
        Side::InsideGuard => {
            let at = line_bounds(text, guard.close.start).start;
            (at, Span::new(guard.define.end, at))
        }
    };
    match find_lines(region.of(text), &lines) {
        Some(offset) => already(region.start + offset),
        None => change(vec![insert_lines(text, at, &lines)]),
    }
}
