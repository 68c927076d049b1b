//! The ranges of versions of variants.

use std::fmt::Write as _;

use crate::version::Version;

/// Variants next to each other: the first and the last.
pub(super) type Run = (usize, usize);

/// Where the versions of each variant begin, in the order of the variants.
#[derive(Debug, Clone)]
pub(super) struct Versions {
    bounds: Vec<String>,
}

impl Versions {
    /// Each variant holds from its minor version on, or from its own version if the one before has the same minor version.
    pub(super) fn of(versions: &[&Version]) -> Versions {
        let bound = |at: usize| match at.checked_sub(1).map(|before| versions[before]) {
            Some(before) if before.series() == versions[at].series() => versions[at].to_string(),
            _ => versions[at].minor(),
        };
        Versions { bounds: (0..versions.len()).map(bound).collect() }
    }

    /// All variants.
    pub(super) fn all(&self) -> Run {
        (0, self.bounds.len() - 1)
    }

    /// Where the versions of a variant begin.
    pub(super) fn bound(&self, variant: usize) -> &str {
        &self.bounds[variant]
    }

    /// The range of a run; `None` if it is all variants.
    pub(super) fn range(&self, (first, last): Run) -> Option<String> {
        let mut range = String::new();
        if first > 0 {
            let _ = write!(range, ">={}", self.bounds[first]);
        }
        if let Some(end) = self.bounds.get(last + 1) {
            let _ = write!(range, "{}<{end}", if range.is_empty() { "" } else { ", " });
        }
        (!range.is_empty()).then_some(range)
    }

    /// A run as it is in the name of a file: `3.10`, `3.10-3.12`; nothing for all variants.
    pub(super) fn suffix(&self, run: Run) -> String {
        match run {
            all if all == self.all() => String::new(),
            (first, last) if first == last => format!("-{}", self.bounds[first]),
            (first, last) => format!("-{}-{}", self.bounds[first], self.bounds[last]),
        }
    }
}

/// The runs of some variants, which are in order.
pub(super) fn runs(variants: &[usize]) -> Vec<Run> {
    variants.chunk_by(|a, b| a + 1 == *b).map(|run| (run[0], run[run.len() - 1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_have_no_gap() {
        let versions = ["3.10.2", "3.12.1", "3.12.4", "3.15.0rc1"].map(|text| text.parse().unwrap());
        let versions = Versions::of(&versions.iter().collect::<Vec<_>>());
        let range = |run| versions.range(run).unwrap_or_default();
        assert_eq!(range((0, 0)), "<3.12");
        assert_eq!(range((1, 1)), ">=3.12, <3.12.4");
        assert_eq!(range((2, 2)), ">=3.12.4, <3.15");
        assert_eq!(range((1, 3)), ">=3.12");
        assert_eq!(range(versions.all()), "");
        assert_eq!(runs(&[0, 1, 3]), [(0, 1), (3, 3)]);
    }
}
