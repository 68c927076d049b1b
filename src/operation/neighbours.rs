//! Texts that several changes insert at one place.

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
