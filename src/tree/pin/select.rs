//! What names pins: a name, a version, a series, a pattern, or a range of versions.

use super::{Pin, PinError, PinSet};
use crate::software::Software;
use crate::version::{Version, VersionRange};

/// What a text says about pins.
#[derive(Debug)]
pub enum Selector {
    /// The name of a release: `python-2.5`.
    Name(Version),
    /// The version of a release: `2.7.18`, `3.15.0rc1`.
    Release(Version),
    /// A series: `3.14`, `lua-5.4`. Of `2.5`, which is a release, too, that is `python-2.5`.
    Series(Option<Software>, u16, u16),
    /// A pattern of names, versions or series: `3.1[2-4].*`, `python-2.7.*`.
    Pattern(glob::Pattern),
    /// A range of versions: `>=3.12, <3.14`.
    Range(VersionRange),
}

impl Selector {
    /// What `text` says; `None` if it is none of these forms.
    ///
    /// # Errors
    /// If it is a pattern or a range with a mistake.
    pub fn parse(text: &str) -> Result<Option<Selector>, PinError> {
        if text.starts_with(['<', '>', '=', '!']) {
            return Ok(Some(Selector::Range(text.parse().map_err(PinError::Range)?)));
        }
        if text.contains(['*', '?', '[']) {
            let invalid = |error: glob::PatternError| PinError::Pattern {
                text: text.to_owned(),
                why: error.msg.to_owned(),
            };
            return Ok(Some(Selector::Pattern(glob::Pattern::new(text).map_err(invalid)?)));
        }
        // A version with a `+` is that of a tree between two releases.
        if text.ends_with('+') {
            return Ok(None);
        }
        if let Some(version) = Version::of_pin(text) {
            return Ok(Some(Selector::Name(version)));
        }
        let Ok(version) = text.parse::<Version>() else { return Ok(None) };
        let (major, minor) = version.series();
        Ok(Some(match text == version.minor() {
            true => Selector::Series(None, major, minor),
            false => Selector::Release(version),
        }))
    }

    /// Whether it names one release by its version.
    pub fn is_release(&self) -> bool {
        match self {
            Selector::Name(_) | Selector::Release(_) => true,
            Selector::Series(..) | Selector::Pattern(_) | Selector::Range(_) => false,
        }
    }

    /// Whether it selects the pin with this name. A version without a name is one of the pin's software.
    pub fn matches_name(&self, name: &str) -> bool {
        Version::of_pin(name).is_some_and(|version| self.matches(&version, version.software()))
    }

    /// Whether it selects a release, where a version without a name is one of `software`.
    pub fn matches(&self, version: &Version, software: Software) -> bool {
        let is_own = version.software() == software;
        match self {
            Selector::Name(wanted) => version == wanted,
            Selector::Release(wanted) => *version == wanted.clone().of(software),
            Selector::Series(of, major, minor) => {
                version.software() == of.unwrap_or(software) && version.series() == (*major, *minor)
            }
            Selector::Pattern(pattern) => {
                pattern.matches(&version.pin_name())
                    || is_own
                        && [version.to_string(), version.minor()].iter().any(|text| pattern.matches(text))
            }
            Selector::Range(range) => range.clone().of(software).contains(version),
        }
    }
}

impl PinSet {
    /// What `text` says, as [`Selector::parse`]. A name that is not that of a release may name a series.
    ///
    /// # Errors
    /// As [`Selector::parse`], and if a file of pins cannot be read.
    pub fn selector(&self, text: &str) -> Result<Option<Selector>, PinError> {
        let parsed = Selector::parse(text)?;
        let Some(Selector::Name(version)) = &parsed else { return Ok(parsed) };
        if version.to_string() != version.minor() || self.by_version(version)?.is_some() {
            return Ok(parsed);
        }
        let (major, minor) = version.series();
        Ok(Some(Selector::Series(Some(version.software()), major, minor)))
    }

    /// The pins that `text` selects, oldest first: of a series, all its releases.
    ///
    /// # Errors
    /// If it selects none, or has a mistake; and if a file cannot be read or is invalid.
    pub fn select(&self, text: &str) -> Result<Vec<Pin>, PinError> {
        let unknown = || Ok(PinError::Unknown { name: text.to_owned(), nearest: self.nearest(text)? });
        let Some(selector) = self.selector(text)? else { return Err(unknown()?) };
        let found: Vec<Pin> = match &selector {
            Selector::Name(version) => self.by_version(version)?.into_iter().collect(),
            Selector::Release(version) => {
                self.by_version(&version.clone().of(self.software))?.into_iter().collect()
            }
            Selector::Series(..) | Selector::Pattern(_) | Selector::Range(_) => {
                let mut pins = self.all()?;
                pins.retain(|pin| selector.matches(&pin.version, self.software));
                pins
            }
        };
        match selector {
            _ if !found.is_empty() => Ok(found),
            Selector::Name(_) | Selector::Release(_) | Selector::Series(..) => Err(unknown()?),
            Selector::Pattern(_) | Selector::Range(_) => Err(PinError::NoMatch(text.to_owned())),
        }
    }

    /// The pins that `text` names, where each is opened or fetched: as [`PinSet::select`], but of a series only the newest
    /// release; a release candidate only if the series has nothing else.
    ///
    /// # Errors
    /// As [`PinSet::select`].
    pub fn named(&self, text: &str) -> Result<Vec<Pin>, PinError> {
        let mut found = self.select(text)?;
        if let Some(Selector::Series(..)) = self.selector(text)? {
            let newest = found.iter().rposition(|pin| !pin.version.is_prerelease());
            found = vec![found.swap_remove(newest.unwrap_or(found.len() - 1))];
        }
        Ok(found)
    }

