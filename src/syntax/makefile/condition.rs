//! The conditions of conditionals: `ifeq (a,b)`, `ifneq "a" "b"`, `ifdef A`, `ifndef A`, also after an `else`.

use super::{Makefile, comment_start, words};
use crate::text::{Span, skip_blanks};

/// A condition of a conditional.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// From its keyword to the end of what is compared.
    pub span: Span,
    /// `ifeq`, `ifneq`, `ifdef` or `ifndef`.
    pub keyword: Span,
    /// What is compared, or the name of a variable, without blanks around it.
    pub left: Span,
    /// What it is compared with.
    pub right: Option<Span>,
    /// Whether it follows an `else`.
    pub follows_else: bool,
}

impl Condition {
    /// What is compared, or the name of a variable.
    pub fn sides(self) -> impl Iterator<Item = Span> {
        [Some(self.left), self.right].into_iter().flatten()
    }
}

impl Makefile {
    /// The conditions of the conditionals that are closed, in order.
    pub fn conditions(&self, text: &[u8]) -> Vec<Condition> {
        let lines = self.conditionals.iter().flat_map(|one| std::iter::once(&one.first).chain(&one.others));
        let mut all: Vec<Condition> = lines.filter_map(|line| condition(text, *line)).collect();
        all.sort_unstable_by_key(|one| one.span.start);
        all
    }
}

/// The condition of a line, as GNU make reads it; `None` if the line has none, or more than one.
pub(crate) fn condition(text: &[u8], line: Span) -> Option<Condition> {
    let line_end = line.start + line.of(text).trim_ascii_end().len();
    let end = line.start
        + Span::new(line.start, comment_start(text, line.start, line_end)).of(text).trim_ascii_end().len();
    let word = |at: usize| {
        let at = skip_blanks(text, at, end);
        Span::new(at, at + text[at..end].iter().take_while(|b| b.is_ascii_lowercase()).count())
    };
    let first = word(line.start);
    let follows_else = first.of(text) == b"else";
    let keyword = if follows_else { word(first.end) } else { first };
    let start = skip_blanks(text, keyword.end, end);
    if start == keyword.end || start == end {
        return None;
    }
    let trimmed = |from: usize, to: usize| match &words(text, Span::new(from, to))[..] {
        [] => Span::at(from),
        [first, .., last] => Span::new(first.start, last.end),
        [only] => *only,
    };
    let one = |left, right, to| {
        let span = Span::new(keyword.start, to);
        Some(Condition { span, keyword, left, right, follows_else })
    };
    match keyword.of(text) {
        b"ifdef" | b"ifndef" => match words(text, Span::new(start, end))[..] {
            [name] => one(name, None, name.end),
            _ => None,
        },
        b"ifeq" | b"ifneq" if text[start] == b'(' => {
            let comma = closing(text, start + 1, end, b',')?;
            let close = closing(text, comma + 1, end, b')').filter(|close| close + 1 == end)?;
            one(trimmed(start + 1, comma), Some(trimmed(comma + 1, close)), end)
        }
        b"ifeq" | b"ifneq" => {
            let quoted = |at: usize| {
                let quote = *text[..end].get(at).filter(|b| matches!(b, b'"' | b'\''))?;
                let length = text[at + 1..end].iter().position(|b| *b == quote)?;
                Some(Span::new(at + 1, at + 1 + length))
            };
            let left = quoted(start)?;
            let right = quoted(skip_blanks(text, left.end + 1, end)).filter(|right| right.end + 1 == end)?;
            one(trimmed(left.start, left.end), Some(trimmed(right.start, right.end)), end)
        }
        _ => None,
    }
}

/// Where `sign` is outside of the parentheses that begin after `at`.
fn closing(text: &[u8], at: usize, end: usize, sign: u8) -> Option<usize> {
    let mut depth = 0usize;
    (at..end).find(|at| {
        let byte = text[*at];
        if depth == 0 && byte == sign {
            return true;
        }
        depth = match byte {
            b'(' => depth + 1,
            b')' => depth.saturating_sub(1),
            _ => depth,
        };
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<Vec<&str>> {
        let found = condition(line.as_bytes(), Span::new(0, line.len()))?;
        let text = |span: Span| &line[span.start..span.end];
        let mut all = vec![text(found.keyword)];
        all.extend(found.sides().map(text));
        Some(all)
    }

    #[test]
    fn a_condition_is_read_in_every_spelling() {
        assert_eq!(read("ifeq ($(A), b) # c\n"), Some(vec!["ifeq", "$(A)", "b"]));
        assert_eq!(read("  ifneq (,$(filter a b,$(C)))\r\n"), Some(vec!["ifneq", "", "$(filter a b,$(C))"]));
        assert_eq!(read("else ifeq \"$(A)\" 'b c'"), Some(vec!["ifeq", "$(A)", "b c"]));
        assert_eq!(read("ifeq ($(A),\\\n  b)\n"), Some(vec!["ifeq", "$(A)", "b"]));
        assert_eq!(read("ifdef A # b\n"), Some(vec!["ifdef", "A"]));
        assert_eq!(read("ifndef $(A)_B\n"), Some(vec!["ifndef", "$(A)_B"]));
        assert!(condition(b"else ifdef A\n", Span::new(0, 13)).unwrap().follows_else);
        for line in [
            "else",
            "endif",
            "ifeq (a)",
            "ifeq (a,b",
            "ifeq (a,b) c",
            "ifeq \"a\"",
            "ifeq a b",
            "ifdef",
            "ifdef A B",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
