//! What an edit comes to on a tree.

use std::fmt;
use std::str::FromStr;

use crate::contents::Contents;
use crate::text::Rewrite;
use crate::tree::TreePath;

/// A place in a tree, for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: TreePath,
    /// Line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// The line as it stands there, without its end; bytes that are no UTF-8 are replaced.
    pub text: String,
}

impl Place {
    /// A file as a whole.
    pub(super) fn whole(file: &TreePath) -> Place {
        Place { file: file.clone(), line: 0, text: String::new() }
    }
}

/// A place that was not what was looked for, but came near it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// The place.
    pub place: Place,
    /// In what it comes near, when the place does not speak for itself.
    pub why: String,
}

/// What one change comes to on a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It changes these places.
    Change(Vec<Place>),
    /// The tree is so already; these places show it.
    Already(Vec<Place>),
    /// Its range of versions excludes this tree.
    Skipped {
        /// The range that excludes it.
        why: String,
    },
    /// The anchor is not there.
    Missing {
        /// What was looked for, and what was found instead.
        what: String,
        /// Where it was looked for.
        place: Option<Place>,
        /// The nearest misses, the nearest first.
        near: Vec<Near>,
        /// What could be written instead.
        help: Option<String>,
    },
    /// The anchor is there more often than the edit means.
    Ambiguous {
        /// What was looked for, and how often it was found.
        what: String,
        /// Every place.
        places: Vec<Place>,
        /// What could be written instead.
        help: Option<String>,
    },
    /// The anchor fits, but the edit must not be done.
    Refused {
        /// Why.
        why: String,
        /// Where that is seen.
        place: Option<Place>,
    },
}

impl Outcome {
    /// The outcome without its details.
    pub fn kind(&self) -> OutcomeKind {
        match self {
            Outcome::Change(_) => OutcomeKind::Change,
            Outcome::Already(_) => OutcomeKind::Already,
            Outcome::Skipped { .. } => OutcomeKind::Skipped,
            Outcome::Missing { .. } => OutcomeKind::Missing,
            Outcome::Ambiguous { .. } => OutcomeKind::Ambiguous,
            Outcome::Refused { .. } => OutcomeKind::Refused,
        }
    }

    /// Its name in reports.
    pub fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// Whether it keeps a plan from being applied.
    pub fn is_failure(&self) -> bool {
        self.kind().is_failure()
    }
}

/// The outcomes of an edit without their details, from the best to the worst: the outcome of an edit
/// of several parts is the greatest of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutcomeKind {
    /// Its range of versions excludes the tree.
    Skipped,
    /// The tree has the change already.
    Already,
    /// It changes the tree.
    Change,
    /// Its anchor is not in the tree.
    Missing,
    /// Its anchor is in the tree more often than expected.
    Ambiguous,
    /// Its anchor was found, but the edit must not be made.
    Refused,
}

impl OutcomeKind {
    /// Every outcome, from the best to the worst.
    pub const ALL: [OutcomeKind; 6] = [
        OutcomeKind::Skipped,
        OutcomeKind::Already,
        OutcomeKind::Change,
        OutcomeKind::Missing,
        OutcomeKind::Ambiguous,
        OutcomeKind::Refused,
    ];

    /// Its name in reports and snapshots.
    pub fn name(self) -> &'static str {
        match self {
            OutcomeKind::Skipped => "skipped",
            OutcomeKind::Already => "already",
            OutcomeKind::Change => "change",
            OutcomeKind::Missing => "missing",
            OutcomeKind::Ambiguous => "ambiguous",
            OutcomeKind::Refused => "refused",
        }
    }

    /// Whether it keeps a plan from being applied.
    pub fn is_failure(self) -> bool {
        self >= OutcomeKind::Missing
    }
}

impl fmt::Display for OutcomeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for OutcomeKind {
    type Err = ();

    fn from_str(name: &str) -> Result<OutcomeKind, ()> {
        OutcomeKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or(())
    }
}

/// What becomes of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// Bytes of it are replaced. A file that does not exist is empty, and comes to be.
    Rewrite(Rewrite),
    /// It is added, whole.
    Add {
        /// Its contents.
        bytes: Contents,
        /// Whether it may be executed.
        executable: bool,
    },
    /// It is removed.
    Remove,
    /// It becomes executable, or no longer is.
    Mode {
        /// Whether it may be executed.
        executable: bool,
    },
}

/// One part of an edit: one of its changes, or one module of a change that names several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The module, for a change that has a part for each.
    pub name: Option<String>,
    /// The operation.
    pub operation: &'static str,
    /// The file it was resolved in; the first that it names when none exists.
    pub file: TreePath,
    /// What it comes to.
    pub outcome: Outcome,
    /// What has to be done; empty unless the outcome is a change.
    pub deltas: Vec<Delta>,
}
