//! Calls of a function by its name.

use super::CFile;
use super::head::{contains, is_macro_name};
use super::lexer::{Lexer, Token, lex};
use super::token_range::TokenRange;
use super::tokens::Tokens;
use crate::text::Span;

/// A call in code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The name of the function.
    pub callee: Span,
    /// The arguments with their parentheses.
    pub arguments: Span,
}

impl CFile {
    /// The calls of `name` in `within`: the name as a whole word of code before a parenthesis, but not a
    /// member (`x->name()`), a declaration or the definition. Directives, and so the bodies of macros,
    /// are not searched.
    pub fn calls(&self, name: &str, within: Span) -> Vec<Call> {
        let finder = memchr::memmem::Finder::new(name);
        let hits = finder.find_iter(within.of(&self.source)).map(|hit| within.start + hit);
        let calls = hits.filter_map(|at| self.call_at(Span::new(at, at + name.len())));
        calls.filter(|call| within.contains(call.arguments)).collect()
    }

    /// The arguments of a call, without the blanks and comments around them.
    pub fn arguments(&self, call: Call) -> Vec<Span> {
        let inside = Span::new(call.arguments.start + 1, call.arguments.end - 1);
        let code = self.tokens_in(inside);
        let (mut all, mut first, mut at) = (Vec::new(), 0, 0);
        while at <= code.len() {
            if at == code.len() || code.is_mark(at, b",") {
                if first < at {
                    all.push(Span::new(code.start(first), code.end(at - 1)));
                }
                first = at + 1;
            } else if code.is_any_mark(at, b"([{") {
                at = code.partner(at).map_or(at, |close| close.max(at));
            }
            at += 1;
        }
        all
    }

    /// Where `name` is a word of code in `within`, in a directive, or in the input of Argument Clinic.
    pub fn words(&self, name: &str, within: Span) -> Vec<Span> {
        let code = self.tokens_in(within);
        let mut found = Vec::new();
        for token in 0..code.len() {
            if code.is_word(token) && code.text(token) == name.as_bytes() {
                found.push(code.span(token));
            } else if code.is_directive(token) {
                let text = &code.text(token)[1..];
                let start = code.start(token) + 1;
                let words = lex(text).0.into_iter().map(Token::span);
                let own = words.filter(|word| word.of(text) == name.as_bytes());
                found.extend(own.map(|word| Span::new(start + word.start, start + word.end)));
            }
        }
        let bytes = within.of(&self.source);
        for start in memchr::memmem::find_iter(bytes, b"/*[clinic input]") {
            let end = memchr::memmem::find(&bytes[start..], b"*/").map_or(bytes.len(), |end| start + end);
            let comment = &bytes[start..end];
            for at in memchr::memmem::find_iter(comment, name) {
                let is_word = |byte: Option<&u8>| byte.is_some_and(|b| super::scan::is_word_byte(*b));
                let before = at.checked_sub(1).and_then(|at| comment.get(at));
                if !is_word(before) && !is_word(comment.get(at + name.len())) {
                    let at = within.start + start + at;
                    found.push(Span::new(at, at + name.len()));
                }
            }
        }
        found.sort_unstable();
        found
    }

    /// The call whose function's name is at `callee`, if that is a word of code.
    fn call_at(&self, callee: Span) -> Option<Call> {
        let tokens = &self.nesting.tokens;
        let open = tokens.partition_point(|token| token.start() < callee.end);
        if open == tokens.len() || !self.is_mark(open, b"(") {
            return None;
        }
        let close = self.nesting.partner(open)?;
        // No declaration reaches back beyond a bracket or a directive.
        let ends = |i: &usize| self.is_directive(*i) || self.is_any_mark(*i, b"()[]{}");
        let from = (0..open).rev().find(ends).map_or(0, |i| self.start(i));
        let code = self.tokens_in(Span::new(from, self.end(open)));
        let name = code.len().checked_sub(2)?;
        if code.tokens[name].span() != callee || !code.is_word(name) || is_member(&code, name) {
            return None;
        }
        if self.is_declared(callee) || self.is_local_declaration(&code, name, close) {
            return None;
        }
        Some(Call { callee, arguments: Span::new(self.start(open), self.end(close)) })
    }

    /// Whether a definition or prototype has its name here.
    fn is_declared(&self, name: Span) -> bool {
        let at = name.start;
        self.functions.binary_search_by_key(&at, |f| f.name_span.start).is_ok()
            || self.prototypes.binary_search_by_key(&at, |p| p.name_span.start).is_ok()
    }

