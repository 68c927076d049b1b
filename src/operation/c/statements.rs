//! Statements, declarations, entries and `#if` groups of C as units.

use super::code::{body_indentation, indented, margin};
use crate::operation::lines::{indentation, leading_blanks};
use crate::operation::parsed::ParsedFile;
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, Units};
use crate::syntax::c::{ListKind, has_code};
use crate::text::{line_bounds, lines};

/// Statements and what else is a whole unit of C.
pub(super) struct Statements;

impl Units for Statements {
    fn find(&self, file: &ParsedFile, code: &[u8], scope: Span) -> Vec<Span> {
        file.c().find_code(code, scope)
    }

    fn whole(&self, file: &ParsedFile, span: Span) -> Option<Span> {
        file.c().whole_units(span)
    }

    fn ends(&self, file: &ParsedFile, offset: usize) -> bool {
        file.c()
            .whole_units(Span::new(offset.saturating_sub(1), offset))
            .is_some_and(|unit| unit.end >= offset)
    }

    fn is_whole(&self, file: &ParsedFile, _unit: Span, span: Span) -> bool {
        file.c().is_whole_units(span)
    }

    fn edge(&self, site: &Site<'_>, edge: Edge) -> Option<(usize, Vec<u8>)> {
        let (file, text, scope) = (site.file, &site.file.bytes[..], site.scope);
        let functions = file.c().functions();
        let inside = match functions.iter().find(|function| function.span() == scope) {
            Some(function) => Span::new(function.body.start + 1, function.body.end - 1),
            None if scope == file.span() => Span::new(file.c().first_code(), scope.end),
            None => scope,
        };
        // In damaged code a brace may be the last byte: no body follows it.
        let is_after_brace = inside.end < text.len() && inside.start > 0 && text[inside.start - 1] == b'{';
        let first = line_bounds(text, inside.start);
        let start = if is_after_brace { first.end } else { first.start };
        let last = line_bounds(text, inside.end);
        let end = if inside.end == text.len() { inside.end } else { last.start };
        let before = Span::new(inside.start.min(start), start);
        let after = Span::new(end, inside.end.max(end));
        if start > end || has_code(before.of(text)) || has_code(after.of(text)) {
            return None;
        }
        let at = match edge {
            Edge::Start => start,
            Edge::End => end,
        };
        // An empty `#if` branch has the indentation of the code around it.
        let margin = if is_after_brace {
            body_indentation(text, start, inside.end + 1)
        } else {
            let is_code = |line: &Span| !matches!(line.of(text).trim_ascii().first(), None | Some(b'#'));
            let mut below = lines(text).filter(|line| line.start >= start);
            let line = below.find(is_code);
            line.map_or(Vec::new(), |line| indentation(text, line.start).to_vec())
        };
        Some((at, margin))
    }

    fn margin(&self, file: &ParsedFile, unit: Span) -> Vec<u8> {
        let text = &file.bytes[..];
        let is_directive = |line: &[u8]| line.trim_ascii_start().starts_with(b"#");
        if !is_directive(unit.of(text)) {
            return indentation(text, unit.start).to_vec();
        }
        // Of an `#if` group, that of the code in it.
        let is_code = |line: &&[u8]| !line.trim_ascii().is_empty() && !is_directive(line);
        match unit.of(text).split(|b| *b == b'\n').find(is_code) {
            Some(line) => leading_blanks(line).to_vec(),
            None => margin(text, unit, file.span()).to_vec(),
        }
    }

    fn keeps_blanks(&self, file: &ParsedFile, line: Span) -> bool {
        line.of(&file.bytes).starts_with(b"#")
    }

    fn indented(&self, file: &ParsedFile, text: &[u8], margin: &[u8]) -> Vec<u8> {
        indented(text, margin, line_ending(&file.bytes))
    }

    fn check_anchor(&self, file: &ParsedFile, anchor: Span) -> Result<(), Failure> {
        match file.c().unbraced_body(anchor) {
            Some(body) => Err(Failure::refused(
                "this is all that an `if`, a loop or an `else` without braces runs, and nothing can be next to it: name the whole statement",
                body.start,
            )),
            None => Ok(()),
        }
    }

    fn check_move(
        &self,
        file: &ParsedFile,
        unit: Span,
        insertion: &Rewrite,
        _margin: &[u8],
    ) -> Result<(), Failure> {
        let c = file.c();
        let ends_with = |span: Span, sign: &[u8]| c.tokens_of(span).last() == Some(&sign);
        let before = Span::new(0, unit.start);
        let after = c.tokens_of(Span::new(unit.end, file.bytes.len()));
        if ends_with(unit, b":") {
            return Err(Failure::refused(
                "only the label would be moved: move what follows it, too",
                unit.start,
            ));
        }
        if ends_with(before, b":") && after.first() == Some(&&b"}"[..]) {
            return Err(Failure::refused("the label above it would have no statement", unit.start));
        }
        let at = insertion.span.start;
        for list in c.lists(file.span()).iter().filter(|list| list.kind != ListKind::Fields) {
            let is_from = list.inside.contains(unit) && !ends_with(unit, b",");
            let above = Span::new(list.inside.start, at.max(list.inside.start));
            let is_to = list.inside.contains(Span::at(at))
                && !c.tokens_of(above).is_empty()
                && !ends_with(above, b",");
            if is_from || is_to {
                let why = "an entry without a comma would be before another one: use `c.remove-entry` and `c.add-entry`";
                return Err(Failure::refused(why, unit.start));
            }
        }
        Ok(())
    }

    fn comments(&self, file: &ParsedFile) -> Vec<Span> {
        file.c().comments()
    }

    fn is_comment(&self, line: &[u8]) -> bool {
        line.starts_with(b"//") || line.starts_with(b"/*") && line.ends_with(b"*/")
    }

    fn commented(&self, file: &ParsedFile, unit: Span) -> Span {
        let text = &file.bytes;
        let mut start = unit.start;
        while let Some(comment) = file.c().comment_before(start) {
            let line = line_bounds(text, comment.start);
            let is_own_line = Span::new(line.start, comment.start).of(text).trim_ascii().is_empty();
            let is_directly_above = line_bounds(text, comment.end - 1).end >= start;
            if !is_own_line || !is_directly_above || line.start == 0 {
                break;
            }
            start = line.start;
        }
        Span::new(start, unit.end)
    }
}
