//! `m4.define` and `m4.override`.

use super::anchor::{as_lines, find_lines, stands_at};
use super::answer::{Answer, Miss};
use super::context::Source;
use crate::patchset::Change;
use crate::patchset::operation::m4::{Define, Override};
use crate::syntax::m4;
use crate::text::{LineIndex, Rewrite, line_ending, nearest};

/// Why a text of the patchset cannot be what it says: m4 accepts an unbalanced quote, and gives a
/// configure that the shell refuses.
fn fault(text: &[u8], macros: &[String]) -> Option<String> {
    if let Some(problem) = m4::problem(text) {
        let place = LineIndex::new(text).position(problem.span.start);
        return Some(format!("line {}, column {} of its text: {}", place.line, place.column, problem.what));
    }
    let defined = m4::definitions(text);
    let lacks = macros.iter().find(|name| !defined.iter().any(|d| d.name.of(text) == name.as_bytes()));
    lacks.map(|name| format!("its text does not define `{name}`"))
}

pub(super) fn define(source: &Source, change: &Change, op: &Define) -> Answer {
    let ending = line_ending(&source.bytes);
    let text = as_lines(change.text(&op.text), ending);
    if let Some(why) = fault(&text, &op.macros.0) {
        return Answer::Refused { why, at: None };
    }
    let old = &source.bytes;
    if let Some(at) = find_lines(old, &text) {
        return Answer::Already(vec![at]);
    }
    let existing = m4::definitions(old);
    let existing = existing.iter().find(|d| op.macros.0.iter().any(|name| d.name.of(old) == name.as_bytes()));
    if let Some(existing) = existing {
        let name = String::from_utf8_lossy(existing.name.of(old)).into_owned();
        return Answer::refused(
            format!("`{name}` is defined here already: `m4.override` replaces it"),
            existing.span.start,
        );
    }
    let mut with = Vec::new();
    if !old.is_empty() {
        if !old.ends_with(b"\n") {
            with.extend_from_slice(ending);
        }
        with.extend_from_slice(ending);
    }
    with.extend_from_slice(&text);
    Answer::Change(vec![Rewrite::insert(old.len(), with)])
}

pub(super) fn override_macro(source: &Source, change: &Change, op: &Override) -> Answer {
    let old = &source.bytes;
    let text = as_lines(change.text(&op.text), line_ending(old));
    if let Some(why) = fault(&text, std::slice::from_ref(&op.name)) {
        return Answer::Refused { why, at: None };
    }
    let all = m4::definitions(old);
    let found: Vec<_> = all.iter().filter(|d| d.name.of(old) == op.name.as_bytes()).collect();
    match found[..] {
        [] => Answer::Missing(Miss {
            what: format!("nothing here defines `{}`", op.name),
            near: nearest(
                &op.name,
                all.iter().map(|d| (d.span.start, String::from_utf8_lossy(d.name.of(old)))),
            )
            .into_iter()
            .map(|at| (at, String::new()))
            .collect(),
            help: Some("`m4.define` adds a definition".to_owned()),
            at: None,
        }),
        [one] => {
            let text = text.trim_ascii_end();
            if stands_at(old, text, one.span) {
                Answer::Already(vec![one.span.start])
            } else {
                Answer::Change(vec![Rewrite::replace(one.span, text)])
            }
        }
        _ => Answer::Ambiguous {
            what: format!("`{}` is defined {} times", op.name, found.len()),
            at: found.iter().map(|d| d.span.start).collect(),
            help: None,
        },
    }
}
