//! Statements of one line: imports and assignments, with the spans of their parts.

use std::ops::Range;

use super::lexer::{Line, TokenKind, lex};
use super::list::Items;
use super::{Definition, PyFile};
use crate::text::Span;

/// Where a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From its first token to its last.
    pub span: Span,
    /// The whole lines that it is on.
    pub lines: Span,
    /// Whether these lines have no other statement.
    pub is_alone: bool,
}

/// `import a, b as c`, or `from m import a, b`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportStatement {
    pub place: Place,
    /// The module after `from`, with leading dots.
    pub from: Option<Span>,
    /// The names that are imported; modules without `from`.
    pub names: Items,
}

/// `target = value`, also with an annotation; of `a = b = value` there are two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub place: Place,
    /// What gets the value, without an annotation.
    pub target: Span,
    pub value: Span,
    /// Whether it changes a value: `+=`.
    pub is_augmented: bool,
    /// Whether it is the only target.
    pub is_single: bool,
}

impl PyFile {
    /// All imports in `scope`, in order.
    pub fn import_statements(&self, scope: Span) -> Vec<ImportStatement> {
        self.simple_statements(scope).filter_map(|(place, tokens)| self.import_at(place, tokens)).collect()
    }

    fn import_at(&self, place: Place, tokens: Range<usize>) -> Option<ImportStatement> {
        let mut start = tokens.start + 1;
        let mut from = None;
        match self.word(tokens.start) {
            b"import" => {}
            b"from" => {
                let import = tokens.clone().find(|token| self.word(*token) == b"import")?;
                let last = import.checked_sub(1).filter(|last| *last > tokens.start)?;
                from = Some(Span::new(self.tokens[start].span.start, self.tokens[last].span.end));
                start = import + 1;
            }
            _ => return None,
        }
        let is_bracketed = self.word(start) == b"(" && self.closing(start) == Some(tokens.end - 1);
        let names = if is_bracketed { self.items_at(start) } else { self.bare_items(start..tokens.end) }?;
        // An import without names is invalid.
        (!names.items.is_empty()).then_some(ImportStatement { place, from, names })
    }

    /// All assignments in `scope` that are those of `target`, an expression; its tokens are compared.
    pub fn assignments(&self, target: &[u8], scope: Span) -> Vec<Assignment> {
        let all =
            self.simple_statements(scope).flat_map(|(place, tokens)| self.assignments_at(place, tokens));
        all.filter(|assignment| self.is_code(assignment.target, target)).collect()
    }

    /// The assignments of a variable directly in `scope`, or of an attribute anywhere in it. Those that only change a value
    /// count only where all of them do.
    pub fn own_assignments(&self, target: &[u8], scope: Span) -> Vec<Assignment> {
        let mut all = self.assignments(target, scope);
        if lex(target).tokens.len() == 1 {
            all.retain(|one| self.is_directly_in(one.target.start, scope));
        }
        if !all.iter().all(|one| one.is_augmented) {
            all.retain(|one| !one.is_augmented);
        }
        all
    }

    /// The targets of all assignments in `scope`.
    pub fn targets(&self, scope: Span) -> Vec<Span> {
        let all =
            self.simple_statements(scope).flat_map(|(place, tokens)| self.assignments_at(place, tokens));
        all.map(|assignment| assignment.target).collect()
    }

