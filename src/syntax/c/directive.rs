//! Preprocessor directives: their keyword, and their normalized text.

use super::scan::{byte_table, close_quote, comment_end, splice, word_end};
use crate::text::Span;

/// The keyword of a directive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    /// `#if`, `#ifdef` or `#ifndef`.
    If,
    /// `#elif`, `#elifdef` or `#elifndef`.
    Elif,
    Else,
    Endif,
    Include,
    Define,
    Other,
}

/// The keyword of a directive that starts with `#`, and the offset in it after the keyword.
pub(super) fn keyword(directive: &[u8]) -> (Keyword, usize) {
    let start = skip_blank(directive, 1);
    let end = word_end(directive, start.min(directive.len()));
    let keyword = match &directive[start..end] {
        b"if" | b"ifdef" | b"ifndef" => Keyword::If,
        b"elif" | b"elifdef" | b"elifndef" => Keyword::Elif,
        b"else" => Keyword::Else,
        b"endif" => Keyword::Endif,
        b"include" | b"include_next" | b"import" => Keyword::Include,
        b"define" => Keyword::Define,
        _ => Keyword::Other,
    };
    (keyword, end)
}

/// The offset after blanks, comments and splices, but before a line end.
pub(super) fn skip_blank(text: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = text.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | 0x0b | 0x0c => at += 1,
            b'/' if matches!(text.get(at + 1), Some(b'*' | b'/')) => {
                at = comment_end(text, at, &mut Vec::new());
            }
            b'\\' if splice(text, at) > 0 => at += splice(text, at),
            _ => break,
        }
    }
    at
}

/// Bytes that may begin more than part of a word or operator.
const SPECIAL: [bool; 256] = byte_table(b" \t\r\n\x0b\x0c/\\\"'");

/// `text` on one line, without comments and splices, and with one space for each run of blanks, but
/// none at the ends and none after a leading `#`. Literals are unchanged.
pub(super) fn normalized(text: &[u8]) -> String {
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let mut at = 0;
    loop {
        let plain = text[at..].iter().take_while(|b| !SPECIAL[usize::from(**b)]).count();
        out.extend_from_slice(&text[at..at + plain]);
        at += plain;
        let before = at;
        while at < text.len() {
            let next = skip_blank(text, at);
            let next = if text.get(next) == Some(&b'\n') { next + 1 } else { next };
            if next == at {
                break;
            }
            at = next;
        }
        let Some(&byte) = text.get(at) else { break };
        if at > before && !out.is_empty() && out != b"#" {
            out.push(b' ');
        }
        let end = match byte {
            b'"' | b'\'' => close_quote(text, at).unwrap_or(at + 1),
            _ => at + 1,
        };
        out.extend_from_slice(&text[at..end]);
        at = end;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The lines of a directive: from the start of its line, if only blanks precede the `#`, through the
/// end of its last line.
pub(super) fn whole_lines(source: &[u8], directive: Span) -> Span {
    let blanks =
        source[..directive.start].iter().rev().take_while(|b| matches!(b, b' ' | b'\t' | 0x0c)).count();
    let start = directive.start - blanks;
    let fresh = start == 0 || source[start - 1] == b'\n';
    Span::new(if fresh { start } else { directive.start }, directive.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_of_a_directive_does_not_matter() {
        assert_eq!(normalized(b"#  if  defined(A) \\\r\n  && B /* why */\r\n"), "#if defined(A) && B");
        assert_eq!(normalized(b"#include \"a  b\"\n"), "#include \"a  b\"");
        assert_eq!(normalized(b"#error don't  do\n"), "#error don't do");
    }

    #[test]
    fn the_keyword_may_follow_blanks_and_comments() {
        assert_eq!(keyword(b"# /* a */ ifdef X\n"), (Keyword::If, 15));
        assert_eq!(keyword(b"#define/**/X").0, Keyword::Define);
        assert_eq!(keyword(b"#").0, Keyword::Other);
    }
}
