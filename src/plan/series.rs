//! Several patchsets, each planned on the result of the one before it.

use super::{Made, Plan, plan_over};
use crate::patchset::Patchset;
use crate::tree::{FileChange, OverlayTree, Tree, TreeError};

/// The plans of patchsets that are applied in sequence.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// A plan for each patchset, in the order of application.
    pub plans: Vec<Plan>,
}

impl Series {
    /// Plans `patchsets` on `tree`, on which the edits in `made` were made. Stops after the first plan that does not fit,
    /// since the next one would need its result.
    ///
    /// # Errors
    /// If the tree cannot be read.
    pub fn plan(patchsets: &[Patchset], tree: &dyn Tree, made: &[Made]) -> Result<Series, TreeError> {
        let mut series = Series::default();
        let mut made = made.to_vec();
        for patchset in patchsets {
            let changes = series.changes();
            let before = OverlayTree::new(tree, &changes);
            let plan = plan_over(patchset, &before, &made)?;
            let fits = plan.fits();
            made.push(Made {
                patchset: patchset.id.clone(),
                digest: patchset.digest,
                edits: plan
                    .edits
                    .iter()
                    .filter(|edit| edit.is_change())
                    .map(|edit| edit.id.clone())
                    .collect(),
            });
            series.plans.push(plan);
            if !fits {
                break;
            }
        }
        Ok(series)
    }

    /// The first plan that does not fit.
    pub fn misfit(&self) -> Option<&Plan> {
        self.plans.iter().find(|plan| !plan.fits())
    }

    /// The changes of files by all plans together, in byte order of their paths.
    pub fn changes(&self) -> Vec<FileChange> {
        joined(&self.plans.iter().flat_map(|plan| &plan.changes).collect::<Vec<_>>())
    }
}

/// Changes that are made one after the other, as one change for each file, in byte order of their paths.
pub(crate) fn joined(changes: &[&FileChange]) -> Vec<FileChange> {
    let mut joined: Vec<FileChange> = Vec::new();
    for change in changes {
        match joined.iter_mut().find(|known| known.path == change.path) {
            Some(known) => {
                known.after.clone_from(&change.after);
                known.rewrites.clear();
            }
            None => joined.push((*change).clone()),
        }
    }
    joined.retain(|change| change.before != change.after);
    joined.sort_by(|a, b| a.path.cmp(&b.path));
    joined
}
