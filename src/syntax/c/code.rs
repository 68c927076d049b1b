//! Search for a piece of code by its tokens.

use memchr::memmem;

use super::CFile;
use super::directive::normalised;
use super::lexer::{Kind, Token, lex};
use super::stretch::Stretch;
use crate::text::Span;

impl CFile {
    /// Where the tokens of `pattern` stand one after the other inside `within`, whatever blanks
    /// and comments are between them. A directive in the pattern matches one of the same text;
    /// nothing else matches across a directive. Places do not overlap. An empty pattern, or one
    /// that [cannot be read](pattern_problem), is nowhere.
    pub fn find_code(&self, pattern: &[u8], within: Span) -> Vec<Span> {
        let (wanted, problems) = lex(pattern);
        if wanted.is_empty() || !problems.is_empty() {
            return Vec::new();
        }
        let wanted: Vec<Piece> = wanted.iter().map(|t| Piece::new(*t, pattern)).collect();
        // Most of what is looked for is not there, and is missed without reading tokens.
        let longest = wanted.iter().filter(|piece| piece.directive.is_none()).max_by_key(|p| p.text.len());
        let Some(within) =
            longest.map_or(Some(within), |piece| self.around(piece.text, wanted.len(), within))
        else {
            return Vec::new();
        };
        let code = self.stretch(within);
        let mut found = Vec::new();
        let mut at = 0;
        while at + wanted.len() <= code.len() {
            if wanted.iter().zip(&code.tokens[at..]).all(|(piece, token)| piece.is(*token, &self.source)) {
                let last = at + wanted.len() - 1;
                found.push(Span::new(code.start(at), end_of_code(&code, last)));
                at = last + 1;
            } else {
                at += 1;
            }
        }
        found
    }

    /// The part of `within` that may hold `count` tokens one of which is `text`; `None` when it has no such
    /// text.
    fn around(&self, text: &[u8], count: usize, within: Span) -> Option<Span> {
        let bytes = within.of(&self.source);
        let first = within.start + memmem::find(bytes, text)?;
        let last = within.start + memmem::rfind(bytes, text)? + text.len();
        // So many known tokens away there are at least as many tokens between.
        let tokens = &self.nesting.tokens;
        let before = tokens.partition_point(|token| token.start() < first).checked_sub(count);
        let behind = tokens.get(tokens.partition_point(|token| token.start() < last) + count);
        let start = before.map_or(within.start, |i| tokens[i].start().max(within.start));
        let end = behind.map_or(within.end, |token| token.end().min(within.end));
        Some(Span::new(start, end))
    }
}

/// The end of a token; of a directive, the end of its text before the line end.
fn end_of_code(code: &Stretch<'_>, token: usize) -> usize {
    if !code.is_directive(token) {
        return code.end(token);
    }
    let line_end = code.text(token).iter().rev().take_while(|b| matches!(b, b'\n' | b'\r')).count();
    code.end(token) - line_end
}

/// Why a pattern for [`CFile::find_code`] cannot be read, if so: it is empty, or a literal or
/// comment in it is open.
pub fn pattern_problem(pattern: &[u8]) -> Option<String> {
    let (tokens, problems) = lex(pattern);
    if let Some(problem) = problems.into_iter().next() {
        return Some(problem.what);
    }
    tokens.is_empty().then(|| "there is no code in it".to_string())
}

/// A token of a pattern.
struct Piece<'a> {
    kind: Kind,
    text: &'a [u8],
    directive: Option<String>,
}

impl<'a> Piece<'a> {
    fn new(token: Token, pattern: &'a [u8]) -> Piece<'a> {
        let text = token.span().of(pattern);
        let directive = (token.kind == Kind::Directive).then(|| normalised(text));
        Piece { kind: token.kind, text, directive }
    }

    fn is(&self, token: Token, source: &[u8]) -> bool {
        let text = token.span().of(source);
        self.kind == token.kind
            && match &self.directive {
                Some(directive) => *directive == normalised(text),
                None => self.text == text,
            }
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
    fn a_pattern_that_cannot_be_read_says_why() {
        assert_eq!(pattern_problem(b"f(\"a)").as_deref(), Some("this literal is not closed on its line"));
        assert_eq!(pattern_problem(b" /* a */").as_deref(), Some("there is no code in it"));
        assert_eq!(pattern_problem(b"f("), None);
    }
}
