//! Operations of meaning for the `text.*` changes of a patchset.

use std::io::{self, Write};

use super::{Report, counted};
use crate::patchset::{Change, change_yaml};

/// A change that gives the same bytes as a `text.*` change.
pub struct Suggested {
    /// The edit.
    pub edit: String,
    /// Where it is written.
    pub written_at: String,
    /// The change.
    pub change: Change,
}

/// The suggestions for a patchset.
pub struct Suggestions<'a> {
    /// The patchset.
    pub patchset: &'a str,
    /// How many of its releases were available to try them.
    pub releases: usize,
    /// What was found.
    pub found: Vec<Suggested>,
}

impl Report for Suggestions<'_> {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        let releases = counted(self.releases, "release");
        for Suggested { edit, written_at, change } in &self.found {
            writeln!(out, "{written_at}: edit `{edit}` gives the same bytes as")?;
            change_yaml(change).lines().try_for_each(|line| writeln!(out, "    {line}"))?;
        }
        let count = counted(self.found.len(), "suggestion");
        writeln!(out, "{}: {count}, tried on {releases} of `pins`", self.patchset)
    }
}
