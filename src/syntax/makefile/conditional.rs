//! Conditionals of a Makefile: `ifeq`, `else`, `endif`.

use super::without_line_end;
use crate::text::Span;

/// A conditional, from its `ifeq` to its `endif`.
#[derive(Debug, Clone)]
pub struct Conditional {
    /// The line of its condition, without blanks around it: `ifeq ($(A),b)`.
    pub condition: Span,
    /// The lines of its `else`, of which there may be several: `else ifeq ($(A),c)`.
    pub others: Vec<Span>,
    /// Its first line, line end included.
    pub first: Span,
    /// The line of its `endif`, line end included.
    pub last: Span,
}

impl Conditional {
    /// The whole conditional.
    pub fn span(&self) -> Span {
        Span::new(self.first.start, self.last.end)
    }
}

/// A line of a conditional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    If,
    Else,
    Endif,
}

/// The directive that a text begins with.
pub(super) fn directive(line: &[u8]) -> Option<Directive> {
    let end = line.iter().position(|b| !b.is_ascii_lowercase()).unwrap_or(line.len());
    let rest = line[end..].trim_ascii_start();
    // `else = a` and `else: a` are not conditionals, and make takes `ifeq(a,b)` for none.
    if matches!(rest.first(), Some(b'=' | b':')) || line.get(end).is_some_and(|b| !is_separator(*b)) {
        return None;
    }
    match &line[..end] {
        b"ifeq" | b"ifneq" | b"ifdef" | b"ifndef" if !rest.is_empty() => Some(Directive::If),
        b"else" => Some(Directive::Else),
        b"endif" => Some(Directive::Endif),
        _ => None,
    }
}

/// Whether a line is a directive: `ifeq (a,b)`, `else`, `endif`.
pub(crate) fn is_directive(line: &[u8]) -> bool {
    directive(line.trim_ascii_start()).is_some()
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'#')
}

/// The conditionals that are not closed yet.
#[derive(Default)]
pub(super) struct Open(Vec<(Span, Vec<Span>)>);

impl Open {
    /// Reads the line of a directive; returns the conditional that it ends.
    pub(super) fn read(&mut self, text: &[u8], line: Span) -> Option<Conditional> {
        match directive(line.of(text).trim_ascii_start())? {
            Directive::If => self.0.push((line, Vec::new())),
            Directive::Else => {
                if let Some((_, others)) = self.0.last_mut() {
                    others.push(line);
                }
            }
            Directive::Endif => {
                let (first, others) = self.0.pop()?;
                let body = without_line_end(text, first);
                let blanks = body.of(text).len() - body.of(text).trim_ascii_start().len();
                let end = body.start + body.of(text).trim_ascii_end().len();
                let condition = Span::new(body.start + blanks, end);
                return Some(Conditional { condition, others, first, last: line });
            }
        }
        None
    }
}
