//! A directory of a tree, as receipts write it.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::tree::{BadPath, TreePath};

/// A directory of a tree: its top, written `.`, or one below it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dir {
    /// The top directory of the tree.
    Top,
    /// A directory inside the tree.
    Below(TreePath),
}

impl Dir {
    /// The directory that contains `path`.
    pub(super) fn of(path: &TreePath) -> Dir {
        path.parent().map_or(Dir::Top, Dir::Below)
    }

    /// Its path on disk, in the tree `root`.
    pub(super) fn below(&self, root: &Path) -> PathBuf {
        match self {
            Dir::Top => root.to_owned(),
            Dir::Below(path) => path.below(root),
        }
    }
}

impl fmt::Display for Dir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dir::Top => f.pad("."),
            Dir::Below(path) => path.fmt(f),
        }
    }
}

impl Serialize for Dir {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Dir {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Dir, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "." => Ok(Dir::Top),
            path => path.parse().map(Dir::Below).map_err(|e: BadPath| serde::de::Error::custom(e)),
        }
    }
}
