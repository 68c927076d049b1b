//! What is left of a plan when it is to be written.

use std::collections::BTreeMap;

use super::Plan;
use crate::digest::Sha256Digest;
use crate::edit::OutcomeKind;
use crate::patchset::Patchset;
use crate::tree::FileChange;
use crate::version::Version;

/// A plan that fits, without what it took to make it.
#[derive(Debug, Clone)]
pub struct Work {
    /// The patchset.
    pub patchset: String,
    /// The patchset's digest.
    pub digest: Sha256Digest,
    /// The tree it was planned on, as its source calls itself.
    pub source: String,
    /// The tree's version of CPython; `None` for something else.
    pub version: Option<Version>,
    /// The edits that change something.
    pub edits: Vec<String>,
    /// How many edits came to what.
    pub tally: Tally,
    /// What becomes of the files.
    pub changes: Vec<FileChange>,
}

/// How many edits of a plan came to what, and how many files change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// The number of edits by verdict.
    pub verdicts: BTreeMap<OutcomeKind, usize>,
    /// The number of files that change.
    pub files: usize,
}

impl Tally {
    /// Counts what the edits of `plan` come to.
    pub fn of(plan: &Plan) -> Tally {
        let mut verdicts: BTreeMap<OutcomeKind, usize> = BTreeMap::new();
        for edit in &plan.edits {
            *verdicts.entry(edit.verdict()).or_default() += 1;
        }
        Tally { verdicts, files: plan.changes.len() }
    }

    /// The number of edits.
    pub fn edits(&self) -> usize {
        self.verdicts.values().sum()
    }
}

impl Work {
    /// What `plan`, which is of `patchset` and fits, leaves to be written.
    pub fn new(patchset: &Patchset, plan: Plan) -> Work {
        Work {
            patchset: plan.patchset.clone(),
            digest: patchset.digest,
            source: plan.source.clone(),
            version: plan.version.clone(),
            edits: plan.edits.iter().filter(|edit| edit.is_change()).map(|edit| edit.id.clone()).collect(),
            tally: Tally::of(&plan),
            changes: plan.changes,
        }
    }
}
