//! Texts that several changes insert at one place.

use crate::text::Span;

/// Whether `text` ends with `own`, or has only texts of `others` after it.
pub(super) fn ends_with(text: &[u8], own: &[u8], others: &[Vec<u8>]) -> bool {
    let mut rest = text;
    for _ in 0..=others.len() {
        if rest.ends_with(own) {
            return true;
        }
        let last = others.iter().filter_map(|other| rest.strip_suffix(&other[..]));
        match last.min_by_key(|rest| rest.len()).filter(|shorter| shorter.len() < rest.len()) {
            Some(shorter) => rest = shorter,
            None => return false,
        }
    }
    false
}

/// Whether `text` starts with `own`, or has only texts of `others` before it.
pub(super) fn starts_with(text: &[u8], own: &[u8], others: &[Vec<u8>]) -> bool {
    let mut rest = text;
    for _ in 0..=others.len() {
        if rest.starts_with(own) {
            return true;
        }
        let first = others.iter().filter_map(|other| rest.strip_prefix(&other[..]));
        match first.min_by_key(|rest| rest.len()).filter(|shorter| shorter.len() < rest.len()) {
            Some(shorter) => rest = shorter,
            None => return false,
        }
    }
    false
}

/// The anchors that are not in the text that was inserted next to one of them, as `own_text` finds it: it may have the code of its
/// anchor.
pub(super) fn outside_own_text(anchors: Vec<Span>, own_text: impl Fn(Span) -> Option<Span>) -> Vec<Span> {
    if anchors.len() < 2 {
        return anchors;
    }
    let own: Vec<Span> = anchors.iter().filter_map(|anchor| own_text(*anchor)).collect();
    anchors.into_iter().filter(|anchor| !own.iter().any(|text| text.contains(*anchor))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_of_others_may_be_between() {
        let others = [b"b;".to_vec(), b"c;".to_vec(), Vec::new()];
        assert!(ends_with(b"x a;b;c;", b"a;", &others) && starts_with(b"c;b;a; x", b"a;", &others));
        assert!(ends_with(b"x a;", b"a;", &[]) && starts_with(b"a; x", b"a;", &[]));
        assert!(!ends_with(b"a; b;", b"a;", &others) && !starts_with(b"b; a;", b"a;", &others));
        assert!(!ends_with(b"b;c;", b"a;", &others) && !starts_with(b"", b"a;", &others));
    }
}
