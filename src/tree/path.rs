//! Paths inside a tree.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// The prefix of pypatch's own names: the receipt, and the stages of `apply`.
pub(super) const OWN_PREFIX: &str = ".pypatch-";

/// A path inside a tree: relative, separated by `/`, valid UTF-8, and without `.`, `..`, NUL, backslash
/// and line end, so that it means the same in a directory, a tarball, a git tree and a diff.
///
/// It has at most `MOST_BYTES` bytes and `MOST_NAMES` names, none of them one that git or pypatch uses for itself
/// (see `refused`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TreePath(String);

/// The length of the longest path, in bytes.
pub(super) const MOST_BYTES: usize = 1024;

/// How many names a path has at most: the file and 63 directories.
pub(super) const MOST_NAMES: usize = 64;

/// A text that is not a path inside a tree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid path `{path}`: {why}")]
pub struct BadPath {
    /// The text.
    pub path: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl TreePath {
    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its last component.
    pub fn file_name(&self) -> &str {
        memchr::memrchr(b'/', self.0.as_bytes()).map_or(&self.0, |at| &self.0[at + 1..])
    }

    /// Its directory; `None` at the top of the tree.
    pub fn parent(&self) -> Option<TreePath> {
        self.0.rsplit_once('/').map(|(parent, _)| TreePath(parent.to_owned()))
    }

    /// Every directory above it, outermost first.
    pub fn ancestors(&self) -> impl Iterator<Item = TreePath> + '_ {
        self.0.match_indices('/').map(|(i, _)| TreePath(self.0[..i].to_owned()))
    }

    /// The entry `name` of a folder; `folder` is a path with a slash after it, or empty at the top of the tree. Only the
    /// name is checked, as the folder was when it was found.
    pub(super) fn inside(folder: &str, name: &str) -> Option<TreePath> {
        let TreePath(name) = name.parse().ok().filter(|_| !name.contains('/'))?;
        let depth = folder.bytes().filter(|byte| *byte == b'/').count();
        let fits = folder.len() + name.len() <= MOST_BYTES && depth < MOST_NAMES;
        fits.then(|| TreePath([folder, &name].concat()))
    }

    /// A file of pypatch itself, at the top of a tree.
    pub(crate) fn own(name: &'static str) -> TreePath {
        TreePath(name.to_owned())
    }

    /// Its path on disk, if the tree is the directory `root`.
    pub fn below(&self, root: &Path) -> PathBuf {
        root.join(&self.0)
    }
}

impl FromStr for TreePath {
    type Err = BadPath;

    fn from_str(text: &str) -> Result<TreePath, BadPath> {
        let why = if text.is_empty() {
            "it is empty"
        } else if text.starts_with('/') {
            "it is absolute"
        } else if text.bytes().any(|b| b == 0 || b == b'\n' || b == b'\\') {
            "it contains a NUL, a line end or a backslash"
        } else if text.split('/').any(|part| part == "..") {
            "it leaves the tree with `..`"
        } else if text.split('/').any(|part| part.is_empty() || part == ".") {
            "it has an empty component or a `.`"
        } else if let Some(why) = refused(text.as_bytes()) {
            why
        } else {
            return Ok(TreePath(text.to_owned()));
        };
        Err(BadPath { path: text.to_owned(), why })
    }
}

/// Why a path is refused wherever it comes from; `None` if it is not.
///
/// A file in `.git` may be run by the next git command, and a file of pypatch may be taken for what it left there
/// itself. A file system may ignore case, the code points that [`is_ignored`] knows, and dots, spaces and a stream
/// (`:`) at the end of a name; and it may know `.git` as `git~1` too.
pub(super) fn refused(path: &[u8]) -> Option<&'static str> {
    if path.len() > MOST_BYTES {
        return Some("it is longer than 1024 bytes");
    }
    if path.iter().filter(|&&byte| byte == b'/').count() >= MOST_NAMES {
        return Some("it has more than 64 components");
    }
    path.split(|&byte| byte == b'/').find_map(|name| {
        if name.len() > 255 {
            return Some("a component is longer than 255 bytes");
        }
        // Most names are refused or not by their first bytes.
        if !matches!(name.first(), Some(b'.' | b'g' | b'G' | 0x80..)) {
            return None;
        }
        let name: String = String::from_utf8_lossy(name).chars().filter(|&c| !is_ignored(c)).collect();
        let name = name.to_ascii_lowercase();
        if is_git(&name) {
            Some("git uses that name for itself")
        } else if name.starts_with(OWN_PREFIX) {
            Some("pypatch uses that name for itself")
        } else {
            None
        }
    })
}

