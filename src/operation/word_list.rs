//! Lists of words: the values of variables, and arguments of macros.

use super::prelude::*;
use crate::text::{distance, line_bounds};

/// What separates the words of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separator {
    /// Blanks. A backslash joins the next line.
    Continued,
    /// Blanks and line ends, also after a backslash.
    Blanks,
    /// Commas.
    Commas,
    /// Semicolons.
    Semicolons,
}

/// A list of words.
#[derive(Debug)]
pub(super) struct WordList {
    /// The name of what has it.
    pub name: Span,
    /// From what opens it to what closes it.
    pub inside: Span,
    /// The words.
    pub words: Vec<Span>,
    /// What separates them.
    pub separator: Separator,
    /// What is put around the first word of an empty list.
    pub around_first: (&'static str, &'static str),
    /// The quotes that the list needs if it gets another word.
    pub quotes: Option<(&'static str, &'static str)>,
}

/// A word of a list.
#[derive(Clone, Copy)]
struct ListWord<'a> {
    list: &'a WordList,
    index: usize,
}

/// The arguments of an addition.
pub(super) struct Addition<'a> {
    pub word: &'a str,
    pub before: Option<&'a str>,
    pub after: Option<&'a str>,
}

/// Adds a word to the only list, or to the one that has the word before or after which it is put. `named` is what has the lists.
pub(super) fn add(text: &[u8], lists: &[WordList], named: &str, addition: &Addition<'_>) -> Answer {
    let Addition { word, before, after } = *addition;
    if let Some(done) = find(text, lists, word).first() {
        return already(done.span().start);
    }
    if let Some(other) = before.or(after) {
        let other = only_word(text, lists, named, other)?;
        return change(other.list.quoted(vec![other.insert(text, word, after.is_some())]));
    }
    let [list] = lists else {
        return Err(Failure::Ambiguous {
            what: format!("{named} is there {} times", lists.len()),
            at: lists.iter().map(|list| list.name.start).collect(),
            help: Some("name with `after` the word after which it is put".to_owned()),
        });
    };
    let Some(index) = list.words.len().checked_sub(1) else {
        let (before, after) = list.around_first;
        return change(vec![Rewrite::insert(list.inside.end, format!("{before}{word}{after}"))]);
    };
    change(list.quoted(vec![ListWord { list, index }.insert(text, word, true)]))
}

/// Removes a word.
pub(super) fn remove(text: &[u8], lists: &[WordList], named: &str, word: &str) -> Answer {
    if !find(text, lists, word).is_empty() {
        return change(vec![Rewrite::remove(only_word(text, lists, named, word)?.with_blanks(text))]);
    }
    // A removed word leaves no trace. Where one is found that may be misspelled, it was not removed.
    let near = misspelled(text, lists, word);
    if near.is_empty() {
        return already(lists[0].name.start);
    }
    let mut miss = Miss::new(format!("`{word}` is not a word of {named}, but a similar one is")).near(near);
    miss.results = vec![lists[0].name.start];
    Err(miss.into())
}

/// Replaces a word by others.
pub(super) fn replace(text: &[u8], lists: &[WordList], named: &str, word: &str, with: &str) -> Answer {
    let with = match lists.first().map(|list| list.separator) {
        Some(Separator::Commas) => with.split(',').map(str::trim).collect(),
        Some(Separator::Semicolons) => {
            with.split(';').map(str::trim).filter(|word| !word.is_empty()).collect()
        }
        Some(Separator::Continued | Separator::Blanks) | None => {
            with.split_ascii_whitespace().collect::<Vec<_>>()
        }
    };
    let present: Vec<_> = with.iter().map(|word| find(text, lists, word)).collect();
    let are_present = present.iter().all(|found| !found.is_empty());
    if are_present && find(text, lists, word).is_empty() {
        return already(present[0][0].span().start);
    }
    let found = only_word(text, lists, named, word)?;
    if are_present {
        return change(vec![Rewrite::remove(found.with_blanks(text))]);
    }
    let separator = match found.list.separator {
        Separator::Continued | Separator::Blanks => " ",
        Separator::Commas => ", ",
        Separator::Semicolons => ";",
    };
    let rewrite = Rewrite::replace(found.span(), with.join(separator));
    change(if with.len() > 1 { found.list.quoted(vec![rewrite]) } else { vec![rewrite] })
}

fn find<'a>(text: &[u8], lists: &'a [WordList], word: &str) -> Vec<ListWord<'a>> {
    let in_list = |list: &'a WordList| {
        let own = list.words.iter().enumerate().filter(|(_, span)| span.of(text) == word.as_bytes());
        own.map(move |(index, _)| ListWord { list, index })
    };
    lists.iter().flat_map(in_list).collect()
}

