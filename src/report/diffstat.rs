//! How many lines edits add and remove, as `git diff --stat` says it.

use std::io::{self, Write};

use super::style::{NEW, OLD, SECTION};
use super::summary::FileDiff;
use super::{Report, column, counted};
use crate::plan::Plan;
use crate::tree::FileChange;

/// How many signs the longest bar has.
const BAR: usize = 40;

/// The lines of each file that each edit adds and removes, and the sums.
pub struct DiffStat<'a> {
    /// The plans, with their edits.
    pub plans: &'a [Plan],
    /// What all of them change together.
    pub changes: &'a [FileChange],
}

impl Report for DiffStat<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut edits = Vec::new();
        for plan in self.plans {
            for edit in &plan.edits {
                let files = plan.changes_of(edit);
                let files: Vec<FileDiff> = files.iter().map(FileDiff::new).collect();
                edits.push((&edit.id, files));
            }
        }
        let all = || edits.iter().flat_map(|(_, files)| files);
        let width = column(all().map(|one| one.file.chars().count()));
        let most = all().map(|one| one.added + one.removed).max().unwrap_or(0).max(1);
        let digits = most.to_string().len();
        for (id, files) in edits.iter().filter(|(_, files)| !files.is_empty()) {
            writeln!(out, "{SECTION}{id}{SECTION:#}")?;
            for FileDiff { file, added, removed, .. } in files {
                // At least one sign where there is a line.
                let signs = |count: usize| if most <= BAR { count } else { (count * BAR).div_ceil(most) };
                let (plus, minus) = ("+".repeat(signs(*added)), "-".repeat(signs(*removed)));
                let bar = match (plus.as_str(), minus.as_str()) {
                    // Its mode changes.
                    ("", "") => String::new(),
                    _ => format!(" {NEW}{plus}{NEW:#}{OLD}{minus}{OLD:#}"),
                };
                writeln!(out, " {file:width$} | {:digits$}{bar}", added + removed)?;
            }
        }
        let sums = self
            .changes
            .iter()
            .map(FileDiff::new)
            .fold((0, 0), |(a, b), one| (a + one.added, b + one.removed));
        let files = counted(self.changes.len(), "file");
        writeln!(
            out,
            "{files} changed, {}(+), {}(-)",
            counted(sums.0, "insertion"),
            counted(sums.1, "deletion")
        )
    }
}
