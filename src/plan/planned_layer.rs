//! The part of a plan that is written: one layer of a receipt.

use std::collections::BTreeMap;

use super::Plan;
use crate::digest::Sha256Digest;
use crate::edit::OutcomeKind;
use crate::patchset::Patchset;
use crate::tree::FileChange;
use crate::version::Version;

/// A plan that fits, reduced to what applying and reporting need.
#[derive(Debug, Clone)]
pub struct PlannedLayer {
    /// The patchset.
    pub patchset: String,
    /// The patchset's digest.
    pub digest: Sha256Digest,
    /// The label of the tree it was planned on.
    pub source: String,
    /// The tree's version; `None` for a tree of no known software.
    pub version: Option<Version>,
    /// The edits that change something.
    pub edits: Vec<String>,
    /// How many edits have which outcome.
    pub counts: Counts,
    /// The changes of files.
    pub changes: Vec<FileChange>,
}

/// The numbers of edits by outcome and of changed files in a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The number of edits by outcome.
    pub verdicts: BTreeMap<OutcomeKind, usize>,
    /// The number of files that change.
    pub files: usize,
}

impl Counts {
    /// Counts the edits and files of `plan`.
    pub fn of(plan: &Plan) -> Counts {
        let mut verdicts: BTreeMap<OutcomeKind, usize> = BTreeMap::new();
        for edit in &plan.edits {
            *verdicts.entry(edit.verdict()).or_default() += 1;
        }
        Counts { verdicts, files: plan.changes.len() }
    }

    /// The number of edits.
    pub fn edits(&self) -> usize {
        self.verdicts.values().sum()
    }
}

impl PlannedLayer {
    /// The layer that `plan`, a plan of `patchset` that fits, writes.
    pub fn new(patchset: &Patchset, plan: Plan) -> PlannedLayer {
        PlannedLayer {
            patchset: plan.patchset.clone(),
            digest: patchset.digest,
            source: plan.source.clone(),
            version: plan.version.clone(),
            edits: plan.edits.iter().filter(|edit| edit.is_change()).map(|edit| edit.id.clone()).collect(),
            counts: Counts::of(&plan),
            changes: plan.changes,
        }
    }
}
