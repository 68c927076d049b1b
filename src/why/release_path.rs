//! The releases on the path from one version to another.

use crate::tree::pin::Pin;
use crate::version::Version;

/// The pins between two versions, without these two, in order: the first release of each series in
/// between, then the releases of the new version's own series.
///
/// Maintenance releases of other series are not on the path: 2.5.1 follows 2.5, but 2.6 does not descend
/// from it. Alphas, betas and release candidates are left out.
pub fn release_path<'a>(pins: &'a [Pin], from: &Version, to: &Version) -> Vec<&'a Pin> {
    let mut finals: Vec<&Pin> = pins.iter().filter(|pin| !pin.version.is_prerelease()).collect();
    finals.sort_by(|a, b| a.version.cmp(&b.version));
    let between = |pin: &&&Pin| pin.version > *from && pin.version < *to;
    let mut path: Vec<&Pin> = Vec::new();
    for pin in finals.iter().filter(between) {
        let series = pin.version.series();
        let first = finals.iter().find(|other| other.version.series() == series);
        let is_first = first.is_some_and(|first| first.version == pin.version);
        if series == to.series() || (series != from.series() && is_first) {
            path.push(pin);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::pin::PinSet;

    fn names(from: &str, to: &str) -> String {
        let pins = PinSet::shipped().all().unwrap();
        let path = release_path(&pins, &from.parse().unwrap(), &to.parse().unwrap());
        path.iter().map(|pin| pin.version.to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn maintenance_releases_of_other_series_are_not_on_the_path() {
        assert_eq!(names("2.5", "2.7.4"), "2.6 2.7 2.7.1 2.7.2 2.7.3");
        assert_eq!(names("2.5", "2.5.4"), "2.5.1 2.5.2 2.5.3");
        assert_eq!(names("3.6.4", "3.9.2"), "3.7.0 3.8.0 3.9.0 3.9.1");
        assert_eq!(names("3.13.5", "3.15.0rc1"), "3.14.0");
    }

    #[test]
    fn the_path_between_neighbours_is_empty() {
        assert_eq!(names("2.7.17", "2.7.18"), "");
        assert_eq!(names("2.7.18", "2.5"), "");
    }
}
