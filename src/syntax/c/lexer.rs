//! C tokens: what a compiler sees before preprocessing, with a whole directive as one token.

use crate::syntax::Problem;
use crate::text::Span;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// An identifier or keyword.
    Word,
    /// A preprocessing number.
    Number,
    /// A string literal, with its encoding prefix.
    Text,
    /// A character constant, with its encoding prefix.
    Char,
    /// One operator or punctuation mark.
    Mark,
    /// A directive from its `#` to the end of its last line, that line's end included.
    Directive,
}

/// One token; offsets in 32 bits keep the list small.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub kind: Kind,
    start: u32,
    end: u32,
}

impl Token {
    fn new(kind: Kind, start: usize, end: usize) -> Token {
        let narrow = |offset| u32::try_from(offset).expect("the lexer takes at most 4 GiB");
        Token { kind, start: narrow(start), end: narrow(end) }
    }

    pub fn start(self) -> usize {
        self.start as usize
    }

    pub fn end(self) -> usize {
        self.end as usize
    }

    pub fn span(self) -> Span {
        Span::new(self.start(), self.end())
    }
}

/// The tokens of a text, in order, and where the text is not C.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    pub tokens: Vec<Token>,
    pub problems: Vec<Problem>,
}

/// Splits `source` into tokens. Comments, blanks and spliced line ends are nobody's.
pub(super) fn lex(source: &[u8]) -> Lexed {
    let mut out = Lexed { tokens: Vec::with_capacity(source.len() / 5), problems: Vec::new() };
    if u32::try_from(source.len()).is_err() {
        out.problems.push(Problem::new(Span::new(0, source.len()), "the file is larger than 4 GiB"));
        return out;
    }
    let mut at = 0;
    let mut fresh_line = true;
    while let Some(&byte) = source.get(at) {
        let start = at;
        let kind = match byte {
            b'\n' => {
                fresh_line = true;
                at += 1;
                continue;
            }
            b' ' | b'\t' | b'\r' | 0x0b | 0x0c => {
                at += 1;
                while source.get(at) == Some(&byte) {
                    at += 1;
                }
                continue;
            }
            b'/' if matches!(source.get(at + 1), Some(b'*' | b'/')) => {
                at = comment_end(source, at, &mut out.problems);
                continue;
            }
            b'\\' if splice(source, at) > 0 => {
                at += splice(source, at);
                continue;
            }
            b'#' if fresh_line => {
                at = directive_end(source, at, &mut out.problems);
                out.tokens.push(Token::new(Kind::Directive, start, at));
                continue;
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'$' | 0x80.. => {
                at = word_end(source, at);
                match source.get(at) {
                    Some(&quote @ (b'"' | b'\'')) if is_prefix(&source[start..at]) => {
                        at = quoted(source, at, &mut out.problems);
                        if quote == b'"' { Kind::Text } else { Kind::Char }
                    }
                    _ => Kind::Word,
                }
            }
            b'"' => {
                at = quoted(source, at, &mut out.problems);
                Kind::Text
            }
            b'\'' => {
                at = quoted(source, at, &mut out.problems);
                Kind::Char
            }
            b'0'..=b'9' => {
                at = number_end(source, at);
                Kind::Number
            }
            b'.' if source.get(at + 1).is_some_and(u8::is_ascii_digit) => {
                at = number_end(source, at);
                Kind::Number
            }
            _ => {
                at += mark_length(&source[at..]);
                Kind::Mark
            }
        };
        fresh_line = false;
        out.tokens.push(Token::new(kind, start, at));
    }
    out
}

/// Length of a backslash with the line end behind it, 0 where there is none.
pub(super) fn splice(source: &[u8], at: usize) -> usize {
    match source.get(at..) {
        Some([b'\\', b'\n', ..]) => 2,
        Some([b'\\', b'\r', b'\n', ..]) => 3,
        _ => 0,
    }
}

/// The end of the comment at `at`: behind `*/`, or before the line end of a `//` comment.
pub(super) fn comment_end(source: &[u8], at: usize, problems: &mut Vec<Problem>) -> usize {
    let mut i = at + 2;
    if source[at + 1] == b'*' {
        return memchr::memmem::find(&source[i..], b"*/").map_or_else(
            || {
                problems.push(Problem::new(Span::new(at, source.len()), "this comment is never closed"));
                source.len()
            },
            |n| i + n + 2,
        );
    }
    while i < source.len() && source[i] != b'\n' {
        i += splice(source, i).max(1);
    }
    i
}

/// The end of the string or character constant whose quote stands at `at`. One that its line
/// does not close ends before the line end.
fn quoted(source: &[u8], at: usize, problems: &mut Vec<Problem>) -> usize {
    close_quote(source, at).unwrap_or_else(|end| {
        problems.push(Problem::new(Span::new(at, end), "this literal is not closed on its line"));
        end
    })
}

/// Behind the quote that closes the one at `at`, or the end of the line as an error.
pub(super) fn close_quote(source: &[u8], at: usize) -> Result<usize, usize> {
    let quote = source[at];
    let mut i = at + 1;
    while let Some(&byte) = source.get(i) {
        match byte {
            b'\\' => i += splice(source, i).max(2),
            b'\n' => return Err(i),
            _ if byte == quote => return Ok(i + 1),
            _ => i += 1,
        }
    }
    Err(source.len())
}

/// Behind the line end that ends the directive at `at`. Continuations and comments that run over
/// several lines belong to it; an apostrophe of an `#error` text opens no literal.
fn directive_end(source: &[u8], at: usize, problems: &mut Vec<Problem>) -> usize {
    let mut i = at;
    while let Some(&byte) = source.get(i) {
        match byte {
            b'\n' => return i + 1,
            b'\\' => i += splice(source, i).max(1),
            b'/' if matches!(source.get(i + 1), Some(b'*' | b'/')) => i = comment_end(source, i, problems),
            b'"' | b'\'' => i = close_quote(source, i).unwrap_or(i + 1),
            _ => i += 1,
        }
    }
    source.len()
}

/// Which bytes an identifier consists of: a table, because this is asked of every byte of a file.
const WORD_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte == 0x5f || byte == 0x24 || byte >= 0x80;
        byte += 1;
    }
    table
};

