//! Lines that resemble a missing text.

use std::cmp::Reverse;

use crate::operation::parsed::ParsedFile;
use crate::text::{Span, find_tokens, lines, nearest};

/// A text as messages name it: its first line that is not blank, and how many follow.
pub(crate) fn named_text(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    match lines[..] {
        [] | [_] => format!("`{}`", lines.first().copied().unwrap_or(text)),
        [first, second] => format!("`{first}` followed by `{second}`"),
        [first, ..] => format!("`{first}` (and {} more lines)", lines.len() - 1),
    }
}

/// The lines of the file that are nearest to an anchor: to its line with the most letters and digits, since a `fi` or a
/// brace is everywhere. Lines that are also in `kept`, which the change does not remove, say less than others.
pub(crate) fn near_lines(file: &ParsedFile, anchor: &str, kept: &[u8]) -> Vec<usize> {
    let is_kept = |line: &str| memchr::memmem::find(kept, line.as_bytes()).is_some();
    let letters = |line: &str| line.chars().filter(|sign| sign.is_alphanumeric()).count();
    let telling = anchor.lines().map(str::trim).filter(|line| !line.is_empty());
    let wanted = telling.min_by_key(|line| (is_kept(line), Reverse(letters(line)))).unwrap_or(anchor);
    let holds = |line: &Span| {
        !find_tokens(line.of(&file.bytes), wanted.as_bytes(), Span::new(0, line.len())).is_empty()
    };
    let mut found: Vec<usize> = lines(&file.bytes).filter(holds).map(|line| line.start).take(3).collect();
    let candidates = lines(&file.bytes).filter_map(|line| {
        let text = line.of(&file.bytes).trim_ascii();
        // A line of quite another length is not near, and comparing letters is slow.
        let comparable = text.len() >= wanted.len() / 2 && text.len() <= wanted.len() * 2 + 40;
        (comparable && !text.is_empty()).then(|| (line.start, String::from_utf8_lossy(text)))
    });
    found.extend(nearest(wanted, candidates));
    found.dedup();
    found
}
