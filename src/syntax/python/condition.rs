//! Conditions, and the precedence of their operators.

use super::PyFile;
use super::lexer::lex;
use super::list::is_keyword;
use crate::text::Span;

/// How closely the loosest operator of an expression binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Binding {
    /// `lambda`, `a if b else c`, `a := b`, `a, b`.
    Loose,
    /// `a or b`
    Or,
    /// `a and b`
    And,
    /// `not a`
    Not,
    /// All others.
    Close,
}

/// A condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// Its keyword: `if`, `elif`, `while`.
    pub keyword: Span,
    pub expression: Span,
}

impl PyFile {
    /// The conditions in `scope`: of `if`, `elif` and `while`, of expressions with `if`, and of comprehensions.
    pub fn conditions(&self, scope: Span) -> Vec<Condition> {
        let tokens = self.tokens_in(scope);
        let all = tokens.filter(|token| matches!(self.word(*token), b"if" | b"elif" | b"while"));
        let all = all.filter_map(|token| self.condition_at(token));
        all.filter(|condition| scope.contains(condition.expression)).collect()
    }

    fn condition_at(&self, keyword: usize) -> Option<Condition> {
        let index = self.lines.partition_point(|line| line.tokens.end <= keyword);
        let line = self.lines.get(index)?.tokens.clone();
        let begins_line = line.start == keyword;
        // In an expression, `if` is after an operand.
        let follows_operand = keyword.checked_sub(1).is_some_and(|before| {
            let word = self.word(before);
            let ends_operand =
                |end: u8| end.is_ascii_alphanumeric() || !end.is_ascii() || b"_\"')]}".contains(&end);
            (word.last().is_some_and(|end| ends_operand(*end))
                || word == b"." && before >= 2 && self.word(before - 1) == b".")
                && !is_keyword(word)
                && !matches!(word, b"class" | b"def" | b"from" | b"import" | b"lambda" | b"raise")
        });
        if !begins_line && (self.word(keyword) != b"if" || !follows_operand) {
            return None;
        }
        let end = if begins_line {
            self.header_colon(keyword..line.end)?
        } else {
            self.end_of_inner(keyword, line.end)
        };
        // It has an `else`, or is the guard of a `case`, or inside of brackets it is part of a comprehension.
        let depth = self.tokens[keyword].depth;
        let is_filter = || {
            let before = (line.start..keyword).rev().take_while(|token| self.tokens[*token].depth >= depth);
            before.filter(|token| self.tokens[*token].depth == depth).any(|token| self.word(token) == b"for")
        };
        let needs_else = match depth {
            _ if begins_line => false,
            0 => self.word(line.start) != b"case",
            _ => !is_filter(),
        };
        if needs_else && self.word(end) != b"else" {
            return None;
        }
        let (first, last) = (self.tokens.get(keyword + 1)?.span, self.tokens[end - 1].span);
        (keyword + 1 < end).then(|| Condition {
            keyword: self.tokens[keyword].span,
            expression: Span::new(first.start, last.end),
        })
    }

    /// Where the condition of an `if` inside an expression ends: at its `else`, or in a comprehension or `case` before what
    /// follows.
    fn end_of_inner(&self, keyword: usize, end: usize) -> usize {
        let depth = self.tokens[keyword].depth;
        let (mut others, mut lambdas) = (0usize, 0usize);
        let mut filter = None;
        for token in keyword + 1..end {
            let here = self.tokens[token].depth;
            if here < depth || here == depth && matches!(self.word(token), b")" | b"]" | b"}") {
                return filter.unwrap_or(token);
            }
            if here > depth {
                continue;
            }
            match self.word(token) {
                b"if" => {
                    filter.get_or_insert(token);
                    others += 1;
                }
                b"else" if others == 0 => return token,
                b"else" => others -= 1,
                b"for" | b"async" => return filter.unwrap_or(token),
                b"lambda" => lambdas += 1,
                b":" if lambdas > 0 => lambdas -= 1,
                b":" | b";" => return filter.unwrap_or(token),
                _ => {}
            }
            if others == 0 {
                filter = None;
            }
        }
        filter.unwrap_or(end)
    }
}

