//! Removes comments.

use super::edited::{check_words, named_comment, only_comments, searched};
use crate::operation::arguments::arguments;
use crate::operation::lines::is_joined;
use crate::operation::m4::joins;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::unit::comment::{Match, find, has_own_line, words_of};
use crate::operation::unit::{Units, with_blank_lines};
use crate::text::line_bounds;

arguments! {
    /// The arguments of `remove-comment`, in every format.
    pub struct RemoveComment {
        /// All words of the comment, or of whole lines of it. Blanks, line breaks and the signs that make it a comment do not matter.
        find: String,
        /// Code directly below the comment.
        above: Option<String>,
        /// How many matches the words have.
        count: Count,
    }
}

impl RemoveComment {
    pub(in crate::operation) fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).within().removes()
    }

    pub(in crate::operation) fn check(&self, _texts: &Texts) -> Result<(), String> {
        check_words("find", self.find.as_bytes())
    }

    pub(in crate::operation) fn resolve(&self, site: &Site<'_>, units: &dyn Units) -> Answer {
        let (file, text) = (site.file, &site.file.bytes[..]);
        let (comments, place) = searched(units, site, self.above.as_deref())?;
        let found = find(text, &comments, &words_of(units, self.find.as_bytes()), place);
        let what = named_comment(&self.find);
        if found.is_empty() {
            return gone(file, &self.find, &what, place);
        }
        let spans: Vec<Span> = found.iter().map(|one| one.span).collect();
        // Of too many matches none is removed.
        let is_ambiguous = found.len() > self.count.0;
        let removed = found.iter().filter(|_| !is_ambiguous).map(|one| removed(text, one));
        let removed: Vec<Span> = removed.collect::<Result<_, _>>()?;
        let rewrite = |span: Span| {
            let whole = removed.iter().find(|whole| whole.contains(span));
            let whole = *whole.expect("only what was found is removed");
            // Words that only the comment separates.
            let is_between = text[..whole.start].last().is_some_and(|b| !b.is_ascii_whitespace())
                && text.get(whole.end).is_some_and(|b| !b.is_ascii_whitespace() && !b",;)".contains(b));
            if is_between { Rewrite::replace(whole, " ") } else { Rewrite::remove(whole) }
        };
        let none = Results::proof(Vec::new());
        let answer = match_count(&what, self.count.0, &spans, &none, rewrite, Vec::new);
        only_comments(units, file, answer)
    }
}

/// The answer for a comment that was not found. A removed comment leaves no trace; where a line is found that `find` may misspell, it
/// was not removed.
fn gone(file: &ParsedFile, find: &str, what: &str, place: Span) -> Answer {
    let mut near = near_lines(file, find, &[]);
    near.retain(|at| place.contains(Span::at(*at)));
    if near.is_empty() {
        return already(place.start);
    }
    let mut miss = Miss::new(format!("{what} was not found, but a similar line was")).near(near);
    miss.results = vec![place.start];
    Err(miss.into())
}

/// The bytes of a matched comment: its lines, if it has lines of its own; otherwise with the blanks that separate it from the code.
fn removed(text: &[u8], found: &Match<'_>) -> Result<Span, Failure> {
    let Some(whole) = found.whole(text) else {
        let shown = String::from_utf8_lossy(found.comment.span.of(text)).into_owned();
        let why = format!(
            "only a part of a line or comment would be removed: `find` must be all of `{}`; `replace-comment` changes a part",
            shown.split_whitespace().collect::<Vec<_>>().join(" ")
        );
        return Err(Failure::refused(why, found.span.start));
    };
    let line = line_bounds(text, whole.start);
    let code = &text[line.start..whole.start];
    if found.comment.is_joining(text) && joins(code) {
        // The line below stays joined to the code.
        return Ok(Span::new(whole.start + b"dnl".len(), whole.end));
    }
    let is_blank = |b: &&u8| matches!(**b, b' ' | b'\t');
    let after = text[whole.end..].iter().take_while(is_blank).count();
    let ends_line = matches!(text[whole.end + after..].first(), None | Some(b'\r' | b'\n'));
    let before = text[..whole.start].iter().rev().take_while(is_blank).count();
    Ok(match (has_own_line(text, whole.start), ends_line) {
        (true, true) => {
            let (first, last) = (line_bounds(text, whole.start), line_bounds(text, whole.end));
            if is_joined(text, first.start) {
                let why =
                    "the line above ends in a backslash: it would go on with the line below the comment";
                return Err(Failure::refused(why, found.span.start));
            }
            with_blank_lines(text, Span::new(first.start, last.end))
        }
        (false, true) => Span::new(whole.start - before, whole.end + after),
        (true, false) => Span::new(whole.start, whole.end + after),
        (false, false) if matches!(text[whole.end + after], b',' | b';' | b')') => {
            Span::new(whole.start - before, whole.end + after)
        }
        // One blank is left.
        (false, false) if before > 0 => Span::new(whole.start, whole.end + after),
        (false, false) => whole,
    })
}
