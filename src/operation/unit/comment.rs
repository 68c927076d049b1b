//! What comments say: their words, without the signs that make them comments.

use super::Units;
use crate::operation::lines::first_line;
use crate::operation::parsed::ParsedFile;
use crate::text::{Span, line_bounds, lines, tokens};

/// A comment.
pub(in crate::operation) struct Comment {
    /// From its first sign to the end of its last line, without the line end.
    pub span: Span,
    /// The lines of it; of one between `/*` and `*/` without these.
    pub lines: Vec<Span>,
    /// Its words and signs.
    pub words: Vec<Span>,
    /// Whether it is between `/*` and `*/`.
    pub is_closed: bool,
}

impl Comment {
    /// Whether it is one of m4, which ends with the line end: the line below is joined to the code before it.
    pub fn is_joining(&self, text: &[u8]) -> bool {
        self.span.of(text).starts_with(b"dnl")
    }
}

/// Words of a comment that follow one another.
pub(in crate::operation) struct Match<'a> {
    pub comment: &'a Comment,
    /// From the first word to the last.
    pub span: Span,
}

impl Match<'_> {
    /// The comment, or the lines of it, that the match has all words of.
    pub fn whole(&self, text: &[u8]) -> Option<Span> {
        let Comment { span, lines, words, is_closed } = self.comment;
        let is_all = words.first().is_some_and(|word| word.start == self.span.start)
            && words.last().is_some_and(|word| word.end == self.span.end);
        // Of lines that a backslash joins, none is a comment without the others.
        let is_joined = || lines.iter().rev().skip(1).any(|line| line.of(text).ends_with(b"\\"));
        if is_all || *is_closed || is_joined() {
            return is_all.then_some(*span);
        }
        let first = lines.iter().find(|line| line.contains(Span::at(self.span.start)))?;
        let last = lines.iter().find(|line| line.contains(Span::at(self.span.end)))?;
        let is_whole = content(text, *first, false).start == self.span.start && last.end == self.span.end;
        is_whole.then(|| Span::new(first.start, last.end))
    }
}

/// The comments of a file. Those below one another that go to the end of their lines are one.
pub(in crate::operation) fn comments(units: &dyn Units, file: &ParsedFile) -> Vec<Comment> {
    let text = &file.bytes[..];
    let mut found: Vec<Comment> = Vec::new();
    for span in units.comments(file) {
        let own = span.of(text);
        let is_program = own.starts_with(b"#!") && span.start == first_line(text);
        let is_closed = own.starts_with(b"/*");
        if is_program {
            continue;
        }
        let (lines, words) = read(text, span);
        let is_below = |above: &&mut Comment| {
            let is_alike = !above.is_closed && !is_closed && text[above.span.start] == own[0];
            // The lines below one after code are at its column.
            let is_aligned = || column(text, above.span.start) == column(text, span.start);
            is_alike
                && has_own_line(text, span.start)
                && (has_own_line(text, above.span.start) || is_aligned())
                && line_bounds(text, above.span.end).end == line_bounds(text, span.start).start
        };
        if let Some(above) = found.last_mut().filter(is_below) {
            above.span.end = span.end;
            above.lines.extend(lines);
            above.words.extend(words);
        } else {
            found.push(Comment { span, lines, words, is_closed });
        }
    }
    found
}

fn column(text: &[u8], offset: usize) -> usize {
    offset - line_bounds(text, offset).start
}

/// Whether nothing but blanks is before `offset` in its line.
pub(in crate::operation) fn has_own_line(text: &[u8], offset: usize) -> bool {
    Span::new(line_bounds(text, offset).start.max(first_line(text)), offset).of(text).trim_ascii().is_empty()
}

/// The lines and words of a comment as it is written in a file.
fn read(text: &[u8], comment: Span) -> (Vec<Span>, Vec<Span>) {
    let is_closed = comment.of(text).starts_with(b"/*");
    let inside = if is_closed {
        let end = if comment.len() >= 4 && comment.of(text).ends_with(b"*/") {
            comment.end - 2
        } else {
            comment.end
        };
        let stars = text[comment.start + 2..end].iter().rev().take_while(|b| **b == b'*').count();
        Span::new(comment.start + 2, end - stars)
    } else {
        comment
    };
    let all = lines(inside.of(text)).map(|line| {
        Span::new(
            inside.start + line.start,
            inside.start + line.start + line.of(inside.of(text)).trim_ascii_end().len(),
        )
    });
    let all: Vec<Span> = all.collect();
    let words_of = |(index, line): (usize, &Span)| {
        let own = content(text, *line, is_closed);
        // The sign that joins the next line is none of the words.
        let is_joined = !is_closed && index + 1 < all.len() && own.of(text).ends_with(b"\\");
        tokens(text, Span::new(own.start, own.end - usize::from(is_joined)))
    };
    let words = all.iter().enumerate().flat_map(words_of).collect();
    (all, words)
}

