//! What a person wants at lines of a file, as a change of a patchset: the operation of meaning that does it, or a change of text.

use serde_json::{Value, json};

use crate::edit::{Context, gives, lift};
use crate::operation::{ParsedFile, Within, find_words};
use crate::patchset::Change;
use crate::text::{LineIndex, Span, has_word, line_ending, lines, nearest_names, tokens};
use crate::tree::{File, TreeError, TreePath};
use crate::yaml;

/// How many words of a place are tried at most.
const MOST_WORDS: usize = 80;

/// What is wanted.
#[derive(Debug, Clone)]
pub enum Wish {
    /// Remove the lines, or a text in them.
    Remove(Option<String>),
    /// Replace the lines, or a text in them.
    Replace(Option<String>, String),
    /// Insert lines before them.
    Before(String),
    /// Insert lines after them.
    After(String),
}

/// Lines of a file.
#[derive(Debug)]
pub struct Place {
    /// The file.
    pub path: TreePath,
    /// Its first line, from 1.
    pub first: usize,
    /// What encloses the first line, that which says most first.
    pub around: Vec<Within>,
    file: File,
    span: Span,
}

/// A change that does what is wanted.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The text that it removes, for one of [`Place::removals`].
    pub word: Option<String>,
    /// The operations that do it together.
    pub changes: Vec<Change>,
    /// Whether they are operations of meaning, and not of text.
    pub is_meaning: bool,
}

impl Place {
    /// The lines `first` to `last` of a file, from 1.
    ///
    /// # Errors
    /// If the file cannot be read; the inner one if it has no such lines.
    pub fn new(
        context: &Context<'_>,
        path: TreePath,
        (first, last): (usize, usize),
    ) -> Result<Result<Place, String>, TreeError> {
        let Some(file) = context.file(&path)? else { return Ok(Err(format!("no file `{path}`"))) };
        let all: Vec<Span> = lines(&file.bytes).collect();
        let wanted = first.checked_sub(1).and_then(|at| Some((all.get(at)?, all.get(last.checked_sub(1)?)?)));
        let Some((start, end)) = wanted.filter(|_| first <= last) else {
            let lines = if first == last { format!("line {first}") } else { format!("lines {first}-{last}") };
            return Ok(Err(format!("{path} has no {lines}: it has {}", all.len())));
        };
        // A byte order mark belongs to the file, and not to its first line.
        let mark = b"\xef\xbb\xbf";
        let is_marked = start.start == 0 && file.bytes.starts_with(mark);
        let span = Span::new(if is_marked { mark.len() } else { start.start }, end.end);
        let parsed = ParsedFile::new(path.clone(), file.bytes.clone(), file.executable);
        let around = Within::all_around(&parsed, first_sign(&file.bytes, span));
        Ok(Ok(Place { path, first, around, file, span }))
    }

    /// The text of the lines.
    pub fn text(&self) -> &[u8] {
        self.span.of(&self.file.bytes)
    }

    /// The change that does what is wanted; `None` if no operation does it: its text is elsewhere in the file, too, or the file would
    /// no longer parse.
    ///
    /// # Errors
    /// If the tree cannot be read; the inner one says what is wrong with the wish.
    pub fn propose(
        &self,
        context: &Context<'_>,
        wish: &Wish,
    ) -> Result<Result<Option<Proposal>, String>, TreeError> {
        let wanted = match self.results(wish) {
            Ok(wanted) => wanted,
            Err(why) => return Ok(Err(why)),
        };
        if wanted.iter().all(|bytes| *bytes == *self.file.bytes) {
            return Ok(Err("that changes nothing".to_owned()));
        }
        let mut best: Option<Vec<Change>> = None;
        for bytes in &wanted {
            if let Some(changes) = self.lifted(context, bytes)? {
                // One that replaces all of a statement says less than one that removes a word of a list.
                let is_better = !changes.iter().any(replaces_all);
                if is_better || best.is_none() {
                    best = Some(changes);
                }
                if is_better {
                    break;
                }
            }
        }
        if let Some(changes) = best {
            return Ok(Ok(Some(Proposal { word: None, changes, is_meaning: true })));
        }
        for change in self.of_text(wish) {
            for bytes in &wanted {
                if gives(context, &self.path, std::slice::from_ref(&change), bytes)? {
                    return Ok(Ok(Some(Proposal { word: None, changes: vec![change], is_meaning: false })));
                }
            }
        }
        Ok(Ok(None))
    }

