//! The lines of a patched file, with the edits that wrote them.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::style::{HELP, NEW, TITLE};
use super::{Report, array, column};
use crate::plan::Owner;

/// A line of a patched file.
pub struct AnnotatedLine<'a> {
    /// Its number, from 1.
    pub number: usize,
    /// Its bytes.
    pub text: Vec<u8>,
    /// The edits that wrote a part of it.
    pub edits: Vec<Owner<'a>>,
}

/// Lines of a patched file, and which edits wrote them.
pub struct Annotated<'a> {
    /// The file.
    pub file: &'a str,
    /// The lines that are shown.
    pub lines: Vec<AnnotatedLine<'a>>,
    /// Whether the edits are shown with their reasons, and not each line with their names.
    pub with_reasons: bool,
}

impl Report for Annotated<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let names = |line: &AnnotatedLine<'_>| {
            line.edits.iter().map(|owner| owner.edit.id.as_str()).collect::<Vec<_>>().join(",")
        };
        let width = column(self.lines.iter().map(|line| names(line).len()));
        let digits = self.lines.last().map_or(1, |line| line.number.to_string().len());
        for line in &self.lines {
            let text = line.text.strip_suffix(b"\n").unwrap_or(&line.text);
            write!(out, "{NEW}{:width$}{NEW:#}  {:digits$}  ", names(line), line.number)?;
            out.write_all(text)?;
            writeln!(out)?;
            if !self.with_reasons {
                continue;
            }
            if line.edits.is_empty() {
                writeln!(out, "no edit wrote this line")?;
            }
            for Owner { plan, edit } in &line.edits {
                writeln!(out, "{TITLE}{}{TITLE:#} of {} ({})", edit.id, plan.patchset, edit.written_at)?;
                edit.why.lines().try_for_each(|line| writeln!(out, "    {line}"))?;
                for part in edit.parts.iter().filter(|part| part.file.as_str() == self.file) {
                    writeln!(out, "  {HELP}{}{HELP:#}", part.operation)?;
                }
            }
        }
        Ok(())
    }

    fn json(&self) -> Option<Value> {
        let owner = |one: &Owner<'_>| json!({"patchset": one.plan.patchset, "edit": one.edit.id, "why": one.edit.why, "written_at": one.edit.written_at});
        let lines = array(&self.lines, |line| {
            let text = String::from_utf8_lossy(line.text.strip_suffix(b"\n").unwrap_or(&line.text));
            json!({"line": line.number, "text": text, "edits": array(&line.edits, owner)})
        });
        Some(json!({"schema": 1, "file": self.file, "lines": lines}))
    }
}
