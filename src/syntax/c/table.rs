//! Initialized arrays outside every body: method tables, `_PyImport_Inittab` and the like.

use super::CFile;
use super::head::TopLevel;
use super::lexer::TokenKind;
use super::token_range::TokenRange;
use super::tokens::Tokens;
use crate::syntax::Problem;
use crate::text::{Span, line_bounds};

/// An array with an initializer in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The name in the declaration.
    pub name_span: Span,
    /// From the first token of the declaration through the closing brace.
    pub span: Span,
    /// The entries in order, the sentinel among them.
    pub entries: Vec<Entry>,
}

/// An entry of a [`Table`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The text of its first string literal, else its first identifier or token.
    pub key: String,
    /// Its tokens and the comma after them.
    pub code: Span,
    /// The whole lines of `code` with their remarks, if no other code is on them, else `code`.
    pub span: Span,
}

/// Finds the tables of `file`, and the problems of their entries.
pub(super) fn tables(file: &CFile) -> (Vec<Table>, Vec<Problem>) {
    let top = TopLevel::new(file);
    let (mut tables, mut problems) = (Vec::new(), Vec::new());
    for at in 2..top.indices.len().saturating_sub(1) {
        if top.is_mark(at, b"=") && top.is_mark(at + 1, b"{") && top.is_mark(at - 1, b"]") {
            tables.extend(table(&top, at, &mut problems));
        }
    }
    (tables, problems)
}

fn table(top: &TopLevel, equals: usize, problems: &mut Vec<Problem>) -> Option<Table> {
    let file = top.file;
    let mut name = equals;
    while name >= 3 && top.is_mark(name - 1, b"]") && top.is_mark(name - 2, b"[") {
        name -= 2;
    }
    name -= 1;
    if !top.is_word(name) {
        return None;
    }
    let mut first = name;
    while first > 0 && !(top.is_directive(first - 1) || top.is_any_mark(first - 1, b";}")) {
        first -= 1;
    }
    // `struct {...} name[]`: the type begins before the brace.
    if first > 1 && top.is_mark(first - 1, b"}") && top.is_mark(first - 2, b"{") {
        let brace = first - 2;
        let start = (0..brace).rev().take_while(|i| top.is_word(*i)).last().unwrap_or(brace);
        if (start..brace).any(|i| matches!(top.text(i), b"struct" | b"union" | b"enum")) {
            first = start;
        }
    }
    // Macros used as statements may precede a storage class.
    first = (first..name).rev().find(|i| matches!(top.text(*i), b"static" | b"extern")).unwrap_or(first);
    let close = file.nesting.partner(top.indices[equals + 1])?;
    let body = Span::new(top.start(equals + 1), file.end(close));
    Some(Table {
        name: file.string(top.span(name)),
        name_span: top.span(name),
        span: Span::new(top.start(first), body.end),
        entries: entries(&file.tokens_in(body), problems),
    })
}

/// The entries of an initializer, whose tokens begin and end with its braces.
fn entries(code: &TokenRange<'_>, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let close = code.len().saturating_sub(1);
    let mut entries: Vec<Entry> = Vec::new();
    let mut first: Option<usize> = None;
    let mut at = 1;
    while at < close {
        if code.is_directive(at) {
            entries.extend(first.take().map(|first| entry(code, first, at - 1)));
        } else if code.is_mark(at, b",") {
            match first.take() {
                Some(first) => entries.push(entry(code, first, at)),
                None => {
                    let from = entries.last().map_or(code.start(0), |e| e.code.start);
                    let span = Span::new(from, code.end(at));
                    problems.push(Problem::new(span, "an #if separates this comma from its entry"));
                }
            }
        } else {
            if let Some(begun) = first.take_if(|first| begins_next(code, *first, at)) {
                entries.push(entry(code, begun, at - 1));
            }
            first.get_or_insert(at);
            let end = if code.is_any_mark(at, b"([{") { code.partner(at) } else { None };
            if let Some(end) = end.filter(|end| *end > at && *end < close) {
                at = end;
            }
        }
        at += 1;
    }
    entries.extend(first.map(|first| entry(code, first, close - 1)));
    entries
}

/// Whether the token at `at` begins the next entry although no comma ends the one that begins at
/// `first`: that is a macro (with or without arguments) or a closed brace, and a new line follows it.
/// A macro such as `FOO_METHODDEF` brings its own comma.
fn begins_next(code: &TokenRange<'_>, first: usize, at: usize) -> bool {
    let new_line = code.source()[code.end(at - 1)..code.start(at)].contains(&b'\n');
    let starts = code.is_word(at) || code.is_mark(at, b"{");
    let group = |open: usize| code.partner(open) == Some(at - 1);
    let whole = if code.is_word(first) { at == first + 1 || group(first + 1) } else { group(first) };
    new_line && starts && whole
}

