//! Names by which an anchor is recognised.

use crate::operation::is_telling;

/// A name in more places than this does not show where the anchor went.
pub(super) const MOST: usize = 6;

/// A name with at least this many letters is worth a search by itself.
pub(super) const LONG: usize = 4;

/// The letters and digits of a name, in lower case.
pub(super) fn letters(name: &[u8]) -> impl Iterator<Item = u8> + '_ {
    name.iter().filter(|b| **b != b'_').map(u8::to_ascii_lowercase)
}

/// The words of a text.
pub(super) fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric() && sign != '_').filter(|word| !word.is_empty())
}

/// Whether a word is worth a search by itself.
pub(super) fn is_searched_for(word: &str) -> bool {
    word.len() >= LONG && !word.starts_with(|sign: char| sign.is_ascii_digit()) && is_telling(word.as_bytes())
}

/// The longest name in a text, by which it is recognised.
pub(super) fn longest_name(text: &str) -> Option<&str> {
    let is_name = |word: &&str| word.len() >= LONG && !word.starts_with(|sign: char| sign.is_ascii_digit());
    words_of(text).filter(is_name).max_by_key(|word| word.len())
}
