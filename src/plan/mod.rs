//! Plans a patchset on a tree, in memory and in full, before anything is written.
//!
//! Planning writes nothing. An edit that does not fit is an outcome in the plan, not an error. All edits of a patchset are
//! resolved on the unmodified tree, so that each can be shown and removed by itself; edits that touch the same bytes
//! conflict. Only an edit that names others in `depends-on` is resolved on their result.

mod base_hunk;
mod baseline;
#[cfg(test)]
mod chain_tests;
mod compose;
mod configure;
mod levels;
mod lint;
mod only;
mod order;
mod owners;
mod parse;
mod planned_layer;
pub mod preset;
mod series;
mod steps;
#[cfg(test)]
mod tests;
mod written;

use crate::digest::Sha256Digest;
use crate::edit::{self, Context, Outcome, OutcomeKind, Part};
use crate::patchset::{Edit, Lint, Patchset, change_yaml};
use crate::tree::{FileChange, OverlayTree, Tree, TreeError, tree_version};
use crate::version::{Version, VersionRange};

pub use base_hunk::BaseHunk;
pub(crate) use baseline::only_change;
pub use baseline::{Baseline, RECIPE};
pub use compose::Conflict;
use levels::{Before, Known};
pub(crate) use levels::{prerequisite_changes, shown_made};
pub use lint::check as lints;
pub use lint::check_without_tree;
pub use owners::{Owner, owners};
pub(crate) use parse::{label_there, problem};
pub use planned_layer::{Counts, PlannedLayer};
pub use series::Series;
pub(crate) use series::joined;
pub use steps::Step;

/// The result of planning a patchset on a tree.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The patchset.
    pub patchset: String,
    /// The label of the tree.
    pub source: String,
    /// The tree's CPython version; `None` for a tree that is not CPython.
    pub version: Option<Version>,
    /// The range of the patchset, if the tree's version is outside it.
    pub outside: Option<VersionRange>,
    /// The edits, in the patchset's order.
    pub edits: Vec<PlannedEdit>,
    /// Edits that touch the same bytes.
    pub conflicts: Vec<Conflict>,
    /// Edits that would change the result again, which is a bug of the edit.
    pub not_idempotent: Vec<NotIdempotent>,
    /// The changes of files, in byte order of their paths. Empty if the plan does not fit.
    pub changes: Vec<FileChange>,
    /// For each level of edits, the files that they would change, as they are before it.
    before: Vec<Before>,
}

/// The result of planning one edit.
#[derive(Debug, Clone)]
pub struct PlannedEdit {
    /// The edit.
    pub id: String,
    /// The patchset's reason for it.
    pub why: String,
    /// Where it is written: `catamount-py2.5/patchset.yaml:12:5`.
    pub written_at: String,
    /// Its parts, at least one.
    pub parts: Vec<Part>,
    /// The lints that it raises.
    pub lints: Vec<LintHit>,
    /// The earlier edits on whose result it would fit, if it does not fit.
    pub fits_after: Vec<String>,
    /// How many edits it depends on in sequence, at most: its tree is that after the edits of lower levels.
    pub level: usize,
}

/// A lint that an edit raises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LintHit {
    /// The lint.
    pub lint: Lint,
    /// What is wrong, and what to write instead.
    pub message: String,
    /// The patchset's reason for allowing it, if it does.
    pub allowed: Option<String>,
}

/// An edit that would change the tree again after it was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotIdempotent {
    /// The edit.
    pub edit: String,
    /// The outcome of its part on the changed tree.
    pub outcome: OutcomeKind,
    /// The other edits of its files, if it is idempotent without them.
    pub with: Vec<String>,
    /// Whether each of its changes is idempotent without the others.
    pub by_its_changes: bool,
}

impl PlannedEdit {
    /// Whether it keeps the plan from being applied.
    pub fn is_failure(&self) -> bool {
        self.parts.iter().any(|part| part.outcome.is_failure())
            || self.lints.iter().any(|lint| lint.allowed.is_none())
    }

