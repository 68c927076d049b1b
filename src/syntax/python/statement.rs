//! Finds code and whole statements.

use super::lexer::{Line, lex};
use super::{Definition, PyFile};
use crate::text::Span;

/// Whether two tokens are the same. Strings of several lines may have other line ends: patchsets are written with `\n`.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    fn of_text(token: &[u8]) -> impl Iterator<Item = &[u8]> {
        token.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line))
    }
    a == b || a.contains(&b'\n') && of_text(a).eq(of_text(b))
}

impl PyFile {
    /// Where `code` occurs in `scope`, whatever the blanks, line breaks and comments between its tokens.
    pub fn find_code(&self, code: &[u8], scope: Span) -> Vec<Span> {
        let wanted: Vec<&[u8]> = lex(code).tokens.iter().map(|token| token.span.of(code)).collect();
        let first = self.tokens.partition_point(|token| token.span.start < scope.start);
        let last = self.tokens.partition_point(|token| token.span.end <= scope.end);
        if wanted.is_empty() || first + wanted.len() > last {
            return Vec::new();
        }
        let mut found: Vec<Span> = Vec::new();
        for window in self.tokens[first..last].windows(wanted.len()) {
            let is_match = window
                .iter()
                .zip(&wanted)
                .all(|(token, wanted)| is_same(token.span.of(&self.source), wanted));
            let span = Span::new(window[0].span.start, window[wanted.len() - 1].span.end);
            if is_match && found.last().is_none_or(|last| last.end <= span.start) {
                found.push(span);
            }
        }
        found
    }

    /// The whole statements that `span` has a part of, as whole lines: with their decorators, blocks and other branches.
    /// None if `span` has no code.
    pub fn statements(&self, span: Span) -> Option<Span> {
        let touched = |line: &Line| {
            let (first, last) = (self.tokens[line.tokens.start].span, self.tokens[line.tokens.end - 1].span);
            first.start < span.end && span.start < last.end
        };
        let mut first = self.lines.iter().position(touched)?;
        let mut last = self.lines.iter().rposition(touched)?;
        let width = self.lines[first..=last].iter().map(|line| line.width).min()?;
        let is_inner = |index: usize| self.lines[index].width > width || self.continues(index);
        while first > 0 && (is_inner(first) || self.word(self.lines[first - 1].tokens.start) == b"@") {
            if self.lines[first - 1].width < width {
                break;
            }
            first -= 1;
        }
        let decorates = |index: usize| self.word(self.lines[index].tokens.start) == b"@";
        while last + 1 < self.lines.len()
            && self.lines[last + 1].width >= width
            && (is_inner(last + 1) || decorates(last) && self.lines[last].width == width)
        {
            last += 1;
        }
        Some(Span::new(self.lines[first].span.start, self.lines[last].span.end))
    }

    /// Whether the statements of `span` have blocks with lines of their own.
    pub fn has_blocks(&self, span: Span) -> bool {
        let own = self.lines.iter().filter(|line| span.contains(line.span));
        let mut widths = own.map(|line| line.width);
        let first = widths.next();
        widths.any(|width| Some(width) != first)
    }

    /// Whether a logical line has a statement that continues the one before: `else`, `except`.
    pub(super) fn continues(&self, line: usize) -> bool {
        let first = self.word(self.lines[line].tokens.start);
        matches!(first, b"elif" | b"else" | b"except" | b"finally")
    }

    /// Whether a logical line ends at `offset`, but for a comment.
    pub fn ends_line(&self, offset: usize) -> bool {
        self.lines.iter().any(|line| self.tokens[line.tokens.end - 1].span.end == offset)
    }

    /// Where statements can be put at the start of a definition, or of the file, with the blanks that they need: after the
    /// docstring, and after imports from `__future__`.
    pub fn body_start(&self, definition: Option<&Definition>) -> Option<(usize, Vec<u8>)> {
        let (mut at, margin, end) = match definition {
            Some(definition) if definition.one_line => return None,
            Some(Definition { indent, span, .. }) => {
                (indent.start, indent.of(&self.source).to_vec(), span.end)
            }
            None => (0, Vec::new(), self.source.len()),
        };
        let from = at;
        let mut lines = self.lines.iter().filter(|line| line.span.start >= from && line.span.end <= end);
        if at == 0 {
            // A first comment, such as the encoding, stays first.
            at = lines.clone().next().map_or(self.source.len(), |line| line.span.start);
        }
        let is_docstring = |line: &Line| {
            let tokens = &self.tokens[line.tokens.clone()];
            tokens.iter().all(|token| token.kind == super::lexer::TokenKind::Text)
        };
        let is_future = |line: &Line| {
            self.word(line.tokens.start) == b"from" && self.word(line.tokens.start + 1) == b"__future__"
        };
        let mut first = true;
        while let Some(line) = lines.next().filter(|line| first && is_docstring(line) || is_future(line)) {
            (at, first) = (line.span.end, false);
        }
        Some((at, margin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(source: &str, code: &str) -> String {
        let file = PyFile::parse(source.as_bytes());
        let found = file.find_code(code.as_bytes(), Span::new(0, source.len()));
        let span = file.statements(found[0]).unwrap();
        source[span.start..span.end].to_owned()
    }

    #[test]
    fn code_is_found_whatever_the_blanks_and_comments() {
        let source = b"x = f(a, # one\n      'b')\ny = f(a,'b')\n";
        let file = PyFile::parse(source);
        let all = Span::new(0, source.len());
        assert_eq!(file.find_code(b"f( a, 'b' )", all).len(), 2);
        assert!(file.find_code(b"f(a, b)", all).is_empty() && file.find_code(b"# one", all).is_empty());
        assert_eq!(file.find_code(b"a", Span::new(0, 7)).len(), 1);
    }

    #[test]
    fn a_statement_has_its_block_branches_and_decorators() {
        let source = "a = 1\nif a:\n    b(1,\n2)\n    c()\nelse:\n    d()\ne()\n@x\n@y\ndef f():\n    g()\n";
        let chain = "if a:\n    b(1,\n2)\n    c()\nelse:\n    d()\n";
        for code in ["if a", "else", "d()\ne"] {
            assert!(whole(source, code).starts_with(chain), "{code}");
        }
        assert_eq!(whole(source, "b(1"), "    b(1,\n2)\n");
        assert_eq!(whole(source, "2) c"), "    b(1,\n2)\n    c()\n");
        assert_eq!(whole(source, "c()\nelse"), chain);
        for code in ["@x", "@y", "def f"] {
            assert_eq!(whole(source, code), "@x\n@y\ndef f():\n    g()\n", "{code}");
        }
        assert_eq!(whole(source, "g()"), "    g()\n");
        assert_eq!(whole(source, "e()"), "e()\n");
    }

    #[test]
    fn the_start_of_a_block_is_after_its_docstring() {
        let source = b"#!x\n'''Doc.'''\nfrom __future__ import a\nimport b\ndef f():\n    'doc'\n    c()\nclass A:\n\td = 1\n";
        let file = PyFile::parse(source);
        let start = |definition: Option<&Definition>| {
            let (at, margin) = file.body_start(definition).unwrap();
            (String::from_utf8(source[at..].to_vec()).unwrap(), margin)
        };
        assert!(start(None).0.starts_with("import b"));
        let (rest, margin) = start(Some(file.find_function("f")[0]));
        assert!(rest.starts_with("    c()") && margin == b"    ");
        let (rest, margin) = start(Some(file.find_class("A")[0]));
        assert!(rest.starts_with("\td = 1") && margin == b"\t");
    }
}
