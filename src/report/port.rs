//! What a port decided, and what is left to decide.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::list::{by_file, files};
use super::matrix::{cell, details};
use super::style::{ATTENTION, DIM, HANG, NEW};
use super::summary::{Entry, Group, Level, Summary, Written};
use super::{Report, array, column, counted};
use crate::port::{Decided, Decision, Verdict};

/// A port of a patchset to another version.
pub struct PortReport<'a> {
    /// The patchset.
    pub patchset: &'a str,
    /// The source that it is ported to.
    pub to: &'a str,
    /// The folder of the new patchset, if it was written.
    pub written: Option<String>,
    /// What was decided.
    pub decided: &'a [Decided],
    /// Where the edits are written.
    pub edits: &'a Written,
}

/// A line for each cell that does not stay as it is, with the candidates of those that are open.
impl Report for PortReport<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{} to {}", self.patchset, self.to)?;
        let width = column(self.decided.iter().map(|one| one.cell.row().len()));
        let mut kept = 0;
        for one in self.decided {
            let Decided { cell, decision } = one;
            let (what, text) = match decision {
                // What takes the place of a preset of the recipe is not certain: a person has to look.
                Decision::Kept if is_by_hand(one) => ("by hand", cell.explanation().unwrap_or_default()),
                Decision::Kept => {
                    kept += 1;
                    continue;
                }
                Decision::Taken { candidate: Some(number), why } => ("taken", format!("{number}. {why}")),
                Decision::Taken { candidate: None, why } => ("moved", why.clone()),
                Decision::Dropped { why } => ("dropped", why.clone()),
                Decision::Open => ("open", cell.verdict.name().to_owned()),
            };
            let style = match decision {
                Decision::Kept | Decision::Open => ATTENTION,
                Decision::Taken { .. } => NEW,
                Decision::Dropped { .. } => DIM,
            };
            writeln!(out, "  {style}{what:7}{style:#}  {:width$}  {HANG}{text}", cell.row())?;
            // What was found twice, or is lines now, may be meant otherwise.
            let has_choice = what == "moved" && cell.change.is_some() && cell.candidates.len() > 1;
            if *decision == Decision::Open || what == "by hand" || has_choice {
                for detail in details(cell).into_iter().filter(|detail| *detail != text) {
                    writeln!(out, "             {HANG}{detail}")?;
                }
            }
        }
        writeln!(out, "  {kept} of {} stay as they are", self.decided.len())?;
        let by_hand = self.decided.iter().find(|one| is_by_hand(one));
        match by_hand.filter(|one| one.cell.candidates.iter().any(|one| one.can_be_taken)) {
            Some(one) => {
                let row = one.cell.row();
                writeln!(out, "  what is by hand stops no port: give --accept {row}=N or --drop {row}=WHY")
            }
            None => Ok(()),
        }
    }

    fn json(&self) -> Option<Value> {
        let cells = array(self.decided, |one| {
            let mut value = cell(&one.cell);
            let (decision, candidate, why) = match &one.decision {
                Decision::Kept => ("kept", None, None),
                Decision::Taken { candidate, why } => ("taken", *candidate, Some(why)),
                Decision::Dropped { why } => ("dropped", None, Some(why)),
                Decision::Open => ("open", None, None),
            };
            value["decision"] = json!({"decision": decision, "candidate": candidate, "why": why});
            value
        });
        Some(json!({
            "schema": 1, "patchset": self.patchset, "to": self.to, "written": self.written, "open": self.open(),
            "cells": cells,
        }))
    }

    fn summary(&self) -> Option<Summary> {
        Some(summary_of(&[self]))
    }
}

/// Whether a row of the recipe is as it was, though it does not fit.
fn is_by_hand(one: &Decided) -> bool {
    one.decision == Decision::Kept && (one.cell.verdict.is_open() || one.cell.verdict == Verdict::Obsolete)
}

impl PortReport<'_> {
    /// How many rows a person has to decide about.
    fn open(&self) -> usize {
        self.decided.iter().filter(|one| one.decision == Decision::Open).count()
    }

    fn group(&self) -> Group {
        let total = match self.open() {
            0 => counted(self.decided.len(), "row"),
            open => format!("{open} of {} to be decided", counted(self.decided.len(), "row")),
        };
        let entries = self.decided.iter().map(|one| self.entry(one)).collect();
        Group { name: self.patchset.to_owned(), total, entries, files: Vec::new() }
    }

    fn entry(&self, one: &Decided) -> Entry {
        let cell = &one.cell;
        let patchset = cell.patchset.as_deref().or(Some(self.patchset));
        let (level, verdict, message) = match &one.decision {
            Decision::Kept if is_by_hand(one) => {
                (Level::Open, "by hand", cell.explanation().unwrap_or_default())
            }
            Decision::Kept => (Level::Good, "as it is", String::new()),
            Decision::Taken { why, .. } => (Level::Good, "moved", why.clone()),
            Decision::Dropped { why } => (Level::Skipped, "dropped", why.clone()),
            Decision::Open => (Level::Wrong, "to be decided", cell.explanation().unwrap_or_default()),
        };
        let mut details = if one.decision == Decision::Open { details(cell) } else { Vec::new() };
        details.retain(|line| *line != message);
        Entry {
            edit: cell.row(),
            level,
            verdict: verdict.to_owned(),
            places: files(&by_file(&cell.places), usize::MAX),
            message,
            details,
            ..self.edits.entry(patchset, &cell.edit)
        }
    }
}

fn summary_of(ports: &[&PortReport<'_>]) -> Summary {
    let names: Vec<&str> = ports.iter().map(|one| one.patchset).collect();
    let to = ports.first().map_or("", |one| one.to);
    let title = format!("port of {} to {to}", names.join(", "));
    Summary {
        command: "port",
        title,
        groups: ports.iter().map(|one| one.group()).collect(),
        tables: Vec::new(),
    }
}

/// Several patchsets that are ported in order.
pub struct PortReports<'a>(pub Vec<PortReport<'a>>);

impl Report for PortReports<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|one| one.text(out))
    }

    fn json(&self) -> Option<Value> {
        let ports: Vec<Value> = self.0.iter().filter_map(Report::json).collect();
        Some(json!({"schema": 1, "ports": ports}))
    }

    fn summary(&self) -> Option<Summary> {
        Some(summary_of(&self.0.iter().collect::<Vec<_>>()))
    }
}
