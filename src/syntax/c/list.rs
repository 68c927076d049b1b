//! Lists in braces by their name: the fields of a `struct` or `union`, the constants of an `enum`, the values of an initializer.

use super::CFile;
use super::lexer::TokenKind;
use super::table::{inside_quotes, whole_lines};
use super::tokens::Tokens;
use super::unit::{Braces, Reading};
use crate::text::Span;

/// The kind of a [`List`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    /// The fields of a `struct` or `union`.
    Fields,
    /// The constants of an `enum`.
    Constants,
    /// The values of an initialized variable, such as an array.
    Values,
}

/// A list in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// What it has inside.
    pub kind: ListKind,
    /// Its names: a tag and that of a `typedef`, or the name of a variable.
    pub names: Vec<Span>,
    /// What is inside its braces.
    pub inside: Span,
    /// Its entries in order; those of the braces inside them belong to these.
    pub entries: Vec<ListEntry>,
}

/// An entry of a [`List`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// What it is called: the names of fields, the first string, or the first word where it has no string, and the name of a
    /// designated field, or that in the comment after it.
    pub keys: Vec<String>,
    /// Its tokens, with the comma or semicolon after them.
    pub code: Span,
    /// The whole lines of `code` with their remarks, if no other code is on them, else `code`.
    pub span: Span,
}

impl CFile {
    /// The lists with a name in `within`, in order.
    pub fn lists(&self, within: Span) -> Vec<List> {
        let all = Reading::new(self, within);
        let braces = (0..all.code.len()).filter(|token| all.code.is_mark(*token, b"{"));
        braces.filter_map(|open| list(self, &all, open)).collect()
    }
}

/// The list whose braces open at `open`.
fn list(file: &CFile, all: &Reading<'_>, open: usize) -> Option<List> {
    let close = all.partner[open].filter(|close| *close > open)?;
    let (kind, names) = match all.braces[open] {
        Braces::Block => return None,
        Braces::List if open > 0 && all.code.is_mark(open - 1, b"=") => {
            (ListKind::Values, variable(all, open - 1))
        }
        Braces::List => {
            let start = (1..=2).any(|back| open >= back && all.code.text(open - back) == b"enum");
            (start.then_some(ListKind::Constants)?, type_names(all, open, close))
        }
        Braces::Fields => (ListKind::Fields, type_names(all, open, close)),
    };
    let names: Vec<Span> = names.into_iter().map(|name| all.code.span(name)).collect();
    let inside = Span::new(all.code.end(open), all.code.start(close));
    let entries = entries(file, all, kind, open + 1, close);
    (!names.is_empty()).then_some(List { kind, names, inside, entries })
}

/// The name of the variable whose initializer follows the `=` at `equals`.
fn variable(all: &Reading<'_>, equals: usize) -> Vec<usize> {
    let mut at = equals;
    while let Some(before) = at.checked_sub(1) {
        match all.partner[before] {
            Some(open) if open < before && all.code.is_mark(before, b"]") => at = open,
            _ if all.code.is_word(before) => return vec![before],
            _ => break,
        }
    }
    Vec::new()
}

/// The tag of a type before its braces, and the names after them.
fn type_names(all: &Reading<'_>, open: usize, close: usize) -> Vec<usize> {
    let is_tag =
        |at: &usize| all.code.is_word(*at) && !matches!(all.code.text(*at), b"enum" | b"struct" | b"union");
    let tag = open.checked_sub(1).filter(is_tag);
    let after = (close + 1..all.code.len()).take_while(|at| !all.code.is_any_mark(*at, b";={}"));
    tag.into_iter().chain(after.filter(|at| all.code.is_word(*at))).collect()
}

fn entries(file: &CFile, all: &Reading<'_>, kind: ListKind, first: usize, close: usize) -> Vec<ListEntry> {
    let (mut found, mut at) = (Vec::new(), first);
    while at < close {
        if all.code.is_directive(at) {
            at += 1;
            continue;
        }
        let start = at;
        loop {
            at = all.partner[at].unwrap_or(at).max(at) + 1;
            if at >= close || all.unfinished[at].is_none() || all.code.is_directive(at) {
                break;
            }
        }
        let last = at.min(close) - 1;
        let code = all.span(start, last);
        found.push(ListEntry { keys: keys(all, kind, start, last), code, span: whole_lines(file, code) });
    }
    found
}

