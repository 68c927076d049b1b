//! A cell of a matrix: the verdict on one part of an edit on one version.

use serde::{Deserialize, Serialize};

use crate::patchset::Change;
use crate::text::named_values;
use crate::tree::{Location, TreePath};
use crate::version::Version;

named_values! {
    /// The result of judging an edit on another version, from the one that needs the least attention to the one that
    /// needs the most.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
    #[serde(rename_all = "lowercase")]
    pub enum Verdict {
        /// The tree already has the change: upstream made it, or made it unnecessary.
        Already = "already",
        /// The patchset excludes that version, by `when` or `drop`.
        Skipped = "skipped",
        /// What it changes no longer exists.
        Obsolete = "obsolete",
        /// The anchor is found on the same lines, and what the change overwrites is the same.
        Applies = "applies",
        /// It is found elsewhere with certainty: the same lines in another file; an anchor that gives what its lines, carried, give; or these
        /// lines themselves.
        Moved = "moved",
        /// The edit needs another anchor or another change. The cell has candidates, and a person has to accept one.
        Changed = "changed",
        /// The anchor is found, but the change would have no effect, or the anchor cannot be edited safely.
        Refused = "refused",
        /// Nothing was found.
        Lost = "lost",
    }
}

impl Verdict {
    /// Whether a person has to decide before the edit can be ported.
    pub fn is_open(self) -> bool {
        matches!(self, Verdict::Changed | Verdict::Refused | Verdict::Lost)
    }
}

/// A possible anchor on the other version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// All of its lines, the first one first. Never empty in a cell.
    pub places: Vec<Location>,
    /// The text of the first line.
    pub text: String,
    /// Why it is a candidate, and what to write.
    pub why: String,
    /// The change on this anchor, which fits the tree; `None` if a person has to write it. Results of shards do not include it.
    #[serde(skip)]
    pub change: Option<Change>,
    /// Whether nobody has to write anything: it has a change, or `instead`.
    pub can_be_taken: bool,
    /// For a fact that an edit requires, the file that has it; in a recipe, the file or the variable that takes the place
    /// of the old one.
    #[serde(skip)]
    pub instead: Option<String>,
}

impl Candidate {
    /// The candidate for what a fact or a recipe names: `instead` takes its place.
    pub(super) fn replacing(self, instead: String) -> Candidate {
        Candidate { instead: Some(instead), can_be_taken: true, ..self }
    }
}

/// The releases between which something disappeared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoneSince {
    /// The first release without it.
    pub first: String,
    /// The last release that has it.
    pub last: String,
}

/// What was searched before an edit was judged obsolete: what it would change is nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Files that do not exist.
    pub no_files: Vec<TreePath>,
    /// Names that are not in the code of any file of that kind, outside of comments and, in C, of strings.
    pub names: Vec<String>,
    /// The patterns of the names of these files: `*.c *.h`; a path for one file.
    pub among: String,
    /// The folders that were not searched, since nothing in them is built and installed.
    pub except: Vec<String>,
}

/// The verdict on one part of an edit on one version, or on a fact that the edit requires.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The patchset, where several are judged.
    pub patchset: Option<String>,
    /// The edit.
    pub edit: String,
    /// The part: a module, a macro, a declaration, or one of several changes.
    pub part: Option<String>,
    /// The number of the change in the edit, from 0; `None` for a fact that the edit requires.
    pub change: Option<usize>,
    /// The number of the fact that the edit requires, from 0, where it has a row of its own.
    #[serde(skip)]
    pub requirement: Option<usize>,
    /// The name of the source.
    pub source: String,
    /// Its version.
    pub version: Option<Version>,
    /// The verdict.
    pub verdict: Verdict,
    /// The lines that show it.
    pub places: Vec<Location>,
    /// Other possible anchors, the best first.
    pub candidates: Vec<Candidate>,
    /// The reason for the verdict.
    pub reason: Option<String>,
    /// For an obsolete cell, what was searched.
    pub evidence: Option<Evidence>,
    /// In a port, whether the lines that the edit changes are taken and not the edit: the first candidate is a `diff` of all its changes of
    /// a file.
    #[serde(skip)]
    pub by_lines: bool,
    /// Whether the tree has what the anchor names. An edit may be open where nothing of that name was ever.
    pub has_anchor: bool,
    /// For an obsolete cell, the release that removed what the edit changes, if known.
    pub gone_since: Option<GoneSince>,
}

impl Cell {
    /// The name of its row: `static-modules/array`; of several patchsets `catamount-py2.5: static-modules/array`.
    pub fn row(&self) -> String {
        let of = self.patchset.as_ref().map(|patchset| format!("{patchset}: ")).unwrap_or_default();
        match &self.part {
            Some(part) => format!("{of}{}/{part}", self.edit),
            None => format!("{of}{}", self.edit),
        }
    }

    /// The reason, with [`gone_since`](Cell::gone_since).
    pub fn explanation(&self) -> Option<String> {
        let Some(GoneSince { first, last }) = &self.gone_since else { return self.reason.clone() };
        let since = format!("gone since {first} (still there in {last})");
        Some(match &self.reason {
            Some(reason) => format!("{since}: {reason}"),
            None => since,
        })
    }
}
