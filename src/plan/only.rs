//! The part of a plan that is about one edit.

use std::collections::BTreeSet;

use super::{Plan, joined};
use crate::patchset::Patchset;
use crate::tree::FileChange;

impl Plan {
    /// The plan of the edit `id` and of those on whose result it is planned, as if the patchset of this plan had no other;
    /// `None` if it has no such edit. Whether the others fit does not matter.
    pub fn only(&self, patchset: &Patchset, id: &str) -> Option<Plan> {
        self.edits.iter().find(|edit| edit.id == id)?;
        let mut wanted: BTreeSet<&str> = BTreeSet::from([id]);
        loop {
            let named = patchset.edits.iter().filter(|edit| wanted.contains(edit.id.as_str()));
            let all: BTreeSet<&str> = named.flat_map(|edit| &edit.depends_on).map(String::as_str).collect();
            let before = wanted.len();
            wanted.extend(all);
            if wanted.len() == before {
                break;
            }
        }
        let mut plan = self.clone();
        plan.edits.retain(|edit| wanted.contains(edit.id.as_str()));
        plan.conflicts.retain(|one| [&one.first, &one.second].iter().all(|id| wanted.contains(id.as_str())));
        plan.not_idempotent.retain(|one| wanted.contains(one.edit.as_str()));
        plan.changes = Vec::new();
        if plan.fits() {
            let own: Vec<FileChange> = plan.edits.iter().flat_map(|edit| self.changes_of(edit)).collect();
            plan.changes = joined(&own.iter().collect::<Vec<_>>());
        }
        Some(plan)
    }
}
