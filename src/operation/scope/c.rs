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
