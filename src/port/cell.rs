//! What a port knows of one edit on one version: a cell of a matrix.

use crate::patchset::Change;
use crate::tree::TreePath;
use crate::version::Version;

/// What becomes of an edit on another version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The tree is so already: upstream made the edit unnecessary, or did it.
    Already,
    /// The patchset itself leaves it out there, by `when` or `drop`.
    Skipped,
    /// The thing that it changes is gone.
    Obsolete,
    /// The anchor is there as it was.
    Applies,
    /// The same lines stand in another file, found with certainty.
    Moved,
    /// Only another anchor, or another change, would do it. Candidates are named, none is taken.
    Changed,
    /// The anchor fits, but what it needs for its effect is gone, or the place cannot be edited safely.
    Refused,
    /// No idea.
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

/// A line of a tree; line 0 is the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The file.
    pub file: TreePath,
    /// The line, from 1.
    pub line: usize,
}

/// A place that may be what the edit means on the other version.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Where it stands: all of the places that it takes, the first one first. Never empty.
    pub places: Vec<Spot>,
    /// The first place's line as it stands.
    pub text: String,
    /// What was seen that speaks for it, and what to write.
    pub why: String,
    /// The change that would do it, tried on the tree; nothing where it takes a person to write it.
    pub change: Option<Change>,
}

/// What becomes of a part of an edit on one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// The edit.
    pub edit: String,
    /// The part of it: a module, a macro, a declaration, or which of several changes.
    pub part: Option<String>,
    /// Which change of the edit it is of, from 0; nothing for a fact that the edit requires.
    pub change: Option<usize>,
    /// The source, as it calls itself.
    pub source: String,
    /// Its version.
    pub version: Option<Version>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Where that is seen.
    pub places: Vec<Spot>,
    /// What could be meant instead, the best first.
    pub candidates: Vec<Candidate>,
    /// What was seen.
    pub reason: Option<String>,
}

impl Cell {
    /// The name of its row: `static-modules/array`.
    pub fn row(&self) -> String {
        match &self.part {
            Some(part) => format!("{}/{part}", self.edit),
            None => self.edit.clone(),
        }
    }
}
