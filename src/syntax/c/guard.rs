//! The conditions of C statements: `if (a)`, `while (a)`, `for (;a;)`.

use super::CFile;
use super::expression::{ConditionParts, brackets_match};
use super::token_range::TokenRange;
use super::tokens::Tokens;
use crate::text::Span;

/// How many statements without braces may be inside one another.
const DEEPEST: usize = 50;

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
        let mut all = self.heads(scope);
        all.retain(|guard| !guard.parts.expression.is_empty());
        all
    }

    /// As [`CFile::guards`], with those whose condition is empty.
    fn heads(&self, scope: Span) -> Vec<Guard> {
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
            if brackets_match(inside, &self.source) {
                let after = code.end(first - 1);
                let expression = if first < end {
                    Span::new(code.start(first), code.end(end - 1))
                } else {
                    Span::at(after)
                };
                found.push(Guard {
                    parts: ConditionParts { keyword: code.span(token), expression },
                    head: Span::new(code.start(token), code.end(close)),
                    follows_else: token > 0 && code.text(token - 1) == b"else",
                });
            }
        }
        found
    }

    /// The innermost head with this keyword that decides whether `inside` runs, and whether that is in its `else`.
    pub fn guard_around(&self, inside: Span, keyword: &[u8]) -> Option<(Guard, bool)> {
        let part = self.functions().iter().map(super::Function::span).find(|span| span.contains(inside))?;
        let code = self.tokens_in(Span::new(0, self.source.len()));
        let own =
            self.heads(part).into_iter().filter(|guard| guard.parts.keyword.of(&self.source) == keyword);
        let around = own.filter_map(|guard| {
            let (body, otherwise) = parts(&code, &guard)?;
            let otherwise = otherwise.filter(|span| span.contains(inside));
            let found = otherwise.or(Some(body)).filter(|span| span.contains(inside))?;
            Some((found.len(), (guard, otherwise.is_some())))
        });
        around.min_by_key(|(length, _)| *length).map(|(_, found)| found)
    }
}

impl CFile {
    /// The statement without braces that an `if`, a loop or an `else` runs, if it is what code is directly in.
    pub fn unbraced_body(&self, inside: Span) -> Option<Span> {
        self.unbraced(Span::new(0, self.source.len()), inside).map(|(_, body)| body)
    }

    /// The start of the outermost `if` or loop that ends with the statement without braces that code is directly in.
    pub fn unbraced_owner(&self, inside: Span) -> Option<usize> {
        let whole = Span::new(0, self.source.len());
        let functions = self.functions().iter().map(|function| function.body);
        let part = functions.into_iter().find(|body| body.contains(inside)).unwrap_or(whole);
        let mut owner = None;
        let mut inside = inside;
        while let Some((head, body)) = self.unbraced(part, inside) {
            (owner, inside) = (Some(head.start), Span::new(head.start, body.end));
        }
        owner
    }

    /// The head of the innermost `if` or loop in `part` without braces around `inside`, and what it runs.
    fn unbraced(&self, part: Span, inside: Span) -> Option<(Span, Span)> {
        let code = self.tokens_in(part);
        let bodies = self.heads(part).into_iter().flat_map(|guard| {
            let (body, otherwise) = parts(&code, &guard).unzip();
            let head = guard.head;
            body.into_iter().chain(otherwise.flatten()).map(move |body| (head, body))
        });
        let (head, body) =
            bodies.filter(|(_, body)| body.contains(inside)).min_by_key(|(_, body)| body.len())?;
        let holds = |open: usize| {
            let close = code.partner(open).filter(|_| code.is_mark(open, b"{"));
            close.is_some_and(|close| Span::new(code.start(open), code.end(close)).contains(inside))
        };
        let is_in = |token: &usize| body.contains(code.span(*token));
        (!(0..code.len()).filter(is_in).any(holds)).then_some((head, body))
    }
}

/// Whether a text begins with the head of a statement whose condition is empty, as `for (;;)`.
pub(crate) fn has_empty_condition(text: &[u8]) -> bool {
    let heads = CFile::parse(text).heads(Span::new(0, text.len()));
    heads.first().is_some_and(|guard| guard.parts.expression.is_empty())
}