/// The loosest operator outside of brackets in an expression.
pub fn binding(expression: &[u8]) -> Binding {
    let tokens = lex(expression).tokens;
    let outside = tokens.iter().enumerate().filter(|(_, token)| token.depth == 0);
    let of = |(index, word): (usize, &[u8])| match word {
        b"lambda" | b"if" | b"for" | b"," | b":" | b"yield" => Binding::Loose,
        b"or" => Binding::Or,
        b"and" => Binding::And,
        // `a not in b` and `a is not b` are comparisons.
        b"not" if index == 0 || is_before_not(tokens[index - 1].span.of(expression)) => Binding::Not,
        _ => Binding::Close,
    };
    outside.map(|(index, token)| of((index, token.span.of(expression)))).min().unwrap_or(Binding::Close)
}

fn is_before_not(word: &[u8]) -> bool {
    matches!(word, b"and" | b"or" | b"not" | b"if" | b"else" | b":" | b",")
}

/// The operands of the outermost `and` or `or` of an expression, each as its tokens without brackets around it.
pub fn operands<'a>(expression: &'a [u8], operator: &[u8]) -> Vec<Vec<&'a [u8]>> {
    let mut all = vec![Vec::new()];
    for token in lex(expression).tokens {
        let word = token.span.of(expression);
        if token.depth == 0 && word == operator {
            all.push(Vec::new());
        } else if let Some(last) = all.last_mut() {
            last.push(word);
        }
    }
    all.into_iter().map(bare).collect()
}

/// Whether `with` needs brackets where it replaces a part of an expression.
pub fn needs_brackets(expression: &[u8], part: Span, with: &[u8]) -> bool {
    let of = |word: Option<&[u8]>| match word {
        None | Some(b"(" | b")" | b"[" | b"]" | b"{" | b"}" | b"," | b":" | b"=") => Binding::Loose,
        Some(b"or" | b"if" | b"else") => Binding::Or,
        Some(b"and") => Binding::And,
        Some(b"not") => Binding::Not,
        Some(_) => Binding::Close,
    };
    let tokens = lex(expression).tokens;
    let before = tokens.iter().rfind(|token| token.span.end <= part.start);
    let after = tokens.iter().find(|token| token.span.start >= part.end);
    // The `=` of a keyword, not that of `==`.
    let is_comparison = |token: &super::lexer::Token| {
        let joined = tokens.iter().find(|other| other.span.end == token.span.start);
        token.span.of(expression) == b"="
            && joined.is_some_and(|it| b"=!<>".contains(&it.span.of(expression)[0]))
    };
    let before = match before {
        Some(token) if is_comparison(token) => Binding::Close,
        token => of(token.map(|token| token.span.of(expression))),
    };
    // What follows begins an index or a call, or it is `==`, or the `not` of `not in`.
    let after = match after.map(|token| token.span.of(expression)) {
        Some(b"(" | b"[" | b"not" | b"=") => Binding::Close,
        word => of(word),
    };
    binding(with) < before.max(after)
}

/// The text inside the brackets that an expression is in as a whole.
pub fn inside_brackets(expression: &[u8]) -> Option<Span> {
    let tokens = lex(expression).tokens;
    let (first, last) = (tokens.first()?, tokens.last()?);
    let is_outside = |token: &&super::lexer::Token| token.depth == 0;
    let is_whole = first.span.of(expression) == b"("
        && last.span.of(expression) == b")"
        && tokens.iter().filter(is_outside).count() == 2;
    let inner =
        tokens.get(1..tokens.len().saturating_sub(1)).filter(|inner| is_whole && !inner.is_empty())?;
    Some(Span::new(inner[0].span.start, inner[inner.len() - 1].span.end))
}

/// Tokens without the brackets around all of them.
fn bare(tokens: Vec<&[u8]>) -> Vec<&[u8]> {
    let [b"(", inner @ .., b")"] = &tokens[..] else { return tokens };
    let mut depth = 0i32;
    let stays_inside = inner.iter().all(|token| {
        depth += i32::from(*token == b"(") - i32::from(*token == b")");
        depth >= 0
    });
    if stays_inside { bare(inner.to_vec()) } else { tokens }
}

/// Whether a text is an expression, as far as its brackets and strings say: no statement, no comment.
pub fn is_expression(text: &[u8]) -> bool {
    let lexed = lex(text);
    let starts_statement = |word: &[u8]| {
        matches!(
            word,
            b"if" | b"elif" | b"while" | b"def" | b"class" | b"return" | b"import" | b"from" | b"@"
        )
    };
    let is_open =
        |token: &super::lexer::Token| token.depth == 0 && matches!(token.span.of(text), b";" | b"=");
    lexed.problems.is_empty()
        && lexed.lines.len() == 1
        && !lexed.tokens.first().is_some_and(|token| starts_statement(token.span.of(text)))
        && !lexed.tokens.last().is_some_and(|token| token.depth == 0 && token.span.of(text) == b":")
        && !lexed.tokens.windows(2).any(|pair| is_open(&pair[1]) && is_plain_equals(text, pair))
}

