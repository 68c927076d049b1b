//! `text.move`.

use super::named_text;
use crate::operation::lines::first_line;
use crate::operation::prelude::*;
use crate::operation::unit::{Edge, Units, move_units, moving};
use crate::text::line_bounds;

moving! {
    /// `text.move`: moves the whole lines that have a literal text to another place of the file, as they are.
    ///
    /// It is ambiguous where the text or the destination occurs several times, also if the text is at its destination and
    /// elsewhere, too. It refuses a destination inside of what is moved.
    ///
    /// ```yaml
    /// file: README
    /// text.move: {find: Threads, before: Files}
    /// ```
    /// ```diff
    /// +- Threads, and what they need
    ///  - Files
    ///  - Sockets
    /// -- Threads, and what they need
    /// ```
    /// ```yaml
    /// file: README
    /// text.move: {from: '[build]', to: cc = gcc, at: end}
    /// ```
    /// ```diff
    /// -[build]
    /// -cc = gcc
    /// -
    ///  [install]
    ///  prefix = /usr
    /// +
    /// +[build]
    /// +cc = gcc
    /// ```
    pub struct Move => |site, moving| move_units(&Lines, site, moving)
}

/// Lines of any text.
struct Lines;

impl Units for Lines {
    fn noun(&self) -> &'static str {
        "line"
    }

    fn named(&self, code: &str) -> String {
        named_text(code)
    }

    fn find(&self, file: &ParsedFile, code: &[u8], scope: Span) -> Vec<Span> {
        find_words(&file.bytes, &with_line_ends(code, line_ending(&file.bytes)), scope)
    }

    fn whole(&self, file: &ParsedFile, span: Span) -> Option<Span> {
        let text = &file.bytes;
        let start = line_bounds(text, span.start).start.max(first_line(text));
        Some(Span::new(start, line_bounds(text, span.end.saturating_sub(1).max(span.start)).end))
    }

    fn ends(&self, _file: &ParsedFile, _offset: usize) -> bool {
        true
    }

    fn is_whole(&self, _file: &ParsedFile, _unit: Span, _span: Span) -> bool {
        true
    }

    fn edge(&self, site: &Site<'_>, edge: Edge) -> Option<(usize, Vec<u8>)> {
        let (text, scope) = (&site.file.bytes[..], site.scope);
        let line = |at: usize| line_bounds(text, at);
        let begins = |at: usize| at == text.len() || line(at).start == at;
        let start = if begins(scope.start) { scope.start } else { line(scope.start).end };
        let end = if begins(scope.end) { scope.end } else { line(scope.end).start };
        let at = match edge {
            Edge::Start => start.max(first_line(text)),
            Edge::End => end,
        };
        (start <= end).then(|| (at, Vec::new()))
    }

    fn indented(&self, file: &ParsedFile, lines: &[u8], _margin: &[u8]) -> Vec<u8> {
        as_lines(lines, line_ending(&file.bytes))
    }

    fn is_comment(&self, _line: &[u8]) -> bool {
        false
    }

    fn without_comments(&self, _file: &ParsedFile, text: &[u8]) -> Vec<u8> {
        text.to_vec()
    }

    fn keeps_blanks(&self, _file: &ParsedFile, _line: Span) -> bool {
        true
    }
}