    /// The operations of meaning that remove the lines, or a word of them.
    ///
    /// # Errors
    /// If the tree cannot be read.
    pub fn removals(&self, context: &Context<'_>) -> Result<Vec<Proposal>, TreeError> {
        let mut words = Vec::new();
        let mut at = self.span.start;
        for part in self.text().split_inclusive(u8::is_ascii_whitespace) {
            let word = Span::new(at, at + part.trim_ascii_end().len());
            words.push(word);
            words.extend(
                tokens(&self.file.bytes, word).into_iter().filter(|one| has_word(one.of(&self.file.bytes))),
            );
            at += part.len();
        }
        words.retain(|word| word.end > word.start + 1);
        words.dedup();
        let mut found: Vec<Proposal> = Vec::new();
        let mut add = |word: Option<String>, changes: Option<Vec<Change>>| {
            if let Some(changes) = changes
                && !found.iter().any(|one| one.changes == changes)
            {
                found.push(Proposal { word, changes, is_meaning: true });
            }
        };
        for word in words.into_iter().take(MOST_WORDS) {
            let Ok(text) = std::str::from_utf8(word.of(&self.file.bytes)) else { continue };
            for bytes in self.without(word) {
                let changes = self.lifted(context, &bytes)?;
                let removes = |change: &Change| change.operation.name().contains(".remove");
                if changes.as_ref().is_some_and(|changes| changes.iter().all(removes)) {
                    add(Some(text.to_owned()), changes);
                    break;
                }
            }
        }
        add(None, self.lifted(context, &self.with(self.span, b""))?);
        Ok(found)
    }

    /// The operations that give `bytes`, if all of the change can be said by them.
    fn lifted(&self, context: &Context<'_>, bytes: &[u8]) -> Result<Option<Vec<Change>>, TreeError> {
        let after = File::new(bytes.to_vec(), self.file.executable);
        let hunks = lift(context, &self.path, &after)?.unwrap_or_default();
        let changes: Option<Vec<Vec<Change>>> = hunks.into_iter().map(|hunk| hunk.changes).collect();
        let changes: Vec<Change> = changes.unwrap_or_default().into_iter().flatten().collect();
        let is_done = !changes.is_empty() && gives(context, &self.path, &changes, bytes)?;
        Ok(is_done.then_some(changes))
    }

    /// The contents of the file that are wanted: several, where blanks next to a word may go with it.
    fn results(&self, wish: &Wish) -> Result<Vec<Vec<u8>>, String> {
        Ok(match wish {
            Wish::Remove(None) => vec![self.with(self.span, b"")],
            Wish::Remove(Some(text)) => self.without(self.find(text)?),
            Wish::Replace(None, with) => vec![self.with(self.span, &self.as_lines(with, self.span.start))],
            Wish::Replace(Some(text), with) => vec![self.with(self.find(text)?, with.as_bytes())],
            Wish::Before(text) => {
                let at = self.span.start;
                vec![self.with(Span::new(at, at), &self.as_lines(text, at))]
            }
            Wish::After(text) => {
                let last = lines(self.text()).last().map_or(0, |line| line.start);
                let own = self.as_lines(text, self.span.start + last);
                let ending =
                    if self.text().ends_with(b"\n") { &b""[..] } else { line_ending(&self.file.bytes) };
                vec![self.with(Span::new(self.span.end, self.span.end), &[ending, &own].concat())]
            }
        })
    }

    /// The file with other bytes in a span.
    fn with(&self, span: Span, bytes: &[u8]) -> Vec<u8> {
        [&self.file.bytes[..span.start], bytes, &self.file.bytes[span.end..]].concat()
    }

    /// The file without a word: with the blanks or the comma next to it, or without only the word.
    fn without(&self, word: Span) -> Vec<Vec<u8>> {
        let text = &self.file.bytes[..];
        let (line_start, line_end) = (self.span.start, self.span.end);
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
        let after = word.end + text[word.end..line_end].iter().take_while(|byte| is_blank(byte)).count();
        let before =
            word.start - text[line_start..word.start].iter().rev().take_while(|byte| is_blank(byte)).count();
        // One of a list goes with a comma: `f(, b)` does not parse.
        let mut spans = Vec::new();
        if text.get(after) == Some(&b',') {
            let comma = after + 1;
            let blanks = text[comma..line_end].iter().take_while(|byte| is_blank(byte)).count();
            spans.push(Span::new(word.start, comma + blanks));
        }
        if before > line_start && text[before - 1] == b',' {
            spans.push(Span::new(before - 1, word.end));
        }
        let mut blanks = [Span::new(word.start, after), Span::new(before, word.end)];
        if text[after..line_end].trim_ascii_start().is_empty() {
            // No blanks are left at the end of the line.
            blanks.reverse();
        }
        spans.extend(blanks);
        spans.push(word);
        spans.dedup();
        spans.into_iter().map(|span| self.with(span, b"")).collect()
    }

