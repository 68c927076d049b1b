//! A patchset on many sources: as a table, as JSON, and as a page.

mod summary;
mod text;

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Report;
use super::list::{array, by_file, files, location};
use super::summary::{Summary, Written};
use crate::port::{Candidate, Cell, Column, Matrix};
use crate::tree::Location;

/// Matrices, one for each patchset of a set, and how their text is laid out.
pub(crate) struct MatrixReport<'a> {
    /// The matrices.
    pub matrices: &'a [Matrix],
    /// Where the edits are written.
    pub written: &'a Written,
    /// How many columns the terminal has; `None` if it is not shown on one.
    pub width: Option<usize>,
    /// Whether the details of all cells are listed.
    pub verbose: bool,
}

impl Report for MatrixReport<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (number, matrix) in self.matrices.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            text::text(self, matrix, out)?;
        }
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        Some(match self.matrices {
            [matrix] => json(matrix),
            matrices => json!({"schema": 1, "matrices": array(matrices, json)}),
        })
    }

    fn summary(&self) -> Option<Summary> {
        Some(match self.matrices {
            [matrix] => summary::summary(matrix, None, self.written),
            matrices => summary::summary_of_set(matrices, self.written),
        })
    }
}

fn json(matrix: &Matrix) -> Value {
    json!({
        "schema": 1, "patchset": matrix.patchset, "base": matrix.base,
        "columns": array(&matrix.columns, |column| json!({
            "source": column.source, "version": column.version.as_ref().map(ToString::to_string),
            "patchset": column.patchset, "error": column.cells.as_ref().err(),
        })),
        "cells": array(matrix.cells(), cell),
    })
}

/// One cell, in the shape that all reports of ports share.
pub(super) fn cell(cell: &Cell) -> Value {
    let mut value = json!({
        "edit": cell.edit, "part": cell.part, "source": cell.source,
        "version": cell.version.as_ref().map(ToString::to_string),
        "verdict": cell.verdict.name(), "reason": cell.explanation(),
        "places": array(&cell.places, location), "evidence": cell.evidence, "candidates": array(&cell.candidates, candidate),
    });
    if let Some(patchset) = &cell.patchset {
        value["patchset"] = json!(patchset);
    }
    value
}

fn candidate(candidate: &Candidate) -> Value {
    let first = candidate.places.first();
    json!({
        "file": first.map(|place| &place.file), "line": first.map(|place| place.line),
        "places": array(&candidate.places, location), "text": candidate.text, "why": candidate.why,
        "can_be_taken": candidate.can_be_taken,
    })
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

/// The first and the last of a group of neighbouring columns, one below the other: `2.5` and `-2.5.6`.
fn group_ends(columns: &[Column]) -> Vec<String> {
    match columns {
        [] | [_] => vec![group_name(columns)],
        [first, .., last] => {
            let name = |one: &Column| group_name(std::slice::from_ref(one));
            vec![name(first), format!("-{}", name(last))]
        }
    }
}

fn places(places: &[Location]) -> String {
    files(&by_file(places), usize::MAX)
}

/// What is known about a cell besides its verdict, line by line.
pub(crate) fn details(cell: &Cell) -> Vec<String> {
    let mut lines: Vec<String> = cell.explanation().into_iter().collect();
    if !cell.places.is_empty() {
        lines.push(places(&cell.places));
    }
    for (number, candidate) in cell.candidates.iter().enumerate() {
        let text = candidate.text.trim();
        let text = if text.is_empty() { String::new() } else { format!("  {text}") };
        lines.push(format!("{}. {}{text}", number + 1, places(&candidate.places)));
        let by_hand = if !candidate.can_be_taken { " (to be written by hand)" } else { "" };
        lines.push(format!("   {}{by_hand}", candidate.why));
    }
    lines
}
