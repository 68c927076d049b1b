//! Calls of a function by its name.

use super::CFile;
use super::head::is_macro_name;
use super::lexer::Lexer;
use super::stretch::Stretch;
use crate::text::Span;

/// A call in code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The name that is called.
    pub callee: Span,
    /// The arguments with their parentheses.
    pub arguments: Span,
}

impl CFile {
    /// The calls of `name` inside `within`: the name as a whole word before a parenthesis, in code. Members
    /// (`x->name()`), declarations, the definition itself, comments, strings and directives (so the
    /// bodies of macros too) are left out.
    pub fn calls(&self, name: &str, within: Span) -> Vec<Call> {
        let finder = memchr::memmem::Finder::new(name);
        let hits = finder.find_iter(within.of(&self.source)).map(|hit| within.start + hit);
        let calls = hits.filter_map(|at| self.call_at(Span::new(at, at + name.len())));
        calls.filter(|call| within.contains(call.arguments)).collect()
    }

    /// The call of what `callee` names, if that is a word of code.
    fn call_at(&self, callee: Span) -> Option<Call> {
        let tokens = &self.nesting.tokens;
        let open = tokens.partition_point(|token| token.start() < callee.end);
        if open == tokens.len() || !self.is_mark(open, b"(") {
            return None;
        }
        let close = self.nesting.partner(open)?;
        // No declaration reaches back beyond a bracket or a directive.
        let ends = |i: &usize| self.is_directive(*i) || self.is_bracket(*i);
        let from = (0..open).rev().find(ends).map_or(0, |i| self.start(i));
        let code = self.stretch(Span::new(from, self.end(open)));
        let name = code.len().checked_sub(2)?;
        if code.tokens[name].span() != callee || !code.is_word(name) || is_member(&code, name) {
            return None;
        }
        if self.is_declared(callee) || self.is_local_declaration(&code, name, close) {
            return None;
        }
        Some(Call { callee, arguments: Span::new(self.start(open), self.end(close)) })
    }

    /// Whether a definition or prototype names its function here.
    fn is_declared(&self, name: Span) -> bool {
        let at = name.start;
        self.functions.binary_search_by_key(&at, |f| f.name_span.start).is_ok()
            || self.prototypes.binary_search_by_key(&at, |p| p.name_span.start).is_ok()
    }

    /// Whether the name at `name`, whose parameters end at `close`, is declared in a body:
    /// `extern int f(int);`, `char *f();`.
    fn is_local_declaration(&self, code: &Stretch<'_>, name: usize, close: usize) -> bool {
        let before = |i: usize| i.checked_sub(1);
        let Some(first) = before(name) else { return false };
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
            match before(at) {
                Some(previous) => at = previous,
                None => break,
            }
        }
        let starts =
            [&b";"[..], b"{", b"}", b")"].iter().any(|m| code.is_mark(at, m)) || code.is_directive(at);
        let known_start = starts && !code.is_mark(at, b")");
        let next = Lexer::behind(&self.source, self.nesting.tokens[close]).token();
        let ended = next.is_some_and(|next| matches!(next.span().of(&self.source), b";" | b","));
        // `(type) f(x)`, `if (x) f(y)` and `2 * f(x)` have no word directly behind such a start.
        words > 0
            && ended
            && (known_start || stars == 0 && code.is_word(first) && !is_block_macro(code, first, name))
    }
}

fn is_member(code: &Stretch<'_>, name: usize) -> bool {
    name > 0 && (code.is_mark(name - 1, b".") || code.is_mark(name - 1, b"->"))
}

/// Whether the word at `at` is a macro used as a statement, such as `Py_BEGIN_ALLOW_THREADS`: it looks
/// like one and stands on a line before the name, or says so.
fn is_block_macro(code: &Stretch<'_>, at: usize, name: usize) -> bool {
    let word = code.text(at);
    let gap = &code.file.source[code.end(at)..code.start(name)];
    is_macro_name(word)
        && (gap.contains(&b'\n')
            || [&b"BEGIN"[..], b"END", b"BLOCK"].iter().any(|p| word.windows(p.len()).any(|w| w == *p)))
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
    fn macros_that_open_a_block_leave_a_call_a_call() {
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
    }
}
