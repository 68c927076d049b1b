//! Paths inside a tree.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// A path inside a tree: relative, separated by `/`, valid UTF-8, and without `.`, `..`, NUL, backslash
/// and line end, so that it means the same in a directory, a tarball, a git tree and a diff.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TreePath(String);

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
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// Its directory; `None` at the top of the tree.
    pub fn parent(&self) -> Option<TreePath> {
        self.0.rsplit_once('/').map(|(parent, _)| TreePath(parent.to_owned()))
    }

    /// Every directory above it, outermost first.
    pub fn ancestors(&self) -> impl Iterator<Item = TreePath> + '_ {
        self.0.match_indices('/').map(|(i, _)| TreePath(self.0[..i].to_owned()))
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
        } else {
            return Ok(TreePath(text.to_owned()));
        };
        Err(BadPath { path: text.to_owned(), why })
    }
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
}
