//! What new releases mean for the patchsets of a project.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::matrix::details;
use super::style::{ATTENTION, DIM, HANG, NEW, TITLE};
use super::summary::{code, escaped_markdown as text, fenced, prose};
use super::{Report, counted};
use crate::port::{Decided, Decision, Verdict};

/// New releases, and what became of the patchsets on them.
pub(crate) struct Bump {
    /// The names of their pins, and what was found of each.
    pub releases: Vec<(String, Vec<String>)>,
    /// The results.
    pub results: Vec<BumpResult>,
    /// The patchsets that no new release is for.
    pub aside: Vec<String>,
    /// The files that are written.
    pub files: Vec<String>,
    /// What became of these.
    pub state: BumpState,
}

/// What became of the files.
pub(crate) enum BumpState {
    /// Nothing was written.
    DryRun,
    /// They were written.
    Written,
    /// They are in a commit.
    Committed {
        /// The branch.
        branch: String,
        /// The id.
        commit: String,
    },
}

/// A patchset on a new release.
pub(crate) struct BumpResult {
    /// The patchset.
    pub patchset: String,
    /// The name of the pin.
    pub pin: String,
    /// What became of it.
    pub outcome: BumpOutcome,
    /// The verdict on each part of its edits.
    pub rows: Vec<Decided>,
    /// The rows that were already made on the release that it was written for: upstream did not take them over since.
    pub made_before: BTreeSet<String>,
}

/// What became of a patchset.
pub(crate) enum BumpOutcome {
    /// Its range has the release, and it fits.
    Applies,
    /// Its range has the release, and it does not fit.
    Unfit,
    /// It was ported: the id of the new patchset.
    Ported(String),
    /// A person has to decide how it is ported.
    Open,
    /// It cannot be ported, for this reason.
    Failed(String),
    /// It was not ported to the release with this pin, which comes before.
    Waits(String),
    /// It is a patchset that was just ported to an earlier one of the new releases, and its range has this one.
    Proposed,
}

impl BumpResult {
    fn is_open(&self) -> bool {
        match self.outcome {
            BumpOutcome::Applies | BumpOutcome::Ported(_) | BumpOutcome::Proposed => false,
            BumpOutcome::Unfit | BumpOutcome::Open | BumpOutcome::Failed(_) | BumpOutcome::Waits(_) => true,
        }
    }

    fn open(&self) -> impl Iterator<Item = &Decided> {
        self.rows.iter().filter(|row| row.decision == Decision::Open)
    }

    /// What upstream made, or made unnecessary.
    fn taken_over(&self) -> impl Iterator<Item = &Decided> {
        let is_new = |row: &&Decided| !self.made_before.contains(&row.cell.row());
        let is_gone = |row: &&Decided| matches!(row.cell.verdict, Verdict::Already | Verdict::Obsolete);
        self.rows.iter().filter(is_gone).filter(is_new)
    }

    /// What became of it, in words.
    fn says(&self) -> String {
        let open = counted(self.open().count(), "row");
        // As `port` says it: rows of the recipe stop nothing.
        let is_by_hand = |row: &&Decided| row.decision == Decision::Kept && row.cell.verdict.is_open();
        let by_hand: Vec<String> = self.rows.iter().filter(is_by_hand).map(|row| row.cell.row()).collect();
        let by_hand =
            if by_hand.is_empty() { String::new() } else { format!("; by hand: {}", by_hand.join(", ")) };
        match &self.outcome {
            BumpOutcome::Applies => format!("applies ({}{by_hand})", counted(self.rows.len(), "row")),
            BumpOutcome::Unfit => {
                format!("does not fit, though its range has the release: {open} to be decided")
            }
            BumpOutcome::Ported(id) => format!("ported to {id}{by_hand}"),
            BumpOutcome::Open => format!("{open} to be decided"),
            BumpOutcome::Failed(why) => format!("cannot be ported: {why}"),
            BumpOutcome::Waits(pin) => format!("is not ported to {pin} yet, which comes before"),
            BumpOutcome::Proposed => "was just ported, and its range has this release, too".to_owned(),
        }
    }

    /// The commands of a person who decides.
    fn help(&self) -> String {
        let BumpResult { patchset, pin, .. } = self;
        match &self.outcome {
            BumpOutcome::Unfit => {
                format!("narrow `applies-to` of {patchset}, then run `pypatch port {patchset} --to {pin}`")
            }
            BumpOutcome::Open | BumpOutcome::Failed(_) => format!("run `pypatch port {patchset} --to {pin}`"),
            BumpOutcome::Waits(before) => {
                format!("run `pypatch port {patchset} --to {before}` first, or `--to {pin}` to pass over it")
            }
            BumpOutcome::Ported(id) => format!("review {id}, then run `pypatch snapshot accept {id}`"),
            BumpOutcome::Applies => {
                format!(
                    "add {pin} to `pins` of {patchset}, then run `pypatch snapshot accept {patchset} --pin {pin}`"
                )
            }
            BumpOutcome::Proposed => format!("run `pypatch plan {patchset} {pin}`"),
        }
    }
}

