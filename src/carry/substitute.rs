//! Names that the new version replaced, learned from the lines that it changed.

use std::collections::{BTreeMap, BTreeSet};

use super::names::{self, is_distinctive, with_pairs};
use crate::merge::{Merge, Versions, replaced_tokens};

/// How often the most frequent replacement of a name must occur, and its share.
const LEAST: usize = 2;
const SHARE: f64 = 0.6;

/// The names that the new lines of a patch use, that the old file has, and that the new one has nowhere.
pub(super) fn vanished(name: &str, versions: &Versions, merge: &Merge, any: bool) -> Vec<Vec<u8>> {
    let mut new = Vec::new();
    for edit in &merge.edits {
        if edit.kind != crate::merge::Kind::Already {
            for line in &edit.with {
                new.extend_from_slice(&line.text);
                new.push(b'\n');
            }
        }
    }
    let Some(new) = names::code(name, &new) else { return Vec::new() };
    let (base, theirs) = (Versions::text(&versions.base), Versions::text(&versions.theirs));
    let (old, kept) = (with_pairs(&base), with_pairs(&theirs));
    let counts = |word: &&[u8]| any || is_distinctive(word);
    let gone: Vec<Vec<u8>> = with_pairs(&new)
        .into_iter()
        .filter(|word| old.contains(word) && !kept.contains(word))
        .filter(counts)
        .map(<[u8]>::to_vec)
        .collect();
    // `a.b` says no more if `b` vanished.
    let single: BTreeSet<Vec<u8>> = gone.iter().filter(|word| !word.contains(&b'.')).cloned().collect();
    let is_said = |word: &Vec<u8>| {
        word.contains(&b'.') && word.split(|byte| *byte == b'.').any(|part| single.contains(part))
    };
    gone.into_iter().filter(|word| !is_said(word)).collect()
}

/// What the new version calls each of these names, if it says so of all of them.
pub(super) fn learned(
    vanished: &[Vec<u8>],
    versions: &Versions,
    merge: &Merge,
) -> Option<BTreeMap<Vec<u8>, Vec<u8>>> {
    let mut counts: BTreeMap<(Vec<u8>, Vec<u8>), usize> = BTreeMap::new();
    for edit in &merge.theirs {
        let (old, new) = (&versions.base[edit.base.clone()], &versions.theirs[edit.other.clone()]);
        for pair in replaced_tokens(old, new) {
            *counts.entry(pair).or_default() += 1;
        }
    }
    let mut learned = BTreeMap::new();
    for name in vanished {
        let of: Vec<(&Vec<u8>, usize)> = counts
            .iter()
            .filter(|((old, _), _)| old == name)
            .map(|((_, new), count)| (new, *count))
            .collect();
        let all: usize = of.iter().map(|(_, count)| count).sum();
        let (new, count) = of.into_iter().max_by_key(|(_, count)| *count)?;
        let is_name = new.iter().all(|byte| names::is_word(*byte)) && !new[0].is_ascii_digit();
        if count < LEAST || (count as f64) < SHARE * all as f64 || !is_name {
            return None;
        }
        learned.insert(name.clone(), new.clone());
    }
    Some(learned)
}

/// A merge in whose new lines the names are replaced.
pub(super) fn replaced(merge: &Merge, versions: &Versions, names: &BTreeMap<Vec<u8>, Vec<u8>>) -> Merge {
    let mut merge = merge.clone();
    let base: BTreeSet<usize> = versions.theirs.iter().map(|line| line.id).collect();
    for line in merge.edits.iter_mut().flat_map(|edit| &mut edit.with) {
        if !base.contains(&line.id) {
            *line = versions.line(&renamed(&line.text, names));
        }
    }
    merge
}

fn renamed(text: &[u8], names: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let len = text[at..].iter().take_while(|byte| names::is_word(**byte)).count();
        if len == 0 {
            out.push(text[at]);
            at += 1;
            continue;
        }
        let word = &text[at..at + len];
        out.extend_from_slice(names.get(word).map_or(word, Vec::as_slice));
        at += len;
    }
    out
}
