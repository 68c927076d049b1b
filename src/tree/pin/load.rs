//! Parses the files of upstream-pins/.

use std::fmt::Display;
use std::str::FromStr;

use serde::Deserialize;

use super::super::TreePath;
use super::{Debian, Pin, PinError, Tarball, series_name};
use crate::shipped::PREPARED_PINS;
use crate::software::Software;
use crate::version::Version;
use crate::yaml::{self, Complaint, Located, Position, YamlError};

/// The suffixes of supported tarballs.
const SUFFIXES: [&str; 6] = [".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar"];

/// The schema of a file, for messages.
const SCHEMA: &str = r##"{
    "type": "object", "additionalProperties": false, "required": ["schema", "releases"],
    "properties": {
        "schema": {"type": "integer", "minimum": 1, "maximum": 1},
        "exclude": {"type": "array", "items": {"type": "string"}},
        "releases": {"type": "array", "items": {
            "type": "object", "additionalProperties": false, "required": ["version", "tree", "tarballs"],
            "properties": {
                "version": {"type": "string"},
                "tag": {"type": ["string", "null"]},
                "tree": {"type": "string"},
                "exclude": {"type": "array", "items": {"type": "string"}},
                "tarballs": {"type": "array", "items": {
                    "type": "object", "additionalProperties": false, "required": ["sha256"],
                    "properties": {"url": {"type": "string"}, "file": {"type": "string"}, "sha256": {"type": "string"}}
                }},
                "debian": {
                    "type": ["object", "null"], "additionalProperties": false, "required": ["suite", "source"],
                    "properties": {"suite": {"type": "string"}, "source": {"type": "string"}}
                }
            }
        }}
    }
}"##;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: Located<u32>,
    /// Paths that each of the releases is without.
    #[serde(default)]
    exclude: Vec<Located<String>>,
    releases: Vec<Release>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    version: Located<String>,
    tag: Option<Located<String>>,
    tree: Located<String>,
    /// Paths that it is without, besides those that all are.
    #[serde(default)]
    exclude: Vec<Located<String>>,
    tarballs: Vec<Address>,
    debian: Option<Package>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Address {
    url: Option<Located<String>>,
    /// Its name, if it has no address.
    file: Option<Located<String>>,
    sha256: Located<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Package {
    suite: Located<String>,
    source: Located<String>,
}

/// The pins in `bytes`, all of the series `series` (`2.5`, `lua-5.4`). `file` is the name of the file in errors.
pub(super) fn pins(file: &str, series: &str, bytes: &[u8]) -> Result<Vec<Pin>, PinError> {
    let reader = Reader { file, bytes };
    let invalid = |errors: Vec<YamlError>| {
        PinError::Invalid(errors.iter().map(|error| Complaint::of(file, bytes, error)).collect())
    };
    let document = yaml::parse(bytes).map_err(|error| invalid(vec![error]))?;
    let read = document.clone().read().map_err(|error| {
        let schema = serde_json::from_slice(SCHEMA.as_bytes()).expect("a constant is valid JSON");
        let found = yaml::mistakes(&schema, &schema, "the file", &document);
        invalid(if found.is_empty() { vec![error] } else { found })
    })?;
    of_document(&reader, series, read)
}

/// What the file excludes from all of its releases.
pub(super) fn common(bytes: &[u8]) -> Vec<TreePath> {
    let document = yaml::parse(bytes).and_then(yaml::Node::read::<Document>);
    document
        .map_or(Vec::new(), |read| read.exclude.iter().filter_map(|path| path.value.parse().ok()).collect())
}

/// The shipped pins of the series `series`, from the JSON that the build made of the YAML, which
/// takes a tenth of the time. `None` if they are invalid: only errors of the YAML have locations.
pub(super) fn prepared(series: &str) -> Option<Vec<Pin>> {
    let document = yaml::parse_json(&PREPARED_PINS.get(series)?).ok()?.read().ok()?;
    of_document(&Reader { file: series, bytes: b"" }, series, document).ok()
}

fn of_document(reader: &Reader<'_>, series: &str, document: Document) -> Result<Vec<Pin>, PinError> {
    if document.schema.value != 1 {
        let reason = format!("unsupported schema {} (expected 1)", document.schema.value);
        return Err(reader.wrong(document.schema.at, reason));
    }
    let exclude =
        document.exclude.iter().map(|path| reader.parsed(path)).collect::<Result<Vec<TreePath>, _>>()?;
    let software = Version::of_pin(series).map(|version| version.software()).unwrap_or_default();
    let mut pins: Vec<Pin> = Vec::with_capacity(document.releases.len());
    let mut mistakes = Vec::new();
    for release in document.releases {
        let at = release.version.at;
        let wrong = match reader.pin(software, release) {
            Ok(pin) if series_name(&pin.version) != series => {
                reader.wrong(at, format!("{} is not a release of {series}", pin.version))
            }
            Ok(pin) if pins.iter().any(|earlier| earlier.version == pin.version) => {
                reader.wrong(at, format!("{} is pinned twice", pin.version))
            }
            Ok(mut pin) => {
                pin.exclude.extend(exclude.iter().cloned());
                pins.push(pin);
                continue;
            }
            Err(wrong) => wrong,
        };
        match wrong {
            PinError::Invalid(wrong) => mistakes.extend(wrong),
            other => return Err(other),
        }
    }
    if mistakes.is_empty() { Ok(pins) } else { Err(PinError::Invalid(mistakes)) }
}

/// Checks the contents of a file, and makes errors that name it.
struct Reader<'a> {
    file: &'a str,
    bytes: &'a [u8],
}

