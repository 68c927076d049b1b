//! Access to the tokens of a source by their index.

use super::lexer::{Token, TokenKind};
use crate::text::Span;

/// A list of tokens of a source, in order.
pub(super) trait Tokens<'a> {
    fn source(&self) -> &'a [u8];

    fn token(&self, index: usize) -> Token;

    fn span(&self, index: usize) -> Span {
        self.token(index).span()
    }

    fn start(&self, index: usize) -> usize {
        self.token(index).start()
    }

    fn end(&self, index: usize) -> usize {
        self.token(index).end()
    }

    fn text(&self, index: usize) -> &'a [u8] {
        self.span(index).of(self.source())
    }

    fn is_mark(&self, index: usize, mark: &[u8]) -> bool {
        let token = self.token(index);
        // Most marks differ in their first byte, which is cheap to compare.
        token.kind == TokenKind::Mark
            && self.source()[token.start()] == mark[0]
            && token.span().of(self.source()) == mark
    }

    /// Whether the token is a mark of one byte, one of `marks`.
    fn is_any_mark(&self, index: usize, marks: &[u8]) -> bool {
        marks.iter().any(|mark| self.is_mark(index, std::slice::from_ref(mark)))
    }

    fn is_word(&self, index: usize) -> bool {
        self.token(index).kind == TokenKind::Word
    }

    fn is_directive(&self, index: usize) -> bool {
        self.token(index).kind == TokenKind::Directive
    }
}
