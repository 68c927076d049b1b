//! Declarations outside function bodies, as statements: what a name is declared as.

use super::CFile;
use super::stretch::Stretch;
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
        let code = self.stretch(Span::new(0, self.source.len()));
        let mut found: Vec<Span> = Vec::new();
        for token in 0..code.len() {
            if !code.is_word(token)
                || code.text(token) != name.as_bytes()
                || self.is_in_body(code.start(token))
            {
                continue;
            }
            let span = statement_of(&code, token);
            if found.last() != Some(&span) {
                found.push(span);
            }
        }
        found
    }

    /// All declarations outside function bodies that end with a `;`.
    pub fn statements(&self) -> Vec<Span> {
        let code = self.stretch(Span::new(0, self.source.len()));
        let is_end = |token: &usize| code.is_mark(*token, b";") && !self.is_in_body(code.start(*token));
        let ends = (1..code.len()).filter(is_end).filter(|end| !ends_statement(&code, end - 1));
        ends.map(|end| statement_of(&code, end - 1)).collect()
    }

    /// The words and marks of `span`, comments and blanks left out.
    pub fn tokens_of(&self, span: Span) -> Vec<&[u8]> {
        let code = self.stretch(span);
        (0..code.len()).map(|token| code.text(token)).collect()
    }

    fn is_in_body(&self, at: usize) -> bool {
        let next = self.functions.partition_point(|function| function.body.start <= at);
        self.functions[..next].iter().rev().take(4).any(|function| at < function.body.end)
    }
}

fn statement_of(code: &Stretch<'_>, token: usize) -> Span {
    let mut first = token;
    while first > 0 && !ends_statement(code, first - 1) {
        first -= 1;
    }
    let mut last = token;
    while last + 1 < code.len() && !ends_statement(code, last + 1) {
        last += 1;
    }
    if last + 1 < code.len() && code.is_mark(last + 1, b";") {
        last += 1;
    }
    Span::new(code.start(first), code.end(last))
}

fn ends_statement(code: &Stretch<'_>, token: usize) -> bool {
    code.is_directive(token) || [&b";"[..], b"{", b"}"].iter().any(|mark| code.is_mark(token, mark))
}
