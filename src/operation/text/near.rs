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

/// From this number of letters and digits on, a line of an anchor says which code is meant: a `fi` or a brace is everywhere.
const TELLING: usize = 6;

/// A line that is in more places than this says nothing about which of them is meant.
const PLACES: usize = 3;

/// The lines of the file that are nearest to an anchor: to its line with the most letters and digits, or if nothing
/// resembles that one, to the next such line that the file has. Lines that are also in `kept`, which the change does not
/// remove, say less than others.
pub(crate) fn near_lines(file: &ParsedFile, anchor: &str, kept: &[u8]) -> Vec<usize> {
    if file.is_only_tried.get() {
        return Vec::new();
    }
    let is_kept = |line: &str| memchr::memmem::find(kept, line.as_bytes()).is_some();
    let letters = |line: &str| line.chars().filter(|sign| sign.is_alphanumeric()).count();
    let mut telling: Vec<&str> = anchor.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    telling.sort_by_key(|line| (is_kept(line), Reverse(letters(line))));
    let wanted = telling.first().copied().unwrap_or(anchor);
    let mut found: Vec<usize> = holding(file, wanted).take(PLACES).collect();
    let candidates = lines(&file.bytes).filter_map(|line| {
        let text = line.of(&file.bytes).trim_ascii();
        // A line of quite another length is not near, and comparing letters is slow.
        let comparable = text.len() >= wanted.len() / 2 && text.len() <= wanted.len() * 2 + 40;
        (comparable && !text.is_empty()).then(|| (line.start, String::from_utf8_lossy(text)))
    });
    found.extend(nearest(wanted, candidates));
    for line in telling.iter().skip(1).filter(|line| letters(line) >= TELLING && !is_kept(line)) {
        if !found.is_empty() {
            break;
        }
        let places: Vec<usize> = holding(file, line).take(PLACES + 1).collect();
        found.extend(Some(places).filter(|places| places.len() <= PLACES).unwrap_or_default());
    }
    found.dedup();
    found
}

/// The starts of the lines that have a text, by its tokens.
fn holding(file: &ParsedFile, wanted: &str) -> impl Iterator<Item = usize> {
    let has = |line: &Span| {
        !find_tokens(line.of(&file.bytes), wanted.as_bytes(), Span::new(0, line.len())).is_empty()
    };
    lines(&file.bytes).filter(has).map(|line| line.start)
}
