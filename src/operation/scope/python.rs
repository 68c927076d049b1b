//! The scopes of Python.

use crate::operation::parsed::ParsedFile;
use crate::syntax::python::Definition;
use crate::text::Span;

/// The classes called `name` in `outer`.
pub(super) fn classes(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    definitions(file, name, outer, Definition::is_class)
}

/// The functions and methods called `name` in `outer`.
pub(super) fn functions(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    definitions(file, name, outer, |definition| !definition.is_class())
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
