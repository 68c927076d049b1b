//! Reports for programs. The shapes are stable and documented in ARCHITECTURE.md.

use serde_json::{Value, json};

use crate::edit::{Outcome, Part};
use crate::patchset::Patchset;
use crate::plan::{Plan, PlannedEdit};
use crate::tree::Location;

/// A plan: one cell a part of an edit, and what keeps it from being applied.
pub fn plan(plan: &Plan) -> Value {
    let cells: Vec<Value> =
        plan.edits.iter().flat_map(|edit| edit.parts.iter().map(|part| cell(plan, edit, part))).collect();
    let lints = plan.edits.iter().flat_map(|edit| {
        edit.lints.iter().map(|lint| {
            json!({
                "edit": edit.id, "lint": lint.lint.name(), "message": lint.message, "allowed": lint.allowed,
            })
        })
    });
    json!({
        "schema": 1,
        "patchset": plan.patchset,
        "source": plan.source,
        "version": plan.version.as_ref().map(ToString::to_string),
        "outside": plan.outside,
        "fits": plan.fits(),
        "nothing_to_do": plan.is_done(),
        "cells": cells,
        "lints": lints.collect::<Vec<_>>(),
        "conflicts": plan.conflicts.iter().map(|conflict| json!({
            "edits": [conflict.first, conflict.second], "place": place(&conflict.place),
        })).collect::<Vec<_>>(),
        "not_idempotent": plan.not_idempotent.iter().map(|one| json!({
            "edit": one.edit, "outcome": one.outcome.name(), "with": one.with,
        })).collect::<Vec<_>>(),
        "files": plan.changes.iter().map(|change| change.path.as_str()).collect::<Vec<_>>(),
    })
}

fn cell(plan: &Plan, edit: &PlannedEdit, part: &Part) -> Value {
    let none = Vec::new();
    let (places, candidates, reason): (&[Location], Vec<Value>, Option<String>) = match &part.outcome {
        Outcome::Change(places) | Outcome::Already(places) => (places, none, None),
        Outcome::Skipped { why } => (&[], none, Some(why.clone())),
        Outcome::Missing { what, place, near, .. } => (
            place.as_slice(),
            near.iter()
                .map(|near| json!({
                    "file": near.place.file, "line": near.place.line, "text": near.place.text, "why": near.why,
                }))
                .collect(),
            Some(what.clone()),
        ),
        Outcome::Ambiguous { what, places, .. } => (places, none, Some(what.clone())),
        Outcome::Refused { why, place } => (place.as_slice(), none, Some(why.clone())),
    };
    json!({
        "edit": edit.id,
        "part": part.name,
        "source": plan.source,
        "version": plan.version.as_ref().map(ToString::to_string),
        "verdict": part.outcome.name(),
        "operation": part.operation,
        "file": part.file,
        "places": places.iter().map(place).collect::<Vec<_>>(),
        "candidates": candidates,
        "reason": reason,
    })
}

fn place(place: &Location) -> Value {
    json!({"file": place.file, "line": place.line})
}

/// A patchset: its edits, their reasons, what each does.
pub fn patchset(patchset: &Patchset) -> Value {
    json!({
        "schema": 1,
        "id": patchset.id,
        "title": patchset.title,
        "digest": patchset.digest,
        "applies_to": patchset.applies_to.as_ref().map(ToString::to_string),
        "pins": patchset.pins,
        "extends": patchset.extends,
        "dropped": patchset.dropped,
        "edits": patchset.edits.iter().map(|edit| json!({
            "id": edit.id,
            "why": edit.why,
            "upstream": edit.upstream,
            "when": edit.when.as_ref().map(ToString::to_string),
            "requires": edit.requires.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "allow": edit.allow,
            "patchset": edit.patchset,
            "line": edit.line,
            "column": edit.column,
            "changes": edit.changes.iter().map(|change| json!({
                "operation": change.operation.name(),
                "file": change.file,
                "when": change.when.as_ref().map(ToString::to_string),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
