//! Numbers of things, and lists of locations.

use serde_json::{Value, json};

use crate::tree::{Location, TreePath};

/// The widest column of names. A format with a width of 65,536 or more would panic.
const WIDEST: usize = 100;

/// `1 file`, `2 files`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// The width of a column of names with these lengths. One that is longer shifts only its own line.
pub(super) fn column(lengths: impl Iterator<Item = usize>) -> usize {
    lengths.max().unwrap_or(0).min(WIDEST)
}

/// The files in the order in which they first occur, each with its lines from 1.
pub(super) fn by_file<'a>(
    locations: impl IntoIterator<Item = &'a Location>,
) -> Vec<(&'a TreePath, Vec<usize>)> {
    let mut files: Vec<(&TreePath, Vec<usize>)> = Vec::new();
    for Location { file, line, .. } in locations {
        let line = Some(*line).filter(|line| *line > 0);
        match files.iter_mut().find(|(known, _)| *known == file) {
            Some((_, lines)) => lines.extend(line),
            None => files.push((file, line.into_iter().collect())),
        }
    }
    files
}

/// `Makefile.pre.in:473,622 configure`, with at most `most` lines of each file.
pub(super) fn files(files: &[(&TreePath, Vec<usize>)], most: usize) -> String {
    let file = |(file, lines): &(&TreePath, Vec<usize>)| {
        let shown: Vec<String> = lines.iter().take(most).map(usize::to_string).collect();
        match lines.len() {
            0 => file.to_string(),
            all if all > most => format!("{file}:{},...", shown.join(",")),
            _ => format!("{file}:{}", shown.join(",")),
        }
    };
    files.iter().map(file).collect::<Vec<_>>().join(" ")
}

/// A JSON array with a value for each item.
pub(super) fn array<T>(items: impl IntoIterator<Item = T>, value: impl Fn(T) -> Value) -> Value {
    items.into_iter().map(value).collect()
}

/// Locations as JSON.
pub(super) fn location(location: &Location) -> Value {
    json!({"file": location.file, "line": location.line})
}
