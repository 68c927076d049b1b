//! Why the outcome of an edit differs between two versions.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::style::{LOCATION, NEW, OLD, PLAIN, TITLE};
use super::{Report, array, counted};
use crate::edit::OutcomeKind;
use crate::tree::{CommitFile, TreePath};
use crate::why::{Difference, Excerpt, Observation, PartChange, Step, StepCommit, Trace};

/// How many lines of an anchor, and how many files of a commit, are shown.
const MOST: usize = 4;

/// A trace, and what the user asked.
pub struct WhyReport<'a> {
    /// The edit.
    pub edit: &'a str,
    /// The patchset by which it was named.
    pub patchset: &'a str,
    /// The repository that contains both ends, if there is one.
    pub repository: Option<String>,
    /// The answer.
    pub trace: &'a Trace,
}

impl WhyReport<'_> {
    fn ends(&self) -> (&str, &str) {
        let path = &self.trace.path;
        (path.first().map_or("", String::as_str), path.last().map_or("", String::as_str))
    }
}

impl Report for WhyReport<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let (trace, (from, to)) = (self.trace, self.ends());
        writeln!(out, "{TITLE}{}{TITLE:#} of {} from {from} to {to}", self.edit, self.patchset)?;
        if trace.steps.is_empty() {
            writeln!(out, "its anchor did not change: {} at both ends", verdicts(&trace.to))?;
        } else {
            writeln!(out, "{} -> {}", verdicts(&trace.from), verdicts(&trace.to))?;
            if trace.from == trace.to {
                writeln!(out, "the anchor is the same at both ends, but changed in between")?;
            }
        }
        for step in &trace.steps {
            writeln!(out)?;
            write_step(step, out)?;
        }
        let no_repository = "no git repository contains both ends, so releases are compared in the order of their \
                             versions and no commit is named; set PYPATCH_SOURCES to a git repository that has both";
        let no_repository = (self.repository.is_none() && !trace.steps.is_empty()).then_some(no_repository);
        let names = trace.side_releases.join(", ");
        let side = format!("left out, because the anchor changed only on their own branch: {names}");
        let notes = [no_repository, (!names.is_empty()).then_some(side.as_str())];
        if notes.iter().any(Option::is_some) {
            writeln!(out)?;
        }
        notes.iter().flatten().try_for_each(|note| writeln!(out, "note: {note}"))
    }

    fn json(&self) -> Option<Value> {
        let trace = self.trace;
        let (from, to) = self.ends();
        let end = |source: &str, seen: &[Observation]| {
            let parts = array(trace.parts.iter().zip(seen), |(key, seen)| {
                let mut value = observation(seen);
                value["part"] = json!(key.name);
                value
            });
            json!({"source": source, "parts": parts})
        };
        Some(json!({
            "schema": 1, "patchset": self.patchset, "edit": self.edit, "repository": self.repository,
            "from": end(from, &trace.from), "to": end(to, &trace.to),
            "path": trace.path, "side_releases": trace.side_releases,
            "changed": !trace.steps.is_empty(), "steps": array(&trace.steps, step_json),
        }))
    }
}

/// `change`, or `12 change, 3 missing` for several parts.
fn verdicts(seen: &[Observation]) -> String {
    let mut counts: BTreeMap<OutcomeKind, usize> = BTreeMap::new();
    for one in seen {
        *counts.entry(one.outcome).or_default() += 1;
    }
    match counts.first_key_value() {
        Some((name, _)) if counts.len() == 1 => name.to_string(),
        _ => counts.iter().map(|(name, n)| format!("{n} {name}")).collect::<Vec<_>>().join(", "),
    }
}

fn write_step(step: &Step, out: &mut dyn Write) -> io::Result<()> {
    let gap = match &step.not_available[..] {
        [] => String::new(),
        [one] => format!(" ({one} in between is not available)"),
        [first, .., last] => {
            let count = counted(step.not_available.len(), "release");
            format!(" ({first} to {last} in between are not available: {count})")
        }
    };
    writeln!(out, "{TITLE}between {} and {}{TITLE:#}{gap}", step.before, step.after)?;
    let mut shown: Vec<String> = Vec::new();
    for part in &step.parts {
        let name = part.key.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        writeln!(out, "  {name}{}", headline(part))?;
        // Parts that share a line have the same text: it is shown once.
        let text = anchored_lines(part);
        if !shown.contains(&text) {
            out.write_all(text.as_bytes())?;
            shown.push(text);
        }
    }
    if let Some(commit) = &step.commit {
        let branch = match commit.on_old_branch {
            true => format!(", only on the branch of {}", step.before),
            false => String::new(),
        };
        let about = &commit.about;
        writeln!(out, "  commit {LOCATION}{}{LOCATION:#}{branch}", about.id)?;
        writeln!(out, "  {}, {}", about.date, about.author)?;
        writeln!(out, "  {}", about.subject)?;
        writeln!(out, "  {}", files(commit, step))?;
    }
    step.excerpts.iter().try_for_each(|excerpt| write_excerpt(excerpt, step, out))
}

