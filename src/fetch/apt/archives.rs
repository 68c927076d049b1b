//! The package archives that the machine's own apt knows.
//!
//! Reads both forms of sources.list(5): one archive a line, and deb822 stanzas.

use crate::regular;
use std::fs;
use std::path::{Path, PathBuf};

/// A package archive with a suite and a component `main`, as Debian's own have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Archive {
    /// Its address.
    pub(super) uri: String,
    /// The value of `Signed-By`: files, fingerprints, or a whole key over several lines.
    pub(super) signed_by: Option<String>,
    /// Whether it is believed without a signature.
    pub(super) trusted: bool,
}

impl Archive {
    /// The stanza that asks this archive for the source packages of `suite`.
    pub(super) fn stanza(&self, suite: &str) -> String {
        let mut stanza = format!("Types: deb-src\nURIs: {}\nSuites: {suite}\nComponents: main\n", self.uri);
        if let Some(keys) = &self.signed_by {
            stanza.push_str(&format!("Signed-By: {keys}\n"));
        }
        if self.trusted {
            stanza.push_str("Trusted: yes\n");
        }
        stanza
    }

    /// Whether it looks like Debian's. Only the order in which archives are asked hangs on it.
    fn is_likely(&self) -> bool {
        let keys = self.signed_by.as_deref().unwrap_or_default();
        keys.contains("debian-archive") || self.uri.trim_end_matches('/').ends_with("/debian")
    }
}

/// The names of fields, in lower case, and their values.
type Stanza = Vec<(String, String)>;

