//! Words that a text of a patchset may misspell.

use crate::text::{Span, distance};

/// Whether a text is one word.
pub(super) fn is_word(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// Where words occur that differ from `find` in one letter, or in the order of its letters.
pub(super) fn misspellings(text: &[u8], within: Span, find: &str, with: &[u8]) -> Vec<usize> {
    let sorted = |word: &[u8]| {
        let mut letters = word.to_vec();
        letters.sort_unstable();
        letters
    };
    let mut found = Vec::new();
    let mut at = within.start;
    for word in within.of(text).split(|b| !is_word(&[*b])) {
        let start = at;
        at += word.len() + 1;
        let similar = word.len().abs_diff(find.len()) <= 1
            && (sorted(word) == sorted(find.as_bytes())
                || distance(&String::from_utf8_lossy(word), find) == 1);
        if word.len() > 2 && word != with && similar {
            found.push(start);
        }
    }
    found.truncate(5);
    found
}