fn headline(part: &PartChange) -> String {
    let (before, after) = (&part.before, &part.after);
    match part.difference {
        Difference::Outcome => format!("{} -> {}", before.outcome, after.outcome),
        Difference::File if before.file == after.file => {
            format!("{} {}", before.file, if after.exists { "was added" } else { "was removed" })
        }
        Difference::File => format!("{} -> {}", before.file, after.file),
        Difference::Text => format!("{}, anchored to a different line", after.outcome),
        Difference::Blanks => format!("{}, anchored to a line with different blanks", after.outcome),
    }
}

/// The anchored lines before and afterwards, or the reason why there are none.
fn anchored_lines(part: &PartChange) -> String {
    let mut out = String::new();
    for (sign, style, seen) in [('-', OLD, &part.before), ('+', NEW, &part.after)] {
        if let Some(reason) = &seen.reason {
            out.push_str(&format!("    {style}{sign}{style:#} {}: {reason}\n", seen.outcome));
        }
        let near = if seen.outcome == OutcomeKind::Missing { "near " } else { "" };
        for line in seen.lines.iter().take(MOST) {
            let location = format!("{}:{}", seen.file, line.line);
            out.push_str(&format!("    {style}{sign} {near}{location}{style:#}  {}\n", line.text));
        }
        if seen.lines.len() > MOST {
            out.push_str(&format!("    {style}{sign}{style:#} and {} more\n", seen.lines.len() - MOST));
        }
    }
    out
}

/// The files of a commit, those of the anchor first.
fn files(commit: &StepCommit, step: &Step) -> String {
    let is_anchored =
        |path: &TreePath| step.parts.iter().any(|part| part.before.file == *path || part.after.file == *path);
    let (first, rest): (Vec<_>, Vec<_>) =
        commit.files.iter().partition(|file| file.old.iter().chain(&file.new).any(is_anchored));
    let name = |file: &CommitFile| match (&file.old, &file.new) {
        (Some(old), Some(new)) if old != new => format!("{old} renamed to {new}"),
        (Some(old), None) => format!("{old} removed"),
        (None, Some(new)) => format!("{new} added"),
        (_, Some(path)) => path.to_string(),
        (None, None) => String::new(),
    };
    let all: Vec<String> = first.into_iter().chain(rest).map(name).collect();
    let shown = all[..all.len().min(MOST)].join(", ");
    match all.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn write_excerpt(excerpt: &Excerpt, step: &Step, out: &mut dyn Write) -> io::Result<()> {
    // If a file was only renamed, the hunks do not matter.
    let only_renamed = step.parts.iter().all(|part| part.difference == Difference::File);
    if excerpt.hunks.is_empty() || (only_renamed && !excerpt.touches) {
        return Ok(());
    }
    if !excerpt.touches {
        let whose = if step.commit.is_some() { "commit's" } else { "releases'" };
        let shown = counted(excerpt.hunks.len(), "hunk");
        let all = excerpt.of;
        writeln!(
            out,
            "  no hunk of the {whose} diff touches the anchored lines; the first {shown} of {all}:"
        )?;
    }
    out.write_all(excerpt.head().as_bytes())?;
    for line in excerpt.hunks.iter().flat_map(|hunk| hunk.bytes.split_inclusive(|byte| *byte == b'\n')) {
        let style = match line.first() {
            Some(b'-') => OLD,
            Some(b'+') => NEW,
            Some(b'@') => LOCATION,
            _ => PLAIN,
        };
        write!(out, "{style}")?;
        out.write_all(line.strip_suffix(b"\n").unwrap_or(line))?;
        writeln!(out, "{style:#}")?;
    }
    Ok(())
}

fn step_json(step: &Step) -> Value {
    json!({
        "before": step.before, "after": step.after, "not_available": step.not_available,
        "parts": array(&step.parts, |part| json!({
            "part": part.key.name, "kind": part.difference.name(),
            "before": observation(&part.before), "after": observation(&part.after),
        })),
        "commit": step.commit.as_ref().map(|StepCommit { about, files, on_old_branch }| json!({
            "id": about.id.to_string(), "author": about.author, "date": about.date, "subject": about.subject,
            "on_old_branch": on_old_branch,
            "files": array(files, |file| json!({"old": file.old, "new": file.new})),
        })),
        "diffs": array(&step.excerpts, |excerpt| json!({
            "old": excerpt.old, "new": excerpt.new, "touches_anchor": excerpt.touches,
            "hunks": array(&excerpt.hunks, |hunk| String::from_utf8_lossy(&hunk.bytes).into()),
            "hunks_in_all": excerpt.of,
        })),
    })
}

fn observation(seen: &Observation) -> Value {
    json!({
        "verdict": seen.outcome.name(), "reason": seen.reason, "file": seen.file, "exists": seen.exists,
        "lines": array(&seen.lines, |line| json!({"line": line.line, "text": line.text})),
    })
}
