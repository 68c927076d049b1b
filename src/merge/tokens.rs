//! Merges texts by words, blanks and signs.

use similar::{Algorithm, DiffOp};

use crate::text::diff_tokens;

/// The most tokens of a text that is merged.
const MOST: usize = 4000;

/// The words, runs of blanks and single signs of a text.
pub(super) fn tokens(text: &[u8]) -> Vec<&[u8]> {
    let class = |byte: u8| match byte {
        b' ' | b'\t' => 1,
        _ if byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii() => 2,
        _ => 0,
    };
    let mut all = Vec::new();
    let mut start = 0;
    for at in 1..=text.len() {
        if at == text.len() || class(text[at]) != class(text[at - 1]) || class(text[at]) == 0 {
            all.push(&text[start..at]);
            start = at;
        }
    }
    all
}

/// The changes of both sides in one text; `None` if they are at the same place.
pub(super) fn merge(base: &[u8], ours: &[u8], theirs: &[u8]) -> Option<Vec<u8>> {
    let (base, ours, theirs) = (tokens(base), tokens(ours), tokens(theirs));
    if base.len().max(ours.len()).max(theirs.len()) > MOST {
        return None;
    }
    type Change = (std::ops::Range<usize>, std::ops::Range<usize>);
    let changes = |other: &[&[u8]]| -> Vec<Change> {
        let ops = diff_tokens(Algorithm::Myers, &base, other);
        let changed = ops.into_iter().filter(|op| !matches!(op, DiffOp::Equal { .. }));
        changed.map(|op| (op.old_range(), op.new_range())).collect()
    };
    let (mine, other) = (changes(&ours), changes(&theirs));
    let (mut i, mut j, mut at) = (0, 0, 0);
    let mut out = Vec::new();
    while i < mine.len() || j < other.len() {
        let (a, b) = (mine.get(i), other.get(j));
        if let (Some((old, new)), Some((their_old, their_new))) = (a, b) {
            if old == their_old && ours[new.clone()] == theirs[their_new.clone()] {
                j += 1;
                continue;
            }
            if old.start <= their_old.end && their_old.start <= old.end {
                return None;
            }
        }
        let is_mine = match (a, b) {
            (Some((old, _)), Some((their_old, _))) => old.start < their_old.start,
            (mine, _) => mine.is_some(),
        };
        let (old, new) = if is_mine { a? } else { b? };
        let from = if is_mine { &ours } else { &theirs };
        out.extend(base[at..old.start].iter().flat_map(|token| token.iter()));
        out.extend(from[new.clone()].iter().flat_map(|token| token.iter()));
        at = old.end;
        if is_mine { i += 1 } else { j += 1 }
    }
    out.extend(base[at..].iter().flat_map(|token| token.iter()));
    Some(out)
}