    fn assignments_at(&self, place: Place, tokens: Range<usize>) -> Vec<Assignment> {
        let Some(depth) = self.tokens.get(tokens.start).map(|token| token.depth) else { return Vec::new() };
        let mut signs = Vec::new();
        let (mut annotation, mut augmented) = (None, None);
        for token in tokens.clone().filter(|token| self.tokens[*token].depth == depth) {
            match self.word(token) {
                b"lambda" => break,
                b":" if signs.is_empty() && annotation.is_none() => annotation = Some(token),
                b"=" if self.is_assignment(token) => signs.push(token),
                b"=" if signs.is_empty() && self.is_augmented(token) => {
                    augmented = Some(token);
                    signs.push(token);
                }
                _ => {}
            }
        }
        let Some(last) = signs.last().copied().filter(|last| last + 1 < tokens.end) else {
            return Vec::new();
        };
        let value = Span::new(self.tokens[last + 1].span.start, self.tokens[tokens.end - 1].span.end);
        let is_single = signs.len() == 1;
        let (mut all, mut start) = (Vec::new(), tokens.start);
        for sign in signs {
            let mut end = if start == tokens.start { annotation.unwrap_or(sign) } else { sign };
            // The marks of the operator come before its `=`.
            while augmented == Some(sign)
                && end > start
                && self.tokens[end - 1].kind == TokenKind::Mark
                && self.tokens[end - 1].span.end == self.tokens[end].span.start
                && !matches!(self.word(end - 1), b")" | b"]")
            {
                end -= 1;
            }
            if start < end {
                let target = Span::new(self.tokens[start].span.start, self.tokens[end - 1].span.end);
                let is_augmented = augmented.is_some();
                all.push(Assignment { place, target, value, is_augmented, is_single });
            }
            start = sign + 1;
        }
        all
    }

    fn is_augmented(&self, token: usize) -> bool {
        const SIGNS: [&[u8]; 10] = [b"+", b"-", b"*", b"/", b"%", b"&", b"|", b"^", b"@", b">"];
        token > 0
            && self.tokens[token - 1].span.end == self.tokens[token].span.start
            && SIGNS.contains(&self.word(token - 1))
            && (self.word(token - 1) != b">" || token > 1 && self.word(token - 2) == b">")
    }

    /// The simple statements in `scope`, each with its tokens; also those after the colon of a header.
    fn simple_statements(&self, scope: Span) -> impl Iterator<Item = (Place, Range<usize>)> + '_ {
        let lines =
            self.lines.iter().filter(move |line| line.span.start < scope.end && scope.start < line.span.end);
        let all = lines.flat_map(|line| self.statements_of(line));
        all.filter(move |(place, _)| scope.contains(place.span))
    }

    fn statements_of(&self, line: &Line) -> Vec<(Place, Range<usize>)> {
        let mut start = line.tokens.start;
        if is_header(self.word(start)) || self.word(start) == b"async" {
            match self.header_colon(line.tokens.clone()) {
                Some(colon) => start = colon + 1,
                None => return Vec::new(),
            }
        }
        let mut all: Vec<Range<usize>> = Vec::new();
        let depth = self.tokens[line.tokens.start].depth;
        let mut first = start;
        for token in start..line.tokens.end {
            if self.tokens[token].depth == depth && self.word(token) == b";" {
                all.push(first..token);
                first = token + 1;
            }
        }
        all.push(first..line.tokens.end);
        all.retain(|tokens| !tokens.is_empty());
        let is_alone = all.len() == 1 && all[0].start == line.tokens.start;
        let place = |tokens: &Range<usize>| {
            let span = Span::new(self.tokens[tokens.start].span.start, self.tokens[tokens.end - 1].span.end);
            Place { span, lines: line.span, is_alone }
        };
        all.into_iter().map(|tokens| (place(&tokens), tokens)).collect()
    }

    /// The colon after the header of a block: not one of a lambda, nor `:=`.
    pub(super) fn header_colon(&self, tokens: Range<usize>) -> Option<usize> {
        let depth = self.tokens.get(tokens.start)?.depth;
        let mut lambdas = 0usize;
        for token in tokens.filter(|token| self.tokens[*token].depth == depth) {
            let next = self.tokens.get(token + 1);
            let is_walrus = self.word(token + 1) == b"="
                && next.is_some_and(|next| next.span.start == self.tokens[token].span.end);
            match self.word(token) {
                b"lambda" => lambdas += 1,
                b":" if lambdas > 0 => lambdas -= 1,
                b":" if !is_walrus => return Some(token),
                _ => {}
            }
        }
        None
    }

    /// Whether `span` has the tokens of `code`.
    pub fn is_code(&self, span: Span, code: &[u8]) -> bool {
        let mut wanted = lex(code).tokens.into_iter();
        let mut own = self.tokens_in(span);
        own.all(|token| wanted.next().is_some_and(|wanted| wanted.span.of(code) == self.word(token)))
            && wanted.next().is_none()
    }

    /// Whether what is at `offset` is inside no other function or class than `scope` is.
    pub fn is_directly_in(&self, offset: usize, scope: Span) -> bool {
        let innermost = |is_around: &dyn Fn(&Definition) -> bool| {
            let all = self.definitions.iter().filter(|it| is_around(it));
            all.min_by_key(|it| it.span.len()).map(|it| it.span)
        };
        innermost(&|it| it.has(offset)) == innermost(&|it| it.span.contains(scope))
    }

    /// Whether the line of `offset` begins with the blanks of the statements of a block: it is in no `if`, `try` or loop.
    pub fn is_unconditional(&self, place: Place, margin: &[u8]) -> bool {
        let line = self.lines.iter().find(|line| line.span == place.lines);
        line.is_some_and(|line| {
            let is_header = is_header(self.word(line.tokens.start));
            line.indent.of(&self.source) == margin && !is_header
        })
    }
}