/// The entry of the tokens `first..=last`, the last of which may be its comma.
fn entry(code: &TokenRange<'_>, first: usize, last: usize) -> Entry {
    let mut tokens = first..=last;
    let key = match tokens.clone().find(|i| code.token(*i).kind == TokenKind::Text) {
        Some(literal) => inside_quotes(code.text(literal)),
        None => {
            let word = tokens.clone().find(|i| code.is_word(*i));
            let value = || tokens.find(|i| !code.is_any_mark(*i, b"{("));
            code.text(word.or_else(value).unwrap_or(first))
        }
    };
    let span = Span::new(code.start(first), code.end(last));
    let key = String::from_utf8_lossy(key).into_owned();
    Entry { key, code: span, span: whole_lines(code.file, span) }
}

pub(super) fn inside_quotes(literal: &[u8]) -> &[u8] {
    let start = literal.iter().position(|b| *b == b'"').map_or(0, |i| i + 1);
    let text = &literal[start..];
    text.strip_suffix(b"\"").unwrap_or(text)
}

/// The lines of `code` if only blanks and remarks are next to it on them, else `code`.
pub(super) fn whole_lines(file: &CFile, code: Span) -> Span {
    let start = line_bounds(&file.source, code.start).start;
    let end = line_bounds(&file.source, code.end).end;
    if is_blank(&file.source[start..code.start]) && is_blank(&file.source[code.end..end]) {
        Span::new(start, end)
    } else {
        code
    }
}

/// Whether `text` is blanks, line ends and comments that end in it.
fn is_blank(text: &[u8]) -> bool {
    let mut problems = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0c => at += 1,
            b'/' if matches!(text.get(at + 1), Some(b'*' | b'/')) => {
                at = super::scan::comment_end(text, at, &mut problems);
            }
            _ => return false,
        }
    }
    problems.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const METHODS: &str = "static PyMethodDef methods[] = {\n    {\"a\", f, 1, d}, /* one */\n#ifdef HAVE_B\n    {\"b\",\n     g},\n\
                           #endif\n    X_METHODDEF\n    Y_METHODDEF /* c */\n    {\"c\", h}, {\"d\", i},\n    {NULL, NULL} /* end */\n};\n";

    fn entry_texts(source: &str) -> Vec<(String, String)> {
        let file = CFile::parse(source.as_bytes());
        let text = |s: Span| source[s.start..s.end].to_string();
        file.tables()[0].entries.iter().map(|e| (e.key.clone(), text(e.span))).collect()
    }

    #[test]
    fn entries_have_keys_and_whole_lines_if_nothing_else_is_on_them() {
        let expected = [
            ("a", "    {\"a\", f, 1, d}, /* one */\n"),
            ("b", "    {\"b\",\n     g},\n"),
            ("X_METHODDEF", "    X_METHODDEF\n"),
            ("Y_METHODDEF", "    Y_METHODDEF /* c */\n"),
            ("c", "{\"c\", h},"),
            ("d", "{\"d\", i},"),
            ("NULL", "    {NULL, NULL} /* end */\n"),
        ];
        assert_eq!(entry_texts(METHODS), expected.map(|(k, t)| (k.to_string(), t.to_string())));
    }

    #[test]
    fn declarations_vary_in_shape() {
        let source = "int f(void) { }\n#if A\nconst struct _inittab *t[2][3] = {{1}, {2}};\n#endif\nint g(void) { }\nstatic struct { int a; } u[] = { };\nint v = {1};\nint h(void) { }\nMACRO(x)\nstatic T w[] = {\n{0, 0}\n};\n";
        let file = CFile::parse(source.as_bytes());
        let seen: Vec<_> = file
            .tables()
            .iter()
            .map(|t| (t.name.as_str(), source[t.span.start..].split(' ').next().unwrap(), t.entries.len()))
            .collect();
        assert_eq!(seen, [("t", "const", 2), ("u", "static", 0), ("w", "static", 1)]);
        assert_eq!(file.tables()[2].entries[0].key, "0");
    }

    #[test]
    fn a_comma_after_the_endif_of_its_entry_is_a_problem() {
        let source = "char *t[] = {\n\"a\"\n#if B\n\"b\"\n#endif\n, \"c\" \"d\"};\n";
        let file = CFile::parse(source.as_bytes());
        assert_eq!(
            file.problem_in(Span::new(0, source.len())).unwrap().what,
            "an #if separates this comma from its entry"
        );
    }
}
