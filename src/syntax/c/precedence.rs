//! The precedence of operators, and the operands of an expression.

use super::lexer::{TokenKind, lex};
use crate::text::Span;

/// Of a neighbour next to which nothing is an operand of its own.
const NEVER: u8 = 16;
/// A call, a name, or an expression in brackets.
const CLOSEST: u8 = 15;
const UNARY: u8 = 14;

/// A token of an expression. `defined X` has the tokens of `defined(X)`; those that are not written are empty.
struct Token<'a> {
    text: &'a [u8],
    span: Span,
    depth: usize,
    /// Whether a directive is between it and the token before.
    follows_directive: bool,
}

/// The tokens of an expression, without the directives that divide it.
fn tokens(expression: &[u8]) -> Vec<Token<'_>> {
    let mut all: Vec<Token<'_>> = Vec::new();
    let (mut depth, mut follows_directive) = (0usize, false);
    for token in lex(expression).0 {
        if token.kind == TokenKind::Directive {
            follows_directive = true;
            continue;
        }
        let span = token.span();
        let text = span.of(expression);
        if is_closing(text) {
            depth = depth.saturating_sub(1);
        }
        let is_bare =
            token.kind == TokenKind::Word && all.last().is_some_and(|before| before.text == b"defined");
        let own = |text, span, depth| Token { text, span, depth, follows_directive };
        if is_bare {
            all.push(own(b"(", Span::at(span.start), depth));
            all.push(own(text, span, depth + 1));
            all.push(own(b")", Span::at(span.end), depth));
        } else {
            all.push(own(text, span, depth));
            depth += usize::from(is_opening(text));
        }
        follows_directive = false;
    }
    all
}

fn is_opening(text: &[u8]) -> bool {
    matches!(text, b"(" | b"[" | b"{")
}

fn is_closing(text: &[u8]) -> bool {
    matches!(text, b")" | b"]" | b"}")
}

/// How closely an operator with two or three operands binds; `None` for other tokens.
fn level(text: &[u8]) -> Option<u8> {
    Some(match text {
        b"," => 1,
        b"=" | b"+=" | b"-=" | b"*=" | b"/=" | b"%=" | b"&=" | b"|=" | b"^=" | b"<<=" | b">>=" => 2,
        b"?" | b":" => 3,
        b"||" => 4,
        b"&&" => 5,
        b"|" => 6,
        b"^" => 7,
        b"&" => 8,
        b"==" | b"!=" => 9,
        b"<" | b">" | b"<=" | b">=" => 10,
        b"<<" | b">>" => 11,
        b"+" | b"-" => 12,
        b"*" | b"/" | b"%" => 13,
        _ => return None,
    })
}