    /// Where a text is in the lines. Like the operations of text, it matches whole words.
    fn find(&self, wanted: &str) -> Result<Span, String> {
        let text = &self.file.bytes[..];
        let found = find_words(text, wanted.as_bytes(), self.span);
        let line = LineIndex::new(text).line(found.first().map_or(self.span.start, |span| span.start));
        match &found[..] {
            [one] => Ok(*one),
            [] => {
                let words = tokens(text, self.span).into_iter();
                let words: Vec<String> =
                    words.map(|word| String::from_utf8_lossy(word.of(text)).into_owned()).collect();
                let near = nearest_names(wanted, words.iter().map(String::as_str));
                let near =
                    if near.is_empty() { String::new() } else { format!("; near: {}", near.join(", ")) };
                Err(format!("{}:{line} does not contain `{wanted}`{near}", self.path))
            }
            several => Err(format!(
                "{}:{line} contains `{wanted}` {} times: name more of the line",
                self.path,
                several.len()
            )),
        }
    }

    /// A text as lines of the file, indented as the line at `start` unless it has an indentation of its own.
    fn as_lines(&self, text: &str, start: usize) -> Vec<u8> {
        let bytes = &self.file.bytes[..];
        let blanks = bytes[start..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let indent = if text.starts_with([' ', '\t']) { &b""[..] } else { &bytes[start..start + blanks] };
        let ending = line_ending(bytes);
        let mut out = Vec::new();
        for line in text.lines() {
            if !line.trim().is_empty() {
                out.extend_from_slice(indent);
            }
            out.extend_from_slice(line.as_bytes());
            out.extend_from_slice(ending);
        }
        out
    }

    /// Changes of text that may do what is wanted: in the whole file, and in what encloses the lines.
    fn of_text(&self, wish: &Wish) -> Vec<Change> {
        let Ok(own) = std::str::from_utf8(self.text()) else { return Vec::new() };
        let own = own.trim_end_matches(['\n', '\r']).replace("\r\n", "\n");
        let last = own.lines().last().unwrap_or_default().trim();
        let first = own.lines().next().unwrap_or_default().trim();
        let (operation, arguments) = match wish {
            Wish::Remove(text) => ("text.remove", json!({"find": text.as_ref().unwrap_or(&own)})),
            Wish::Replace(Some(text), with) => ("text.replace", json!({"find": text, "with": with})),
            Wish::Replace(None, with) => {
                let with = self.as_lines(with, self.span.start);
                let with = String::from_utf8_lossy(&with).replace("\r\n", "\n");
                ("text.replace", json!({"find": own, "with": with.trim_end_matches('\n')}))
            }
            Wish::Before(text) => {
                ("text.insert", json!({"before": first, "indent": "anchor", "text": format!("{text}\n")}))
            }
            Wish::After(text) => {
                ("text.insert", json!({"after": last, "indent": "anchor", "text": format!("{text}\n")}))
            }
        };
        let scopes = [None].into_iter().chain(self.around.iter().map(Some));
        scopes.filter_map(|within| self.change(operation, &arguments, within)).collect()
    }

    fn change(&self, operation: &str, arguments: &Value, within: Option<&Within>) -> Option<Change> {
        let mut map = serde_json::Map::new();
        map.insert("file".to_owned(), json!(self.path));
        if let Some(within) = within {
            map.insert("within".to_owned(), json!(within));
        }
        map.insert(operation.to_owned(), arguments.clone());
        let change: Change = yaml::from_json(map.into()).read().ok()?;
        change.check().is_ok().then_some(change)
    }
}

/// Whether a change names code that it replaces as a whole.
fn replaces_all(change: &Change) -> bool {
    change.operation.name().ends_with(".replace")
}

/// The first sign of lines that is not a blank: an empty span at the beginning of a line would also be in what ends there.
pub fn first_sign(text: &[u8], lines: Span) -> Span {
    let blanks = lines.of(text).iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let start = (lines.start + blanks).min(lines.end);
    Span::new(start, (start + 1).min(lines.end))
}