/// The only place of a word.
fn only_word<'a>(
    text: &[u8],
    lists: &'a [WordList],
    named: &str,
    word: &str,
) -> Result<ListWord<'a>, Failure> {
    let found = find(text, lists, word);
    match found[..] {
        [one] => Ok(one),
        [] => {
            let all = lists.iter().flat_map(|list| &list.words);
            let all = all.map(|span| (span.start, String::from_utf8_lossy(span.of(text))));
            Err(Miss::new(format!("`{word}` is not a word of {named}")).near(nearest(word, all)).into())
        }
        _ => {
            let what = format!("`{word}` is {} times a word of {named}", found.len());
            Err(Failure::ambiguous(what, found.iter().map(|one| one.span().start)))
        }
    }
}

/// The words that may be misspellings of another one.
fn misspelled(text: &[u8], lists: &[WordList], word: &str) -> Vec<usize> {
    let is_similar = |span: &&Span| {
        span.len() > 2
            && span.len().abs_diff(word.len()) <= 1
            && distance(&String::from_utf8_lossy(span.of(text)), word) == 1
    };
    let all = lists.iter().flat_map(|list| &list.words);
    all.filter(is_similar).map(|span| span.start).take(5).collect()
}

impl WordList {
    /// Rewrites, with the quotes that the list needs.
    fn quoted(&self, mut rewrites: Vec<Rewrite>) -> Vec<Rewrite> {
        if let Some((opening, closing)) = self.quotes {
            let [rewrite] = &mut rewrites[..] else { return rewrites };
            // One rewrite: a word at an edge and the quote next to it are one place.
            let (start, end) = (self.inside.start.min(rewrite.span.start), self.inside.end);
            if rewrite.span.start == start {
                rewrite.with = [opening.as_bytes(), &rewrite.with].concat();
            } else {
                rewrites.push(Rewrite::insert(start, opening));
            }
            let rewrite = &mut rewrites[0];
            if rewrite.span.end == end {
                rewrite.with.extend_from_slice(closing.as_bytes());
            } else {
                rewrites.push(Rewrite::insert(end, closing));
            }
        }
        rewrites
    }

    /// Whether no fewer of its lines have one word than have several.
    fn has_word_lines(&self, text: &[u8]) -> bool {
        let lines: Vec<usize> = self.words.iter().map(|word| line_bounds(text, word.start).start).collect();
        let all = lines.chunk_by(|a, b| a == b).count();
        let single = lines.chunk_by(|a, b| a == b).filter(|line| line.len() == 1).count();
        2 * single >= all
    }

    fn is_head_line(&self, text: &[u8], word: Span) -> bool {
        line_bounds(text, word.start).contains(self.name)
    }
}

