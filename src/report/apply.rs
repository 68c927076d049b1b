//! What was applied to a tree, what is applied, and what was reverted.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::plan::summary;
use super::style::{HANG, NEW, OLD, TITLE};
use super::{Report, counted};
use crate::apply::{FileState, LayerStatus, Status};
use crate::plan::PlannedLayer;

/// The patchsets that were applied to a tree.
pub struct Applied<'a> {
    /// The layers.
    pub planned: &'a [PlannedLayer],
    /// The tree.
    pub tree: &'a Path,
}

impl Report for Applied<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let tree = self.tree.display();
        for layer in self.planned {
            let id = &layer.patchset;
            match layer.changes.is_empty() {
                true => writeln!(out, "{TITLE}{id}{TITLE:#}: already applied, nothing to do")?,
                false => {
                    let summary = summary(&layer.counts);
                    writeln!(out, "{HANG}applied {TITLE}{id}{TITLE:#} to {tree}: {summary}")?;
                }
            }
        }
        Ok(())
    }
}

/// The patchsets that are applied to a tree, and the files that were changed since.
pub struct TreeStatus<'a> {
    /// The tree.
    pub tree: &'a Path,
    /// Its state; `None` if no patchset is applied.
    pub status: Option<&'a Status>,
}

impl TreeStatus<'_> {
    /// Whether a file was changed since.
    pub fn has_drift(&self) -> bool {
        self.status.is_some_and(|status| !status.drifted().is_empty())
    }
}

impl Report for TreeStatus<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(status) = self.status else {
            return writeln!(out, "{}: no patchset is applied", self.tree.display());
        };
        for LayerStatus { layer, files } in &status.layers {
            let pin = layer.pin.as_deref().map_or(String::new(), |pin| format!(" (pin {pin})"));
            let (edits, files) = (counted(layer.edits.len(), "edit"), counted(files.len(), "file"));
            writeln!(out, "{TITLE}{}{TITLE:#}{pin}: {HANG}{edits}, {files}", layer.patchset)?;
        }
        for path in status.left_out() {
            writeln!(out, "  {path}: left out by --exclude")?;
        }
        for file in status.drifted() {
            writeln!(out, "  {}: {OLD}{}{OLD:#}", file.path, state_name(file.state))?;
        }
        match self.has_drift() {
            true => Ok(()),
            false => writeln!(out, "{NEW}all files are as pypatch left them{NEW:#}"),
        }
    }

    fn json(&self) -> Option<Value> {
        let layers = self.status.map_or(&[][..], |status| &status.layers);
        Some(json!({"schema": 1, "layers": layers, "drift": self.has_drift()}))
    }
}

/// A state of a file in words.
pub fn state_name(state: FileState) -> &'static str {
    match state {
        FileState::AsApplied => "as pypatch left it",
        FileState::Drifted => "changed since",
        FileState::ModeChanged => "mode changed since",
        FileState::Missing => "removed since",
    }
}

/// The patchsets that were reverted, or would be.
pub struct Reverted {
    /// What was reverted.
    pub reverted: crate::apply::Reverted,
    /// Whether nothing was written.
    pub dry_run: bool,
}

impl Report for Reverted {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let verb = if self.dry_run { "would revert" } else { "reverted" };
        for id in &self.reverted.patchsets {
            writeln!(out, "{verb} {id}")?;
        }
        writeln!(out, "{}", counted(self.reverted.files.len(), "file"))?;
        for id in &self.reverted.remaining {
            writeln!(out, "still applied: {id}")?;
        }
        Ok(())
    }
}
