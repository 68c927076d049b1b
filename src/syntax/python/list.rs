//! Lists of items between commas: entries of literals, arguments, parameters, base classes, imported names.

use std::ops::Range;

use super::PyFile;
use super::lexer::TokenKind;
use crate::text::Span;

/// The items between two brackets, or those of a list without brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Items {
    /// The opening bracket; `None` if there is none.
    pub bracket: Option<u8>,
    /// The text between the brackets, or from the first item to the last.
    pub inside: Span,
    /// The items, in order.
    pub items: Vec<Item>,
}

/// An item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// All of it, without its comma.
    pub span: Span,
    /// The key of an entry of a dict, or the name of a keyword argument.
    pub key: Option<Span>,
    /// What follows the key; the whole item if it has none.
    pub value: Span,
    /// The comma after it.
    pub comma: Option<usize>,
}

impl Items {
    /// With its brackets.
    pub fn span(&self) -> Span {
        let bracket = usize::from(self.bracket.is_some());
        Span::new(self.inside.start - bracket, self.inside.end + bracket)
    }

    /// Whether it is a tuple, for which a comma after a single item matters.
    pub fn is_tuple(&self) -> bool {
        matches!(self.bracket, None | Some(b'('))
    }
}

impl PyFile {
    /// The tokens in a span.
    pub(super) fn tokens_in(&self, span: Span) -> Range<usize> {
        let first = self.tokens.partition_point(|token| token.span.start < span.start);
        let end = self.tokens.partition_point(|token| token.span.end <= span.end);
        first..end.max(first)
    }

    /// The tokens in a span, each with how deep the block is in which it begins a logical line; 0 for the other tokens.
    pub fn tokens_with_depth(&self, span: Span) -> Vec<(Span, usize)> {
        let all = self.tokens_in(span);
        let mut found: Vec<(Span, usize)> = all.clone().map(|token| (self.tokens[token].span, 0)).collect();
        let mut widths: Vec<usize> = Vec::new();
        for line in self.lines.iter().filter(|line| all.contains(&line.tokens.start)) {
            widths.retain(|width| *width < line.width);
            widths.push(line.width);
            found[line.tokens.start - all.start].1 = widths.len();
        }
        found
    }

    /// The bracket that closes the one at a token.
    pub(super) fn closing(&self, open: usize) -> Option<usize> {
        let depth = self.tokens.get(open)?.depth;
        let close = (open + 1..self.tokens.len()).find(|token| self.tokens[*token].depth <= depth)?;
        let fits = matches!((self.word(open), self.word(close)), (b"(", b")") | (b"[", b"]") | (b"{", b"}"));
        fits.then_some(close)
    }

    /// The items in the brackets that open at a token.
    pub(super) fn items_at(&self, open: usize) -> Option<Items> {
        let close = self.closing(open)?;
        let bracket = self.word(open).first().copied();
        let inside = Span::new(self.tokens[open].span.end, self.tokens[close].span.start);
        Some(Items { bracket, inside, items: self.items(open + 1..close, bracket) })
    }

    /// The items of a list without brackets.
    pub(super) fn bare_items(&self, tokens: Range<usize>) -> Option<Items> {
        let (first, last) = (self.tokens.get(tokens.start)?, self.tokens[..tokens.end].last()?);
        let inside = Span::new(first.span.start, last.span.end.max(first.span.start));
        Some(Items { bracket: None, inside, items: self.items(tokens, None) })
    }

    fn items(&self, tokens: Range<usize>, bracket: Option<u8>) -> Vec<Item> {
        let mut all: Vec<Item> = Vec::new();
        let depth = self.tokens.get(tokens.start).map_or(0, |token| token.depth);
        // The commas and the colon of a lambda do not separate items.
        let (mut lambdas, mut first, mut colon) = (0usize, tokens.start, None);
        for token in tokens.clone() {
            if self.tokens[token].depth != depth {
                continue;
            }
            match self.word(token) {
                b"lambda" => lambdas += 1,
                b":" if lambdas > 0 => lambdas -= 1,
                b":" if bracket == Some(b'{') && colon.is_none() => colon = Some(token),
                b"," if lambdas == 0 => {
                    let item = self.item(first..token, colon, bracket);
                    let comma = Some(self.tokens[token].span.start);
                    all.extend(item.map(|item| Item { comma, ..item }));
                    (first, colon) = (token + 1, None);
                }
                _ => {}
            }
        }
        all.extend(self.item(first..tokens.end, colon, bracket));
        all
    }

