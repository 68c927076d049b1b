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

/// The functions of a script that are called `name` in `outer`.
pub(super) fn functions(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    let functions = file.m4().functions().iter().filter(|function| outer.contains(function.span));
    let own = functions.filter(|function| function.name.of(&file.bytes) == name.trim().as_bytes());
    own.map(|function| function.span).collect()
}

fn text(file: &ParsedFile, span: Span) -> String {
    String::from_utf8_lossy(span.of(&file.bytes)).into_owned()
}

/// The label of the section that a span is in.
pub(super) fn section_at(file: &ParsedFile, span: Span) -> Option<String> {
    file.m4().section_at(span).map(|label| text(file, label))
}

/// The subject of the innermost `case` or `AS_CASE` that a span is in.
pub(super) fn case_at(file: &ParsedFile, span: Span) -> Option<String> {
    let around = file.m4().cases().iter().filter(|case| case.span.contains(span));
    Some(text(file, around.min_by_key(|case| case.span.len())?.subject))
}

/// The patterns of the innermost branch that a span is in.
pub(super) fn branch_at(file: &ParsedFile, span: Span) -> Option<String> {
    let branches = file.m4().cases().iter().flat_map(|case| &case.branches);
    let around = branches.filter(|branch| branch.span.contains(span));
    let innermost = around.min_by_key(|branch| branch.span.len())?;
    Some(innermost.pattern.map_or("*".to_owned(), |pattern| text(file, pattern)))
}

/// The innermost call around a span of the macro that `name` is a call of, or of any, with its first argument.
pub(super) fn call_at(file: &ParsedFile, name: &str, span: Span) -> Option<String> {
    let m4 = file.m4();
    let wanted = name.split('(').next().unwrap_or_default().trim();
    let around = m4.calls().iter().filter(|call| call.span.contains(span) && call.span != span);
    let is_other = |call: &&crate::syntax::m4::Call| call.name.of(&file.bytes) != wanted.as_bytes();
    let call = around.min_by_key(|call| (is_other(call), call.span.len()))?;
    let first = call.arguments.first().map(|first| text(file, m4.unquoted(*first)));
    Some(match first.filter(|first| !first.contains('\n')) {
        Some(first) => format!("{}({first})", text(file, call.name)),
        None => text(file, call.name),
    })
}