impl Bump {
    /// Whether a person has to decide.
    pub(crate) fn is_open(&self) -> bool {
        self.results.iter().any(BumpResult::is_open)
    }

    /// The results, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.results.iter().map(|one| format!("{} on {}: {}", one.patchset, one.pin, one.says())).collect()
    }

    /// The text of a pull request.
    pub(crate) fn page(&self) -> String {
        let names: Vec<String> = self.releases.iter().map(|(name, _)| code(name)).collect();
        let mut out = format!("## New releases: {}\n\n", names.join(", "));
        for (name, found) in &self.releases {
            out.push_str(&format!("- {}\n", code(name)));
            out.extend(found.iter().map(|line| format!("  - {}\n", text(line))));
        }
        let line = |one: &BumpResult| {
            format!("{} on {}: {}", code(&one.patchset), code(&one.pin), text(&one.says()))
        };
        let (open, good): (Vec<_>, Vec<_>) = self.results.iter().partition(|one| one.is_open());
        if !open.is_empty() {
            out.push_str("\n### To be decided\n");
        }
        for one in open {
            out.push_str(&format!("\n- [ ] {}\n\n", line(one)));
            let brief: Vec<String> = one.open().flat_map(brief).chain([one.help()]).collect();
            out.push_str(&fenced("text", brief.iter().map(String::as_str)));
        }
        if !good.is_empty() {
            out.push_str("\n### To be reviewed\n\n");
        }
        out.extend(good.into_iter().map(|one| format!("- {}; {}\n", line(one), prose(&one.help()))));
        let taken: Vec<String> = self
            .results
            .iter()
            .flat_map(|one| one.taken_over().map(move |row| (one, row)))
            .map(|(one, row)| {
                let why = row.cell.explanation().map_or(String::new(), |why| format!(": {}", text(&why)));
                let (name, pin, verdict) = (code(&row.cell.row()), code(&one.pin), row.cell.verdict.name());
                format!("- {name} of {} on {pin}, {verdict}{why}\n", code(&one.patchset))
            })
            .collect();
        if !taken.is_empty() {
            out.push_str("\n### Already there, or gone\n\n");
            out.extend(taken);
        }
        if !self.aside.is_empty() {
            let names: Vec<String> = self.aside.iter().map(|id| code(id)).collect();
            out.push_str(&format!("\nNot for these releases: {}\n", names.join(", ")));
        }
        out + "\nNo snapshot was accepted, and no candidate taken.\n"
    }
}

/// An open row with what is known about it.
fn brief(row: &Decided) -> Vec<String> {
    let head = format!("{}: {}", row.cell.row(), row.cell.verdict.name());
    [head].into_iter().chain(details(&row.cell).into_iter().map(|line| format!("  {line}"))).collect()
}

impl Report for Bump {
    fn text(&self, out: &mut dyn Write) -> io::Result<()> {
        for (name, found) in &self.releases {
            writeln!(out, "{TITLE}{name}{TITLE:#}")?;
            found.iter().try_for_each(|line| writeln!(out, "  {HANG}{line}"))?;
        }
        for one in &self.results {
            let style = if one.is_open() { ATTENTION } else { NEW };
            let BumpResult { patchset, pin, .. } = one;
            writeln!(out, "{TITLE}{patchset}{TITLE:#} on {pin}: {HANG}{style}{}{style:#}", one.says())?;
            for row in one.open() {
                brief(row).iter().try_for_each(|line| writeln!(out, "  {HANG}{line}"))?;
            }
            writeln!(out, "  {HANG}{DIM}{}{DIM:#}", one.help())?;
        }
        if !self.aside.is_empty() {
            writeln!(out, "{HANG}not for these releases: {}", self.aside.join(", "))?;
        }
        let verb = match self.state {
            BumpState::DryRun => "would write",
            BumpState::Written | BumpState::Committed { .. } => "wrote",
        };
        self.files.iter().try_for_each(|file| writeln!(out, "{verb} {file}"))?;
        match &self.state {
            BumpState::DryRun => writeln!(out, "nothing was written (dry run)"),
            BumpState::Written => Ok(()),
            BumpState::Committed { branch, commit } => {
                writeln!(out, "{HANG}to the branch {branch}, as {commit}; the work tree is as it was")
            }
        }
    }
}
