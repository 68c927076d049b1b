//! The identifiers of code.

use std::collections::BTreeSet;

use crate::text::Comments;

/// The code of a file: comments and what is in quotes are blank. `None` for prose.
pub(super) fn code(name: &str, bytes: &[u8]) -> Option<Vec<u8>> {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    if matches!(extension, "rst" | "txt" | "html" | "tex") || name == "README" {
        return None;
    }
    let mut code = Comments::of_file(name).blanked(bytes);
    for line in code.split_mut(|byte| *byte == b'\n') {
        blank_strings(line);
    }
    Some(code)
}

/// Blanks what is between quotes on one line.
fn blank_strings(line: &mut [u8]) {
    let mut quote = None;
    let mut at = 0;
    while at < line.len() {
        let byte = line[at];
        match quote {
            // A quote that does not end on the line begins a text of several lines, or is an apostrophe.
            None if matches!(byte, b'"' | b'\'') && line[at + 1..].contains(&byte) => quote = Some(byte),
            None => {}
            Some(open) if byte == open => quote = None,
            Some(_) if byte == b'\\' && at + 1 < line.len() => {
                line[at..at + 2].fill(b' ');
                at += 1;
            }
            Some(_) => line[at] = b' ',
        }
        at += 1;
    }
}

/// The identifiers of a text, each once.
pub(super) fn identifiers(text: &[u8]) -> BTreeSet<&[u8]> {
    text.split(|byte| !is_word(*byte))
        .filter(|word| word.first().is_some_and(|byte| !byte.is_ascii_digit()))
        .collect()
}

/// The identifiers of a text, and the pairs of them with a dot between.
pub(super) fn with_pairs(text: &[u8]) -> BTreeSet<&[u8]> {
    let mut all = identifiers(text);
    for dot in memchr::memchr_iter(b'.', text) {
        let start = text[..dot].iter().rposition(|byte| !is_word(*byte)).map_or(0, |at| at + 1);
        let end =
            text[dot + 1..].iter().position(|byte| !is_word(*byte)).map_or(text.len(), |at| dot + 1 + at);
        let (left, right) = (&text[start..dot], &text[dot + 1..end]);
        let is_name = |part: &[u8]| part.len() >= 3 && !part[0].is_ascii_digit();
        if is_name(left) && is_name(right) && left != b"self" {
            all.insert(&text[start..end]);
        }
    }
    all
}

/// Whether a name looks like one that somebody chose, and not like a word: it has an underscore, a digit, a capital inside, or a dot.
pub(super) fn is_distinctive(name: &[u8]) -> bool {
    let rest = &name[1.min(name.len())..];
    !COMMON.contains(&name)
        && (name.contains(&b'.')
            || name.contains(&b'_')
            || rest.iter().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase()))
}

/// Names that are in every version, whatever a file says.
const COMMON: [&[u8]; 24] = [
    b"NULL",
    b"size_t",
    b"ssize_t",
    b"int8_t",
    b"int16_t",
    b"int32_t",
    b"int64_t",
    b"uint8_t",
    b"uint16_t",
    b"uint32_t",
    b"uint64_t",
    b"off_t",
    b"pid_t",
    b"wchar_t",
    b"va_list",
    b"va_start",
    b"va_end",
    b"__init__",
    b"__name__",
    b"__file__",
    b"__main__",
    b"__class__",
    b"__dict__",
    b"_",
];

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// How many characters of words a text has.
pub(super) fn word_characters(text: &[u8]) -> usize {
    text.iter().filter(|byte| is_word(**byte)).count()
}
