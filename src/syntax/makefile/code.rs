//! Finds code of a Makefile, and the whole units that it is in.

use super::{Line, LineKind, Makefile, comment_start, logical_line, without_line_end};
use crate::syntax::m4::comments_in_script;
use crate::text::Span;

/// A word or a sign of the code of a logical line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Token {
    span: Span,
    /// Whether it follows the token before it without a blank.
    is_glued: bool,
    /// Whether it is the first token of its logical line.
    begins: bool,
}

impl Makefile {
    /// Where `code` occurs in `scope`, whatever the blanks, continuation lines, blank lines and comments between its words.
    /// The blanks around `=`, `:` and the signs of the shell do not matter either.
    pub fn find_code(&self, text: &[u8], code: &[u8], scope: Span) -> Vec<Span> {
        let wanted = tokens_of(code, Span::new(0, code.len()), logical_lines(code));
        let Some(longest) = wanted.iter().map(|token| token.span.of(code)).max_by_key(|token| token.len())
        else {
            return Vec::new();
        };
        // Most code is in few places. Splitting all lines into tokens is slow.
        if memchr::memmem::find(scope.of(text), longest).is_none() {
            return Vec::new();
        }
        let tokens = tokens_of(text, scope, self.code_lines());
        let mut found: Vec<Span> = Vec::new();
        for window in tokens.windows(wanted.len()) {
            let is_match = window.iter().zip(&wanted).enumerate().all(|(index, (token, wanted_token))| {
                token.span.of(text) == wanted_token.span.of(code)
                    && (index == 0
                        || token.begins == wanted_token.begins
                            && (token.begins
                                || token.is_glued == wanted_token.is_glued
                                || is_separator(text, window[index - 1].span)
                                || is_separator(text, token.span)))
            });
            let span = Span::new(window[0].span.start, window[wanted.len() - 1].span.end);
            if is_match && found.last().is_none_or(|last| last.end <= span.start) {
                found.push(span);
            }
        }
        found
    }

    /// The comments of make, and those of the shell in recipes, in order, each without its line end. A backslash after a comment in a
    /// recipe is not part of it.
    pub fn comments(&self, text: &[u8]) -> Vec<Span> {
        let mut found = Vec::new();
        for Line { span, kind } in &self.lines {
            let body = without_line_end(text, *span);
            if *kind != LineKind::Recipe {
                let start = comment_start(text, body.start, body.end);
                found.extend((start < body.end).then(|| Span::new(start, body.end)));
                continue;
            }
            let is_sign = |b: &&u8| matches!(**b, b'\t' | b' ' | b'-' | b'@' | b'+');
            let first = body.start + body.of(text).iter().take_while(is_sign).count();
            for comment in comments_in_script(Span::new(first, body.end).of(text)) {
                let (start, end) = (first + comment.start, first + comment.end);
                let is_joined = end < body.end && text[..end].ends_with(b"\\");
                let own = Span::new(start, end - usize::from(is_joined));
                found.push(Span::new(start, start + own.of(text).trim_ascii_end().len()));
            }
        }
        found
    }

    /// The whole units that `span` has a part of, as whole lines: a command of a recipe with its continuation lines, the
    /// definition of a variable, a rule where its head is touched, a conditional where one of its directives is.
    /// None if `span` has no code, or a directive without its `endif`.
    pub fn unit(&self, span: Span) -> Option<Span> {
        let touched = |whole: Span| whole.start < span.end && span.start < whole.end;
        let mut unit: Option<Span> = None;
        for line in self.lines.iter().filter(|line| touched(line.span)) {
            let whole = match line.kind {
                LineKind::Empty => continue,
                LineKind::Recipe | LineKind::Variable | LineKind::Other => line.span,
                LineKind::Rule => self.rules.iter().find(|rule| rule.header == line.span)?.span,
                LineKind::Directive => {
                    let is_own = |other: Span| other == line.span;
                    let own = self.conditionals.iter().find(|conditional| {
                        is_own(conditional.first)
                            || is_own(conditional.last)
                            || conditional.others.iter().any(|other| is_own(*other))
                    });
                    own?.span()
                }
            };
            unit = Some(
                unit.map_or(whole, |unit| Span::new(unit.start.min(whole.start), unit.end.max(whole.end))),
            );
        }
        unit
    }

    /// Whether the code of a logical line ends at `offset`, or the targets of a rule with their colon do.
    pub fn ends_line(&self, text: &[u8], offset: usize) -> bool {
        let Some(line) = self.code_lines().find(|line| line.start < offset && offset <= line.end) else {
            return false;
        };
        let last = tokens_of(text, line, std::iter::once(line)).last().map(|token| token.span.end);
        last == Some(offset) || self.rules.iter().any(|rule| rule.colon.end == offset)
    }

    /// The rule whose recipe a line that begins at `offset` is in, or would be in if it were inserted there.
    pub fn recipe_at(&self, offset: usize) -> Option<&super::Rule> {
        self.rules.iter().find(|rule| rule.header.end <= offset && offset < rule.span.end)
    }

    /// The first line of code; the end of the file if it has none.
    pub fn first_code(&self, text: &[u8]) -> usize {
        self.code_lines().next().map_or(text.len(), |line| line.start)
    }

    /// The first line that means nothing to make: neither a rule, a variable nor a directive, nor a reference or a
    /// substitution, which may become one.
    pub fn first_unknown(&self, text: &[u8]) -> Option<Span> {
        let is_known = |line: &[u8]| {
            let word = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
            matches!(
                word,
                b"include"
                    | b"-include"
                    | b"sinclude"
                    | b"export"
                    | b"unexport"
                    | b"override"
                    | b"vpath"
                    | b"define"
                    | b"endef"
            ) || word.starts_with(b"$")
                || word.starts_with(b"@")
        };
        let other = self.lines.iter().filter(|line| line.kind == LineKind::Other).map(|line| line.span);
        other.into_iter().find(|line| !is_known(line.of(text).trim_ascii()))
    }

