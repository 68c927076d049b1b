//! Patchsets: what they are for, and what their edits do.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{Commands, Report, array, column, counted};
use crate::build::Recipe;
use crate::patchset::Patchset;
use crate::tree::TreePath;

/// How long the lines of a reason are.
const WIDTH: usize = 96;

/// A patchset: its edits, their reasons, what each does, and the commands that `build` runs.
pub struct Shown<'a> {
    /// The patchset.
    pub patchset: &'a Patchset,
    /// The commands; `None` if only one edit is shown.
    pub recipe: Option<&'a Recipe>,
}

impl Report for Shown<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        self.patchset.text(out)?;
        let Some(recipe) = self.recipe.filter(|recipe| !recipe.steps.is_empty()) else { return Ok(()) };
        writeln!(out)?;
        Commands(recipe).text(out)
    }

    fn json(&self) -> Option<Value> {
        let mut value = self.patchset.json()?;
        if let Some(recipe) = self.recipe {
            value["build"] = Commands(recipe).json()?;
        }
        Some(value)
    }
}

/// The edits of a patchset, their reasons, and what each does.
impl Report for Patchset {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}: {}", self.id, self.title)?;
        let facts = [
            ("applies to", self.applies_to.as_ref().map(ToString::to_string).unwrap_or_default()),
            ("pins", self.pins.join(", ")),
            ("extends", self.extends.join(", ")),
        ];
        for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
            writeln!(out, "  {name}: {value}")?;
        }
        for edit in &self.edits {
            let from = match edit.patchset == self.id {
                true => String::new(),
                false => format!("  (from {})", edit.patchset),
            };
            writeln!(out, "\n{}{from}", edit.id)?;
            wrapped(&edit.why, out)?;
            if let Some(upstream) = &edit.upstream {
                writeln!(out, "    upstream: {upstream}")?;
            }
            let by = edit.author.iter().cloned().chain(edit.date.clone()).collect::<Vec<_>>();
            if !by.is_empty() {
                writeln!(out, "    written by: {}", by.join(", "))?;
            }
            if let Some(when) = &edit.when {
                writeln!(out, "    for: {when}")?;
            }
            if !edit.depends_on.is_empty() {
                writeln!(out, "    depends on: {}", edit.depends_on.join(", "))?;
            }
            for requirement in &edit.requires {
                writeln!(out, "    requires: {requirement}")?;
            }
            for change in &edit.changes {
                let files: Vec<&str> = change.file.iter().map(TreePath::as_str).collect();
                let when = change.when.as_ref().map(|when| format!(" ({when})")).unwrap_or_default();
                writeln!(out, "  {} in {}{when}", change.operation.name(), files.join(" or "))?;
                for then in &change.then {
                    writeln!(out, "    then {}", then.operation.name())?;
                }
                if !change.ranges().is_empty() {
                    writeln!(out, "    with values for {}", change.ranges().join("; "))?;
                }
            }
        }
        for (id, why) in &self.dropped {
            writeln!(out, "\n{id}: dropped")?;
            wrapped(why, out)?;
        }
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        Some(json!({
            "schema": 1, "id": self.id, "title": self.title, "digest": self.digest,
            "applies_to": self.applies_to.as_ref().map(ToString::to_string),
            "pins": self.pins, "extends": self.extends, "dropped": self.dropped,
            "edits": array(&self.edits, |edit| json!({
                "id": edit.id, "why": edit.why, "upstream": edit.upstream, "allow": edit.allow,
                "author": edit.author, "date": edit.date,
                "when": edit.when.as_ref().map(ToString::to_string),
                "depends_on": edit.depends_on,
                "requires": array(&edit.requires, |one| one.to_string().into()),
                "patchset": edit.patchset, "line": edit.line, "column": edit.column,
                "changes": array(&edit.changes, |change| json!({
                    "operation": change.operation.name(), "file": change.file,
                    "when": change.when.as_ref().map(ToString::to_string),
                    "values_for": change.ranges(),
                    "then": array(&change.then, |then| then.operation.name().into()),
                })),
            })),
        }))
    }
}

/// Writes a text in indented lines, broken at blanks.
fn wrapped(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.len() + word.len() >= WIDTH {
            writeln!(out, "    {line}")?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if line.is_empty() { Ok(()) } else { writeln!(out, "    {line}") }
}

/// The patchsets that can be used, a line each.
pub struct PatchsetList(pub Vec<Patchset>);

impl Report for PatchsetList {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = column(self.0.iter().map(|one| one.id.len()));
        for one in &self.0 {
            writeln!(out, "{:width$}  {}", one.id, one.title)?;
        }
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        let patchsets = array(&self.0, |one| {
            json!({
                "id": one.id, "title": one.title, "edits": one.edits.len(), "extends": one.extends,
                "applies_to": one.applies_to.as_ref().map(ToString::to_string), "pins": one.pins,
            })
        });
        Some(json!({"schema": 1, "patchsets": patchsets}))
    }
}

/// A patchset without errors.
pub struct Valid<'a>(pub &'a Patchset);

impl Report for Valid<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}: {}, no errors", self.0.id, counted(self.0.edits.len(), "edit"))
    }
}
