//! What a patchset would do to a tree, and why it does not fit.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::fit::columns;
use super::list::{array, by_file, column, counted, files, location as location_json};
use super::style::{self, CUT, DIM, ERROR, HANG, TITLE};
use super::summary::first_sentence;
use super::{Problem, Report};
use crate::edit::{Near, Outcome, OutcomeKind, Part};
use crate::plan::{Counts, NotIdempotent, Plan, PlannedEdit, Series};
use crate::tree::Location;
use crate::version::Version;

/// A line for each edit, a summary, and what keeps the plan from being applied.
impl Report for Plan {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        rows(self, false, out)
    }

    fn json(&self) -> Option<Value> {
        let parts = self.edits.iter().flat_map(|edit| edit.parts.iter().map(move |part| (edit, part)));
        let lints = self.edits.iter().flat_map(|edit| edit.lints.iter().map(move |lint| (edit, lint)));
        Some(json!({
            "schema": 1, "patchset": self.patchset, "source": self.source,
            "version": self.version.as_ref().map(ToString::to_string), "outside": self.outside.as_ref().map(ToString::to_string),
            "fits": self.fits(), "nothing_to_do": self.is_done(),
            "cells": array(parts, |(edit, part)| cell(self, edit, part)),
            "lints": array(lints, |(edit, lint)| json!({
                "edit": edit.id, "lint": lint.lint.name(), "message": lint.message, "allowed": lint.allowed,
            })),
            "conflicts": array(&self.conflicts, |conflict| json!({
                "edits": [conflict.first, conflict.second], "place": location_json(&conflict.place),
            })),
            "not_idempotent": array(&self.not_idempotent, |one| json!({
                "edit": one.edit, "outcome": one.outcome.name(), "with": one.with,
            })),
            "files": array(&self.changes, |change| json!(change.path)),
        }))
    }
}

/// The plans, one after the other.
impl Report for Series {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        rows_of_all(self, false, out)
    }

    fn json(&self) -> Option<Value> {
        let plans: Vec<Value> = self.plans.iter().filter_map(Report::json).collect();
        Some(json!({"schema": 1, "fits": self.misfit().is_none(), "plans": plans}))
    }
}

/// The widest column of places next to which reasons are shown.
const PLACES: usize = 28;

/// The text of a plan. If it is `brief`, each edit has one line: its first place, and as much of its reason as fits.
pub(super) fn rows(plan: &Plan, brief: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{TITLE}{}{TITLE:#} on {}", plan.patchset, subject(plan))?;
    let width = column(plan.edits.iter().map(|edit| edit.id.len()));
    let places: Vec<String> = match brief {
        true => plan.edits.iter().map(first_place).collect(),
        false => plan.edits.iter().map(summary_of).collect(),
    };
    let narrow = places.iter().map(|text| columns(text.as_bytes())).filter(|wide| *wide <= PLACES);
    let beside = narrow.max().unwrap_or(0);
    for (edit, places) in plan.edits.iter().zip(&places) {
        let (verdict, style) = (edit.verdict(), style::outcome(edit.verdict()));
        let id = match brief || !places.is_empty() {
            true => format!("{:width$}  ", edit.id),
            false => edit.id.clone(),
        };
        write!(out, "  {style}{verdict:9}{style:#} {id}")?;
        match brief {
            false => writeln!(out, "{HANG}{places}")?,
            true => {
                if verdict == OutcomeKind::Skipped {
                    writeln!(out, "{CUT}{DIM}{places}{DIM:#}")?;
                } else {
                    let blanks = beside.saturating_sub(columns(places.as_bytes()));
                    let why = first_sentence(&edit.why).split_whitespace().collect::<Vec<_>>().join(" ");
                    writeln!(out, "{CUT}{places}{:blanks$}  {CUT}{DIM}{why}{DIM:#}", "")?;
                }
            }
        }
        for lint in &edit.lints {
            match &lint.allowed {
                None => writeln!(out, "  {:9} {ERROR}{}:{ERROR:#} {HANG}{}", "", lint.lint, lint.message)?,
                Some(why) => writeln!(out, "  {:9} {DIM}{} is allowed:{DIM:#} {HANG}{why}", "", lint.lint)?,
            }
        }
    }
    writeln!(out, "{HANG}{}", summary(&Counts::of(plan)))?;
    if plan.fits() { Ok(()) } else { Misfit { plan, in_series: false }.text(out) }
}

/// The plans, one after the other.
pub(super) fn rows_of_all(series: &Series, brief: bool, out: &mut dyn Write) -> io::Result<()> {
    for (at, plan) in series.plans.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        rows(plan, brief, out)?;
    }
    Ok(())
}

