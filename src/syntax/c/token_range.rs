//! All tokens of part of a file, read when they are asked for.

use std::borrow::Cow;

use super::CFile;
use super::lexer::{Lexer, Token, lex};
use super::tokens::Tokens;
use crate::text::Span;

/// The tokens that lie wholly in a span, those inside braces included.
pub(super) struct TokenRange<'a> {
    pub file: &'a CFile,
    pub tokens: Cow<'a, [Token]>,
}

impl<'a> TokenRange<'a> {
    /// The tokens in `span`. Those of a whole file are kept for the next call.
    pub fn new(file: &'a CFile, span: Span) -> TokenRange<'a> {
        if span.len() == file.source.len() {
            let tokens = Cow::Borrowed(&file.all.get_or_init(|| lex(&file.source).0)[..]);
            return TokenRange { file, tokens };
        }
        let known = &file.nesting.tokens;
        // It is safe to start after a known token: no comment and no literal runs over its end.
        let before = known.partition_point(|token| token.start() < span.start).checked_sub(1);
        let mut lexer =
            before.map_or_else(|| Lexer::new(&file.source), |i| Lexer::after(&file.source, known[i]));
        let mut tokens = Vec::new();
        while let Some(token) = lexer.token().filter(|token| token.end() <= span.end) {
            if token.start() >= span.start {
                tokens.push(token);
            }
        }
        TokenRange { file, tokens: Cow::Owned(tokens) }
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The bracket that closes the bracket at `index`, or that it closes, if it is in the range.
    pub fn partner(&self, index: usize) -> Option<usize> {
        let nesting = &self.file.nesting;
        let known = nesting.tokens.binary_search_by_key(&self.start(index), |t| t.start()).ok()?;
        let partner = self.file.start(nesting.partner(known)?);
        self.tokens.binary_search_by_key(&partner, |t| t.start()).ok()
    }
}

impl<'a> Tokens<'a> for TokenRange<'a> {
    fn source(&self) -> &'a [u8] {
        &self.file.source
    }

    fn token(&self, index: usize) -> Token {
        self.tokens[index]
    }
}
