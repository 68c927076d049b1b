//! Lines that resemble a missing text.

use crate::operation::parsed::ParsedFile;
use crate::text::{lines, nearest};

/// The first line of a text.
pub(crate) fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text)
}

/// The lines of the file that are nearest to the first line of an anchor.
pub(crate) fn near_lines(file: &ParsedFile, anchor: &str) -> Vec<usize> {
    let wanted = first_line(anchor).trim();
    let candidates = lines(&file.bytes).filter_map(|line| {
        let text = line.of(&file.bytes).trim_ascii();
        // A line of quite another length is not near, and comparing letters is slow.
        let comparable = text.len() >= wanted.len() / 2 && text.len() <= wanted.len() * 2 + 40;
        (comparable && !text.is_empty()).then(|| (line.start, String::from_utf8_lossy(text)))
    });
    nearest(wanted, candidates)
}
