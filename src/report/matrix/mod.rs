//! A matrix: for a terminal, as JSON, and as a page.

mod html;
mod text;

use serde_json::{Value, json};

pub use html::html;
pub use text::text;

use crate::port::{Candidate, Cell, Column, Matrix};
use crate::tree::Location;

/// A matrix: its columns, and one cell a part of an edit on a source.
pub fn json(matrix: &Matrix) -> Value {
    let columns = matrix.columns.iter().map(|column| {
        json!({
            "source": column.source,
            "version": column.version.as_ref().map(ToString::to_string),
            "patchset": column.patchset,
            "error": column.cells.as_ref().err(),
        })
    });
    json!({
        "schema": 1,
        "patchset": matrix.patchset,
        "base": matrix.base,
        "columns": columns.collect::<Vec<_>>(),
        "cells": matrix.cells().map(cell).collect::<Vec<_>>(),
    })
}

/// One cell, in the shape that all reports of ports share.
pub fn cell(cell: &Cell) -> Value {
    json!({
        "edit": cell.edit,
        "part": cell.part,
        "source": cell.source,
        "version": cell.version.as_ref().map(ToString::to_string),
        "verdict": cell.verdict.name(),
        "places": cell.places.iter().map(line).collect::<Vec<_>>(),
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
        "places": candidate.places.iter().map(line).collect::<Vec<_>>(),
        "can_be_taken": candidate.change.is_some(),
    })
}

fn line(spot: &Location) -> Value {
    json!({"file": spot.file, "line": spot.line})
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

/// Places, a file once: `Makefile.pre.in:473,622`.
fn places(spots: &[Location]) -> String {
    let mut files: Vec<(&str, Vec<String>)> = Vec::new();
    for spot in spots {
        let line = if spot.line == 0 { Vec::new() } else { vec![spot.line.to_string()] };
        match files.iter_mut().find(|(file, _)| *file == spot.file.as_str()) {
            Some((_, lines)) => lines.extend(line),
            None => files.push((spot.file.as_str(), line)),
        }
    }
    let files = files.into_iter().map(|(file, lines)| match lines.len() {
        0 => file.to_owned(),
        _ => format!("{file}:{}", lines.join(",")),
    });
    files.collect::<Vec<_>>().join(" ")
}

/// What a cell says beside its verdict, line by line.
pub fn details(cell: &Cell) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(reason) = &cell.explanation() {
        lines.push(reason.clone());
    }
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
