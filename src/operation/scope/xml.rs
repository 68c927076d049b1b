//! The scopes of XML.

use crate::operation::parsed::ParsedFile;
use crate::operation::xml::Pattern;
use crate::text::Span;

/// The elements in `outer` that `code` names.
pub(super) fn elements(file: &ParsedFile, code: &str, outer: Span) -> Vec<Span> {
    let found = Pattern::parse(code).map(|pattern| pattern.find(file, outer)).unwrap_or_default();
    found.into_iter().map(|element| element.span).collect()
}

/// Elements in `outer` that `code` may misspell.
pub(super) fn near(file: &ParsedFile, code: &str, outer: &[Span]) -> Vec<usize> {
    let Ok(pattern) = Pattern::parse(code) else { return Vec::new() };
    outer.iter().flat_map(|outer| pattern.misspelled(file, *outer)).collect()
}
