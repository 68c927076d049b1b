//! The commits between two trees at which the observation of a part changed.
//!
//! A line of commits is bisected: if two commits look the same, those between them are not read, and a
//! change that was reverted between them does not matter. Every commit that is found differs from its own
//! parent, even if a history goes back and forth; there may be others like it.

use super::observer::PartObserver;
use crate::tree::{CommitId, History, TreeError};

/// How many commits of one line are named.
const MOST: usize = 12;
/// How deep merges of merges are followed.
const DEEPEST: usize = 24;

/// The commits that made a difference, each list with the oldest first.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ChangingCommits {
    /// Since the fork, on the line of the new commit.
    pub ahead: Vec<CommitId>,
    /// Since the fork, on the line of the old commit.
    pub on_old_branch: Vec<CommitId>,
}

impl PartObserver<'_> {
    /// The commits between `old` and `new` at which the part changed; `None` if the two commits have no
    /// common ancestor.
    pub(super) fn commits_between(
        &self,
        history: &History,
        old: CommitId,
        new: CommitId,
    ) -> Result<Option<ChangingCommits>, TreeError> {
        let Some(line) = history.ancestry(old, new)? else { return Ok(None) };
        let mut found = ChangingCommits::default();
        for (side, into) in [(&line.back, &mut found.on_old_branch), (&line.ahead, &mut found.ahead)] {
            for step in self.steps(history, &[&[line.fork], &side[..]].concat())? {
                into.extend(self.origin(history, step, 0)?);
            }
        }
        // A merge may bring the same commit to both sides of a fork: the sides do not differ by it.
        let on_both: Vec<CommitId> =
            found.ahead.iter().filter(|id| found.on_old_branch.contains(id)).copied().collect();
        found.ahead.retain(|id| !on_both.contains(id));
        found.on_old_branch.retain(|id| !on_both.contains(id));
        Ok(Some(found))
    }

    /// The pairs of neighbours on a line between which the part changes.
    fn steps(&self, history: &History, line: &[CommitId]) -> Result<Vec<(CommitId, CommitId)>, TreeError> {
        let (mut at, last) = (0, line.len() - 1);
        let mut steps = Vec::new();
        while steps.len() < MOST && !self.is_same(history, line[at], line[last])? {
            let (mut same, mut other) = (at, last);
            while other - same > 1 {
                let middle = same.midpoint(other);
                if self.is_same(history, line[at], line[middle])? { same = middle } else { other = middle }
            }
            steps.push((line[same], line[other]));
            at = other;
        }
        Ok(steps)
    }

    /// Where a change between `parent` and `commit`, neighbours on a line, comes from: the commit itself,
    /// or commits that it merged.
    fn origin(
        &self,
        history: &History,
        (parent, commit): (CommitId, CommitId),
        depth: usize,
    ) -> Result<Vec<CommitId>, TreeError> {
        if depth == DEEPEST {
            return Ok(vec![commit]);
        }
        for merged in history.parents(commit)?.into_iter().filter(|id| *id != parent) {
            if !self.is_same(history, merged, commit)? {
                continue;
            }
            let Some(line) = history.ancestry(parent, merged)? else { continue };
            if self.is_same(history, line.fork, commit)? {
                // The merged line never changed it: the merge discarded the change of the first parent.
                continue;
            }
            let mut found = Vec::new();
            for step in self.steps(history, &[&[line.fork], &line.ahead[..]].concat())? {
                found.extend(self.origin(history, step, depth + 1)?);
            }
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(vec![commit])
    }
}
