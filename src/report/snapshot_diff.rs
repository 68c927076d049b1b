//! How the changes of a patchset changed from one accepted snapshot to another.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use similar::{Algorithm, DiffTag};

use super::lines::{changed_lines, sections};
use super::style::{ATTENTION, DIM, HANG, NEW, OLD, SECTION};
use super::{Report, array, column, counted};
use crate::edit::OutcomeKind;
use crate::snapshot::{EditDifference, Effect, Fate, FileDifference, SectionChange, Side};
use crate::text::diff_tokens;

/// How many effects are listed; the lines show more than a longer list.
const MOST: usize = 16;
/// How long an effect may be to be listed.
const LONGEST: usize = 100;

/// Two snapshots, and how each edit differs.
pub struct SnapshotDiff<'a> {
    /// The patchset and the pin of the old one.
    pub old: (&'a str, &'a str),
    /// The patchset and the pin of the new one.
    pub new: (&'a str, &'a str),
    /// The edits that one of the patchsets drops, with the reason.
    pub dropped: BTreeMap<String, String>,
    /// The edits.
    pub edits: Vec<EditDifference>,
    /// The sections that differ, to be shown line by line instead of the details.
    pub raw: Option<Vec<SectionChange>>,
}

/// The fates in the order of the summary, and what the summary calls them.
const FATES: [(Fate, &str); 6] = [
    (Fate::Same, "the same"),
    (Fate::Moved, "moved by upstream"),
    (Fate::Upstream, "the same on other lines"),
    (Fate::Changed, "changed"),
    (Fate::Gone, "gone"),
    (Fate::New, "new"),
];

impl SnapshotDiff<'_> {
    /// Whether an edit differs.
    pub fn is_different(&self) -> bool {
        self.edits.iter().any(|edit| edit.fate != Fate::Same)
    }

    /// What the list says about an edit.
    fn summary(&self, edit: &EditDifference) -> String {
        match edit.fate {
            Fate::Same => String::new(),
            Fate::Gone | Fate::New => {
                self.dropped.get(&edit.id).map(|why| format!("dropped: {why}")).unwrap_or_default()
            }
            Fate::Moved | Fate::Upstream | Fate::Changed => {
                let verdicts = match (edit.old_verdict, edit.new_verdict) {
                    (Some(old), Some(new)) if old != new => Some(format!("{old} -> {new}")),
                    _ => None,
                };
                let files = edit.files.iter().filter(|file| file.fate != Fate::Same).map(location);
                verdicts.into_iter().chain(files).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

/// A line for each edit, then the details of each that is not the same.
impl Report for SnapshotDiff<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}/{} -> {}/{}", self.old.0, self.old.1, self.new.0, self.new.1)?;
        let width = column(self.edits.iter().map(|edit| edit.id.len()));
        for edit in &self.edits {
            let (fate, summary) = (edit.fate, self.summary(edit));
            let style = if fate == Fate::Same { DIM } else { ATTENTION };
            let id = if summary.is_empty() { edit.id.clone() } else { format!("{:width$}  ", edit.id) };
            writeln!(out, "  {style}{:8}{style:#} {id}{HANG}{summary}", fate.name())?;
        }
        if let Some(changes) = &self.raw {
            writeln!(out)?;
            sections(changes, out)?;
        }
        for edit in self.edits.iter().filter(|_| self.raw.is_none()) {
            if !edit.parts.is_empty() || edit.files.iter().any(|file| file.fate != Fate::Same) {
                writeln!(out, "\n{SECTION}{}{SECTION:#}", edit.id)?;
                edit_details(edit, Shown { effects: true, context: true }, out)?;
            }
        }
        let counts = FATES.iter().filter_map(|(fate, what)| {
            let count = self.edits.iter().filter(|edit| edit.fate == *fate).count();
            (count > 0).then(|| format!("{count} {what}"))
        });
        let counts = counts.collect::<Vec<_>>().join(", ");
        writeln!(out, "\n{}: {counts}", counted(self.edits.len(), "edit"))
    }

    fn json(&self) -> Option<Value> {
        let named = |(patchset, pin): (&str, &str)| json!({"patchset": patchset, "pin": pin});
        let name = |verdict: Option<OutcomeKind>| verdict.map(OutcomeKind::name);
        let edits = array(&self.edits, |edit| {
            let is_in_both = edit.old_verdict.is_some() && edit.new_verdict.is_some();
            json!({
                "edit": edit.id, "fate": edit.fate.name(),
                "old_verdict": name(edit.old_verdict), "new_verdict": name(edit.new_verdict),
                "dropped": self.dropped.get(&edit.id).filter(|_| !is_in_both),
                "parts": array(&edit.parts, |part| json!({
                    "part": part.name, "old_verdict": name(part.old), "new_verdict": name(part.new),
                })),
                "files": array(&edit.files, file_json),
            })
        });
        Some(json!({
            "schema": 1, "old": named(self.old), "new": named(self.new),
            "different": self.is_different(), "edits": edits,
        }))
    }
}

/// Where an edit begins in a file, in the old and in the new snapshot: `Makefile.pre.in:333 -> 404`.
fn location(file: &FileDifference) -> String {
    let at = |side: &Side| match side.line {
        Some(line) if line > 0 => format!("{}:{line}", side.file),
        _ => side.file.clone(),
    };
    match (&file.old, &file.new) {
        (Some(old), Some(new)) if old.file == new.file => match new.line {
            Some(line) if new.line != old.line && at(old) != old.file => format!("{} -> {line}", at(old)),
            _ => at(old),
        },
        (Some(old), Some(new)) => format!("{} -> {}", at(old), at(new)),
        (Some(old), None) => format!("no longer {}", old.file),
        (None, Some(new)) => format!("also {}", new.file),
        (None, None) => String::new(),
    }
}

