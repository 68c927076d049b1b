//! What became of the patches that were imported.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::list::{array, column};
use super::style::{HANG, OLD};
use super::{Report, counted};
use crate::import::{Applied, ImportedPatch, MovedHunk};

/// The edits that patches became, and those that could not be taken.
pub struct Imported<'a> {
    /// The new patchset.
    pub patchset: &'a str,
    /// The base.
    pub source: &'a str,
    /// All patches.
    pub patches: &'a [ImportedPatch],
    /// What became of them.
    pub applied: &'a Applied,
    /// The folder that was written.
    pub written: Option<String>,
}

/// A number of patches.
pub(crate) fn patches(count: usize) -> String {
    format!("{count} {}", if count == 1 { "patch" } else { "patches" })
}

impl Report for Imported<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Applied { taken, problems, changes } = self.applied;
        let width = column(taken.iter().map(|one| one.unit.id.len()));
        for one in taken {
            let id = &one.unit.id;
            let after = match &one.depends_on[..] {
                [] => String::new(),
                ids => format!(", after {}", ids.join(", ")),
            };
            writeln!(out, "  {id:width$}  {HANG}{}{after}", counted(one.files.len(), "file"))?;
            for MovedHunk { file, hunk, fuzz, offset } in &one.hunks {
                writeln!(
                    out,
                    "  {:width$}  {HANG}written again: hunk {hunk} of {file} fits with fuzz {fuzz}, offset {offset}",
                    ""
                )?;
            }
            for (lint, message) in &one.lints {
                writeln!(out, "  {:width$}  {HANG}{lint} is allowed: {message}", "")?;
            }
        }
        for problem in problems {
            writeln!(out, "  {OLD}cannot take{OLD:#} {}: {HANG}{}", problem.patch, problem.why)?;
        }
        let count = self.patches.len() - problems.len();
        let (all, files) = (patches(self.patches.len()), counted(changes.len(), "file"));
        writeln!(out, "{} on {}: {count} of {all} taken, {files} changed", self.patchset, self.source)
    }

    fn json(&self) -> Option<Value> {
        let Applied { taken, problems, changes } = self.applied;
        Some(json!({
            "schema": 1, "patchset": self.patchset, "source": self.source, "written": self.written,
            "edits": array(taken, |one| {
                let ImportedPatch { patch, message, .. } = &self.patches[one.index];
                json!({
                    "edit": one.unit.id, "patch": patch.name, "files": one.files, "depends_on": one.depends_on, "lints": one.lints,
                    "author": message.author, "date": message.date, "upstream": message.upstream,
                    "hunks": array(&one.hunks, |MovedHunk { file, hunk, fuzz, offset }| {
                        json!({"file": file, "hunk": hunk, "fuzz": fuzz, "offset": offset})
                    }),
                })
            }),
            "problems": array(problems, |problem| json!({"patch": problem.patch, "reason": problem.why})),
            "files": array(changes, |change| json!(change.path)),
        }))
    }
}
