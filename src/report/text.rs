//! Reports for people.

use crate::edit::{Outcome, OutcomeKind, Part};
use crate::patchset::Patchset;
use crate::plan::{Counts, NotIdempotent, Plan, PlannedEdit, PlannedLayer};
use crate::tree::Location;

/// A plan: a line an edit, and a summary.
pub fn plan(plan: &Plan) -> String {
    let mut out = format!("{} on {}\n", plan.patchset, subject(plan));
    let width = plan.edits.iter().map(|edit| edit.id.len()).max().unwrap_or(0);
    for edit in &plan.edits {
        let line = format!("  {:9} {:width$}  {}", edit.verdict(), edit.id, places(edit));
        out.push_str(&format!("{}\n", line.trim_end()));
        for lint in &edit.lints {
            match &lint.allowed {
                None => out.push_str(&format!("  {:9} {}: {}\n", "", lint.lint, lint.message)),
                Some(why) => out.push_str(&format!("  {:9} {} is allowed: {why}\n", "", lint.lint)),
            }
        }
    }
    out.push_str(&format!("{}\n", summary(&Counts::of(plan))));
    out
}

/// What was applied.
pub fn applied(layer: &PlannedLayer, root: &str) -> String {
    format!("applied {} to {root}: {}\n", layer.patchset, summary(&layer.counts))
}

fn subject(plan: &Plan) -> String {
    match &plan.version {
        Some(version) => format!("{} (CPython {version})", plan.source),
        None => plan.source.clone(),
    }
}

/// The places of an edit, a file once: `Makefile.pre.in:473,622`; for one that is skipped, why.
fn places(edit: &PlannedEdit) -> String {
    if let (OutcomeKind::Skipped, Some(Outcome::Skipped { why })) =
        (edit.verdict(), edit.parts.first().map(|part| &part.outcome))
    {
        return why.clone();
    }
    let mut files: Vec<(String, Vec<usize>)> = Vec::new();
    for part in &edit.parts {
        let (Outcome::Change(places) | Outcome::Already(places)) = &part.outcome else { continue };
        for place in places {
            let file = place.file.as_str();
            match files.iter_mut().find(|(known, _)| known == file) {
                Some((_, lines)) => lines.push(place.line),
                None => files.push((file.to_owned(), vec![place.line])),
            }
        }
    }
    let files = files.into_iter().map(|(file, mut lines)| {
        lines.retain(|line| *line > 0);
        lines.sort_unstable();
        lines.dedup();
        let shown: Vec<String> = lines.iter().take(6).map(usize::to_string).collect();
        match (lines.len(), shown.len()) {
            (0, _) => file,
            (all, shown_count) if all > shown_count => format!("{file}:{},...", shown.join(",")),
            _ => format!("{file}:{}", shown.join(",")),
        }
    });
    files.collect::<Vec<_>>().join(" ")
}

/// `17 edits: 16 change, 1 already; 12 files`.
fn summary(counts: &Counts) -> String {
    let mut verdicts: Vec<_> = counts.verdicts.iter().collect();
    verdicts.sort_by_key(|(verdict, _)| verdict.name());
    let listed: Vec<String> = verdicts.iter().map(|(verdict, n)| format!("{n} {verdict}")).collect();
    let (edits, files) = (counted(counts.edits(), "edit"), counted(counts.files, "file"));
    match &listed[..] {
        [] => format!("{edits}; {files}"),
        listed => format!("{edits}: {}; {files}", listed.join(", ")),
    }
}

/// `1 file`, `2 files`.
pub fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Everything that keeps a plan from being applied, as errors; ends with what came of it.
pub fn failures(plan: &Plan) -> String {
    let mut out = String::new();
    let version = plan.version.as_ref().map_or_else(|| plan.source.clone(), |v| format!("CPython {v}"));
    if let Some(range) = &plan.outside {
        let this = match &plan.version {
            Some(version) => format!("this is CPython {version}"),
            None => format!("{} says no version of CPython", plan.source),
        };
        out.push_str(&format!("error: `{}` is written for {range}, and {this}\n", plan.patchset));
        if plan.version.is_none() {
            // What its edits miss in a tree of something else helps nobody.
            out.push_str("  help: name the top of a CPython source tree, where Include/patchlevel.h is\nnothing was written\n");
            return out;
        }
    }
    for edit in &plan.edits {
        let mut told = Vec::new();
        for part in edit.parts.iter().filter(|part| part.outcome.is_failure()) {
            let text = failure(edit, part, &version);
            if !told.contains(&text) {
                out.push_str(&text);
                told.push(text);
            }
        }
        for lint in edit.lints.iter().filter(|lint| lint.allowed.is_none()) {
            out.push_str(&format!("error: edit `{}` would not do what it says ({})\n", edit.id, lint.lint));
            out.push_str(&format!("  {}\n", lint.message));
            out.push_str(&format!(
                "  help: if it is right all the same, write `allow: {{{}: REASON}}`\n",
                lint.lint
            ));
        }
    }
    for conflict in &plan.conflicts {
        let (first, second) = (&conflict.first, &conflict.second);
        let who = if first == second {
            format!("changes of the edit `{first}`")
        } else {
            format!("the edits `{first}` and `{second}`")
        };
        out.push_str(&format!("error: {who} touch the same bytes\n  {}\n", at(&conflict.place)));
        for edit in plan.edits.iter().filter(|edit| edit.id == *first || edit.id == *second) {
            out.push_str(&format!("  `{}` is written at {}\n", edit.id, edit.written_at));
        }
    }
    for NotIdempotent { edit, outcome, with } in &plan.not_idempotent {
        out.push_str(&match &with[..] {
            [] => format!(
                "error: edit `{edit}` is not done when it was done: planned again on its own result it comes to `{outcome}`\n"
            ),
            with => format!(
                "error: edits `{edit}` and `{}` disturb each other: when all is done, `{edit}` comes to `{outcome}`\n",
                with.join("`, `")
            ),
        });
    }
    out.push_str("nothing was written\n");
    out
}

