//! Declarations outside function bodies.

use super::CFile;
use super::token_range::TokenRange;
use super::tokens::Tokens;
use crate::text::Span;

impl CFile {
    /// The statements outside function bodies that contain the identifier `name`, in order. A statement
    /// starts after the end of the one before (`;`, a brace or a directive), and ends with its `;`, or
    /// before a brace or directive. A member of a `struct` is a statement of its own.
    pub fn statements_with(&self, name: &str) -> Vec<Span> {
        let code = self.tokens_in(Span::new(0, self.source.len()));
        let mut found: Vec<Span> = Vec::new();
        for token in 0..code.len() {
            let is_name = code.is_word(token) && code.text(token) == name.as_bytes();
            if is_name && !self.is_in_body(code.start(token)) {
                found.push(statement_of(&code, token));
            }
        }
        found.dedup();
        found
    }

    /// All declarations outside function bodies that end with a `;`.
    pub fn statements(&self) -> Vec<Span> {
        let code = self.tokens_in(Span::new(0, self.source.len()));
        let is_end = |token: &usize| code.is_mark(*token, b";") && !self.is_in_body(code.start(*token));
        let ends = (1..code.len()).filter(is_end).filter(|end| !ends_statement(&code, end - 1));
        ends.map(|end| statement_of(&code, end - 1)).collect()
    }

    /// The text of each token in `span`.
    pub fn tokens_of(&self, span: Span) -> Vec<&[u8]> {
        let code = self.tokens_in(span);
        (0..code.len()).map(|token| code.text(token)).collect()
    }

    fn is_in_body(&self, at: usize) -> bool {
        let next = self.functions.partition_point(|function| function.body.start <= at);
        self.functions[..next].iter().rev().take(4).any(|function| at < function.body.end)
    }
}

fn statement_of(code: &TokenRange<'_>, token: usize) -> Span {
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

fn ends_statement(code: &TokenRange<'_>, token: usize) -> bool {
    code.is_directive(token) || code.is_any_mark(token, b";{}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_of_a_struct_is_a_statement() {
        let source = b"struct t {\n    char *name;\n    void (*init)(void);\n};\nextern int g(int);\n";
        let file = CFile::parse(source);
        let found = file.statements_with("init");
        assert_eq!(found[0].of(source), b"void (*init)(void);");
        assert!(file.statements_with("t").iter().all(|s| s.of(source) == b"struct t"));
    }
}
