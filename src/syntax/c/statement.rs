//! Declarations outside function bodies, as statements: what a name is declared as.

use super::CFile;
use crate::text::Span;

impl CFile {
    /// The statements outside function bodies that hold the identifier `name`, in their order: from behind
    /// what ends the one before (`;`, a brace or a directive) to their own `;`, which is part of them, or to
    /// a brace or directive, which is not.
    ///
    /// A member of a `struct` is a statement of its own.
    ///
    /// ```
    /// use pypatch::syntax::c::CFile;
    ///
    /// let source = b"struct t {\n    char *name;\n    void (*init)(void);\n};\nextern int g(int);\n";
    /// let file = CFile::parse(source);
    /// let found = file.statements_with("init");
    /// assert_eq!(found[0].of(source), b"void (*init)(void);");
    /// assert!(file.statements_with("t").iter().all(|s| s.of(source) == b"struct t"));
    /// ```
    pub fn statements_with(&self, name: &str) -> Vec<Span> {
        let mut found: Vec<Span> = Vec::new();
        for token in 0..self.tokens.len() {
            if !self.is_word(token) || self.text(token) != name.as_bytes() || self.is_in_body(token) {
                continue;
            }
            let span = self.statement_of(token);
            if found.last() != Some(&span) {
                found.push(span);
            }
        }
        found
    }

    /// All declarations outside function bodies that end with a `;`.
    pub fn statements(&self) -> Vec<Span> {
        let ends =
            (0..self.tokens.len()).filter(|token| self.is_mark(*token, b";") && !self.is_in_body(*token));
        ends.filter(|end| *end > 0 && !self.ends_statement(end - 1))
            .map(|end| self.statement_of(end - 1))
            .collect()
    }

    /// The words and marks of `span`, comments and blanks left out.
    pub fn tokens_of(&self, span: Span) -> Vec<&[u8]> {
        self.tokens_in(span).map(|token| self.text(token)).collect()
    }

    fn statement_of(&self, token: usize) -> Span {
        let mut first = token;
        while first > 0 && !self.ends_statement(first - 1) {
            first -= 1;
        }
        let mut last = token;
        while last + 1 < self.tokens.len() && !self.ends_statement(last + 1) {
            last += 1;
        }
        if last + 1 < self.tokens.len() && self.is_mark(last + 1, b";") {
            last += 1;
        }
        Span::new(self.start(first), self.end(last))
    }

    fn ends_statement(&self, token: usize) -> bool {
        self.is_directive(token) || [&b";"[..], b"{", b"}"].iter().any(|mark| self.is_mark(token, mark))
    }

    fn is_in_body(&self, token: usize) -> bool {
        let at = self.start(token);
        let next = self.functions.partition_point(|function| function.body.start <= at);
        self.functions[..next].iter().rev().take(4).any(|function| at < function.body.end)
    }
}