pub(super) fn is_word_byte(byte: u8) -> bool {
    WORD_BYTES[usize::from(byte)]
}

/// Behind the identifier at `at`.
pub(super) fn word_end(source: &[u8], at: usize) -> usize {
    source[at..].iter().position(|b| !is_word_byte(*b)).map_or(source.len(), |n| at + n)
}

fn is_prefix(word: &[u8]) -> bool {
    matches!(word, b"L" | b"u" | b"U" | b"u8")
}

fn number_end(source: &[u8], at: usize) -> usize {
    let mut i = at + 1;
    while let Some(&byte) = source.get(i) {
        let signed = matches!(byte, b'+' | b'-') && matches!(source[i - 1], b'e' | b'E' | b'p' | b'P');
        if !(is_word_byte(byte) || byte == b'.' || signed) {
            break;
        }
        i += 1;
    }
    i
}

fn mark_length(rest: &[u8]) -> usize {
    match rest {
        [b'.', b'.', b'.', ..] | [b'<', b'<', b'=', ..] | [b'>', b'>', b'=', ..] => 3,
        [b'-', b'>', ..] => 2,
        [a, b'=', ..] if b"+-*/%&|^<>=!".contains(a) => 2,
        [a, b, ..] if a == b && b"+-<>&|#".contains(a) => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &[u8]) -> Vec<String> {
        lex(source).tokens.iter().map(|t| String::from_utf8_lossy(t.span().of(source)).into_owned()).collect()
    }

    #[test]
    fn comments_and_spliced_lines_are_no_tokens() {
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
        assert!(lex(b"#error don't /* x\n */\nint a;").problems.is_empty());
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
    fn an_open_literal_ends_with_its_line_and_an_open_comment_with_the_file() {
        assert_eq!(lex(b"x = \"abc\ny;").problems[0].span, Span::new(4, 8));
        assert_eq!(lex(b"x /* y").problems[0].span, Span::new(2, 6));
    }
}
