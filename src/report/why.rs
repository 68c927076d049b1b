//! Why the outcome of an edit differs between two versions.

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::text::counted;
use crate::edit::OutcomeKind;
use crate::patchset::Edit;
use crate::why::{Difference, Excerpt, Observation, PartChange, Step, Trace};

const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();
const HEAD: Style = Style::new().bold();

/// What the user asked.
pub struct Question<'a> {
    /// The edit.
    pub edit: &'a Edit,
    /// The patchset by which it was named.
    pub patchset: &'a str,
    /// The repository that contains both ends, if there is one.
    pub repository: Option<String>,
}

/// How many lines of an anchor, and how many files of a commit, are shown.
const MOST: usize = 4;

/// A trace as text. Diffs are bytes of the sources, in any encoding.
pub fn text(question: &Question<'_>, trace: &Trace) -> Vec<u8> {
    let mut out = Vec::new();
    let (from, to) = ends(trace);
    say(
        &mut out,
        &format!("{HEAD}{}{HEAD:#} of {} from {from} to {to}", question.edit.id, question.patchset),
    );
    if trace.steps.is_empty() {
        let verdicts = verdicts(&trace.to);
        say(&mut out, &format!("its anchor did not change: {verdicts} at both ends"));
    } else {
        say(&mut out, &format!("{} -> {}", verdicts(&trace.from), verdicts(&trace.to)));
        if trace.from == trace.to {
            say(&mut out, "the anchor is the same at both ends, but changed in between");
        }
    }
    for step in &trace.steps {
        out.push(b'\n');
        one(&mut out, step);
    }
    let mut notes = Vec::new();
    match &question.repository {
        Some(_) => {}
        None if trace.steps.is_empty() => {}
        None => notes.push(
            "no git repository contains both ends, so releases are compared in the order of their versions and no \
             commit is named; set PYPATCH_SOURCES to a clone of CPython"
                .to_owned(),
        ),
    }
    if !trace.side_releases.is_empty() {
        notes.push(format!(
            "left out, because the anchor changed only on their own branch: {}",
            trace.side_releases.join(", ")
        ));
    }
    if !notes.is_empty() {
        out.push(b'\n');
    }
    for note in notes {
        say(&mut out, &format!("note: {note}"));
    }
    out
}

fn ends(trace: &Trace) -> (&str, &str) {
    (trace.path.first().map_or("", String::as_str), trace.path.last().map_or("", String::as_str))
}

/// `change`, or `12 change, 3 missing` of several parts.
fn verdicts(sights: &[Observation]) -> String {
    let mut counts: Vec<(OutcomeKind, usize)> = Vec::new();
    for sight in sights {
        match counts.iter_mut().find(|(name, _)| *name == sight.outcome) {
            Some((_, count)) => *count += 1,
            None => counts.push((sight.outcome, 1)),
        }
    }
    match counts[..] {
        [(name, _)] => name.to_string(),
        _ => counts.iter().map(|(name, n)| format!("{n} {name}")).collect::<Vec<_>>().join(", "),
    }
}

