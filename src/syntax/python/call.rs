//! Calls, and the lists of parameters and base classes.

use super::lexer::lex;
use super::list::Items;
use super::{Definition, PyFile};
use crate::text::Span;

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// From the name that was looked for to the closing bracket.
    pub span: Span,
    pub arguments: Items,
}

impl PyFile {
    /// The calls of `name` in `scope`, also of an attribute that is called so: `run` is `self.run(x)`, too.
    pub fn calls(&self, name: &[u8], scope: Span) -> Vec<Call> {
        let length = lex(name).tokens.len();
        let call = |callee: Span| {
            let first = self.tokens_in(callee).start;
            let is_defined = first > 0 && matches!(self.word(first - 1), b"def" | b"class");
            let open = first + length;
            if is_defined || self.word(open) != b"(" {
                return None;
            }
            let arguments = self.items_at(open)?;
            let span = Span::new(callee.start, arguments.span().end);
            scope.contains(span).then_some(Call { span, arguments })
        };
        self.find_code(name, scope).into_iter().filter_map(call).collect()
    }

    /// Whether the first argument of a call is this code.
    pub fn has_first(&self, call: &Call, first: &[u8]) -> bool {
        call.arguments.items.first().is_some_and(|item| self.is_code(item.span, first))
    }

    /// The parameters called `wanted`, with or without stars; or that are this code.
    pub fn named_parameters(&self, list: &Items, wanted: &[u8]) -> Vec<usize> {
        let is_star = |byte: &u8| *byte == b'*';
        let name = &wanted[wanted.iter().take_while(|byte| is_star(byte)).count()..];
        let is_named = |index: &usize| {
            let span = list.items[*index].span;
            let mut own = self.tokens_in(span).filter(|token| self.word(*token) != b"*");
            self.is_code(span, wanted) || own.next().is_some_and(|token| self.word(token) == name)
        };
        (0..list.items.len()).filter(is_named).collect()
    }

    /// The keyword of the first argument, in a file that is one call.
    pub fn first_keyword(&self) -> Option<String> {
        let key = self.items_at(1)?.items.first()?.key?;
        Some(String::from_utf8_lossy(key.of(&self.source)).into_owned())
    }

    /// Whether the only argument of a call is a generator without brackets of its own.
    pub fn is_generator(&self, list: &Items) -> bool {
        list.items.len() == 1 && self.has_loop(list)
    }

    /// Where an argument or parameter is put among others: those without a value come first, then those with one, then
    /// `*args`, then `**kw`.
    pub fn place_of_argument(&self, list: &Items, new: &str) -> usize {
        let own = PyFile::parse(format!("f({new})").as_bytes());
        let rank =
            own.items_at(1).and_then(|own_list| Some(own.rank(own_list.items.first()?.span))).unwrap_or(0);
        list.items.iter().position(|item| self.rank(item.span) > rank).unwrap_or(list.items.len())
    }

    fn rank(&self, item: Span) -> usize {
        let tokens = self.tokens_in(item);
        let Some(first) = self.tokens.get(tokens.start) else { return 0 };
        let is_value = |token: usize| self.tokens[token].depth == first.depth && self.is_assignment(token);
        match (self.word(tokens.start), self.word(tokens.start + 1)) {
            (b"*", b"*") => 3,
            (b"*", _) => 2,
            (b"lambda", _) => 0,
            _ => usize::from(tokens.clone().any(is_value)),
        }
    }

    /// Where the name of a class ends, with its type parameters.
    pub fn end_of_name(&self, definition: &Definition) -> usize {
        let name = self.tokens_in(definition.name_span).start;
        let close = if self.word(name + 1) == b"[" { self.closing(name + 1) } else { None };
        self.tokens.get(close.unwrap_or(name)).map_or(definition.name_span.end, |token| token.span.end)
    }

    /// The parameters of a function, or the base classes of a class; `None` for a class without brackets.
    pub fn parameters(&self, definition: &Definition) -> Option<Items> {
        let name = self.tokens_in(definition.name_span).start;
        let mut open = name + 1;
        // The type parameters of 3.12 are before them.
        if self.word(open) == b"[" {
            open = self.closing(open)? + 1;
        }
        if self.word(open) == b"(" { self.items_at(open) } else { None }
    }
}
