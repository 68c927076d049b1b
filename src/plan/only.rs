//! The part of a plan that is about one edit.

use std::collections::BTreeSet;

use super::compose::of_edits;
use super::{Plan, joined};
use crate::patchset::Patchset;
use crate::tree::FileChange;

impl Plan {
    /// The plan of the edit `id` and of those on whose result it is planned, as if the patchset of this plan had no other;
    /// `None` if it has no such edit. Whether the others fit does not matter. A file that an edit changes after others has what all
    /// edits of lower levels did there, as in [`Plan::changes_of`].
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
            let of_level =
                |(level, before)| of_edits(plan.edits.iter().filter(move |edit| edit.level == level), before);
            let own: Vec<FileChange> = self.before.iter().enumerate().flat_map(of_level).collect();
            plan.changes = joined(&own.iter().collect::<Vec<_>>());
        }
        Some(plan)
    }
}
