//! What patches say, without a tree.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::Report;
use super::list::array;
use crate::import::PatchFile;
use crate::syntax::patch::{Patch, Section, Sign};

/// The files of patches, with their added and removed lines, modes and renames.
pub struct PatchStats<'a> {
    /// The patches.
    pub patches: Vec<(&'a PatchFile, Patch)>,
}

/// What a section does with its file, besides changing lines.
fn verb(section: &Section) -> &'static str {
    match &section.moved {
        Some(moved) if moved.is_copy => "copy",
        Some(_) => "rename",
        None if section.adds() => "add",
        None if section.removes() => "remove",
        None => "change",
    }
}

/// The file of a section, at the level of its patch.
fn path(patch: &PatchFile, section: &Section) -> String {
    section.path(patch.strip).unwrap_or_else(|| section.names.display())
}

/// The numbers of added and removed lines.
fn counts(section: &Section) -> (usize, usize) {
    let count = |wanted: Sign| {
        section.hunks.iter().flat_map(|hunk| &hunk.lines).filter(|(sign, _)| *sign == wanted).count()
    };
    (count(Sign::New), count(Sign::Old))
}

impl Report for PatchStats<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (patch, read) in &self.patches {
            writeln!(out, "{}", patch.name)?;
            for section in &read.sections {
                let (added, removed) = counts(section);
                let lines =
                    if section.is_binary() { "binary".to_owned() } else { format!("+{added} -{removed}") };
                write!(out, "  {lines:9}  {}", path(patch, section))?;
                match (verb(section), section.source(patch.strip)) {
                    ("change", _) => {}
                    (verb, Some(from)) => write!(out, ", {verb} of {from}")?,
                    (verb, None) => write!(out, ", {verb}")?,
                }
                match &section.modes {
                    (Some(old), Some(new)) if old != new => write!(out, ", mode {old} to {new}")?,
                    (None, Some(mode)) | (Some(mode), None) if mode != "100644" => {
                        write!(out, ", mode {mode}")?;
                    }
                    _ => {}
                }
                writeln!(out)?;
            }
        }
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        let file = |patch: &PatchFile, section: &Section| {
            let (added, removed) = counts(section);
            json!({
                "file": path(patch, section), "from": section.source(patch.strip), "does": verb(section),
                "binary": section.is_binary(), "added": added, "removed": removed,
                "old_mode": section.modes.0, "new_mode": section.modes.1,
            })
        };
        Some(json!({
            "schema": 1,
            "patches": array(&self.patches, |(patch, read)| {
                json!({"patch": patch.name, "files": array(&read.sections, |section| file(patch, section))})
            }),
        }))
    }
}
