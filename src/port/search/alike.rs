//! Searches for lines with the names of a missing text, whatever code is between them: upstream may have changed another
//! name, a quote or a condition, or split the line.

use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use super::names::{LONG, MOST, letters};
use crate::operation::{Anchor, ParsedFile, is_telling};
use crate::port::cell::Candidate;
use crate::port::finding::{candidate, most_alike_first};
use crate::port::judging::JudgedPart;
use crate::syntax::c::Function;
use crate::text::{Comments, Span, find_tokens, line_bounds, lines, tokens};
use crate::tree::{Location, TreeError};

/// Over how many lines of code upstream may have split a line.
const SPLIT: usize = 3;

/// How much the weight of several lines is reduced for each line more.
const UNSPLIT: f64 = 0.85;

/// How much more a line of the function or scope counts where the anchor was.
const IN_SCOPE: f64 = 3.0;

/// A line counts as much as the best one of all if it has at least this share of its weight.
const NEARLY: f64 = 0.5;

/// Lines with names of `text` in the file of `judged`, those with the rarest first, together with `near`, candidates that were
/// found by other means. Lines that the file had before, too, do not count.
pub(super) fn alike(
    judged: JudgedPart<'_>,
    text: &str,
    near: Vec<Candidate>,
) -> Result<Vec<Candidate>, TreeError> {
    let Some(parsed) = judged.judging.parsed(&judged.part.file)? else { return Ok(near) };
    let base = judged.judging.base_bytes(&judged.part.file)?;
    let old = base.as_ref().map(|bytes| ParsedFile::new(judged.part.file.clone(), bytes.clone(), false));
    let anchor = text_lines(judged, text, old.as_ref());
    let scopes = scopes_of(judged, &parsed);
    let comments = Comments::of_file(judged.part.file.file_name());
    for comments in [comments, Comments::None] {
        let file = Words::of(&parsed.bytes, comments);
        let old = base.as_ref().map(|bytes| Words::of(bytes, comments));
        for line in &anchor {
            let wanted = Wanted::new(line, &file, old.as_ref());
            let mut found = wanted.places(&file, old.as_ref(), text, &scopes);
            if found.is_empty() {
                continue;
            }
            let mut ranked: Vec<(f64, Candidate)> = Vec::new();
            for one in &near {
                let line = file.line_at(one.places.first().map_or(0, |place| place.line));
                let weight = line.map_or(0.0, |line| wanted.best_at(&file, line, &scopes));
                ranked.push((weight, one.clone()));
            }
            let is_known = |at: usize| {
                let line = Location::of(&judged.part.file, &parsed.bytes, at).line;
                near.iter().any(|one| one.places.iter().any(|place| place.line == line))
            };
            found.retain(|place| !is_known(place.at));
            ranked.extend(found.into_iter().map(|place| {
                let why = format!("a line with {} of the missing text", place.names);
                (place.weight, candidate(&judged.part.file, &parsed.bytes, &[place.at], &why, None))
            }));
            return Ok(most_alike_first(ranked));
        }
    }
    Ok(near)
}

/// The lines of an anchor that may say which code is meant, the most telling one first. Those that the change keeps say
/// less than others.
fn text_lines(judged: JudgedPart<'_>, text: &str, old: Option<&ParsedFile>) -> Vec<String> {
    let texts = judged.change.operation.operate().describe().texts;
    let kept: Vec<&[u8]> = texts.iter().map(|text| judged.change.texts.get(text)).collect();
    let is_kept = |line: &str| {
        kept.iter().any(|text| !find_tokens(text, line.as_bytes(), Span::new(0, text.len())).is_empty())
    };
    let mut all: Vec<String> =
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let letters = |line: &String| line.chars().filter(|sign| sign.is_alphanumeric()).count();
    all.sort_by_key(|line| (is_kept(line), Reverse(letters(line))));
    let Some(old) = old else { return all };
    let scopes = scopes_of(judged, old);
    // Code that was only part of a line is searched for with the rest of that line.
    let whole = |line: String| {
        let code = &old.bytes;
        let found = find_tokens(code, line.as_bytes(), old.span());
        let is_own = |span: &Span| scopes.iter().any(|scope| scope.contains(*span));
        let place = found.iter().copied().find(is_own).or(found.first().copied());
        place
            .map_or(line, |span| String::from_utf8_lossy(line_bounds(code, span.start).of(code)).into_owned())
    };
    all.into_iter().map(whole).collect()
}

