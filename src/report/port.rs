//! What a port has decided, and what is left to be decided.

use serde_json::{Value, json};

use super::matrix::{cell, details};
use crate::port::{Decided, Decision, Verdict};

/// A line a cell that does not simply stay; below those that are open, their candidates.
pub fn text(decided: &[Decided]) -> String {
    let mut out = String::new();
    let width = decided.iter().map(|one| one.cell.row().len()).max().unwrap_or(0);
    let mut kept = 0;
    for one in decided {
        let row = one.cell.row();
        let line = match &one.decision {
            // What the recipe presets is not ported: a person has to look.
            Decision::Kept if one.cell.verdict.is_open() || one.cell.verdict == Verdict::Obsolete => {
                format!("by hand  {row:width$}  {}", one.cell.reason.as_deref().unwrap_or_default())
            }
            Decision::Kept => {
                kept += 1;
                continue;
            }
            Decision::Taken { candidate: Some(number), why } => {
                format!("taken    {row:width$}  {number}. {why}")
            }
            Decision::Taken { candidate: None, why } => format!("moved    {row:width$}  {why}"),
            Decision::Dropped { why } => format!("dropped  {row:width$}  {why}"),
            Decision::Open => format!("open     {row:width$}  {}", one.cell.verdict.name()),
        };
        out.push_str(&format!("  {line}\n"));
        if one.decision == Decision::Open {
            for detail in details(&one.cell) {
                out.push_str(&format!("             {detail}\n"));
            }
        }
    }
    out.push_str(&format!("  {kept} of {} stay as they are\n", decided.len()));
    out
}

/// The cells, each with what was decided.
pub fn json(patchset: &str, to: &str, written: Option<&str>, decided: &[Decided]) -> Value {
    let cells = decided.iter().map(|one| {
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
    json!({
        "schema": 1,
        "patchset": patchset,
        "to": to,
        "written": written,
        "open": decided.iter().filter(|one| one.decision == Decision::Open).count(),
        "cells": cells.collect::<Vec<_>>(),
    })
}
