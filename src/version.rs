//! Versions of CPython and other software, and ranges of them.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::software::Software;

/// A version as `PY_VERSION` in CPython's Include/patchlevel.h has it: `2.5`, `2.7.18`, `3.15.0rc1`.
///
/// `2.5` and `2.5.0` are the same version; it is displayed as it was read. A text is parsed as a version of CPython.
#[derive(Debug, Clone)]
pub struct Version {
    software: Software,
    major: u16,
    minor: u16,
    micro: u16,
    /// The stage before the release and its number; `None` for a final release.
    pre: Option<(Stage, u16)>,
    text: String,
}

crate::text::serde_as_text!(Version);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Alpha,
    Beta,
    Candidate,
}

impl Version {
    /// The version as one of `software`.
    pub fn of(self, software: Software) -> Version {
        Version { software, ..self }
    }

    /// The version in the name of a pin: `python-2.5`, `lua-5.4.4`.
    pub fn of_pin(name: &str) -> Option<Version> {
        let (software, text) = name.split_once('-')?;
        Some(text.parse::<Version>().ok()?.of(software.parse().ok()?))
    }

    /// What it is a version of.
    pub fn software(&self) -> Software {
        self.software
    }

    /// The name of a pin of it: `python-2.5`, `lua-5.4.4`.
    pub fn pin_name(&self) -> String {
        format!("{}-{self}", self.software)
    }

    /// The version with what it is of, for people: `CPython 2.5`.
    pub fn named(&self) -> String {
        format!("{} {self}", self.software.title())
    }

    /// Its series: `(major, minor)`.
    pub fn series(&self) -> (u16, u16) {
        (self.major, self.minor)
    }

    /// Its series as CPython names it: `2.7`, `3.13`.
    pub fn minor(&self) -> String {
        format!("{}.{}", self.major, self.minor)
    }

    /// Major, minor and micro number, without the stage.
    pub fn release(&self) -> (u16, u16, u16) {
        (self.major, self.minor, self.micro)
    }

    /// Whether it is an alpha, a beta or a release candidate.
    pub fn is_prerelease(&self) -> bool {
        self.pre.is_some()
    }

    /// Whether it is a release candidate.
    pub fn is_candidate(&self) -> bool {
        matches!(self.pre, Some((Stage::Candidate, _)))
    }

    fn parse(text: &str) -> Option<Version> {
        // A tree between two releases has `2.5.1+`, and counts as the release before it.
        let plain = text.strip_suffix('+').unwrap_or(text);
        let split = plain.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(plain.len());
        let (numbers, stage) = plain.split_at(split);
        let number = |text: &str| text.parse::<u16>().ok().filter(|_| !text.starts_with('+'));
        let numbers: Vec<u16> = numbers.split('.').map(number).collect::<Option<_>>()?;
        let (major, minor, micro) = match numbers[..] {
            [major, minor] => (major, minor, 0),
            [major, minor, micro] => (major, minor, micro),
            _ => return None,
        };
        let pre = match stage.find(|c: char| c.is_ascii_digit()) {
            None if stage.is_empty() => None,
            None => return None,
            Some(digits) => {
                let kind = match &stage[..digits] {
                    "a" => Stage::Alpha,
                    "b" => Stage::Beta,
                    // 2.x wrote its candidates `c1`.
                    "c" | "rc" => Stage::Candidate,
                    _ => return None,
                };
                Some((kind, stage[digits..].parse().ok()?))
            }
        };
        Some(Version { software: Software::default(), major, minor, micro, pre, text: text.to_owned() })
    }

    fn key(&self) -> (u16, u16, u16, bool, Option<(Stage, u16)>) {
        (self.major, self.minor, self.micro, self.pre.is_none(), self.pre)
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        (self.software, self.key()).cmp(&(other.software, other.key()))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// A text that is not a version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid version `{0}` (examples: 2.5, 2.7.18, 3.15.0rc1)")]
pub struct BadVersion(pub String);

impl FromStr for Version {
    type Err = BadVersion;

    fn from_str(text: &str) -> Result<Version, BadVersion> {
        Version::parse(text).ok_or_else(|| BadVersion(text.to_owned()))
    }
}

/// A range such as `>=2.5, <2.6`: every comparison must hold.
///
/// A bound without a stage includes the candidates of its release: `3.15.0rc1` is inside `>=3.15`
/// and outside `<3.15`, because a patchset for 3.15 has to work on its candidates too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    software: Software,
    bounds: Vec<(Comparison, Version)>,
    text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Less,
    AtMost,
    Equal,
    NotEqual,
    AtLeast,
    Greater,
}

impl VersionRange {
    /// The range as one of versions of `software`. A text is parsed as a range of versions of CPython.
    pub fn of(self, software: Software) -> VersionRange {
        VersionRange { software, ..self }
    }

    /// What it is a range of versions of.
    pub fn software(&self) -> Software {
        self.software
    }

    /// The range for people, with the name of the software if it is not CPython: `>=2.5, <2.6`, `Lua >=5.4, <5.5`.
    pub fn named(&self) -> String {
        match self.software {
            Software::Python => self.text.clone(),
            other => format!("{} {self}", other.title()),
        }
    }