/// Where the anchor was: its function, or its scope, if the file has that.
fn scopes_of(judged: JudgedPart<'_>, parsed: &ParsedFile) -> Vec<Span> {
    let within = judged.change.within.as_ref().and_then(|within| within.resolve(parsed).ok());
    if let Anchor::Code { function: Some(wanted), .. } = judged.anchor() {
        let named = parsed.c().functions().iter().filter(|function| function.name == wanted.name);
        return named.map(Function::span).collect();
    }
    within.unwrap_or_default()
}

/// The words of a file that may tell which code is meant, by line.
struct Words {
    /// The text, with blanks for comments.
    text: Vec<u8>,
    lines: Vec<Line>,
    /// How often each word is in the file, and how often its letters are in any spelling.
    exact: HashMap<Vec<u8>, usize>,
    spelled: HashMap<Vec<u8>, usize>,
    /// How often each line is in the file, by its tokens; counted on demand.
    times: OnceCell<HashMap<Vec<u8>, usize>>,
    is_c: bool,
}

/// A line with code.
struct Line {
    /// Its number, from 1.
    number: usize,
    span: Span,
    words: Vec<Span>,
}

impl Words {
    fn of(bytes: &[u8], comments: Comments) -> Words {
        let text = comments.blanked(bytes);
        let (mut found, mut exact, mut spelled) = (Vec::new(), HashMap::new(), HashMap::new());
        for (number, span) in lines(&text).enumerate() {
            if span.of(&text).trim_ascii().is_empty() {
                continue;
            }
            let words = words(&text, span);
            for word in &words {
                *exact.entry(word.of(&text).to_vec()).or_default() += 1;
                *spelled.entry(letters(word.of(&text)).collect()).or_default() += 1;
            }
            found.push(Line { number: number + 1, span, words });
        }
        Words { text, lines: found, exact, spelled, times: OnceCell::new(), is_c: comments == Comments::C }
    }

    /// The index of a line by its number.
    fn line_at(&self, number: usize) -> Option<usize> {
        self.lines.iter().position(|line| line.number == number)
    }

    fn code(&self, line: usize) -> &[u8] {
        self.lines[line].span.of(&self.text)
    }

    /// How often a line with these tokens is in the file.
    fn times(&self, line: &[u8]) -> usize {
        let count = || {
            let mut times = HashMap::new();
            for line in &self.lines {
                *times.entry(joined(line.span.of(&self.text))).or_default() += 1;
            }
            times
        };
        self.times.get_or_init(count).get(&joined(line)).copied().unwrap_or_default()
    }
}

/// The tokens of a line with single blanks.
fn joined(line: &[u8]) -> Vec<u8> {
    let all: Vec<&[u8]> =
        tokens(line, Span::new(0, line.len())).into_iter().map(|token| token.of(line)).collect();
    all.join(&b' ')
}

/// Whether a word of a line that begins at `start` is in a string.
fn is_quoted(text: &[u8], start: usize, word: Span) -> bool {
    text[start..word.start].iter().filter(|byte| **byte == b'"').count() % 2 == 1
}

/// The words of a text that are names: not numbers, single letters and words of the language.
fn words(text: &[u8], within: Span) -> Vec<Span> {
    let mut all = tokens(text, within);
    all.retain(|word| {
        let word = word.of(text);
        word.len() >= 2
            && word.iter().any(u8::is_ascii_alphabetic)
            && (is_telling(word) || word[0].is_ascii_digit() && word.len() > 2)
    });
    all
}