/// Where an edit is made first, and in how many places and files besides: `Modules/Setup.dist (15) and 1 file`. Of one that does
/// not fit, the first file in which it does not; of one that is skipped, the reason.
fn first_place(edit: &PlannedEdit) -> String {
    if let Some(part) = edit.parts.iter().find(|part| part.outcome.kind().is_failure()) {
        return part.file.to_string();
    }
    let places = edit.parts.iter().flat_map(|part| part.outcome.places());
    let by_file = by_file(places);
    let Some((file, lines)) = by_file.first() else { return summary_of(edit) };
    let first = match &lines[..] {
        [] => file.to_string(),
        [line] => format!("{file}:{line}"),
        lines => format!("{file} ({})", lines.len()),
    };
    match by_file.len() - 1 {
        0 => first,
        others => format!("{first} and {}", counted(others, "file")),
    }
}

fn cell(plan: &Plan, edit: &PlannedEdit, part: &Part) -> Value {
    let (places, near): (&[Location], &[Near]) = match &part.outcome {
        Outcome::Change(places) | Outcome::Already(places) | Outcome::Ambiguous { places, .. } => {
            (places, &[])
        }
        Outcome::Skipped { .. } => (&[], &[]),
        Outcome::Missing { place, near, .. } => (place.as_slice(), near),
        Outcome::Refused { place, .. } => (place.as_slice(), &[]),
    };
    json!({
        "edit": edit.id, "part": part.name, "operation": part.operation, "file": part.file,
        "chosen": part.chosen, "source": plan.source, "version": plan.version.as_ref().map(ToString::to_string),
        "verdict": part.outcome.kind().name(), "reason": part.outcome.reason(), "places": array(places, location_json),
        "candidates": array(near, |Near { place, why }| json!({
            "file": place.file, "line": place.line, "text": place.text, "why": why,
        })),
    })
}

fn subject(plan: &Plan) -> String {
    match &plan.version {
        Some(version) => format!("{} ({})", plan.source, version.named()),
        None => plan.source.clone(),
    }
}

/// The locations of an edit; for one that is skipped, the reason.
pub(super) fn summary_of(edit: &PlannedEdit) -> String {
    if let (OutcomeKind::Skipped, Some(Outcome::Skipped { why })) =
        (edit.verdict(), edit.parts.first().map(|part| &part.outcome))
    {
        return why.clone();
    }
    let places = edit.parts.iter().flat_map(|part| part.outcome.places());
    let mut by_file = by_file(places);
    for (_, lines) in &mut by_file {
        lines.sort_unstable();
        lines.dedup();
    }
    let chosen = edit.parts.iter().find_map(|part| part.chosen.as_ref());
    match chosen {
        Some(chosen) => format!("{} ({chosen})", files(&by_file, 6)),
        None => files(&by_file, 6),
    }
}

/// `17 edits: 16 change, 1 already; 12 files`.
pub(super) fn summary(counts: &Counts) -> String {
    let mut verdicts: Vec<_> = counts.verdicts.iter().collect();
    verdicts.sort_by_key(|(verdict, _)| verdict.name());
    let listed: Vec<String> = verdicts.iter().map(|(verdict, n)| format!("{n} {verdict}")).collect();
    let (edits, files) = (counted(counts.edits(), "edit"), counted(counts.files, "file"));
    match &listed[..] {
        [] => format!("{edits}; {files}"),
        listed => format!("{edits}: {}; {files}", listed.join(", ")),
    }
}

/// Everything that keeps a plan from being applied.
pub struct Misfit<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Whether it is one of several, whose edits may have the same names: the patchset is named, too.
    pub in_series: bool,
}

impl Report for Misfit<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        for Wrong { mut problem, .. } in self.problems() {
            if self.in_series {
                problem.title = format!("{}: {}", self.plan.patchset, problem.title);
            }
            problem.text(out)?;
        }
        writeln!(out, "nothing was written")
    }
}

/// One of the reasons why a plan cannot be applied.
pub(super) struct Wrong<'a> {
    /// The edit; empty for the plan as a whole.
    pub edit: &'a str,
    /// Why the edit does not fit, without its name, if that can be said.
    pub reason: &'a str,
    /// The error.
    pub problem: Problem,
}