    fn item(&self, tokens: Range<usize>, colon: Option<usize>, bracket: Option<u8>) -> Option<Item> {
        if tokens.is_empty() {
            return None;
        }
        let of = |range: Range<usize>| {
            Span::new(self.tokens[range.start].span.start, self.tokens[range.end - 1].span.end)
        };
        let span = of(tokens.clone());
        // `name=value`, but not `name == value`.
        let is_keyword = bracket == Some(b'(')
            && self.tokens[tokens.start].kind == TokenKind::Word
            && tokens.len() > 2
            && self.is_assignment(tokens.start + 1);
        let sign = colon.or(is_keyword.then_some(tokens.start + 1));
        Some(match sign.filter(|sign| tokens.start < *sign && *sign + 1 < tokens.end) {
            Some(sign) => {
                let (key, value) = (of(tokens.start..sign), of(sign + 1..tokens.end));
                Item { span, key: Some(key), value, comma: None }
            }
            None => Item { span, key: None, value: span, comma: None },
        })
    }

    /// Whether a token is the `=` of an assignment or keyword, not part of another operator.
    pub(super) fn is_assignment(&self, token: usize) -> bool {
        let joins =
            |a: usize, b: usize| self.tokens.get(b).is_some_and(|b| self.tokens[a].span.end == b.span.start);
        self.word(token) == b"="
            && !(self.word(token + 1) == b"=" && joins(token, token + 1))
            && !(token > 0
                && joins(token - 1, token)
                && matches!(
                    self.word(token - 1),
                    b"=" | b"!"
                        | b"<"
                        | b">"
                        | b"+"
                        | b"-"
                        | b"*"
                        | b"/"
                        | b"%"
                        | b"&"
                        | b"|"
                        | b"^"
                        | b"@"
                        | b":"
                ))
    }

    /// The literals of dicts, lists, tuples and sets in `scope`, also those inside others. A comprehension is none.
    pub fn literals(&self, scope: Span) -> Vec<Items> {
        let opens = self.tokens_in(scope).filter(|token| self.begins_literal(*token));
        let literals = opens.filter_map(|token| self.items_at(token));
        literals.filter(|literal| scope.contains(literal.span()) && self.is_literal(literal)).collect()
    }

    /// The literal that `span` is, if it is one: also a tuple without brackets.
    pub fn literal(&self, span: Span) -> Option<Items> {
        let tokens = self.tokens_in(span);
        let (first, last) = (tokens.start, tokens.end.checked_sub(1)?);
        if tokens.is_empty() {
            return None;
        }
        if matches!(self.word(first), b"(" | b"[" | b"{") && self.closing(first) == Some(last) {
            return self.items_at(first).filter(|literal| self.is_literal(literal));
        }
        // Statements have commas, too.
        if self.lines.iter().any(|line| tokens.contains(&line.tokens.start)) {
            return None;
        }
        self.bare_items(tokens).filter(|list| list.items.iter().any(|item| item.comma.is_some()))
    }

    /// The items that `wanted` names: by all of their code, by their key or keyword, or by the first item of a literal inside.
    pub fn named_items(&self, list: &Items, wanted: &[u8]) -> Vec<usize> {
        let indexes = |is_named: &dyn Fn(&Item) -> bool| -> Vec<usize> {
            (0..list.items.len()).filter(|index| is_named(&list.items[*index])).collect()
        };
        let is_own = |item: &Item| {
            self.is_code(item.span, wanted) || item.key.is_some_and(|key| self.is_code(key, wanted))
        };
        let own = indexes(&is_own);
        if !own.is_empty() {
            return own;
        }
        indexes(&|item: &Item| {
            let inner = self.literal(item.span);
            inner.is_some_and(|inner| {
                inner.items.first().is_some_and(|first| self.is_code(first.span, wanted))
            })
        })
    }