/// What is shown of an edit besides its lines.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    /// The effects in words.
    pub effects: bool,
    /// The lines around it. Those of one release never differ by upstream.
    pub context: bool,
}

/// How the parts of an edit changed, and what it does to each file.
pub(super) fn edit_details(edit: &EditDifference, show: Shown, out: &mut dyn Write) -> io::Result<()> {
    for part in &edit.parts {
        let name = part.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        match (part.old, part.new) {
            (Some(old), Some(new)) => writeln!(out, "  {name}{old} -> {new}")?,
            (None, Some(new)) => writeln!(out, "  {name}a new part ({new})")?,
            (_, None) => writeln!(out, "  {name}no longer a part")?,
        }
    }
    let files = edit.files.iter().filter(|file| file.fate != Fate::Same);
    files.into_iter().try_for_each(|file| file_details(file, show, out))
}

fn file_details(file: &FileDifference, show: Shown, out: &mut dyn Write) -> io::Result<()> {
    let lines = |side: &Option<Side>| side.as_ref().map(|side| side.lines.clone()).unwrap_or_default();
    let (old, new) = (lines(&file.old), lines(&file.new));
    let meaning = match file.fate {
        Fate::Moved => "upstream moved; the edit changes the same lines",
        Fate::Upstream if old == new => "the same lines in a renamed file",
        Fate::Upstream => "upstream changed these lines; the edit has the same effect on them",
        Fate::Changed => "the edit has another effect",
        Fate::Gone => "the edit no longer touches this file",
        Fate::New => "the edit now touches this file, too",
        Fate::Same => return Ok(()),
    };
    writeln!(out, "  {}: {meaning}", location(file))?;
    let effects = [(&file.effects_gone, "before", OLD), (&file.effects_new, "now", NEW)];
    if show.effects && file.fate == Fate::Changed && effects.iter().all(|(effects, _, _)| are_short(effects))
    {
        for (effects, when, style) in effects {
            for effect in described(&**effects) {
                writeln!(out, "    {style}{when}{style:#} {effect}")?;
            }
        }
    }
    let [was, is] = unlike_lines(&old, &new);
    for (when, lines) in [("before", was), ("now", is)] {
        if !lines.is_empty() {
            writeln!(out, "    lines {when}:")?;
            diff_lines(&lines, "      ", out)?;
        }
    }
    let text = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    // In a renamed file all of the context differs, which says nothing.
    if let (Some(old), Some(new)) = (&file.old, &file.new)
        && show.context
        && old.file == new.file
        && old.context != new.context
    {
        writeln!(out, "    context, changed by upstream:")?;
        changed_lines(&text(&old.context), &text(&new.context), 0, "      ", out)?;
    }
    Ok(())
}

/// Each effect once, in words, and how often it is there.
pub(super) fn described<'a>(effects: impl IntoIterator<Item = &'a Effect>) -> Vec<String> {
    let mut all: Vec<(&Effect, usize)> = Vec::new();
    for effect in effects {
        match all.iter_mut().find(|(known, _)| *known == effect) {
            Some((_, count)) => *count += 1,
            None => all.push((effect, 1)),
        }
    }
    let often = |(effect, count): (&Effect, usize)| match count {
        1 => effect.to_string(),
        count => format!("{effect} ({count} times)"),
    };
    all.into_iter().map(often).collect()
}

/// The lines that only one of two diffs has.
fn unlike_lines<'a>(old: &'a [String], new: &'a [String]) -> [Vec<&'a str>; 2] {
    let [a, b]: [Vec<&str>; 2] = [old, new].map(|lines| lines.iter().map(String::as_str).collect());
    let (mut was, mut is) = (Vec::new(), Vec::new());
    for op in diff_tokens(Algorithm::Patience, &a, &b).iter().filter(|op| op.tag() != DiffTag::Equal) {
        was.extend(&a[op.old_range()]);
        is.extend(&b[op.new_range()]);
    }
    [was, is]
}

/// Lines of a diff in its colours.
pub(super) fn diff_lines(lines: &[&str], indent: &str, out: &mut dyn Write) -> io::Result<()> {
    lines.iter().try_for_each(|line| match line.as_bytes().first() {
        Some(b'+') => writeln!(out, "{indent}{NEW}{line}{NEW:#}"),
        Some(b'-') => writeln!(out, "{indent}{OLD}{line}{OLD:#}"),
        _ => writeln!(out, "{indent}{line}"),
    })
}

fn are_short(effects: &[Effect]) -> bool {
    effects.len() <= MOST && effects.iter().all(|effect| effect.to_string().len() <= LONGEST)
}

fn file_json(file: &FileDifference) -> Value {
    let effect = |one: &Effect| json!({"removed": one.removed, "added": one.added, "near": one.near});
    let side = |side: &Side| json!({"file": side.file, "line": side.line, "lines": side.lines, "context": side.context});
    json!({
        "fate": file.fate.name(), "old": file.old.as_ref().map(side), "new": file.new.as_ref().map(side),
        "only_old": array(&file.effects_gone, effect), "only_new": array(&file.effects_new, effect),
    })
}