    /// Whether the name at `name`, whose parameters end at `close`, is declared in a body:
    /// `extern int f(int);`, `char *f();`.
    fn is_local_declaration(&self, code: &TokenRange<'_>, name: usize, close: usize) -> bool {
        let Some(first) = name.checked_sub(1) else { return false };
        if code.is_word(first) && is_type_only(code.text(first)) {
            return true;
        }
        // Nothing but words and stars between the start of the statement and the name.
        let mut at = first;
        let (mut words, mut stars) = (0, 0);
        loop {
            if code.is_word(at) && !never_in_declaration(code.text(at)) && !is_block_macro(code, at, name) {
                words += 1;
            } else if code.is_mark(at, b"*") {
                stars += 1;
            } else {
                break;
            }
            if at == 0 {
                break;
            }
            at -= 1;
        }
        let starts = code.is_any_mark(at, b";{}") || code.is_directive(at);
        let next = Lexer::after(&self.source, self.nesting.tokens[close]).token();
        let ended = next.is_some_and(|next| matches!(next.span().of(&self.source), b";" | b","));
        // In `(type) f(x)`, `if (x) f(y)` and `2 * f(x)` no word follows such a start.
        words > 0
            && ended
            && (starts || stars == 0 && code.is_word(first) && !is_block_macro(code, first, name))
    }
}

fn is_member(code: &TokenRange<'_>, name: usize) -> bool {
    name > 0 && (code.is_mark(name - 1, b".") || code.is_mark(name - 1, b"->"))
}

/// Whether the word at `at` is a macro used as a statement, such as `Py_BEGIN_ALLOW_THREADS`: its name
/// looks like a macro's, and is on a line before `name` or says that it is a block.
fn is_block_macro(code: &TokenRange<'_>, at: usize, name: usize) -> bool {
    let word = code.text(at);
    let gap = &code.source()[code.end(at)..code.start(name)];
    is_macro_name(word)
        && (gap.contains(&b'\n') || [&b"BEGIN"[..], b"END", b"BLOCK"].iter().any(|part| contains(word, part)))
}

fn is_type_only(word: &[u8]) -> bool {
    matches!(
        word,
        b"struct" | b"union" | b"enum" | b"int" | b"long" | b"char" | b"void" | b"unsigned" | b"double"
    )
}

fn never_in_declaration(word: &[u8]) -> bool {
    matches!(word, b"return" | b"else" | b"do" | b"case" | b"goto" | b"sizeof" | b"typeof" | b"default")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of_calls(source: &str) -> Vec<usize> {
        let file = CFile::parse(source.as_bytes());
        let calls = file.calls("f", Span::new(0, source.len()));
        calls.iter().map(|c| source[..c.callee.start].matches('\n').count() + 1).collect()
    }

    #[test]
    fn only_calls_in_code_are_calls() {
        let source = "int f(int);\nint f(int a) {\n x->f(1); y.f(2);\n f(3); /* f(4) */ s = \"f(5)\";\n}\n#define G f(6)\n\
                      int g(void) {\n extern int f(int);\n char *f();\n FILE *f(char *), *k();\n return f (1);\n}\n";
        assert_eq!(lines_of_calls(source), [4, 11]);
    }

    #[test]
    fn a_call_may_follow_a_macro_that_opens_a_block() {
        let source = "int g(void) {\nPy_BEGIN_ALLOW_THREADS\nf(1);\nPy_BEGIN_ALLOW_THREADS f(2);\nif (x) f(3); else f(4);\n\
                      y = a * f(5);\n(void) f(6);\n(a) * f(7);\n do f(8); while (0);\nlabel: f(9);\n}\n";
        assert_eq!(lines_of_calls(source), [3, 4, 5, 5, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn arguments_go_to_the_matching_parenthesis() {
        let source = b"int g(void) { return f(a(1), \")\", (b)) + 1; }";
        let file = CFile::parse(source);
        let calls = file.calls("f", file.functions()[0].body);
        assert_eq!(calls[0].arguments.of(source), b"(a(1), \")\", (b))");
        let all: Vec<_> = file.arguments(calls[0]).iter().map(|span| span.of(source)).collect();
        assert_eq!(all, [&b"a(1)"[..], b"\")\"", b"(b)"]);
    }

    #[test]
    fn words_are_also_in_directives_and_the_input_of_argument_clinic() {
        let source = "#define M(x) f(x) /* f */\nint f(void) { g(\"f\"); f2(); } /* f */\n/*[clinic input]\nf\n    f2: int\n[clinic start generated code]*/\n";
        let file = CFile::parse(source.as_bytes());
        let all: Vec<usize> =
            file.words("f", Span::new(0, source.len())).iter().map(|word| word.start).collect();
        assert_eq!(all, [13, 30, source.find("\nf\n").unwrap() + 1]);
    }
}
