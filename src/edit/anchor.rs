//! Literal anchors, and what counted anchors come to.

use memchr::memmem;

use super::answer::{Answer, Miss};
use crate::text::{Rewrite, Span};

/// Where `needle` stands in `within` as whole words: where it begins or ends with a letter, digit
/// or underscore, no such character stands beside it.
pub(super) fn find_words(text: &[u8], needle: &[u8], within: Span) -> Vec<Span> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let (Some(first), Some(last)) = (needle.first(), needle.last()) else { return Vec::new() };
    let finder = memmem::Finder::new(needle);
    let mut found = Vec::new();
    let mut at = within.start;
    while let Some(i) = finder.find(&text[at..within.end]) {
        let (start, end) = (at + i, at + i + needle.len());
        let goes_on = (is_word(*first) && start > 0 && is_word(text[start - 1]))
            || (is_word(*last) && text.get(end).is_some_and(|b| is_word(*b)));
        if !goes_on {
            found.push(Span::new(start, end));
            at = end;
        } else {
            at = start + 1;
        }
    }
    found
}

/// Where `needle` stands in `text`; an empty one stands nowhere.
pub(super) fn find_bytes(text: &[u8], needle: &[u8]) -> Vec<usize> {
    if needle.is_empty() {
        return Vec::new();
    }
    let finder = memmem::Finder::new(needle);
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(i) = finder.find(&text[at..]) {
        found.push(at + i);
        // Places may overlap.
        at += i + 1;
    }
    found
}

/// Where whole lines stand in `text`: at the beginning of a line.
pub(super) fn find_lines(text: &[u8], lines: &[u8]) -> Option<usize> {
    find_bytes(text, lines).into_iter().find(|at| *at == 0 || text[at - 1] == b'\n')
}

/// Whether `text` holds `code` where `place` is: over it, or around it.
pub(super) fn stands_at(text: &[u8], code: &[u8], place: Span) -> bool {
    find_bytes(text, code).into_iter().any(|at| Span::new(at, at + code.len()).contains(place))
}

/// What an anchor that means `count` places comes to, where it stands at `found`, and the finished
/// change stands at `done`. An anchor inside a finished change is part of it.
pub(super) fn settle(
    what: &str,
    count: usize,
    found: &[Span],
    done: &[Span],
    rewrite: impl Fn(Span) -> Rewrite,
    near: impl FnOnce() -> Vec<(usize, String)>,
) -> Answer {
    let fresh: Vec<Span> =
        found.iter().copied().filter(|span| !done.iter().any(|d| d.contains(*span))).collect();
    let total = fresh.len() + done.len();
    if total == count {
        return if fresh.is_empty() {
            Answer::Already(done.iter().map(|span| span.start).collect())
        } else {
            Answer::Change(fresh.into_iter().map(rewrite).collect())
        };
    }
    if total > count {
        let mut at: Vec<usize> = fresh.iter().chain(done).map(|span| span.start).collect();
        at.sort_unstable();
        return Answer::Ambiguous {
            what: format!("{what} stands in {total} places, {} meant", are(count)),
            at,
            help: Some(format!("limit it to a function, target or class, or write `count: {total}`")),
        };
    }
    let what = if total == 0 {
        format!("{what} is not there")
    } else {
        format!("{what} stands in {total} of the {count} places that are meant")
    };
    let mut near_misses: Vec<(usize, String)> = fresh
        .iter()
        .map(|span| (span.start, "fits".to_owned()))
        .chain(done.iter().map(|span| (span.start, "is so already".to_owned())))
        .collect();
    let help = (total > 0).then(|| format!("write `count: {total}`, if these are all"));
    near_misses.extend(near());
    Answer::Missing(Miss { what, near: near_misses, help, at: None })
}

fn are(count: usize) -> String {
    if count == 1 { "one is".to_owned() } else { format!("{count} are") }
}

/// `text` with the line ends of the file it goes into: patchsets are written with `\n`.
pub(super) fn with_line_ends(text: &[u8], ending: &[u8]) -> Vec<u8> {
    if ending == b"\n" || text.windows(2).any(|pair| pair == b"\r\n") {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len() + 16);
    for byte in text {
        if *byte == b'\n' {
            out.extend_from_slice(ending);
        } else {
            out.push(*byte);
        }
    }
    out
}

/// The blanks that all lines of a text begin with, but for blank lines and directives: a text may be
/// written indented, and is put in as its place needs.
pub(super) fn common_indentation(text: &[u8]) -> Vec<u8> {
    let lines = text.split(|b| *b == b'\n').filter(|line| !line.trim_ascii().is_empty() && line[0] != b'#');
    let mut common: Option<&[u8]> = None;
    for line in lines {
        let blanks = &line[..line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()];
        let shared =
            common.map_or(blanks.len(), |known| known.iter().zip(blanks).take_while(|(a, b)| a == b).count());
        common = Some(&blanks[..shared]);
    }
    common.unwrap_or_default().to_vec()
}

/// `text` as whole lines: with a line end at its end.
pub(super) fn as_lines(text: &[u8], ending: &[u8]) -> Vec<u8> {
    let mut out = with_line_ends(text, ending);
    if !out.is_empty() && !out.ends_with(b"\n") {
        out.extend_from_slice(ending);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

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
            settle("x", count, &found, &done, |s| Rewrite::insert(s.start, "yod "), Vec::new)
        };
        assert!(matches!(answer(2), Answer::Change(r) if r == [Rewrite::insert(10, "yod ")]));
        assert!(matches!(answer(1), Answer::Ambiguous { at, .. } if at == [0, 10]));
        assert!(matches!(answer(3), Answer::Missing(_)));
    }
}
