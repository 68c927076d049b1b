//! The precedence of operators, and the operands of an expression.

use super::lexer::{TokenKind, lex};
use crate::text::Span;

/// A call, a name, or an expression in brackets.
const CLOSEST: u8 = 13;
const UNARY: u8 = 12;

/// A token of an expression. `defined X` has the tokens of `defined(X)`; those that are not written are empty.
struct Token<'a> {
    text: &'a [u8],
    span: Span,
    depth: usize,
}

fn tokens(expression: &[u8]) -> Vec<Token<'_>> {
    let mut all: Vec<Token<'_>> = Vec::new();
    let mut depth = 0usize;
    for token in lex(expression).0 {
        let span = token.span();
        let text = span.of(expression);
        if text == b")" {
            depth = depth.saturating_sub(1);
        }
        let is_bare =
            token.kind == TokenKind::Word && all.last().is_some_and(|before| before.text == b"defined");
        if is_bare {
            all.push(Token { text: b"(", span: Span::at(span.start), depth });
            all.push(Token { text, span, depth: depth + 1 });
            all.push(Token { text: b")", span: Span::at(span.end), depth });
            continue;
        }
        all.push(Token { text, span, depth });
        depth += usize::from(text == b"(");
    }
    all
}

/// How closely an operator with two or three operands binds; `None` for other tokens.
fn level(text: &[u8]) -> Option<u8> {
    Some(match text {
        b"?" | b":" => 1,
        b"||" => 2,
        b"&&" => 3,
        b"|" => 4,
        b"^" => 5,
        b"&" => 6,
        b"==" | b"!=" => 7,
        b"<" | b">" | b"<=" | b">=" => 8,
        b"<<" | b">>" => 9,
        b"+" | b"-" => 10,
        b"*" | b"/" | b"%" => 11,
        _ => return None,
    })
}

