//! `#include`, `#define` and `#undef` lines.

use super::CFile;
use super::directive::{Keyword, keyword, normalised, skip_blank, whole_lines};
use super::lexer::{close_quote, word_end};
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

/// Reads the directives of `file` into it.
pub(super) fn read(file: &mut CFile) {
    let (mut includes, mut defines, mut undefs) = (Vec::new(), Vec::new(), Vec::new());
    for token in (0..file.tokens.len()).filter(|i| file.is_directive(*i)) {
        let text = file.text(token);
        let (keyword, end) = keyword(text);
        let rest = skip_blank(text, end);
        let start = file.start(token);
        let name_end = word_end(text, rest);
        let name_span = Span::new(start + rest, start + name_end);
        let span = || whole_lines(&file.source, file.tokens[token].span());
        match keyword {
            Keyword::Include => {
                let (path, system) = include_path(&text[rest..]);
                includes.push(Include { path, system, span: span(), conditions: file.conditions_of(token) });
            }
            Keyword::Define if !name_span.is_empty() => {
                let parameters_end = match text.get(name_end) {
                    Some(b'(') => text[name_end..].iter().position(|b| *b == b')').map(|n| name_end + n + 1),
                    _ => None,
                };
                defines.push(Define {
                    name: file.string(name_span),
                    name_span,
                    parameters: parameters_end.map(|end| normalised(&text[name_end..end])),
                    value: normalised(&text[parameters_end.unwrap_or(name_end)..]),
                    span: span(),
                    conditions: file.conditions_of(token),
                });
            }
            Keyword::Undef if !name_span.is_empty() => undefs.push(Undef {
                name: file.string(name_span),
                name_span,
                hidden: text.get(end) == Some(&b'/'),
                span: span(),
                conditions: file.conditions_of(token),
            }),
            _ => {}
        }
    }
    (file.includes, file.defines, file.undefs) = (includes, defines, undefs);
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
