//! A line of a file in a tree, for people.

use super::TreePath;
use crate::text::{line_bounds, line_number};

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Location {
    /// The file.
    pub file: TreePath,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// The text of the line, without its end; bytes that are not valid UTF-8 are replaced.
    pub text: String,
}

impl Location {
    /// The line of `file`, whose contents are `bytes`, that holds `offset`.
    pub fn of(file: &TreePath, bytes: &[u8], offset: usize) -> Location {
        let offset = offset.min(bytes.len());
        Location::in_line(file, bytes, offset, line_number(bytes, offset))
    }

    /// The line of `file` that holds `offset`, which is line number `line`.
    pub(crate) fn in_line(file: &TreePath, bytes: &[u8], offset: usize, line: usize) -> Location {
        let text = line_bounds(bytes, offset).of(bytes).trim_ascii_end();
        Location { file: file.clone(), line, text: String::from_utf8_lossy(text).into_owned() }
    }

    /// A file as a whole.
    pub fn whole(file: &TreePath) -> Location {
        Location { file: file.clone(), line: 0, text: String::new() }
    }
}