impl Reader<'_> {
    fn wrong(&self, at: Position, reason: String) -> PinError {
        PinError::Invalid(vec![Complaint::new(self.file, self.bytes, at, reason)])
    }

    fn pin(&self, software: Software, release: Release) -> Result<Pin, PinError> {
        let version = self.parsed::<Version>(&release.version)?.of(software);
        let tree = self.word(release.tree, "git tree id (40 lower-case hexadecimal digits)", |text| {
            text.len() == 40 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })?;
        let debian = release.debian.map(|package| self.debian(package)).transpose()?;
        Ok(Pin {
            name: version.pin_name(),
            version,
            tag: release.tag.map(|tag| self.word(tag, "tag name", is_plain)).transpose()?,
            tree,
            tarballs: release
                .tarballs
                .into_iter()
                .map(|entry| self.tarball(entry))
                .collect::<Result<_, _>>()?,
            debian,
            exclude: release.exclude.iter().map(|path| self.parsed(path)).collect::<Result<_, _>>()?,
        })
    }

    fn tarball(&self, entry: Address) -> Result<Tarball, PinError> {
        let sha256 = self.parsed(&entry.sha256)?;
        let is_tarball = |name: &str| is_plain(name) && SUFFIXES.iter().any(|end| name.ends_with(end));
        let last = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
        let (url, file_name) = match (entry.url, entry.file) {
            (Some(url), None) => {
                let url = self.word(url, "https address of a tarball", |url| {
                    url.starts_with("https://") && is_tarball(&last(url))
                })?;
                let name = last(&url);
                (Some(url), name)
            }
            (None, Some(file)) => (None, self.word(file, "name of a tarball", is_tarball)?),
            _ => {
                let what = "a tarball has either `url` or, if upstream has no such file, `file`, its name";
                return Err(self.wrong(entry.sha256.at, what.to_owned()));
            }
        };
        Ok(Tarball { url, sha256, file_name })
    }

    fn debian(&self, package: Package) -> Result<Debian, PinError> {
        Ok(Debian {
            suite: self.word(package.suite, "suite name", is_plain)?,
            source: self.word(package.source, "package name", is_plain)?,
        })
    }

    fn parsed<T: FromStr<Err: Display>>(&self, text: &Located<String>) -> Result<T, PinError> {
        text.value.parse().map_err(|error: T::Err| self.wrong(text.at, error.to_string()))
    }

    /// The text, if it satisfies `is`; `what` names it in the error.
    fn word(&self, text: Located<String>, what: &str, is: impl Fn(&str) -> bool) -> Result<String, PinError> {
        if is(&text.value) {
            return Ok(text.value);
        }
        Err(self.wrong(text.at, format!("invalid {what}: `{}`", text.value)))
    }
}

/// Whether `text` is safe as a file name, a tag and an argument.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "._+-~".contains(c))
}

#[cfg(test)]
mod tests {
    use super::super::series_of;
    use super::*;
    use crate::shipped::PINS;

    #[test]
    fn the_json_of_the_build_equals_the_yaml() {
        let minors: Vec<String> = PINS.paths().filter_map(series_of).collect();
        assert!(minors.len() > 10, "{minors:?}");
        for minor in minors {
            let yaml = PINS.get(&format!("{minor}.yaml")).unwrap();
            assert_eq!(prepared(&minor), Some(pins("x", &minor, &yaml).unwrap()), "{minor}");
        }
    }

    const GOOD: &str = "\
schema: 1
releases:
  - version: \"2.5\"
    tag: v2.5
    tree: 222fd85bf1a866c47bc694f7879dc2cc50cca893
    tarballs:
      - url: https://www.python.org/ftp/python/2.5/Python-2.5.tgz
        sha256: d7bbf42e36003c6065cd19f3e67d283521858515ee923220f654131cebe1d8f2
    debian: {suite: bullseye, source: python2.5}
";