    /// Whether a token opens brackets that are neither of a call nor of an index.
    fn begins_literal(&self, open: usize) -> bool {
        if !matches!(self.word(open), b"(" | b"[" | b"{") {
            return false;
        }
        let begins_line = self.lines.iter().any(|line| line.tokens.start == open);
        let Some(before) = open.checked_sub(1).filter(|_| !begins_line) else { return true };
        match self.tokens[before].kind {
            TokenKind::Word => is_keyword(self.word(before)),
            TokenKind::Text => false,
            TokenKind::Mark => !matches!(self.word(before), b")" | b"]" | b"}"),
        }
    }

    /// Whether brackets are a literal: `(a)` and `[x for x in y]` are none.
    fn is_literal(&self, list: &Items) -> bool {
        !self.has_loop(list)
            && (list.bracket != Some(b'(')
                || matches!(list.items[..], [] | [Item { comma: Some(_), .. }, ..]))
    }

    /// Whether a list is a comprehension or generator.
    pub(super) fn has_loop(&self, list: &Items) -> bool {
        let mut tokens = self.tokens_in(list.inside);
        let depth = self.tokens.get(tokens.start).map_or(0, |token| token.depth);
        tokens.any(|token| self.tokens[token].depth == depth && self.word(token) == b"for")
    }
}

/// Whether a word is a keyword after which an expression begins.
pub(super) fn is_keyword(word: &[u8]) -> bool {
    const ALL: [&[u8]; 17] = [
        b"and", b"as", b"assert", b"await", b"del", b"elif", b"else", b"except", b"for", b"if", b"in", b"is",
        b"not", b"or", b"return", b"while", b"yield",
    ];
    ALL.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(source: &str) -> Vec<String> {
        let file = PyFile::parse(source.as_bytes());
        let all = file.literals(Span::new(0, source.len()));
        let text = |span: Span| source[span.start..span.end].to_owned();
        let item = |item: &Item| match item.key {
            Some(key) => format!("{}=>{}", text(key), text(item.value)),
            None => text(item.span),
        };
        all.iter().map(|list| list.items.iter().map(item).collect::<Vec<_>>().join("|")).collect()
    }

    #[test]
    fn entries_of_literals_are_found() {
        assert_eq!(
            literals("x = {'a': [1, 2], b: lambda c, d: e,}\n"),
            ["'a'=>[1, 2]|b=>lambda c, d: e", "1|2"]
        );
        assert_eq!(literals("for a in ('b',\n  'c' 'd'): pass\n"), ["'b'|'c' 'd'"]);
        assert_eq!(literals("if a in (b, c) or {d}: pass\n"), ["b|c", "d"]);
    }

    #[test]
    fn calls_indexes_brackets_and_comprehensions_are_no_literals() {
        assert!(literals("x = f(a, b)[c, d] + (e) + [g for g in h] + 'i'[0]\n").is_empty());
        assert_eq!(literals("f([a], {}, ())\n"), ["a", "", ""]);
    }

    #[test]
    fn a_tuple_may_have_no_brackets() {
        let items = |source: &str| {
            let source = format!("x = {source}");
            let file = PyFile::parse(source.as_bytes());
            file.literal(Span::new(4, source.len())).map_or(0, |literal| literal.items.len())
        };
        assert_eq!([items("'a', 'b'"), items("(a, b) + (c, d)"), items("[a, b]"), items("a")], [2, 0, 2, 0]);
        let file = PyFile::parse(&b"for a, b in c:\n    pass\n"[..]);
        assert!(file.literal(Span::new(0, 24)).is_none());
    }
}