/// A line that is searched for.
struct Wanted {
    words: Vec<Word>,
}

/// One of its words.
struct Word {
    text: Vec<u8>,
    letters: Vec<u8>,
    /// Whether it is in a string of C.
    is_quoted: bool,
    /// How often it is in the file or the old one, and how often in any spelling.
    times: (usize, usize),
}

/// A word of the line that some other lines have.
struct Shared {
    /// Its index.
    index: usize,
    /// How much it says about the place: the more, the longer and rarer it is.
    weight: f64,
    /// Whether it says enough by itself: a long or rare name, not in another case, which would be a macro, and not words of a message.
    suffices: bool,
}

/// Lines that have some of the words.
struct Window {
    weight: f64,
    /// Their indices.
    lines: Range<usize>,
    shared: Vec<Shared>,
}

/// A place that resembles a missing line.
struct Place {
    at: usize,
    weight: f64,
    /// The words that it has of that line.
    names: String,
}

impl Wanted {
    fn new(line: &str, file: &Words, old: Option<&Words>) -> Wanted {
        let line = line.as_bytes();
        let of = |span: Span| {
            let text = span.of(line).to_vec();
            let letters: Vec<u8> = letters(&text).collect();
            // A name that was in many places says little, though few of them are left.
            let files = || [Some(file), old].into_iter().flatten();
            let exactly = files().filter_map(|file| file.exact.get(&text)).max().copied();
            let spelled = files().filter_map(|file| file.spelled.get(&letters)).max().copied();
            let times = (exactly.unwrap_or_default(), spelled.unwrap_or_default());
            Word { is_quoted: file.is_c && is_quoted(line, 0, span), text, letters, times }
        };
        Wanted { words: words(line, Span::new(0, line.len())).into_iter().map(of).collect() }
    }

    /// Which of the words are in some lines.
    fn shared(&self, file: &Words, range: Range<usize>) -> Vec<Shared> {
        let lines = &file.lines[range];
        let mut here: Vec<(usize, Span)> =
            lines.iter().flat_map(|line| line.words.iter().map(|word| (line.span.start, *word))).collect();
        let mut found: Vec<Shared> = Vec::new();
        for exactly in [true, false] {
            for (index, word) in self.words.iter().enumerate() {
                if found.iter().any(|known| known.index == index) {
                    continue;
                }
                let is_it = |one: &(usize, Span)| match exactly {
                    true => one.1.of(&file.text) == word.text,
                    false => letters(one.1.of(&file.text)).eq(word.letters.iter().copied()),
                };
                let is_alike = |one: &(usize, Span)| {
                    word.is_quoted == (file.is_c && is_quoted(&file.text, one.0, one.1))
                };
                let at = here.iter().position(|one| is_it(one) && is_alike(one));
                let Some(at) = at.or_else(|| here.iter().position(is_it)) else { continue };
                let is_alike = is_alike(&here[at]);
                let (_, one) = here.swap_remove(at);
                let times = if exactly { word.times.0 } else { word.times.1 }.max(1);
                let is_name = exactly || !one.of(&file.text).eq_ignore_ascii_case(&word.text);
                found.push(Shared {
                    index,
                    // A name in hundreds of places still says more than none.
                    weight: (word.letters.len() as f64 / times as f64).sqrt()
                        * if word.letters.len() < LONG { 0.5 } else { 1.0 },
                    suffices: word.letters.len() >= LONG.max(times) && is_name && is_alike,
                });
            }
        }
        found
    }

    /// Whether these words show that a line resembles this one: a name that is rare in the file, or half of all.
    fn suffice(&self, shared: &[Shared]) -> bool {
        shared.iter().any(|one| one.suffices) || shared.len() >= 2 && shared.len() * 2 >= self.words.len()
    }

    /// How much these words say about the place, all together.
    fn weight(&self, shared: &[Shared]) -> f64 {
        let all: f64 = shared.iter().map(|one| one.weight).sum();
        all * (shared.len() as f64 / self.words.len().max(1) as f64).sqrt()
    }