/// The archives of the apt configuration in `etc` (`/etc/apt`), each once, the likeliest first.
/// Files that cannot be read are archives that apt cannot use either.
pub(super) fn archives(etc: &Path) -> Vec<Archive> {
    let entries = fs::read_dir(etc.join("sources.list.d")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files.insert(0, etc.join("sources.list"));
    let mut archives: Vec<Archive> = Vec::new();
    for file in files {
        let text = regular::read_text(&file).unwrap_or_default();
        let found = match file.extension().and_then(|extension| extension.to_str()) {
            Some("list") => text.lines().filter_map(of_line).collect(),
            Some("sources") => stanzas(&text),
            _ => Vec::new(),
        };
        for archive in found.iter().flat_map(|fields| of_stanza(fields)) {
            if !archives.contains(&archive) {
                archives.push(archive);
            }
        }
    }
    archives.sort_by_key(|archive| !archive.is_likely());
    archives
}

/// The fields of the stanza that means the same as `deb [option=value ...] URI SUITE COMPONENT...`.
fn of_line(line: &str) -> Option<Stanza> {
    let line = line.split('#').next().unwrap_or_default().trim();
    let rest = line.strip_prefix("deb-src").or_else(|| line.strip_prefix("deb"))?;
    let rest = rest.strip_prefix(char::is_whitespace)?.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let (uri, rest) = rest.trim_start().split_once(char::is_whitespace)?;
    let (suite, components) = rest.trim_start().split_once(char::is_whitespace)?;
    let fields = [("uris", uri), ("suites", suite), ("components", components)];
    let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let options = options.split_whitespace().filter_map(|option| option.split_once('='));
    let options = options.map(|(name, value)| (name.to_owned(), value.replace(',', " ")));
    Some(fields.into_iter().chain(options).collect())
}

/// The archives of a deb822 stanza of which another suite may be worth asking for. `bookworm-security` and
/// the like are other archives, and a suite that is a path belongs to an archive without suites.
fn of_stanza(fields: &[(String, String)]) -> Vec<Archive> {
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let words = |name: &str| field(name).unwrap_or_default().split_whitespace();
    let is_off = field("enabled").is_some_and(|value| matches!(value.trim(), "no" | "false" | "0" | "off"));
    let is_plain = |suite: &str| suite.chars().all(|c| c.is_ascii_alphabetic());
    if is_off || !words("suites").any(is_plain) || !words("components").any(|component| component == "main") {
        return Vec::new();
    }
    words("uris")
        .filter(|uri| !uri.starts_with("cdrom:"))
        .map(|uri| Archive {
            uri: uri.to_owned(),
            signed_by: field("signed-by").map(str::to_owned),
            trusted: field("trusted").is_some_and(|value| value.trim() == "yes"),
        })
        .collect()
}

/// The stanzas of a deb822 text: their fields, with names in lower case. The lines of a longer
/// value stay as they are, since a key has its own form.
fn stanzas(text: &str) -> Vec<Stanza> {
    let mut stanzas = vec![Stanza::new()];
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let stanza = stanzas.last_mut().expect("there is always a last stanza");
        if line.trim().is_empty() {
            stanzas.push(Stanza::new());
        } else if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = stanza.last_mut() {
                value.push('\n');
                value.push_str(line);
            }
        } else if let Some((name, value)) = line.split_once(':') {
            stanza.push((name.to_lowercase(), value.trim().to_owned()));
        }
    }
    stanzas
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Vec<Archive> {
        let etc = tempfile::tempdir().unwrap();
        fs::create_dir(etc.path().join("sources.list.d")).unwrap();
        for (name, text) in files {
            fs::write(etc.path().join(name), text).unwrap();
        }
        archives(etc.path())
    }

    fn uris(files: &[(&str, &str)]) -> Vec<String> {
        of(files).into_iter().map(|archive| archive.uri).collect()
    }

    #[test]
    fn both_forms_give_the_same_archive() {
        let line =
            "deb [arch=amd64 signed-by=/k/debian-archive.gpg] http://mirror.test/debian bookworm main # x\n";
        let stanza = "\
# a comment
Types: deb deb-src
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /k/debian-archive.gpg
";
        let expected = [Archive {
            uri: "http://mirror.test/debian".to_owned(),
            signed_by: Some("/k/debian-archive.gpg".to_owned()),
            trusted: false,
        }];
        assert_eq!(of(&[("sources.list", line)]), expected);
        assert_eq!(of(&[("sources.list.d/debian.sources", stanza)]), expected);
        let both = of(&[("sources.list", line), ("sources.list.d/debian.sources", stanza)]);
        assert_eq!(both, expected, "each once");
    }

    #[test]
    fn archives_without_suites_and_other_archives_are_left_out() {
        let list = "\
deb http://mirror.test/debian-security bookworm-security main
deb http://flat.test/ ./
deb http://other.test/repo stable test
deb cdrom:[Debian]/ bookworm main
#deb http://commented.test/debian bookworm main
debian nonsense
";
        let disabled =
            "Enabled: no\nTypes: deb\nURIs: http://off.test/debian\nSuites: sid\nComponents: main\n";
        let files = [
            ("sources.list", list),
            ("sources.list.d/off.sources", disabled),
            ("sources.list.d/x.list.save", "deb http://saved.test/debian sid main"),
        ];
        assert!(uris(&files).is_empty(), "{:?}", uris(&files));
    }

    #[test]
    fn what_looks_like_debian_comes_first() {
        let list = "deb http://a.test/tool stable main\ndeb http://b.test/debian/ sid main\n";
        assert_eq!(uris(&[("sources.list", list)]), ["http://b.test/debian/", "http://a.test/tool"]);
    }

    #[test]
    fn a_whole_key_survives_in_the_stanza() {
        let key = "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----\n";
        let text =
            format!("Types: deb\nURIs: http://a.test/x\nSuites: sid\nComponents: main\n{key}Trusted: yes\n");
        let archives = of(&[("sources.list.d/a.sources", &text)]);
        let stanza = archives[0].stanza("bullseye");
        assert!(stanza.contains("\n abc\n -----END"), "{stanza}");
        assert!(stanza.contains("Suites: bullseye\n") && stanza.ends_with("Trusted: yes\n"), "{stanza}");
        assert_eq!(stanzas(&stanza)[0].len(), 6);
    }
}