/// What the statement of a head runs, and what is after its `else`.
fn parts(code: &TokenRange<'_>, guard: &Guard) -> Option<(Span, Option<Span>)> {
    let at = |offset: usize| code.tokens.partition_point(|token| token.start() < offset);
    let (first, next) = (at(guard.head.start), at(guard.head.end));
    let span = |first: usize, last: usize| Span::new(code.start(first), code.end(last));
    // The body of a `do` is before the condition.
    let open = first.checked_sub(1).and_then(|before| code.partner(before)).filter(|open| *open < first);
    if let Some(open) = open.filter(|open| *open > 0 && code.text(open - 1) == b"do") {
        return Some((span(open, first - 1), None));
    }
    let end = statement_end(code, next, DEEPEST)?;
    let otherwise = else_after(code, end).filter(|_| code.text(first) == b"if");
    let otherwise = otherwise.and_then(|at| Some(span(at, statement_end(code, at + 1, DEEPEST)?)));
    Some((span(next, end), otherwise))
}

/// The `else` that follows a token, maybe after directives.
fn else_after(code: &TokenRange<'_>, token: usize) -> Option<usize> {
    let next = (token + 1..code.len()).find(|next| !code.is_directive(*next))?;
    (code.text(next) == b"else").then_some(next)
}

/// The last token of the statement that begins at a token, maybe after directives.
fn statement_end(code: &TokenRange<'_>, first: usize, deepest: usize) -> Option<usize> {
    let first = (first..code.len()).find(|token| !code.is_directive(*token))?;
    let inner = |at: usize| deepest.checked_sub(1).and_then(|deepest| statement_end(code, at, deepest));
    let close = |open: usize| {
        let is_open = open < code.len() && code.is_any_mark(open, b"([{");
        if is_open { code.partner(open).filter(|close| *close > open) } else { None }
    };
    match code.text(first) {
        b"{" => close(first),
        b"if" => {
            let end = inner(close(first + 1)? + 1)?;
            else_after(code, end).map_or(Some(end), |at| inner(at + 1))
        }
        b"while" | b"for" | b"switch" => inner(close(first + 1)? + 1),
        // Its condition is `while` and brackets, before a semicolon.
        b"do" => Some(close(inner(first + 1)? + 2)? + 1).filter(|end| *end < code.len()),
        _ => {
            let mut at = first;
            while at < code.len() && !code.is_mark(at, b";") {
                if code.is_any_mark(at, b")]}") {
                    return None;
                }
                at = close(at).unwrap_or(at) + 1;
            }
            (at < code.len()).then_some(at)
        }
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

    #[test]
    fn the_guard_around_code_is_the_innermost_that_decides_whether_it_runs() {
        let source = "void f(void)\n{\n  if (a) { b(); if (c) d(); else if (e) g(); else { h(); } i(); }\n  while (j)\n    for (;k;)\n      if (l)\n\
                      #if X\n        m();\n#else\n        n();\n#endif\n  do { o(x, \";\"); } while (p);\n  q();\n  \
                      if (r) do s(); while (t); else u();\n  if (v) w[1] = {y()};\n}\n";
        let file = CFile::parse(source.as_bytes());
        let around = |code: &str, keyword: &str| {
            let at = source.find(code).unwrap();
            let (guard, is_else) = file.guard_around(Span::new(at, at + code.len()), keyword.as_bytes())?;
            Some((&source[guard.parts.expression.start..guard.parts.expression.end], is_else))
        };
        assert_eq!(["b()", "i()"].map(|code| around(code, "if")), [Some(("a", false)); 2]);
        assert_eq!(around("d()", "if"), Some(("c", false)));
        assert_eq!(around("g()", "if"), Some(("e", false)));
        assert_eq!(around("h()", "if"), Some(("e", true)));
        assert_eq!(around("m()", "if"), Some(("l", false)));
        assert_eq!([around("m()", "for"), around("m()", "while")], [Some(("k", false)), Some(("j", false))]);
        assert_eq!([around("o(", "while"), around("s()", "while")], [Some(("p", false)), None]);
        assert_eq!([around("s()", "if"), around("u()", "if")], [Some(("r", false)), Some(("r", true))]);
        assert_eq!(
            [around("y()", "if"), around("q()", "if"), around("q()", "while")],
            [Some(("v", false)), None, None]
        );
    }
}
