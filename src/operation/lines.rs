//! Texts of a patchset as lines of the file that they go into.

use crate::text::{Rewrite, line_bounds, line_ending};

/// `text` with the line ends of the file that it goes into: patchsets are written with `\n`.
pub(super) fn with_line_ends(text: &[u8], ending: &[u8]) -> Vec<u8> {
    if ending == b"\n" || text.windows(2).any(|pair| pair == b"\r\n") {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    for byte in text {
        match byte {
            b'\n' => out.extend_from_slice(ending),
            other => out.push(*other),
        }
    }
    out
}

/// `text` as whole lines: with a line end after the last one.
pub(super) fn as_lines(text: &[u8], ending: &[u8]) -> Vec<u8> {
    let mut out = with_line_ends(text, ending);
    if !out.is_empty() && !out.ends_with(b"\n") {
        out.extend_from_slice(ending);
    }
    out
}

/// Inserts whole lines at the beginning of a line, or after a last line that has no end.
pub(super) fn insert_lines(text: &[u8], at: usize, lines: &[u8]) -> Rewrite {
    let open = at > first_line(text) && !text[..at].ends_with(b"\n");
    let mut with = match &text[..at] {
        _ if !open => Vec::new(),
        // Half of a line end is completed.
        [.., b'\r'] => b"\n".to_vec(),
        _ => line_ending(text).to_vec(),
    };
    with.extend_from_slice(lines);
    Rewrite::insert(at, with)
}

/// Where the first line begins: after a byte order mark.
pub(super) fn first_line(text: &[u8]) -> usize {
    if text.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

/// Whether the line at `start` is joined to the one above it by a backslash.
pub(super) fn is_joined(text: &[u8], start: usize) -> bool {
    let above = text[..start].strip_suffix(b"\n").unwrap_or_default();
    let above = above.strip_suffix(b"\r").unwrap_or(above);
    above.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 1
}

/// The blanks that the line of `offset` begins with.
pub(super) fn indentation(text: &[u8], offset: usize) -> &[u8] {
    leading_blanks(line_bounds(text, offset).of(text))
}

/// The blanks that a text begins with.
pub(super) fn leading_blanks(text: &[u8]) -> &[u8] {
    &text[..text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()]
}

/// Adds a line that is indented by `margin`. If that uses blanks, leading tabs become four of them.
pub(super) fn push_indented(out: &mut Vec<u8>, margin: &[u8], line: &[u8]) {
    let tabs = line.iter().take_while(|b| **b == b'\t').count();
    let step: &[u8] = if margin.starts_with(b" ") { b"    " } else { b"\t" };
    out.extend_from_slice(margin);
    out.extend(std::iter::repeat_n(step, tabs).flatten());
    out.extend_from_slice(&line[tabs..]);
}

/// The blanks that all lines of a text begin with, except blank lines and preprocessor directives. A patchset may
/// indent its text; the text gets the indentation of its place.
pub(super) fn common_indentation(text: &[u8]) -> Vec<u8> {
    let lines = text.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty() && line[0] != b'#');
    let mut common: Option<&[u8]> = None;
    for blanks in lines.map(leading_blanks) {
        let shared =
            common.map_or(blanks.len(), |known| known.iter().zip(blanks).take_while(|(a, b)| a == b).count());
        common = Some(&blanks[..shared]);
    }
    common.unwrap_or_default().to_vec()
}