fn one(out: &mut Vec<u8>, step: &Step) {
    let absent = match &step.not_available[..] {
        [] => String::new(),
        [one] => format!(" ({one} in between is not available)"),
        [first, .., last] => format!(
            " ({first} to {last} in between are not available: {})",
            counted(step.not_available.len(), "release")
        ),
    };
    say(out, &format!("{HEAD}between {} and {}{HEAD:#}{absent}", step.before, step.after));
    let mut shown: Vec<String> = Vec::new();
    for part in &step.parts {
        // Parts that share a line have the same text: it is shown once.
        let text = what(part);
        let name = part.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let line = format!("  {name}{}", headline(part));
        say(out, &line);
        if !shown.contains(&text) {
            out.extend_from_slice(text.as_bytes());
            shown.push(text);
        }
    }
    if let Some(commit) = &step.commit {
        let branch = match commit.on_old_branch {
            true => format!(", only on the branch of {}", step.before),
            false => String::new(),
        };
        let about = &commit.about;
        say(out, &format!("  commit {PLACE}{}{PLACE:#}{branch}", about.id));
        say(out, &format!("  {}, {}", about.date, about.author));
        say(out, &format!("  {}", about.subject));
        say(out, &format!("  {}", files(&commit.files, step)));
    }
    for excerpt in &step.excerpts {
        hunks(out, excerpt, step);
    }
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
fn what(part: &PartChange) -> String {
    let mut out = String::new();
    for (sign, style, sight) in [('-', OLD, &part.before), ('+', NEW, &part.after)] {
        if let Some(what) = &sight.reason {
            out.push_str(&format!("    {style}{sign}{style:#} {}: {what}\n", sight.outcome));
        }
        for line in sight.lines.iter().take(MOST) {
            let near = if sight.outcome == OutcomeKind::Missing { "near " } else { "" };
            let place = format!("{}:{}", sight.file, line.number);
            out.push_str(&format!("    {style}{sign} {near}{place}{style:#}  {}\n", line.text));
        }
        if sight.lines.len() > MOST {
            out.push_str(&format!("    {style}{sign}{style:#} and {} more\n", sight.lines.len() - MOST));
        }
    }
    out
}

/// The files of a commit, those of the anchor first.
fn files(files: &[crate::tree::CommitFile], step: &Step) -> String {
    let is_anchor = |file: &&crate::tree::CommitFile| {
        let named = |path: &crate::tree::TreePath| {
            step.parts.iter().any(|part| part.before.file == *path || part.after.file == *path)
        };
        file.old.as_ref().is_some_and(named) || file.new.as_ref().is_some_and(named)
    };
    let (first, rest): (Vec<_>, Vec<_>) = files.iter().partition(is_anchor);
    let name = |file: &crate::tree::CommitFile| match (&file.old, &file.new) {
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

fn hunks(out: &mut Vec<u8>, excerpt: &Excerpt, step: &Step) {
    // If a file was only renamed, the hunks do not matter.
    let only_named = step.parts.iter().all(|part| part.difference == Difference::File);
    if excerpt.hunks.is_empty() || (only_named && !excerpt.touches) {
        return;
    }
    if !excerpt.touches {
        let whose = if step.commit.is_some() { "commit's" } else { "releases'" };
        let shown = counted(excerpt.hunks.len(), "hunk");
        say(
            out,
            &format!(
                "  no hunk of the {whose} diff touches the anchored lines; the first {shown} of {}:",
                excerpt.of
            ),
        );
    }
    for line in excerpt.diff().split_inclusive(|byte| *byte == b'\n') {
        let style = match line.first() {
            Some(b'-') if !line.starts_with(b"--- ") => OLD,
            Some(b'+') if !line.starts_with(b"+++ ") => NEW,
            Some(b'@') => PLACE,
            _ => Style::new(),
        };
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        out.extend_from_slice(format!("{style}").as_bytes());
        out.extend_from_slice(body);
        out.extend_from_slice(format!("{style:#}\n").as_bytes());
    }
}

fn say(out: &mut Vec<u8>, line: &str) {
    out.extend_from_slice(line.as_bytes());
    out.push(b'\n');
}

/// A trace as JSON.
pub fn json(question: &Question<'_>, trace: &Trace) -> Value {
    let (from, to) = ends(trace);
    let end = |source: &str, sights: &[Observation]| {
        let parts = trace.parts.iter().zip(sights);
        json!({
            "source": source,
            "parts": parts.map(|(key, sight)| {
                let mut value = seen(sight);
                value["part"] = json!(key.name);
                value
            }).collect::<Vec<_>>(),
        })
    };
    json!({
        "schema": 1,
        "patchset": question.patchset,
        "edit": question.edit.id,
        "from": end(from, &trace.from),
        "to": end(to, &trace.to),
        "changed": !trace.steps.is_empty(),
        "repository": question.repository,
        "path": trace.path,
        "side_releases": trace.side_releases,
        "steps": trace.steps.iter().map(step_json).collect::<Vec<_>>(),
    })
}

fn step_json(step: &Step) -> Value {
    json!({
        "before": step.before,
        "after": step.after,
        "not_available": step.not_available,
        "parts": step.parts.iter().map(|part| json!({
            "part": part.name,
            "kind": part.difference.name(),
            "before": seen(&part.before),
            "after": seen(&part.after),
        })).collect::<Vec<_>>(),
        "commit": step.commit.as_ref().map(|commit| json!({
            "id": commit.about.id.to_string(),
            "author": commit.about.author,
            "date": commit.about.date,
            "subject": commit.about.subject,
            "on_old_branch": commit.on_old_branch,
            "files": commit.files.iter().map(|file| json!({"old": file.old, "new": file.new})).collect::<Vec<_>>(),
        })),
        "diffs": step.excerpts.iter().map(|excerpt| json!({
            "old": excerpt.old,
            "new": excerpt.new,
            "touches_anchor": excerpt.touches,
            "hunks": excerpt.hunks.iter()
                .map(|hunk| String::from_utf8_lossy(&hunk.bytes)).collect::<Vec<_>>(),
            "hunks_in_all": excerpt.of,
        })).collect::<Vec<_>>(),
    })
}

fn seen(sight: &Observation) -> Value {
    json!({
        "verdict": sight.outcome.name(),
        "file": sight.file,
        "exists": sight.exists,
        "lines": sight.lines.iter().map(|line| json!({"line": line.number, "text": line.text})).collect::<Vec<_>>(),
        "reason": sight.reason,
    })
}
