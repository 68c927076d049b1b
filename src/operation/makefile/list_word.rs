//! Words of the list that a variable holds.

use super::prerequisite::{lossy, with_blanks};
use super::variable::variable;
use crate::operation::prelude::*;
use crate::syntax::makefile::{Makefile, Variable, words};
use crate::text::{apply, distance, line_bounds};

/// A word, in the definition that has it.
#[derive(Clone, Copy)]
pub(super) struct ListWord<'a> {
    pub variable: &'a Variable,
    pub word: Span,
}

/// The definitions of a variable in the scope; at least one.
pub(super) fn definitions<'a>(site: &Site<'a>, name: &'a str) -> Result<Vec<&'a Variable>, Failure> {
    let all = site.file.makefile().variables_of(&site.file.bytes, name.as_bytes());
    let found: Vec<&Variable> = all.filter(|one| site.scope.contains(one.name)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    match variable(site.file, name) {
        Err(missing @ Failure::Missing(_)) => Err(missing),
        Ok(_) | Err(Failure::Ambiguous { .. } | Failure::Refused { .. }) => {
            Err(Miss::new(format!("`{name}` is not defined in the scope")).into())
        }
    }
}

/// Where a word is in a list.
pub(super) fn find_word<'a>(file: &ParsedFile, lists: &[&'a Variable], word: &str) -> Vec<ListWord<'a>> {
    let in_list = |variable: &&'a Variable| {
        let variable = *variable;
        let all = words(&file.bytes, variable.value).into_iter();
        all.filter(|span| span.of(&file.bytes) == word.as_bytes())
            .map(move |word| ListWord { variable, word })
    };
    lists.iter().flat_map(in_list).collect()
}

/// The only place of a word in a list.
pub(super) fn only_word<'a>(
    file: &ParsedFile,
    lists: &[&'a Variable],
    name: &str,
    word: &str,
) -> Result<ListWord<'a>, Failure> {
    let found = find_word(file, lists, word);
    match found[..] {
        [one] => Ok(one),
        [] => {
            let miss = Miss::new(format!("`{word}` is not a word of `{name}`"));
            let all = lists.iter().flat_map(|variable| words(&file.bytes, variable.value));
            let near = nearest(word, all.map(|span| (span.start, lossy(span.of(&file.bytes)))));
            Err(miss.near(near).into())
        }
        _ => {
            let what = format!("`{word}` is {} times a word of `{name}`", found.len());
            Err(Failure::ambiguous(what, found.iter().map(|one| one.word.start)))
        }
    }
}

/// The words of a list that may be misspellings of another one.
pub(super) fn misspelled(file: &ParsedFile, lists: &[&Variable], word: &str) -> Vec<usize> {
    let all = lists.iter().flat_map(|variable| words(&file.bytes, variable.value));
    let is_similar = |span: &Span| {
        span.len() > 2
            && span.len().abs_diff(word.len()) <= 1
            && distance(&lossy(span.of(&file.bytes)), word) == 1
    };
    all.filter(is_similar).map(|span| span.start).take(5).collect()
}

impl ListWord<'_> {
    /// Inserts another word before or after this one: on a line of its own, if this one has one.
    pub(super) fn insert(&self, text: &[u8], new: &str, after: bool) -> Rewrite {
        let own_line = self.line_style(text);
        let (at, with) = match (own_line, after) {
            (Some((gap, margin)), true) => (self.word.end, [&gap, margin, new.as_bytes()].concat()),
            (Some((gap, margin)), false) => (self.word.start, [new.as_bytes(), &gap, margin].concat()),
            (None, true) => (self.word.end, format!(" {new}").into_bytes()),
            (None, false) => (self.word.start, format!("{new} ").into_bytes()),
        };
        Rewrite::insert(at, with)
    }

    /// Where the words of the list have lines of their own: what ends such a line, and the blanks of the next.
    fn line_style<'t>(&self, text: &'t [u8]) -> Option<(Vec<u8>, &'t [u8])> {
        let all = words(text, self.variable.value);
        let index = all.iter().position(|word| *word == self.word)?;
        let is_alone = |word: Span| {
            let line = line_bounds(text, word.start);
            all.iter().filter(|other| line.contains(**other)).count() == 1
        };
        let margin = |word: Span| Span::new(line_bounds(text, word.start).start, word.start).of(text);
        let is_first_line = line_bounds(text, self.word.start).contains(self.variable.name);
        let sample = if is_first_line { *all.get(index + 1)? } else { self.word };
        if !is_alone(self.word)
            || !is_alone(sample)
            || line_bounds(text, sample.start).contains(self.variable.name)
        {
            return None;
        }
        // The blanks before a backslash are those of this line, or of the one above it.
        let gap = |from: usize| {
            let rest = &text[from..line_bounds(text, from).end];
            let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            // A backslash at the end of the file has no line end.
            matches!(&rest[blanks..], b"\\\n" | b"\\\r\n").then(|| rest.to_vec())
        };
        let above = line_bounds(text, sample.start).start.checked_sub(1).map(|end| line_bounds(text, end));
        let above = || {
            let line = above?.of(text);
            let end = line.trim_ascii_end().strip_suffix(b"\\")?.trim_ascii_end().len();
            Some(line[end..].to_vec())
        };
        Some((gap(self.word.end).or_else(above)?, margin(sample)))
    }

    /// Whether the list has its other words, and no more, once this one is removed.
    pub(super) fn leaves_the_others(&self, file: &ParsedFile, rewrite: &Rewrite) -> bool {
        let Ok(after) = apply(&file.bytes, std::slice::from_ref(rewrite)) else { return false };
        let left = Makefile::parse(&after);
        let Some(variable) = left.variables.iter().find(|one| one.name == self.variable.name) else {
            return false;
        };
        let others = words(&file.bytes, self.variable.value).into_iter().filter(|word| *word != self.word);
        let left = words(&after, variable.value);
        left.iter().map(|word| word.of(&after)).eq(others.map(|word| word.of(&file.bytes)))
    }

    /// The word with the blanks, line and backslash that go with it.
    pub(super) fn with_blanks(&self, text: &[u8]) -> Span {
        let all = words(text, self.variable.value);
        let is_first_line =
            text[self.variable.operator.end..self.word.start].iter().all(|b| matches!(b, b' ' | b'\t'));
        match all.get(1) {
            // The next word takes the place of the first.
            Some(next) if is_first_line => Span::new(self.word.start, next.start),
            _ => with_blanks(text, self.variable.name.start, self.word),
        }
    }
}
