//! `#include`, `#define` and `#undef` lines.

use super::CFile;
use super::directive::{Keyword, keyword, normalised, skip_blank, whole_lines};
use super::pieces::{close_quote, word_end};
use crate::text::Span;

/// An `#include` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Include {
    /// The path, or the macro that stands for it.
    pub path: String,
    /// Whether it is `<path>` and not `"path"`.
    pub system: bool,
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
    /// Where the name stands.
    pub name_span: Span,
    /// The parameters with their parentheses, if it takes any.
    pub parameters: Option<String>,
    /// The replacement on one line, without comments.
    pub value: String,
    /// The line with its continuations and its end.
    pub span: Span,
    /// Under which conditions it is compiled, innermost last.
    pub conditions: Vec<String>,
}

/// An `#undef` line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undef {
    /// What is undefined.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Whether a comment instead of a blank follows the keyword (`#undef/**/X`), which hides the
    /// line from config.status.
    pub hidden: bool,
    /// The line, with its end.
    pub span: Span,
    /// Under which conditions it is compiled, innermost last.
    pub conditions: Vec<String>,
}

/// A directive of a file: its text, and what stands behind its keyword.
struct Directive<'a> {
    token: usize,
    text: &'a [u8],
    /// Where the keyword ends in `text`, and where the next word begins and ends.
    keyword_end: usize,
    rest: usize,
    word_end: usize,
}

impl<'a> Directive<'a> {
    /// The directives of one kind.
    fn of(file: &'a CFile, wanted: Keyword) -> impl Iterator<Item = Directive<'a>> {
        (0..file.nesting.tokens.len()).filter(|token| file.is_directive(*token)).filter_map(move |token| {
            let text = file.text(token);
            let (keyword, keyword_end) = keyword(text);
            let rest = skip_blank(text, keyword_end);
            let word_end = word_end(text, rest);
            (keyword == wanted).then_some(Directive { token, text, keyword_end, rest, word_end })
        })
    }

    fn word_span(&self, file: &CFile) -> Span {
        let start = file.start(self.token);
        Span::new(start + self.rest, start + self.word_end)
    }

    fn lines(&self, file: &CFile) -> Span {
        whole_lines(&file.source, file.span(self.token))
    }
}

/// The `#include` lines of a file.
pub(super) fn includes(file: &CFile) -> Vec<Include> {
    let all = Directive::of(file, Keyword::Include);
    all.map(|directive| {
        let (path, system) = include_path(&directive.text[directive.rest..]);
        Include { path, system, span: directive.lines(file), conditions: file.conditions_of(directive.token) }
    })
    .collect()
}

/// The `#define` lines of a file.
pub(super) fn defines(file: &CFile) -> Vec<Define> {
    let all = Directive::of(file, Keyword::Define).filter(|directive| directive.word_end > directive.rest);
    all.map(|directive| {
        let (text, word_end) = (directive.text, directive.word_end);
        let parameters_end = match text.get(word_end) {
            Some(b'(') => text[word_end..].iter().position(|b| *b == b')').map(|n| word_end + n + 1),
            _ => None,
        };
        Define {
            name: file.string(directive.word_span(file)),
            name_span: directive.word_span(file),
            parameters: parameters_end.map(|end| normalised(&text[word_end..end])),
            value: normalised(&text[parameters_end.unwrap_or(word_end)..]),
            span: directive.lines(file),
            conditions: file.conditions_of(directive.token),
        }
    })
    .collect()
}

/// The `#undef` lines of a file.
pub(super) fn undefs(file: &CFile) -> Vec<Undef> {
    let all = Directive::of(file, Keyword::Undef).filter(|directive| directive.word_end > directive.rest);
    all.map(|directive| Undef {
        name: file.string(directive.word_span(file)),
        name_span: directive.word_span(file),
        hidden: directive.text.get(directive.keyword_end) == Some(&b'/'),
        span: directive.lines(file),
        conditions: file.conditions_of(directive.token),
    })
    .collect()
}

fn include_path(text: &[u8]) -> (String, bool) {
    let string = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match text.first() {
        Some(b'<') => {
            let end = text.iter().position(|b| matches!(b, b'>' | b'\n')).unwrap_or(text.len());
            (string(&text[1..end]), true)
        }
        Some(b'"') => match close_quote(text, 0) {
            Ok(end) => (string(&text[1..end - 1]), false),
            Err(_) => (normalised(text), false),
        },
        _ => (normalised(text), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn includes_know_their_path_and_conditions() {
        let source = b"#include <a.h> /* x */\n#ifdef B\n# include \"b/c.h\"\n#endif\n#include M\n";
        let file = CFile::parse(source);
        let seen: Vec<_> =
            file.includes().iter().map(|i| (i.path.as_str(), i.system, i.conditions.len())).collect();
        assert_eq!(seen, [("a.h", true, 0), ("b/c.h", false, 1), ("M", false, 0)]);
        assert_eq!(file.includes()[1].span.of(source), b"# include \"b/c.h\"\n");
    }

    #[test]
    fn defines_have_name_parameters_and_value() {
        let source = b"  #define F( a, b ) a \\\n  + b\n#define G (1) /* one */\n#define H\n";
        let file = CFile::parse(source);
        let seen: Vec<_> = file
            .defines()
            .iter()
            .map(|d| (d.name.as_str(), d.parameters.as_deref(), d.value.as_str()))
            .collect();
        assert_eq!(seen, [("F", Some("( a, b )"), "a + b"), ("G", None, "(1)"), ("H", None, "")]);
        assert_eq!(file.defines()[0].span.of(source), b"  #define F( a, b ) a \\\n  + b\n");
    }

    #[test]
    fn an_undef_with_a_comment_for_a_blank_is_told_apart() {
        let file = CFile::parse(b"#undef X\n#undef/**/Y\n#undef /* z */ Z\n");
        let seen: Vec<_> = file.undefs().iter().map(|u| (u.name.as_str(), u.hidden)).collect();
        assert_eq!(seen, [("X", false), ("Y", true), ("Z", false)]);
    }
}
