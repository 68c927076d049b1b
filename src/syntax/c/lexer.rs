//! C tokens: what a compiler sees before preprocessing, with a whole directive as one token.

use memchr::memrchr;

use super::scan::{
    byte_table, comment_end, directive_end, is_prefix, mark_length, number_end, quoted, splice, word_end,
};
use crate::syntax::Problem;
use crate::text::Span;

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// An identifier or keyword.
    Word,
    /// A preprocessing number.
    Number,
    /// A string literal, with its encoding prefix.
    Text,
    /// A character constant, with its encoding prefix.
    Char,
    /// An operator or punctuation mark.
    Mark,
    /// A directive from its `#` to the end of its last line, line end included.
    Directive,
}

/// A token; offsets of 32 bits keep the list small. Its functions are called for every token, and `just dist` optimises for
/// size: it would not inline them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub kind: TokenKind,
    start: u32,
    end: u32,
}

impl Token {
    #[inline(always)]
    fn new(kind: TokenKind, start: usize, end: usize) -> Token {
        let narrow = |offset| u32::try_from(offset).expect("the lexer takes at most 4 GiB");
        Token { kind, start: narrow(start), end: narrow(end) }
    }

    #[inline(always)]
    pub fn start(self) -> usize {
        self.start as usize
    }

    #[inline(always)]
    pub fn end(self) -> usize {
        self.end as usize
    }

    #[inline(always)]
    pub fn span(self) -> Span {
        Span::new(self.start(), self.end())
    }
}

/// Bytes that are a bracket, or may begin a directive, a comment, a literal or a splice. Line ends
/// are not among them: they are frequent, and only matter to directives.
const STRUCTURAL: [bool; 256] = byte_table(b"#/\\\"'()[]{}");

/// Reads a text token by token. Comments, blanks and spliced line ends belong to no token.
pub(super) struct Lexer<'a> {
    source: &'a [u8],
    at: usize,
    /// Whether only blanks and comments precede `at` on its line.
    fresh_line: bool,
    /// Where the text read so far is not C.
    pub problems: Vec<Problem>,
}

