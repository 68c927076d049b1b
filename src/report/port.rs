//! What a port decided, and what is left to decide.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::matrix::{cell, details};
use super::style::{ATTENTION, DIM, HANG, NEW};
use super::{Report, array, column};
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
}

/// A line for each cell that does not stay as it is, with the candidates of those that are open.
impl Report for PortReport<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{} to {}", self.patchset, self.to)?;
        let width = column(self.decided.iter().map(|one| one.cell.row().len()));
        let mut kept = 0;
        for Decided { cell, decision } in self.decided {
            let (what, text) = match decision {
                // What the recipe presets is not ported: a person has to look.
                Decision::Kept if cell.verdict.is_open() || cell.verdict == Verdict::Obsolete => {
                    ("by hand", cell.explanation().unwrap_or_default())
                }
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
            if *decision == Decision::Open {
                for detail in details(cell) {
                    writeln!(out, "             {HANG}{detail}")?;
                }
            }
        }
        writeln!(out, "  {kept} of {} stay as they are", self.decided.len())
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
        let open = self.decided.iter().filter(|one| one.decision == Decision::Open).count();
        Some(json!({
            "schema": 1, "patchset": self.patchset, "to": self.to, "written": self.written, "open": open,
            "cells": cells,
        }))
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
}