/// A line of a comment without the signs that make it one, and the blanks around the rest. `is_closed` is one between `/*` and `*/`,
/// whose lines may begin with `*`.
pub(in crate::operation) fn content(text: &[u8], line: Span, is_closed: bool) -> Span {
    let skip = |at: usize, sign: &dyn Fn(u8) -> bool| {
        at + text[at..line.end].iter().take_while(|b| sign(**b)).count()
    };
    let is_blank = |b: u8| matches!(b, b' ' | b'\t' | b'\r' | b'\n');
    let start = skip(line.start, &is_blank);
    let end = match &text[start..line.end] {
        [b'*', ..] if is_closed => skip(start, &|b| b == b'*'),
        _ if is_closed => start,
        [b'#', ..] => skip(start, &|b| b == b'#'),
        [b'/', b'/', ..] => skip(start, &|b| b == b'/'),
        [b'd', b'n', b'l', rest @ ..] if !rest.first().is_some_and(u8::is_ascii_alphanumeric) => start + 3,
        _ => start,
    };
    let end = skip(end, &is_blank);
    Span::new(end, end + text[end..line.end].trim_ascii_end().len())
}

/// Whether a text of a patchset is written as a comment, with its signs, as its beginning shows.
pub(in crate::operation) fn is_marked(units: &dyn Units, text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let first = text.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii_end();
    units.is_comment(first) || units.is_comment(b"//") && text.starts_with(b"/*")
}

/// The words of a text of a patchset, which may be written as a comment.
pub(in crate::operation) fn words_of<'a>(units: &dyn Units, text: &'a [u8]) -> Vec<&'a [u8]> {
    let trimmed = text.trim_ascii();
    let is_c = units.is_comment(b"//");
    let spans = if is_marked(units, trimmed) && trimmed.starts_with(b"/*") {
        read(trimmed, Span::new(0, trimmed.len())).1
    } else {
        // A part of a comment may have the signs at the beginning of its lines, and at its end.
        let end = if is_c { trimmed.strip_suffix(b"*/").unwrap_or(trimmed).len() } else { trimmed.len() };
        let of_line = |line: Span| {
            let own = line.of(trimmed).trim_ascii_start();
            let is_starred = is_c && own.starts_with(b"*");
            let is_sign = is_starred || units.is_comment(own.trim_ascii_end());
            let line = if is_sign { content(trimmed, line, is_starred) } else { line };
            tokens(trimmed, line)
        };
        lines(&trimmed[..end]).flat_map(of_line).collect()
    };
    spans.into_iter().map(|span| span.of(trimmed)).collect()
}

/// Where words are in comments, one after the other. Matches do not overlap.
pub(in crate::operation) fn find<'a>(
    text: &[u8],
    all: &'a [Comment],
    wanted: &[&[u8]],
    scope: Span,
) -> Vec<Match<'a>> {
    let mut found: Vec<Match<'a>> = Vec::new();
    for comment in all.iter().filter(|comment| comment.span.overlaps(scope)) {
        for window in comment.words.windows(wanted.len().max(1)) {
            let span = Span::new(window[0].start, window[window.len() - 1].end);
            let is_match = scope.contains(span)
                && window.iter().map(|word| word.of(text)).eq(wanted.iter().copied())
                && found.last().is_none_or(|last| last.span.end <= span.start);
            if is_match {
                found.push(Match { comment, span });
            }
        }
    }
    found
}

/// Whether a comment in `region`, or directly below it, says the same as `lines`, which are inserted there and may be written with other
/// line breaks. False for a text that is not a comment.
pub(in crate::operation) fn says_at(
    units: &dyn Units,
    file: &ParsedFile,
    lines: &[u8],
    region: Span,
) -> bool {
    if !is_marked(units, lines) || !is_comment(units, file, lines) {
        return false;
    }
    let (text, all) = (&file.bytes[..], comments(units, file));
    let mut end = region.end;
    for comment in all.iter().filter(|comment| comment.span.start >= region.end) {
        let between = &text[end..comment.span.start];
        let line_ends = between.iter().filter(|b| **b == b'\n').count();
        if !between.trim_ascii().is_empty() || line_ends > 1 {
            break;
        }
        end = comment.span.end;
    }
    let found = find(text, &all, &words_of(units, lines), Span::new(region.start, end));
    found.iter().any(|one| one.whole(text).is_some())
}

/// Whether a text of a patchset has nothing but comments.
pub(in crate::operation) fn is_comment(units: &dyn Units, file: &ParsedFile, lines: &[u8]) -> bool {
    let path = file.path.clone();
    code(units, &ParsedFile::new(path, lines.to_vec().into(), false)).is_empty()
}

/// The words and signs of a file that are not in comments.
pub(in crate::operation) fn code<'a>(units: &dyn Units, file: &'a ParsedFile) -> Vec<&'a [u8]> {
    let text = &file.bytes[..];
    let mut found = Vec::new();
    let mut at = 0;
    for comment in units.comments(file).into_iter().chain([Span::at(text.len())]) {
        found.extend(tokens(text, Span::new(at, comment.start)).iter().map(|token| token.of(text)));
        at = comment.end;
    }
    found
}
