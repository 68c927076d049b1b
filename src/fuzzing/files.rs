//! The formats of a CPython tree: spans are inside the file, edits are idempotent and can be reversed.

use super::LONGEST;
use super::edits::{self, try_edits_of};
use crate::syntax::c::CFile;
use crate::syntax::python::PyFile;
use crate::syntax::{m4, spans};
use crate::text::Span;

fn require_inside(all: Vec<Span>, text: &[u8]) {
    for span in all {
        assert!(span.start <= span.end && span.end <= text.len(), "{span:?} of {}", text.len());
    }
}

/// Whether a Makefile or Modules/Setup is one that people write: printable ASCII, no line that a backslash and a blank end, and no
/// rule below an open reference.
fn is_plain(text: &[u8]) -> bool {
    let open = |line: &[u8]| memchr::memmem::find(line, b"$(").is_some() && !line.contains(&b')');
    is_ascii_text(text)
        && !text.windows(2).any(|pair| pair == b"\\ " || pair == b"\\\t")
        && !text.split(|b| *b == b'\n').any(open)
}

fn is_ascii_text(text: &[u8]) -> bool {
    text.iter().all(|b| b.is_ascii_graphic() || matches!(b, b' ' | b'\t' | b'\n'))
}

/// Whether a configure.ac is one that people write, so that an edit has to recognise its result: `if` and `case` begin and end on
/// lines of their own, quotes, strings and lists of arguments are closed, and no line has an operator of the shell (`&&`, a pipe,
/// a redirection) but `; then` and `;;`. What is sound and not among them is still edited and reversed.
pub(crate) fn is_whole_m4(text: &[u8]) -> bool {
    let mut open: Vec<&[u8]> = Vec::new();
    for line in text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii) {
        let mut words = line.split(|b| !b.is_ascii_alphabetic()).filter(|word| !word.is_empty());
        let first = words.next().filter(|word| line.starts_with(word)).unwrap_or_default();
        let begins = |word: &[u8]| matches!(word, b"if" | b"case" | b"else" | b"elif" | b"fi" | b"esac");
        let rest = line.strip_suffix(b"; then").or(line.strip_suffix(b";;")).unwrap_or(line);
        let pattern = rest.iter().position(|b| !b.is_ascii_alphanumeric() && !b"*|".contains(b));
        let rest = pattern.filter(|end| rest[*end] == b')').map_or(rest, |end| &rest[end..]);
        if words.any(begins) || !rest.iter().all(|b| is_plain_shell(*b)) {
            return false;
        }
        let is_right = match first {
            b"if" | b"case" => {
                open.push(first);
                true
            }
            b"else" | b"elif" => open.last() == Some(&&b"if"[..]),
            b"fi" => open.pop() == Some(b"if"),
            b"esac" => open.pop() == Some(b"case"),
            // A pattern, outside of a `case` or inside of an `if`.
            _ => !line.ends_with(b")") && !line.ends_with(b";;") || open.last() != Some(&&b"if"[..]),
        };
        if !is_right {
            return false;
        }
    }
    let is_closed = |quote: u8| text.iter().filter(|byte| **byte == quote).count().is_multiple_of(2);
    // A branch of a `case` closes a parenthesis that nothing opens.
    let count = |sign: u8| memchr::memchr_iter(sign, text).count();
    let has_case = memchr::memmem::find(text, b"case").is_some();
    let has_pairs = if has_case { count(b'(') <= count(b')') } else { count(b'(') == count(b')') };
    open.is_empty() && has_pairs && is_closed(b'\'') && is_closed(b'"') && m4::problem(text).is_none()
}

/// Whether a byte of a shell script is part of a word, a macro or a list of arguments.
fn is_plain_shell(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" \t_=.,:/$-+#[]()\"'*".contains(&byte)
}

/// A Makefile.
pub fn makefile(text: &[u8]) {
    if text.len() <= LONGEST {
        require_inside(spans::of_makefile(text), text);
        try_edits_of(&edits::MAKE, text, !is_plain(text));
    }
}

/// A C file.
pub fn c(text: &[u8]) {
    if text.len() <= LONGEST {
        require_inside(spans::of_c(&CFile::parse(text), text.len()), text);
        require_inside(spans::of_header(text), text);
        try_edits_of(&edits::C, text, !ends_whole(text));
    }
}

/// Whether the last line of a C file can end one. What ends in half a statement may be a header for the inside of another file, so
/// the finder does not call it damaged.
fn ends_whole(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    let line = text.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    text.is_empty() || text.ends_with(b";") || text.ends_with(b"}") || line.starts_with(b"#")
}

/// A Python file.
pub fn python(text: &[u8]) {
    if text.len() <= LONGEST {
        require_inside(spans::of_python(&PyFile::parse(text)), text);
        try_edits_of(&edits::PYTHON, text, std::str::from_utf8(text).is_err());
    }
}

/// A Modules/Setup, a shell script, m4 macros, XML, any text.
pub fn small(text: &[u8]) {
    if text.len() <= LONGEST {
        require_inside(spans::of_setup(text), text);
        require_inside(spans::of_shell(text), text);
        require_inside(spans::of_m4(text), text);
        try_edits_of(&edits::SETUP, text, !is_plain(text));
        try_edits_of(&edits::M4, text, !is_whole_m4(text));
        require_inside(spans::of_xml(text), text);
        try_edits_of(&edits::XML, text, false);
        try_edits_of(&edits::TEXT, text, false);
    }
}
