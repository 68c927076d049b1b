//! Lists of locations, a file once: `Makefile.pre.in:473,622`.

use crate::tree::TreePath;

/// The files in the order in which they first occur, each with its lines from 1; line 0 is the file as a
/// whole.
pub(super) fn by_file<'a>(
    locations: impl Iterator<Item = (&'a TreePath, usize)>,
) -> Vec<(&'a TreePath, Vec<usize>)> {
    let mut files: Vec<(&TreePath, Vec<usize>)> = Vec::new();
    for (file, line) in locations {
        let line = Some(line).filter(|line| *line > 0);
        match files.iter_mut().find(|(known, _)| *known == file) {
            Some((_, lines)) => lines.extend(line),
            None => files.push((file, line.into_iter().collect())),
        }
    }
    files
}

/// The files with at most `most` lines each.
pub(super) fn text(files: &[(&TreePath, Vec<usize>)], most: usize) -> String {
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
