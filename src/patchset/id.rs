//! Ids of patchsets and edits.

/// The longest id, in bytes: it is the name of a file or folder, too.
pub(super) const LONGEST_ID: usize = 100;

/// Whether a text is a valid id of an edit or a patchset, as in the schema: reports, snapshots and the command line need it
/// to be one word.
pub(crate) fn is_id(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    text.len() <= LONGEST_ID
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || matches!(b, b'.' | b'_' | b'-'))
}

/// What an id may consist of, for messages.
pub(crate) const ALLOWED_ID: &str = "use at most 100 lowercase letters, digits, `.`, `_` and `-`";

/// The ids, as a regular expression for the schema.
#[cfg(test)]
pub(super) const PATTERN: &str = "^[a-z0-9][a-z0-9._-]{0,99}$";
