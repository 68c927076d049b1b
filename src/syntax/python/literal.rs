//! Where a string literal ends: all prefixes, triple quotes, and f-strings with strings inside.

use crate::syntax::Problem;
use crate::text::Span;

/// Whether a word before a quote is the prefix of a string.
pub(super) fn is_prefix(word: &[u8]) -> bool {
    const KNOWN: [&[u8]; 13] =
        [b"r", b"u", b"b", b"f", b"t", b"ur", b"br", b"rb", b"fr", b"rf", b"tr", b"rt", b"bu"];
    word.len() <= 2 && KNOWN.contains(&word.to_ascii_lowercase().as_slice())
}

/// The offset after the literal whose first quote is at `at`. A literal that is not closed ends
/// before its line end, or with the file if its quotes are triple.
pub(super) fn literal_end(source: &[u8], at: usize, prefix: &[u8], problems: &mut Vec<Problem>) -> usize {
    let quotes = Quotes::at(source, at);
    let formatted = prefix.iter().any(|b| b"fFtT".contains(b));
    let raw = prefix.iter().any(|b| b"rR".contains(b));
    if formatted && let Some(end) = formatted_end(source, at + quotes.length, quotes, raw, 0) {
        return end;
    }
    plain_end(source, at + quotes.length, quotes).unwrap_or_else(|end| {
        problems.push(Problem::new(Span::new(at, end), "this string is never closed"));
        end
    })
}

/// The text between the quotes of a literal.
pub(super) fn content(literal: &[u8]) -> &[u8] {
    let Some(first) = literal.iter().position(|b| matches!(b, b'"' | b'\'')) else { return literal };
    let quotes = Quotes::at(literal, first);
    let start = first + quotes.length;
    &literal[start..literal.len().saturating_sub(quotes.length).max(start)]
}

#[derive(Clone, Copy)]
struct Quotes {
    mark: u8,
    length: usize,
}

impl Quotes {
    fn at(source: &[u8], at: usize) -> Quotes {
        let mark = source[at];
        let triple = source[at..].starts_with(&[mark; 3]);
        Quotes { mark, length: if triple { 3 } else { 1 } }
    }

    fn close(self, source: &[u8], at: usize) -> bool {
        source[at..].starts_with(&[self.mark; 3][..self.length])
    }
}

/// The offset after the closing quotes, or where an open literal is given up as the error.
fn plain_end(source: &[u8], mut at: usize, quotes: Quotes) -> Result<usize, usize> {
    while let Some(&byte) = source.get(at) {
        match byte {
            b'\\' => at += if source[at + 1..].starts_with(b"\r\n") { 3 } else { 2 },
            b'\n' if quotes.length == 1 => return Err(at),
            _ if quotes.close(source, at) => return Ok(at + quotes.length),
            _ => at += 1,
        }
    }
    Err(source.len())
}

/// How deeply replacement fields may nest; Python itself allows far less.
const DEEPEST: usize = 32;

/// The offset after the closing quotes of an f-string whose text starts at `at`; `None` if its
/// fields are malformed.
fn formatted_end(source: &[u8], mut at: usize, quotes: Quotes, raw: bool, depth: usize) -> Option<usize> {
    while let Some(&byte) = source.get(at) {
        match byte {
            b'\\' if !raw && source[at..].starts_with(b"\\N{") => {
                at += source[at..].iter().position(|b| *b == b'}')? + 1;
            }
            b'\\' if matches!(source.get(at + 1), Some(b'{' | b'}')) => at += 1,
            b'\\' => at += if source[at + 1..].starts_with(b"\r\n") { 3 } else { 2 },
            b'\n' if quotes.length == 1 => return None,
            b'{' if source.get(at + 1) == Some(&b'{') => at += 2,
            b'{' => at = field_end(source, at + 1, quotes, depth + 1)?,
            _ if quotes.close(source, at) => return Some(at + quotes.length),
            _ => at += 1,
        }
    }
    None
}

/// The offset after the `}` of the replacement field whose expression starts at `at`.
fn field_end(source: &[u8], mut at: usize, quotes: Quotes, depth: usize) -> Option<usize> {
    if depth > DEEPEST {
        return None;
    }
    let mut brackets = 0usize;
    loop {
        match source.get(at)? {
            b'(' | b'[' | b'{' => brackets += 1,
            b'}' if brackets == 0 => return Some(at + 1),
            b')' | b']' | b'}' => brackets = brackets.saturating_sub(1),
            b'"' | b'\'' => {
                let inner = Quotes::at(source, at);
                let start = at + inner.length;
                let word = source[..at].iter().rev().take_while(|b| b.is_ascii_alphabetic()).count().min(2);
                let prefix = &source[at - word..at];
                at = if prefix.iter().any(|b| b"fFtT".contains(b)) {
                    formatted_end(source, start, inner, true, depth + 1)?
                } else {
                    plain_end(source, start, inner).ok()?
                };
                continue;
            }
            b'#' if quotes.length == 3 => {
                at += source[at..].iter().position(|b| *b == b'\n')?;
            }
            b':' if brackets == 0 => return format_end(source, at + 1, quotes, depth),
            _ => {}
        }
        at += 1;
    }
}

/// The offset after the `}` of a field whose format starts at `at`.
fn format_end(source: &[u8], mut at: usize, quotes: Quotes, depth: usize) -> Option<usize> {
    loop {
        match source.get(at)? {
            b'{' => at = field_end(source, at + 1, quotes, depth + 1)?,
            b'}' => return Some(at + 1),
            b'\n' if quotes.length == 1 => return None,
            _ if quotes.close(source, at) => return None,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(source: &str) -> usize {
        let at = source.find(['"', '\'']).unwrap();
        literal_end(source.as_bytes(), at, &source.as_bytes()[..at], &mut Vec::new())
    }

    #[test]
    fn literals_end_at_their_own_quotes() {
        for literal in [r#""a'\"b""#, r#"r'\''"#, "'''a'b''c\n'''", "\"\"", "b\"a\\\nb\"", "''''a'''"] {
            assert_eq!(end(&format!("{literal} + 'x'")), literal.len(), "{literal}");
        }
    }

    #[test]
    fn fields_of_an_f_string_may_hold_its_own_quotes() {
        for literal in
            [r#"f"{a["b"]:{w}} {{ \N{DASH} {'}'!r}""#, r#"f"{x:"#, "f'''{\na # '\n}'''", r#"rf"\{a}\"""#]
        {
            let closed = if literal.ends_with(':') { format!("{literal}\"") } else { literal.to_string() };
            assert_eq!(end(&format!("{closed} + 'x'")), closed.len(), "{closed}");
        }
    }

    #[test]
    fn an_open_string_ends_with_its_line() {
        let mut problems = Vec::new();
        assert_eq!(literal_end(b"'abc\nd", 0, b"", &mut problems), 4);
        assert_eq!(problems.len(), 1);
        assert_eq!(literal_end(b"'''abc\nd", 0, b"", &mut problems), 8);
    }

    #[test]
    fn content_is_the_text_between_the_quotes() {
        assert_eq!(content(b"ur'''a'''"), b"a");
        assert_eq!(content(b"'a'"), b"a");
        assert_eq!(content(b"'"), b"");
    }
}
