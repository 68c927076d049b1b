//! Lines of a file, and positions in it.

use super::Span;

/// A position as people count it: line and column, both from 1; the column counts bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in bytes, from 1.
    pub column: usize,
}

/// Where the lines of a text start, to turn offsets into positions.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// The index of `text`. Lines end with `\n`; a `\r` before it belongs to the line.
    pub fn new(text: &[u8]) -> LineIndex {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text).map(|i| i + 1));
        LineIndex { starts }
    }

    /// The position of a byte offset.
    pub fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset);
        Position { line, column: offset - self.starts[line - 1] + 1 }
    }

    /// The line (from 1) of a byte offset.
    pub fn line(&self, offset: usize) -> usize {
        self.position(offset).line
    }
}

/// The spans of all lines, each with its line end. A last line without one is a line.
pub fn lines(text: &[u8]) -> impl Iterator<Item = Span> + '_ {
    let mut start = 0;
    std::iter::from_fn(move || {
        if start >= text.len() {
            return None;
        }
        let span = line_from(text, start);
        start = span.end;
        Some(span)
    })
}

/// From `start` to the end of its line, line end included.
pub fn line_from(text: &[u8], start: usize) -> Span {
    let end = memchr::memchr(b'\n', &text[start..]).map_or(text.len(), |i| start + i + 1);
    Span::new(start, end)
}

/// The number of the line (from 1) that holds `offset`; see [`LineIndex`] for many offsets.
pub fn line_number(text: &[u8], offset: usize) -> usize {
    memchr::memchr_iter(b'\n', &text[..offset]).count() + 1
}

/// The first offset from `at` on, up to `end`, that is neither a space nor a tab.
pub fn skip_blanks(text: &[u8], at: usize, end: usize) -> usize {
    at + text[at..end].iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// The line that holds `offset`, with its line end.
pub fn line_bounds(text: &[u8], offset: usize) -> Span {
    let start = memchr::memrchr(b'\n', &text[..offset]).map_or(0, |i| i + 1);
    Span::new(start, line_from(text, offset).end)
}

/// The line of `offset`, with the lines before and after it that backslashes join to it.
pub fn logical_line(text: &[u8], offset: usize) -> Span {
    let continues = |line: Span| line.of(text).trim_ascii_end().ends_with(b"\\");
    let mut span = line_bounds(text, offset);
    while span.start > 0 {
        let before = line_bounds(text, span.start - 1);
        if !continues(before) {
            break;
        }
        span.start = before.start;
    }
    while span.end < text.len() && continues(line_bounds(text, span.end - 1)) {
        span.end = line_bounds(text, span.end).end;
    }
    span
}

/// The line end that a file uses: that of its first line, `\n` if it has none. A single line that ends with a `\r` is half
/// of one with `\r\n`.
pub fn line_ending(text: &[u8]) -> &'static [u8] {
    match text.iter().position(|b| *b == b'\n') {
        None if text.ends_with(b"\r") => b"\r\n",
        Some(i) if i > 0 && text[i - 1] == b'\r' => b"\r\n",
        _ => b"\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_lines_and_bytes_from_one() {
        let index = LineIndex::new(b"ab\n\xe9d\n");
        assert_eq!(index.position(0), Position { line: 1, column: 1 });
        assert_eq!(index.position(4), Position { line: 2, column: 2 });
        assert_eq!(index.position(6), Position { line: 3, column: 1 });
        for offset in 0..=6 {
            assert_eq!(line_number(b"ab\n\xe9d\n", offset), index.line(offset));
        }
    }

    #[test]
    fn a_logical_line_has_those_that_backslashes_join() {
        let text = b"x\na: b \\\n\tc \\\n\td\ny\n";
        assert_eq!(logical_line(text, 10).of(text), b"a: b \\\n\tc \\\n\td\n");
        assert_eq!(logical_line(text, 0).of(text), b"x\n");
    }

    #[test]
    fn a_last_line_without_a_line_end_is_a_line() {
        let text = b"a\nb";
        assert_eq!(lines(text).map(|l| l.of(text)).collect::<Vec<_>>(), [&b"a\n"[..], b"b"]);
        assert_eq!(lines(b"").count(), 0);
    }

    #[test]
    fn the_line_end_is_that_of_the_first_line() {
        assert_eq!(line_ending(b"a\r\nb\n"), b"\r\n");
        assert_eq!(line_ending(b"a"), b"\n");
    }
}
