//! Upstream releases that are pinned by hash.
//!
//! A [`Pin`] has the address and the sha256 of a release tarball, and the git tree id of the release
//! tag. The tree id is the same in every mirror, so that a commit of any repository can be compared
//! with it. The shipped pins are the files of upstream-pins/, one for each minor version; a [`PinSet`]
//! reads only the files it needs. Pins of other software than CPython have its name in that of their file.

mod load;
mod select;
mod write;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use select::Selector;
pub use write::{entry, new_file, with_pin};

use super::{PrunedTree, Tree, TreePath};
use crate::contents::if_exists;
use crate::digest::Sha256Digest;
use crate::regular::{self, LARGEST_DOCUMENT};
use crate::shipped::PINS;
use crate::software::Software;
use crate::text::nearest;
use crate::version::{BadRange, Version};
use crate::yaml::Complaint;

/// An upstream release, pinned by hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Its name: `python-2.5`, `python-3.15.0rc1`, `lua-5.4.4`.
    pub name: String,
    /// The version of the release.
    pub version: Version,
    /// The release tag in upstream's git repository: `v2.5`. `None` if the files of a tag are arranged differently from those of
    /// the tarball, or upstream has no git repository.
    pub tag: Option<String>,
    /// The git tree id of that tag, or else of what the tarball has: 40 lower-case hexadecimal digits.
    pub tree: String,
    /// Its tarballs, preferred ones first. Empty if it is pinned by tree id only.
    pub tarballs: Vec<Tarball>,
    /// The Debian source package that contains one of the tarballs, byte for byte.
    pub debian: Option<Debian>,
    /// The paths that only its tag or only its tarball has, such as `.github` and `Misc/NEWS`. The release is read without
    /// them, so that it is the same tree wherever it comes from.
    pub exclude: Vec<TreePath>,
}

impl Pin {
    /// The release in `tree`, without the paths that it excludes.
    pub fn prune(&self, tree: Box<dyn Tree>) -> Box<dyn Tree> {
        if self.exclude.is_empty() { tree } else { Box::new(PrunedTree::new(tree, self.exclude.clone())) }
    }

    /// The pinned tarball that has this digest.
    pub fn tarball(&self, sha256: Sha256Digest) -> Option<&Tarball> {
        self.tarballs.iter().find(|tarball| tarball.sha256 == sha256)
    }
}

/// A release tarball.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tarball {
    /// Its address at upstream, which begins with `https://`; `None` if only a distribution has it.
    pub url: Option<String>,
    /// The digest of its bytes.
    pub sha256: Sha256Digest,
    /// Its name, the last part of the address: `Python-2.5.tgz`.
    pub file_name: String,
}

/// A Debian source package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debian {
    /// The suite that has it: `bullseye`.
    pub suite: String,
    /// Its name: `python2.7`.
    pub source: String,
}

/// The known pins: the shipped ones, and those of a directory, which replace shipped ones.
#[derive(Debug, Clone, Default)]
pub struct PinSet {
    overlay: Option<PathBuf>,
    /// Pins that no file has.
    more: Vec<Pin>,
    /// What a version without a name is of.
    software: Software,
}

impl PinSet {
    /// The shipped pins.
    pub fn shipped() -> PinSet {
        PinSet::default()
    }

    /// The same pins, where a version without a name, such as `5.4.4`, is one of `software`.
    pub fn of(&self, software: Software) -> PinSet {
        PinSet { software, ..self.clone() }
    }

    /// What a version without a name is of.
    pub fn software(&self) -> Software {
        self.software
    }

    /// The shipped pins and those of `directory`, which replace shipped ones of the same name. The
    /// directory has a file for each minor version, such as `2.5.yaml` or `lua-5.4.yaml`.
    pub fn with_overlay(directory: impl Into<PathBuf>) -> PinSet {
        PinSet { overlay: Some(directory.into()), ..PinSet::default() }
    }

    /// The same pins, and others that no file has yet.
    pub fn with(self, more: &[Pin]) -> PinSet {
        PinSet { more: more.to_vec(), ..self }
    }

