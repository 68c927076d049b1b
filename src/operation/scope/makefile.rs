//! The scopes of Makefiles.

use crate::operation::parsed::ParsedFile;
use crate::text::Span;

/// The rules of the target `name` in `outer`.
pub(super) fn rules(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    let rules = file.makefile().rules_of(&file.bytes, name.as_bytes());
    rules.map(|rule| rule.span).filter(|span| outer.contains(*span)).collect()
}

/// The values of the variable `name` in `outer`.
pub(super) fn variables(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    let variables = file.makefile().variables_of(&file.bytes, name.as_bytes());
    variables.map(|variable| variable.value).filter(|span| outer.contains(*span)).collect()
}
