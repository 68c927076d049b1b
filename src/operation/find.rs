//! Literal text, and how many matches an anchor may have.

use std::borrow::Cow;

use memchr::memmem;

use super::answer::{Answer, Failure, Miss, Resolution, change};
use crate::text::{Rewrite, Span, nearest};

/// Where `needle` occurs in `within` as whole words: if it begins or ends with a letter, digit or underscore, it is
/// not next to another one.
pub fn find_words(text: &[u8], needle: &[u8], within: Span) -> Vec<Span> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let (Some(first), Some(last)) = (needle.first(), needle.last()) else { return Vec::new() };
    let finder = memmem::Finder::new(needle);
    let mut found = Vec::new();
    let mut at = within.start;
    while let Some(i) = finder.find(&text[at..within.end]) {
        let (start, end) = (at + i, at + i + needle.len());
        let in_word = (is_word(*first) && start > 0 && is_word(text[start - 1]))
            || (is_word(*last) && text.get(end).is_some_and(|b| is_word(*b)));
        if in_word {
            at = start + 1;
        } else {
            found.push(Span::new(start, end));
            at = end;
        }
    }
    found
}

/// Every occurrence of `needle` in `text`, overlapping ones too; none for an empty needle.
fn find_bytes(text: &[u8], needle: &[u8]) -> Vec<usize> {
    if needle.is_empty() {
        return Vec::new();
    }
    let finder = memmem::Finder::new(needle);
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(i) = finder.find(&text[at..]) {
        found.push(at + i);
        at += i + 1;
    }
    found
}

/// Where whole lines occur in `text`, at the beginning of a line.
pub(super) fn find_lines(text: &[u8], lines: &[u8]) -> Option<usize> {
    find_bytes(text, lines).into_iter().find(|at| *at == 0 || text[at - 1] == b'\n')
}

/// Whether `code` occurs in `text` so that it covers `span`.
pub(super) fn covers(text: &[u8], code: &[u8], span: Span) -> bool {
    find_bytes(text, code).into_iter().any(|at| Span::new(at, at + code.len()).contains(span))
}

/// What a finished change leaves in a file.
pub(super) struct Results {
    /// Where it occurs.
    pub at: Vec<Span>,
    /// Whether an occurrence proves that the change is made: see [`proves`](super::proof::proves).
    pub are_proof: bool,
}

impl Results {
    /// Occurrences that prove that the change is made.
    pub(super) fn proof(at: Vec<Span>) -> Results {
        Results { at, are_proof: true }
    }
}

/// The answer for an anchor that must match `count` times, where it occurs at `found` and a finished change leaves
/// `results`. An anchor inside a result is part of it. Results without an anchor do not count as matches: they may have
/// been there before.
pub(super) fn match_count(
    what: &str,
    count: usize,
    found: &[Span],
    results: &Results,
    rewrite: impl Fn(Span) -> Rewrite,
    near: impl FnOnce() -> Vec<usize>,
) -> Answer {
    let is_inside = |span: &Span| results.at.iter().any(|result| result.contains(*span));
    let open: Vec<Span> = found.iter().copied().filter(|span| !is_inside(span)).collect();
    let has_anchor = |result: &&Span| found.iter().any(|span| result.contains(*span));
    let done = results.at.iter().filter(has_anchor).count();
    let total = open.len() + done;
    let is_finished = total == count || results.are_proof && open.len() + results.at.len() == count;
    if is_finished && !open.is_empty() {
        return change(open.into_iter().map(rewrite).collect());
    }
    if is_finished && results.are_proof {
        return Ok(Resolution::Already(results.at.iter().map(|span| span.start).collect()));
    }
    let (expected, matches) = (if count == 1 { "match" } else { "matches" }, format!("of {what}"));
    if total > count {
        let mut at: Vec<usize> = open.iter().chain(&results.at).map(|span| span.start).collect();
        at.sort_unstable();
        return Err(Failure::Ambiguous {
            what: format!("expected {count} {expected} {matches}, found {total}"),
            at,
            help: Some(format!("limit it to a part of the file, or write `count: {total}`")),
        });
    }
    let mut miss = if total == 0 {
        Miss::new(format!("{what} was not found"))
    } else {
        let miss = Miss::new(format!("expected {count} {expected} {matches}, found {total}"));
        miss.help(format!("write `count: {total}`, if these are all"))
    };
    if open.is_empty() && results.at.len() >= count {
        miss.results = results.at.iter().map(|span| span.start).collect();
    }
    let all =
        |spans: &[Span], why: &str| spans.iter().map(|span| (span.start, why.to_owned())).collect::<Vec<_>>();
    let (open, near) = (all(&open, "matches"), near().into_iter().map(|at| (at, String::new())));
    miss.near = if results.are_proof {
        open.into_iter().chain(all(&results.at, "already changed")).chain(near).collect()
    } else {
        let changed = all(&results.at, "the new text, which does not prove that the old text was here");
        open.into_iter().chain(near).chain(changed).collect()
    };
    Err(miss.into())
}

/// The index of the only one that is called `name`, where `all` are the offsets and names of things of its kind.
/// Otherwise the failure: `none` with similar names, or `several` of their number.
pub(super) fn only<'a>(
    name: &str,
    all: impl Iterator<Item = (usize, Cow<'a, str>)> + Clone,
    none: String,
    several: impl FnOnce(usize) -> String,
) -> Result<usize, Failure> {
    let is_called = |(index, (at, other)): (usize, (usize, _))| (other == name).then_some((index, at));
    let found: Vec<(usize, usize)> = all.clone().enumerate().filter_map(is_called).collect();
    match found[..] {
        [(index, _)] => Ok(index),
        [] => Err(Miss::new(none).near(nearest(name, all)).into()),
        _ => Err(Failure::ambiguous(several(found.len()), found.iter().map(|(_, at)| *at))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::answer::Delta;

    #[test]
    fn a_word_is_not_found_inside_another() {
        let text = b"oldsharedmods sharedmods sharedmods_x";
        assert_eq!(find_words(text, b"sharedmods", Span::new(0, text.len())), [Span::new(14, 24)]);
        assert_eq!(find_words(b"a($(X))", b"$(X)", Span::new(0, 7)), [Span::new(2, 6)]);
    }

    #[test]
    fn an_anchor_inside_the_finished_change_is_part_of_it() {
        let text = b"yod $(P); $(P)";
        let all = Span::new(0, text.len());
        let answer = |count| {
            let (found, done) = (find_words(text, b"$(P)", all), find_words(text, b"yod $(P)", all));
            match_count(
                "x",
                count,
                &found,
                &Results::proof(done),
                |s| Rewrite::insert(s.start, "yod "),
                Vec::new,
            )
        };
        let inserted = [Delta::Rewrite(Rewrite::insert(10, "yod "))];
        assert!(matches!(answer(2), Ok(Resolution::Change { deltas, .. }) if deltas == inserted));
        assert!(matches!(answer(1), Err(Failure::Ambiguous { at, .. }) if at == [0, 10]));
        assert!(matches!(answer(3), Err(Failure::Missing(_))));
    }
}
