//! Preprocessor directives: which one it is, and its text without accidents of layout.

use super::pieces::{close_quote, comment_end, splice, word_end};
use crate::text::Span;

/// Directives that matter to a finder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    If,
    Ifdef,
    Ifndef,
    Elif,
    Else,
    Endif,
    Include,
    Define,
    Undef,
    Other,
}

/// The keyword of a directive that starts with `#`, and the offset in it behind the keyword.
pub(super) fn keyword(directive: &[u8]) -> (Keyword, usize) {
    let start = skip_blank(directive, 1);
    let end = word_end(directive, start.min(directive.len()));
    let keyword = match &directive[start..end] {
        b"if" => Keyword::If,
        b"ifdef" => Keyword::Ifdef,
        b"ifndef" => Keyword::Ifndef,
        b"elif" | b"elifdef" | b"elifndef" => Keyword::Elif,
        b"else" => Keyword::Else,
        b"endif" => Keyword::Endif,
        b"include" | b"include_next" | b"import" => Keyword::Include,
        b"define" => Keyword::Define,
        b"undef" => Keyword::Undef,
        _ => Keyword::Other,
    };
    (keyword, end)
}

/// Behind blanks, comments and splices; a line end is not skipped.
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

/// Bytes that may be more in a directive than a part of a word or an operator.
const SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let bytes = b" \t\r\n\x0b\x0c/\\\"'";
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] = true;
        i += 1;
    }
    table
};

/// `text` on one line: comments and splices gone, runs of blanks as one space, none at the ends
/// and none behind a leading `#`. Literals stay as they are.
pub(super) fn normalised(text: &[u8]) -> String {
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

/// A directive with the lines it covers: from the start of its line when only blanks stand before
/// the `#`, through the end of its last line.
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
        assert_eq!(normalised(b"#  if  defined(A) \\\r\n  && B /* why */\r\n"), "#if defined(A) && B");
        assert_eq!(normalised(b"#include \"a  b\"\n"), "#include \"a  b\"");
        assert_eq!(normalised(b"#error don't  do\n"), "#error don't do");
    }

    #[test]
    fn the_keyword_may_stand_behind_blanks_and_comments() {
        assert_eq!(keyword(b"# /* a */ ifdef X\n"), (Keyword::Ifdef, 15));
        assert_eq!(keyword(b"#undef/**/X").0, Keyword::Undef);
        assert_eq!(keyword(b"#").0, Keyword::Other);
    }
}