    /// The files of the directory that replaces shipped pins.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let entries = self.overlay.iter().filter_map(|directory| std::fs::read_dir(directory).ok()).flatten();
        entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
    }

    /// The pin with this name; `None` if there is none. Reads the file of its minor version only.
    ///
    /// # Errors
    /// If that file cannot be read or is invalid.
    pub fn find(&self, name: &str) -> Result<Option<Pin>, PinError> {
        match Version::of_pin(name) {
            Some(version) if !name.ends_with('+') => self.by_version(&version),
            Some(_) => Ok(None),
            None => Ok(None),
        }
    }

    /// The pin with this name.
    ///
    /// # Errors
    /// [`PinError::Unknown`] if there is none, and the errors of [`PinSet::find`] and [`PinSet::all`].
    pub fn get(&self, name: &str) -> Result<Pin, PinError> {
        match self.find(name)? {
            Some(pin) => Ok(pin),
            None => Err(PinError::Unknown { name: name.to_owned(), nearest: self.nearest(name)? }),
        }
    }

    /// The pin of this version. Reads the file of its minor version only.
    ///
    /// # Errors
    /// If that file cannot be read or is invalid.
    pub fn by_version(&self, version: &Version) -> Result<Option<Pin>, PinError> {
        let pins = self.of_series(&series_name(version))?;
        Ok(pins.into_iter().find(|pin| pin.version == *version))
    }

    /// The pin whose tree has this git id (40 hexadecimal digits). Reads every file.
    ///
    /// # Errors
    /// If a file cannot be read or is invalid.
    pub fn by_tree(&self, tree: &str) -> Result<Option<Pin>, PinError> {
        Ok(self.all()?.into_iter().find(|pin| pin.tree == tree))
    }

    /// The pin that has a tarball with this digest. Reads every file.
    ///
    /// # Errors
    /// If a file cannot be read or is invalid.
    pub fn by_sha256(&self, sha256: Sha256Digest) -> Result<Option<Pin>, PinError> {
        Ok(self.all()?.into_iter().find(|pin| pin.tarball(sha256).is_some()))
    }

    /// Every pin of the software that a version without a name is of, oldest version first. Reads every file.
    ///
    /// # Errors
    /// If a file cannot be read or is invalid.
    pub fn own(&self) -> Result<Vec<Pin>, PinError> {
        let mut pins = self.all()?;
        pins.retain(|pin| pin.version.software() == self.software);
        Ok(pins)
    }

    /// Every pin: those of each software together, oldest version first. Reads every file.
    ///
    /// # Errors
    /// If a file cannot be read or is invalid.
    pub fn all(&self) -> Result<Vec<Pin>, PinError> {
        let mut all: Vec<String> = PINS.paths().filter_map(series_of).collect();
        if let Some(directory) = &self.overlay {
            all.extend(series_in(directory)?);
        }
        all.extend(self.more.iter().map(|pin| series_name(&pin.version)));
        all.sort();
        all.dedup();
        let mut pins = Vec::new();
        for series in &all {
            pins.extend(self.of_series(series)?);
        }
        pins.sort_by(|a, b| a.version.cmp(&b.version));
        Ok(pins)
    }

    /// The names most similar to `name`, at most three: fewest typing errors first, then the same
    /// minor version, then the closest micro number.
    ///
    /// # Errors
    /// If a file cannot be read or is invalid.
    pub fn nearest(&self, name: &str) -> Result<Vec<String>, PinError> {
        // `2.5`, `v2.5` and `Pyhton-2.5` all mean `python-2.5`; `5.4.4` may mean `lua-5.4.4`.
        let wanted = name.trim_start_matches(|c: char| !c.is_ascii_digit());
        let named = |software: &Software| name.to_ascii_lowercase().starts_with(software.name());
        let software = Software::ALL.into_iter().find(named);
        let others = Software::ALL.into_iter().filter(|_| software.is_none());
        let software = software.unwrap_or(self.software);
        for one in [software].into_iter().chain(others) {
            if let Some(pin) = self.find(&format!("{one}-{wanted}"))? {
                return Ok(vec![pin.name]);
            }
        }
        let version = wanted.parse::<Version>().ok();
        let pins = self.of(software).own()?;
        let candidates = pins.iter().map(|pin| {
            let differs = version.as_ref().map(|version| {
                let micro = pin.version.release().2.abs_diff(version.release().2);
                (pin.version.series() != version.series(), micro)
            });
            ((differs, &pin.name), pin.version.to_string().into())
        });
        let found = nearest(wanted, candidates).into_iter().take(3);
        Ok(found.map(|(_, name)| name.clone()).collect())
    }

    /// What the releases of a series are without, and the series that says so: that one, or the newest before it which has pins.
    ///
    /// # Errors
    /// If the file of the series in the directory cannot be read.
    pub fn common(&self, minor: &str) -> Result<(Vec<TreePath>, String), PinError> {
        if let Some((path, bytes)) = self.file(minor)? {
            let text = path.display().to_string();
            load::pins(&text, minor, &bytes)?;
            return Ok((load::common(&bytes), minor.to_owned()));
        }
        let series = |name: &str| {
            let version = Version::of_pin(name).or_else(|| name.parse().ok())?;
            Some((version.software(), version.series()))
        };
        let mut shipped: Vec<String> = PINS.paths().filter_map(series_of).collect();
        shipped.sort_by_key(|name| series(name));
        let is_before = |one: &String| {
            let (one, wanted) = (series(one), series(minor));
            one <= wanted && one.map(|(software, _)| software) == wanted.map(|(software, _)| software)
        };
        shipped.retain(is_before);
        let newest = shipped.pop();
        let bytes = newest.as_ref().and_then(|minor| PINS.get(&format!("{minor}.yaml")));
        Ok((bytes.map_or(Vec::new(), |bytes| load::common(&bytes)), newest.unwrap_or_default()))
    }

    /// The file of a series in the directory that replaces shipped pins, and its contents; `None` if it does not exist.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn file(&self, minor: &str) -> Result<Option<(PathBuf, Vec<u8>)>, PinError> {
        let Some(directory) = &self.overlay else { return Ok(None) };
        let path = directory.join(format!("{minor}.yaml"));
        match if_exists(regular::read(&path, LARGEST_DOCUMENT)) {
            Ok(bytes) => Ok(bytes.map(|bytes| (path, bytes))),
            Err(source) => Err(PinError::Unreadable { path, source }),
        }
    }

    /// The pins of a file, without its ending; those of the directory replace the shipped ones.
    fn of_series(&self, series: &str) -> Result<Vec<Pin>, PinError> {
        let file = format!("{series}.yaml");
        let invalid = || {
            let yaml = PINS.get(&file)?;
            Some(load::pins(&format!("upstream-pins/{file} (shipped)"), series, &yaml))
        };
        let mut pins = load::prepared(series).map(Ok).or_else(invalid).transpose()?.unwrap_or_default();
        if let Some((path, bytes)) = self.file(series)? {
            for own in load::pins(&path.display().to_string(), series, &bytes)? {
                pins.retain(|pin| pin.version != own.version);
                pins.push(own);
            }
        }
        for own in self.more.iter().filter(|pin| series_name(&pin.version) == series) {
            pins.retain(|pin| pin.version != own.version);
            pins.push(own.clone());
        }
        Ok(pins)
    }
}

