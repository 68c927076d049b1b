//! A directory of a tree, as receipts write it.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use super::error::ApplyError;
use super::place::Place;
use crate::text::serde_as_text;
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

    /// Its place on disk, in the tree `root`.
    pub(super) fn place(&self, root: &Path) -> Result<Place, ApplyError> {
        match self {
            Dir::Top => Ok(Place::at(root)),
            Dir::Below(path) => Place::of(root, path),
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

impl FromStr for Dir {
    type Err = BadPath;

    fn from_str(text: &str) -> Result<Dir, BadPath> {
        if text == "." { Ok(Dir::Top) } else { text.parse().map(Dir::Below) }
    }
}

serde_as_text!(Dir);
