//! What was recorded of a changed tree.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::list::{array, column};
use super::style::HANG;
use super::{Report, counted};
use crate::import::Taken;
use crate::tree::FileChange;

/// How many files that were left out are named.
const SHOWN: usize = 5;

/// The edits that the changes of a tree became.
pub struct Recorded<'a> {
    /// The new patchset.
    pub patchset: &'a str,
    /// The tree.
    pub tree: &'a str,
    /// What it was before.
    pub source: &'a str,
    /// The edits.
    pub edits: &'a [Taken],
    /// The changes.
    pub changes: &'a [FileChange],
    /// New files that only a build left.
    pub left_out: &'a [String],
    /// The folder that was written.
    pub written: Option<String>,
}

impl Report for Recorded<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = column(self.edits.iter().map(|one| one.unit.id.len()));
        for Taken { unit, files, depends_on, lints, .. } in self.edits {
            let after = match &depends_on[..] {
                [] => String::new(),
                ids => format!(", after {}", ids.join(", ")),
            };
            writeln!(out, "  {:width$}  {HANG}{}{after}", unit.id, counted(files.len(), "file"))?;
            for (lint, message) in lints {
                writeln!(out, "  {:width$}  {HANG}{lint} is allowed: {message}", "")?;
            }
        }
        if !self.left_out.is_empty() {
            let more = if self.left_out.len() > SHOWN { ", ..." } else { "" };
            let names = self.left_out[..self.left_out.len().min(SHOWN)].join(", ");
            let count = counted(self.left_out.len(), "new file");
            writeln!(
                out,
                "  left out {count} of a build or an editor (--include records them): {names}{more}"
            )?;
        }
        let (files, edits) = (counted(self.changes.len(), "changed file"), counted(self.edits.len(), "edit"));
        writeln!(out, "{} against {}: {files}, {edits}", self.tree, self.source)
    }

    fn json(&self) -> Option<Value> {
        Some(json!({
            "schema": 1, "patchset": self.patchset, "tree": self.tree, "source": self.source, "written": self.written,
            "edits": array(self.edits, |one| json!({
                "edit": one.unit.id, "files": one.files, "depends_on": one.depends_on, "lints": one.lints,
            })),
            "left_out": self.left_out,
            "files": array(self.changes, |change| json!(change.path)),
        }))
    }
}
