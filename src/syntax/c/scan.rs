//! Where comments, literals, words and directives of C end.

use crate::syntax::Problem;
use crate::text::Span;

/// The length of a backslash with the line end after it; 0 if there is none at `at`.
pub(super) fn splice(source: &[u8], at: usize) -> usize {
    match source.get(at..) {
        Some([b'\\', b'\n', ..]) => 2,
        Some([b'\\', b'\r', b'\n', ..]) => 3,
        _ => 0,
    }
}

/// The end of the comment at `at`: after `*/`, or before the line end of a `//` comment.
pub(super) fn comment_end(source: &[u8], at: usize, problems: &mut Vec<Problem>) -> usize {
    let mut i = at + 2;
    if source[at + 1] == b'*' {
        // Slashes are rare in comments.
        return memchr::memchr_iter(b'/', &source[i..])
            .map(|n| i + n)
            .find(|slash| *slash > i && source[slash - 1] == b'*')
            .map_or_else(
                || {
                    problems.push(Problem::new(Span::new(at, source.len()), "this comment is never closed"));
                    source.len()
                },
                |slash| slash + 1,
            );
    }
    while i < source.len() && source[i] != b'\n' {
        i += splice(source, i).max(1);
    }
    i
}

/// The end of the string or character constant whose quote is at `at`. One that is not closed on
/// its line ends before the line end.
pub(super) fn quoted(source: &[u8], at: usize, problems: &mut Vec<Problem>) -> usize {
    close_quote(source, at).unwrap_or_else(|end| {
        problems.push(Problem::new(Span::new(at, end), "this literal is not closed on its line"));
        end
    })
}

/// The offset after the quote that closes the one at `at`; the error is the end of the line.
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

/// The offset after the line end of the directive at `at`. Continuations and comments of several
/// lines belong to it; an apostrophe in the text of an `#error` opens no literal.
pub(super) fn directive_end(source: &[u8], at: usize, problems: &mut Vec<Problem>) -> usize {
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

/// A table of which bytes are among `bytes`.
pub(super) const fn byte_table(bytes: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut i = 0;
    while i < bytes.len() {
        table[bytes[i] as usize] = true;
        i += 1;
    }
    table
}

/// The bytes of identifiers: a table, because it is used for every byte of a file.
const WORD_BYTES: [bool; 256] = {
    let mut table = byte_table(b"_$");
    let mut byte = 0;
    while byte < 256 {
        table[byte] |= (byte as u8).is_ascii_alphanumeric() || byte >= 0x80;
        byte += 1;
    }
    table
};

pub(super) fn is_word_byte(byte: u8) -> bool {
    WORD_BYTES[usize::from(byte)]
}

/// The end of the identifier at `at`.
pub(super) fn word_end(source: &[u8], at: usize) -> usize {
    source[at..].iter().position(|b| !is_word_byte(*b)).map_or(source.len(), |n| at + n)
}

pub(super) fn is_prefix(word: &[u8]) -> bool {
    matches!(word, b"L" | b"u" | b"U" | b"u8")
}

pub(super) fn number_end(source: &[u8], at: usize) -> usize {
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

pub(super) fn mark_length(rest: &[u8]) -> usize {
    match rest {
        [b'.', b'.', b'.', ..] | [b'<', b'<', b'=', ..] | [b'>', b'>', b'=', ..] => 3,
        [b'-', b'>', ..] => 2,
        [a, b'=', ..] if b"+-*/%&|^<>=!".contains(a) => 2,
        [a, b, ..] if a == b && b"+-<>&|#".contains(a) => 2,
        _ => 1,
    }
}
