//! Accepted snapshots.

use super::LONGEST;
use crate::snapshot::{baseline, before_digests, compare, diff};

/// What separates the old snapshot from the new one.
const SEPARATOR: &str = "\n=====\n";

/// Two snapshots are compared; one does not differ from itself.
pub fn snapshot(text: &[u8]) {
    let Some(text) = std::str::from_utf8(text).ok().filter(|text| text.len() <= LONGEST) else { return };
    let (old, new) = text.split_once(SEPARATOR).unwrap_or((text, ""));
    baseline(old);
    before_digests(old);
    compare(old, new);
    diff(old, new);
    assert!(compare(old, old).is_empty(), "{old:?}");
}
