//! Replaces code, which may be part of a unit.

use super::{Units, named, near};
use crate::operation::lines::indentation;
use crate::operation::prelude::*;

/// The arguments of a replacement.
pub(in crate::operation) struct Replacement<'a> {
    pub find: &'a str,
    pub with: &'a Text,
    pub count: usize,
}

/// Replaces code.
pub(in crate::operation) fn replace(
    units: &dyn Units,
    site: &Site<'_>,
    replacement: &Replacement<'_>,
) -> Answer {
    let (file, text) = (site.file, &site.file.bytes);
    let with = site.texts.get(replacement.with);
    let found = units.find(file, replacement.find.as_bytes(), site.scope);
    let mut done = units.find_result(file, with, site.scope);
    // A replacement that is part of the anchor does not show a finished change.
    done.retain(|d| !found.iter().any(|f| f.contains(*d) && f != d));
    let rewrite = |span: Span| {
        let margin = indentation(text, span.start);
        // The first line goes where the old code began.
        let lines = units.indented(file, with, margin);
        Rewrite::replace(span, lines.strip_prefix(margin).unwrap_or(&lines).trim_ascii_end())
    };
    let results = results((file, site.scope), (replacement.find.as_bytes(), with), &found, done);
    match_count(&named(replacement.find), replacement.count, &found, &results, rewrite, || {
        near(file, replacement.find)
    })
}
