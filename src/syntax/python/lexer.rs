//! Python tokens, grouped into logical lines, for Python 2 and 3 alike.

use super::literal::{is_prefix, literal_end};
use crate::syntax::Problem;
use crate::text::{Span, line_from};

/// Keywords that no version of Python has inside brackets.
const STATEMENTS: &[&[u8]] = &[
    b"assert",
    b"break",
    b"class",
    b"continue",
    b"def",
    b"del",
    b"global",
    b"import",
    b"pass",
    b"raise",
    b"return",
    b"try",
    b"while",
];

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// An identifier, a keyword or a number.
    Word,
    /// A string literal with its prefix.
    Text,
    /// A punctuation mark, always a single byte.
    Mark,
}

/// A token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub kind: TokenKind,
    pub span: Span,
    /// How many brackets are open around it; a bracket is outside itself.
    pub depth: u32,
}

/// A logical line: a line of statements with its continuations, not blank and not a comment.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// From the start of its first physical line to the end of its last, line end included.
    pub span: Span,
    /// The blanks before its first token.
    pub indent: Span,
    /// The width of the blanks, with tabs to multiples of 8.
    pub width: usize,
    /// Its tokens, as indices.
    pub tokens: std::ops::Range<usize>,
}

/// The logical lines of a file.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    pub tokens: Vec<Token>,
    pub lines: Vec<Line>,
    pub problems: Vec<Problem>,
}

/// Splits `source` into logical lines. Never fails.
pub(super) fn lex(source: &[u8]) -> Lexed {
    let mut out = Lexed::default();
    let mut at = if source.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    while at < source.len() {
        let start = at;
        let (indent_end, width) = indentation(source, at);
        at = indent_end;
        if matches!(source.get(at), None | Some(b'\n' | b'#')) || source[at..].starts_with(b"\r\n") {
            at = line_from(source, at).end;
            continue;
        }
        let first = out.tokens.len();
        at = logical_line(source, at, &mut out);
        if out.tokens.len() > first {
            let (span, indent) = (Span::new(start, at), Span::new(start, indent_end));
            out.lines.push(Line { span, indent, width, tokens: first..out.tokens.len() });
        }
    }
    out
}

/// The end of the blanks at `at`, and their width.
pub(super) fn indentation(source: &[u8], mut at: usize) -> (usize, usize) {
    let mut width = 0;
    while let Some(byte) = source.get(at) {
        match byte {
            b' ' => width += 1,
            b'\t' => width = (width / 8 + 1) * 8,
            0x0c => width = 0,
            _ => break,
        }
        at += 1;
    }
    (at, width)
}

/// Reads the tokens of the logical line at `at`. Returns its end, line end included.
fn logical_line(source: &[u8], mut at: usize, out: &mut Lexed) -> usize {
    let mut open: Vec<(u8, usize)> = Vec::new();
    while let Some(&byte) = source.get(at) {
        let start = at;
        let mut depth = open.len();
        let kind = match byte {
            b'\n' => {
                at += 1;
                if open.is_empty() {
                    return at;
                }
                continue;
            }
            b' ' | b'\t' | b'\r' | 0x0c => {
                at += 1;
                continue;
            }
            b'#' => {
                at = line_from(source, at).end;
                at -= usize::from(source[at - 1] == b'\n');
                continue;
            }
            b'\\' if source[at + 1..].starts_with(b"\n") => {
                at += 2;
                continue;
            }
            b'\\' if source[at + 1..].starts_with(b"\r\n") => {
                at += 3;
                continue;
            }
            b'"' | b'\'' => {
                at = literal_end(source, at, b"", &mut out.problems);
                TokenKind::Text
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'0'..=b'9' | 0x80.. => {
                at = word_end(source, at);
                let prefix = &source[start..at];
                if matches!(source.get(at), Some(b'"' | b'\'')) && is_prefix(prefix) {
                    at = literal_end(source, at, prefix, &mut out.problems);
                    TokenKind::Text
                } else {
                    if let Some((bracket, start)) = open.last()
                        && STATEMENTS.contains(&prefix)
                    {
                        let (bracket, word) = (char::from(*bracket), String::from_utf8_lossy(prefix));
                        let what = format!("this `{bracket}` is not closed before `{word}`");
                        out.problems.push(Problem::new(Span::new(*start, at), what));
                    }
                    TokenKind::Word
                }
            }
            b'(' | b'[' | b'{' => {
                open.push((byte, at));
                at += 1;
                TokenKind::Mark
            }
            b')' | b']' | b'}' => {
                at += 1;
                close(&mut open, byte, start, &mut out.problems);
                depth = open.len();
                TokenKind::Mark
            }
            _ => {
                at += 1;
                if byte.is_ascii_control() {
                    out.problems.push(Problem::new(
                        Span::new(start, at),
                        "no token begins with this control character",
                    ));
                }
                TokenKind::Mark
            }
        };
        out.tokens.push(Token { kind, span: Span::new(start, at), depth: depth as u32 });
    }
    if let Some((bracket, start)) = open.first() {
        let what = format!("this `{}` is never closed", char::from(*bracket));
        out.problems.push(Problem::new(Span::new(*start, source.len()), what));
    }
    at
}

fn close(open: &mut Vec<(u8, usize)>, byte: u8, at: usize, problems: &mut Vec<Problem>) {
    let fits = |bracket: u8| matches!((bracket, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
    match open.pop() {
        Some((bracket, _)) if fits(bracket) => {}
        Some((bracket, start)) => {
            let what = format!("`{}` is closed by `{}`", char::from(bracket), char::from(byte));
            problems.push(Problem::new(Span::new(start, at + 1), what));
        }
        None => {
            let what = format!("this `{}` closes nothing", char::from(byte));
            problems.push(Problem::new(Span::new(at, at + 1), what));
        }
    }
}

fn word_end(source: &[u8], at: usize) -> usize {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    source[at..].iter().position(|b| !is_word(*b)).map_or(source.len(), |n| at + n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(source: &[u8]) -> Vec<(String, usize)> {
        let text = |s: Span| String::from_utf8_lossy(s.of(source)).into_owned();
        lex(source).lines.iter().map(|l| (text(l.span), l.width)).collect()
    }

    #[test]
    fn a_logical_line_includes_its_continuations() {
        let source = b"# c\n\nx = (1, # d\n\n  2)\n\ty = \\\r\n  3\r\nz = '''\n#\n'''";
        let expected = [("x = (1, # d\n\n  2)\n", 0), ("\ty = \\\r\n  3\r\n", 8), ("z = '''\n#\n'''", 0)];
        assert_eq!(lines(source), expected.map(|(t, w)| (t.to_string(), w)));
    }

    #[test]
    fn tabs_go_to_multiples_of_eight_and_form_feeds_to_zero() {
        assert_eq!(indentation(b"   \t x", 0), (5, 9));
        assert_eq!(indentation(b"  \x0c x", 0), (4, 1));
    }

    #[test]
    fn open_brackets_are_problems() {
        assert_eq!(lex(b"x = (1\ny = 2\n").problems[0].what, "this `(` is never closed");
        assert_eq!(lex(b"x = (1]\n").problems[0].what, "`(` is closed by `]`");
        assert_eq!(lex(b"x = 1]\n").problems[0].span, Span::new(5, 6));
    }
}
