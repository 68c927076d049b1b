//! What becomes of one edit on one version: a cell of a matrix.

use crate::patchset::Change;
use crate::tree::Location;
use crate::version::Version;

/// What becomes of an edit on another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The tree already has the change: upstream made it, or made it unnecessary.
    Already,
    /// The patchset itself leaves it out there, by `when` or `drop`.
    Skipped,
    /// The thing that it changes is gone.
    Obsolete,
    /// The anchor is there as it was.
    Applies,
    /// The same lines are in another file, found with certainty.
    Moved,
    /// Only another anchor, or another change, would do. Candidates are named, none is taken.
    Changed,
    /// The anchor fits, but what the change needs for its effect is gone, or the place cannot be edited safely.
    Refused,
    /// Nothing was found.
    Lost,
}

impl Verdict {
    /// All verdicts, from the one that asks least of a person to the one that asks most.
    pub const ALL: [Verdict; 8] = [
        Verdict::Already,
        Verdict::Skipped,
        Verdict::Obsolete,
        Verdict::Applies,
        Verdict::Moved,
        Verdict::Changed,
        Verdict::Refused,
        Verdict::Lost,
    ];

    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Already => "already",
            Verdict::Skipped => "skipped",
            Verdict::Obsolete => "obsolete",
            Verdict::Applies => "applies",
            Verdict::Moved => "moved",
            Verdict::Changed => "changed",
            Verdict::Refused => "refused",
            Verdict::Lost => "lost",
        }
    }

    /// Whether somebody has to decide before the edit can be used there.
    pub fn is_open(self) -> bool {
        matches!(self, Verdict::Changed | Verdict::Refused | Verdict::Lost)
    }
}

/// A place that the edit may mean on the other version.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// All of its lines, the first one first. Never empty in a cell.
    pub places: Vec<Location>,
    /// The text of the first line.
    pub text: String,
    /// What makes it a candidate, and what to write.
    pub why: String,
    /// The change that would do it, tried on the tree; `None` if a person has to write it.
    pub change: Option<Change>,
}

/// The releases between which something disappeared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoneSince {
    /// The first release without it.
    pub first: String,
    /// The last release that has it.
    pub last: String,
}

/// What becomes of a part of an edit on one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The edit.
    pub edit: String,
    /// The part of it: a module, a macro, a declaration, or which of several changes.
    pub part: Option<String>,
    /// The number of the change in the edit, from 0; `None` for a fact that the edit requires.
    pub change: Option<usize>,
    /// The name of the source.
    pub source: String,
    /// Its version.
    pub version: Option<Version>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Where that is seen.
    pub places: Vec<Location>,
    /// What the edit may mean instead, the best candidate first.
    pub candidates: Vec<Candidate>,
    /// What was seen.
    pub reason: Option<String>,
    /// Of an obsolete cell: since when the thing is gone, as far as known.
    pub gone_since: Option<GoneSince>,
}

impl Cell {
    /// The name of its row: `static-modules/array`.
    pub fn row(&self) -> String {
        match &self.part {
            Some(part) => format!("{}/{part}", self.edit),
            None => self.edit.clone(),
        }
    }

    /// What was seen, with the release since which a thing is gone.
    pub fn explanation(&self) -> Option<String> {
        let Some(GoneSince { first, last }) = &self.gone_since else { return self.reason.clone() };
        let since = format!("gone since {first} (still there in {last})");
        Some(match &self.reason {
            Some(reason) => format!("{since}: {reason}"),
            None => since,
        })
    }
}
