//! Searches for code by its tokens.

use memchr::memmem;

use super::CFile;
use super::directive::normalized;
use super::lexer::{Token, TokenKind, lex};
use super::token_range::TokenRange;
use super::tokens::Tokens;
use crate::text::Span;

impl CFile {
    /// Where the tokens of `pattern` follow one another in `within`, whatever blanks and comments are
    /// between them. A directive matches one of the same normalized text; no match spans a directive
    /// that is not in the pattern. Matches do not overlap. A pattern that is empty, or has an open
    /// literal or comment, has no match.
    pub fn find_code(&self, pattern: &[u8], within: Span) -> Vec<Span> {
        self.find_tokens(pattern, within, true)
    }

    /// As [`find_code`](CFile::find_code). Where that finds nothing, the beginning of a directive is enough, up to a token's end:
    /// `#if defined(A)` for `#if defined(A) || B`.
    pub fn find_anchor(&self, pattern: &[u8], within: Span) -> Vec<Span> {
        let found = self.find_code(pattern, within);
        if found.is_empty() { self.find_tokens(pattern, within, false) } else { found }
    }

    fn find_tokens(&self, pattern: &[u8], within: Span, whole: bool) -> Vec<Span> {
        let (wanted, problems) = lex(pattern);
        if wanted.is_empty() || !problems.is_empty() {
            return Vec::new();
        }
        let wanted: Vec<PatternToken> = wanted.iter().map(|t| PatternToken::new(*t, pattern)).collect();
        // Most patterns do not occur, which is found out without reading tokens.
        let longest = wanted.iter().filter(|token| token.directive.is_none()).max_by_key(|t| t.text.len());
        let Some(within) =
            longest.map_or(Some(within), |token| self.around(token.text, wanted.len(), within))
        else {
            return Vec::new();
        };
        let code = self.tokens_in(within);
        let mut found = Vec::new();
        let mut at = 0;
        while at + wanted.len() <= code.len() {
            if wanted
                .iter()
                .zip(&code.tokens[at..])
                .all(|(wanted, token)| wanted.matches(*token, &self.source, whole))
            {
                let last = at + wanted.len() - 1;
                found.push(Span::new(code.start(at), end_of_code(&code, last)));
                at = last + 1;
            } else {
                at += 1;
            }
        }
        found
    }

    /// The part of `within` that may have `count` tokens one of which is `text`; `None` if `text` does not
    /// occur in it.
    fn around(&self, text: &[u8], count: usize, within: Span) -> Option<Span> {
        let bytes = within.of(&self.source);
        let first = within.start + memmem::find(bytes, text)?;
        let last = within.start + memmem::rfind(bytes, text)? + text.len();
        // All tokens between are at least as many as the known ones.
        let tokens = &self.nesting.tokens;
        let before = tokens.partition_point(|token| token.start() < first).checked_sub(count);
        let after = tokens.get(tokens.partition_point(|token| token.start() < last) + count);
        let start = before.map_or(within.start, |i| tokens[i].start().max(within.start));
        let end = after.map_or(within.end, |token| token.end().min(within.end));
        Some(Span::new(start, end))
    }
}

/// The end of a token; of a directive, the end of its text before the line end.
fn end_of_code(code: &TokenRange<'_>, token: usize) -> usize {
    if !code.is_directive(token) {
        return code.end(token);
    }
    let line_end = code.text(token).iter().rev().take_while(|b| matches!(b, b'\n' | b'\r')).count();
    code.end(token) - line_end
}

/// A token of a pattern.
struct PatternToken<'a> {
    kind: TokenKind,
    text: &'a [u8],
    /// The normalized text of a directive.
    directive: Option<String>,
}

impl<'a> PatternToken<'a> {
    fn new(token: Token, pattern: &'a [u8]) -> PatternToken<'a> {
        let text = token.span().of(pattern);
        let directive = (token.kind == TokenKind::Directive).then(|| normalized(text));
        PatternToken { kind: token.kind, text, directive }
    }

    fn is(&self, token: Token, source: &[u8]) -> bool {
        let text = token.span().of(source);
        self.kind == token.kind
            && match &self.directive {
                Some(directive) => *directive == normalized(text),
                None => self.text == text,
            }
    }

    fn matches(&self, token: Token, source: &[u8], whole: bool) -> bool {
        if whole { self.is(token, source) } else { self.begins(token, source) }
    }

    /// Whether a directive begins so, with more than its keyword; or another token is this one.
    fn begins(&self, token: Token, source: &[u8]) -> bool {
        let Some(directive) = self.directive.as_ref().filter(|_| token.kind == TokenKind::Directive) else {
            return self.is(token, source);
        };
        let text = normalized(token.span().of(source));
        let is_word = |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_');
        directive.contains(' ')
            && text
                .strip_prefix(&directive[..])
                .is_some_and(|rest| !(is_word(directive.chars().next_back()) && is_word(rest.chars().next())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(source: &str, pattern: &str) -> Vec<String> {
        let file = CFile::parse(source.as_bytes());
        let found = file.find_code(pattern.as_bytes(), Span::new(0, source.len()));
        found.iter().map(|s| source[s.start..s.end].to_string()).collect()
    }

    #[test]
    fn blanks_and_comments_do_not_matter() {
        assert_eq!(find("x = f( a , /* why */\n  b ) ;", "f(a,b);"), ["f( a , /* why */\n  b ) ;"]);
    }

    #[test]
    fn tokens_are_whole_and_never_inside_literals_or_comments() {
        assert!(find("fopen(a); \"open(a)\" /* open(a) */ p->x", "open(a)").is_empty());
        assert!(find("p->x; \"open\"", "p-").is_empty());
    }

    #[test]
    fn a_directive_matches_by_its_text() {
        assert_eq!(
            find("a;\n#  ifdef X /* y */\r\nb;\n#endif", "#ifdef X\nb;"),
            ["#  ifdef X /* y */\r\nb;"]
        );
        assert_eq!(find("#endif // x\r\n", "#endif"), ["#endif // x"]);
        assert!(find("a;\n#ifdef X\nb;\n#endif\n", "a; b;").is_empty());
    }

    #[test]
    fn the_beginning_of_a_directive_is_an_anchor_if_no_whole_one_is() {
        let find = |source: &str, pattern: &str| {
            let file = CFile::parse(source.as_bytes());
            file.find_anchor(pattern.as_bytes(), Span::new(0, source.len())).len()
        };
        let source = "#if defined(A) || B\n#define X(a) {#a, a}\nx;\n#endif\n#if defined(AB)\n#endif\n";
        assert_eq!([find(source, "#if defined(A)"), find(source, "#define X(a)\nx;")], [1, 1]);
        assert_eq!(
            [find(source, "#if"), find(source, "#if defined(A"), find(source, "#if defined(A) ||")],
            [0, 1, 1]
        );
        assert_eq!(find("#if A\n#endif\n#if A && B\n#endif\n", "#if A"), 1);
    }

    #[test]
    fn a_pattern_that_cannot_be_read_has_no_match() {
        for pattern in ["f(\"a)", " /* a */", "/* a"] {
            assert!(find("f(\"a) /* a */", pattern).is_empty(), "{pattern}");
        }
        assert_eq!(find("f(a);", "f("), ["f("]);
    }
}
