//! Whole units of code: statements with their blocks, declarations, entries of a list, and groups of directives.

use std::ops::RangeInclusive;

use super::CFile;
use super::directive::{Keyword, keyword};
use super::head::{contains, is_macro_name};
use super::table::whole_lines;
use super::token_range::TokenRange;
use super::tokens::Tokens;
use crate::text::Span;

/// What is inside a pair of braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Braces {
    /// Statements, or the declarations of `extern "C"`.
    Block,
    /// The fields of a `struct` or `union`.
    Fields,
    /// The entries of an initializer or `enum`.
    List,
}

/// The tokens of a part of a file, and where its units begin and end.
pub(super) struct Reading<'a> {
    pub code: TokenRange<'a>,
    /// The innermost open bracket of each token; of a bracket the one around it.
    around: Vec<Option<usize>>,
    pub partner: Vec<Option<usize>>,
    pub braces: Vec<Braces>,
    /// For each token, and the end: the token before it that ends no unit; `None` if a unit may begin there.
    pub unfinished: Vec<Option<usize>>,
    /// The first token of the unit that each token is in, as far as it is known at that token.
    starts: Vec<usize>,
    /// The group of an `#if`, `#elif`, `#else` or `#endif`.
    group: Vec<Option<usize>>,
    /// The directives of each group.
    groups: Vec<Vec<usize>>,
}

impl CFile {
    /// The whole units that `span` has a part of: statements with their blocks, the `else` of an `if` and the condition that
    /// they depend on, declarations, functions, entries with their commas, `#if` groups. They are whole lines with their
    /// remarks, if no other code is on these. `None` if `span` has no code.
    pub fn whole_units(&self, span: Span) -> Option<Span> {
        let reading = Reading::around(self, span);
        let (first, last) = reading.whole(reading.tokens_at(span)?).into_inner();
        Some(whole_lines(self, reading.span(first, last)))
    }

    /// Whether `span` is all code of the whole units that it has a part of, or the head of one: `if (x) {`, `#ifdef X`.
    pub fn is_whole_units(&self, span: Span) -> bool {
        let reading = Reading::around(self, span);
        let Some(own) = reading.tokens_at(span) else { return false };
        let (first, last) = reading.whole(own.clone()).into_inner();
        // The comma of an entry belongs to it, and need not be written.
        let end = match *own.end() + 1 {
            next if next == last && reading.code.is_mark(next, b",") => next,
            next => next - 1,
        };
        first == *own.start() && (last == end || reading.is_head(own, last))
    }

    /// The code before `offset`, the start of a line, that a statement there would become a part of, or separate from the rest
    /// of its statement.
    pub fn split_at(&self, offset: usize) -> Option<Span> {
        let function = self.functions().iter().find(|f| f.span().contains(Span::at(offset)))?;
        if offset <= function.body.start {
            return None;
        }
        let reading = Reading::new(self, function.body);
        let next = (0..reading.code.len()).find(|token| reading.code.start(*token) >= offset)?;
        let open = match reading.partner[next] {
            Some(partner) if partner < next => Some(partner),
            _ => reading.around[next],
        };
        if let Some(open) = open.filter(|open| !reading.code.is_mark(*open, b"{")) {
            return Some(reading.code.span(open));
        }
        let is_statement = open.is_none_or(|open| reading.braces[open] == Braces::Block);
        if reading.code.text(next) == b"else" {
            return Some(reading.code.span(next));
        }
        // A macro that is used as a statement looks like an unfinished one.
        let culprit = reading.unfinished[next].filter(|_| is_statement)?;
        reading.needs_more(culprit).then(|| reading.code.span(culprit))
    }