    fn error(text: &str) -> String {
        pins("2.5.yaml", "2.5", text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_release_is_read_with_all_fields() {
        let pins = pins("2.5.yaml", "2.5", GOOD.as_bytes()).unwrap();
        let [pin] = &pins[..] else { panic!("{pins:?}") };
        assert_eq!((pin.name.as_str(), pin.tag.as_deref()), ("python-2.5", Some("v2.5")));
        assert_eq!(pin.tarballs[0].file_name, "Python-2.5.tgz");
        assert_eq!(pin.debian.as_ref().unwrap().suite, "bullseye");
    }

    #[test]
    fn an_error_names_file_line_and_column() {
        let cases = [
            ("schema: 1", "schema: 2", "2.5.yaml:1:9: unsupported schema 2 (expected 1)"),
            ("\"2.5\"", "\"2.6\"", "2.5.yaml:3:14: 2.6 is not a release of 2.5"),
            (
                "222fd85b",
                "222FD85B",
                "2.5.yaml:5:11: invalid git tree id (40 lower-case hexadecimal digits): `222FD85Bf1",
            ),
            ("893\n", "8930\n", "2.5.yaml:5:11: "),
            ("d7bbf42e", "d7bbf42", "2.5.yaml:8:17: "),
            ("https:", "http:", "2.5.yaml:7:14: "),
            ("Python-2.5.tgz", "Python-2.5.zip", "2.5.yaml:7:14: "),
            ("Python-2.5.tgz", "", "2.5.yaml:7:14: "),
            ("tag: v2.5", "tag: \"-v\"", "2.5.yaml:4:10: invalid tag name: `-v`"),
            ("source: ", "source: ../", "2.5.yaml:9:39: "),
            ("    tag:", "    tags:", "2.5.yaml:4:5: "),
        ];
        for (from, to, expected) in cases {
            assert!(GOOD.contains(from), "{from}");
            let error = error(&GOOD.replacen(from, to, 1));
            assert!(error.starts_with(expected), "{error} instead of {expected}");
        }
    }

    #[test]
    fn a_release_is_without_its_own_paths_and_those_of_all() {
        let text = GOOD.replacen("releases:", "exclude: [.github]\nreleases:", 1);
        let text = text.replacen("    tarballs:", "    exclude: [Misc/NEWS]\n    tarballs:", 1);
        let pins = pins("2.5.yaml", "2.5", text.as_bytes()).unwrap();
        assert_eq!(
            pins[0].exclude.iter().map(TreePath::as_str).collect::<Vec<_>>(),
            ["Misc/NEWS", ".github"]
        );
        let error = error(&text.replacen(".github", "../x", 1));
        assert!(error.starts_with("2.5.yaml:2:11: "), "{error}");
    }

    #[test]
    fn a_tarball_has_an_address_or_a_name() {
        let url = "url: https://www.python.org/ftp/python/2.5/Python-2.5.tgz";
        for (instead, ok) in [
            ("file: python2.5_2.5+dfsg.orig.tar.gz", true),
            ("file: a/b.tgz", false),
            ("file: b.zip", false),
            ("file: a.tgz\n        url: https://a.test/a.tgz", false),
        ] {
            let found = pins("2.5.yaml", "2.5", GOOD.replacen(url, instead, 1).as_bytes());
            match found {
                Ok(pins) => assert!(ok && pins[0].tarballs[0].url.is_none(), "{instead}"),
                Err(error) => {
                    assert!(!ok && error.to_string().starts_with("2.5.yaml:"), "{instead}: {error}");
                }
            }
        }
    }

    #[test]
    fn a_message_does_not_repeat_its_location() {
        let error = error(&GOOD.replacen("    tag:", "    tags:", 1));
        assert!(!error.contains("column") && !error.contains('\n'), "{error}");
    }

    #[test]
    fn a_release_pinned_twice_is_refused() {
        let twice = GOOD.to_owned() + GOOD.split_once("releases:\n").unwrap().1;
        let error = error(&twice.replace("\"2.5\"", "\"2.5.0\"").replacen("\"2.5.0\"", "\"2.5\"", 1));
        assert_eq!(error, "2.5.yaml:10:14: 2.5.0 is pinned twice");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused_with_their_line() {
        let error = pins("2.5.yaml", "2.5", b"schema: 1\n# \xe9\nreleases: []\n").unwrap_err();
        assert_eq!(error.to_string(), "2.5.yaml:2:3: not valid UTF-8: save the file as UTF-8");
    }
}
