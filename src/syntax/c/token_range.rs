//! All tokens of a stretch of a file, read when they are asked for.

use std::borrow::Cow;

use super::CFile;
use super::lexer::{Kind, Lexer, Token, lex};
use crate::text::Span;

/// The tokens that lie wholly in a span, in their order. Their indices are those of the stretch.
pub(super) struct Stretch<'a> {
    pub file: &'a CFile,
    pub tokens: Cow<'a, [Token]>,
}

impl<'a> Stretch<'a> {
    /// Those of `span`. Those of a whole file are kept for the next time.
    pub fn new(file: &'a CFile, span: Span) -> Stretch<'a> {
        if span.len() == file.source.len() {
            let tokens = Cow::Borrowed(&file.all.get_or_init(|| lex(&file.source).0)[..]);
            return Stretch { file, tokens };
        }
        let known = &file.nesting.tokens;
        // A known token is a safe place to begin at: no comment and no literal runs over it.
        let before = known.partition_point(|token| token.start() < span.start).checked_sub(1);
        let mut lexer =
            before.map_or_else(|| Lexer::new(&file.source), |i| Lexer::behind(&file.source, known[i]));
        let mut tokens = Vec::new();
        while let Some(token) = lexer.token().filter(|token| token.end() <= span.end) {
            if token.start() >= span.start {
                tokens.push(token);
            }
        }
        Stretch { file, tokens: Cow::Owned(tokens) }
    }

    pub fn len(&self) -> usize {
        self.tokens.len()
    }

    pub fn text(&self, token: usize) -> &'a [u8] {
        self.tokens[token].span().of(&self.file.source)
    }

    pub fn is_mark(&self, token: usize, mark: &[u8]) -> bool {
        self.tokens[token].kind == Kind::Mark && self.text(token) == mark
    }

    pub fn is_word(&self, token: usize) -> bool {
        self.tokens[token].kind == Kind::Word
    }

    pub fn is_directive(&self, token: usize) -> bool {
        self.tokens[token].kind == Kind::Directive
    }

    pub fn start(&self, token: usize) -> usize {
        self.tokens[token].start()
    }

    pub fn end(&self, token: usize) -> usize {
        self.tokens[token].end()
    }

    /// The bracket of the stretch that closes the bracket at `token`, or that it closes.
    pub fn partner(&self, token: usize) -> Option<usize> {
        let nesting = &self.file.nesting;
        let known = nesting.tokens.binary_search_by_key(&self.start(token), |t| t.start()).ok()?;
        let partner = self.file.start(nesting.partner(known)?);
        self.tokens.binary_search_by_key(&partner, |t| t.start()).ok()
    }
}
