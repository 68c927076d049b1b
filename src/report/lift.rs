//! The proposals of a lift.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::list::array;
use super::{Report, counted};
use crate::lift::LiftedEdit;

/// The edits of a patchset that were lifted.
pub struct LiftedEdits<'a> {
    /// The patchset.
    pub patchset: &'a str,
    /// What became of its edits.
    pub edits: &'a [LiftedEdit],
    /// The diff of its patchset.yaml; empty to leave it out.
    pub diff: Vec<u8>,
}

impl Report for LiftedEdits<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&self.diff)?;
        let files = self.edits.iter().flat_map(|one| &one.files);
        let (lifted, all) =
            files.fold((0, 0), |(lifted, all), file| (lifted + file.lifted, all + file.hunks));
        for LiftedEdit { edit, files, .. } in self.edits {
            for file in files {
                writeln!(
                    out,
                    "  {}  {}: {} of {} lifted",
                    edit.id,
                    file.file,
                    file.lifted,
                    counted(file.hunks, "hunk")
                )?;
            }
        }
        let edits = counted(self.edits.len(), "edit");
        writeln!(out, "{}: {lifted} of {} of {edits} lifted", self.patchset, counted(all, "hunk"))
    }

    fn json(&self) -> Option<Value> {
        Some(json!({
            "schema": 1, "patchset": self.patchset,
            "edits": array(self.edits, |one| json!({
                "edit": one.edit.id,
                "files": array(&one.files, |file| json!({"file": file.file, "hunks": file.hunks, "lifted": file.lifted})),
                "operations": array(&one.edit.changes, |change| json!({
                    "file": change.file, "operation": change.operation.name(),
                })),
            })),
        }))
    }
}
