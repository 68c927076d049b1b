//! Plans of patchsets on a source, as formats for other programs and for pull requests show them.

use std::io::{self, Write};

use serde_json::Value;

use super::Report;
use super::plan::{Misfit, Wrong, rows_of_all, summary, summary_of};
use super::summary::{Entry, FileDiff, Group, Level, Summary, Written};
use crate::edit::{Outcome, OutcomeKind};
use crate::plan::{Counts, Plan, PlannedEdit, Series};
use crate::version::Version;

/// The plans of patchsets, each on the result of those before it.
pub struct PlanReport<'a> {
    /// The plans.
    pub series: &'a Series,
    /// Whether it is the plan of one patchset, and not of a list that happens to have one.
    pub is_single: bool,
    /// Where the edits are written.
    pub written: &'a Written,
    /// Whether each edit has one line of text, with its first place and its reason.
    pub is_brief: bool,
}

impl PlanReport<'_> {
    fn report(&self) -> &dyn Report {
        match &self.series.plans[..] {
            [plan] if self.is_single => plan,
            _ => self.series,
        }
    }
}

impl Report for PlanReport<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        rows_of_all(self.series, self.is_brief, out)
    }

    fn json(&self) -> Option<Value> {
        self.report().json()
    }

    fn summary(&self) -> Option<Summary> {
        let groups: Vec<Group> = self.series.plans.iter().map(|plan| group(plan, self.written)).collect();
        let source = self.series.plans.first().map(|plan| plan.source.clone()).unwrap_or_default();
        let ids: Vec<&str> = self.series.plans.iter().map(|plan| plan.patchset.as_str()).collect();
        let title = format!("{} on {source}", ids.join(", "));
        Some(Summary { command: "plan", title, groups, tables: Vec::new() })
    }
}

fn group(plan: &Plan, written: &Written) -> Group {
    let misfit = Misfit { plan, in_series: false };
    let problems = misfit.problems();
    let is_known = |edit: &str| plan.edits.iter().any(|one| one.id == edit);
    let mut entries: Vec<Entry> = problems
        .iter()
        .filter(|one| !is_known(one.edit))
        // That of a part of an edit has the part's name in parentheses.
        .map(|one| wrong(plan, written, one.edit.split(" (").next().unwrap_or(one.edit), one))
        .collect();
    for edit in &plan.edits {
        let own: Vec<Entry> = problems
            .iter()
            .filter(|one| one.edit == edit.id)
            .map(|one| wrong(plan, written, &edit.id, one))
            .collect();
        match own.is_empty() {
            false => entries.extend(own),
            true => entries.push(right(plan, written, edit)),
        }
    }
    let on = plan.version.as_ref().map_or_else(|| plan.source.clone(), Version::named);
    let name = format!("{} on {on}", plan.patchset);
    Group {
        name,
        total: summary(&Counts::of(plan)),
        entries,
        files: plan.changes.iter().map(FileDiff::new).collect(),
    }
}

fn wrong(plan: &Plan, written: &Written, edit: &str, wrong: &Wrong<'_>) -> Entry {
    let planned = plan.edits.iter().find(|one| one.id == edit);
    let verdict = match planned.map(PlannedEdit::verdict) {
        Some(verdict) if verdict.is_failure() => verdict.name(),
        Some(_) if plan.conflicts.iter().any(|one| one.second == edit) => "conflict",
        Some(_) => "not idempotent",
        None => "other version",
    };
    Entry {
        level: Level::Wrong,
        verdict: verdict.to_owned(),
        places: planned.map(places).unwrap_or_default(),
        message: wrong.problem.title.clone(),
        reason: wrong.reason.to_owned(),
        details: wrong.problem.details.clone(),
        help: wrong.problem.help.clone(),
        ..written.entry(Some(&plan.patchset), edit)
    }
}

fn right(plan: &Plan, written: &Written, edit: &PlannedEdit) -> Entry {
    let verdict = edit.verdict();
    let is_skipped = verdict == OutcomeKind::Skipped;
    let reason = edit.parts.iter().find_map(|part| part.outcome.reason());
    Entry {
        level: if is_skipped { Level::Skipped } else { Level::Good },
        verdict: verdict.name().to_owned(),
        places: if is_skipped { String::new() } else { places(edit) },
        message: reason.filter(|_| is_skipped).unwrap_or_default().to_owned(),
        why: edit.why.clone(),
        files: plan.changes_of(edit).iter().map(FileDiff::new).collect(),
        ..written.entry(Some(&plan.patchset), &edit.id)
    }
}

/// Where an edit attaches; of one that does not fit, the files.
fn places(edit: &PlannedEdit) -> String {
    let known =
        edit.parts.iter().any(|part| matches!(part.outcome, Outcome::Change(_) | Outcome::Already(_)));
    if known {
        return summary_of(edit);
    }
    let mut files: Vec<&str> = edit.parts.iter().map(|part| part.file.as_str()).collect();
    files.dedup();
    files.join(" ")
}
