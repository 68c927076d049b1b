//! Which lines of two versions are the same line, changed or not.

use super::lines::Line;
use super::tokens::tokens;
use crate::text::diff_tokens;

/// The most pairs of lines that are compared.
const MOST: usize = 40_000;

/// How similar lines must be: the share of their tokens that both have.
pub(super) const SIMILAR: f64 = 0.6;

/// The share of tokens that two lines have in common, from 0 to 1.
pub(super) fn similarity(one: &Line, two: &Line) -> f64 {
    if one.id == two.id {
        return 1.0;
    }
    let sorted = |line: &Line| {
        let mut all: Vec<Vec<u8>> = tokens(&line.text)
            .into_iter()
            .filter(|token| !token[0].is_ascii_whitespace())
            .map(<[u8]>::to_vec)
            .collect();
        all.sort_unstable();
        all
    };
    let (a, b) = (sorted(one), sorted(two));
    if a.is_empty() && b.is_empty() {
        return 1.0;
    }
    let (mut i, mut j, mut common) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, common) = (i + 1, j + 1, common + 1),
        }
    }
    2.0 * f64::from(common) / (a.len() + b.len()) as f64
}

/// For each line of `base` the line of `other` that it became, in order. `None` if there are too many.
pub(super) fn align(base: &[Line], other: &[Line], least: f64) -> Option<Vec<Option<usize>>> {
    if base.len() * other.len() > MOST {
        return None;
    }
    let (rows, columns) = (base.len() + 1, other.len() + 1);
    let mut scores = vec![0.0_f64; base.len() * other.len()];
    for (i, line) in base.iter().enumerate() {
        for (j, new) in other.iter().enumerate() {
            let score = similarity(line, new);
            scores[i * other.len() + j] = if score >= least { score } else { 0.0 };
        }
    }
    // The best sum of the lines from here on.
    let mut best = vec![0.0_f64; rows * columns];
    for i in (0..base.len()).rev() {
        for j in (0..other.len()).rev() {
            let score = scores[i * other.len() + j];
            let paired = if score > 0.0 { score + best[(i + 1) * columns + j + 1] } else { 0.0 };
            best[i * columns + j] = paired.max(best[(i + 1) * columns + j]).max(best[i * columns + j + 1]);
        }
    }
    let mut pairs = vec![None; base.len()];
    let (mut i, mut j) = (0, 0);
    while i < base.len() && j < other.len() {
        let score = scores[i * other.len() + j];
        let here = best[i * columns + j];
        let close = |value: f64| (value - here).abs() < 1e-9;
        if score > 0.0 && close(score + best[(i + 1) * columns + j + 1]) {
            pairs[i] = Some(j);
            (i, j) = (i + 1, j + 1);
        } else if close(best[(i + 1) * columns + j]) {
            i += 1;
        } else {
            j += 1;
        }
    }
    Some(pairs)
}

/// The tokens of `base` that are exactly one other token in `other`, on lines that are similar.
pub(crate) fn replaced_tokens(base: &[Line], other: &[Line]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let Some(pairs) = align(base, other, 0.5) else { return Vec::new() };
    let mut all = Vec::new();
    for (line, pair) in base.iter().zip(pairs) {
        let Some(new) = pair.map(|at| &other[at]).filter(|new| new.id != line.id) else { continue };
        let (old, new) = (tokens(&line.text), tokens(&new.text));
        for op in diff_tokens(similar::Algorithm::Myers, &old, &new) {
            if let similar::DiffOp::Replace { old_index, old_len: 1, new_index, new_len: 1 } = op {
                all.push((old[old_index].to_vec(), new[new_index].to_vec()));
            }
        }
    }
    all
}