/// The series that a directory has files for.
fn series_in(directory: &Path) -> Result<Vec<String>, PinError> {
    let unreadable = |source| PinError::Unreadable { path: directory.to_owned(), source };
    let mut all = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        match name.to_str() {
            Some(name) if name.ends_with(".yaml") => {
                let stray = || PinError::Stray(directory.join(name));
                all.push(series_of(name).ok_or_else(stray)?);
            }
            _ => {}
        }
    }
    Ok(all)
}

/// `2.5` of `2.5.yaml`, `lua-5.4` of `lua-5.4.yaml`; `None` for any other form.
fn series_of(file: &str) -> Option<String> {
    let series = file.strip_suffix(".yaml")?;
    let version = Version::of_pin(series).or_else(|| series.parse().ok())?;
    (series_name(&version) == series).then(|| series.to_owned())
}

/// The name of the file with the pins of a version's series: `2.5`, `lua-5.4`.
pub(crate) fn series_name(version: &Version) -> String {
    match version.software() {
        Software::Python => version.minor(),
        other => format!("{other}-{}", version.minor()),
    }
}

/// An error of reading pins.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// No pin has the name.
    #[error("unknown pin `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// Similar names, the most similar first.
        nearest: Vec<String>,
    },
    /// No pin matches a pattern, or is in a range.
    #[error("no pin matches `{0}`")]
    NoMatch(String),
    /// A pattern or a range names several pins where one is taken.
    #[error("`{text}` names {} pins, and one is taken here", names.len())]
    Several {
        /// The pattern or the range.
        text: String,
        /// The names of the pins, oldest version first.
        names: Vec<String>,
    },
    /// A pattern has a mistake.
    #[error("invalid pattern `{text}`: {why}")]
    Pattern {
        /// The pattern.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// A range has a mistake.
    #[error(transparent)]
    Range(BadRange),
    /// A file or directory of pins cannot be read.
    #[error("cannot read {}", path.display())]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// A file whose name is not that of a series, so that no lookup would read it.
    #[error("{} is not named after a series, such as 2.7.yaml or lua-5.4.yaml", .0.display())]
    Stray(PathBuf),
    /// A file of pins in a form into which no entry can be added without changing others.
    #[error("cannot add an entry to {file}")]
    Form {
        /// The file.
        file: String,
        /// The entry.
        entry: String,
    },
    /// A file of pins is invalid: all its mistakes, never none.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<Complaint>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlay(files: &[(&str, &str)]) -> (tempfile::TempDir, PinSet) {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(directory.path().join(name), text).unwrap();
        }
        let pins = PinSet::with_overlay(directory.path());
        (directory, pins)
    }

    #[test]
    fn every_shipped_file_is_valid_and_no_series_is_missing() {
        let pins = PinSet::shipped().own().unwrap();
        assert!(pins.len() >= 248, "{}", pins.len());
        let mut series: Vec<_> = pins.iter().map(|pin| pin.version.series()).collect();
        series.dedup();
        let expected = (4..=7).map(|minor| (2, minor)).chain((0..=15).map(|minor| (3, minor)));
        assert!(series.into_iter().eq(expected));
        for pin in &pins {
            assert_eq!(pin.name, format!("python-{}", pin.version));
            assert_eq!(pin.tag, Some(format!("v{}", pin.version)));
        }
    }

    #[test]
    fn no_two_shipped_pins_share_a_hash() {
        let pins = PinSet::shipped().all().unwrap();
        let mut hashes: Vec<_> = pins.iter().map(|pin| pin.tree.clone()).collect();
        hashes.extend(pins.iter().flat_map(|pin| &pin.tarballs).map(|tarball| tarball.sha256.to_string()));
        let all = hashes.len();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), all);
    }

    #[test]
    fn a_pin_is_found_by_name_version_tree_and_sha256() {
        let pins = PinSet::shipped();
        let pin = pins.find("python-2.5").unwrap().unwrap();
        assert_eq!(pin.tree, "222fd85bf1a866c47bc694f7879dc2cc50cca893");
        assert_eq!(pins.find("python-2.5.0").unwrap().as_ref(), Some(&pin));
        assert_eq!(pins.by_version(&pin.version).unwrap().as_ref(), Some(&pin));
        assert_eq!(pins.by_tree(&pin.tree).unwrap().as_ref(), Some(&pin));
        assert_eq!(pins.by_sha256(pin.tarballs[0].sha256).unwrap(), Some(pin));
    }

    #[test]
    fn an_invalid_name_of_a_pin_is_not_found() {
        for name in [
            "",
            "2.5",
            "./Python-2.5",
            "python-",
            "python-2.5+",
            "python-4.0",
            "python-../../2.5",
            "lua-2.5",
            "perl-5.36.0",
        ] {
            assert_eq!(PinSet::shipped().find(name).unwrap(), None, "{name}");
        }
    }

    #[test]
    fn an_unknown_pin_is_reported_with_similar_names() {
        match PinSet::shipped().get("python-2.55") {
            Err(PinError::Unknown { nearest, .. }) => assert_eq!(nearest, ["python-2.5", "python-2.5.5"]),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn similar_names_of_pins_prefer_the_same_series() {
        let near = |name| PinSet::shipped().nearest(name).unwrap();
        assert_eq!(near("python-2.5.7"), ["python-2.5.6", "python-2.5.5", "python-2.5.4"]);
        assert_eq!(near("2.7.18"), ["python-2.7.18"]);
        assert_eq!(near("Python-3.13.5"), ["python-3.13.5"]);
        assert_eq!(near("cpython-2.5"), ["python-2.5"]);
        assert_eq!(near("5.4.4"), ["lua-5.4.4"]);
        assert_eq!(near("lua5.4.4"), ["lua-5.4.4"]);
        assert_eq!(near("Tcl-8.6.1"), ["tcl-8.6.13", "tcl-8.6.16", "tcl-8.6.18"]);
        assert!(near("something-else").is_empty());
    }

    #[test]
    fn a_pin_of_the_directory_replaces_the_shipped_one_only() {
        let tree = "a".repeat(40);
        let text =
            format!("schema: 1\nreleases:\n  - {{version: '2.5', tag: v2.5, tree: {tree}, tarballs: []}}\n");
        let (_directory, pins) = overlay(&[("2.5.yaml", &text), ("README", "not read")]);
        assert_eq!(pins.find("python-2.5").unwrap().unwrap().tree, tree);
        assert!(pins.find("python-2.5.1").unwrap().is_some());
        assert_eq!(pins.all().unwrap().len(), PinSet::shipped().all().unwrap().len());
    }

    #[test]
    fn pins_of_other_software_are_in_files_with_its_name() {
        let release = |version: &str, tree: &str| {
            format!(
                "schema: 1\nreleases:\n  - {{version: {version}, tree: {}, tarballs: [{{file: a.tgz, sha256: {}}}]}}\n",
                tree.repeat(40),
                "ab".repeat(32)
            )
        };
        let (lua, python) = (release("9.1.2", "a"), release("9.1.3", "b"));
        let (_directory, pins) = overlay(&[("lua-9.1.yaml", &lua), ("9.1.yaml", &python)]);
        let pin = pins.get("lua-9.1.2").unwrap();
        assert_eq!(
            (pin.version.named().as_str(), &pin.tag, &pin.tarballs[0].url),
            ("Lua 9.1.2", &None, &None)
        );
        assert_eq!(pins.find("python-9.1.2").unwrap(), None);
        let own = |pins: &PinSet| {
            pins.own()
                .unwrap()
                .iter()
                .filter(|pin| pin.version.series() == (9, 1))
                .map(|pin| pin.name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(own(&pins), ["python-9.1.3"]);
        assert_eq!(own(&pins.of(Software::Lua)), ["lua-9.1.2"]);
    }

    #[test]
    fn an_invalid_file_does_not_affect_the_pins_of_other_files() {
        let (_directory, pins) = overlay(&[("2.5.yaml", "schema: [")]);
        assert!(pins.find("python-2.6").unwrap().is_some());
        assert!(matches!(pins.find("python-2.5"), Err(PinError::Invalid(_))));
    }

    #[test]
    fn a_file_that_no_lookup_would_read_is_an_error() {
        for name in
            ["2.5.1.yaml", "extra.yaml", "02.5.yaml", "lua-5.4.4.yaml", "python-2.5.yaml", "perl-5.36.yaml"]
        {
            let (_directory, pins) = overlay(&[(name, "schema: 1\nreleases: []\n")]);
            assert!(matches!(pins.all(), Err(PinError::Stray { .. })), "{name}");
        }
    }
}