    fn code_lines(&self) -> impl Iterator<Item = Span> + '_ {
        self.lines.iter().filter(|line| line.kind != LineKind::Empty).map(|line| line.span)
    }
}

/// The logical lines of a text.
pub(crate) fn logical_lines(text: &[u8]) -> impl Iterator<Item = Span> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let line = (at < text.len()).then(|| logical_line(text, at))?;
        at = line.end;
        Some(line)
    })
}

/// Whether parts of two texts have the same code, whatever the blanks and continuation lines between its words.
pub(crate) fn is_same_code(text: &[u8], span: Span, other: &[u8], other_span: Span) -> bool {
    let own = tokens_of(text, span, std::iter::once(span));
    let others = tokens_of(other, other_span, std::iter::once(other_span));
    let is_same = |(index, (a, b)): (usize, (&Token, &Token))| {
        let is_free = || index == 0 || is_separator(text, own[index - 1].span) || is_separator(text, a.span);
        a.span.of(text) == b.span.of(other) && (a.is_glued == b.is_glued || is_free())
    };
    own.len() == others.len() && own.iter().zip(&others).enumerate().all(is_same)
}

/// Whether blanks next to a token make no difference.
fn is_separator(text: &[u8], token: Span) -> bool {
    match token.of(text) {
        [b'=' | b':' | b';' | b'&' | b'|' | b'<' | b'>'] => true,
        [b'+' | b'?' | b'!'] => text.get(token.end) == Some(&b'='),
        _ => false,
    }
}

/// The tokens in `scope` of some logical lines.
fn tokens_of(text: &[u8], scope: Span, lines: impl Iterator<Item = Span>) -> Vec<Token> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || !b.is_ascii();
    let mut found: Vec<Token> = Vec::new();
    for line in lines.filter(|line| line.start < scope.end && scope.start < line.end) {
        let (mut at, mut begins, mut quote) = (line.start, true, None);
        while at < line.end {
            let start = at;
            let byte = text[at];
            at += 1;
            let before = if start > line.start { text[start - 1] } else { b'\n' };
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => continue,
                b'\\' if matches!(text.get(at), Some(b'\n' | b'\r')) => continue,
                b'#' if quote.is_none() && before.is_ascii_whitespace() => {
                    at = crate::text::line_from(text, start).end;
                    continue;
                }
                b'\'' | b'"' if quote.is_none_or(|quote| quote == byte) && before != b'\\' => {
                    quote = if quote.is_some() { None } else { Some(byte) };
                }
                _ if is_word(byte) => {
                    while at < line.end && is_word(text[at]) {
                        at += 1;
                    }
                }
                _ => {}
            }
            let span = Span::new(start, at);
            if scope.contains(span) {
                let is_glued = found.last().is_some_and(|last| last.span.end == start);
                found.push(Token { span, is_glued, begins });
                begins = false;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "A= x \\\n\ty\nall: a\n\t-rm -f $(A) \\\n\t  b # c\n\n# d\n\tls 'a # b' c\n";

    fn found(code: &str) -> Vec<String> {
        let makefile = Makefile::parse(TEXT.as_bytes());
        let all = Span::new(0, TEXT.len());
        let spans = makefile.find_code(TEXT.as_bytes(), code.as_bytes(), all);
        spans.iter().map(|span| TEXT[span.start..span.end].to_owned()).collect()
    }

    #[test]
    fn code_is_found_whatever_its_blanks_and_lines() {
        assert_eq!(found("A = x y"), ["A= x \\\n\ty"]);
        assert_eq!(found("rm -f $(A) b"), ["rm -f $(A) \\\n\t  b"]);
        assert_eq!(found("b\nls"), ["b # c\n\n# d\n\tls"]);
        assert_eq!(found("b' c"), ["b' c"]);
        assert!(found("rm -f $(A)b").is_empty() && found("rm - f").is_empty() && found("b ls").is_empty());
        assert!(found("# d").is_empty() && found("d").is_empty());
    }

    #[test]
    fn a_unit_is_a_logical_line_or_a_rule() {
        let makefile = Makefile::parse(TEXT.as_bytes());
        let unit = |code: &str| {
            let all = Span::new(0, TEXT.len());
            let found = makefile.find_code(TEXT.as_bytes(), code.as_bytes(), all)[0];
            let unit = makefile.unit(found).unwrap();
            TEXT[unit.start..unit.end].to_owned()
        };
        assert_eq!(unit("x"), "A= x \\\n\ty\n");
        assert_eq!(unit("b"), "\t-rm -f $(A) \\\n\t  b # c\n");
        assert_eq!(unit("all:"), TEXT[TEXT.find("all").unwrap()..]);
    }

    #[test]
    fn a_rule_has_the_conditionals_of_its_recipe() {
        let text = "a: b\nifeq (x,y)\n\tone\nelse\n\ttwo\nendif\nifdef Z\nc: d\n\tthree\nendif\n";
        let makefile = Makefile::parse(text.as_bytes());
        let rules: Vec<&str> =
            makefile.rules.iter().map(|rule| &text[rule.span.start..rule.span.end]).collect();
        assert_eq!(rules, ["a: b\nifeq (x,y)\n\tone\nelse\n\ttwo\nendif\n", "c: d\n\tthree\n"]);
        assert_eq!(makefile.conditionals.len(), 2);
        let whole = makefile.unit(Span::new(text.find("else").unwrap(), text.find("two").unwrap()));
        assert_eq!(whole, Some(makefile.conditionals[0].span()));
    }
}