/// What the entry of the tokens `first..=last` is called.
fn keys(all: &Reading<'_>, kind: ListKind, first: usize, last: usize) -> Vec<String> {
    let code = &all.code;
    let string = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut words = (first..=last).filter(|at| code.is_word(*at));
    let end = if last > first && code.is_mark(last, b",") { last - 1 } else { last };
    match kind {
        ListKind::Constants => words.next().map(|at| string(code.text(at))).into_iter().collect(),
        ListKind::Fields => declared_names(all, first, last),
        // Several strings in a row are one: `"." SOABI ".so"`.
        ListKind::Values if code.token(first).kind == TokenKind::Text && end > first => {
            let tokens: Vec<String> = (first..=end).map(|at| string(code.text(at))).collect();
            vec![tokens.join(" ")]
        }
        ListKind::Values => {
            let literal = (first..=last).find(|at| code.token(*at).kind == TokenKind::Text);
            let designated = code.is_mark(first, b".").then_some(first + 1).filter(|at| *at <= last);
            let word = words.next().or_else(|| (first..=last).find(|at| !code.is_any_mark(*at, b"{(")));
            let text = match literal {
                Some(literal) => inside_quotes(code.text(literal)),
                None => code.text(word.unwrap_or(first)),
            };
            let mut keys = vec![string(text)];
            keys.extend(designated.map(|at| string(code.text(at))).filter(|name| *name != keys[0]));
            keys.extend(remark(&code.source()[code.end(last)..]).map(string));
            keys
        }
    }
}

/// The names that the declaration of the tokens `first..=last` declares.
pub(super) fn declared_names(all: &Reading<'_>, first: usize, last: usize) -> Vec<String> {
    let code = &all.code;
    // A name is before what ends its declarator; that of a function pointer is in parentheses with a star.
    let ends = |at: &usize| {
        // In `int (*f)(void)` the parenthesis is around the name.
        let has_parameters = *at > first && code.is_mark(at + 1, b"(") && !code.is_mark(at + 2, b"*");
        *at == last || code.is_any_mark(at + 1, b";,[:)=") || has_parameters
    };
    let (mut names, mut open) = (Vec::new(), Vec::new());
    for at in first..=last {
        if all.partner[at].is_some_and(|start| start < at) {
            open.pop();
        }
        let is_pointer =
            |start: &usize| code.is_mark(*start, b"(") && code.is_mark(start + 1, b"*") && start + 2 == at;
        let is_value = at > first && code.is_mark(at - 1, b"=");
        if code.is_word(at) && ends(&at) && open.iter().all(is_pointer) && !is_value {
            names.push(String::from_utf8_lossy(code.text(at)).into_owned());
        }
        if all.partner[at].is_some_and(|end| end > at) {
            open.push(at);
        }
    }
    names
}

/// The name in the comment after a value, which says what it is for: `0, /* tp_print */`.
fn remark(rest: &[u8]) -> Option<&[u8]> {
    let line = rest.split(|b| *b == b'\n').next()?.trim_ascii();
    let name = line.strip_prefix(b"/*")?.strip_suffix(b"*/")?.trim_ascii();
    name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_').then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(source: &str) -> Vec<(ListKind, Vec<String>, Vec<Vec<String>>)> {
        let file = CFile::parse(source.as_bytes());
        let all = file.lists(Span::new(0, source.len())).into_iter();
        let text = |span: &Span| source[span.start..span.end].to_owned();
        all.map(|list| {
            let entries = list.entries.into_iter().map(|entry| entry.keys).collect();
            (list.kind, list.names.iter().map(text).collect(), entries)
        })
        .collect()
    }

    #[test]
    fn a_list_has_its_names_and_the_keys_of_its_entries() {
        let source = "typedef struct s {\n PyObject_HEAD\n int a, *b;\n#if X\n unsigned c[2] : 3;\n#endif\n void (*f)(int x);\n} t;\n\
                      enum { A, B = 2,\n C } e;\nvoid g(void) { static char *k[] = {\"x\", \"y\", 0}; }\n\
                      static T v[2][3] = {\n {\"p\", q},\n M_METHODDEF\n {NULL} };\nT w = { .i = 1, .j = \"z\",\n 0, /* tp_k */\n };\nint h = {1};\n";
        let keys = |all: &[&[&str]]| -> Vec<Vec<String>> {
            all.iter().map(|keys| keys.iter().map(|key| (*key).to_owned()).collect()).collect()
        };
        let expected = [
            (ListKind::Fields, &["s", "t"][..], keys(&[&["PyObject_HEAD"], &["a", "b"], &["c"], &["f"]])),
            (ListKind::Constants, &["e"], keys(&[&["A"], &["B"], &["C"]])),
            (ListKind::Values, &["k"], keys(&[&["x"], &["y"], &["0"]])),
            (ListKind::Values, &["v"], keys(&[&["p"], &["M_METHODDEF"], &["NULL"]])),
            (ListKind::Values, &["w"], keys(&[&["i"], &["z", "j"], &["0", "tp_k"]])),
            (ListKind::Values, &["h"], keys(&[&["1"]])),
        ];
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(kind, names, keys)| (kind, names.iter().map(|name| (*name).to_owned()).collect(), keys))
            .collect();
        assert_eq!(lists(source), expected);
    }
}
