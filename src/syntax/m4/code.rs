//! Finds code and whole statements.

use super::comment::{blanked, comments_in_script};
use super::file::{Block, BlockKind, Dialect, M4File};
use super::shell::{after_line_end, string_end, unbalanced, unquoted};
use crate::text::{Span, tokens};

impl M4File {
    /// Where `code` occurs in `scope`, whatever the blanks, line breaks and comments between its tokens.
    pub fn find_code(&self, code: &[u8], scope: Span) -> Vec<Span> {
        let wanted = self.parse_like(code);
        self.find_tokens(&wanted, scope, |_| true)
    }

    /// As [`M4File::find_code`], whatever m4's quotes: upstream quoted all of configure.ac in 3.11 and 3.12. Quotes that begin
    /// in a match or before it and end at it are part of it.
    pub fn find_unquoted(&self, code: &[u8], scope: Span) -> Vec<Span> {
        if self.dialect == Dialect::Shell {
            return Vec::new();
        }
        let is_no_quote = |token: &[u8]| token != b"[" && token != b"]";
        let found = self.find_tokens(&self.parse_like(code), scope, is_no_quote);
        found.into_iter().map(|span| self.with_quotes(span, scope)).collect()
    }

    fn find_tokens(&self, wanted: &M4File, scope: Span, counts: impl Fn(&[u8]) -> bool) -> Vec<Span> {
        let words = wanted.tokens.iter().map(|token| token.of(&wanted.code));
        let words: Vec<&[u8]> = words.filter(|word| counts(word)).collect();
        let first = self.tokens.partition_point(|token| token.start < scope.start);
        let last = self.tokens.partition_point(|token| token.end <= scope.end);
        if words.is_empty() || first >= last {
            return Vec::new();
        }
        let all = self.tokens[first..last].iter().filter(|token| counts(token.of(&self.code)));
        let all: Vec<Span> = all.copied().collect();
        let mut found: Vec<Span> = Vec::new();
        for window in all.windows(words.len()) {
            let is_match = window.iter().zip(&words).all(|(token, word)| token.of(&self.code) == *word);
            let span = Span::new(window[0].start, window[words.len() - 1].end);
            if is_match && found.last().is_none_or(|last| last.end <= span.start) {
                found.push(span);
            }
        }
        found
    }

    /// A match with the quotes around it that it has one end of.
    fn with_quotes(&self, span: Span, scope: Span) -> Span {
        let (closing, opening) = unbalanced(span.of(&self.code));
        let after = &self.code[span.end..scope.end];
        let before = &self.code[scope.start..span.start];
        let more = after.iter().take(opening).take_while(|b| **b == b']').count();
        let less = before.iter().rev().take(closing).take_while(|b| **b == b'[').count();
        Span::new(span.start - less, span.end + more)
    }

    /// The smallest block with statements that `span` has a part of, and those statements.
    pub fn statements(&self, span: Span) -> Option<(&Block, Span)> {
        let holding = |block: &&Block| block.span.contains(span) && self.is_code(block);
        let touched = |block: &Block| {
            let mut all = block.statements.iter().filter(|statement| statement.overlaps(span));
            let first = *all.next()?;
            Some(Span::new(first.start, all.next_back().unwrap_or(&first).end))
        };
        let found = self.blocks().iter().filter(holding);
        let found = found.filter_map(|block| touched(block).map(|statements| (block, statements)));
        found.min_by_key(|(block, _)| block.span.len())
    }

    /// Whether a block has statements, rather than a word or a sentence.
    fn is_code(&self, block: &Block) -> bool {
        if block.kind != BlockKind::Argument {
            return true;
        }
        let is_command = |statement: &Span| {
            let starts = |at: usize| at == statement.start;
            self.assignments().iter().any(|assignment| starts(assignment.name.start))
                || self.calls().iter().any(|call| starts(call.span.start))
                || self.cases().iter().any(|case| starts(case.span.start))
                || [&b"if "[..], b"for ", b"while ", b"test ", b"echo ", b"rm "]
                    .iter()
                    .any(|word| statement.of(&self.code).starts_with(word))
        };
        block.span.of(&self.code).contains(&b'\n') || block.statements.iter().any(is_command)
    }

    /// Statements with the rest of their lines, if nothing else is on these: the `;` after them, comments and blanks.
    pub fn whole_lines(&self, statements: Span) -> Span {
        let code = &self.code;
        let before = code[..statements.start].iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let start = statements.start - before;
        let is_first = start == 0 || code[start - 1] == b'\n';
        let rest = &code[statements.end..];
        let rest = rest.strip_prefix(b";").filter(|more| !more.starts_with(b";")).unwrap_or(rest);
        let mut at = code.len() - rest.len();
        let signs = code[..at].iter().rev().take_while(|b| **b == b'\\').count();
        // The statement ends with the sign that joins the next line to it.
        if signs % 2 == 1 {
            at = after_line_end(code, at).unwrap_or(at);
        }
        loop {
            at += code[at..].iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
            // The line goes on, if only with blanks.
            match &code[at..] {
                [b'\\', b'\n', ..] => at += 2,
                [b'\\', b'\r', b'\n', ..] => at += 3,
                _ => break,
            }
        }
        let end = match code.get(at) {
            None => at,
            Some(b'\n') => at + 1,
            Some(_) => statements.end,
        };
        Span::new(if is_first { start } else { statements.start }, end)
    }

    /// Whether a statement, or the head of one, ends at `offset`.
    pub fn ends_at(&self, offset: usize) -> bool {
        self.parts.ends.contains(&offset)
    }

    /// An argument or label without m4's quotes.
    pub fn unquoted(&self, argument: Span) -> Span {
        self.unquoted_in(&self.code, argument)
    }

    fn unquoted_in(&self, code: &[u8], argument: Span) -> Span {
        match self.dialect {
            Dialect::M4 => unquoted(code, argument).0,
            Dialect::Shell => argument,
        }
    }

    /// Whether the code of a span has the same tokens as `text`, but for the quotes around both.
    pub fn is(&self, span: Span, text: &[u8]) -> bool {
        let all = |code: &[u8]| -> Vec<Vec<u8>> {
            let span = self.unquoted_in(code, Span::new(0, code.len()));
            tokens(code, span).iter().map(|token| token.of(code).to_vec()).collect()
        };
        all(span.of(&self.code)) == all(text.trim_ascii())
    }
}

/// Whether every string of a piece of a script is closed.
pub fn is_closed(text: &[u8]) -> bool {
    let code = blanked(text, &comments_in_script(text));
    let mut at = 0;
    while at < code.len() {
        at = match code[at] {
            b'\\' => at + 2,
            b'"' | b'\'' | b'`' => match string_end(&code, at, code.len()) {
                Some(next) => next,
                None => return false,
            },
            // Apostrophes of a here-document close nothing.
            b'<' if code[at..].starts_with(b"<<") => return true,
            _ => at + 1,
        };
    }
    true
}
