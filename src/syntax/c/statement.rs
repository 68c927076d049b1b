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

    /// The whole statements of the function body `body` that `span` has a part of: with their blocks, the `else` of an `if`,
    /// and the condition that a statement depends on. None if `span` has no code.
    pub fn whole_statements(&self, span: Span, body: Span) -> Option<Span> {
        let code = self.tokens_in(Span::new(body.start + 1, body.end - 1));
        let inside = |token: &usize| span.start <= code.start(*token) && code.end(*token) <= span.end;
        let is_code = |token: &usize| !code.is_directive(*token);
        let mut own = (0..code.len()).filter(inside).filter(is_code);
        let first = own.next()?;
        let last = own.next_back().unwrap_or(first);
        let (mut start, mut end) = (first, last);
        loop {
            let known = (start, end);
            // Brackets that are open at the end, or close one before the start.
            for token in known.0..=known.1 {
                match code.partner(token) {
                    Some(partner) => (start, end) = (start.min(partner), end.max(partner)),
                    None => continue,
                }
            }
            while start > 0 && (code.text(start) == b"else" || !ends_before(&code, start - 1)) {
                start = code.partner(start - 1).map_or(start - 1, |partner| partner.min(start - 1));
            }
            while end + 1 < code.len() && !self.ends_after(&code, start, end) {
                end = code.partner(end + 1).map_or(end + 1, |partner| partner.max(end + 1));
            }
            if known == (start, end) {
                return Some(Span::new(code.start(start), code.end(end)));
            }
        }
    }

    /// Whether the statements that begin at `start` end with the token `end`.
    fn ends_after(&self, code: &TokenRange<'_>, start: usize, end: usize) -> bool {
        let next = (end + 1..code.len()).find(|token| !code.is_directive(*token));
        let continues = next.is_some_and(|next| code.text(next) == b"else");
        let is_do = code.text(start) == b"do" && code.is_mark(end, b"}");
        !continues && !is_do && (code.is_any_mark(end, b";}:") || code.is_directive(end))
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

/// Whether a statement can begin after a token of a function's body.
fn ends_before(code: &TokenRange<'_>, token: usize) -> bool {
    ends_statement(code, token) || code.is_mark(token, b":")
}

fn ends_statement(code: &TokenRange<'_>, token: usize) -> bool {
    code.is_directive(token) || code.is_any_mark(token, b";{}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_statements_have_their_blocks_and_conditions() {
        let source = b"void f(void)\n{\n  a();\n  if (x) {\n    b();\n  }\n  else\n    c();\n  do { d(); } while (y);\n}\n";
        let file = CFile::parse(source);
        let body = file.functions()[0].body;
        let whole = |code: &str| {
            let found = file.find_code(code.as_bytes(), body)[0];
            String::from_utf8(file.whole_statements(found, body).unwrap().of(source).to_vec()).unwrap()
        };
        assert_eq!(whole("a();"), "a();");
        let all = "if (x) {\n    b();\n  }\n  else\n    c();";
        assert_eq!([whole("if (x) {"), whole("c();"), whole("} else")], [all; 3]);
        assert_eq!(whole("b();"), "b();");
        assert_eq!(whole("do {"), "do { d(); } while (y);");
    }

    #[test]
    fn a_member_of_a_struct_is_a_statement() {
        let source = b"struct t {\n    char *name;\n    void (*init)(void);\n};\nextern int g(int);\n";
        let file = CFile::parse(source);
        let found = file.statements_with("init");
        assert_eq!(found[0].of(source), b"void (*init)(void);");
        assert!(file.statements_with("t").iter().all(|s| s.of(source) == b"struct t"));
    }
}
