//! Python statements as units.

use super::definition::indented;
use crate::operation::lines::indentation;
use crate::operation::parsed::ParsedFile;
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, Units};
use crate::syntax::Doubt;
use crate::syntax::python::PyFile;
use crate::text::lines;

/// Python statements.
pub(super) struct Statements;

impl Units for Statements {
    fn find(&self, file: &ParsedFile, code: &[u8], scope: Span) -> Vec<Span> {
        file.python().find_code(code, scope)
    }

    fn whole(&self, file: &ParsedFile, span: Span) -> Option<Span> {
        file.python().statements(span)
    }

    fn begins(&self, file: &ParsedFile, unit: Span, offset: usize) -> bool {
        let is_blank = |start: usize| Span::new(start, offset).of(&file.bytes).trim_ascii().is_empty();
        // The decorators of a definition belong to it.
        let python = file.python();
        let mut definitions = python.definitions().iter().filter(|it| it.span.start == unit.start);
        is_blank(unit.start)
            || definitions.any(|it| {
                let head = python.decorators(it).last().map_or(unit.start, |(_, line)| line.end);
                head <= offset && is_blank(head)
            })
    }

    fn ends(&self, file: &ParsedFile, offset: usize) -> bool {
        file.python().ends_line(offset)
    }

    fn edge(&self, site: &Site<'_>, edge: Edge) -> Option<(usize, Vec<u8>)> {
        let python = site.file.python();
        let mut definitions = python.definitions().iter();
        let definition =
            if site.is_limited { Some(definitions.find(|it| it.span == site.scope)?) } else { None };
        let (start, margin) = python.body_start(definition)?;
        match edge {
            Edge::Start => Some((start, margin)),
            Edge::End => Some((definition.map_or(site.scope.end, |definition| definition.append_at), margin)),
        }
    }

    fn indented(&self, file: &ParsedFile, lines: &[u8], margin: &[u8]) -> Vec<u8> {
        let code = if uses_tabs(file, margin) { with_tabs(lines) } else { lines.to_vec() };
        let code = without_margin(&code);
        indented(code.trim_ascii_end(), margin, line_ending(&file.bytes))
    }

    fn comments(&self, file: &ParsedFile) -> Vec<Span> {
        file.python().comments()
    }

    fn is_comment(&self, line: &[u8]) -> bool {
        line.starts_with(b"#")
    }

    fn comments_end(&self, file: &ParsedFile, unit: Span) -> usize {
        let (text, width) = (&file.bytes, indentation(&file.bytes, unit.start).len());
        let mut end = unit.end;
        for line in lines(&text[unit.end..]) {
            let line = Span::new(unit.end + line.start, unit.end + line.end);
            let code = line.of(text).trim_ascii();
            if code.starts_with(b"#") && indentation(text, line.start).len() > width {
                end = line.end;
            } else if !code.is_empty() {
                break;
            }
        }
        end
    }

    fn is_in_block(&self, file: &ParsedFile, unit: Span, margin: &[u8]) -> bool {
        indentation(&file.bytes, unit.start) == margin
    }

    fn keeps_blanks(&self, file: &ParsedFile, line: Span) -> bool {
        file.python().is_inside_token(line.start)
    }
}

/// Refuses a file in which it is not known where statements begin and end.
pub(super) fn require_statements(file: &ParsedFile) -> Result<(), Failure> {
    let damage = file.python().problems().iter().find(|problem| problem.doubt == Doubt::Damage);
    damage.map_or(Ok(()), |problem| Err(Failure::doubtful("the file", problem)))
}

/// Checks that a text of a patchset is Python statements.
pub(super) fn check_statements(code: &[u8]) -> Result<(), String> {
    let file = PyFile::parse(without_margin(code));
    match file.problems().first() {
        Some(problem) => Err(format!("has code that cannot be parsed: {}", problem.what)),
        None => Ok(()),
    }
}

/// Whether code at `margin` is indented with tabs in this file.
fn uses_tabs(file: &ParsedFile, margin: &[u8]) -> bool {
    let lines_with = |blank: &[u8]| file.bytes.windows(2).filter(|pair| *pair == blank).count();
    margin.starts_with(b"\t") || margin.is_empty() && lines_with(b"\n\t") > lines_with(b"\n ")
}

/// Code whose indentation of four blanks a step becomes tabs.
fn with_tabs(code: &[u8]) -> Vec<u8> {
    let file = PyFile::parse(code);
    let mut out = Vec::new();
    for line in crate::text::lines(code) {
        let text = line.of(code);
        let blanks = text.iter().take_while(|b| **b == b' ').count();
        let steps = if file.is_inside_token(line.start) { 0 } else { blanks / 4 };
        out.extend(std::iter::repeat_n(b'\t', steps));
        out.extend_from_slice(&text[steps * 4..]);
    }
    out
}

/// Code without the blanks that all its lines begin with.
fn without_margin(code: &[u8]) -> Vec<u8> {
    let common = crate::operation::lines::common_indentation(code);
    let mut out = Vec::new();
    for line in code.split_inclusive(|b| *b == b'\n') {
        out.extend_from_slice(line.strip_prefix(&common[..]).unwrap_or(line));
    }
    out
}