    fn has_any(&self, file: &Words, line: usize) -> bool {
        file.lines[line].words.iter().any(|one| {
            let one = one.of(&file.text);
            self.words.iter().any(|word| letters(one).eq(word.letters.iter().copied()))
        })
    }

    /// The weight of a line that was found by other means, as [`places`](Wanted::places) gives it.
    fn best_at(&self, file: &Words, line: usize, scopes: &[Span]) -> f64 {
        self.weight(&self.shared(file, line..line + 1)) * factor(file, line, scopes)
    }

    /// The places that resemble the line, the most telling ones first.
    fn places(&self, file: &Words, old: Option<&Words>, text: &str, scopes: &[Span]) -> Vec<Place> {
        let is_new = |line: &usize| !old.is_some_and(|old| is_old(file, old, text, *line));
        let hits: Vec<usize> =
            (0..file.lines.len()).filter(|line| self.has_any(file, *line)).filter(is_new).collect();
        let mut windows: Vec<Window> = Vec::new();
        for first in &hits {
            for last in hits.iter().filter(|last| (*first..first + SPLIT).contains(last)) {
                let shared = self.shared(file, *first..last + 1);
                if self.suffice(&shared) {
                    let weight = self.weight(&shared) * factor(file, *first, scopes);
                    let weight = weight * UNSPLIT.powi((last - first) as i32);
                    windows.push(Window { weight, lines: *first..last + 1, shared });
                }
            }
        }
        windows.sort_by(|a, b| {
            let place = |one: &Window| (one.lines.len(), one.lines.start);
            b.weight.total_cmp(&a.weight).then(place(a).cmp(&place(b)))
        });
        let mut taken: Vec<Range<usize>> = Vec::new();
        let mut found: Vec<Place> = Vec::new();
        for Window { weight, lines: range, shared } in windows {
            let overlaps = |other: &Range<usize>| other.start < range.end && range.start < other.end;
            if found.len() == MOST || found.first().is_some_and(|best| weight < best.weight * NEARLY) {
                break;
            }
            if taken.iter().any(overlaps) {
                continue;
            }
            let of_line = |line: &usize| self.weight(&self.shared(file, *line..line + 1));
            let lines = hits.iter().copied().filter(|line| range.contains(line)).rev();
            let line = lines.max_by(|a, b| of_line(a).total_cmp(&of_line(b)));
            let line = line.unwrap_or(range.start);
            found.push(Place { at: file.lines[line].span.start, weight, names: self.named(&shared) });
            taken.push(range);
        }
        found
    }

    /// The most telling of these words.
    fn named(&self, shared: &[Shared]) -> String {
        let mut by_weight: Vec<&Shared> = shared.iter().collect();
        by_weight.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let mut names: Vec<String> = Vec::new();
        for one in by_weight {
            let name = format!("`{}`", String::from_utf8_lossy(&self.words[one.index].text));
            if !names.contains(&name) && names.len() < 3 {
                names.push(name);
            }
        }
        match &names[..] {
            [] => String::new(),
            [one] => one.clone(),
            [before @ .., last] => format!("{} and {last}", before.join(", ")),
        }
    }
}

/// A line of the function or scope where the anchor was counts more.
fn factor(file: &Words, line: usize, scopes: &[Span]) -> f64 {
    let at = Span::at(file.lines[line].span.start);
    if scopes.iter().any(|scope| scope.contains(at)) { IN_SCOPE } else { 1.0 }
}

/// Whether the old file has a line as often, not counting one of the anchor itself: it is not what became of that.
fn is_old(file: &Words, old: &Words, text: &str, line: usize) -> bool {
    let code = file.code(line);
    let has = |one: &[u8], other: &[u8]| !find_tokens(one, other, Span::new(0, one.len())).is_empty();
    let is_own = text.lines().any(|one| has(one.as_bytes(), code) || has(code, one.as_bytes()));
    old.times(code) >= file.times(code) + usize::from(is_own)
}