    /// Whether it changes anything.
    pub fn is_change(&self) -> bool {
        self.parts.iter().any(|part| !part.deltas.is_empty())
    }

    /// The worst outcome of its parts.
    pub fn verdict(&self) -> OutcomeKind {
        if self.lints.iter().any(|lint| lint.allowed.is_none()) {
            return OutcomeKind::Refused;
        }
        self.parts.iter().map(|part| part.outcome.kind()).max().unwrap_or(OutcomeKind::Skipped)
    }
}

impl Plan {
    /// Whether it may be applied.
    pub fn fits(&self) -> bool {
        self.outside.is_none()
            && self.conflicts.is_empty()
            && self.not_idempotent.is_empty()
            && !self.edits.iter().any(PlannedEdit::is_failure)
    }

    /// Whether it fits and nothing is left to do.
    pub fn is_done(&self) -> bool {
        self.fits() && self.changes.is_empty()
    }

    /// The changes of files by one of its edits alone.
    pub fn changes_of(&self, edit: &PlannedEdit) -> Vec<FileChange> {
        self.before
            .get(edit.level)
            .map_or(Vec::new(), |before| compose::of_edits(std::iter::once(edit), before))
    }

    /// The diff of all files, in the format of `git apply` and `patch -p1`.
    pub fn diff(&self) -> Vec<u8> {
        self.changes.iter().flat_map(FileChange::diff).collect()
    }
}

/// Edits of a patchset that were made on a tree, as its receipt records.
#[derive(Debug, Clone)]
pub struct Made {
    /// The patchset.
    pub patchset: String,
    /// Its digest: an edit of another version of the patchset may have made another change.
    pub digest: Sha256Digest,
    /// The edits that changed something.
    pub edits: Vec<String>,
}

/// Plans `patchset` on `tree`.
///
/// # Errors
/// If the tree cannot be read.
pub fn plan(patchset: &Patchset, tree: &dyn Tree) -> Result<Plan, TreeError> {
    plan_over(patchset, tree, &[])
}

/// Plans `patchset` on `tree`, on which the edits in `made` were made.
fn plan_over(patchset: &Patchset, tree: &dyn Tree, made: &[Made]) -> Result<Plan, TreeError> {
    let is_same = |made: &&Made| made.patchset == patchset.id && made.digest == patchset.digest;
    let made: Vec<&String> = made.iter().filter(is_same).flat_map(|made| &made.edits).collect();
    let context = Context::new(tree, tree_version(tree)?);
    let patchset = patchset.at(context.version.as_ref(), None);
    let patchset = patchset.as_ref();
    let resolved = levels::resolve(patchset, &context, &made, Known::Nothing)?;
    let version = context.version.clone();
    let outside = patchset.applies_to.clone().filter(|_| !patchset.is_for(version.as_ref()));
    let mut plan = Plan {
        patchset: patchset.id.clone(),
        source: tree.label().to_owned(),
        version,
        outside,
        edits: resolved.edits,
        conflicts: resolved.conflicts,
        not_idempotent: Vec::new(),
        changes: Vec::new(),
        before: resolved.before,
    };
    let mut fits_after = order::fits_after(patchset, tree, &plan)?;
    for edit in &mut plan.edits {
        edit.fits_after = fits_after.remove(&edit.id).unwrap_or_default();
    }
    offer(&context, patchset, &mut plan)?;
    if plan.fits() {
        context.forget(&resolved.changes);
        let tree = OverlayTree::new(tree, &resolved.changes);
        let after = Context::of_result(&context, &resolved.changes, &tree);
        parse::refuse(&mut plan, &after, &resolved.changes)?;
        plan.not_idempotent = not_idempotent(patchset, (&context, &after), &made, &plan)?;
    }
    if plan.fits() {
        plan.changes = resolved.changes;
    }
    Ok(plan)
}

