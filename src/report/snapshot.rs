//! A patchset on a pin, compared with its accepted snapshot.

use std::io::{self, Write};

use serde_json::Value;

use super::lines::sections;
use super::review::ReviewedEdit;
use super::style::{ATTENTION, DIM, HANG, NEW, SECTION, TITLE};
use super::summary::{self, Entry, Group, Level, Summary, Written, plain_lines};
use super::{Report, counted};
use crate::snapshot::SectionChange;

/// A patchset on one of its pins.
pub struct Comparison {
    /// The patchset.
    pub patchset: String,
    /// The pin.
    pub pin: String,
    /// All edits of the patchset.
    pub edits: Vec<String>,
    /// What the comparison found.
    pub state: ComparisonState,
}

/// How the result of a patchset on a pin compares with the accepted snapshot.
pub enum ComparisonState {
    /// The release is not available locally.
    NotAvailable,
    /// It is equal.
    AsAccepted,
    /// Nothing was accepted yet; these are the sections of the new snapshot.
    New(Vec<SectionChange>),
    /// These edits differ.
    Changed(Vec<ReviewedEdit>),
    /// These sections differ, line by line.
    Raw(Vec<SectionChange>),
}

impl Report for Comparison {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let (patchset, pin) = (&self.patchset, &self.pin);
        write!(out, "{TITLE}{patchset} on {pin}{TITLE:#}: {HANG}")?;
        let (state, style, changes): (_, _, &[SectionChange]) = match &self.state {
            ComparisonState::NotAvailable => {
                let help = format!("run `pypatch fetch {pin}`");
                return writeln!(out, "{DIM}skipped, the release is not available ({help}){DIM:#}");
            }
            ComparisonState::AsAccepted => ("as accepted", NEW, &[]),
            ComparisonState::New(changes) => ("not accepted yet", ATTENTION, changes),
            ComparisonState::Raw(changes) => ("changed", ATTENTION, changes),
            ComparisonState::Changed(edits) => {
                writeln!(out, "{ATTENTION}changed{ATTENTION:#}")?;
                return edits.iter().try_for_each(|edit| {
                    writeln!(out, "{SECTION}{}{SECTION:#}", edit.id)?;
                    edit.details(true, out)
                });
            }
        };
        writeln!(out, "{style}{state}{style:#}")?;
        sections(changes, out)
    }
}

impl Comparison {
    fn group(&self, written: &Written) -> Group {
        let entry = |edit: &str| written.entry(Some(&self.patchset), edit);
        let wrong = |id: &str, verdict: &str| {
            let is_edit = self.edits.iter().any(|edit| edit == id);
            let name = if is_edit { id } else { "" };
            Entry { edit: id.to_owned(), level: Level::Wrong, verdict: verdict.to_owned(), ..entry(name) }
        };
        let by_lines = |changes: &[SectionChange], verdict| -> Vec<Entry> {
            let one = |change: &SectionChange| Entry {
                details: plain_lines(|out| sections(std::slice::from_ref(change), out)),
                ..wrong(&change.name, verdict)
            };
            changes.iter().map(one).collect()
        };
        let (total, mut entries) = match &self.state {
            ComparisonState::NotAvailable => {
                let message = "the release is not available".to_owned();
                let verdict = "not compared".to_owned();
                let all = Entry { level: Level::Skipped, verdict, message, ..entry("") };
                (all.message.clone(), vec![all])
            }
            ComparisonState::AsAccepted => ("as accepted".to_owned(), Vec::new()),
            ComparisonState::New(changes) => {
                let message = format!("not accepted yet: {}", counted(changes.len(), "section"));
                let all = Entry { message, ..wrong("", "new snapshot") };
                let details = by_lines(changes, "new snapshot").into_iter().flat_map(|one| one.details);
                return Group {
                    name: self.name(),
                    total: "not accepted yet".to_owned(),
                    entries: vec![Entry { details: details.collect(), ..all }],
                    files: Vec::new(),
                };
            }
            ComparisonState::Raw(changes) => (self.changed(changes.len()), by_lines(changes, "changed")),
            ComparisonState::Changed(edits) => {
                let one = |edit: &ReviewedEdit| Entry {
                    sides: Some(edit.summary()),
                    details: plain_lines(|out| edit.details(true, out))
                        .iter()
                        .map(|line| outdented(line))
                        .collect(),
                    ..wrong(&edit.id, "changed")
                };
                (self.changed(edits.len()), edits.iter().map(one).collect::<Vec<_>>())
            }
        };
        if !matches!(self.state, ComparisonState::NotAvailable) {
            let differs: Vec<String> = entries.iter().map(|entry| entry.edit.clone()).collect();
            let same = self.edits.iter().filter(|edit| !differs.contains(edit));
            entries.extend(same.map(|edit| Entry { verdict: "as accepted".to_owned(), ..entry(edit) }));
        }
        Group { name: self.name(), total, entries, files: Vec::new() }
    }

    fn name(&self) -> String {
        format!("{} on {}", self.patchset, self.pin)
    }

    fn changed(&self, count: usize) -> String {
        format!("{count} of {} changed", counted(self.edits.len(), "edit"))
    }
}

/// A line without the indentation of the terminal, so that lines of diffs begin with their signs.
fn outdented(line: &str) -> String {
    let blanks = line.len() - line.trim_start_matches(' ').len();
    line[blanks.min(6)..].to_owned()
}

/// Several comparisons.
pub struct Comparisons<'a> {
    /// The comparisons.
    pub all: &'a [Comparison],
    /// Where the edits are written.
    pub written: &'a Written,
}

impl Report for Comparisons<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        self.all.iter().try_for_each(|one| one.text(out))
    }

    fn json(&self) -> Option<Value> {
        self.summary().map(|all| summary::json(&all))
    }

    fn summary(&self) -> Option<Summary> {
        let groups = self.all.iter().map(|one| one.group(self.written)).collect();
        let title = "snapshots".to_owned();
        Some(Summary { command: "snapshot check", title, groups, tables: Vec::new() })
    }
}

#[cfg(test)]
mod tests {
    use anstyle::Effects;

    use super::*;
    use crate::report::Format;

    #[test]
    fn only_the_words_that_changed_are_inverted() {
        let change = SectionChange {
            name: "pgen-yod".to_owned(),
            old: Some("+\t-yod $(PGEN) a b c\n".to_owned()),
            new: Some("+\t-aprun $(PGEN) a b c\n".to_owned()),
        };
        let state = ComparisonState::Raw(vec![change]);
        let (patchset, pin) = ("p".to_owned(), "python-2.5".to_owned());
        let comparison = Comparison { patchset, pin, edits: Vec::new(), state };
        let mut text = Vec::new();
        comparison.write(Format::Text, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let inverted = anstyle::AnsiColor::Red.on_default().effects(Effects::INVERT);
        assert!(text.contains(&format!("{inverted}-yod{inverted:#}")), "{text:?}");
        let plain = anstream::adapter::strip_str(&text).to_string();
        let expected =
            "p on python-2.5: changed\npgen-yod\n  -+\t-yod $(PGEN) a b c\n  ++\t-aprun $(PGEN) a b c\n";
        assert_eq!(plain, expected);
    }
}
