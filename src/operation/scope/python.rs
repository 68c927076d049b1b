//! The scopes of Python.

use crate::operation::parsed::ParsedFile;
use crate::syntax::python::{Call, Definition, Items};
use crate::text::{Span, nearest};

/// The classes called `name` in `outer`.
pub(super) fn classes(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    definitions(file, name, outer, Definition::is_class)
}

/// The functions and methods called `name` in `outer`.
pub(super) fn functions(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    definitions(file, name, outer, |definition| !definition.is_class())
}

/// The values that a variable is given directly in `outer`, or an attribute anywhere in it.
pub(super) fn variables(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    file.python().own_assignments(name.as_bytes(), outer).into_iter().map(|one| one.value).collect()
}

/// The entries called `name` of the literals in `outer`, or of the one that it is: their values.
pub(super) fn entries(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    let python = file.python();
    let own = if outer == file.span() { None } else { python.literal(outer) };
    let literals = own.map_or_else(|| python.literals(outer), |own| vec![own]);
    let named = |list: Items| -> Vec<Span> {
        let items = python.named_items(&list, name.as_bytes());
        items.into_iter().map(|index| list.items[index].value).collect()
    };
    literals.into_iter().flat_map(named).collect()
}

/// The calls of a function in `outer`: `NAME`, or `NAME(FIRST` with its first argument.
pub(super) fn calls(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    let (name, first) = match name.split_once('(') {
        Some((name, first)) => (name, Some(first.trim_end().trim_end_matches([')', ',']))),
        None => (name, None),
    };
    let python = file.python();
    let all = python.calls(name.as_bytes(), outer).into_iter();
    let has_first = |call: &Call| first.is_none_or(|first| python.has_first(call, first.as_bytes()));
    all.filter(has_first).map(|call| call.span).collect()
}

/// The definitions of a kind in `outer` whose own names resemble the last part of `name`.
pub(super) fn definitions_near(
    file: &ParsedFile,
    name: &str,
    outer: &[Span],
    is_kind: fn(&Definition) -> bool,
) -> Vec<usize> {
    let all = inside(file, outer, is_kind);
    nearest(own_name(name), all.map(|it| (it.name_span.start, own_name(&it.path).into())))
}

/// The dotted names of the definitions of a kind in `outer` that end in `name`.
pub(super) fn dotted(
    file: &ParsedFile,
    name: &str,
    outer: &[Span],
    is_kind: fn(&Definition) -> bool,
) -> Vec<String> {
    let ends = |path: &str| path.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
    let all = inside(file, outer, is_kind).filter(|it| ends(&it.path));
    all.map(|it| it.path.clone()).collect()
}

fn inside<'a>(
    file: &'a ParsedFile,
    outer: &'a [Span],
    is_kind: fn(&Definition) -> bool,
) -> impl Iterator<Item = &'a Definition> {
    let all = file.python().definitions().iter();
    all.filter(move |it| is_kind(it) && outer.iter().any(|outer| outer.contains(it.span)))
}

fn own_name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or_default()
}

/// The definitions of a kind in `outer` that are called `name`: with dots from the top of the file, or from `outer` on.
fn definitions(file: &ParsedFile, name: &str, outer: Span, is_kind: fn(&Definition) -> bool) -> Vec<Span> {
    let inside = |d: &&Definition| is_kind(d) && outer.contains(d.span);
    let all: Vec<&Definition> = file.python().definitions().iter().filter(inside).collect();
    // What `outer` is called itself: the names from there on follow it.
    let around = file.python().definitions().iter().filter(|d| d.span == outer);
    let prefix = around.map(|d| format!("{}.", d.path)).next().unwrap_or_default();
    let is_called =
        |d: &&&Definition| d.path == name || !prefix.is_empty() && d.path.strip_prefix(&prefix) == Some(name);
    all.iter().filter(is_called).map(|definition| definition.span).collect()
}