/// Whether the token at `index` ends an operand, so that what follows it takes two.
fn ends_operand(all: &[Token<'_>], index: Option<usize>) -> bool {
    let is_end = |index: usize| {
        let text = all[index].text;
        let is_sign = is_opening(text) || matches!(text, b"!" | b"~" | b"++" | b"--" | b"." | b"->");
        level(text).is_none() && !is_sign && text != b"sizeof"
    };
    let Some(index) = index else { return false };
    match all[index].text {
        // After an operand: `a++`.
        b"++" | b"--" => index.checked_sub(1).is_some_and(is_end),
        _ => is_end(index),
    }
}

/// The level of the operator at `index`, of which one operand is after it.
fn level_at(all: &[Token<'_>], index: usize) -> Option<u8> {
    let token = all.get(index)?;
    let follows_operand = ends_operand(all, index.checked_sub(1));
    match token.text {
        b"!" | b"~" | b"sizeof" => Some(UNARY),
        b"+" | b"-" | b"*" | b"&" | b"++" | b"--" if !follows_operand => Some(UNARY),
        // It separates arguments.
        b"," if token.depth > 0 => None,
        text => level(text),
    }
}

/// Whether operators of this level give the same result in any grouping.
fn is_associative(level: u8) -> bool {
    matches!(level, 1 | 4..=8 | UNARY)
}

/// Whether the last of several operators of this level binds first.
fn is_right_associative(level: u8) -> bool {
    matches!(level, 2 | 3)
}

/// The level of the loosest operator outside of brackets.
fn loosest(all: &[Token<'_>]) -> u8 {
    let outside = (0..all.len()).filter(|index| all[*index].depth == 0);
    outside.filter_map(|index| level_at(all, index)).min().unwrap_or(CLOSEST)
}

/// How closely the operators before and after some tokens bind; 0 where a bracket or the end is next to them.
fn neighbours(all: &[Token<'_>], first: usize, after: usize) -> (u8, u8) {
    let before = first.checked_sub(1).map_or(0, |before| match (level_at(all, before), all[before].text) {
        (Some(level), _) => level,
        (None, b"." | b"->") => NEVER,
        // The type of a cast.
        (None, b")") if all.get(first).is_some_and(|token| !token.text[0].is_ascii_punctuation()) => UNARY,
        (None, _) if ends_operand(all, Some(before)) => NEVER,
        (None, _) => 0,
    });
    let after = all.get(after).map_or(0, |token| match (level_at(all, after), token.text) {
        (_, b"++" | b"--" | b"(" | b"[" | b"." | b"->") => CLOSEST,
        (Some(UNARY), _) => NEVER,
        (Some(level), _) => level,
        (None, text) if is_closing(text) || text == b"," => 0,
        (None, _) => NEVER,
    });
    (before, after)
}

/// Whether an expression that binds as `own` is an operand of its own between these neighbours.
fn holds(own: u8, (before, after): (u8, u8)) -> bool {
    let is_same_before = own == before && (is_associative(own) || is_right_associative(own));
    (own > before || is_same_before) && (own > after || own == after && !is_right_associative(own))
}

/// Whether an expression needs brackets next to an operator, such as `||`.
pub(crate) fn binds_looser(expression: &[u8], operator: &str) -> bool {
    level(operator.as_bytes()).is_some_and(|level| loosest(&tokens(expression)) < level)
}

/// Where an expression occurs as an operand of another: `B || C` is one of `A || B || C`, but not of `A && B || C`.
pub(crate) fn find_operand(expression: &[u8], operand: &[u8]) -> Vec<Span> {
    let (all, wanted) = (tokens(expression), tokens(operand));
    let own = loosest(&wanted);
    let is_here = |first: &usize| {
        let own_tokens = &all[*first..*first + wanted.len()];
        let same = own_tokens.iter().zip(&wanted).all(|(a, b)| a.text == b.text);
        let is_divided = || own_tokens[1..].iter().any(|token| token.follows_directive);
        same && !is_divided() && holds(own, neighbours(&all, *first, first + wanted.len()))
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
    let own = loosest(&tokens(with));
    // Which operator is next to it depends on the directive.
    let is_at_directive = [first, after].iter().any(|at| all.get(*at).is_some_and(|it| it.follows_directive));
    !holds(own, neighbours(&all, first, after)) || is_at_directive && own < UNARY
}

/// Whether `with` would be several arguments of a call where it replaces a part of an expression, rather than one operand.
pub(crate) fn would_be_arguments(expression: &[u8], part: Span, with: &[u8]) -> bool {
    let all = tokens(expression);
    let (first, _) = range(&all, part);
    let Some(depth) = all.get(first).map(|token| token.depth) else { return false };
    let open = all[..first].iter().rposition(|token| is_opening(token.text) && token.depth + 1 == depth);
    let is_call = |open: usize| all[open].text == b"(" && ends_operand(&all, open.checked_sub(1));
    loosest(&tokens(with)) == 1 && open.is_some_and(is_call)
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
    let is_statement = |text: &[u8]| matches!(text, b";" | b"{" | b"}");
    let count = |sign: &[u8]| all.iter().filter(|token| token.depth == 0 && token.text == sign).count();
    let begins = level_at(&all, 0).is_none_or(|level| level == UNARY);
    let is_name_or_end = |last: usize| ends_operand(&all, Some(last));
    begins
        && all.len().checked_sub(1).is_some_and(is_name_or_end)
        && count(b"?") == count(b":")
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
    fn an_operand_of_an_expression_of_c_is_found() {
        for (expression, operand) in [
            ("(T)x < -1", "x"),
            ("(T *)p && q", "(T *)p"),
            ("a[i] > 0", "i"),
            ("p->x->y", "p->x"),
            ("(n = f(a, b)) > 0", "n = f(a, b)"),
            ("(n = f(a, b)) > 0", "b"),
            ("a = b = c", "b = c"),
            ("a ? b : c ? d : e", "c ? d : e"),
            ("sizeof *p == n++", "*p"),
            ("*p++ - 1", "*p++"),
            ("!f(\"a\") /* x */ &&\n b", "f(\"a\")"),
        ] {
            assert_eq!(found(expression, operand), [operand], "{expression}");
        }
        for (expression, operand) in [
            ("p->x", "x"),
            ("a - 1", "- 1"),
            ("a * p", "*p"),
            ("(T)x", "(T)"),
            ("a = b = c", "a = b"),
            ("a ? b : c ? d : e", "a ? b : c"),
            ("a\n#if X\n&& b\n#endif\n", "a && b"),
            ("a++ + b", "++ + b"),
        ] {
            assert!(found(expression, operand).is_empty(), "{expression}: {operand}");
        }
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
            ("(T)x", "x", "c + d"),
            ("a && b", "b", "c = d"),
            ("p->x", "p", "*q"),
            ("a\n#if X\n|| b\n#endif\n", "a", "c || d"),
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
            ("(n = b) > 0", "b", "c || d"),
            ("a & -b", "b", "*c"),
        ] {
            assert!(!needs(expression, part, with), "{expression} {with}");
        }
    }

    #[test]
    fn a_comma_between_arguments_separates_them() {
        let would_be = |expression: &str, part: &str, with: &str| {
            let start = expression.find(part).unwrap();
            would_be_arguments(expression.as_bytes(), Span::new(start, start + part.len()), with.as_bytes())
        };
        for expression in ["g(a, b)", "x && g(h(1), (y), a)", "p[0](a)", "(*p)(a)"] {
            assert!(would_be(expression, "a", "p, q"), "{expression}");
            assert!(!would_be(expression, "a", "(p, q)") && !would_be(expression, "a", "h(p, q)"));
        }
        for expression in ["(a)", "x && (a)", "g((a), b)", "p[a]", "g(p[a])"] {
            assert!(!would_be(expression, "a", "p, q"), "{expression}");
        }
    }

    #[test]
    fn a_statement_or_half_an_operation_is_not_an_operand() {
        for text in ["A", "!A", "-1 < B", "f(A, B)", "defined A", "a()", "a = b++", "*p", "s[1].x", "(T *)p"]
        {
            assert!(is_operand(text.as_bytes()), "{text}");
        }
        for text in ["", "|| A", "A ||", "a;", "{ a }", "a =", "A !", "a ? b", "b : c", "p->"] {
            assert!(!is_operand(text.as_bytes()), "{text}");
        }
    }
}