/// Whether the second of two tokens is a `;`, or an `=` that does not belong to a comparison.
fn is_plain_equals(text: &[u8], pair: &[super::lexer::Token]) -> bool {
    let (before, sign) = (pair[0].span, pair[1].span);
    let joins = before.end == sign.start && matches!(before.of(text), b"=" | b"!" | b"<" | b">" | b":");
    let begins = text.get(sign.end) == Some(&b'=');
    sign.of(text) == b";" || !joins && !begins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_condition_is_found() {
        let source = "if a and (b or\n  c): d\nelif lambda e: f: g\nwhile h := i: pass\n\
                      x = [j if k else l for m in n if o if p]\ny = q if r if s else t else u\n";
        let file = PyFile::parse(source.as_bytes());
        let all = file.conditions(Span::new(0, source.len()));
        let text: Vec<&str> = all.iter().map(|it| &source[it.expression.start..it.expression.end]).collect();
        assert_eq!(text, ["a and (b or\n  c)", "lambda e: f", "h := i", "k", "o", "p", "r if s else t", "s"]);
    }

    #[test]
    fn an_if_after_no_operand_has_no_condition() {
        for source in [
            "(if a, b)\n",
            "f(x, if a else b)\n",
            "[a + if b]\n",
            "from m import (if a and b,\n  c)\n",
            "f(a if b: c)\n",
            "(a if b)\n",
        ] {
            let file = PyFile::parse(source.as_bytes());
            assert_eq!(file.conditions(Span::new(0, source.len())), [], "{source}");
        }
        for source in
            ["(... if a else b)\n", "(f() if a else b)\n", "('' if a else b)\n", "[x for x in y if a]\n"]
        {
            let file = PyFile::parse(source.as_bytes());
            assert_eq!(file.conditions(Span::new(0, source.len())).len(), 1, "{source}");
        }
    }

    #[test]
    fn the_loosest_operator_says_how_an_expression_binds() {
        let of = |text: &str| binding(text.as_bytes());
        assert_eq!(
            [of("a or b and c"), of("a and not b"), of("not a")],
            [Binding::Or, Binding::And, Binding::Not]
        );
        assert_eq!(
            [of("a is not b"), of("(a or b) == c"), of("a if b else c")],
            [Binding::Close, Binding::Close, Binding::Loose]
        );
    }

    #[test]
    fn brackets_are_needed_where_operators_bind_closer() {
        let needs = |expression: &str, part: &str, with: &str| {
            let start = expression.find(part).unwrap();
            needs_brackets(expression.as_bytes(), Span::new(start, start + part.len()), with.as_bytes())
        };
        for (expression, part, with) in [
            ("a and b", "b", "c or d"),
            ("not a", "a", "b and c"),
            ("a == b", "a", "not c"),
            ("a(b)", "a", "b or c"),
            ("a == b", "b", "not c"),
        ] {
            assert!(needs(expression, part, with), "{expression} {with}");
        }
        for (expression, part, with) in [
            ("a or b", "b", "c and d"),
            ("a or b", "a", "c or d"),
            ("f(a)", "a", "b or c"),
            ("a == b", "a", "c + d"),
        ] {
            assert!(!needs(expression, part, with), "{expression} {with}");
        }
    }

    #[test]
    fn brackets_around_an_operand_do_not_matter() {
        assert_eq!(operands(b"a or (b) or ((c and d))", b"or"), operands(b"(a) or b or c and d", b"or"));
        assert_eq!(inside_brackets(b"(a or b)"), Some(Span::new(1, 7)));
        assert_eq!([inside_brackets(b"(a) or (b)"), inside_brackets(b"()")], [None, None]);
    }

    #[test]
    fn statements_are_no_expressions() {
        for text in ["a == 'x'", "f(b=1)", "a <= b", "not c", "(d := e)"] {
            assert!(is_expression(text.as_bytes()), "{text}");
        }
        for text in ["", "a = 1", "if a", "a:", "a; b", "a\nb", "(a", "'a"] {
            assert!(!is_expression(text.as_bytes()), "{text}");
        }
    }
}