/// Whether a word begins the header of a block.
fn is_header(word: &[u8]) -> bool {
    const ALL: [&[u8]; 11] =
        [b"if", b"elif", b"else", b"for", b"while", b"try", b"except", b"finally", b"with", b"def", b"class"];
    ALL.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(source: &str) -> (PyFile, Span) {
        (PyFile::parse(source.as_bytes()), Span::new(0, source.len()))
    }

    #[test]
    fn imports_have_the_spans_of_their_names() {
        let source = "import a.b as c, d\nif x: from ..e import (f,\n  g as h,)\nimport i; j = 1\n";
        let (file, all) = parsed(source);
        let text = |span: Span| &source[span.start..span.end];
        let imports = file.import_statements(all);
        let names = |import: &ImportStatement| {
            import.names.items.iter().map(|item| text(item.span)).collect::<Vec<_>>()
        };
        assert_eq!(
            imports.iter().map(names).collect::<Vec<_>>(),
            [vec!["a.b as c", "d"], vec!["f", "g as h"], vec!["i"]]
        );
        assert_eq!(imports[1].from.map(text), Some("..e"));
        assert_eq!(
            imports.iter().map(|import| import.place.is_alone).collect::<Vec<_>>(),
            [true, false, false]
        );
    }

    #[test]
    fn assignments_of_every_form_are_found() {
        let source = "a = b = 1\nc: int = 2\nself.d = {'e': 3}\nf == 4\ng(h=5)\nif i: j = lambda k=6: k\nl += 7\nm['n'] >>= 8\n";
        let (file, all) = parsed(source);
        let value = |target: &str| {
            let found = file.assignments(target.as_bytes(), all);
            found
                .iter()
                .map(|it| source[it.value.start..it.value.end].to_owned())
                .collect::<Vec<_>>()
                .join("|")
        };
        let found: Vec<String> =
            ["a", "b", "c", "self.d", "f", "h", "j", "k", "l", "m['n']"].map(value).to_vec();
        assert_eq!(found, ["1", "1", "2", "{'e': 3}", "", "", "lambda k=6: k", "", "7", "8"]);
    }

    #[test]
    fn what_is_in_a_function_is_not_directly_in_its_class() {
        let source = "class A:\n    x = 1\n    def f(self):\n        x = 2\n";
        let (file, all) = parsed(source);
        let class = file.find_class("A")[0].span;
        let direct = |scope: Span| {
            let found = file.assignments(b"x", scope);
            found.iter().filter(|it| file.is_directly_in(it.target.start, scope)).count()
        };
        assert_eq!([direct(class), direct(file.find_function("A.f")[0].span)], [1, 1]);
        assert_eq!(file.assignments(b"x", all).len(), 2);
    }
}
