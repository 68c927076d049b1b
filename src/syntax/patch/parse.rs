//! Splits a patch into sections.

use super::binary;
use super::header::{Open, git_line};
use super::hunk;
use super::section::Section;

/// A patch.
#[derive(Debug, Clone, Default)]
pub struct Patch {
    /// Its sections, in order.
    pub sections: Vec<Section>,
}

impl Patch {
    /// Parses a patch.
    ///
    /// # Errors
    /// A message that names the line, if a section is damaged or in a format that is not read.
    pub fn parse(text: &[u8]) -> Result<Patch, String> {
        Parser { lines: text.strip_suffix(b"\n").unwrap_or(text).split(|b| *b == b'\n').collect(), at: 0 }
            .patch()
    }

    /// The sections for the file `path`: those that name it. A patch of one file is for any file.
    ///
    /// A name may have leading directories that are not in `path`: `a/`, `Python-2.7.orig/`.
    pub fn sections_for(&self, path: &str) -> Vec<&Section> {
        let ranks: Vec<_> = self.sections.iter().map(|section| section.names.rank(path)).collect();
        let best = ranks.iter().flatten().min().copied();
        let Some(best) = best else {
            let first = self.sections.first().map(|section| section.names.display());
            let is_one = self.sections.iter().all(|section| Some(section.names.display()) == first);
            return if is_one { self.sections.iter().collect() } else { Vec::new() };
        };
        let chosen = self.sections.iter().zip(ranks).filter(|(_, rank)| *rank == Some(best));
        chosen.map(|(section, _)| section).collect()
    }
}

struct Parser<'a> {
    /// The lines without their line ends.
    lines: Vec<&'a [u8]>,
    at: usize,
}

impl<'a> Parser<'a> {
    /// The line `ahead` lines after the current one, without a `\r` at its end.
    fn header(&self, ahead: usize) -> Option<&'a [u8]> {
        let line = self.lines.get(self.at + ahead)?;
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }

    fn ends_in_cr(&self) -> bool {
        self.lines[self.at].ends_with(b"\r")
    }

    fn patch(mut self) -> Result<Patch, String> {
        let mut patch = Patch::default();
        // The header that is being read.
        let mut open: Option<Open> = None;
        while let Some(line) = self.header(0) {
            if let Some(next) = Open::begin(line) {
                patch.sections.extend(open.replace(next).and_then(Open::close));
            } else if let Some((old, new)) = self.name_lines(open.is_some()) {
                let mut section = match open.take() {
                    Some(header) if header.goes_on_with(old, new) => header.section,
                    other => {
                        patch.sections.extend(other.and_then(Open::close));
                        Section::default()
                    }
                };
                section.names.set(old, new);
                section.is_crlf = self.ends_in_cr();
                self.at += 2;
                self.hunks(&mut section)?;
                patch.sections.push(section);
                continue;
            } else if begins_hunk(line) {
                let header = open.take().filter(|header| header.section.hunks.is_empty());
                let Some(mut header) = header else {
                    return Err(format!(
                        "the hunk at line {} has no header: write `--- NAME` and `+++ NAME` above it",
                        self.at + 1
                    ));
                };
                header.section.is_crlf = self.ends_in_cr();
                self.hunks(&mut header.section)?;
                patch.sections.push(header.section);
                continue;
            } else if let Some(header) = open.as_mut().filter(|header| header.is_adjacent) {
                header.is_adjacent = git_line(line, &mut header.section);
                if header.is_adjacent && line == b"GIT binary patch" {
                    let (binary, next) = binary::parse(&self.lines, self.at)?;
                    header.section.binary = Some(binary);
                    self.at = next;
                    continue;
                }
            }
            self.check_other_format()?;
            self.at += 1;
        }
        patch.sections.extend(open.and_then(Open::close));
        patch.sections.iter_mut().for_each(Section::complete);
        Ok(patch)
    }

    /// The names on the two lines `--- OLD` and `+++ NEW`, if the next lines are these. In text, only a hunk after them tells them
    /// from lines that quote a change.
    fn name_lines(&self, is_in_header: bool) -> Option<(&'a [u8], &'a [u8])> {
        let names = (self.header(0)?.strip_prefix(b"--- ")?, self.header(1)?.strip_prefix(b"+++ ")?);
        (is_in_header || self.header(2).is_some_and(begins_hunk)).then_some(names)
    }

    /// Refuses diffs that `patch` reads and that are not read here.
    fn check_other_format(&self) -> Result<(), String> {
        let line = self.header(0).unwrap_or_default();
        let next = self.header(1).unwrap_or_default();
        let what = if line.starts_with(b"***************") {
            "a context diff"
        } else if is_normal_command(line) && (next.starts_with(b"< ") || next.starts_with(b"> ")) {
            "a diff without context"
        } else if line.trim_ascii_start().starts_with(b"--- ")
            && next.trim_ascii_start().starts_with(b"+++ ")
            && self.header(2).is_some_and(|line| line.trim_ascii_start().starts_with(b"@@ -"))
        {
            "an indented diff"
        } else {
            return Ok(());
        };
        Err(format!(
            "line {} of the patch begins {what}: only unified diffs (`diff -u`) are read",
            self.at + 1
        ))
    }

    /// Reads all hunks that follow each other.
    fn hunks(&mut self, section: &mut Section) -> Result<(), String> {
        while self.header(0).is_some_and(|line| line.starts_with(b"@@ -")) {
            let number = section.hunks.len() + 1;
            let (hunk, end) = hunk::parse(&self.lines, self.at, number, section.is_crlf)?;
            section.hunks.push(hunk);
            self.at = end;
        }
        Ok(())
    }
}

/// Whether a line begins a hunk. `@@ -, +, @@` is what a tool writes above a list of files.
fn begins_hunk(line: &[u8]) -> bool {
    line.starts_with(b"@@ -") && !line.starts_with(b"@@ -,")
}

/// The offset of the first line of the first section: what is before it is a message.
pub(crate) fn first_line(text: &[u8]) -> usize {
    let mut at = 0;
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    while let Some(line) = lines.next() {
        let mut after = lines.clone();
        let is_pair = line.starts_with(b"--- ")
            && after.next().is_some_and(|next| next.starts_with(b"+++ "))
            && after.next().is_some_and(begins_hunk);
        // `diff -u OLD NEW`, as diff itself writes it.
        if is_pair || line.starts_with(b"diff -") || Open::begin(line.trim_ascii_end()).is_some() {
            return at;
        }
        at += line.len();
    }
    at
}

/// Whether a line is a command of a diff without context: `12c12`, `3,4d2`.
fn is_normal_command(line: &[u8]) -> bool {
    let command = line.iter().position(|b| matches!(b, b'a' | b'c' | b'd'));
    let is_range = |range: &[u8]| {
        range.first().is_some_and(u8::is_ascii_digit)
            && range.iter().all(|b| b.is_ascii_digit() || *b == b',')
    };
    command.is_some_and(|at| is_range(&line[..at]) && is_range(&line[at + 1..]))
}
