//! The branches of `if`, `try` and loops, and the decorators of definitions.

use super::lexer::Line;
use super::{Definition, PyFile};
use crate::text::Span;

/// A branch: its header and its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clause {
    /// `if`, `elif`, `except`.
    pub keyword: Span,
    /// What is between the keyword and the colon; empty after `else`.
    pub head: Span,
    /// Where its first line begins.
    pub start: usize,
    /// Where the last line of its block ends.
    pub end: usize,
}

impl PyFile {
    /// The branches of every `if`, `try`, `for` and `while` in `scope`.
    pub fn chains(&self, scope: Span) -> Vec<Vec<Clause>> {
        let mut all = Vec::new();
        for (index, line) in self.lines.iter().enumerate() {
            let begins = matches!(self.word(line.tokens.start), b"if" | b"try" | b"for" | b"while");
            if begins && scope.contains(line.span) {
                all.push(self.chain(index));
            }
        }
        all.retain(|chain| chain.iter().all(|clause| clause.end <= scope.end));
        all
    }

    fn chain(&self, first: usize) -> Vec<Clause> {
        let width = self.lines[first].width;
        let mut all: Vec<Clause> = Vec::new();
        for (index, line) in self.lines.iter().enumerate().skip(first) {
            let is_header = index == first || line.width == width && self.continues(index);
            if is_header {
                match self.clause(line) {
                    Some(clause) => all.push(clause),
                    None => break,
                }
            } else if line.width <= width {
                break;
            } else if let Some(last) = all.last_mut() {
                last.end = line.span.end;
            }
        }
        all
    }

    fn clause(&self, line: &Line) -> Option<Clause> {
        let first = line.tokens.start;
        let colon = self.header_colon(line.tokens.clone())?;
        let keyword = self.tokens[first].span;
        let head = if colon > first + 1 {
            Span::new(self.tokens[first + 1].span.start, self.tokens[colon - 1].span.end)
        } else {
            Span::at(keyword.end)
        };
        Some(Clause { keyword, head, start: line.span.start, end: line.span.end })
    }

    /// The blanks before the statements of a block, if these have lines of their own.
    pub fn block_margin(&self, clause: &Clause) -> Option<&[u8]> {
        let is_inner = |line: &&Line| line.span.start > clause.start && line.span.end <= clause.end;
        self.lines.iter().find(is_inner).map(|line| line.indent.of(&self.source))
    }

    /// The decorators of a definition, each with its `@`, and the lines that they are on.
    pub fn decorators(&self, definition: &Definition) -> Vec<(Span, Span)> {
        let is_before = |line: &&Line| {
            line.span.start >= definition.span.start && line.span.end <= definition.name_span.start
        };
        let lines = self.lines.iter().filter(is_before).filter(|line| self.word(line.tokens.start) == b"@");
        let span = |line: &Line| {
            let (first, last) = (line.tokens.start, line.tokens.end - 1);
            Span::new(self.tokens[first].span.start, self.tokens[last].span.end)
        };
        lines.map(|line| (span(line), line.span)).collect()
    }

    /// Whether a decorator is this code, with or without its `@`, or is called so.
    pub fn is_decorator(&self, decorator: Span, wanted: &[u8]) -> bool {
        let wanted = wanted.strip_prefix(b"@").unwrap_or(wanted);
        let tokens = self.tokens_in(decorator);
        let code = Span::new(decorator.start + 1, decorator.end);
        let open = tokens.clone().find(|token| self.word(*token) == b"(");
        let name = Span::new(code.start, open.map_or(code.end, |open| self.tokens[open].span.start));
        self.is_code(code, wanted) || self.is_code(name, wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_of_a_chain_belong_together() {
        let source = "if a:\n    if b: c\n    else: d\n# e\nelif f:\n    g\n\nelse:\n    h\ni\ntry:\n  j\nexcept k, l:\n  m\n";
        let file = PyFile::parse(source.as_bytes());
        let text = |chain: &Vec<Clause>| {
            let part = |span: Span| source[span.start..span.end].to_owned();
            chain
                .iter()
                .map(|it| format!("{} {}", part(it.keyword), part(it.head)))
                .collect::<Vec<_>>()
                .join("|")
        };
        let chains = file.chains(Span::new(0, source.len()));
        assert_eq!(
            chains.iter().map(text).collect::<Vec<_>>(),
            ["if a|elif f|else ", "if b|else ", "try |except k, l"]
        );
        assert!(source[chains[0][0].end..].starts_with("# e\n"));
        assert_eq!(file.block_margin(&chains[0][1]), Some(&b"    "[..]));
        assert_eq!(file.block_margin(&chains[1][0]), None);
    }

    #[test]
    fn a_decorator_has_a_name() {
        let source = b"@a.b(1)\n@c\ndef f(): pass\n";
        let file = PyFile::parse(source);
        let all = file.decorators(&file.definitions()[0]);
        assert_eq!(all.iter().map(|(code, _)| code.of(source)).collect::<Vec<_>>(), [&b"@a.b(1)"[..], b"@c"]);
        for wanted in [&b"@a.b(1)"[..], b"a.b(1)", b"a.b"] {
            assert!(file.is_decorator(all[0].0, wanted));
        }
        assert!(!file.is_decorator(all[0].0, b"a"));
    }
}
