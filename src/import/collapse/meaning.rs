//! Whether two hunks of different versions mean the same.

use std::collections::BTreeMap;

use similar::{Algorithm, DiffTag};

use crate::text::{Span, diff_tokens, lines, tokens};

/// The most values in which two hunks may differ.
const MOST_VALUES: usize = 4;

/// Lines that are replaced, and those that take their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lines<'a> {
    pub old: &'a [u8],
    pub new: &'a [u8],
}

/// What two hunks have in common, from the most to the least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Likeness {
    /// The same lines.
    Same,
    /// The same words and signs are changed, in lines that are otherwise not the same.
    SameChange,
    /// Other lines are replaced by the same.
    SameResult,
    /// The same but for these words: the earlier and the later version's.
    Values(Vec<(String, String)>),
    /// Another change.
    Differs,
}

impl Likeness {
    /// A number for the likeness, so that hunks can be paired. Hunks that have nothing in common have none.
    pub(super) fn score(&self, a: Lines<'_>, b: Lines<'_>) -> usize {
        match self {
            Likeness::Same => 1000,
            Likeness::SameChange => 900,
            Likeness::SameResult => 800,
            Likeness::Values(_) => 700,
            Likeness::Differs => {
                let both = |a: Lines<'_>| [a.old, b"\n", a.new].concat();
                let percent = common(&both(a), &both(b));
                if percent >= 40 { 5 * percent } else { 0 }
            }
        }
    }
}

/// How alike two hunks are.
pub(super) fn likeness(a: Lines<'_>, b: Lines<'_>) -> Likeness {
    if a == b {
        return Likeness::Same;
    }
    let (old_a, new_a, old_b, new_b) = (words(a.old), words(a.new), words(b.old), words(b.new));
    if delta(&old_a, &new_a) == delta(&old_b, &new_b) && (old_a != new_a || old_a == old_b) {
        return Likeness::SameChange;
    }
    if !new_a.is_empty() && new_a == new_b {
        return Likeness::SameResult;
    }
    let words = values(&[old_a, new_a].concat(), &[old_b, new_b].concat());
    let values =
        words.or_else(|| assigned(a.old, b.old).zip(assigned(a.new, b.new)).map(|(a, b)| [a, b].concat()));
    match values {
        Some(values) if values.len() <= MOST_VALUES => Likeness::Values(values),
        _ => Likeness::Differs,
    }
}

/// The texts in which two texts differ, if they are what lines assign to the same variables: words, or what is between quotes.
fn assigned(a: &[u8], b: &[u8]) -> Option<Vec<(String, String)>> {
    if lines(a).count() != lines(b).count() {
        return None;
    }
    let pairs = lines(a).map(|line| line.of(a)).zip(lines(b).map(|line| line.of(b)));
    let mut found = Vec::new();
    for (one, other) in pairs.filter(|(one, other)| words(one) != words(other)) {
        let (one, other) = (assignment(one)?, assignment(other)?);
        if one.0 != other.0 {
            return None;
        }
        found.push((one.1.to_owned(), other.1.to_owned()));
    }
    Some(found)
}

/// The name and the value of a line that assigns a word or a quoted text.
fn assignment(line: &[u8]) -> Option<(&str, &str)> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim().trim_end_matches(';'));
    let is_word = |text: &str| {
        text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'/'))
    };
    let is_quoted = ['"', '\''].iter().any(|quote| {
        let inner = value.strip_prefix(*quote).and_then(|rest| rest.strip_suffix(*quote));
        inner.is_some_and(|inner| !inner.replace("\\\"", "").contains(*quote))
    });
    (!name.is_empty() && is_word(name) && !value.is_empty() && (is_word(value) || is_quoted))
        .then_some((name, value))
}

fn words(text: &[u8]) -> Vec<&[u8]> {
    tokens(text, Span::new(0, text.len())).into_iter().map(|word| word.of(text)).collect()
}