    /// Whether `version` is of the same software, and satisfies every comparison of the range.
    pub fn contains(&self, version: &Version) -> bool {
        let is_in = self.bounds.iter().all(|(comparison, bound)| {
            let order = if bound.is_prerelease() {
                version.key().cmp(&bound.key())
            } else {
                version.release().cmp(&bound.release())
            };
            match comparison {
                Comparison::Less => order == Ordering::Less,
                Comparison::AtMost => order != Ordering::Greater,
                Comparison::Equal => order == Ordering::Equal,
                Comparison::NotEqual => order != Ordering::Equal,
                Comparison::AtLeast => order != Ordering::Less,
                Comparison::Greater => order == Ordering::Greater,
            }
        });
        is_in && version.software == self.software
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// A text that is not a version range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid version range `{text}` (example: `>=2.5, <2.6`): {why}")]
pub struct BadRange {
    /// What was read.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
}

impl FromStr for VersionRange {
    type Err = BadRange;

    fn from_str(text: &str) -> Result<VersionRange, BadRange> {
        let bad = |why: String| BadRange { text: text.to_owned(), why };
        let mut bounds = Vec::new();
        for part in text.split(',').map(str::trim) {
            let split = part.find(|c: char| !"<>=!".contains(c)).unwrap_or(part.len());
            let comparison = match &part[..split] {
                "<" => Comparison::Less,
                "<=" => Comparison::AtMost,
                "==" => Comparison::Equal,
                "!=" => Comparison::NotEqual,
                ">=" => Comparison::AtLeast,
                ">" => Comparison::Greater,
                "" => return Err(bad(format!("`{part}` lacks an operator: <, <=, ==, !=, >= or >"))),
                other => return Err(bad(format!("`{other}` is not an operator"))),
            };
            let version = part[split..].trim().parse().map_err(|e: BadVersion| bad(e.to_string()))?;
            bounds.push((comparison, version));
        }
        let range = VersionRange { software: Software::default(), bounds, text: text.to_owned() };
        if range.is_empty() {
            return Err(bad("no version satisfies it".to_owned()));
        }
        Ok(range)
    }
}

impl VersionRange {
    /// Whether a lower bound is above an upper one, or the only version is excluded, so that no version satisfies the range.
    fn is_empty(&self) -> bool {
        use Comparison::{AtLeast, AtMost, Equal, Greater, Less, NotEqual};
        let bounds =
            |kinds: [Comparison; 3]| self.bounds.iter().filter(move |(kind, _)| kinds.contains(kind));
        let excludes_itself = |kind: &Comparison| matches!(kind, Less | Greater);
        let excluded =
            |version: &Version| self.bounds.iter().any(|(kind, other)| *kind == NotEqual && other == version);
        bounds([AtLeast, Greater, Equal]).any(|(low, a)| {
            (*low == Equal && excluded(a))
                || bounds([AtMost, Less, Equal]).any(|(high, b)| {
                    // `<3.15` excludes `3.15.0a1`, too.
                    let is_below = *high == Less && !b.is_prerelease() && a.release() >= b.release();
                    is_below || a > b || (a == b && (excludes_itself(low) || excludes_itself(high)))
                })
        })
    }

    /// The versions that are in both ranges; `None` if there are none.
    pub fn intersection(&self, other: &VersionRange) -> Option<VersionRange> {
        let mut parts: Vec<&str> = Vec::new();
        for part in self.text.split(',').chain(other.text.split(',')).map(str::trim) {
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        Some(parts.join(", ").parse::<VersionRange>().ok()?.of(self.software))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn versions_are_ordered_as_they_were_released() {
        let order = ["2.4", "2.4.6", "2.5c1", "2.5", "2.5.1", "2.7.9", "2.7.18", "3.15.0a1", "3.15.0rc1"];
        assert!(order.windows(2).all(|w| version(w[0]) < version(w[1])));
        assert_eq!(version("2.5"), version("2.5.0"));
        assert_eq!(version("2.5.1+"), version("2.5.1"));
    }

    #[test]
    fn a_text_that_is_not_a_version_is_refused() {
        for text in ["", "2", "2.x", "2.5.1.1", "2.5z1", "2.5rc", "-2.5", "2.5 "] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_range_holds_when_every_comparison_does() {
        let range: VersionRange = ">=2.5, <2.6".parse().unwrap();
        assert!(range.contains(&version("2.5")) && range.contains(&version("2.5.6")));
        assert!(!range.contains(&version("2.4.6")) && !range.contains(&version("2.6")));
    }

    #[test]
    fn a_version_is_of_one_software() {
        let lua = Version::of_pin("lua-5.4.4").unwrap();
        assert_eq!((lua.named(), lua.pin_name()), ("Lua 5.4.4".to_owned(), "lua-5.4.4".to_owned()));
        assert_ne!(lua, version("5.4.4"));
        let range: VersionRange = ">=5.4, <5.5".parse().unwrap();
        assert!(range.contains(&version("5.4.4")) && !range.contains(&lua));
        let of_lua = range.clone().of(Software::Lua);
        assert!(of_lua.contains(&lua) && !of_lua.contains(&version("5.4.4")));
        assert!(of_lua.intersection(&range).unwrap().contains(&lua));
        for name in ["5.4.4", "lua5.4.4", "perl-5.36.0", "lua-", "-5.4.4", "lua-5.4.4-1"] {
            assert_eq!(Version::of_pin(name), None, "{name}");
        }
    }

    #[test]
    fn a_candidate_belongs_to_its_release() {
        assert!(">=3.15".parse::<VersionRange>().unwrap().contains(&version("3.15.0rc1")));
        assert!(!"<3.15".parse::<VersionRange>().unwrap().contains(&version("3.15.0rc1")));
        assert!("<3.15.0rc2".parse::<VersionRange>().unwrap().contains(&version("3.15.0rc1")));
    }

    #[test]
    fn a_text_that_is_not_a_range_is_refused() {
        for text in ["", "2.5", "~2.5", ">=", ">=2.6, <2.5", ">2.5, <2.5", "=>2.5"] {
            assert!(text.parse::<VersionRange>().is_err(), "{text}");
        }
    }
}