    /// The parts of the `if` whose head is at `head`: `None` if that is not the head of an `if`, one after an `else`, or one whose
    /// parts directives divide, or whose statement without braces has a head itself.
    pub fn if_parts(&self, head: Span) -> Option<IfParts> {
        let reading = Reading::around(self, head);
        let code = &reading.code;
        let first = *reading.tokens_at(head)?.start();
        let close = reading.partner.get(first + 1).copied().flatten()?;
        let (start, last) = reading.whole(first..=first).into_inner();
        if start != first || code.text(first) != b"if" || close >= last {
            return None;
        }
        // The body after `before`, and its last token.
        let body = |before: usize, is_last: bool| {
            let begin = before + 1;
            if begin > last {
                return None;
            }
            let end = match *reading.partner.get(begin)? {
                Some(partner) if code.is_mark(begin, b"{") => partner,
                _ if is_last => last,
                _ if matches!(code.text(begin), b"if" | b"for" | b"while" | b"do" | b"switch") => {
                    return None;
                }
                _ => (begin..=last).find(|token| reading.unfinished[token + 1].is_none())?,
            };
            let is_plain = (before..=end.min(begin)).all(|token| !code.is_directive(token));
            let from = if code.is_mark(begin, b"{") { code.start(begin) } else { code.end(before) };
            // In damaged code a brace may be closed outside of the `if`.
            (is_plain && (begin..=last).contains(&end)).then(|| (Span::new(from, code.end(end)), end))
        };
        let (own, end) = body(close, false)?;
        if end == last {
            return Some(IfParts { body: own, otherwise: None });
        }
        let (otherwise, _) = body(end + 1, true).filter(|_| code.text(end + 1) == b"else")?;
        Some(IfParts { body: own, otherwise: Some(otherwise) })
    }

    /// Whether `span` is inside of a function body.
    pub fn is_in_function(&self, span: Span) -> bool {
        self.body_around(span).is_some()
    }

    /// The innermost function body around `span`.
    fn body_around(&self, span: Span) -> Option<Span> {
        let inside = |body: Span| Span::new(body.start + 1, body.end - 1).contains(span);
        self.functions().iter().map(|function| function.body).find(|body| inside(*body))
    }
}

