//! The scopes of C.

use crate::operation::parsed::ParsedFile;
use crate::syntax::c::Function;
use crate::text::Span;

/// The functions called `name` in `outer`.
pub(super) fn functions(file: &ParsedFile, name: &str, outer: Span) -> Vec<Span> {
    let named = file.c().functions().iter().filter(|function| function.name == name);
    named.map(Function::span).filter(|span| outer.contains(*span)).collect()
}