/// The level of the operator at `index`, of which one operand is after it.
fn level_at(all: &[Token<'_>], index: usize) -> Option<u8> {
    let follows_operand = index.checked_sub(1).is_some_and(|before| {
        let text = all[before].text;
        level(text).is_none() && !matches!(text, b"(" | b"," | b"!" | b"~")
    });
    match all.get(index)?.text {
        b"!" | b"~" => Some(UNARY),
        b"+" | b"-" if !follows_operand => Some(UNARY),
        text => level(text),
    }
}

/// Whether operators of this level give the same result in any grouping.
fn is_associative(level: u8) -> bool {
    matches!(level, 2..=6 | UNARY)
}

/// The level of the loosest operator outside of brackets.
fn loosest(all: &[Token<'_>]) -> u8 {
    let outside = (0..all.len()).filter(|index| all[*index].depth == 0);
    outside.filter_map(|index| level_at(all, index)).min().unwrap_or(CLOSEST)
}

/// How closely the operators before and after some tokens bind; 0 where a bracket or the end is next to them.
fn neighbours(all: &[Token<'_>], first: usize, after: usize) -> (u8, u8) {
    let before = first.checked_sub(1).and_then(|before| level_at(all, before)).unwrap_or(0);
    let after = match all.get(after) {
        Some(token) if token.text == b"(" => CLOSEST,
        Some(_) => level_at(all, after).unwrap_or(0),
        None => 0,
    };
    (before, after)
}

/// Whether an expression that binds as `own` is an operand of its own between these neighbours.
fn holds(own: u8, (before, after): (u8, u8)) -> bool {
    let is_before = own > before || own == before && is_associative(own);
    is_before && own >= after
}

/// Where an expression occurs as an operand of another: `B || C` is one of `A || B || C`, but not of `A && B || C`.
pub(crate) fn find_operand(expression: &[u8], operand: &[u8]) -> Vec<Span> {
    let (all, wanted) = (tokens(expression), tokens(operand));
    let own = loosest(&wanted);
    let is_here = |first: &usize| {
        let same = all[*first..].iter().zip(&wanted).all(|(a, b)| a.text == b.text);
        same && holds(own, neighbours(&all, *first, first + wanted.len()))
    };
    if wanted.is_empty() || wanted.len() > all.len() {
        return Vec::new();
    }
    let starts = (0..=all.len() - wanted.len()).filter(is_here);
    starts.map(|first| Span::new(all[first].span.start, all[first + wanted.len() - 1].span.end)).collect()
}

/// The indices of the tokens of a part: the first, and that after the last.
fn range(all: &[Token<'_>], part: Span) -> (usize, usize) {
    let first = all.iter().position(|token| token.span.start >= part.start && !token.span.is_empty());
    let after = all.iter().rposition(|token| token.span.end <= part.end && !token.span.is_empty());
    let first = first.unwrap_or(0);
    (first, after.map_or(first, |last| last + 1))
}

/// Whether `with` needs brackets where it replaces an operand of an expression.
pub(crate) fn needs_brackets(expression: &[u8], part: Span, with: &[u8]) -> bool {
    let all = tokens(expression);
    let (first, after) = range(&all, part);
    // The bracket of `defined X` belongs to it.
    let after = if all.get(after).is_some_and(|token| token.span.is_empty()) { after + 1 } else { after };
    !holds(loosest(&tokens(with)), neighbours(&all, first, after))
}

/// Whether a part of an expression is the name in `defined(NAME)`.
pub(crate) fn is_defined_name(expression: &[u8], part: Span) -> bool {
    let all = tokens(expression);
    let (first, after) = range(&all, part);
    after == first + 1 && first >= 2 && all[first - 1].text == b"(" && all[first - 2].text == b"defined"
}

/// The name of `defined(NAME)` or `defined NAME`, if an expression is that.
pub(crate) fn defined_name(expression: &[u8]) -> Option<&[u8]> {
    match &tokens(expression)[..] {
        [defined, open, name, _] if defined.text == b"defined" && open.text == b"(" => Some(name.text),
        _ => None,
    }
}

/// Whether an expression begins and ends with an operand, and has nothing of a statement.
pub(crate) fn is_operand(expression: &[u8]) -> bool {
    let all = tokens(expression);
    let is_statement = |text: &[u8]| matches!(text, b";" | b"{" | b"}" | b"=" | b"++" | b"--");
    let is_call_of_nothing = all.windows(2).any(|pair| pair[0].text == b"(" && pair[1].text == b")");
    let begins = level_at(&all, 0).is_none_or(|level| level == UNARY);
    let ends = all.last().is_some_and(|last| level(last.text).is_none() && !matches!(last.text, b"!" | b"~"));
    !all.is_empty()
        && begins
        && ends
        && !is_call_of_nothing
        && !all.iter().any(|token| is_statement(token.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(expression: &'static str, operand: &str) -> Vec<&'static str> {
        let all = find_operand(expression.as_bytes(), operand.as_bytes());
        all.into_iter().map(|span| &expression[span.start..span.end]).collect()
    }

    #[test]
    fn an_operand_is_not_torn_out_of_another() {
        assert_eq!(found("A || B || C", "B || C"), ["B || C"]);
        assert_eq!(found("A && (B  ||/**/C)", "B || C"), ["B  ||/**/C"]);
        for (expression, operand) in
            [("A && B || C", "B || C"), ("a - b - c", "b - c"), ("!A && B", "A && B")]
        {
            assert!(found(expression, operand).is_empty(), "{expression}");
        }
        assert_eq!(found("a - b - c", "a - b"), ["a - b"]);
        assert_eq!(found("AB || B", "B"), ["B"]);
        assert!(found("A", "A || B").is_empty());
    }

    #[test]
    fn brackets_of_defined_do_not_matter() {
        assert_eq!(found("defined A && defined (B)", "defined(A)"), ["defined A"]);
        assert_eq!(found("defined A && defined (B)", "defined B"), ["defined (B)"]);
        assert_eq!(defined_name(b"defined (B)"), Some(&b"B"[..]));
        assert_eq!([defined_name(b"!defined B"), defined_name(b"f(B)")], [None, None]);
        let is_name = |expression: &str, part: &str| {
            let start = expression.find(part).unwrap();
            is_defined_name(expression.as_bytes(), Span::new(start, start + part.len()))
        };
        assert!(is_name("defined(X)", "X") && is_name("!defined X", "X") && !is_name("f(X)", "X"));
    }

    #[test]
    fn brackets_are_needed_where_operators_bind_closer() {
        let needs = |expression: &str, part: &str, with: &str| {
            let start = expression.find(part).unwrap();
            needs_brackets(expression.as_bytes(), Span::new(start, start + part.len()), with.as_bytes())
        };
        for (expression, part, with) in [
            ("A && B", "B", "C || D"),
            ("!A", "A", "B && C"),
            ("!defined A", "defined A", "B || C"),
            ("A == B", "A", "C == D ? 1 : 0"),
            ("a - b", "b", "c + d"),
        ] {
            assert!(needs(expression, part, with), "{expression} {with}");
        }
        for (expression, part, with) in [
            ("A || B", "B", "C && D"),
            ("A || B", "A", "C || D"),
            ("f(A)", "A", "B || C"),
            ("defined A || B", "defined A", "C || D"),
            ("a > b", "b", "c + -d"),
            ("!A", "A", "!B"),
        ] {
            assert!(!needs(expression, part, with), "{expression} {with}");
        }
    }

    #[test]
    fn a_statement_or_half_an_operation_is_not_an_operand() {
        for text in ["A", "!A", "-1 < B", "f(A, B)", "defined A"] {
            assert!(is_operand(text.as_bytes()), "{text}");
        }
        for text in ["", "|| A", "A ||", "a()", "a;", "a = 1", "A !"] {
            assert!(!is_operand(text.as_bytes()), "{text}");
        }
    }
}
