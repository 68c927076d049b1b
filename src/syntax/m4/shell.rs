//! Strings, brackets and words of shell code, between which the parser reads.

use crate::text::Span;

/// How deep arguments may be nested. Without a limit, a text of calls that nothing closes would be read to its end for each
/// of them.
const DEEPEST: usize = 100;

/// The end of the string that `open` begins: `'`, `"` or `` ` ``. None if it is not closed before `end`.
pub(super) fn string_end(code: &[u8], open: usize, end: usize) -> Option<usize> {
    let quote = code[open];
    let mut at = open + 1;
    while at < end {
        match code[at] {
            b'\\' if quote != b'\'' => at += 1,
            here if here == quote => return Some(at + 1),
            b'`' if quote == b'"' => at = string_end(code, at, end).unwrap_or(at + 1) - 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// The end of the brackets that `open` begins, whatever is in them: m4 counts nothing else.
pub(super) fn quote_end(code: &[u8], open: usize, end: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in code[..end].iter().enumerate().skip(open) {
        match byte {
            b'[' => depth += 1,
            b']' if depth <= 1 => return Some(at + 1),
            b']' => depth -= 1,
            _ => {}
        }
        if depth > DEEPEST {
            return None;
        }
    }
    None
}

/// The end of a pair of signs that `open` begins: parentheses or braces, with strings in them.
pub(super) fn pair_end(code: &[u8], open: usize, end: usize) -> Option<usize> {
    let closing = if code[open] == b'(' { b')' } else { b'}' };
    let mut depth = 0usize;
    let mut at = open;
    while at < end {
        match code[at] {
            b'\\' => at += 1,
            b'"' | b'\'' | b'`' => at = string_end(code, at, end).map_or(at, |end| end - 1),
            here if here == code[open] => depth += 1,
            here if here == closing && depth <= 1 => return Some(at + 1),
            here if here == closing => depth -= 1,
            _ => {}
        }
        if depth > DEEPEST {
            return None;
        }
        at += 1;
    }
    None
}

/// The arguments of the list that opens at `open`, without the blanks around them, and the offset after the list.
pub(super) fn arguments(code: &[u8], open: usize, end: usize) -> Option<(Vec<Span>, usize)> {
    let mut found = Vec::new();
    let (mut depth, mut quotes, mut start) = (0usize, 0usize, open + 1);
    for (at, byte) in code[..end].iter().enumerate().skip(open) {
        match byte {
            b'[' | b'(' if depth + quotes > DEEPEST => return None,
            b'[' => quotes += 1,
            // One that closes nothing is text for m4.
            b']' => quotes = quotes.saturating_sub(1),
            b'(' if quotes == 0 => depth += 1,
            b')' if quotes == 0 && depth == 1 => {
                found.push(trimmed(code, Span::new(start, at)));
                return Some((found, at + 1));
            }
            b')' if quotes == 0 => depth -= 1,
            b',' if quotes == 0 && depth == 1 => {
                found.push(trimmed(code, Span::new(start, at)));
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// How many brackets of a text close, and how many open, a quote that is not all in it.
pub fn unbalanced(text: &[u8]) -> (usize, usize) {
    text.iter().fold((0, 0), |(closing, opening), byte| match byte {
        b'[' => (closing, opening + 1),
        b']' if opening == 0 => (closing + 1, 0),
        b']' => (closing, opening - 1),
        _ => (closing, opening),
    })
}

/// An argument without its quotes, and whether it has any.
pub(super) fn unquoted(code: &[u8], argument: Span) -> (Span, bool) {
    let is_quoted = !argument.is_empty()
        && code[argument.start] == b'['
        && quote_end(code, argument.start, argument.end) == Some(argument.end);
    if is_quoted { (Span::new(argument.start + 1, argument.end - 1), true) } else { (argument, false) }
}

/// A span without the blanks around it.
pub(super) fn trimmed(code: &[u8], span: Span) -> Span {
    let text = span.of(code);
    let end = span.start + text.trim_ascii_end().len();
    Span::new(end - text.trim_ascii().len(), end)
}

pub(super) fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The word of letters, digits and underscores at `at`.
pub(super) fn name_at(code: &[u8], at: usize, end: usize) -> Span {
    Span::new(at, at + code[at..end].iter().take_while(|b| is_name_byte(**b)).count())
}

/// The offset after a line end at `at`.
pub(super) fn after_line_end(code: &[u8], at: usize) -> Option<usize> {
    match code.get(at..)? {
        [b'\n', ..] => Some(at + 1),
        [b'\r', b'\n', ..] => Some(at + 2),
        _ => None,
    }
}

/// The word that ends a here-document, after `<<`.
pub(super) fn heredoc_word(rest: &[u8]) -> Option<Vec<u8>> {
    let rest = rest.strip_prefix(b"-").unwrap_or(rest).trim_ascii_start();
    let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
    let is_quote = |b: &u8| matches!(b, b'"' | b'\'' | b'[' | b']');
    let word: Vec<u8> =
        rest.iter().skip_while(|b| is_quote(b)).take_while(|b| is_name_byte(**b)).copied().collect();
    (!word.is_empty()).then_some(word)
}

/// The offset after the line that ends a here-document; `at` if there is none.
pub(super) fn document_end(code: &[u8], at: usize, end: usize, word: &[u8]) -> usize {
    let mut line = at;
    while line < end {
        let next = memchr::memchr(b'\n', &code[line..end]).map_or(end, |i| line + i + 1);
        if code[line..next].trim_ascii() == word {
            return next;
        }
        line = next;
    }
    at
}
