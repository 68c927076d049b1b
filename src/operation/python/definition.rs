//! Finds classes, methods and functions, and puts code in their place.

use crate::operation::lines::leading_blanks;
use crate::operation::prelude::*;
use crate::syntax::python::{Definition, PyFile};
use crate::text::{line_bounds, lines};

/// The only definition among `all` that is called `path`; `kind` names what is looked for.
pub(super) fn definition<'a>(
    file: &'a ParsedFile,
    is_kind: impl Fn(&Definition) -> bool,
    path: &str,
    kind: &str,
) -> Result<&'a Definition, Failure> {
    let all: Vec<&Definition> = file.python().definitions().iter().filter(|d| is_kind(d)).collect();
    let names = all.iter().map(|d| (d.name_span.start, d.path.as_str().into()));
    let called = |n| format!("{n} {kind}s are called `{path}`");
    let one = all[only(path, names, format!("no {kind} is called `{path}`"), called)?];
    match file.python().problem_in(one.span) {
        None => Ok(one),
        Some(problem) => Err(Failure::doubtful(&format!("`{path}`"), problem)),
    }
}

/// The only definition in the site's scope that is called `path` from there on.
pub(super) fn definition_in<'a>(
    site: &Site<'a>,
    is_kind: impl Fn(&Definition) -> bool,
    path: &str,
    kind: &str,
) -> Result<&'a Definition, Failure> {
    let all = site.file.python().definitions();
    let around = all.iter().filter(|it| site.is_limited && it.span == site.scope);
    let prefix = around.map(|it| format!("{}.", it.path)).next().unwrap_or_default();
    definition(site.file, |it| is_kind(it) && site.scope.contains(it.span), &format!("{prefix}{path}"), kind)
}

/// Checks that the patchset's code can be parsed and defines the function `name`.
pub(super) fn check_code(code: &[u8], name: &str) -> Result<(), Failure> {
    check_kind(code, name, |it| !it.is_class())
}

fn check_kind(code: &[u8], name: &str, is_kind: fn(&Definition) -> bool) -> Result<(), Failure> {
    let file = PyFile::parse(code);
    match file.problems().first() {
        Some(problem) => Err(Failure::fault(format!("its code cannot be parsed: {}", problem.what))),
        None if !file.definitions().iter().any(|it| is_kind(it) && it.path == name) => {
            Err(Failure::fault(format!("its code does not define `{name}`")))
        }
        None => Ok(()),
    }
}

/// Code written from column 0, indented by `margin`. Lines inside a string of several lines stay as they are.
pub(super) fn indented(code: &[u8], margin: &[u8], ending: &[u8]) -> Vec<u8> {
    let file = PyFile::parse(code);
    let mut out = Vec::new();
    for span in lines(code) {
        let line = span.of(code);
        let body = line.trim_ascii_end();
        if !body.is_empty() && !file.is_inside_token(span.start) {
            out.extend_from_slice(margin);
        }
        out.extend_from_slice(if body.is_empty() { b"" } else { line.strip_suffix(b"\n").unwrap_or(line) });
        out.extend_from_slice(ending);
    }
    out
}

/// The answer where a definition that is to be added exists: it has the same code, or another operation replaces it, as
/// `why` begins to say.
pub(super) fn existing_definition(
    text: &[u8],
    existing: &Definition,
    code: &[u8],
    why: impl FnOnce() -> String,
) -> Answer {
    match covers(text, code, existing.name_span) {
        true => already(existing.name_span.start),
        false => refused(format!("{} replaces it", why()), existing.name_span.start),
    }
}

/// Adds a definition to a module: after the function or class `after`, or at the end. `why` begins to say what replaces one
/// that exists.
pub(super) fn add_to_module(
    file: &ParsedFile,
    code: &[u8],
    name: &str,
    after: Option<&str>,
    is_kind: fn(&Definition) -> bool,
    why: &dyn Fn() -> String,
) -> Answer {
    let text = &file.bytes;
    let ending = line_ending(text);
    check_kind(code, name, is_kind)?;
    let python = file.python();
    let code = with_line_ends(code.trim_ascii_end(), ending);
    if let Some(existing) = python.definitions().iter().find(|it| is_kind(it) && it.path == name) {
        return existing_definition(text, existing, &code, why);
    }
    let end = match (after, python.problems().first()) {
        (Some(after), _) => {
            let anchor = definition(file, |_| true, after, "function or class")?;
            line_bounds(text, anchor.span.end.saturating_sub(1)).end
        }
        (None, None) => text.len(),
        // The end may be inside an open string.
        (None, Some(problem)) => return Err(Failure::doubtful("the file", problem)),
    };
    change(vec![insert_after(text, end, &as_lines(&code, ending), 2)])
}

/// Puts code after a block that ends at `end`, with that many blank lines between.
pub(super) fn insert_after(text: &[u8], end: usize, code: &[u8], blank_lines: usize) -> Rewrite {
    insert_lines(text, end, &[&line_ending(text).repeat(blank_lines), code].concat())
}

/// Replaces the definition that is called `path` by `code`, which defines `name`.
pub(super) fn replace_definition(
    file: &ParsedFile,
    code: &[u8],
    path: &str,
    name: &str,
    kind: &str,
) -> Answer {
    let text = &file.bytes;
    check_code(code, name)?;
    let existing = definition(file, |d| !d.is_class(), path, kind)?;
    let margin = leading_blanks(&text[existing.span.start..]);
    let code = indented(code.trim_ascii_end(), margin, line_ending(text));
    // The new code may begin or end with comments, which belong to no definition.
    if covers(text, code.trim_ascii_end(), existing.name_span) {
        return already(existing.name_span.start);
    }
    change(vec![Rewrite::replace(existing.span, code)])
}
