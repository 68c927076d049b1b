//! Patchsets: what they are for, and what their edits do.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::style::{DIM, HANG, LOCATION, NEW, PROSE, SECTION, TITLE};
use super::summary::{self, Entry, Group, Level, Summary};
use super::{Commands, Problem, Report, array, column, counted};
use crate::build::Recipe;
use crate::patchset::{Change, Complaint, Patchset};
use crate::tree::TreePath;
use crate::version::VersionRange;

/// A patchset: its edits, their reasons, what each does, and the commands that `build` runs.
pub struct Shown<'a> {
    /// The file that it is read from.
    pub file: &'a str,
    /// The patchset.
    pub patchset: &'a Patchset,
    /// The commands; `None` if only one edit is shown, with all of its texts.
    pub recipe: Option<&'a Recipe>,
}

/// How many lines of a text are shown where all edits are.
const FEW: usize = 4;

impl Report for Shown<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        edits(self.patchset, self.file, self.recipe.is_none(), out)?;
        let Some(recipe) = self.recipe.filter(|recipe| !recipe.steps.is_empty()) else { return Ok(()) };
        writeln!(out)?;
        Commands(recipe).text(out)
    }

    fn json(&self) -> Option<Value> {
        let mut value = self.patchset.json()?;
        value["file"] = self.file.into();
        if let Some(recipe) = self.recipe {
            value["build"] = Commands(recipe).json()?;
        }
        Some(value)
    }
}

/// The edits of a patchset, their reasons, and what each does.
impl Report for Patchset {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        edits(self, "", false, out)
    }

    fn json(&self) -> Option<Value> {
        Some(json!({
            "schema": 1, "id": self.id, "title": self.title, "digest": self.digest,
            "software": self.software.name(), "applies_to": self.applies_to.as_ref().map(ToString::to_string),
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
                    "arguments": change.operation.arguments().into_iter().collect::<serde_json::Map<_, _>>(),
                    "within": change.within.as_ref().map(ToString::to_string),
                    "texts": change.texts.0.iter().map(|(file, bytes)| {
                        (file.name.clone(), String::from_utf8_lossy(bytes).into())
                    }).collect::<serde_json::Map<_, _>>(),
                    "when": change.when.as_ref().map(ToString::to_string),
                    "values_for": change.ranges(),
                    "then": array(&change.then, |then| then.operation.name().into()),
                })),
            })),
        }))
    }
}

/// The edits of a patchset: with all lines of their texts, or the first few.
fn edits(patchset: &Patchset, file: &str, all: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{TITLE}{}{TITLE:#}: {HANG}{}", patchset.id, patchset.title)?;
    let facts = [
        ("applies to", patchset.applies_to.as_ref().map(VersionRange::named).unwrap_or_default()),
        ("pins", patchset.pins.join(", ")),
        ("extends", patchset.extends.join(", ")),
        ("file", file.to_owned()),
    ];
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(out, "  {DIM}{name}:{DIM:#} {HANG}{value}")?;
    }
    for edit in &patchset.edits {
        let from = match edit.patchset == patchset.id {
            true => String::new(),
            false => format!("  {DIM}(from {}){DIM:#}", edit.patchset),
        };
        writeln!(out, "\n{SECTION}{}{SECTION:#}{from}", edit.id)?;
        wrapped(&edit.why, out)?;
        if let Some(upstream) = &edit.upstream {
            writeln!(out, "    {DIM}upstream:{DIM:#} {HANG}{upstream}")?;
        }
        let by = edit.author.iter().cloned().chain(edit.date.clone()).collect::<Vec<_>>();
        if !by.is_empty() {
            writeln!(out, "    {DIM}written by:{DIM:#} {HANG}{}", by.join(", "))?;
        }
        if let Some(when) = &edit.when {
            writeln!(out, "    {DIM}for:{DIM:#} {HANG}{when}")?;
        }
        if !edit.depends_on.is_empty() {
            writeln!(out, "    {DIM}depends on:{DIM:#} {HANG}{}", edit.depends_on.join(", "))?;
        }
        for requirement in &edit.requires {
            writeln!(out, "    {DIM}requires:{DIM:#} {HANG}{requirement}")?;
        }
        edit.changes.iter().try_for_each(|one| change(one, all, out))?;
    }
    for (id, why) in &patchset.dropped {
        writeln!(out, "\n{SECTION}{id}{SECTION:#}: dropped")?;
        wrapped(why, out)?;
    }
    Ok(())
}

/// A change: its operation, where it is made, its arguments, and its texts.
fn change(change: &Change, all: bool, out: &mut dyn Write) -> io::Result<()> {
    let files: Vec<&str> = change.file.iter().map(TreePath::as_str).collect();
    let when = change.when.as_ref().map(|when| format!(" ({when})")).unwrap_or_default();
    let within = change.within.as_ref().map(|within| format!(", {within}")).unwrap_or_default();
    writeln!(
        out,
        "  {LOCATION}{}{LOCATION:#} {HANG}in {}{within}{when}",
        change.operation.name(),
        files.join(" or ")
    )?;
    if change.forms.is_empty() {
        arguments(change, all, out)?;
    }
    for form in &change.forms {
        let range = form.range.as_ref().map_or("other versions".to_owned(), ToString::to_string);
        writeln!(out, "    for {range}")?;
        arguments(&form.change, all, out)?;
    }
    for then in &change.then {
        writeln!(out, "    then {}", then.operation.name())?;
        arguments(then, all, out)?;
    }
    Ok(())
}