/// Whether a file system may take `name`, in lower case, for `.git`.
fn is_git(name: &str) -> bool {
    let short = || {
        let number = name.strip_prefix("git~")?;
        number.strip_prefix(|c: char| c.is_ascii_digit())?;
        Some(number.trim_start_matches(|c: char| c.is_ascii_digit()))
    };
    let rest = name.strip_prefix(".git").or_else(short);
    rest.is_some_and(|rest| {
        let rest = rest.trim_start_matches(['.', ' ']);
        rest.is_empty() || rest.starts_with(':')
    })
}

/// Whether HFS+ ignores a character in a name.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{206a}'..='\u{206f}' | '\u{feff}')
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for TreePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TreePath, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_inside_its_tree() {
        for bad in ["", "/etc/passwd", "..", "a/../../b", "a//b", "./a", "a/", "a\0b", "a\\b"] {
            assert!(bad.parse::<TreePath>().is_err(), "{bad:?}");
        }
        let path: TreePath = "Lib/distutils/unixccompiler.py".parse().unwrap();
        assert_eq!(path.file_name(), "unixccompiler.py");
        assert_eq!(path.parent().unwrap().as_str(), "Lib/distutils");
        assert_eq!(path.ancestors().map(|p| p.to_string()).collect::<Vec<_>>(), ["Lib", "Lib/distutils"]);
    }

    #[test]
    fn an_entry_of_a_folder_is_a_path_if_both_together_are() {
        let (long, deep) = ("n/".repeat(20) + &"n".repeat(240) + "/", "d/".repeat(63));
        for folder in ["", "Lib/", "Lib/test/", &long.repeat(3), &long.repeat(4), &deep, "d/d/"] {
            for name in
                ["a", "", ".", "..", "a/b", "/a", "a\\b", ".git", "git~1", ".pypatch-x", &"n".repeat(256)]
            {
                let whole =
                    format!("{folder}{name}").parse::<TreePath>().ok().filter(|_| !name.contains('/'));
                assert_eq!(TreePath::inside(folder, name), whole, "{folder}{name}");
            }
        }
    }

    #[test]
    fn no_spelling_of_a_name_of_git_or_pypatch_is_a_path() {
        let git =
            [".git", ".GIT", ".gIt", "git~1", "GIT~1", "git~22", ".git.", ".git ", ".git . .", "git~1.."];
        let streams = [".git::$INDEX_ALLOCATION", ".git:x", "git~1:$I30:$INDEX_ALLOCATION", ".git .:x"];
        let ignored = [".g\u{200c}it", "\u{feff}.git", ".git\u{206f}", ".\u{202e}GIT", "g\u{200d}it~1"];
        let own = [
            ".pypatch-receipt.json",
            ".pypatch-stage-1.000000000",
            ".PYPATCH-done-1",
            ".pypatch\u{200e}-new-x",
        ];
        for name in git.iter().chain(&streams).chain(&ignored).chain(&own) {
            for path in [name.to_string(), format!("a/{name}"), format!("{name}/b"), format!("a/{name}/b")] {
                assert!(path.parse::<TreePath>().is_err(), "{path:?}");
            }
        }
        for name in [".gitignore", ".github", ".gitx", "git", "git~", "git~1x", "agit~1", ".pypatch", "digit"]
        {
            assert!(name.parse::<TreePath>().is_ok(), "{name:?}");
        }
    }

    #[test]
    fn a_path_has_a_greatest_length_and_depth() {
        let deep = |names: usize| vec!["d"; names].join("/");
        assert!(deep(MOST_NAMES).parse::<TreePath>().is_ok());
        assert!(deep(MOST_NAMES + 1).parse::<TreePath>().is_err());
        assert!("n".repeat(255).parse::<TreePath>().is_ok());
        assert!("n".repeat(256).parse::<TreePath>().is_err());
        let long = vec!["n".repeat(204); 5].join("/");
        assert_eq!(long.len(), MOST_BYTES);
        assert!(long.parse::<TreePath>().is_ok());
        assert!(format!("{long}n").parse::<TreePath>().is_err());
    }
}