    /// The one pin that `text` names.
    ///
    /// # Errors
    /// [`PinError::Several`] if a pattern or a range names several, and as [`PinSet::select`].
    pub fn one(&self, text: &str) -> Result<Pin, PinError> {
        let mut found = self.named(text)?;
        match found.pop() {
            Some(pin) if found.is_empty() => Ok(pin),
            last => {
                found.extend(last);
                let names = found.into_iter().map(|pin| pin.name).collect();
                Err(PinError::Several { text: text.to_owned(), names })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pins: Result<Vec<Pin>, PinError>) -> Vec<String> {
        pins.unwrap().into_iter().map(|pin| pin.name).collect()
    }

    #[test]
    fn a_pin_is_selected_by_name_version_series_pattern_and_range() {
        let select = |text| names(PinSet::shipped().select(text));
        assert_eq!(select("python-2.5"), ["python-2.5"]);
        assert_eq!(select("2.7.18"), ["python-2.7.18"]);
        assert_eq!(select("3.15.0rc1"), ["python-3.15.0rc1"]);
        assert_eq!(select("3.0"), ["python-3.0", "python-3.0.1"]);
        assert_eq!(select("2.5.[56]"), ["python-2.5.5", "python-2.5.6"]);
        assert_eq!(select("python-2.5.[56]"), ["python-2.5.5", "python-2.5.6"]);
        assert_eq!(select("3.[0]"), ["python-3.0", "python-3.0.1"]);
        assert_eq!(select(">=3.0, <3.1"), ["python-3.0", "python-3.0.1"]);
        assert_eq!(select("==2.5"), ["python-2.5"]);
        assert_eq!(select("python-3.15"), select("3.15"));
        assert_eq!(select("lua-5.4"), ["lua-5.4.2", "lua-5.4.4", "lua-5.4.7", "lua-5.4.9"]);
    }

    #[test]
    fn a_series_names_its_newest_release_and_a_candidate_only_if_it_has_nothing_else() {
        let named = |text| names(PinSet::shipped().named(text));
        assert_eq!(named("2.7"), ["python-2.7.18"]);
        assert_eq!(named("2.5"), ["python-2.5.6"]);
        assert_eq!(named("3.15"), ["python-3.15.0rc1"]);
        assert_eq!(named("python-3.15"), ["python-3.15.0rc1"]);
        assert_eq!(named("python-2.7"), ["python-2.7"]);
        assert_eq!(named("lua-5.4"), ["lua-5.4.9"]);
        assert!(matches!(PinSet::shipped().named("python-9.9"), Err(PinError::Unknown { .. })));
        let directory = tempfile::tempdir().unwrap();
        let release = |version: &str, tree: &str| {
            format!("  - {{version: {version}, tag: v{version}, tree: {}, tarballs: []}}\n", tree.repeat(40))
        };
        let text = format!("schema: 1\nreleases:\n{}{}", release("9.1.0", "a"), release("9.1.1rc1", "b"));
        std::fs::write(directory.path().join("9.1.yaml"), text).unwrap();
        assert_eq!(names(PinSet::with_overlay(directory.path()).named("9.1")), ["python-9.1.0"]);
    }

    #[test]
    fn a_version_without_a_name_is_one_of_the_software_of_the_pins() {
        let lua = PinSet::shipped().of(Software::Lua);
        let select = |text| names(lua.select(text));
        for text in ["5.4.[24]", "lua-5.4.[24]", ">=5.4, <5.4.7"] {
            assert_eq!(select(text), ["lua-5.4.2", "lua-5.4.4"], "{text}");
        }
        assert_eq!(select("5.4.4"), ["lua-5.4.4"]);
        assert_eq!(select("python-2.5"), ["python-2.5"]);
        assert!(names(lua.named("5.4"))[0].starts_with("lua-5.4."));
        assert!(matches!(lua.select("2.7.18"), Err(PinError::Unknown { .. })));
        assert_eq!(names(PinSet::shipped().select("lua-5.4.[24]")), ["lua-5.4.2", "lua-5.4.4"]);
        assert!(matches!(PinSet::shipped().select("5.4.[24]"), Err(PinError::NoMatch(_))));
        let matches = |text: &str, pin| Selector::parse(text).unwrap().unwrap().matches_name(pin);
        assert!(
            matches("5.4.4", "lua-5.4.4")
                && matches("5.4", "lua-5.4.4")
                && !matches("python-5.4.4", "lua-5.4.4")
        );
    }

    #[test]
    fn one_pin_is_not_taken_of_several() {
        let pins = PinSet::shipped();
        assert_eq!(pins.one("2.7.1[8]").unwrap().name, "python-2.7.18");
        match pins.one("3.0*") {
            Err(PinError::Several { names, .. }) => assert_eq!(names, ["python-3.0", "python-3.0.1"]),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_selects_nothing_is_an_error() {
        let pins = PinSet::shipped();
        for text in ["", "2.5+", "python-2.5+", "something", "9.9", "2.7.81", "../2.5"] {
            assert!(matches!(pins.select(text), Err(PinError::Unknown { .. })), "{text}");
        }
        assert!(matches!(pins.select("9.*"), Err(PinError::NoMatch(_))));
        assert!(matches!(pins.select(">=9"), Err(PinError::Range(_))));
        assert!(matches!(pins.select(">=9.0"), Err(PinError::NoMatch(_))));
        assert!(matches!(pins.select("3.[1"), Err(PinError::Pattern { .. })));
    }
}
