//! Search for a piece of code by its tokens.

use super::CFile;
use super::directive::normalised;
use super::lexer::{Kind, Token, lex};
use crate::text::Span;

impl CFile {
    /// Where the tokens of `pattern` stand one after the other inside `within`, whatever blanks
    /// and comments are between them. A directive in the pattern matches one of the same text;
    /// nothing else matches across a directive. Places do not overlap. An empty pattern, or one
    /// that [cannot be read](pattern_problem), is nowhere.
    pub fn find_code(&self, pattern: &[u8], within: Span) -> Vec<Span> {
        let wanted = lex(pattern);
        if wanted.tokens.is_empty() || !wanted.problems.is_empty() {
            return Vec::new();
        }
        let wanted: Vec<Piece> = wanted.tokens.iter().map(|t| Piece::new(*t, pattern)).collect();
        let range = self.tokens_in(within);
        let mut found = Vec::new();
        let mut at = range.start;
        while at + wanted.len() <= range.end {
            if wanted.iter().zip(&self.tokens[at..]).all(|(piece, token)| piece.is(*token, &self.source)) {
                let last = at + wanted.len() - 1;
                found.push(Span::new(self.start(at), self.end_of_code(last)));
                at = last + 1;
            } else {
                at += 1;
            }
        }
        found
    }

    /// The end of a token; of a directive, the end of its text before the line end.
    fn end_of_code(&self, token: usize) -> usize {
        if !self.is_directive(token) {
            return self.end(token);
        }
        let text = self.text(token);
        let line_end = text.iter().rev().take_while(|b| matches!(b, b'\n' | b'\r')).count();
        self.end(token) - line_end
    }
}

/// Why a pattern for [`CFile::find_code`] cannot be read, if so: it is empty, or a literal or
/// comment in it is open.
pub fn pattern_problem(pattern: &[u8]) -> Option<String> {
    let lexed = lex(pattern);
    if let Some(problem) = lexed.problems.into_iter().next() {
        return Some(problem.what);
    }
    lexed.tokens.is_empty().then(|| "there is no code in it".to_string())
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
