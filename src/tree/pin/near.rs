//! The names of pins nearest to one that does not exist.

use super::{PREFIX, Pin};
use crate::text::distance;
use crate::version::Version;

/// More typing errors than this and the name means something else.
const FARTHEST: usize = 3;

/// The names nearest to `name`, at most three: fewest typing errors, then the same minor version,
/// then the closest micro number.
pub(super) fn nearest(name: &str, pins: &[Pin]) -> Vec<String> {
    let lower = name.to_lowercase();
    // `2.5` is short for `python-2.5`, not six typing errors away from it.
    let wanted =
        if lower.starts_with(|c: char| c.is_ascii_digit()) { format!("{PREFIX}{lower}") } else { lower };
    let version: Option<Version> = wanted.strip_prefix(PREFIX).and_then(|text| text.parse().ok());
    let mut near: Vec<_> = pins.iter().map(|pin| (distance(&wanted, &pin.name), pin)).collect();
    let Some(best) = near.iter().map(|(errors, _)| *errors).min().filter(|errors| *errors <= FARTHEST) else {
        return Vec::new();
    };
    near.retain(|(errors, _)| *errors == best);
    near.sort_by_key(|(_, pin)| {
        version.as_ref().map(|version| {
            let micro = pin.version.release().2.abs_diff(version.release().2);
            (pin.version.series() != version.series(), micro)
        })
    });
    near.into_iter().take(3).map(|(_, pin)| pin.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::pin::PinSet;

    #[test]
    fn the_distance_counts_typing_errors() {
        let counts = [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "abd", 1), ("2.55", "2.5.5", 1)];
        for (a, b, errors) in counts {
            assert_eq!(distance(a, b), errors, "{a} {b}");
        }
    }

    #[test]
    fn nearest_names_prefer_the_same_series() {
        let near = |name| PinSet::shipped().nearest(name).unwrap();
        assert_eq!(near("python-2.5.7"), ["python-2.5.6", "python-2.5.5", "python-2.5.4"]);
        assert_eq!(near("2.7.18"), ["python-2.7.18"]);
        assert_eq!(near("Python-3.13.5"), ["python-3.13.5"]);
        assert_eq!(near("cpython-2.5"), ["python-2.5"]);
        assert!(near("something-else").is_empty());
    }
}
