//! `header.*`.

use super::anchor::{as_lines, find_lines};
use super::answer::{Answer, Miss};
use super::context::Source;
use crate::patchset::Change;
use crate::patchset::operation::header::{Append, Define, Place, Undef};
use crate::text::{Rewrite, Span, line_bounds, line_ending};

pub(super) fn append(source: &Source, change: &Change, op: &Append) -> Answer {
    lines_at(source, change.text(&op.text), op.place)
}

pub(super) fn define(source: &Source, op: &Define) -> Answer {
    let line = format!("#define {} {}", op.name, op.value);
    lines_at(source, line.trim_end().as_bytes(), op.place)
}

pub(super) fn undef(source: &Source, op: &Undef) -> Answer {
    let mut lines = String::new();
    if let Some(comment) = &op.comment {
        lines.push_str(&format!("/* {} */\n", comment.trim()));
    }
    for name in &op.names {
        lines.push_str(&format!("#undef/**/{name}\n"));
    }
    lines_at(source, lines.as_bytes(), op.place)
}

/// Puts lines at the end of a header, on the side of its guard that is meant.
fn lines_at(source: &Source, lines: &[u8], place: Place) -> Answer {
    let text = &source.bytes;
    let ending = line_ending(text);
    let lines = as_lines(lines, ending);
    let header = source.header();
    let Some(guard) = header.guard() else {
        return Answer::Missing(Miss {
            what: "the header has no include guard around all of its code".to_owned(),
            near: header
                .file()
                .conditionals()
                .first()
                .map(|group| (group.span.start, String::new()))
                .into_iter()
                .collect(),
            help: Some("anchor the change on its text with `text.insert`".to_owned()),
            at: None,
        });
    };
    let (at, region) = match place {
        Place::OutsideGuard => (text.len(), Span::new(guard.close.end, text.len())),
        Place::InsideGuard => {
            let at = line_bounds(text, guard.close.start).start;
            (at, Span::new(guard.define.end, at))
        }
    };
    if let Some(there) = find_lines(region.of(text), &lines) {
        return Answer::Already(vec![region.start + there]);
    }
    let mut with = Vec::new();
    if !text[..at].ends_with(b"\n") {
        with.extend_from_slice(ending);
    }
    with.extend_from_slice(&lines);
    Answer::Change(vec![Rewrite::insert(at, with)])
}