impl Misfit<'_> {
    /// All that is wrong.
    pub(super) fn problems(&self) -> Vec<Wrong<'_>> {
        let plan = self.plan;
        let mut all: Vec<Wrong<'_>> = Vec::new();
        let mut add = |(edit, reason), title: String, details: Vec<String>, help: Option<String>| {
            let problem = Problem { title, details, help, ..Problem::default() };
            // Parts that fail for the same reason are reported once.
            if !all.iter().any(|known| known.problem == problem) {
                all.push(Wrong { edit, reason, problem });
            }
        };
        if let Some(range) = &plan.outside {
            let (software, file) = (range.software().title(), range.software().version_file());
            let top = format!("name the top directory of a {software} source tree, which contains {file}");
            let own = plan.version.as_ref().filter(|version| version.software() == range.software());
            let (this, help) = match (own, &plan.version) {
                (Some(version), _) => (format!("this is {}", version.named()), None),
                (None, Some(other)) => (format!("this is {}", other.named()), Some(top)),
                (None, None) => (format!("{} has no {software} version", plan.source), Some(top)),
            };
            let of =
                if help.is_none() || plan.version.is_none() { String::new() } else { format!("{software} ") };
            add(("", ""), format!("`{}` is for {of}{range}, but {this}", plan.patchset), Vec::new(), help);
            if own.is_none() {
                // The other problems would only say what a tree of something else does not contain.
                return all;
            }
        }
        for edit in &plan.edits {
            for part in &edit.parts {
                if let Some((what, details, help)) = failure(part) {
                    let module =
                        part.name.as_ref().map(|name| format!(", part `{name}`,")).unwrap_or_default();
                    let on = plan.version.as_ref().map_or(plan.source.clone(), Version::named);
                    let after = (!edit.fits_after.is_empty()).then(|| {
                        format!(
                            "it fits on the result of other edits: write `depends-on: [{}]`",
                            edit.fits_after.join(", ")
                        )
                    });
                    let title = format!("edit `{}`{module} {what} {on}", edit.id);
                    let reason = part.outcome.reason().unwrap_or_default();
                    add((&edit.id, reason), title, details, after.or(help.cloned()));
                }
            }
            for lint in edit.lints.iter().filter(|lint| lint.allowed.is_none()) {
                add(
                    (&edit.id, &lint.message),
                    format!("edit `{}` would not have the intended effect ({})", edit.id, lint.lint),
                    vec![lint.message.clone()],
                    Some(format!("if this is intended, add `allow: {{{}: REASON}}` to the edit", lint.lint)),
                );
            }
        }
        for conflict in &plan.conflicts {
            let (first, second) = (&conflict.first, &conflict.second);
            let who = match first == second {
                true => format!("changes of the edit `{first}`"),
                false => format!("the edits `{first}` and `{second}`"),
            };
            let edits = plan.edits.iter().filter(|edit| edit.id == *first || edit.id == *second);
            let mut details = vec![at(&conflict.place)];
            details.extend(edits.map(|edit| format!("`{}` is defined at {}", edit.id, edit.written_at)));
            let help = (first != second).then(|| {
                format!("if one changes the result of the other, write `depends-on: [{first}]` in `{second}`")
            });
            add((second, ""), format!("{who} touch the same bytes"), details, help);
        }
        for NotIdempotent { edit, outcome, with, by_its_changes } in &plan.not_idempotent {
            let title = match &with[..] {
                [] if *by_its_changes => format!(
                    "the changes of edit `{edit}` undo each other: planning it on its own result gives `{outcome}`"
                ),
                [] => format!(
                    "edit `{edit}` is not idempotent: planning it on its own result gives `{outcome}`"
                ),
                with => format!(
                    "edits `{edit}` and `{}` undo each other: planning `{edit}` on the result of all gives `{outcome}`",
                    with.join("`, `")
                ),
            };
            let own_patchset = (!with.is_empty()).then(|| {
                "to have one after the other, write `depends-on: [ID]` in the one that comes last".to_owned()
            });
            let help = by_its_changes.then(|| {
                "each change is planned on the unmodified file: write one change that has the result of both, such as `makefile.move-prerequisite` for an order".to_owned()
            });
            add((edit, ""), title, Vec::new(), help.or(own_patchset));
        }
        all
    }
}

/// What is wrong with a part, the details, and the help; `None` if it fits.
fn failure(part: &Part) -> Option<(&'static str, Vec<String>, Option<&String>)> {
    let line = |place: &Option<Location>, text: &str| {
        let location = place.as_ref().map_or_else(|| part.file.to_string(), location);
        format!("{location}  {text}")
    };
    match &part.outcome {
        Outcome::Missing { what, place, near, help, .. } => {
            let near = near.iter().map(|near| {
                let why = if near.why.is_empty() { String::new() } else { format!("  ({})", near.why) };
                format!("near: {}{why}", at(&near.place))
            });
            let details = [line(place, what)].into_iter().chain(near).collect();
            Some(("does not fit", details, help.as_ref()))
        }
        Outcome::Ambiguous { what, places, help } => {
            let here = places.iter().map(|place| format!("here: {}", at(place)));
            let details = [line(&None, what)].into_iter().chain(here).collect();
            Some(("is ambiguous on", details, help.as_ref()))
        }
        Outcome::Refused { why, place } => Some(("is refused on", vec![line(place, why)], None)),
        Outcome::Change(_) | Outcome::Already(_) | Outcome::Skipped { .. } => None,
    }
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
