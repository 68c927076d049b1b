//! The names that are most similar to one that does not exist: "did you mean".

use std::borrow::Cow;

/// How many candidates are suggested.
const MOST: usize = 5;
/// How many names are suggested for one that was mistyped.
const MOST_NAMES: usize = 3;

/// The candidates whose names are most similar to `wanted`, at most five: fewest typing errors
/// first, equally similar ones in the order of `T`.
///
/// A name is similar if at most one letter in three of `wanted` is mistyped, if it contains
/// `wanted`, or if it is contained in `wanted` and more than half as long; fewer than three letters
/// are not looked for inside a name. Case is ignored.
pub fn nearest<'a, T: Ord>(wanted: &str, candidates: impl IntoIterator<Item = (T, Cow<'a, str>)>) -> Vec<T> {
    let wanted = wanted.to_ascii_lowercase();
    let mut ranked: Vec<(usize, T)> = candidates
        .into_iter()
        .filter(|(_, name)| may_be_similar(&wanted, name))
        .filter_map(|(candidate, name)| errors(&wanted, &name.to_ascii_lowercase()).map(|n| (n, candidate)))
        .collect();
    ranked.sort_unstable();
    ranked.dedup_by(|(_, a), (_, b)| a == b);
    ranked.truncate(MOST);
    ranked.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The names that are most similar to `wanted`, at most three, by the rules of [`nearest`]; first those that begin with it.
pub fn nearest_names<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut found = nearest(wanted, names.into_iter().map(|name| (name, name.into())));
    found.sort_by_key(|name| !name.starts_with(wanted));
    found.into_iter().take(MOST_NAMES).map(str::to_owned).collect()
}

/// Names as a message lists them: `a`, `b` or `c`.
pub fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match &quoted[..] {
        [all @ .., last] if !all.is_empty() => format!("{} or {last}", all.join(", ")),
        all => all.join(", "),
    }
}

/// The typing errors between two names in lower case; `None` when they are not similar.
fn errors(wanted: &str, name: &str) -> Option<usize> {
    let (length, other) = (wanted.chars().count(), name.chars().count());
    let contains =
        (length >= 3 && name.contains(wanted)) || (other >= 3 && other * 2 > length && wanted.contains(name));
    // The difference in length is a lower bound that spares the slow comparison for most candidates.
    if !contains && length.abs_diff(other) * 3 > length {
        return None;
    }
    distance_within(wanted, name, if contains { usize::MAX } else { length / 3 })
}

/// Whether [`errors`] may find a name similar, in any case, by its letters alone: most names have too many others. Each
/// letter that one of them lacks needs a typing error, and a name that contains the other one lacks none of its letters.
fn may_be_similar(wanted: &str, name: &str) -> bool {
    if !wanted.is_ascii() || !name.is_ascii() {
        return true;
    }
    // The low five bits are the same for both cases of a letter. That other signs share them makes no name less similar.
    let mut surplus = [0_i16; 32];
    wanted.bytes().for_each(|letter| surplus[usize::from(letter & 31)] += 1);
    name.bytes().for_each(|letter| surplus[usize::from(letter & 31)] -= 1);
    let lacking: i16 = surplus.iter().map(|n| *n.max(&0)).sum();
    let further: i16 = surplus.iter().map(|n| -*n.min(&0)).sum();
    lacking == 0
        || further == 0
        || usize::try_from(lacking.max(further)).is_ok_and(|errors| errors * 3 <= wanted.len())
}

/// The typing errors that lead from one name to another: letters inserted, deleted, replaced, or
/// swapped with their neighbour (the distance of optimal string alignment).
pub fn distance(a: &str, b: &str) -> usize {
    distance_within(a, b, usize::MAX).unwrap_or_default()
}

/// The distance, if it is at most `most`.
fn distance_within(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut above = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut next = Vec::with_capacity(row.len());
    for i in 1..=a.len() {
        next.clear();
        next.push(i);
        for j in 1..=b.len() {
            let replaced = row[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(row[j] + 1).min(next[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(above[j - 2] + 1);
            }
            next.push(least);
        }
        // Later rows are computed from these two, and no entry is smaller than those it is computed from.
        if row.iter().chain(&next).all(|errors| *errors > most) {
            return None;
        }
        std::mem::swap(&mut above, &mut row);
        std::mem::swap(&mut row, &mut next);
    }
    (row[b.len()] <= most).then_some(row[b.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_typing_errors() {
        let counts = [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("yod", "yod", 0),
            ("2.55", "2.5.5", 1),
            ("wyh", "why", 1),
        ];
        for (a, b, errors) in counts {
            assert_eq!(distance(a, b), errors, "{a} {b}");
        }
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn a_distance_within_a_limit_is_the_distance() {
        let names = ["", "a", "ab", "ba", "kitten", "sitting", "skitne", "abcdef", "badcfe"];
        for (a, b) in names.iter().flat_map(|a| names.iter().map(move |b| (*a, *b))) {
            let errors = distance(a, b);
            for most in 0..9 {
                assert_eq!(distance_within(a, b, most), (errors <= most).then_some(errors), "{a} {b} {most}");
            }
        }
    }

    #[test]
    fn no_similar_name_is_left_out_by_its_letters() {
        let names =
            ["a", "ab", "ba", "abc", "Kitten", "sitting", "skitne", "abcdef", "badcfe", "aab", "setup"];
        for (a, b) in names.iter().flat_map(|a| names.iter().map(move |b| (a.to_ascii_lowercase(), *b))) {
            let is_similar = errors(&a, &b.to_ascii_lowercase()).is_some();
            assert!(may_be_similar(&a, b) || !is_similar, "{a} {b}");
        }
        assert!(!may_be_similar("kitten", "setup"));
    }

    #[test]
    fn the_most_similar_comes_first_and_others_are_left_out() {
        let names = ["build_all", "install", "al", "ALL_x", "clean"];
        let found = nearest("all", names.iter().enumerate().map(|(i, n)| (i, (*n).into())));
        assert_eq!(found, [2, 3, 1, 0]);
    }

    #[test]
    fn a_mistyped_name_has_at_most_three_suggestions() {
        let tags = ["v2.5", "v2.5.5", "v2.55x", "v3.13.5", "main"];
        assert_eq!(nearest_names("v2.55", tags), ["v2.55x", "v2.5", "v2.5.5"]);
        assert_eq!(nearest_names("2.5", tags), ["v2.5", "v2.5.5", "v2.55x"]);
        assert!(nearest_names("catamount", tags).is_empty());
        let verbs = ["remove-word", "remove-prerequisite"].map(|verb| ["makefile.", verb].concat());
        let found = nearest_names("makefile.remove-prereq", verbs.iter().map(String::as_str));
        assert_eq!(found, ["makefile.remove-prerequisite", "makefile.remove-word"]);
    }
}
