//! The commits between two trees at which an edit's sight changed.
//!
//! A line of commits is searched by halving: between two commits that look alike nothing is looked at,
//! and a change that was taken back between them does not matter to what lies behind. Where the ends
//! differ, every commit that is found stands beside its own parent with another sight, so that what is
//! found is true even of a history that goes to and fro; only that it is the single one is not.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::sight::{PartSight, Slot, look};
use crate::patchset::Edit;
use crate::tree::{CommitId, History, Tree, TreeError, TreePath};

/// How many commits of one line are named.
const MOST: usize = 12;
/// How deep merges of merges are followed.
const DEEPEST: usize = 24;

/// What the parts of an edit see of one tree.
type Sights = Rc<Vec<PartSight>>;

/// What an edit sees, remembered by the objects it looks at.
pub(super) struct Eye<'a> {
    pub edit: &'a Edit,
    pub slots: &'a [Slot],
    history: Option<&'a History>,
    paths: Vec<TreePath>,
    seen: RefCell<HashMap<Vec<Option<String>>, Sights>>,
    commits: RefCell<HashMap<CommitId, Sights>>,
}

/// The commits that made a difference.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// On the way to the new commit, the oldest first.
    pub ahead: Vec<CommitId>,
    /// On the line that the old commit lies on since it parted from the way.
    pub aside: Vec<CommitId>,
}

impl<'a> Eye<'a> {
    pub(super) fn new(edit: &'a Edit, slots: &'a [Slot], history: Option<&'a History>) -> Eye<'a> {
        let mut paths: Vec<TreePath> = edit.changes.iter().flat_map(|change| change.file.clone()).collect();
        paths.extend(edit.requires.iter().map(|requirement| requirement.file.clone()));
        let needed = edit.changes.iter().filter_map(|change| change.needed_while.as_ref());
        paths.extend(needed.map(|requirement| requirement.file.clone()));
        if edit.when.is_some() || edit.changes.iter().any(|change| change.when.is_some()) {
            paths.extend("Include/patchlevel.h".parse());
        }
        paths.sort();
        paths.dedup();
        Eye { edit, slots, history, paths, seen: RefCell::default(), commits: RefCell::default() }
    }

    /// What it sees of a tree.
    pub(super) fn tree(&self, tree: &dyn Tree) -> Result<Sights, TreeError> {
        Ok(Rc::new(look(self.edit, self.slots, tree)?))
    }

    /// What it sees of a commit.
    pub(super) fn commit(&self, id: CommitId) -> Result<Sights, TreeError> {
        if let Some(known) = self.commits.borrow().get(&id) {
            return Ok(Rc::clone(known));
        }
        let Some(history) = self.history else { return Ok(Rc::default()) };
        let objects = history.objects(id, &self.paths)?;
        let known = self.seen.borrow().get(&objects).cloned();
        let sight = match known {
            Some(known) => known,
            None => {
                let sight = self.tree(&history.tree(id)?)?;
                self.seen.borrow_mut().insert(objects, Rc::clone(&sight));
                sight
            }
        };
        self.commits.borrow_mut().insert(id, Rc::clone(&sight));
        Ok(sight)
    }

    /// When a commit was made, in seconds since 1970.
    pub(super) fn time(&self, id: CommitId) -> Result<i64, TreeError> {
        self.history.map_or(Ok(0), |history| Ok(history.about(id)?.time))
    }

    /// Whether a part sees the same in two commits.
    fn same(&self, slot: usize, near: bool, a: CommitId, b: CommitId) -> Result<bool, TreeError> {
        let (a, b) = (self.commit(a)?, self.commit(b)?);
        Ok(a[slot].differs(&b[slot], near).is_none())
    }

    /// The commits between `old` and `new` at which a part's sight changed; `None` when the two have no
    /// common line, or there is no repository.
    pub(super) fn between(
        &self,
        slot: usize,
        near: bool,
        old: CommitId,
        new: CommitId,
    ) -> Result<Option<Found>, TreeError> {
        let Some(history) = self.history else { return Ok(None) };
        let Some(line) = history.ancestry(old, new)? else { return Ok(None) };
        let mut found = Found::default();
        let parted = |side: &[CommitId]| [&[line.fork], side].concat();
        for (side, into) in [(&line.back, &mut found.aside), (&line.ahead, &mut found.ahead)] {
            for step in self.steps(slot, near, &parted(side))? {
                into.extend(self.origin(slot, near, step, 0)?);
            }
        }
        // A merge may bring the same commit to both sides of a fork: that is no difference of theirs.
        let both: Vec<CommitId> = found.ahead.iter().filter(|id| found.aside.contains(id)).copied().collect();
        found.ahead.retain(|id| !both.contains(id));
        found.aside.retain(|id| !both.contains(id));
        Ok(Some(found))
    }

    /// The pairs of neighbours on a line at which the sight changes, from its first sight to its last.
    fn steps(
        &self,
        slot: usize,
        near: bool,
        line: &[CommitId],
    ) -> Result<Vec<(CommitId, CommitId)>, TreeError> {
        let (mut at, last) = (0, line.len() - 1);
        let mut steps = Vec::new();
        while steps.len() < MOST && !self.same(slot, near, line[at], line[last])? {
            let (mut same, mut other) = (at, last);
            while other - same > 1 {
                let middle = same.midpoint(other);
                if self.same(slot, near, line[at], line[middle])? { same = middle } else { other = middle }
            }
            steps.push((line[same], line[other]));
            at = other;
        }
        Ok(steps)
    }

    /// Where a change comes from that `commit` has and its neighbour `parent` on the line has not: the
    /// commit itself, or, when it is a merge, what it merged.
    fn origin(
        &self,
        slot: usize,
        near: bool,
        (parent, commit): (CommitId, CommitId),
        depth: usize,
    ) -> Result<Vec<CommitId>, TreeError> {
        let Some(history) = self.history.filter(|_| depth < DEEPEST) else { return Ok(vec![commit]) };
        for merged in history.parents(commit)?.into_iter().filter(|id| *id != parent) {
            if !self.same(slot, near, merged, commit)? {
                continue;
            }
            let Some(line) = history.ancestry(parent, merged)? else { continue };
            if self.same(slot, near, line.fork, commit)? {
                // The other line never had it otherwise: the merge went back to that.
                continue;
            }
            let steps = self.steps(slot, near, &[&[line.fork], &line.ahead[..]].concat())?;
            let mut found = Vec::new();
            for step in steps {
                found.extend(self.origin(slot, near, step, depth + 1)?);
            }
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Ok(vec![commit])
    }
}
