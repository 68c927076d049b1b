//! A patchset on many sources: as a table, as JSON, and as a page.

mod html;
mod text;

use std::fmt;

use serde_json::{Value, json};

use super::{Report, Text, locations};
use crate::port::{Candidate, Cell, Column, Matrix};
use crate::tree::Location;

impl Report for Matrix {
    fn text(&self, out: &mut Text) -> fmt::Result {
        text::text(self, out)
    }

    fn json(&self) -> Option<Value> {
        let columns = self.columns.iter().map(|column| {
            json!({
                "source": column.source,
                "version": column.version.as_ref().map(ToString::to_string),
                "patchset": column.patchset,
                "error": column.cells.as_ref().err(),
            })
        });
        Some(json!({
            "schema": 1,
            "patchset": self.patchset,
            "base": self.base,
            "columns": columns.collect::<Vec<_>>(),
            "cells": self.cells().map(cell).collect::<Vec<_>>(),
        }))
    }

    fn html(&self) -> Option<String> {
        Some(html::html(self))
    }
}

/// One cell, in the shape that all reports of ports share.
pub(super) fn cell(cell: &Cell) -> Value {
    json!({
        "edit": cell.edit,
        "part": cell.part,
        "source": cell.source,
        "version": cell.version.as_ref().map(ToString::to_string),
        "verdict": cell.verdict.name(),
        "places": cell.places.iter().map(location).collect::<Vec<_>>(),
        "candidates": cell.candidates.iter().map(candidate).collect::<Vec<_>>(),
        "reason": cell.explanation(),
    })
}

fn candidate(candidate: &Candidate) -> Value {
    let first = candidate.places.first();
    json!({
        "file": first.map(|spot| &spot.file),
        "line": first.map(|spot| spot.line),
        "text": candidate.text,
        "why": candidate.why,
        "places": candidate.places.iter().map(location).collect::<Vec<_>>(),
        "can_be_taken": candidate.change.is_some(),
    })
}

fn location(location: &Location) -> Value {
    json!({"file": location.file, "line": location.line})
}

/// The name of a group of neighbouring columns: `2.5` or `2.5 - 2.5.6`.
fn group_name(columns: &[Column]) -> String {
    let name = |column: &Column| match &column.version {
        Some(version) => version.to_string(),
        None => column.source.clone(),
    };
    match columns {
        [] => String::new(),
        [one] => name(one),
        [first, .., last] => format!("{} - {}", name(first), name(last)),
    }
}

fn places(places: &[Location]) -> String {
    locations::text(&locations::by_file(places.iter().map(|place| (&place.file, place.line))), usize::MAX)
}

/// What is known about a cell besides its verdict, line by line.
pub fn details(cell: &Cell) -> Vec<String> {
    let mut lines: Vec<String> = cell.explanation().into_iter().collect();
    if !cell.places.is_empty() {
        lines.push(places(&cell.places));
    }
    for (number, candidate) in cell.candidates.iter().enumerate() {
        let text = candidate.text.trim();
        let text = if text.is_empty() { String::new() } else { format!("  {text}") };
        lines.push(format!("{}. {}{text}", number + 1, places(&candidate.places)));
        let by_hand = if candidate.change.is_none() { " (to be written by hand)" } else { "" };
        lines.push(format!("   {}{by_hand}", candidate.why));
    }
    lines
}