impl<'a> Lexer<'a> {
    /// A lexer at the beginning of `source`.
    pub fn new(source: &'a [u8]) -> Lexer<'a> {
        let mut lexer = Lexer { source, at: 0, fresh_line: true, problems: Vec::new() };
        if u32::try_from(source.len()).is_err() {
            lexer
                .problems
                .push(Problem::unclear(Span::new(0, source.len()), "the file is larger than 4 GiB"));
            lexer.at = source.len();
        }
        lexer
    }

    /// A lexer after a token of `source`.
    pub fn after(source: &'a [u8], token: Token) -> Lexer<'a> {
        let fresh_line = token.kind == TokenKind::Directive;
        Lexer { source, at: token.end(), fresh_line, problems: Vec::new() }
    }

    /// The offset of the next byte.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next token.
    pub fn token(&mut self) -> Option<Token> {
        loop {
            self.at += self.source[self.at..].iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            let before = self.at;
            let token = self.step();
            if token.is_some() || self.at == before {
                return token;
            }
        }
    }

    /// The next bracket or directive. Tokens before it are only searched for literals and comments.
    pub fn structural_token(&mut self) -> Option<Token> {
        loop {
            let rest = &self.source[self.at..];
            let found = rest.iter().position(|b| STRUCTURAL[usize::from(*b)]);
            let skipped = &rest[..found.unwrap_or(rest.len())];
            self.at += skipped.len();
            match rest.get(skipped.len())? {
                b'(' | b')' | b'[' | b']' | b'{' | b'}' => {
                    self.fresh_line = false;
                    self.at += 1;
                    return Some(Token::new(TokenKind::Mark, self.at - 1, self.at));
                }
                _ => {
                    let line = memrchr(b'\n', skipped).map_or(0, |end| end + 1);
                    let blank =
                        skipped[line..].iter().all(|b| matches!(b, b' ' | b'\t' | b'\r' | 0x0b | 0x0c));
                    self.fresh_line = blank && (self.fresh_line || line > 0);
                    if let Some(token) = self.step().filter(|token| token.kind == TokenKind::Directive) {
                        return Some(token);
                    }
                }
            }
        }
    }

    /// Reads one blank, comment, splice or token. Returns the token.
    #[inline]
    pub fn step(&mut self) -> Option<Token> {
        let (source, start) = (self.source, self.at);
        let byte = *source.get(start)?;
        let kind = match byte {
            b'\n' => {
                self.fresh_line = true;
                self.at += 1;
                return None;
            }
            b' ' | b'\t' | b'\r' | 0x0b | 0x0c => {
                self.at += 1;
                return None;
            }
            b'/' if matches!(source.get(start + 1), Some(b'*' | b'/')) => {
                self.at = comment_end(source, start, &mut self.problems);
                return None;
            }
            b'\\' if splice(source, start) > 0 => {
                self.at += splice(source, start);
                return None;
            }
            b'#' if self.fresh_line => {
                self.at = directive_end(source, start, &mut self.problems);
                return Some(Token::new(TokenKind::Directive, start, self.at));
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'$' | 0x80.. => {
                self.at = word_end(source, start);
                match source.get(self.at) {
                    Some(&quote @ (b'"' | b'\'')) if is_prefix(&source[start..self.at]) => {
                        self.at = quoted(source, self.at, &mut self.problems);
                        if quote == b'"' { TokenKind::Text } else { TokenKind::Char }
                    }
                    _ => TokenKind::Word,
                }
            }
            b'"' | b'\'' => {
                self.at = quoted(source, start, &mut self.problems);
                if byte == b'"' { TokenKind::Text } else { TokenKind::Char }
            }
            b'0'..=b'9' => {
                self.at = number_end(source, start);
                TokenKind::Number
            }
            b'.' if source.get(start + 1).is_some_and(u8::is_ascii_digit) => {
                self.at = number_end(source, start);
                TokenKind::Number
            }
            _ => {
                if byte.is_ascii_control() {
                    let what = "no token begins with this control character";
                    self.problems.push(Problem::new(Span::new(start, start + 1), what));
                }
                self.at += mark_length(&source[start..]);
                TokenKind::Mark
            }
        };
        self.fresh_line = false;
        Some(Token::new(kind, start, self.at))
    }
}

/// All tokens of `source`, and where it is not C.
pub(super) fn lex(source: &[u8]) -> (Vec<Token>, Vec<Problem>) {
    let mut lexer = Lexer::new(source);
    let tokens = std::iter::from_fn(|| lexer.token()).collect();
    (tokens, lexer.problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &[u8]) -> Vec<String> {
        lex(source).0.iter().map(|t| String::from_utf8_lossy(t.span().of(source)).into_owned()).collect()
    }

    #[test]
    fn comments_and_spliced_lines_are_not_tokens() {
        assert_eq!(texts(b"a/* b */->c \\\r\n d // e \\\n f\n g"), ["a", "->", "c", "d", "g"]);
    }

    #[test]
    fn a_directive_is_one_token_with_its_continuations_and_comments() {
        assert_eq!(
            texts(b" # define X \"/*\" \\\n 1 /* a\n b */ 2\nx #y"),
            ["# define X \"/*\" \\\n 1 /* a\n b */ 2\n", "x", "#", "y"]
        );
    }

    #[test]
    fn an_apostrophe_in_an_error_directive_is_prose() {
        assert!(lex(b"#error don't /* x\n */\nint a;").1.is_empty());
        assert_eq!(texts(b"#error don't\nint a;"), ["#error don't\n", "int", "a", ";"]);
    }

    #[test]
    fn literals_keep_prefix_and_escapes() {
        assert_eq!(
            texts(br#"L"a\"b" '\'' 1.5e-3f 0x1p+2 a+++b"#)[..4],
            [r#"L"a\"b""#, r"'\''", "1.5e-3f", "0x1p+2"]
        );
    }

    #[test]
    fn an_open_literal_ends_with_its_line_a_comment_does_not() {
        assert_eq!(lex(b"x = \"abc\ny;").1[0].span, Span::new(4, 8));
        assert_eq!(lex(b"x /* y").1[0].span, Span::new(2, 6));
    }
}
