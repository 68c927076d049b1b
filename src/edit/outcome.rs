//! What an edit comes to on a tree.

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
    /// Its name in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Change(_) => "change",
            Outcome::Already(_) => "already",
            Outcome::Skipped { .. } => "skipped",
            Outcome::Missing { .. } => "missing",
            Outcome::Ambiguous { .. } => "ambiguous",
            Outcome::Refused { .. } => "refused",
        }
    }

    /// Whether it keeps a plan from being applied.
    pub fn is_failure(&self) -> bool {
        matches!(self, Outcome::Missing { .. } | Outcome::Ambiguous { .. } | Outcome::Refused { .. })
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
