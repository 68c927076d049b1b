//! The scopes of C.

use crate::operation::parsed::ParsedFile;
use crate::syntax::c::{Branch, Function, ListKind, is_directive};
use crate::text::{Span, nearest};

/// The functions called `name` in `outer`.
pub(super) fn functions(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    let named = file.c().functions().iter().filter(|function| function.name == name);
    named.map(Function::span).filter(|span| outer.contains(*span)).collect()
}

/// The insides of the lists of a kind in `outer` that are called `name`.
pub(super) fn lists(file: &ParsedFile, kind: ListKind, name: &str, outer: Span) -> Vec<Span> {
    let all = file.c().lists(outer).into_iter().filter(|list| list.kind == kind);
    let is_called = |span: &Span| span.of(&file.bytes) == name.as_bytes();
    all.filter(|list| list.names.iter().any(is_called)).map(|list| list.inside).collect()
}

/// The branches of `#if` groups in `outer` with a directive: `#else`, or `#ifdef X ... #else` for that of one chain. If only
/// branches around `outer` have it, this is `outer` itself.
pub(super) fn branches(file: &ParsedFile, directive: &str, outer: Span) -> Vec<Span> {
    let (first, own) = directive.split_once("...").unwrap_or(("", directive));
    let (first, own) = (first.trim(), own.trim());
    let groups = file.c().conditionals().iter();
    let chains = groups.filter(|group| {
        first.is_empty()
            || group.branches.first().is_some_and(|branch| is_directive(&branch.condition, first))
    });
    let skipped = usize::from(!first.is_empty());
    let named = chains.flat_map(|group| group.branches.iter().skip(skipped));
    let named: Vec<Span> = named.filter(|b| is_directive(&b.condition, own)).map(|b| b.body).collect();
    let inside: Vec<Span> = named.iter().copied().filter(|body| outer.contains(*body)).collect();
    if inside.is_empty() && named.iter().any(|body| body.contains(outer)) { vec![outer] } else { inside }
}

/// The branches in `outer` whose directive resembles one.
pub(super) fn branches_near(file: &ParsedFile, directive: &str, outer: &[Span]) -> Vec<usize> {
    let all = file.c().conditionals().iter().flat_map(|group| &group.branches);
    let inside = all.filter(|branch| outer.iter().any(|outer| outer.contains(branch.body)));
    nearest(
        directive,
        inside.map(|branch: &Branch| (branch.directive.start, branch.condition.as_str().into())),
    )
}

/// The functions in `outer` whose names resemble one.
pub(super) fn functions_near(file: &ParsedFile, name: &str, outer: &[Span]) -> Vec<usize> {
    let all = file.c().functions().iter();
    let inside = all.filter(|function| outer.iter().any(|outer| outer.contains(function.span())));
    nearest(name, inside.map(|function| (function.name_span.start, function.name.as_str().into())))
}

/// The function that a span is in.
pub(super) fn function_at(file: &ParsedFile, span: Span) -> Option<String> {
    let mut all = file.c().functions().iter();
    all.find(|function| function.span().contains(span)).map(|function| function.name.clone())
}

/// The innermost list of a kind that a span is in: its first name.
pub(super) fn list_at(file: &ParsedFile, kind: ListKind, span: Span) -> Option<String> {
    list_in(file, kind, span, file.span())
}

/// As [`list_at`], for a span outside of functions: only what is between the functions around it is read.
pub(super) fn list_near(file: &ParsedFile, kind: ListKind, span: Span) -> Option<String> {
    let functions = file.c().functions();
    let start = functions.iter().map(|one| one.span().end).filter(|end| *end <= span.start).max();
    let end = functions.iter().map(|one| one.span().start).filter(|start| *start >= span.end).min();
    list_in(file, kind, span, Span::new(start.unwrap_or(0), end.unwrap_or(file.bytes.len())))
}

fn list_in(file: &ParsedFile, kind: ListKind, span: Span, part: Span) -> Option<String> {
    let all = file.c().lists(part).into_iter();
    let around = all.filter(|list| list.kind == kind && list.inside.contains(span));
    let name = *around.min_by_key(|list| list.inside.len())?.names.first()?;
    Some(String::from_utf8_lossy(name.of(&file.bytes)).into_owned())
}

/// The directive of the innermost branch that a span is in, with the first one of its chain if it is an `#else`.
pub(super) fn branch_at(file: &ParsedFile, span: Span) -> Option<String> {
    let (_, own) = innermost(file, span)?;
    if own.condition == "#else" { chain_at(file, span) } else { Some(own.condition.clone()) }
}

/// The directive of the innermost branch that a span is in, with the first one of its chain if it is not that itself.
pub(super) fn chain_at(file: &ParsedFile, span: Span) -> Option<String> {
    let (first, own) = innermost(file, span)?;
    if first == own {
        return Some(own.condition.clone());
    }
    Some(format!("{} ... {}", first.condition, own.condition))
}

/// The first branch of the innermost `#if` group around a span, and the one that it is in.
fn innermost(file: &ParsedFile, span: Span) -> Option<(&Branch, &Branch)> {
    let mut all = file.c().conditionals().iter().rev();
    all.find_map(|group| {
        let own = group.branches.iter().find(|branch| branch.body.contains(span))?;
        Some((group.branches.first()?, own))
    })
}
