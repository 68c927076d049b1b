//! Finds runs of units: from the first code to the last.

use super::{Units, near};
use crate::operation::prelude::*;

/// Every match of `from` in `scope`, each up to the first match of `to` after it; a failure for one without such a match.
pub(in crate::operation) fn runs(
    units: &dyn Units,
    file: &ParsedFile,
    from: &str,
    to: Option<&str>,
    scope: Span,
) -> Vec<Result<Span, Failure>> {
    let found = units.find(file, from.as_bytes(), scope);
    let Some(to) = to else { return found.into_iter().map(Ok).collect() };
    let ends = units.find(file, to.as_bytes(), scope);
    let run = |first: Span| {
        let after = ends.partition_point(|last| last.start < first.start);
        let last = ends[after..].iter().find(|last| last.end >= first.end);
        let missing = || {
            let what = format!("{} was not found after the first code", units.named(to));
            Miss { at: Some(first.start), ..Miss::new(what) }.near(near(file, to))
        };
        Ok(Span::new(first.start, last.ok_or_else(missing)?.end))
    };
    found.into_iter().map(run).collect()
}
