//! Writes pins into the file of a series: all of its other bytes, and so its comments, stay.

use super::{Pin, PinError, load};
use crate::tree::TreePath;
use crate::yaml::{self, Value};

/// The entry of a pin, as the files of upstream-pins/ write it, `indent` blanks before its dash. What the file excludes from all
/// of its releases, `common`, is not repeated.
pub fn entry(pin: &Pin, common: &[TreePath], indent: usize) -> String {
    let mut lines =
        vec![format!("- version: \"{}\"", pin.version), format!("  tree: {}", quoted_if_number(&pin.tree))];
    if let Some(tag) = &pin.tag {
        lines.insert(1, format!("  tag: {tag}"));
    }
    let own: Vec<&TreePath> = pin.exclude.iter().filter(|path| !common.contains(path)).collect();
    if !own.is_empty() {
        lines.push(format!("  exclude: {}", list(own)));
    }
    if pin.tarballs.is_empty() {
        lines.push("  tarballs: []".to_owned());
    } else {
        lines.push("  tarballs:".to_owned());
    }
    for tarball in &pin.tarballs {
        lines.push(match &tarball.url {
            Some(url) => format!("    - url: {url}"),
            None => format!("    - file: {}", tarball.file_name),
        });
        lines.push(format!("      sha256: {}", quoted_if_number(&tarball.sha256.to_string())));
    }
    if let Some(debian) = &pin.debian {
        lines.push(format!("  debian: {{suite: {}, source: {}}}", debian.suite, debian.source));
    }
    lines.iter().map(|line| format!("{:indent$}{line}\n", "")).collect()
}

/// The text of a new file for the series `minor`, without releases. `exclude` is what all its releases are without, as `why` says.
pub fn new_file(minor: &str, exclude: &[TreePath], why: &str) -> String {
    let mut text = format!(
        "# CPython {minor}. `tree` is the git tree id of the release tag, which is the same in every mirror of the repository.\nschema: 1\n"
    );
    if !exclude.is_empty() {
        text.push_str(&format!("# {why}\nexclude: {}\n", list(exclude.iter().collect())));
    }
    text + "releases: []\n"
}

/// The text of the file of the series `minor` with `pin`, which takes the place of the entry of its version if there is one. The file is
/// called `file` in errors.
///
/// # Errors
/// [`PinError::Invalid`] if the file is invalid, and [`PinError::Form`] if it is not written as one entry after the other, a key
/// per line, so that an entry cannot be added without changing others.
pub fn with_pin(file: &str, minor: &str, text: &str, pin: &Pin) -> Result<String, PinError> {
    let mut expected = load::pins(file, minor, text.as_bytes())?;
    let common = load::common(text.as_bytes());
    match expected.iter_mut().find(|old| old.version == pin.version) {
        Some(old) => *old = pin.clone(),
        None => expected.push(pin.clone()),
    }
    expected.sort_by(|a, b| a.version.cmp(&b.version));
    let changed = inserted(file, minor, text, pin, &common);
    // Whatever the form of the file, the result is what was meant, or nothing is written.
    let is_meant = |text: &String| {
        load::pins(file, minor, text.as_bytes()).is_ok_and(|mut pins| {
            pins.sort_by(|a, b| a.version.cmp(&b.version));
            pins == expected
        })
    };
    changed
        .filter(is_meant)
        .ok_or_else(|| PinError::Form { file: file.to_owned(), entry: entry(pin, &common, 2) })
}

fn inserted(file: &str, minor: &str, text: &str, pin: &Pin, common: &[TreePath]) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let document = yaml::parse(text.as_bytes()).ok()?;
    let Value::List(items) = &document.get("releases")?.value else { return None };
    let end_of_line = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let written = |indent| entry(pin, common, indent).replace('\n', end_of_line);
    if items.is_empty() {
        let at = lines.iter().position(|line| line.split_whitespace().eq(["releases:", "[]"]))?;
        let head = format!("releases:{end_of_line}");
        return Some(format!("{}{head}{}{}", lines[..at].concat(), written(2), lines[at + 1..].concat()));
    }
    let versions: Vec<_> =
        load::pins(file, minor, text.as_bytes()).ok()?.into_iter().map(|pin| pin.version).collect();
    // The lines at which the entries begin.
    let begins: Vec<usize> = items.iter().map(|item| item.at.line - 1).collect();
    let indent = lines.get(*begins.first()?)?.find('-')?;
    let is_entry = |line: &str| {
        line.get(..indent).is_some_and(|blank| blank.trim().is_empty()) && line[indent..].starts_with("- ")
    };
    if !begins.iter().all(|at| is_entry(lines[*at])) {
        return None;
    }
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    // A comment directly above an entry belongs to it.
    let first_line = |at: usize| at - lines[..at].iter().rev().take_while(|line| is_comment(line)).count();
    let end = |index: usize| match begins.get(index + 1) {
        Some(next) => first_line(*next),
        None => {
            let is_inside = |line: &&&str| {
                let depth = line.len() - line.trim_start().len();
                depth > indent && !line.trim().is_empty()
            };
            begins[index] + 1 + lines[begins[index] + 1..].iter().take_while(is_inside).count()
        }
    };
    let (from, to) = match versions.iter().position(|version| *version == pin.version) {
        Some(index) => {
            let (from, to) = (begins[index], end(index));
            if lines[from..to].iter().any(|line| line.contains('#')) {
                return None;
            }
            (from, to)
        }
        None => {
            let at = match versions.iter().position(|version| *version > pin.version) {
                Some(index) => first_line(begins[index]),
                None => end(begins.len() - 1),
            };
            (at, at)
        }
    };
    let before = lines[..from].concat();
    let break_before = if before.ends_with('\n') { "" } else { end_of_line };
    Some(format!("{before}{break_before}{}{}", written(indent), lines[to..].concat()))
}

