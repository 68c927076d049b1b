//! Initialised arrays outside every body: method tables, `_PyImport_Inittab` and their like.

use super::CFile;
use super::directive::normalised;
use super::head::Top;
use super::lexer::Kind;
use super::stretch::Stretch;
use crate::syntax::Problem;
use crate::text::{Span, line_bounds};

/// An array with an initialiser in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// The type of an element as it is written, without `static` and `extern`.
    pub element_type: String,
    /// From the first token of the declaration through the closing brace.
    pub span: Span,
    /// The braces and all between.
    pub body: Span,
    /// The entries in their order, the sentinel among them.
    pub entries: Vec<Entry>,
    /// Under which conditions it is compiled, innermost last.
    pub conditions: Vec<String>,
}

/// One entry of a [`Table`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The text of its first string literal, else its first identifier or token.
    pub key: String,
    /// Its tokens and the comma behind them.
    pub code: Span,
    /// `code`, or its whole lines with remarks on them when nothing else stands there.
    pub span: Span,
    /// Whether a comma follows. A macro such as `FOO_METHODDEF` brings its own.
    pub comma: bool,
    /// Under which conditions inside the table it is compiled, innermost last.
    pub conditions: Vec<String>,
    null: bool,
}

impl Table {
    /// The last entry if it marks the end: `{NULL, NULL}`, `{0}`, `NULL`.
    pub fn sentinel(&self) -> Option<&Entry> {
        self.entries.last().filter(|e| e.null)
    }

    /// Where an entry appended to the table goes: before the sentinel, else before the brace.
    pub fn append_at(&self) -> usize {
        self.sentinel().map_or(self.body.end - 1, |entry| entry.span.start)
    }
}

/// Finds the tables of `file`.
pub(super) fn tables(file: &CFile) -> (Vec<Table>, Vec<Problem>) {
    let top = Top::new(file);
    let (mut tables, mut problems) = (Vec::new(), Vec::new());
    for at in 2..top.top.len().saturating_sub(1) {
        if top.is(at, b"=") && top.is(at + 1, b"{") && top.is(at - 1, b"]") {
            tables.extend(table(&top, at, &mut problems));
        }
    }
    (tables, problems)
}

fn table(top: &Top, equals: usize, problems: &mut Vec<Problem>) -> Option<Table> {
    let file = top.file;
    let mut name = equals;
    while name >= 3 && top.is(name - 1, b"]") && top.is(name - 2, b"[") {
        name -= 2;
    }
    name -= 1;
    if !top.is_word(name) {
        return None;
    }
    let mut first = name;
    while first > 0 && !(top.is_directive(first - 1) || top.is(first - 1, b";") || top.is(first - 1, b"}")) {
        first -= 1;
    }
    // `struct {...} name[]`: the type goes on before the brace.
    if first > 1 && top.is(first - 1, b"}") && top.is(first - 2, b"{") {
        let brace = first - 2;
        let start = (0..brace).rev().take_while(|i| top.is_word(*i)).last().unwrap_or(brace);
        if (start..brace).any(|i| matches!(top.word(i), b"struct" | b"union" | b"enum")) {
            first = start;
        }
    }
    // Macros used as statements may stand before a storage class.
    first = (first..name).rev().find(|i| matches!(top.word(*i), b"static" | b"extern")).unwrap_or(first);
    let open = top.top[equals + 1];
    let close = file.nesting.partner(open)?;
    let name_span = file.span(top.top[name]);
    let start = file.start(top.top[first]);
    let words = (first..name).filter(|i| !matches!(top.word(*i), b"static" | b"extern"));
    let type_start = words.map(|i| file.start(top.top[i])).next().unwrap_or(name_span.start);
    Some(Table {
        name: file.string(name_span),
        name_span,
        element_type: normalised(&file.source[type_start..name_span.start]),
        span: Span::new(start, file.end(close)),
        body: Span::new(file.start(open), file.end(close)),
        entries: entries(&file.stretch(Span::new(file.start(open), file.end(close))), problems),
        conditions: file.conditions_of(open),
    })
}

/// The entries of a stretch that begins and ends with their braces.
fn entries(code: &Stretch<'_>, problems: &mut Vec<Problem>) -> Vec<Entry> {
    let close = code.len().saturating_sub(1);
    let mut entries: Vec<Entry> = Vec::new();
    let mut first: Option<usize> = None;
    let mut at = 1;
    while at < close {
        if code.is_directive(at) {
            if let Some(first) = first.take() {
                entries.push(entry(code, first, at - 1));
            }
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
            if let Some(begun) = first.filter(|first| begins_anew(code, *first, at)) {
                entries.push(entry(code, begun, at - 1));
                first = None;
            }
            first.get_or_insert(at);
            let opens = [&b"("[..], b"[", b"{"].iter().any(|mark| code.is_mark(at, mark));
            let end = if opens { code.partner(at) } else { None };
            if let Some(end) = end.filter(|end| *end > at && *end < close) {
                at = end;
            }
        }
        at += 1;
    }
    if let Some(first) = first {
        entries.push(entry(code, first, close - 1));
    }
    entries
}