/// The words and signs that are removed and added, run by run.
fn delta<'a>(old: &[&'a [u8]], new: &[&'a [u8]]) -> Vec<[Vec<&'a [u8]>; 2]> {
    let ops = diff_tokens(Algorithm::Myers, old, new);
    let changed = ops.into_iter().filter(|op| op.tag() != DiffTag::Equal);
    changed.map(|op| [old[op.old_range()].to_vec(), new[op.new_range()].to_vec()]).collect()
}

/// The words in which two texts differ, if each stands for one other word and most are the same.
fn values(a: &[&[u8]], b: &[&[u8]]) -> Option<Vec<(String, String)>> {
    if a.len() != b.len() {
        return None;
    }
    let is_word = |word: &[u8]| word[0].is_ascii_alphanumeric() || word[0] == b'_';
    let mut found: BTreeMap<&[u8], &[u8]> = BTreeMap::new();
    let mut count = 0;
    for (one, other) in a.iter().zip(b).filter(|(one, other)| one != other) {
        count += 1;
        if !is_word(one) || !is_word(other) || *found.entry(one).or_insert(other) != *other {
            return None;
        }
    }
    let shown = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
    let is_alike = 2 * count < a.len();
    is_alike.then(|| found.into_iter().map(|(a, b)| (shown(a), shown(b))).collect())
}

/// How much two texts have in common, in percent of their words.
fn common(a: &[u8], b: &[u8]) -> usize {
    let (a, b) = (words(a), words(b));
    let ops = diff_tokens(Algorithm::Myers, &a, &b);
    let same: usize = ops.iter().filter(|op| op.tag() == DiffTag::Equal).map(|op| op.old_range().len()).sum();
    (200 * same).checked_div(a.len() + b.len()).unwrap_or(0)
}

/// Whether the words of `needle` are next to each other in `text`.
pub(super) fn has(text: &[u8], needle: &[u8]) -> bool {
    !crate::text::find_tokens(text, needle, Span::new(0, text.len())).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(old: &'static str, new: &'static str) -> Lines<'static> {
        Lines { old: old.as_bytes(), new: new.as_bytes() }
    }

    #[test]
    fn what_two_hunks_have_in_common_is_said() {
        let change = of("f(a, b);\n", "f(a, b, c);\n");
        assert_eq!(likeness(change, change), Likeness::Same);
        assert_eq!(likeness(change, of("  g(a);\n", "  g(a, c);\n")), Likeness::SameChange);
        assert_eq!(likeness(of("if x\n\ty\n", ""), of("if x\n  y\n", "")), Likeness::SameChange);
        assert_eq!(likeness(of("V = 18\n", "V = 22\n"), of("V = 19\n", "V = 22\n")), Likeness::SameResult);
        let values = Likeness::Values(vec![("cpu".to_owned(), "ident".to_owned())]);
        assert_eq!(likeness(of("", "x = cpu(1)\n"), of("", "x = ident(1)\n")), values);
        let files = Likeness::Values(vec![("a.dat".to_owned(), "\"$(pwd)/a.dat\"".to_owned())]);
        assert_eq!(likeness(of("", "F=a.dat\n"), of("", "F=\"$(pwd)/a.dat\"\n")), files);
        assert_eq!(likeness(of("", "F=a.dat\n"), of("", "F=f(a, b)\n")), Likeness::Differs);
        assert_eq!(likeness(of("", "x = 1\n"), of("", "x = 1\ny = 2\n")), Likeness::Differs);
        // Two other removals need not mean the same.
        assert_eq!(likeness(of("close(a);\n", ""), of("open(b, c);\n", "")), Likeness::Differs);
    }

    #[test]
    fn one_word_that_becomes_two_is_no_value() {
        assert_eq!(
            likeness(of("", "f(a, x, y); g(a, x, y)\n"), of("", "f(b, x, y); g(c, x, y)\n")),
            Likeness::Differs
        );
    }
}
