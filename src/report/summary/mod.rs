//! What every report of a patchset has in common: what is right and wrong, edit by edit. Each report fills a [`Summary`], and
//! each format for pull requests and other programs is written from it, in a file of its own.

mod escaped;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod sarif;

pub(super) use escaped::{code, fenced, markdown as escaped_markdown, prose};
pub(super) use github::github;
pub(super) use gitlab::gitlab;
pub(super) use json::json;
pub(super) use junit::junit;
pub(super) use markdown::{first_sentence, folded, markdown, table_row};
pub(super) use sarif::sarif;

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::escape::printable;
use crate::port::Verdict;
use crate::tree::FileChange;

/// The results of a command, group by group.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    /// The command: `plan`.
    pub command: &'static str,
    /// What it was about.
    pub title: String,
    /// The groups.
    pub groups: Vec<Group>,
    /// The verdicts as tables, for a command that compares many sources: one for each patchset.
    pub tables: Vec<Table>,
}

/// Rows of verdicts.
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// What it is about; nothing if it is the only one.
    pub title: String,
    /// The heads of the columns after the first.
    pub heads: Vec<String>,
    /// The rows, those of an edit together.
    pub rows: Vec<Row>,
}

/// A part of an edit.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its name: `static-modules/array`.
    pub name: String,
    /// The edit.
    pub edit: String,
    /// In each column the verdict, and what else is known.
    pub cells: Vec<(Option<Verdict>, String)>,
}

/// A verdict as one sign, which reads the same without colours.
pub(super) fn symbol(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        None => "",
        Some(Verdict::Applies) => "\u{25cf}",
        Some(Verdict::Moved) => "\u{2192}",
        Some(Verdict::Changed) => "\u{25c6}",
        Some(Verdict::Already) => "\u{2713}",
        Some(Verdict::Obsolete) => "\u{25cb}",
        Some(Verdict::Skipped) => "\u{b7}",
        Some(Verdict::Refused) => "\u{2715}",
        Some(Verdict::Lost) => "?",
    }
}

/// A patchset on a source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    /// Its name: `mine on python-3.13.5`.
    pub name: String,
    /// What was found, in a few words.
    pub total: String,
    /// A result for each edit, or several if several things are wrong with it.
    pub entries: Vec<Entry>,
    /// What all edits change together.
    pub files: Vec<FileDiff>,
}

/// How much attention a result needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Level {
    /// None: it is right.
    #[default]
    Good,
    /// None: it was left out.
    Skipped,
    /// A person has to decide.
    Open,
    /// It is wrong.
    Wrong,
}

/// The result of one edit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    /// The edit, or what else it is about.
    pub edit: String,
    /// How much attention it needs.
    pub level: Level,
    /// The result in a word: `change`, `missing`.
    pub verdict: String,
    /// Why the edit exists.
    pub why: String,
    /// The file in which it is written, and the line, if that is known.
    pub written: Option<(String, usize)>,
    /// The first column that is meant there, in characters from 1, and the one after the last.
    pub columns: Option<(usize, usize)>,
    /// Where it attaches in the source.
    pub places: String,
    /// What is wrong, in a line.
    pub message: String,
    /// The same without the name of the edit and the source, if that can be said.
    pub reason: String,
    /// More about that, a line each.
    pub details: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// What the edit did and does, if that is what differs.
    pub sides: Option<[String; 2]>,
    /// What the edit changes by itself.
    pub files: Vec<FileDiff>,
}

/// The change of a file.
#[derive(Debug, Clone)]
pub(crate) struct FileDiff {
    /// The file.
    pub file: String,
    /// The change as a unified diff.
    pub diff: String,
    /// How many lines it adds.
    pub added: usize,
    /// How many lines it removes.
    pub removed: usize,
}

impl FileDiff {
    /// The change of a file.
    pub(super) fn new(change: &FileChange) -> FileDiff {
        let diff = String::from_utf8_lossy(&change.diff()).into_owned();
        let (mut added, mut removed, mut is_hunk) = (0, 0, false);
        for line in diff.lines() {
            match line.as_bytes().first() {
                // A file that becomes a link has two of these.
                Some(b'd') => is_hunk = false,
                Some(b'@') => is_hunk = true,
                Some(b'+') if is_hunk => added += 1,
                Some(b'-') if is_hunk => removed += 1,
                _ => {}
            }
        }
        FileDiff { file: change.path.to_string(), diff, added, removed }
    }
}

impl Summary {
    /// All results with their groups.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&Group, &Entry)> {
        self.groups.iter().flat_map(|group| group.entries.iter().map(move |entry| (group, entry)))
    }

    /// The results that need attention.
    fn open(&self) -> impl Iterator<Item = (&Group, &Entry)> {
        self.entries().filter(|(_, entry)| entry.level >= Level::Open)
    }
}

impl Entry {
    /// What is wrong, with up to `most` of the details, and the help, line by line.
    fn lines(&self, most: usize) -> Vec<String> {
        let message = if self.message.is_empty() { self.verdict.clone() } else { self.message.clone() };
        let sides =
            self.sides.iter().flat_map(|[before, now]| [format!("before: {before}"), format!("now: {now}")]);
        let mut lines: Vec<String> = [message].into_iter().chain(sides).collect();
        lines.extend(self.details.iter().take(most).cloned());
        if self.details.len() > most && most > 0 {
            lines.push(format!("... ({} more lines)", self.details.len() - most));
        }
        lines.extend(self.help.iter().map(|help| format!("help: {help}")));
        lines.iter().map(|line| escaped::cut(line, escaped::LONGEST)).collect()
    }

    /// What is wrong, or why the edit exists, in a sentence.
    fn what(&self) -> &str {
        [&self.reason, &self.message].into_iter().find(|text| !text.is_empty()).map_or(&self.why, |text| text)
    }
}

/// Which edits exist, why, and where they are written.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Written(pub Vec<WrittenEdit>);

/// An edit of a patchset.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WrittenEdit {
    /// The patchset that has it, or inherits it.
    pub patchset: String,
    /// The edit; empty for the patchset itself.
    pub edit: String,
    /// Why it exists.
    pub why: String,
    /// The file and the line.
    pub at: (String, usize),
}

impl Written {
    /// The edit of a patchset; of the first that has it without a patchset.
    pub(super) fn find(&self, patchset: Option<&str>, edit: &str) -> Option<&WrittenEdit> {
        let is_meant =
            |one: &&WrittenEdit| one.edit == edit && patchset.is_none_or(|patchset| one.patchset == patchset);
        self.0.iter().find(is_meant)
    }

    /// The result of an edit without anything but what is written about it.
    pub(super) fn entry(&self, patchset: Option<&str>, edit: &str) -> Entry {
        let found = self.find(patchset, edit);
        let written = found.or_else(|| self.find(patchset, "")).map(|one| one.at.clone());
        let why = found.map(|one| one.why.clone()).unwrap_or_default();
        Entry { edit: edit.to_owned(), why, written, ..Entry::default() }
    }
}

/// A text of a report without its styles, line by line.
pub(crate) fn plain_lines(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Vec<String> {
    let mut text = Vec::new();
    // Writing to memory does not fail.
    let _ = write(&mut text);
    let text = String::from_utf8_lossy(&printable(&text)).into_owned();
    anstream::adapter::strip_str(&text).to_string().lines().map(str::to_owned).collect()
}