impl<'a> Reading<'a> {
    /// The function body that `span` is in, or else the whole file.
    fn around(file: &'a CFile, span: Span) -> Reading<'a> {
        let part = file.body_around(span).unwrap_or(Span::new(0, file.source.len()));
        Reading::new(file, part)
    }

    pub fn new(file: &'a CFile, part: Span) -> Reading<'a> {
        let code = file.tokens_in(part);
        let length = code.len();
        let mut reading = Reading {
            code,
            around: vec![None; length],
            partner: vec![None; length],
            braces: vec![Braces::Block; length],
            unfinished: vec![None; length + 1],
            starts: Vec::with_capacity(length),
            group: vec![None; length],
            groups: Vec::new(),
        };
        let (mut open, mut groups) = (Vec::new(), Vec::new());
        for token in 0..length {
            let start = match token.checked_sub(1) {
                _ if reading.unfinished[token].is_none() => token,
                None => token,
                Some(before) => reading.starts[reading.partner[before].unwrap_or(before).min(before)],
            };
            reading.starts.push(start);
            if reading.code.is_directive(token) {
                reading.directive(token, &mut open, &mut groups);
            }
            reading.around[token] = open.last().copied();
            reading.bracket(token, &mut open);
            reading.unfinished[token + 1] = reading.unfinished_after(token);
        }
        reading
    }

    /// Records the group of a directive. Each branch begins with the brackets that are open at the `#if`.
    fn directive(&mut self, token: usize, open: &mut Vec<usize>, groups: &mut Vec<(usize, Vec<usize>)>) {
        let group = match keyword(self.code.text(token)).0 {
            Keyword::If => {
                groups.push((self.groups.len(), open.clone()));
                self.groups.push(Vec::new());
                groups.last().map(|(group, _)| *group)
            }
            Keyword::Elif | Keyword::Else => groups.last().map(|(group, at_start)| {
                open.clone_from(at_start);
                *group
            }),
            Keyword::Endif => groups.pop().map(|(group, _)| group),
            Keyword::Include | Keyword::Define | Keyword::Other => None,
        };
        self.group[token] = group;
        if let Some(group) = group {
            self.groups[group].push(token);
        }
    }

    fn bracket(&mut self, token: usize, open: &mut Vec<usize>) {
        if self.code.is_any_mark(token, b"([{") {
            if self.code.is_mark(token, b"{") {
                self.braces[token] = self.braces_at(token);
            }
            open.push(token);
        } else if self.code.is_any_mark(token, b")]}") {
            let fits = |start: &&usize| {
                matches!(
                    (self.code.text(**start), self.code.text(token)),
                    (b"(", b")") | (b"[", b"]") | (b"{", b"}")
                )
            };
            let Some(depth) = open.iter().rposition(|start| fits(&start)) else { return };
            (self.partner[token], self.partner[open[depth]]) = (Some(open[depth]), Some(token));
            open.truncate(depth);
            self.around[token] = open.last().copied();
        }
    }

    /// What the braces that open at `token` have inside.
    fn braces_at(&self, token: usize) -> Braces {
        let text = |back: usize| token.checked_sub(back).map_or(&b""[..], |at| self.code.text(at));
        let is_in_list = self.around[token].is_some_and(|open| match self.code.text(open) {
            b"{" => self.braces[open] == Braces::List,
            _ => true,
        });
        if text(1) == b"=" || is_in_list {
            return Braces::List;
        }
        // `struct ALIGN(8) {`; `(struct point){1, 2}` is a value where no name and no keyword is before it.
        let open = token.checked_sub(1).and_then(|before| self.partner[before]).unwrap_or(token);
        if text(1) == b")" {
            let before = |back: usize| open.checked_sub(back).map_or(&b""[..], |at| self.code.text(at));
            return match (before(2), before(1)) {
                (b"struct" | b"union", _) => Braces::Fields,
                (_, b"=" | b"return" | b"," | b"(" | b"?" | b":" | b"&") => Braces::List,
                _ => Braces::Block,
            };
        }
        match (text(2), text(1)) {
            (b"enum", _) | (_, b"enum") => Braces::List,
            (b"struct" | b"union", _) | (_, b"struct" | b"union") => Braces::Fields,
            _ => Braces::Block,
        }
    }

    /// The token that ends no unit, if none ends with `token`.
    fn unfinished_after(&self, token: usize) -> Option<usize> {
        if let Some(group) = self.group[token] {
            let all = &self.groups[group];
            if keyword(self.code.text(token)).0 != Keyword::Endif {
                return self.unfinished[all[0]];
            }
            return all[1..].iter().find_map(|next| self.unfinished[*next]);
        }
        let ends = match self.code.text(token) {
            _ if self.code.is_directive(token) => true,
            b";" | b"{" => self.is_code(token),
            b"}" => self.partner[token].is_none_or(|open| self.braces[open] == Braces::Block),
            b"," => self.inside(token) == Some(Braces::List),
            b":" => self.is_label(token),
            _ => self.is_macro_statement(token),
        };
        (!ends).then_some(token)
    }

    /// Whether a token is outside of functions and everything else in brackets, but for `extern "C"`.
    pub fn is_declaration_level(&self, token: usize) -> bool {
        self.around[token].is_none_or(|open| {
            self.around[open].is_none()
                && self.code.is_mark(open, b"{")
                && open >= 2
                && self.code.text(open - 2) == b"extern"
        })
    }

    /// Whether a token is not inside parentheses.
    fn is_code(&self, token: usize) -> bool {
        self.around[token].is_none_or(|open| self.code.is_mark(open, b"{"))
    }

    /// What the innermost brackets around a token have inside, if these are braces.
    fn inside(&self, token: usize) -> Option<Braces> {
        self.around[token].filter(|open| self.code.is_mark(*open, b"{")).map(|open| self.braces[open])
    }

    fn is_label(&self, token: usize) -> bool {
        let start = self.starts[token];
        matches!(self.code.text(start), b"case" | b"default")
            || start + 1 == token && self.code.is_word(start)
    }

    /// Whether a macro that needs no semicolon ends with `token`, which ends its line: `Py_BEGIN_ALLOW_THREADS`, or the entry
    /// `X_METHODDEF` of a list, or an entry in braces whose comma such a macro brings.
    fn is_macro_statement(&self, token: usize) -> bool {
        let start = self.starts[token];
        let open = self.partner[token].filter(|open| *open < token).unwrap_or(token);
        let is_alone = self.code.is_word(start) && (start == token || start + 1 == open);
        let Some(next) = self.next_token(token) else { return false };
        let (word, is_macro) = (self.code.text(start), is_macro_name(self.code.text(start)));
        let starts_next = next.word || next.brace;
        next.new_line
            && match self.inside(token) {
                Some(Braces::List) => starts_next && (is_alone || start == open && open != token),
                Some(Braces::Fields) => is_alone && (is_macro || word.ends_with(b"_HEAD")),
                Some(Braces::Block) => is_alone && (is_macro || is_block_part(word)) && !next.mark,
                None => {
                    self.around[token].is_none()
                        && is_alone
                        && is_macro
                        && (next.directive || next.storage || next.macro_name)
                        && !is_type_macro(word)
                }
            }
    }

    /// What follows a token.
    fn next_token(&self, token: usize) -> Option<Next> {
        let next = token + 1;
        if next == self.code.len() {
            return None;
        }
        let (source, text) = (self.code.source(), self.code.text(next));
        Some(Next {
            new_line: source[self.code.end(token)..self.code.start(next)].contains(&b'\n'),
            word: self.code.is_word(next),
            brace: text == b"{",
            directive: self.code.is_directive(next),
            mark: !self.code.is_word(next) && !self.code.is_directive(next) && text != b"}" && text != b"*",
            storage: matches!(text, b"static" | b"extern" | b"typedef" | b"struct" | b"enum" | b"union"),
            macro_name: self.code.is_word(next) && is_macro_name(text),
        })
    }

    /// Whether a token certainly needs more code after it.
    fn needs_more(&self, token: usize) -> bool {
        match self.code.text(token) {
            b"else" | b"do" => true,
            b")" => self.is_head_end(token),
            _ => !self.code.is_word(token) && !self.code.is_mark(token, b"}"),
        }
    }

    /// Whether a parenthesis ends the condition of a statement.
    fn is_head_end(&self, token: usize) -> bool {
        let keyword = self.partner[token].and_then(|open| open.checked_sub(1));
        keyword.is_some_and(|at| matches!(self.code.text(at), b"if" | b"while" | b"for" | b"switch"))
    }

    /// The tokens that `span` has a part of.
    fn tokens_at(&self, span: Span) -> Option<RangeInclusive<usize>> {
        let inside = |token: &usize| self.code.start(*token) < span.end && span.start < self.code.end(*token);
        let mut all = (0..self.code.len()).filter(inside);
        let first = all.next()?;
        Some(first..=all.next_back().unwrap_or(first))
    }

    /// The whole units of a range of tokens.
    fn whole(&self, own: RangeInclusive<usize>) -> RangeInclusive<usize> {
        let (mut first, mut last) = own.clone().into_inner();
        // The tokens whose brackets and groups are in the range.
        let (mut from, mut to) = (first, first);
        loop {
            while from > first || to <= last {
                let token = if from > first {
                    from -= 1;
                    from
                } else {
                    to += 1;
                    to - 1
                };
                let partners = self.partner[token].into_iter();
                let group = self.group[token].map(|group| &self.groups[group]);
                let ends = group.into_iter().flat_map(|all| [all[0], all[all.len() - 1]]);
                for other in partners.chain(ends) {
                    (first, last) = (first.min(other), last.max(other));
                }
            }
            if let Some(open) = self.around[first].filter(|open| !self.code.is_mark(*open, b"{")) {
                first = open;
            } else if first > 0 && !self.begins(first) {
                first = self.partner[first - 1].unwrap_or(first - 1).min(first - 1);
            } else if last + 1 < self.code.len() && !self.ends(first, last) {
                last = self.partner[last + 1].unwrap_or(last + 1).max(last + 1);
            } else if let Some((start, end)) = self.function(first, last) {
                (first, last) = (start, end);
            } else {
                return first..=last;
            }
        }
    }

    fn begins(&self, token: usize) -> bool {
        let text = self.code.text(token);
        let is_loop_end = || {
            let open = token.checked_sub(1).and_then(|before| self.partner[before]);
            text == b"while" && open.is_some_and(|open| open > 0 && self.code.text(open - 1) == b"do")
        };
        // The `else` of the statement before may begin a branch.
        let all = self.group[token].map_or(&[][..], |group| &self.groups[group]);
        let is_else = |token: usize| token < self.code.len() && self.code.text(token) == b"else";
        let has_else = all.split_last().is_some_and(|(_, all)| all.iter().any(|one| is_else(one + 1)));
        self.unfinished[token].is_none() && !is_else(token) && !has_else && !is_loop_end()
    }

    fn ends(&self, first: usize, last: usize) -> bool {
        let next = last + 1;
        if self.partner[next].is_some_and(|open| open < first) {
            return true;
        }
        let is_plain_directive = self.code.is_directive(next) && self.group[next].is_none();
        let after = (next..self.code.len()).find(|token| !self.code.is_directive(*token));
        let continues = after.is_some_and(|after| self.code.text(after) == b"else");
        let is_do = self.code.text(first) == b"do" && self.code.is_mark(last, b"}");
        (self.unfinished[next].is_none() || is_plain_directive) && !continues && !is_do
    }

    /// The tokens of a function whose head is in a range of tokens.
    fn function(&self, first: usize, last: usize) -> Option<(usize, usize)> {
        let own = self.span(first, last);
        let is_part = |function: &&super::Function| {
            let inside = Span::new(function.body.start + 1, function.body.end - 1);
            function.span().overlaps(own) && !own.contains(function.span()) && !inside.contains(own)
        };
        let function = self.code.file.functions().iter().rfind(is_part)?;
        let all = self.tokens_at(function.span())?;
        let wider = ((*all.start()).min(first), (*all.end()).max(last));
        (wider != (first, last)).then_some(wider)
    }

    /// Whether the tokens `own` are the head of the unit that they begin, whose last token is `last`.
    fn is_head(&self, own: RangeInclusive<usize>, last: usize) -> bool {
        let (first, end) = (*own.start(), *own.end());
        if let Some(group) = self.group[first] {
            return first == end && self.groups[group].last() == Some(&last);
        }
        let is_same_level = self.around[end] == self.around[first];
        let mut directives = own.filter(|token| self.code.is_directive(*token));
        let opens_next = end < last && self.code.is_mark(end + 1, b"{");
        is_same_level
            && directives.next().is_none()
            && (self.code.is_mark(end, b"{") || opens_next || self.is_head_end(end))
    }

    /// The bytes of a range of tokens, without the line end of a directive.
    pub fn span(&self, first: usize, last: usize) -> Span {
        let end = self.code.end(last);
        let end = match self.code.is_directive(last) {
            true => {
                end - self.code.text(last).iter().rev().take_while(|b| matches!(b, b'\n' | b'\r')).count()
            }
            false => end,
        };
        Span::new(self.code.start(first), end)
    }
}

/// The parts of an `if`: each is a block with its braces, or what follows the head or `else`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfParts {
    /// What runs if the condition holds.
    pub body: Span,
    /// What is after the `else`.
    pub otherwise: Option<Span>,
}

/// What follows a token.
struct Next {
    new_line: bool,
    word: bool,
    brace: bool,
    directive: bool,
    /// An operator or a literal.
    mark: bool,
    storage: bool,
    macro_name: bool,
}

/// Whether a macro says that it begins or ends a block: `PySSL_BEGIN_ALLOW_THREADS`.
fn is_block_part(word: &[u8]) -> bool {
    contains(word, b"_BEGIN_") || contains(word, b"_END_")
}

/// Whether a macro is the type of a declaration, which may be on a line of its own.
fn is_type_macro(word: &[u8]) -> bool {
    matches!(word, b"PyMODINIT_FUNC" | b"DL_EXPORT" | b"DL_IMPORT" | b"Py_LOCAL" | b"Py_LOCAL_INLINE")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole units of the first match of `code`.
    fn whole(source: &str, code: &str) -> String {
        let file = CFile::parse(source.as_bytes());
        let found = file.find_code(code.as_bytes(), Span::new(0, source.len()))[0];
        let span = file.whole_units(found).unwrap();
        source[span.start..span.end].to_owned()
    }

    const BODY: &str = "void f(void)\n{\n  a();\n  if (x) {\n    b();\n  }\n  else\n    c();\n  do { d(); } while (y);\n  \
                        x = p ? q : r; /* why */\n  T s = {1, 2};\n  Py_BEGIN_ALLOW_THREADS\n  e(1,\n    2);\nout:\n  g();\n}\n";

    #[test]
    fn a_statement_has_its_block_and_its_else() {
        let all = "  if (x) {\n    b();\n  }\n  else\n    c();\n";
        assert_eq!([whole(BODY, "if (x) {"), whole(BODY, "c();"), whole(BODY, "} else")], [all; 3]);
        assert_eq!(whole(BODY, "b();"), "    b();\n");
        assert_eq!(whole(BODY, "do {"), "  do { d(); } while (y);\n");
        assert_eq!(whole(BODY, "while (y)"), "  do { d(); } while (y);\n");
        assert_eq!(whole(BODY, "r;"), "  x = p ? q : r; /* why */\n");
        assert_eq!(whole(BODY, "s ="), "  T s = {1, 2};\n");
        assert_eq!(whole(BODY, "2)"), "  e(1,\n    2);\n");
        assert_eq!(whole(BODY, "g();"), "  g();\n");
        assert_eq!(whole(BODY, "void f"), BODY);
    }

    #[test]
    fn a_unit_outside_of_functions_is_a_declaration_or_an_entry() {
        let source = "int a;\nstruct s {\n  PyObject_HEAD\n  int b, c;\n  void (*f)(int);\n};\nenum e { A, B = 2,\n  C\n};\n\
                      static T t[] = {\n  {\"x\", 1},\n  X_METHODDEF\n  {0}\n};\nint g(int a);\n#define M(x) \\\n  x\nMACRO(q)\nstatic int i;\n";
        assert_eq!(whole(source, "int b"), "  int b, c;\n");
        assert_eq!(whole(source, "(*f)"), "  void (*f)(int);\n");
        assert_eq!(whole(source, "B"), "B = 2,");
        assert_eq!(whole(source, "C"), "  C\n");
        assert_eq!(whole(source, "{\"x\""), "  {\"x\", 1},\n");
        assert_eq!(whole(source, "X_METHODDEF"), "  X_METHODDEF\n");
        assert_eq!(whole(source, "{0}"), "  {0}\n");
        assert_eq!(whole(source, "g("), "int g(int a);\n");
        assert_eq!(whole(source, "MACRO(q)"), "MACRO(q)\n");
        assert_eq!(whole(source, "#define M(x) x"), "#define M(x) \\\n  x\n");
        assert_eq!(whole(source, "struct s"), &source[7..source.find("enum").unwrap()]);
    }

    #[test]
    fn a_statement_that_branches_divide_has_all_of_them() {
        let source = "void f(void)\n{\n#if A\n  a();\n#else\n  b();\n#endif\n#if B\n  if (x)\n    c();\n  else\n#endif\n    d();\n\
                      #if C\n  g(1,\n#else\n  g(2,\n#endif\n    3);\n#if D\n  if (y) {\n#endif\n    h();\n#if D\n  }\n#endif\n}\n";
        let chain = "void f(void)\n{\n  if (x)\n    a();\n#if A\n  else\n    b();\n#endif\n  c();\n}\n";
        assert_eq!(whole(chain, "b();"), &chain[15..chain.find("  c();").unwrap()]);
        assert_eq!(whole(source, "#if A"), "#if A\n  a();\n#else\n  b();\n#endif\n");
        assert_eq!(whole(source, "b();"), "  b();\n");
        assert_eq!(whole(source, "d();"), "#if B\n  if (x)\n    c();\n  else\n#endif\n    d();\n");
        assert_eq!(whole(source, "3);"), "#if C\n  g(1,\n#else\n  g(2,\n#endif\n    3);\n");
        assert_eq!(
            whole(source, "#if D\nif (y) {\n#endif"),
            &source[source.find("#if D").unwrap()..source.len() - 2]
        );
    }

    #[test]
    fn the_head_of_a_unit_names_it() {
        let file = CFile::parse(BODY.as_bytes());
        let is_whole = |code: &str| {
            let found = file.find_code(code.as_bytes(), Span::new(0, BODY.len()));
            file.is_whole_units(found[0])
        };
        for code in ["a();", "if (x)", "if (x) {", "void f(void)", "a(); if (x)", "e(1, 2);", "do {"] {
            assert!(is_whole(code), "{code}");
        }
        for code in ["a()", "c();", "else", "x = p", "e(1,", "b(); } else"] {
            assert!(!is_whole(code), "{code}");
        }
    }
}
