//! The scopes of m4 sources.

use crate::operation::parsed::ParsedFile;
use crate::text::Span;

/// The sections of the label `name` in `outer`.
pub(super) fn sections(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    file.m4().sections(name, outer)
}

/// Every `case` and `AS_CASE` of `subject` in `outer`.
pub(super) fn cases(file: &ParsedFile, subject: &str, outer: Span) -> Vec<Span> {
    file.m4().find_cases(subject, outer).into_iter().map(|case| case.span).collect()
}

/// The branches with `pattern` in `outer`.
pub(super) fn branches(file: &ParsedFile, pattern: &str, outer: Span) -> Vec<Span> {
    file.m4().find_branches(pattern, outer).into_iter().map(|(_, branch)| branch.span).collect()
}

/// The calls of a macro in `outer`: `NAME`, or `NAME(FIRST` with its first argument.
pub(super) fn calls(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    let (name, first) = match name.split_once('(') {
        Some((name, first)) => (name, Some(first.trim_end().trim_end_matches([')', ',']))),
        None => (name, None),
    };
    file.m4().find_calls(name, first, outer).into_iter().map(|call| call.span).collect()
}
