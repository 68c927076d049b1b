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

/// The first target of the rule that a span is in.
pub(super) fn rule_at(file: &ParsedFile, span: Span) -> Option<String> {
    let rule = file.makefile().rules.iter().find(|rule| rule.span.contains(span))?;
    Some(String::from_utf8_lossy(rule.targets.first()?.of(&file.bytes)).into_owned())
}

/// The variable whose value a span is in.
pub(super) fn variable_at(file: &ParsedFile, span: Span) -> Option<String> {
    let variable = file.makefile().variables.iter().find(|variable| variable.value.contains(span))?;
    Some(String::from_utf8_lossy(variable.name.of(&file.bytes)).into_owned())
}
