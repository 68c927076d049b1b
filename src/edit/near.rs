//! The nearest misses of a name among candidates.

use crate::text::distance;

/// How many near misses are named.
const MOST: usize = 5;

/// The candidates (offset, name) that come nearest to `wanted`, the nearest first: those that hold
/// it or are held by it, and those that differ from it in few letters.
pub(super) fn nearest<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = (usize, std::borrow::Cow<'a, str>)>,
) -> Vec<usize> {
    let mut ranked: Vec<(usize, usize)> = candidates
        .into_iter()
        .filter_map(|(offset, name)| rank(wanted, &name).map(|rank| (rank, offset)))
        .collect();
    ranked.sort_unstable();
    ranked.dedup_by_key(|(_, offset)| *offset);
    ranked.truncate(MOST);
    ranked.into_iter().map(|(_, offset)| offset).collect()
}

/// How near `name` comes to `wanted`, less is nearer; `None` when it does not.
fn rank(wanted: &str, name: &str) -> Option<usize> {
    if wanted == name {
        return Some(0);
    }
    let holds = wanted.len() >= 3 && name.len() >= 3 && (name.contains(wanted) || wanted.contains(name));
    // At least the letters that one has more: most candidates are told by that.
    let (long, short) = (wanted.chars().count(), name.chars().count());
    if !holds && long.abs_diff(short) * 3 > long {
        return None;
    }
    let apart = distance(&wanted.to_ascii_lowercase(), &name.to_ascii_lowercase());
    (holds || apart * 3 <= wanted.chars().count()).then_some(apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_comes_first_and_strangers_are_left_out() {
        let names = ["build_all", "install", "al", "all_x", "clean"];
        let found = nearest("all", names.iter().enumerate().map(|(i, n)| (i, (*n).into())));
        assert_eq!(found, [2, 3, 1, 0]);
    }
}
