//! Observes an edit in trees and commits, and remembers what it saw.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::observation::{Difference, Observation, observe};
use super::part::PartKey;
use crate::edit::OutcomeKind;
use crate::patchset::{Change, Edit, is_pattern};
use crate::software::Software;
use crate::tree::{CommitId, History, Tree, TreeError, TreePath};

/// The observations of all parts of an edit in one tree.
pub(super) type Observations = Rc<Vec<Observation>>;

/// Observes some parts of an edit.
pub(super) struct Observer<'a> {
    pub edit: &'a Edit,
    pub keys: &'a [PartKey],
    /// The files that the outcome depends on.
    paths: Vec<TreePath>,
    by_objects: RefCell<HashMap<Vec<Option<String>>, Observations>>,
    by_commit: RefCell<HashMap<CommitId, Observations>>,
}

impl<'a> Observer<'a> {
    pub(super) fn new(edit: &'a Edit, keys: &'a [PartKey]) -> Observer<'a> {
        let mut paths: Vec<TreePath> = Vec::new();
        for change in edit.changes.iter().flat_map(Change::each_form) {
            // All files of a folder, if a pattern selects some of them.
            let in_folder = |file: &TreePath| {
                if is_pattern(file) {
                    file.ancestors().filter(|above| !is_pattern(above)).last()
                } else {
                    Some(file.clone())
                }
            };
            paths.extend(change.file.iter().filter_map(in_folder));
        }
        let needed = edit.changes.iter().filter_map(|change| change.needed_while.as_ref());
        paths.extend(edit.requires.iter().chain(needed).map(|requirement| requirement.file.clone()));
        if edit.when.is_some()
            || edit.changes.iter().any(|change| change.when.is_some() || !change.forms.is_empty())
        {
            paths.extend(Software::ALL.iter().filter_map(|software| software.version_file().parse().ok()));
        }
        paths.sort();
        paths.dedup();
        let (by_objects, by_commit) = Default::default();
        Observer { edit, keys, paths, by_objects, by_commit }
    }

    pub(super) fn tree(&self, tree: &dyn Tree) -> Result<Observations, TreeError> {
        Ok(Rc::new(observe(self.edit, self.keys, tree)?))
    }

    pub(super) fn commit(&self, history: &History, id: CommitId) -> Result<Observations, TreeError> {
        if let Some(known) = self.by_commit.borrow().get(&id) {
            return Ok(Rc::clone(known));
        }
        // Most commits do not touch these files: nothing is parsed for them.
        let objects = history.objects(id, &self.paths)?;
        let known = self.by_objects.borrow().get(&objects).cloned();
        let observations = match known {
            Some(known) => known,
            None => {
                let new = self.tree(&history.tree(id)?)?;
                self.by_objects.borrow_mut().insert(objects, Rc::clone(&new));
                new
            }
        };
        self.by_commit.borrow_mut().insert(id, Rc::clone(&observations));
        Ok(observations)
    }
}

/// Observes one part of an edit.
pub(super) struct PartObserver<'a> {
    observer: &'a Observer<'a>,
    pub part: usize,
    /// Whether the nearest misses count: the anchor was missing from the beginning.
    pub compare_misses: bool,
}

impl<'a> PartObserver<'a> {
    /// `first` are the observations at the beginning of the release path.
    pub(super) fn new(observer: &'a Observer<'a>, part: usize, first: &[Observation]) -> PartObserver<'a> {
        let compare_misses = first.get(part).is_some_and(|seen| seen.outcome == OutcomeKind::Missing);
        PartObserver { observer, part, compare_misses }
    }

    /// How the part differs between two trees.
    pub(super) fn difference(&self, a: &[Observation], b: &[Observation]) -> Option<Difference> {
        a[self.part].difference(&b[self.part], self.compare_misses)
    }

    pub(super) fn differs(&self, a: &[Observation], b: &[Observation]) -> bool {
        self.difference(a, b).is_some()
    }

    pub(super) fn commit(&self, history: &History, id: CommitId) -> Result<Observations, TreeError> {
        self.observer.commit(history, id)
    }

    /// Whether the part is the same in two commits.
    pub(super) fn is_same(&self, history: &History, a: CommitId, b: CommitId) -> Result<bool, TreeError> {
        Ok(!self.differs(&self.commit(history, a)?, &self.commit(history, b)?))
    }
}
