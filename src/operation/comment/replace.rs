//! Replaces the words of comments.

use super::edited::{check_words, named_comment, only_comments, searched};
use crate::operation::arguments::arguments;
use crate::operation::lines::{common_indentation, first_line, leading_blanks};
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::operation::unit::Units;
use crate::operation::unit::comment::{Match, content, find, has_own_line, is_comment, is_marked, words_of};
use crate::text::{line_bounds, lines};

arguments! {
    /// The arguments of `replace-comment`, in every format.
    pub struct ReplaceComment {
        /// Words of the comment that follow one another, or all of it. Blanks, line breaks and the signs that make it a comment
        /// do not matter.
        find: String,
        /// The new words. Each line gets the signs and the indentation of the old comment; line breaks are those of the text. A text that
        /// begins as a comment is written as it is, and replaces whole lines of comments.
        with: Text,
        /// Code directly below the comment.
        above: Option<String>,
        /// How many matches the words have.
        count: Count,
    }
}

impl ReplaceComment {
    pub(in crate::operation) fn describe(&self) -> Description<'_> {
        Description::new(Anchor::Text(self.find.clone())).texts([&self.with]).within()
    }

    pub(in crate::operation) fn check(&self, texts: &Texts) -> Result<(), String> {
        check_words("find", self.find.as_bytes())?;
        check_words("with", texts.get(&self.with))
    }

    pub(in crate::operation) fn resolve(&self, site: &Site<'_>, units: &dyn Units) -> Answer {
        let (file, text) = (site.file, &site.file.bytes[..]);
        let with = site.texts.get(&self.with);
        let (comments, place) = searched(units, site, self.above.as_deref())?;
        let (old, new) = (words_of(units, self.find.as_bytes()), words_of(units, with));
        let found = find(text, &comments, &old, place);
        let spans: Vec<Span> = found.iter().map(|one| one.span).collect();
        let what = named_comment(&self.find);
        // Otherwise only signs, blanks or line breaks change.
        let has_new_words = old != new;
        let mut done: Vec<Span> = Vec::new();
        if has_new_words {
            done.extend(find(text, &comments, &new, place).iter().map(|one| one.span));
            // A replacement that is part of the anchor does not show a finished change.
            done.retain(|d| !spans.iter().any(|f| f.contains(*d) && f != d));
        }
        let is_open = |one: &&Match<'_>| !done.iter().any(|done| done.contains(one.span));
        // Of too many matches none is changed.
        let open = found.iter().filter(is_open).take(self.count.0);
        let rewrites = open.map(|one| {
            let rewrite = rewrite(units, file, one, with)?;
            check_joined(text, one, &rewrite)?;
            Ok(rewrite)
        });
        let rewrites: Vec<Rewrite> = rewrites.collect::<Result<_, Failure>>()?;
        if !has_new_words {
            let is_done = |rewrite: &&Rewrite| rewrite.span.of(text) == &rewrite.with[..];
            let all = rewrites.iter().filter(is_done).map(|rewrite| rewrite.span);
            done =
                spans.iter().copied().filter(|span| all.clone().any(|whole| whole.contains(*span))).collect();
        }
        let rewrite_of = |span: Span| {
            let own = rewrites.iter().find(|rewrite| rewrite.span.contains(span));
            own.expect("only what was found is rewritten").clone()
        };
        let results = if !has_new_words || self.above.is_some() {
            Results::proof(done)
        } else {
            comment_results((file, place), (self.find.as_bytes(), with), &spans, done)
        };
        let near = || near_lines(file, &self.find, with);
        let answer = match_count(&what, self.count.0, &spans, &results, rewrite_of, near);
        only_comments(units, file, answer)
    }
}