/// The arguments of an operation, a line each; a text of several lines is indented below its name.
fn arguments(change: &Change, all: bool, out: &mut dyn Write) -> io::Result<()> {
    for (name, value) in change.operation.arguments() {
        let file = change.texts.0.iter().find(|(file, _)| value["from"] == file.name.as_str());
        let (place, text) = match (&value, file) {
            (_, Some((file, bytes))) => {
                let owner = file.of.as_ref().map(|of| format!(" of {of}")).unwrap_or_default();
                (format!("files/{}{owner}, ", file.name), String::from_utf8_lossy(bytes).into_owned())
            }
            (Value::String(text), None) if text.trim_end().contains('\n') => (String::new(), text.clone()),
            _ => {
                writeln!(out, "      {DIM}{name}:{DIM:#} {HANG}{}", words(&value))?;
                continue;
            }
        };
        let lines: Vec<&str> = text.lines().collect();
        writeln!(out, "      {DIM}{name}:{DIM:#} {place}{}", counted(lines.len(), "line"))?;
        let shown = if all || lines.len() <= FEW + 1 { lines.len() } else { FEW };
        for line in &lines[..shown] {
            writeln!(out, "{}", format!("        {line}").trim_end())?;
        }
        if shown < lines.len() {
            writeln!(out, "        {DIM}... {} more{DIM:#}", counted(lines.len() - shown, "line"))?;
        }
    }
    Ok(())
}

/// A value without the marks of YAML, as far as it is clear without them.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim_end().to_owned(),
        Value::Array(all) => all.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(all) => {
            let pairs = all.iter().map(|(key, value)| format!("{key}: {}", words(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

/// Writes sentences in indented lines.
fn wrapped(text: &str, out: &mut dyn Write) -> io::Result<()> {
    for paragraph in text.split("\n\n") {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        if !words.is_empty() {
            writeln!(out, "    {PROSE}{}", words.join(" "))?;
        }
    }
    Ok(())
}

/// The patchsets that can be used, a line each.
pub struct PatchsetList {
    /// The file of each, and the patchset.
    pub rows: Vec<(String, Patchset)>,
    /// Whether the files are shown.
    pub verbose: bool,
}

impl Report for PatchsetList {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = column(self.rows.iter().map(|(_, one)| one.id.len()));
        for (file, one) in &self.rows {
            writeln!(out, "{TITLE}{:width$}{TITLE:#}  {HANG}{}", one.id, one.title)?;
            if self.verbose {
                writeln!(out, "{:width$}  {HANG}{DIM}{file}{DIM:#}", "")?;
            }
        }
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        let patchsets = array(&self.rows, |(file, one)| {
            json!({
                "file": file, "id": one.id, "title": one.title, "edits": one.edits.len(), "extends": one.extends,
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
        let edits = counted(self.0.edits.len(), "edit");
        writeln!(out, "{TITLE}{}{TITLE:#}: {edits}, {NEW}no errors{NEW:#}", self.0.id)
    }
}

/// Patchsets that were checked.
#[derive(Default)]
pub struct CheckedPatchsets(Vec<Group>);

impl CheckedPatchsets {
    /// Adds one without errors.
    pub(crate) fn add_valid(&mut self, patchset: &Patchset, file: String) {
        let entry = Entry { verdict: "valid".to_owned(), written: Some((file, 1)), ..Entry::default() };
        let total = format!("{}, no errors", counted(patchset.edits.len(), "edit"));
        self.0.push(Group { name: patchset.id.clone(), total, entries: vec![entry], files: Vec::new() });
    }

    /// Adds one with the mistakes that have a place, or with the whole problem if none has.
    pub(crate) fn add_invalid(&mut self, id: &str, file: &str, mistakes: &[Complaint], problem: &Problem) {
        let wrong = |at: (String, usize), message: &str, details: &[String]| Entry {
            level: Level::Wrong,
            verdict: "invalid".to_owned(),
            written: Some(at),
            message: message.to_owned(),
            details: details.to_vec(),
            help: problem.help.clone(),
            ..Entry::default()
        };
        let of_mistake = |one: &Complaint| {
            let label = if one.label.is_empty() { String::new() } else { format!(": {}", one.label) };
            let length = one.excerpt.as_ref().map_or(1, |(_, length)| (*length).max(1));
            let columns = (one.column > 0).then_some((one.column, one.column + length));
            Entry {
                columns,
                ..wrong((one.file.clone(), one.line.max(1)), &format!("{}{label}", one.what), &[])
            }
        };
        let mut entries: Vec<Entry> = mistakes.iter().map(of_mistake).collect();
        if entries.is_empty() {
            entries.push(wrong((file.to_owned(), 1), &problem.title, &problem.details));
        }
        let total = counted(entries.len(), "error");
        self.0.push(Group { name: id.to_owned(), total, entries, files: Vec::new() });
    }
}

impl Report for CheckedPatchsets {
    fn text(&self, _out: &mut dyn Write) -> io::Result<()> {
        // Each patchset is shown as soon as it is checked.
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        self.summary().map(|all| summary::json(&all))
    }

    fn summary(&self) -> Option<Summary> {
        let title = "patchsets".to_owned();
        Some(Summary { command: "check", title, groups: self.0.clone(), tables: Vec::new() })
    }
}
