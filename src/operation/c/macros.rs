//! Finds `#define` lines, and writes their values.

use crate::operation::prelude::*;
use crate::syntax::c::{Define, operands};

/// The definitions of a macro in the scope of the site.
pub(super) fn definitions<'a>(site: &Site<'a>, name: &str) -> Vec<&'a Define> {
    let all = site.file.c().defines().iter();
    all.filter(|define| define.name == name && site.scope.contains(define.span)).collect()
}

/// A macro that was not found, with those of similar names.
pub(super) fn no_macro(site: &Site<'_>, name: &str) -> Miss {
    Miss::new(format!("no macro `{name}` is defined")).near(near_macros(site, name))
}

/// The definitions of macros of similar names.
pub(super) fn near_macros(site: &Site<'_>, name: &str) -> Vec<usize> {
    let inside = site.file.c().defines().iter().filter(|define| site.scope.contains(define.span));
    nearest(name, inside.map(|define| (define.span.start, define.name.as_str().into())))
}

/// The only definition of a macro, as the neighbour of another one.
pub(super) fn only_macro<'a>(site: &Site<'a>, name: &str) -> Result<&'a Define, Failure> {
    match definitions(site, name)[..] {
        [one] => Ok(one),
        [] => Err(no_macro(site, name).into()),
        ref found => {
            let what = format!("`{name}` is defined {} times", found.len());
            Err(Failure::ambiguous(what, found.iter().map(|define| define.span.start)))
        }
    }
}

/// Whether two values have the same tokens.
pub(super) fn is_same_value(a: &[u8], b: &[u8]) -> bool {
    operands(a.trim_ascii(), b"") == operands(b.trim_ascii(), b"")
}

/// A value as it is written: a backslash joins its lines.
pub(super) fn spliced(value: &str, ending: &[u8]) -> Vec<u8> {
    let lines = value.trim().lines().map(|line| line.trim_end().trim_end_matches('\\').trim_end().as_bytes());
    lines.collect::<Vec<_>>().join(&[b" \\", ending].concat()[..])
}

/// Checks that a text is the value of a macro.
pub(super) fn check_value(value: &str) -> Result<(), String> {
    let brackets = |sign: char| value.matches(sign).count();
    let is_balanced = brackets('(') == brackets(')') || value.contains(['"', '\'']);
    ensure(
        is_balanced && !value.contains("//"),
        "needs a value whose parentheses match, without `//` comments",
    )
}

/// Checks that a text is the name of a macro.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let is_start = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    ensure(is_start && is_word, "needs the name of a macro")
}