/// Offers an operation of meaning that fits for each `text.*` change that does not.
fn offer(context: &Context<'_>, patchset: &Patchset, plan: &mut Plan) -> Result<(), TreeError> {
    for (edit, planned) in patchset.edits.iter().zip(&mut plan.edits) {
        // The tree of an edit that depends on others is another one.
        if planned.level > 0 || !planned.fits_after.is_empty() {
            continue;
        }
        for part in &mut planned.parts {
            if let Outcome::Missing { help, .. } = &mut part.outcome
                && let Some(change) = edit::suggestion(context, &edit.changes[part.change])?
            {
                let yaml = change_yaml(&change);
                let lines = yaml.lines().filter(|line| !line.starts_with("file:"));
                let lines: String = lines.map(|line| format!("\n        {line}")).collect();
                *help = Some(format!("an operation of meaning fits here:{lines}"));
            }
        }
    }
    Ok(())
}

/// The edits that change the tree again, or fail, on the tree `after` that they have changed. Those in `made`, which a
/// receipt has and not the text, change nothing.
fn not_idempotent(
    patchset: &Patchset,
    (before, after): (&Context<'_>, &Context<'_>),
    made: &[&String],
    plan: &Plan,
) -> Result<Vec<NotIdempotent>, TreeError> {
    let is_open = |part: &Part| {
        (part.outcome.is_failure() || !part.deltas.is_empty()) && part.outcome.results().is_none()
    };
    let unfinished = |context: &Context<'_>, one: &Edit| -> Result<Vec<Part>, TreeError> {
        let mut parts = edit::resolve(context, one)?;
        parts.retain(is_open);
        Ok(parts)
    };
    let alone = |one: &Edit, own: &[FileChange]| -> Result<Vec<Part>, TreeError> {
        let after = OverlayTree::new(before.tree, own);
        unfinished(&Context::of_result(before, own, &after), one)
    };
    let mut found = Vec::new();
    // An edit whose result another one has changed cannot be asked by itself.
    let chains = plan.edits.iter().any(|edit| edit.level > 0);
    let mut again =
        if chains { Some(levels::resolve(patchset, after, made, Known::OwnResult)?) } else { None };
    for (index, (one, planned)) in patchset.edits.iter().zip(&plan.edits).enumerate() {
        let parts = match &mut again {
            Some(again) => {
                let mut parts = std::mem::take(&mut again.edits[index].parts);
                parts.retain(|part| is_open(part));
                parts
            }
            None if made.contains(&&one.id) => Vec::new(),
            None => unfinished(after, one)?,
        };
        let with = if !parts.is_empty() && !chains && alone(one, &plan.changes_of(planned))?.is_empty() {
            let own = |part: &Part| planned.parts.iter().any(|own| own.file == part.file);
            let shares = |other: &&PlannedEdit| other.is_change() && other.parts.iter().any(own);
            let others = plan.edits.iter().filter(|other| other.id != one.id);
            others.filter(shares).map(|other| other.id.clone()).collect()
        } else {
            Vec::new()
        };
        let by_its_changes = !parts.is_empty() && !chains && with.is_empty() && one.changes.len() > 1 && {
            let each = (0..one.changes.len()).map(|index| {
                let mut own = planned.clone();
                own.parts.retain(|part| part.change == index);
                Ok(alone(&only_change(one, index), &plan.changes_of(&own))?.is_empty())
            });
            each.collect::<Result<Vec<bool>, TreeError>>()?.into_iter().all(|is_idempotent| is_idempotent)
        };
        for part in parts {
            let name = part.name.map(|name| format!(" ({name})")).unwrap_or_default();
            let edit = format!("{}{name}", one.id);
            found.push(NotIdempotent {
                edit,
                outcome: part.outcome.kind(),
                with: with.clone(),
                by_its_changes,
            });
        }
    }
    Ok(found)
}
