//! `python.*`.

use super::anchor::{stands_at, with_line_ends};
use super::answer::{Answer, Miss};
use super::context::Source;
use crate::patchset::Change;
use crate::patchset::operation::python::{AddFunction, AddMethod, ReplaceFunction, ReplaceMethod};
use crate::syntax::python::{Definition, PyFile};
use crate::text::{Rewrite, Span, line_bounds, line_ending, nearest};

/// The classes of that name, for `within`.
pub(super) fn class_spans(source: &Source, name: &str) -> Vec<Span> {
    source.python().find_class(name).into_iter().map(|class| class.span).collect()
}

/// The one definition that is called `path` among `all`.
fn one<'a>(
    source: &Source,
    all: impl Iterator<Item = &'a Definition>,
    path: &str,
    kind: &str,
) -> Result<&'a Definition, Answer> {
    let all: Vec<&Definition> = all.collect();
    let found: Vec<&Definition> = all.iter().copied().filter(|d| d.path == path).collect();
    match found[..] {
        [one] => match source.python().problem_in(one.span) {
            None => Ok(one),
            Some(problem) => Err(Answer::refused(
                format!("`{path}` cannot be read safely: {}", problem.what),
                problem.span.start,
            )),
        },
        [] => {
            let names = all.iter().map(|d| (d.name_span.start, d.path.as_str().into()));
            Err(Answer::Missing(Miss {
                what: format!("no {kind} is called `{path}`"),
                near: nearest(path, names).into_iter().map(|at| (at, String::new())).collect(),
                ..Miss::default()
            }))
        }
        _ => Err(Answer::Ambiguous {
            what: format!("{} {kind}s are called `{path}`", found.len()),
            at: found.iter().map(|d| d.name_span.start).collect(),
            help: None,
        }),
    }
}

/// Code written from column 0, indented by `margin`. Lines inside a string of several lines stay.
fn indented(code: &[u8], margin: &[u8], ending: &[u8]) -> Vec<u8> {
    let file = PyFile::parse(code);
    let mut out = Vec::new();
    let mut at = 0;
    for line in code.split_inclusive(|b| *b == b'\n') {
        let body = line.trim_ascii_end();
        if !body.is_empty() && !file.is_inside_token(at) {
            out.extend_from_slice(margin);
        }
        out.extend_from_slice(if body.is_empty() { b"" } else { line.strip_suffix(b"\n").unwrap_or(line) });
        out.extend_from_slice(ending);
        at += line.len();
    }
    out
}

/// Why the patchset's code cannot be what it says.
fn fault(code: &[u8], name: &str) -> Option<Answer> {
    let file = PyFile::parse(code);
    let why = match file.problems().first() {
        Some(problem) => format!("its code cannot be read: {}", problem.what),
        None if file.find_function(name).is_empty() => format!("its code does not define `{name}`"),
        None => return None,
    };
    Some(Answer::Refused { why, at: None })
}

pub(super) fn add_method(source: &Source, change: &Change, op: &AddMethod) -> Answer {
    let text = &source.bytes;
    let code = change.text(&op.code);
    if let Some(fault) = fault(code, &op.method) {
        return fault;
    }
    let python = source.python();
    let class = match one(source, python.definitions().iter().filter(|d| d.is_class()), &op.class, "class") {
        Ok(class) => class,
        Err(answer) => return answer,
    };
    if class.one_line {
        return Answer::refused(
            format!("the body of `{}` stands on one line", op.class),
            class.name_span.start,
        );
    }
    let margin = class.indent.of(text);
    let ending = line_ending(text);
    let method = indented(code.trim_ascii_end(), margin, ending);
    let path = format!("{}.{}", op.class, op.method);
    if let Some(existing) = python.find_function(&path).first() {
        return if stands_at(text, method.trim_ascii_end(), existing.name_span) {
            Answer::Already(vec![existing.name_span.start])
        } else {
            Answer::refused(
                format!("`{}` has a method `{}`: `python.replace-method` replaces it", op.class, op.method),
                existing.name_span.start,
            )
        };
    }
    Answer::Change(vec![behind(text, class.append_at, &method, 1)])
}

/// Puts code behind a block that ends at `end`, with that many blank lines between.
fn behind(text: &[u8], end: usize, code: &[u8], blank_lines: usize) -> Rewrite {
    let ending = line_ending(text);
    let mut with = Vec::new();
    if !text[..end].is_empty() && !text[..end].ends_with(b"\n") {
        with.extend_from_slice(ending);
    }
    with.extend(std::iter::repeat_n(ending, blank_lines).flatten());
    with.extend_from_slice(code);
    Rewrite::insert(end, with)
}

pub(super) fn replace_method(source: &Source, change: &Change, op: &ReplaceMethod) -> Answer {
    let path = format!("{}.{}", op.class, op.method);
    replace(source, change.text(&op.code), &path, &op.method, "method")
}

pub(super) fn replace_function(source: &Source, change: &Change, op: &ReplaceFunction) -> Answer {
    replace(source, change.text(&op.code), &op.function, &op.function, "function")
}

fn replace(source: &Source, code: &[u8], path: &str, name: &str, kind: &str) -> Answer {
    let text = &source.bytes;
    if let Some(fault) = fault(code, name) {
        return fault;
    }
    let existing =
        match one(source, source.python().definitions().iter().filter(|d| !d.is_class()), path, kind) {
            Ok(existing) => existing,
            Err(answer) => return answer,
        };
    let span = existing.span;
    let margin: Vec<u8> =
        text[span.start..].iter().copied().take_while(|b| matches!(b, b' ' | b'\t')).collect();
    let code = indented(code.trim_ascii_end(), &margin, line_ending(text));
    // The new code may begin or end with comments, which belong to no definition.
    if stands_at(text, code.trim_ascii_end(), existing.name_span) {
        return Answer::Already(vec![existing.name_span.start]);
    }
    Answer::Change(vec![Rewrite::replace(span, code)])
}

pub(super) fn add_function(source: &Source, change: &Change, op: &AddFunction) -> Answer {
    let text = &source.bytes;
    let code = change.text(&op.code);
    if let Some(fault) = fault(code, &op.function) {
        return fault;
    }
    let python = source.python();
    let code = with_line_ends(code.trim_ascii_end(), line_ending(text));
    if let Some(existing) = python.find_function(&op.function).first() {
        return if stands_at(text, &code, existing.name_span) {
            Answer::Already(vec![existing.name_span.start])
        } else {
            Answer::refused(
                format!("there is a function `{}`: `python.replace-function` replaces it", op.function),
                existing.name_span.start,
            )
        };
    }
    let end = match &op.after {
        None => match python.problems().first() {
            // The end may lie in an open string.
            Some(problem) => {
                return Answer::refused(
                    format!("the file cannot be read safely: {}", problem.what),
                    problem.span.start,
                );
            }
            None => text.len(),
        },
        Some(after) => match one(source, python.definitions().iter(), after, "function or class") {
            Ok(anchor) => line_bounds(text, anchor.span.end.saturating_sub(1)).end,
            Err(answer) => return answer,
        },
    };
    let mut lines = code;
    lines.extend_from_slice(line_ending(text));
    Answer::Change(vec![behind(text, end, &lines, 2)])
}
