//! Names that are nearly the one that was asked for.

use crate::text::distance;

/// Up to three of `names` that are few edits away from `wanted`, the nearest first.
pub(super) fn near<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let most = (wanted.chars().count() / 3).clamp(1, 3);
    let mut found: Vec<(usize, &str)> = names
        .into_iter()
        .map(|name| (distance(wanted, name), name))
        .filter(|&(distance, _)| distance <= most)
        .collect();
    found.sort();
    found.truncate(3);
    found.into_iter().map(|(_, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_names_come_first_and_far_ones_not_at_all() {
        let tags = ["v2.5", "v2.5.5", "v2.55x", "v3.13.5", "main"];
        assert_eq!(near("v2.55", tags), ["v2.5", "v2.5.5", "v2.55x"]);
        assert_eq!(near("2.5", tags), ["v2.5"]);
        assert!(near("catamount", tags).is_empty());
    }
}
