//! The lines of the versions of a file, numbered so that comparing them is cheap.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::contents::Contents;
use crate::text;

/// A line: its text without the line end, and a number for its text, and one for its text whatever the blanks. Lines are equal if
/// their texts are.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// The text.
    pub text: Rc<[u8]>,
    /// Equal for equal texts.
    pub id: usize,
    /// Equal for texts that differ in blanks only.
    pub loose: usize,
    /// Its line end in the result: a file may mix them.
    end: &'static [u8],
}

impl PartialEq for Line {
    fn eq(&self, other: &Line) -> bool {
        self.id == other.id
    }
}

impl Line {
    /// Whether it has nothing but blanks.
    pub fn is_blank(&self) -> bool {
        self.text.iter().all(u8::is_ascii_whitespace)
    }

    /// How many blanks it begins with.
    pub fn indent(&self) -> usize {
        self.text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
    }
}

/// The three versions of a file as lines. The line end of each is that of `theirs`.
pub(crate) struct Versions {
    /// The old version.
    pub base: Vec<Line>,
    /// The old version with the change.
    pub ours: Vec<Line>,
    /// The new version.
    pub theirs: Vec<Line>,
    /// The line end of the new version.
    pub ending: &'static [u8],
    /// Whether the last line of the result has a line end.
    ends: bool,
    table: RefCell<Table>,
    /// The bytes of theirs.
    pub source: Contents,
}

#[derive(Default)]
struct Table {
    exact: HashMap<Rc<[u8]>, (usize, usize)>,
    loose: HashMap<Vec<u8>, usize>,
}

impl Table {
    fn line(&mut self, text: &[u8], end: &'static [u8]) -> Line {
        if let Some((key, (id, loose))) = self.exact.get_key_value(text) {
            return Line { text: key.clone(), id: *id, loose: *loose, end };
        }
        let collapsed = collapsed(text);
        let next = self.loose.len();
        let loose = *self.loose.entry(collapsed).or_insert(next);
        let id = self.exact.len();
        let key: Rc<[u8]> = text.into();
        self.exact.insert(key.clone(), (id, loose));
        Line { text: key, id, loose, end }
    }
}

/// A text with one space in the place of blanks between words, and none around it.
pub(crate) fn collapsed(text: &[u8]) -> Vec<u8> {
    let words: Vec<&[u8]> = words(text).collect();
    words.join(&b' ')
}

/// The parts of a text between blanks.
pub(crate) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

impl Versions {
    /// The versions of a file.
    pub fn new(base: &[u8], ours: &[u8], theirs: &Contents) -> Versions {
        let mut table = Table::default();
        let ending = ending(theirs);
        let mut read = |bytes: &[u8]| -> Vec<Line> {
            // The `\r` of a file that has them elsewhere is a part of its lines.
            let strips = ending == b"\r\n" || self::ending(bytes) == b"\r\n";
            let is_theirs = std::ptr::eq(bytes, &raw const **theirs);
            text::lines(bytes)
                .map(|line| {
                    let text = line.of(bytes);
                    let text = text.strip_suffix(b"\n").unwrap_or(text);
                    let own = text.strip_suffix(b"\r").filter(|_| strips);
                    let end: &[u8] = match own {
                        _ if !is_theirs || !line.of(bytes).ends_with(b"\n") => ending,
                        Some(_) => b"\r\n",
                        None => b"\n",
                    };
                    table.line(own.unwrap_or(text), end)
                })
                .collect()
        };
        let (base_lines, ours_lines, theirs_lines) = (read(base), read(ours), read(theirs));
        let ends = |bytes: &[u8]| bytes.is_empty() || bytes.ends_with(b"\n");
        let ends = if ends(base) == ends(theirs) { ends(ours) } else { ends(theirs) };
        Versions {
            base: base_lines,
            ours: ours_lines,
            theirs: theirs_lines,
            ending,
            ends,
            table: RefCell::new(table),
            source: theirs.clone(),
        }
    }

    /// A line of this text.
    pub fn line(&self, text: &[u8]) -> Line {
        self.table.borrow_mut().line(text, self.ending)
    }

    /// The texts of lines, each on a line.
    pub fn text(lines: &[Line]) -> Vec<u8> {
        lines.iter().flat_map(|line| line.text.iter().copied().chain([b'\n'])).collect()
    }

    /// The bytes of lines. Those that are the lines of theirs are its bytes.
    pub fn bytes(&self, lines: &[Line]) -> Vec<u8> {
        if lines == self.theirs && self.ends == (self.source.is_empty() || self.source.ends_with(b"\n")) {
            return self.source.to_vec();
        }
        let mut out = Vec::with_capacity(self.source.len());
        for (at, line) in lines.iter().enumerate() {
            out.extend_from_slice(&line.text);
            if at + 1 < lines.len() || self.ends {
                // The last line of theirs may have none.
                out.extend_from_slice(line.end);
            }
        }
        out
    }
}

/// The line end that most lines of a text have.
fn ending(bytes: &[u8]) -> &'static [u8] {
    let all = memchr::memchr_iter(b'\n', bytes).count();
    let crlf = memchr::memmem::find_iter(bytes, b"\r\n").count();
    if crlf * 2 > all { b"\r\n" } else { b"\n" }
}