/// Checks that several lines are not put into a line of a recipe that goes on after a backslash.
fn check_joined(text: &[u8], found: &Match<'_>, rewrite: &Rewrite) -> Result<(), Failure> {
    let end = found.comment.span.end;
    let rest = Span::new(end, line_bounds(text, end).end).of(text).trim_ascii();
    if found.comment.is_closed || !rest.starts_with(b"\\") || !rewrite.with.contains(&b'\n') {
        return Ok(());
    }
    let why = "the comment is in a command that goes on after a backslash, where a comment of several lines would end it";
    Err(Failure::refused(why, found.span.start))
}

/// The rewrite of matched words.
fn rewrite(units: &dyn Units, file: &ParsedFile, found: &Match<'_>, with: &[u8]) -> Result<Rewrite, Failure> {
    let text = &file.bytes[..];
    if !is_marked(units, with) {
        return Ok(Rewrite::replace(found.span, in_style(text, found, with)));
    }
    if !is_comment(units, file, with) {
        return Err(Failure::refused(
            "`with` begins as a comment, but has a line that is not one",
            found.span.start,
        ));
    }
    let Some(whole) = found.whole(text) else {
        let why = "`with` is a comment with its signs, and `find` only a part of a line or comment: write the new words without signs, or find all words";
        return Err(Failure::refused(why, found.span.start));
    };
    let line = line_bounds(text, whole.start).start.max(first_line(text));
    let margin = as_blanks(&text[line..whole.start]);
    let lines = units.indented(file, with.trim_ascii_end(), &margin);
    Ok(Rewrite::replace(whole, lines.strip_prefix(&margin[..]).unwrap_or(&lines).trim_ascii_end()))
}

/// Words in place of others. Each further line begins as the comment goes on.
fn in_style(text: &[u8], found: &Match<'_>, with: &[u8]) -> Vec<u8> {
    let prefix = prefix(text, found);
    let common = common_indentation(with);
    let mut out = Vec::new();
    for line in lines(with.trim_ascii_end()) {
        let own = line.of(with).trim_ascii_end();
        let own = own.strip_prefix(&common[..]).unwrap_or(own);
        if out.is_empty() {
            out.extend_from_slice(own.trim_ascii_start());
            continue;
        }
        out.extend_from_slice(line_ending(text));
        out.extend_from_slice(if own.is_empty() { prefix.trim_ascii_end() } else { &prefix[..] });
        out.extend_from_slice(own);
    }
    out
}

/// Blanks that take as much room as a text.
fn as_blanks(text: &[u8]) -> Vec<u8> {
    text.iter().map(|b| if *b == b'\t' { b'\t' } else { b' ' }).collect()
}

/// What a line begins with that is put below the first matched word.
fn prefix(text: &[u8], found: &Match<'_>) -> Vec<u8> {
    let comment = found.comment;
    let index = comment.lines.iter().rposition(|line| line.start <= found.span.start).unwrap_or(0);
    let line = comment.lines[index];
    let start = line_bounds(text, line.start).start;
    let own = content(text, line, comment.is_closed).start;
    if !comment.is_closed {
        let before = &text[start..line.start];
        let before = if has_own_line(text, line.start) { before.to_vec() } else { as_blanks(before) };
        return [&before, &text[line.start..own]].concat();
    }
    if index > 0 {
        return text[start..own].to_vec();
    }
    // A line that is the first one has `/*`; the next one shows how the comment goes on.
    let Some(next) = comment.lines.get(1) else { return as_blanks(&text[start..own]) };
    let blanks = leading_blanks(&text[next.start..comment.span.end]);
    match &text[next.start + blanks.len()..comment.span.end] {
        [b'*', b'/', ..] => [blanks, b"* "].concat(),
        [b'*', ..] => {
            let own = content(text, *next, true);
            let sign = Span::new(next.start, own.start).of(text);
            if own.is_empty() { [sign.trim_ascii_end(), b" "].concat() } else { sign.to_vec() }
        }
        [b'\r' | b'\n', ..] => as_blanks(&text[start..own]),
        _ => blanks.to_vec(),
    }
}
