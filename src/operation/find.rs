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
    // Results count where they prove the change, or hold an anchor. With this number the edit fits, and fits again on its own result.
    let counted: Vec<Span> =
        results.at.iter().filter(|result| results.are_proof || has_anchor(result)).copied().collect();
    let all = open.len() + counted.len();
    let of_all =
        format!("expected {count} {} of {what}, found {all}", if count == 1 { "match" } else { "matches" });
    // Without an anchor outside of results, results that prove nothing fit no number.
    let is_doubtful = open.is_empty() && !results.are_proof;
    if total > count && !is_doubtful {
        let mut at: Vec<usize> = open.iter().chain(&counted).map(|span| span.start).collect();
        at.sort_unstable();
        return Err(Failure::Ambiguous {
            what: of_all,
            at,
            help: Some(format!("limit it to a part of the file, or write `count: {all}`")),
        });
    }
    let mut miss = if total == 0 {
        Miss::new(format!("{what} was not found"))
    } else if is_doubtful {
        Miss::new(format!("{what} was found only in the new text"))
    } else {
        Miss::new(of_all).help(format!("write `count: {all}`, if these are all"))
    };
    if open.is_empty() && results.at.len() >= count {
        miss.results = results.at.iter().map(|span| span.start).collect();
    }
    let near_all =
        |spans: &[Span], why: &str| spans.iter().map(|span| (span.start, why.to_owned())).collect::<Vec<_>>();
    let (open, near) = (near_all(&open, "matches"), near().into_iter().map(|at| (at, String::new())));
    miss.near = if results.are_proof {
        open.into_iter().chain(near_all(&results.at, "already changed")).chain(near).collect()
    } else {
        let changed = near_all(&results.at, "the new text, which does not prove that the old text was here");
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

    /// The answer for `open` anchors, and then `done` results, each of which holds an anchor or not.
    fn answer(count: usize, (open, done): (usize, usize), has_anchor: bool, are_proof: bool) -> Answer {
        let place = |index: usize| Span::new(10 * index, 10 * index + 9);
        let at: Vec<Span> = (open..open + done).map(place).collect();
        let found = (0..if has_anchor { open + done } else { open }).map(|index| Span::at(10 * index + 1));
        let found: Vec<Span> = found.collect();
        match_count(
            "x",
            count,
            &found,
            &Results { at, are_proof },
            |s| Rewrite::insert(s.start, "y"),
            Vec::new,
        )
    }

    #[test]
    fn the_advised_count_fits_and_fits_again_on_the_result() {
        let mut advised = 0;
        for case in 0..4 * 4 * 5 * 4 {
            let (open, done, count) = (case % 4, case / 4 % 4, case / 16 % 5 + 1);
            let (has_anchor, are_proof) = (case / 80 % 2 == 1, case / 160 == 1 && done > 0);
            let again = |count| answer(count, (0, open + done), has_anchor, true);
            let shown = format!("{open} open, {done} done, count {count}, {has_anchor}, {are_proof}");
            let help = match answer(count, (open, done), has_anchor, are_proof) {
                Ok(_) => continue,
                Err(Failure::Missing(miss)) => miss.help,
                Err(Failure::Ambiguous { help, at, .. }) => {
                    assert!(
                        help.as_ref().is_some_and(|help| help.contains(&format!(": {}`", at.len()))),
                        "{shown}"
                    );
                    help
                }
                Err(Failure::Refused { .. }) => panic!("{shown}"),
            };
            let Some(help) = help else {
                assert!(open == 0, "{shown}");
                continue;
            };
            advised += 1;
            let number = help.split("count: ").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
            let number: usize = number.parse().unwrap();
            let answer = answer(number, (open, done), has_anchor, are_proof);
            match answer {
                Ok(Resolution::Change { deltas, .. }) => assert_eq!(deltas.len(), open, "{shown}"),
                Ok(Resolution::Already(_)) => assert_eq!(open, 0, "{shown}"),
                Err(_) => panic!("{shown}: {help}"),
            }
            // Where earlier results prove nothing, neither do those of the edit, and its receipt counts.
            if are_proof || done == 0 || has_anchor {
                assert!(matches!(again(number), Ok(Resolution::Already(_))), "{shown}: {help}");
            }
        }
        assert!(advised > 50, "{advised}");
    }

    #[test]
    fn no_count_is_advised_where_the_code_is_only_in_new_text_that_proves_nothing() {
        for count in 1..4 {
            let Err(Failure::Missing(miss)) = answer(count, (0, 2), true, false) else { panic!("{count}") };
            assert_eq!((miss.what.as_str(), miss.help), ("x was found only in the new text", None));
            assert_eq!(miss.results.is_empty(), count > 2);
        }
    }
}