fn list(paths: Vec<&TreePath>) -> String {
    let is_plain = |text: &str| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || "._/+-".contains(c))
            && !text.starts_with(['-', '+'])
    };
    let quoted = |path: &TreePath| match is_plain(path.as_str()) {
        true => path.to_string(),
        false => serde_json::Value::from(path.as_str()).to_string(),
    };
    format!("[{}]", paths.into_iter().map(quoted).collect::<Vec<_>>().join(", "))
}

/// Digits alone, or with an `e` between them, would be a number.
fn quoted_if_number(hash: &str) -> String {
    match hash.bytes().all(|byte| byte.is_ascii_digit() || byte == b'e') {
        true => format!("\"{hash}\""),
        false => hash.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shipped::PINS;
    use crate::tree::pin::{PinSet, Tarball};

    fn pin(version: &str, tarballs: &[&str]) -> Pin {
        let tarball = |name: &&str| Tarball {
            url: Some(format!("https://releases.invalid/{name}")),
            sha256: crate::digest::Sha256Digest::of(name.as_bytes()),
            file_name: (*name).to_owned(),
        };
        Pin {
            name: format!("python-{version}"),
            version: version.parse().unwrap(),
            tag: Some(format!("v{version}")),
            tree: "a".repeat(40),
            tarballs: tarballs.iter().map(tarball).collect(),
            debian: None,
            exclude: Vec::new(),
        }
    }

    #[test]
    fn an_entry_that_is_taken_out_and_added_again_is_what_it_was() {
        for pin in PinSet::shipped().own().unwrap() {
            let minor = pin.version.minor();
            let file = PINS.get(&format!("{minor}.yaml")).unwrap();
            let text = std::str::from_utf8(&file).unwrap();
            let common = load::common(text.as_bytes());
            let own = entry(&pin, &common, 2);
            assert_eq!(text.matches(&own).count(), 1, "{}", pin.name);
            let without = text.replacen(&own, "", 1);
            let without = if without.contains("  - version") {
                without
            } else {
                without.replace("releases:\n", "releases: []\n")
            };
            assert_eq!(with_pin("x", &minor, &without, &pin).unwrap(), text, "{}", pin.name);
        }
    }

    const FILE: &str = "\
# Of all.
schema: 1
exclude: [.github]
releases:
# The first.
- version: '9.9.1' # not final
  tag: v9.9.1
  tree: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
  tarballs: []

# The third.
- version: '9.9.3'
  tag: v9.9.3
  tree: cccccccccccccccccccccccccccccccccccccccc
  tarballs: []
# The end.";

    #[test]
    fn an_entry_is_put_before_the_comment_of_the_next_and_all_else_stays() {
        let new = Pin {
            exclude: vec![".x y".parse().unwrap(), ".github".parse().unwrap()],
            ..pin("9.9.2", &["P.tgz"])
        };
        let text = with_pin("9.9.yaml", "9.9", FILE, &new).unwrap();
        let (before, after) = FILE.split_at(FILE.find("# The third").unwrap());
        insta::assert_snapshot!(text.strip_prefix(before).unwrap().strip_suffix(after).unwrap(), @r#"
        - version: "9.9.2"
          tag: v9.9.2
          tree: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
          exclude: [".x y"]
          tarballs:
            - url: https://releases.invalid/P.tgz
              sha256: 30b70b49cca78063399a75223b9d8e004cc5fb785003733cad13d71956cd540c
        "#);
    }

    #[test]
    fn the_newest_follows_the_last_and_what_is_after_it_stays_there() {
        let text = with_pin(
            "9.9.yaml",
            "9.9",
            FILE,
            &Pin { exclude: vec![".github".parse().unwrap()], ..pin("9.9.10rc1", &[]) },
        )
        .unwrap();
        let (before, after) = FILE.split_at(FILE.find("# The end").unwrap());
        insta::assert_snapshot!(text.strip_prefix(before).unwrap().strip_suffix(after).unwrap(), @r#"
        - version: "9.9.10rc1"
          tag: v9.9.10rc1
          tree: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
          tarballs: []
        "#);
    }

    #[test]
    fn a_file_in_another_form_is_not_changed() {
        let flow = "schema: 1\nreleases: [{version: '9.9.1', tag: v, tree: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, tarballs: []}]\n";
        for (text, version) in [(flow, "9.9.2"), (FILE, "9.9.1")] {
            let error = with_pin("9.9.yaml", "9.9", text, &pin(version, &["P.tgz"])).unwrap_err();
            assert!(matches!(error, PinError::Form { .. }), "{error}");
        }
        // A version of another series.
        assert!(with_pin("9.9.yaml", "9.9", "schema: 1\nreleases: []\n", &pin("9.8.1", &[])).is_err());
    }

    #[test]
    fn a_new_file_has_what_the_releases_are_without() {
        let text = new_file("9.9", &[".github".parse().unwrap()], "As those of 9.8.");
        let new = Pin { exclude: vec![".github".parse().unwrap()], ..pin("9.9.0", &[]) };
        insta::assert_snapshot!(with_pin("9.9.yaml", "9.9", &text, &new).unwrap(), @r#"
        # CPython 9.9. `tree` is the git tree id of the release tag, which is the same in every mirror of the repository.
        schema: 1
        # As those of 9.8.
        exclude: [.github]
        releases:
          - version: "9.9.0"
            tag: v9.9.0
            tree: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
            tarballs: []
        "#);
    }
}