impl ListWord<'_> {
    fn span(&self) -> Span {
        self.list.words[self.index]
    }

    fn next(&self) -> Option<Span> {
        self.list.words.get(self.index + 1).copied()
    }

    fn previous(&self) -> Option<Span> {
        self.list.words.get(self.index.checked_sub(1)?).copied()
    }

    /// Inserts another word before or after this one: on a line of its own, if this one has one.
    fn insert(&self, text: &[u8], new: &str, after: bool) -> Rewrite {
        let (span, new) = (self.span(), new.as_bytes());
        let gap = match self.list.separator {
            Separator::Commas => self.own_gap(text, after, b", "),
            Separator::Semicolons => self.own_gap(text, after, b";"),
            Separator::Continued | Separator::Blanks => self.line_gap(text).unwrap_or_else(|| b" ".to_vec()),
        };
        if after {
            Rewrite::insert(span.end, [&gap, new].concat())
        } else {
            Rewrite::insert(span.start, [new, &gap].concat())
        }
    }

    /// What separates the word from the next or the previous one; `usual` if it has none.
    fn own_gap(&self, text: &[u8], after: bool, usual: &[u8]) -> Vec<u8> {
        let next = self.next().map(|next| Span::new(self.span().end, next.start));
        let previous = self.previous().map(|previous| Span::new(previous.end, self.span().start));
        let gap = if after { next.or(previous) } else { previous.or(next) };
        gap.map_or(usual, |gap| gap.of(text)).to_vec()
    }

    /// Whether no other word of the list is in the word's line.
    fn is_alone(&self, text: &[u8], word: Span) -> bool {
        let line = line_bounds(text, word.start);
        self.list.words.iter().filter(|other| line.contains(**other)).count() == 1
    }

    /// Where the words of the list have lines of their own: what ends such a line, and the blanks of the next.
    fn line_gap(&self, text: &[u8]) -> Option<Vec<u8>> {
        let (list, word) = (self.list, self.span());
        if list.separator == Separator::Blanks && !list.has_word_lines(text) {
            return None;
        }
        let sample = if list.is_head_line(text, word) { self.next()? } else { word };
        if !self.is_alone(text, word) || !self.is_alone(text, sample) || list.is_head_line(text, sample) {
            return None;
        }
        let margin = Span::new(line_bounds(text, sample.start).start, sample.start).of(text);
        let needs_backslash = list.separator == Separator::Continued;
        // The blanks before a backslash are those of this line, or of the one above it.
        let gap = |from: usize| {
            let rest = &text[from..line_bounds(text, from).end];
            let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
            // A backslash at the end of the file has no line end.
            let is_end = matches!(&rest[blanks..], b"\\\n" | b"\\\r\n")
                || !needs_backslash && matches!(&rest[blanks..], b"\n" | b"\r\n");
            is_end.then(|| rest.to_vec())
        };
        let above = || {
            let line = line_bounds(text, line_bounds(text, sample.start).start.checked_sub(1)?).of(text);
            let code = line.trim_ascii_end();
            let end = match code.strip_suffix(b"\\") {
                Some(code) => code.trim_ascii_end().len(),
                None if needs_backslash => return None,
                None => code.len(),
            };
            Some(line[end..].to_vec())
        };
        Some([&gap(word.end).or_else(above)?, margin].concat())
    }

    /// The word with the blanks, line, comma and backslash that go with it.
    fn with_blanks(&self, text: &[u8]) -> Span {
        let word = self.span();
        match self.list.separator {
            Separator::Commas | Separator::Semicolons => match (self.previous(), self.next()) {
                (Some(previous), _) => Span::new(previous.end, word.end),
                (None, Some(next)) => Span::new(word.start, next.start),
                (None, None) => word,
            },
            Separator::Blanks => self.with_line(text),
            Separator::Continued => {
                let before = &text[self.list.inside.start..word.start];
                match self.next() {
                    // The next word takes the place of the first.
                    Some(next) if before.iter().all(|b| matches!(b, b' ' | b'\t')) => {
                        Span::new(word.start, next.start)
                    }
                    _ => with_blanks(text, self.list.name.start, word),
                }
            }
        }
    }

    /// The word of a list that something closes, with its line if nothing else is on it.
    fn with_line(&self, text: &[u8]) -> Span {
        let word = self.span();
        let line = line_bounds(text, word.start);
        let rest = Span::new(word.end, line.end).of(text).trim_ascii();
        let begins = text[line.start..word.start].trim_ascii().is_empty();
        if begins && (rest.is_empty() || rest == b"\\") {
            return line;
        }
        match (self.previous(), self.next()) {
            (_, Some(next)) if begins || self.index == 0 => Span::new(word.start, next.start),
            (Some(previous), _) => Span::new(previous.end, word.end),
            (None, _) => word,
        }
    }
}

/// A word of a list that begins at `list_start`, with the blanks that go with it: those before it, or, where it is the first word of a continuation
/// line, those after it, or that whole line where it is the only word.
pub(super) fn with_blanks(text: &[u8], list_start: usize, word: Span) -> Span {
    let blank = |b: &u8| matches!(b, b' ' | b'\t');
    let before = text[..word.start].iter().rev().take_while(|b| blank(b)).count();
    let after = text[word.end..].iter().take_while(|b| blank(b)).count();
    let line_start = word.start - before;
    let first_on_line = line_start > list_start && text[line_start - 1] == b'\n';
    if !first_on_line {
        return Span::new(line_start, word.end);
    }
    let rest = &text[word.end + after..];
    let continued = rest.starts_with(b"\\\n") || rest.starts_with(b"\\\r\n");
    let ends = rest.is_empty() || rest.starts_with(b"\n") || rest.starts_with(b"\r\n");
    if continued {
        // The only word of a line in the middle: the line is removed.
        let end = word.end + after + rest.iter().position(|b| *b == b'\n').map_or(rest.len(), |i| i + 1);
        Span::new(line_start, end)
    } else if ends {
        // The only word of the last line: the backslash above is removed as well.
        let mut start = line_start - 1;
        if start > 0 && text[start - 1] == b'\r' {
            start -= 1;
        }
        start -= 1;
        while start > 0 && blank(&text[start - 1]) {
            start -= 1;
        }
        Span::new(start, word.end)
    } else {
        Span::new(word.start, word.end + after)
    }
}
