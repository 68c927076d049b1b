//! Searches for the hunks of a patch farther away.

use super::Search;
use crate::edit::Outcome;
use crate::operation::Anchor;
use crate::port::cell::Verdict;
use crate::port::finding::Finding;
use crate::text::lines;
use crate::tree::TreeError;

/// The same hunks with the smallest `max-offset` at which all of them fit.
pub(super) fn hunks(search: &Search<'_>) -> Result<Option<Finding>, TreeError> {
    let Outcome::Missing { what, near, .. } = search.outcome() else { return Ok(None) };
    let at = |max_offset: usize| search.tried(Anchor::Hunks { max_offset: Some(max_offset) });
    let (mut low, mut high) = (0, lines(search.text).count());
    let Some(mut change) = at(high)? else { return Ok(None) };
    while low < high {
        let middle = low + (high - low) / 2;
        match at(middle)? {
            Some(nearer) => (change, high) = (nearer, middle),
            None => low = middle + 1,
        }
    }
    let offsets: Vec<usize> = near.iter().take(1).map(|near| search.offset_of(near.place.line)).collect();
    let why = format!("all hunks fit with `max-offset: {high}`");
    let found = search.candidate(&offsets, &why, Some(change));
    Ok(Some(Finding::candidates(vec![found], Verdict::Lost, what)))
}