/// Whether the token at `at` begins an entry although no comma ends the one begun at `first`: a
/// macro (with or without arguments) or a closed brace, and then a new line.
fn begins_anew(code: &Stretch<'_>, first: usize, at: usize) -> bool {
    let fresh = code.file.source[code.end(at - 1)..code.start(at)].contains(&b'\n');
    let starts = code.is_word(at) || code.is_mark(at, b"{");
    let group = |open: usize| code.partner(open) == Some(at - 1);
    let whole = if code.is_word(first) { at == first + 1 || group(first + 1) } else { group(first) };
    fresh && starts && whole
}

/// The entry of the tokens `first..=last`, the last of which may be its comma.
fn entry(code: &Stretch<'_>, first: usize, last: usize) -> Entry {
    let tokens = first..=last;
    let literal = tokens.clone().find(|i| code.tokens[*i].kind == Kind::Text);
    let value = tokens.clone().find(|i| !code.is_mark(*i, b"{") && !code.is_mark(*i, b"("));
    let key = match literal {
        Some(i) => inside_quotes(code.text(i)),
        None => code.text(tokens.clone().find(|i| code.is_word(*i)).or(value).unwrap_or(first)),
    };
    let null = value.is_some_and(|i| matches!(code.text(i), b"NULL" | b"0" | b"}"));
    let span = Span::new(code.start(first), code.end(last));
    let places = &code.file.nesting.places;
    let at = |token: usize| places.at(code.start(token));
    Entry {
        key: String::from_utf8_lossy(key).into_owned(),
        code: span,
        span: whole_lines(code.file, span),
        comma: code.is_mark(last, b","),
        conditions: places.conditions(&code.file.nesting.groups, at(first), at(0)),
        null,
    }
}

fn inside_quotes(literal: &[u8]) -> &[u8] {
    let start = literal.iter().position(|b| *b == b'"').map_or(0, |i| i + 1);
    let text = &literal[start..];
    text.strip_suffix(b"\"").unwrap_or(text)
}

/// The lines of `code` when only blanks and remarks stand beside it on them, else `code`.
fn whole_lines(file: &CFile, code: Span) -> Span {
    let start = line_bounds(&file.source, code.start).start;
    let end = line_bounds(&file.source, code.end).end;
    if is_blank(&file.source[start..code.start]) && is_blank(&file.source[code.end..end]) {
        Span::new(start, end)
    } else {
        code
    }
}

/// Whether `text` is blanks and comments that end in it, and perhaps a line end.
fn is_blank(text: &[u8]) -> bool {
    let mut problems = Vec::new();
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | 0x0c => at += 1,
            b'/' if matches!(text.get(at + 1), Some(b'*' | b'/')) => {
                at = super::pieces::comment_end(text, at, &mut problems);
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
    fn entries_have_keys_and_whole_lines_when_they_stand_alone() {
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
    fn a_table_knows_its_type_its_sentinel_and_the_conditions_of_entries() {
        let file = CFile::parse(METHODS.as_bytes());
        let table = &file.tables()[0];
        assert_eq!((table.name.as_str(), table.element_type.as_str()), ("methods", "PyMethodDef"));
        assert_eq!(table.entries[1].conditions, ["#ifdef HAVE_B"]);
        assert_eq!(table.append_at(), METHODS.find("    {NULL").unwrap());
        assert!(!table.entries[2].comma && table.entries[0].comma);
    }

    #[test]
    fn element_types_and_shapes_vary() {
        let source = "int f(void) { }\n#if A\nconst struct _inittab *t[2][3] = {{1}, {2}};\n#endif\nint g(void) { }\nstatic struct { int a; } u[] = { };\nint v = {1};\nint h(void) { }\nMACRO(x)\nstatic T w[] = {\n{0, 0}\n};\n";
        let file = CFile::parse(source.as_bytes());
        let seen: Vec<_> = file.tables().iter().map(|t| (t.name.as_str(), t.element_type.as_str())).collect();
        assert_eq!(seen, [("t", "const struct _inittab *"), ("u", "struct { int a; }"), ("w", "T")]);
        assert_eq!(file.tables()[2].sentinel().map(|e| e.key.as_str()), Some("0"));
        assert_eq!(file.tables()[0].conditions, ["#if A"]);
        assert_eq!(file.tables()[0].entries.len(), 2);
        assert!(file.tables()[0].entries[0].conditions.is_empty());
        assert_eq!(file.tables()[0].sentinel(), None);
    }

    #[test]
    fn a_comma_behind_the_endif_of_its_entry_is_a_problem() {
        let source = "char *t[] = {\n\"a\"\n#if B\n\"b\"\n#endif\n, \"c\" \"d\"};\n";
        let file = CFile::parse(source.as_bytes());
        assert_eq!(
            file.problem_in(Span::new(0, source.len())).unwrap().what,
            "an #if separates this comma from its entry"
        );
    }
}
