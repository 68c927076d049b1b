//! Carries the patches of a series, one on top of the other.

use super::decisions::{self, Decisions};
use super::error::RebaseError;
use super::step::{Step, StepFile};
use crate::carry::{Care, Carried, Carrier, Lineage, Outcome};
use crate::import::{self, ImportedPatch};
use crate::plan::joined;
use crate::tree::{FileChange, OverlayTree, Tree, TreeError};

/// A series of patches that is carried.
pub struct Series<'a> {
    /// The patches, in order.
    pub patches: &'a [ImportedPatch],
    /// The version that they are for.
    pub from: &'a dyn Tree,
    /// The new version.
    pub to: &'a dyn Tree,
    /// The commits between them, if they are known.
    pub lineage: Option<&'a Lineage>,
    /// How sure a result has to be.
    pub care: Care,
    /// How many lines of context need not fit the old version.
    pub fuzz: usize,
    /// The first outcome that ends the series if nobody decided it.
    pub stop_at: Outcome,
}

/// How far a series was carried.
#[derive(Debug, Default)]
pub struct Walk<'a> {
    /// The patches, the last of which is open if it is a stop.
    pub steps: Vec<Step<'a>>,
    /// Whether the last patch has to be decided.
    pub is_stopped: bool,
    /// The changes of the new version by all patches before the last.
    pub before_last: Vec<FileChange>,
    /// The changes of the new version by all patches.
    pub changes: Vec<FileChange>,
}

impl<'a> Series<'a> {
    /// Carries the patches up to the first that a person has to decide. `begins` is called with the name of each.
    ///
    /// # Errors
    /// If a tree cannot be read, or a patch is not for the old version.
    pub fn walk(&self, decisions: &Decisions, begins: &mut dyn FnMut(&str)) -> Result<Walk<'a>, RebaseError> {
        let mut walk = Walk::default();
        let mut old: Vec<FileChange> = Vec::new();
        for patch in self.patches {
            begins(&patch.patch.name);
            let before = OverlayTree::new(self.from, &old);
            let changes = import::made(&patch.patch, &before, self.fuzz)?
                .map_err(|why| RebaseError::Unfit { patch: patch.patch.name.clone(), why })?;
            let key = decisions::key(&changes);
            let mut step = Step { patch, files: Vec::new(), skipped: None, key };
            let there = OverlayTree::new(self.to, &walk.changes);
            let carrier = Carrier::new(&before, &there, self.care).with_lineage(self.lineage);
            let files = carrier.carry(&changes, &patch.message.why)?;
            for (carried, original) in files.into_iter().zip(&changes) {
                step.files.push(decided(carried, original, decisions, &there)?);
            }
            // Where it can be carried, nobody left it out.
            if step.files.iter().any(StepFile::is_open) {
                step.skipped = decisions.skipped(&step.key).map(str::to_owned);
            }
            if step.skipped.is_some() {
                step.files.clear();
            }
            let made: Vec<&FileChange> = step.files.iter().flat_map(|file| &file.changes).collect();
            let after = joined(&walk.changes.iter().chain(made).collect::<Vec<_>>());
            old = joined(&old.iter().chain(&changes).collect::<Vec<_>>());
            walk.before_last = std::mem::replace(&mut walk.changes, after);
            // What follows may need what was not decided.
            walk.is_stopped =
                step.files.iter().any(|file| file.is_open() && file.carried.outcome >= self.stop_at);
            walk.steps.push(step);
            if walk.is_stopped {
                break;
            }
        }
        Ok(walk)
    }
}

/// A carried change, as it was decided if it was.
fn decided(
    carried: Carried,
    original: &FileChange,
    decisions: &Decisions,
    there: &dyn Tree,
) -> Result<StepFile, TreeError> {
    let answer = match carried.outcome {
        Outcome::Ported | Outcome::Upstream => None,
        Outcome::Gone | Outcome::Review | Outcome::Conflict => {
            decisions.changes(original, &carried, there)?
        }
    };
    let is_decided = answer.is_some();
    let changes = answer.unwrap_or_else(|| Vec::from_iter(carried.change.clone()));
    Ok(StepFile { original: original.clone(), carried, changes, is_decided })
}
