//! Patches as `import` takes them.

use super::{LONGEST, SEPARATOR};
use crate::date::Date;
use crate::edit::testing::MemoryTree;
use crate::import::{Message, PatchFile, made};

/// The first part is a file, the second a patch, text or binary. What fits without fuzz is the same with it, and the result of
/// what fits cannot be the file itself.
pub fn import(text: &[u8]) {
    let at = text.windows(SEPARATOR.len()).position(|window| window == SEPARATOR);
    let Some(at) = at.filter(|_| text.len() <= LONGEST) else { return };
    let (file, patch) = (&text[..=at], &text[at + SEPARATOR.len()..]);
    let tree = MemoryTree::of([("f.c", file)]);
    let patch = PatchFile { name: "p.patch".to_owned(), strip: Some(1), bytes: patch.to_vec() };
    let with = |fuzz: usize| {
        let changes = made(&patch, &tree, fuzz).unwrap().ok()?;
        Some(changes.into_iter().map(|change| (change.path, change.before, change.after)).collect::<Vec<_>>())
    };
    let (exact, fuzzy) = (with(0), with(3));
    assert!(exact.is_none() || exact == fuzzy);
    assert!(fuzzy.into_iter().flatten().all(|(_, before, after)| before != after));
}

/// The message of a patch is text, and its date is one that can be read.
pub fn message(text: &[u8]) {
    if text.len() <= LONGEST {
        let Message { date, .. } = Message::read(text);
        assert!(date.is_none_or(|date| Date::parse(&date).is_some()));
    }
}
