//! `#include` and `#define` lines.

use super::CFile;
use super::directive::{Keyword, keyword, normalized, skip_blank, whole_lines};
use super::lexer::lex;
use super::scan::{close_quote, word_end};
use super::tokens::Tokens;
use crate::text::Span;

/// An `#include` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// The path, or the macro in its place.
    pub path: String,
    /// The line, with its end.
    pub span: Span,
    /// Under which conditions it is compiled, innermost last.
    pub conditions: Vec<String>,
}

/// A `#define` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Define {
    /// What is defined.
    pub name: String,
    /// The name with the parameters.
    pub signature: Span,
    /// The value without comments around it; empty after the signature if there is none.
    pub value: Span,
    /// The line with its continuations and its end.
    pub span: Span,
}

/// The `#include` lines of a file.
pub(super) fn includes(file: &CFile) -> Vec<Include> {
    let include = |(span, rest): (Span, &[u8])| Include {
        path: include_path(rest),
        span: whole_lines(&file.source, span),
        conditions: file.conditions_at(span.start),
    };
    directives(file, Keyword::Include).map(include).collect()
}

/// The `#define` lines of a file.
pub(super) fn defines(file: &CFile) -> Vec<Define> {
    let define = |(span, rest): (Span, &[u8])| {
        // Bytes of the name that are not UTF-8 are replaced by longer ones.
        let open = word_end(rest, 0);
        let name = String::from_utf8_lossy(&rest[..open]).into_owned();
        let start = span.end - rest.len();
        let close = rest[open..].iter().position(|b| *b == b')').filter(|_| rest.get(open) == Some(&b'('));
        let end = close.map_or(open, |close| open + close + 1);
        let signature = Span::new(start, start + end);
        let value =
            value(&rest[end..]).map(|(first, last)| Span::new(start + end + first, start + end + last));
        let value = value.unwrap_or(Span::at(signature.end));
        (!name.is_empty()).then(|| Define { name, signature, value, span: whole_lines(&file.source, span) })
    };
    directives(file, Keyword::Define).filter_map(define).collect()
}

/// Where the value of a macro begins and ends in what follows its name and parameters.
fn value(text: &[u8]) -> Option<(usize, usize)> {
    let start = skip_blank(text, 0);
    let rest = &text[start..];
    let end = match rest.first()? {
        // The operators `#` and `##` would be read as a directive.
        b'#' => rest.trim_ascii_end().len(),
        _ => lex(rest).0.last()?.end(),
    };
    (end > 0).then_some((start, start + end))
}

/// The directives of one kind, each with what follows its keyword.
fn directives(file: &CFile, wanted: Keyword) -> impl Iterator<Item = (Span, &[u8])> {
    (0..file.nesting.tokens.len()).filter(move |token| file.is_directive(*token)).filter_map(move |token| {
        let text = file.text(token);
        let (keyword, end) = keyword(text);
        (keyword == wanted).then(|| (file.span(token), &text[skip_blank(text, end)..]))
    })
}

fn include_path(text: &[u8]) -> String {
    let string = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match text.first() {
        Some(b'<') => {
            let end = text.iter().position(|b| matches!(b, b'>' | b'\n')).unwrap_or(text.len());
            string(&text[1..end])
        }
        Some(b'"') => close_quote(text, 0).map_or_else(|_| normalized(text), |end| string(&text[1..end - 1])),
        _ => normalized(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_have_their_path_and_conditions() {
        let source = b"#include <a.h> /* x */\n#ifdef B\n# include \"b/c.h\"\n#endif\n#include M\n";
        let file = CFile::parse(source);
        let seen: Vec<_> = file.includes().iter().map(|i| (i.path.as_str(), i.conditions.len())).collect();
        assert_eq!(seen, [("a.h", 0), ("b/c.h", 1), ("M", 0)]);
        assert_eq!(file.includes()[1].span.of(source), b"# include \"b/c.h\"\n");
    }

    #[test]
    fn defines_have_their_name_and_lines() {
        let source = b"  #define F( a, b ) a \\\n  + b\n#define G (1) /* one */\n#define H\n#define\n";
        let file = CFile::parse(source);
        let seen: Vec<_> = file.defines().iter().map(|d| d.name.as_str()).collect();
        assert_eq!(seen, ["F", "G", "H"]);
        let parts: Vec<_> =
            file.defines().iter().map(|d| (d.signature.of(source), d.value.of(source))).collect();
        let expected: [(&[u8], &[u8]); 3] = [(b"F( a, b )", b"a \\\n  + b"), (b"G", b"(1)"), (b"H", b"")];
        assert_eq!(parts, expected);
        assert_eq!(file.defines()[0].span.of(source), b"  #define F( a, b ) a \\\n  + b\n");
    }
}
