//! How similar two texts are.

use std::collections::HashSet;
use std::hash::Hash;

/// The share of their words that two texts have in common, from 0 to 1.
pub(super) fn likeness(one: &str, other: &str) -> f64 {
    shared(&one.split_whitespace().collect(), &other.split_whitespace().collect())
}

/// The share of their elements that two sets have in common, from 0 to 1.
pub(super) fn shared<T: Eq + Hash>(one: &HashSet<T>, other: &HashSet<T>) -> f64 {
    let both = one.intersection(other).count();
    let all = one.len() + other.len() - both;
    if all == 0 { 0.0 } else { both as f64 / all as f64 }
}

/// The likeness of a line to the most similar one of `old`.
pub(super) fn best_likeness(old: &[String], line: &str) -> f64 {
    old.iter().map(|one| likeness(one, line)).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::likeness;

    #[test]
    fn likeness_counts_words_in_common() {
        assert!((likeness("a b c", "a b d") - 0.5).abs() < f64::EPSILON);
        assert!(likeness("", "").abs() < f64::EPSILON);
    }
}