fn failure(edit: &PlannedEdit, part: &Part, version: &str) -> String {
    let module = part.name.as_ref().map(|name| format!(", part `{name}`,")).unwrap_or_default();
    let verb = match part.outcome {
        Outcome::Ambiguous { .. } => "is ambiguous on",
        Outcome::Refused { .. } => "is refused on",
        _ => "does not fit",
    };
    let mut out = format!("error: edit `{}`{module} {verb} {version}\n", edit.id);
    let mut help_line = None;
    match &part.outcome {
        Outcome::Missing { what, place, near, help } => {
            let file = place.as_ref().map_or_else(|| part.file.to_string(), location);
            out.push_str(&format!("  {file}  {what}\n"));
            for miss in near {
                let why = if miss.why.is_empty() { String::new() } else { format!("  ({})", miss.why) };
                out.push_str(&format!("  near: {}{why}\n", at(&miss.place)));
            }
            help_line = help.as_ref();
        }
        Outcome::Ambiguous { what, places, help } => {
            out.push_str(&format!("  {}  {what}\n", part.file));
            for place in places {
                out.push_str(&format!("  here: {}\n", at(place)));
            }
            help_line = help.as_ref();
        }
        Outcome::Refused { why, place } => {
            let file = place.as_ref().map_or_else(|| part.file.to_string(), location);
            out.push_str(&format!("  {file}  {why}\n"));
        }
        Outcome::Change(_) | Outcome::Already(_) | Outcome::Skipped { .. } => {}
    }
    if let Some(help) = help_line {
        out.push_str(&format!("  help: {help}\n"));
    }
    out
}

fn location(place: &Location) -> String {
    match place.line {
        0 => place.file.to_string(),
        line => format!("{}:{line}", place.file),
    }
}

fn at(place: &Location) -> String {
    match place.text.trim() {
        "" => location(place),
        text => format!("{}  {text}", location(place)),
    }
}

/// A patchset: its edits, their reasons, what each does.
pub fn patchset(patchset: &Patchset) -> String {
    let mut out = format!("{}: {}\n", patchset.id, patchset.title);
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            out.push_str(&format!("  {name}: {value}\n"));
        }
    };
    fact("applies to", patchset.applies_to.as_ref().map(ToString::to_string).unwrap_or_default());
    fact("pins", patchset.pins.join(", "));
    fact("extends", patchset.extends.join(", "));
    for edit in &patchset.edits {
        let from =
            if edit.patchset == patchset.id { String::new() } else { format!("  (from {})", edit.patchset) };
        out.push_str(&format!("\n{}{from}\n", edit.id));
        for line in wrapped(&edit.why, 96) {
            out.push_str(&format!("    {line}\n"));
        }
        if let Some(upstream) = &edit.upstream {
            out.push_str(&format!("    upstream: {upstream}\n"));
        }
        if let Some(when) = &edit.when {
            out.push_str(&format!("    for: {when}\n"));
        }
        for requirement in &edit.requires {
            out.push_str(&format!("    requires: {requirement}\n"));
        }
        for change in &edit.changes {
            let files: Vec<&str> = change.file.iter().map(crate::tree::TreePath::as_str).collect();
            let when = change.when.as_ref().map(|when| format!(" ({when})")).unwrap_or_default();
            out.push_str(&format!("  {} in {}{when}\n", change.operation.name(), files.join(" or ")));
        }
    }
    for (id, why) in &patchset.dropped {
        out.push_str(&format!("\n{id}: dropped\n"));
        for line in wrapped(why, 96) {
            out.push_str(&format!("    {line}\n"));
        }
    }
    out
}

/// A text in lines of at most `width` characters, broken at blanks.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
