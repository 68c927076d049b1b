//! `text.insert` and `text.replace`.

use super::anchor::{find_words, settle, with_line_ends};
use super::answer::{Answer, Miss};
use super::context::Source;
use crate::patchset::Change;
use crate::patchset::operation::text::{Insert, Replace};
use crate::text::{Rewrite, Span, line_ending, lines, nearest};

pub(super) fn insert(source: &Source, within: Span, change: &Change, op: &Insert) -> Answer {
    let ending = line_ending(&source.bytes);
    let text = with_line_ends(change.text(&op.text), ending);
    let (anchor, after) = match (&op.after, &op.before) {
        (Some(anchor), _) => (anchor, true),
        (None, Some(anchor)) => (anchor, false),
        (None, None) => return Answer::missing("an anchor was not given"),
    };
    let needle = with_line_ends(anchor.as_bytes(), ending);
    let found = find_words(&source.bytes, &needle, within);
    let inserted = |span: &Span| {
        if after {
            source.bytes[span.end..].starts_with(&text)
        } else {
            source.bytes[..span.start].ends_with(&text)
        }
    };
    let (mut done, fresh): (Vec<Span>, Vec<Span>) = found.iter().partition(|span| inserted(span));
    // Both together may be one longer word, in which the anchor is none any more.
    let together = if after { [&needle[..], &text].concat() } else { [&text[..], &needle].concat() };
    let joined = find_words(&source.bytes, &together, within).into_iter().map(|span| {
        if after {
            Span::new(span.start, span.end - text.len())
        } else {
            Span::new(span.start + text.len(), span.end)
        }
    });
    done.extend(joined.filter(|span| !found.contains(span)).collect::<Vec<_>>());
    let rewrite = |span: Span| Rewrite::insert(if after { span.end } else { span.start }, text.clone());
    settle(&format!("`{anchor}`"), op.count, &fresh, &done, rewrite, || near_lines(source, anchor))
}

pub(super) fn replace(source: &Source, within: Span, change: &Change, op: &Replace) -> Answer {
    let ending = line_ending(&source.bytes);
    let with = with_line_ends(change.text(&op.with), ending);
    let found = find_words(&source.bytes, &with_line_ends(op.find.as_bytes(), ending), within);
    let done = find_words(&source.bytes, &with, within);
    let what = format!("`{}`", first_line(&op.find));
    // A replacement that is part of the anchor (`a` for `a b`) is no sign of a finished change.
    let done: Vec<Span> =
        done.into_iter().filter(|d| !found.iter().any(|f| f.contains(*d) && f != d)).collect();
    let answer = settle(
        &what,
        op.count,
        &found,
        &done,
        |span| Rewrite::replace(span, with.clone()),
        || near_lines(source, &op.find),
    );
    match answer {
        // One word in another's place leaves no trace of its own: where a word stands that may be
        // meant by a slip of the pen, the new word is no sign that it was done.
        Answer::Already(_) if is_word(op.find.as_bytes()) && is_word(&with) => {
            match slips(&source.bytes, within, &op.find, &with) {
                near if near.is_empty() => answer,
                near => Answer::Missing(Miss {
                    what: format!("{what} is not there, but words of similar letters are"),
                    near: near.into_iter().map(|at| (at, String::new())).collect(),
                    help: Some("name what stands around it, in `find` and in `with`".to_owned()),
                    at: None,
                }),
            }
        }
        answer => answer,
    }
}

fn is_word(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

/// Where words stand that differ from `find` in a letter, or in the order of its letters.
fn slips(text: &[u8], within: Span, find: &str, with: &[u8]) -> Vec<usize> {
    let sorted = |word: &[u8]| {
        let mut letters = word.to_vec();
        letters.sort_unstable();
        letters
    };
    let mut found = Vec::new();
    let mut at = within.start;
    for word in within.of(text).split(|b| !is_word(&[*b])) {
        let start = at;
        at += word.len() + 1;
        let similar = word.len().abs_diff(find.len()) <= 1
            && (sorted(word) == sorted(find.as_bytes())
                || crate::text::distance(&String::from_utf8_lossy(word), find) == 1);
        if word.len() > 2 && word != with && similar {
            found.push(start);
        }
    }
    found.truncate(5);
    found
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or(text)
}

/// The lines of the file that come nearest to the first line of an anchor.
pub(super) fn near_lines(source: &Source, anchor: &str) -> Vec<(usize, String)> {
    let wanted = first_line(anchor).trim();
    let candidates = lines(&source.bytes).filter_map(|line| {
        let text = line.of(&source.bytes).trim_ascii();
        // A line of another length cannot come near; comparing letters is slow.
        let fits = text.len() >= wanted.len() / 2 && text.len() <= wanted.len() * 2 + 40;
        (fits && !text.is_empty()).then(|| (line.start, String::from_utf8_lossy(text)))
    });
    nearest(wanted, candidates).into_iter().map(|offset| (offset, String::new())).collect()
}
