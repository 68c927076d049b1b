//! The operations that are proposed for a place of a file.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Report;
use super::list::{array, column};
use super::style::TITLE;
use crate::lift::{Place, Proposal};
use crate::patchset::change_yaml;

/// The operations that remove something of a place.
pub struct Removals<'a> {
    /// The place.
    pub place: &'a Place,
    /// What can be removed.
    pub found: &'a [Proposal],
}

impl Report for Removals<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        head(self.place, out)?;
        writeln!(out)?;
        if self.found.is_empty() {
            return writeln!(out, "no operation of meaning removes a word of it, or all of it");
        }
        let words: Vec<&str> =
            self.found.iter().map(|one| one.word.as_deref().unwrap_or("all of it")).collect();
        let width = column(words.iter().map(|word| word.chars().count()));
        for (word, one) in words.iter().zip(self.found) {
            let mut blanks = width - word.chars().count().min(width);
            write!(out, "  {word}")?;
            for line in one.changes.iter().map(change_yaml).collect::<String>().lines() {
                // Its file is named above.
                if line.starts_with("file:") {
                    continue;
                }
                writeln!(out, "{}  {line}", " ".repeat(blanks))?;
                blanks = width + 2;
            }
        }
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        let found = array(self.found, |one| json!({"word": one.word, "yaml": yaml(one)}));
        Some(json!({
            "schema": 1, "file": self.place.path, "line": self.place.first, "within": around(self.place), "removals": found,
        }))
    }
}

/// An edit that is proposed for a place.
pub struct Proposed<'a> {
    /// The place.
    pub place: &'a Place,
    /// What does it.
    pub proposal: &'a Proposal,
    /// The edit as it is written in patchset.yaml.
    pub edit: &'a str,
    /// The file that it was written to.
    pub written: Option<&'a str>,
}

impl Report for Proposed<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        head(self.place, out)?;
        if !self.proposal.is_meaning {
            writeln!(out, "no operation of meaning does this, but one of text")?;
        }
        write!(out, "\n{}", self.edit)?;
        match self.written {
            Some(file) => writeln!(out, "\nwrote {file}"),
            None => Ok(()),
        }
    }

    fn json(&self) -> Option<Value> {
        let operations = array(&self.proposal.changes, |change| json!(change.operation.name()));
        Some(json!({
            "schema": 1, "file": self.place.path, "line": self.place.first, "within": around(self.place),
            "operations": operations, "edit": self.edit, "written": self.written,
        }))
    }
}

/// Where it is, and its lines.
fn head(place: &Place, out: &mut dyn Write) -> io::Result<()> {
    let around = around(place).map_or_else(String::new, |around| format!(", in {around}"));
    writeln!(out, "{TITLE}{}:{}{TITLE:#}{around}", place.path, place.first)?;
    for line in String::from_utf8_lossy(place.text()).lines() {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

/// What encloses the first line.
fn around(place: &Place) -> Option<String> {
    place.around.first().map(ToString::to_string)
}

fn yaml(one: &Proposal) -> String {
    one.changes.iter().map(change_yaml).collect()
}
