//! Why an edit comes to something else on another version, for people and for programs.

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::text::counted;
use crate::history::{Excerpt, Kind, PartSight, PartStep, Step, Trace};
use crate::patchset::Edit;

const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();
const HEAD: Style = Style::new().bold();

/// What a trace is about: what the user asked, and where commits were looked for.
pub struct Question<'a> {
    /// The edit.
    pub edit: &'a Edit,
    /// The patchset by which it was named.
    pub patchset: &'a str,
    /// The repository, if one holds both ends.
    pub repository: Option<String>,
}

/// How many lines are shown of an anchor, and files of a commit.
const MOST: usize = 4;

/// A trace for people. Diffs are bytes of the sources, whatever their encoding.
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
        let back = (0..trace.parts.len()).all(|i| trace.from[i] == trace.to[i]);
        if back {
            say(&mut out, "at the end it is as it was at the beginning, after it had changed on the way");
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
            "no git repository at hand holds both ends: releases are compared in the order of their versions, \
             and no commit can be named; point PYPATCH_SOURCES at a clone"
                .to_owned(),
        ),
    }
    if !trace.off_the_way.is_empty() {
        notes
            .push(format!("passed over, changed on a branch of their own: {}", trace.off_the_way.join(", ")));
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
    (trace.way.first().map_or("", String::as_str), trace.way.last().map_or("", String::as_str))
}

/// `change`, or `12 change, 3 missing` of several parts.
fn verdicts(sights: &[PartSight]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for sight in sights {
        match counts.iter_mut().find(|(name, _)| *name == sight.outcome) {
            Some((_, count)) => *count += 1,
            None => counts.push((sight.outcome, 1)),
        }
    }
    match counts[..] {
        [(name, _)] => name.to_owned(),
        _ => counts.iter().map(|(name, n)| format!("{n} {name}")).collect::<Vec<_>>().join(", "),
    }
}

fn one(out: &mut Vec<u8>, step: &Step) {
    let absent = match &step.absent[..] {
        [] => String::new(),
        [one] => format!(" ({one} in between is not at hand)"),
        [first, .., last] => format!(
            " ({first} to {last} in between are not at hand: {})",
            counted(step.absent.len(), "release")
        ),
    };
    say(out, &format!("{HEAD}between {} and {}{HEAD:#}{absent}", step.before, step.after));
    let mut told: Vec<String> = Vec::new();
    for part in &step.parts {
        // Parts that one line of the sources holds are told once.
        let text = what(part);
        let name = part.name.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
        let line = format!("  {name}{}", headline(part));
        say(out, &line);
        if !told.contains(&text) {
            out.extend_from_slice(text.as_bytes());
            told.push(text);
        }
    }
    if let Some(commit) = &step.commit {
        let aside = match step.aside {
            true => format!(", on the branch of {} alone", step.before),
            false => String::new(),
        };
        say(out, &format!("  commit {PLACE}{}{PLACE:#}{aside}", commit.id));
        say(out, &format!("  {}, {}", commit.date, commit.author));
        say(out, &format!("  {}", commit.subject));
        say(out, &format!("  {}", files(step)));
    }
    for excerpt in &step.excerpts {
        hunks(out, excerpt, step);
    }
}

fn headline(part: &PartStep) -> String {
    let (before, after) = (&part.before, &part.after);
    match part.kind {
        Kind::Outcome => format!("{} -> {}", before.outcome, after.outcome),
        Kind::File if before.file == after.file => {
            format!("{} {}", before.file, if after.exists { "came to be" } else { "is gone" })
        }
        Kind::File => format!("{} -> {}", before.file, after.file),
        Kind::Text => format!("{}, by another line", after.outcome),
        Kind::Blanks => format!("{}, by a line with other blanks", after.outcome),
    }
}

/// The lines before and afterwards, or why there are none.
fn what(part: &PartStep) -> String {
    let mut out = String::new();
    for (sign, style, sight) in [('-', OLD, &part.before), ('+', NEW, &part.after)] {
        if let Some(what) = &sight.what {
            out.push_str(&format!("    {style}{sign}{style:#} {}: {what}\n", sight.outcome));
        }
        // Of what is put between lines, the lines are not touched, and did not change by themselves.
        for line in sight.lines.iter().take(MOST) {
            let near = if sight.outcome == "missing" { "near " } else { "" };
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
fn files(step: &Step) -> String {
    let is_anchor = |file: &&crate::tree::CommitFile| {
        let named = |path: &crate::tree::TreePath| {
            step.parts.iter().any(|part| part.before.file == *path || part.after.file == *path)
        };
        file.old.as_ref().is_some_and(named) || file.new.as_ref().is_some_and(named)
    };
    let (first, rest): (Vec<_>, Vec<_>) = step.files.iter().partition(is_anchor);
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
    // Of a file that only got another name, nothing but the name matters.
    let only_named = step.parts.iter().all(|part| part.kind == Kind::File);
    if excerpt.hunks.is_empty() || (only_named && !excerpt.touches) {
        return;
    }
    if !excerpt.touches {
        let whose = if step.commit.is_some() { "commit's" } else { "releases'" };
        let shown = counted(excerpt.hunks.len(), "hunk");
        say(
            out,
            &format!(
                "  no hunk of the {whose} diff touches the anchor's own lines; the first {shown} of {}:",
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

/// A trace for programs.
pub fn json(question: &Question<'_>, trace: &Trace) -> Value {
    let (from, to) = ends(trace);
    let end = |source: &str, sights: &[PartSight]| {
        let parts = trace.parts.iter().zip(sights);
        json!({
            "source": source,
            "parts": parts.map(|(slot, sight)| {
                let mut value = seen(sight);
                value["part"] = json!(slot.name);
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
        "way": trace.way,
        "off_the_way": trace.off_the_way,
        "steps": trace.steps.iter().map(step_json).collect::<Vec<_>>(),
    })
}

fn step_json(step: &Step) -> Value {
    json!({
        "before": step.before,
        "after": step.after,
        "not_at_hand": step.absent,
        "parts": step.parts.iter().map(|part| json!({
            "part": part.name,
            "kind": part.kind.name(),
            "before": seen(&part.before),
            "after": seen(&part.after),
        })).collect::<Vec<_>>(),
        "commit": step.commit.as_ref().map(|commit| json!({
            "id": commit.id.to_string(),
            "author": commit.author,
            "date": commit.date,
            "subject": commit.subject,
            "aside": step.aside,
            "files": step.files.iter().map(|file| json!({"old": file.old, "new": file.new})).collect::<Vec<_>>(),
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

fn seen(sight: &PartSight) -> Value {
    json!({
        "verdict": sight.outcome,
        "file": sight.file,
        "exists": sight.exists,
        "lines": sight.lines.iter().map(|line| json!({"line": line.number, "text": line.text})).collect::<Vec<_>>(),
        "reason": sight.what,
    })
}
