//! The expressions of `#if` and `#elif`.

use super::directive::{keyword, skip_blank};
use super::lexer::{Token, TokenKind, lex};
use crate::text::Span;

/// The parts of an `#if`, `#ifdef`, `#ifndef` or `#elif` directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConditionParts {
    /// The keyword: `if`, `ifndef`, `elif`.
    pub keyword: Span,
    /// The expression or name, without blanks and comments around it.
    pub expression: Span,
}

/// The parts of the directive at `directive` in `source`; `None` if it has no expression, as `#else`.
pub(crate) fn condition_parts(source: &[u8], directive: Span) -> Option<ConditionParts> {
    let text = directive.of(source);
    let hash = text.iter().position(|b| *b == b'#')?;
    let (_, end) = keyword(&text[hash..]);
    let start = skip_blank(&text[hash..], 1);
    let keyword = Span::new(hash + start, hash + end);
    if !matches!(keyword.of(text), b"if" | b"ifdef" | b"ifndef" | b"elif" | b"elifdef" | b"elifndef") {
        return None;
    }
    let (tokens, problems) = lex(&text[keyword.end..]);
    let (first, last) = (tokens.first()?, tokens.last()?);
    let at = |offset: usize| directive.start + keyword.end + offset;
    // `#if#else`: the rest of the line is read as a directive, with its line end. `#ifdef` takes a name alone.
    let is_name = tokens.len() == 1 && first.kind == TokenKind::Word || !keyword.of(text).ends_with(b"def");
    let is_expression = is_name
        && first.kind != TokenKind::Directive
        && brackets_match(&tokens, &text[keyword.end..])
        && problems.is_empty();
    is_expression.then(|| ConditionParts {
        keyword: Span::new(directive.start + keyword.start, directive.start + keyword.end),
        expression: Span::new(at(first.start()), at(last.end())),
    })
}

/// The operands of the outermost `&&` or `||` of an expression, each as its tokens; the whole expression if it has none.
pub(crate) fn operands<'a>(expression: &'a [u8], operator: &[u8]) -> Vec<Vec<&'a [u8]>> {
    let (mut all, mut depth) = (vec![Vec::new()], 0usize);
    for token in lex(expression).0 {
        let text = token.span().of(expression);
        match text {
            b"(" | b"[" | b"{" => depth += 1,
            b")" | b"]" | b"}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && text == operator {
            all.push(Vec::new());
        } else if let Some(last) = all.last_mut() {
            last.push(text);
        }
    }
    all
}

/// Whether a text is an expression on one line: tokens whose brackets match, and no directive or line end.
pub(crate) fn is_expression(text: &[u8]) -> bool {
    is_long_expression(text) && !text.contains(&b'\n') && !text.contains(&b'#')
}

/// Whether a text is an expression, maybe of several lines, without a comment that would take what follows it.
pub(crate) fn is_long_expression(text: &[u8]) -> bool {
    let (tokens, problems) = lex(text);
    let Some(last) = tokens.last() else { return false };
    let is_of_preprocessor =
        |token: &Token| token.kind == TokenKind::Directive || token.span().of(text).starts_with(b"#");
    brackets_match(&tokens, text)
        && problems.is_empty()
        && !tokens.iter().any(is_of_preprocessor)
        && !text[last.end()..].trim_ascii_start().starts_with(b"//")
}

/// Whether all brackets have their counterpart. Directives between them do not matter.
pub(super) fn brackets_match(tokens: &[Token], text: &[u8]) -> bool {
    let mut open = Vec::new();
    for token in tokens {
        let closed = match token.span().of(text) {
            bracket @ (b"(" | b"[" | b"{") => {
                open.push(bracket[0]);
                continue;
            }
            b")" => b'(',
            b"]" => b'[',
            b"}" => b'{',
            _ => continue,
        };
        if open.pop() != Some(closed) {
            return false;
        }
    }
    open.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expression_of_a_condition_has_no_comment_around_it() {
        let parts = |text: &str| {
            let parts = condition_parts(text.as_bytes(), Span::new(0, text.len()))?;
            Some([parts.keyword, parts.expression].map(|span| text[span.start..span.end].to_owned()))
        };
        let text = "  # if /* a */ defined(A) \\\n   && B /* why */ // x\n";
        assert_eq!(parts(text), Some(["if".to_owned(), "defined(A) \\\n   && B".to_owned()]));
        assert_eq!(parts("#ifndef X\n"), Some(["ifndef".to_owned(), "X".to_owned()]));
        for text in [
            "#else\n",
            "#if\n",
            "#define A\n",
            "#if#else\n",
            "#ifdef A B\n",
            "#ifdef }\n",
            "#ifndef\"\"\n",
            "#if (A\n",
        ] {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    #[test]
    fn operands_are_those_outside_of_brackets() {
        let all = |text: &'static str| operands(text.as_bytes(), b"||").len();
        assert_eq!([all("a || (b || c) && d"), all("a && b"), all("(a || b)")], [2, 1, 1]);
    }
}
