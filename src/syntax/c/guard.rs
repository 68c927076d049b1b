//! The conditions of C statements: `if (a)`, `while (a)`, `for (;a;)`.

use super::CFile;
use super::expression::{ConditionParts, brackets_match};
use super::tokens::Tokens;
use crate::text::Span;

/// The head of a statement with a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Guard {
    /// Its keyword and condition.
    pub parts: ConditionParts,
    /// From its keyword to its closing bracket.
    pub head: Span,
    /// Whether it is the `if` of an `else if`.
    pub follows_else: bool,
}

impl CFile {
    /// The heads in `scope` of `if`, `while` (also that of a `do`) and `for`, unless their condition is empty or has brackets
    /// that directives divide.
    pub fn guards(&self, scope: Span) -> Vec<Guard> {
        let code = self.tokens_in(Span::new(0, self.source.len()));
        let mut found = Vec::new();
        for token in 0..code.len() {
            let keyword = code.text(token);
            let is_keyword = code.is_word(token) && matches!(keyword, b"if" | b"while" | b"for");
            if !is_keyword || !scope.contains(code.span(token)) || token + 1 == code.len() {
                continue;
            }
            let open = token + 1;
            let close = if code.is_mark(open, b"(") { code.partner(open) } else { None };
            let Some(close) = close.filter(|close| scope.end >= code.end(*close) && *close > open) else {
                continue;
            };
            let inside = &code.tokens[open + 1..close];
            let is_end = |index: &usize| code.is_mark(*index, b";");
            let ends: Vec<usize> = (open + 1..close).filter(is_end).collect();
            let (first, end) = match (keyword, &ends[..]) {
                (b"for", [first, second]) => (first + 1, *second),
                (b"for", _) | (_, [_, ..]) => continue,
                (_, []) => (open + 1, close),
            };
            if first < end && brackets_match(inside, &self.source) {
                let expression = Span::new(code.start(first), code.end(end - 1));
                found.push(Guard {
                    parts: ConditionParts { keyword: code.span(token), expression },
                    head: Span::new(code.start(token), code.end(close)),
                    follows_else: token > 0 && code.text(token - 1) == b"else",
                });
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guard_has_the_condition_of_its_statement() {
        let source = "void f(void)\n{\n  if (a && /* x */ b) /* y */ {\n  } else if(c) d();\n  while (*p++) ;\n  do { } while (q);\n  \
                      for (i = 0; i < n; i++) {}\n  for (;;) {}\n  s = \"if (z)\"; /* if (z) */\n#define W while (0)\n  if (e\n#if X\n      && g\n\
                      #endif\n     ) h();\n#if X\n  if (j &&\n#else\n  if (\n#endif\n    k) {}\n}\n";
        let file = CFile::parse(source.as_bytes());
        let text = |span: Span| &source[span.start..span.end];
        let all = file.guards(Span::new(0, source.len()));
        let found: Vec<_> =
            all.iter().map(|it| (text(it.parts.keyword), text(it.parts.expression))).collect();
        let whole = "e\n#if X\n      && g\n#endif\n";
        assert_eq!(
            found[..6],
            [
                ("if", "a && /* x */ b"),
                ("if", "c"),
                ("while", "*p++"),
                ("while", "q"),
                ("for", "i < n"),
                ("if", whole)
            ]
        );
        assert_eq!(text(all[4].head), "for (i = 0; i < n; i++)");
        assert!(all[1].follows_else && !all[0].follows_else);
        assert_eq!(file.guards(all[2].head).len(), 1);
    }
}
