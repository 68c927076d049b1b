//! What upstream did between two versions, commit by commit.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use super::names::word_characters;
use super::upstream::SIGNIFICANT;
use crate::merge::collapsed;
use crate::tree::{CommitId, File, FileChange, History, Tree, TreeError, TreePath};

/// The share of the lines of a patch that a commit must have added.
const ADDED: f64 = 0.7;
/// The most changes of a file that are read, newest first.
const MOST: usize = 200;

/// The commits of upstream between two versions. They are only read where a decision hangs on them.
pub struct Lineage {
    history: History,
    ends: [CommitId; 2],
    /// The fork and the commits after it up to the new version, oldest first.
    commits: OnceCell<Vec<CommitId>>,
}

/// The objects of some paths in a commit.
type Objects = Vec<Option<String>>;

/// A search for the commit that added lines to a file.
struct Search<'a> {
    lineage: &'a Lineage,
    commits: &'a [CommitId],
    paths: &'a [TreePath],
    lines: &'a BTreeSet<Vec<u8>>,
    /// The lines that are in the files with these objects.
    present: RefCell<HashMap<Objects, Rc<HashSet<Vec<u8>>>>>,
    /// What the files were after the changes that are read.
    later: HashSet<Objects>,
    /// How many changes may still be read.
    left: usize,
    /// The commit that added most, and how many lines.
    best: Option<(CommitId, usize)>,
}

impl Lineage {
    /// The commits of a repository from the first of `ends` to the second.
    pub fn new(history: History, ends: [CommitId; 2]) -> Lineage {
        Lineage { history, ends, commits: OnceCell::new() }
    }

    /// The commit that added most of the lines of a change to one of `paths`, in words, whether or not they are still there. A
    /// commit does not count if the files became again later what they were before it.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub(super) fn made(&self, change: &FileChange, paths: &[TreePath]) -> Result<Option<String>, TreeError> {
        let lines = added(change);
        let commits = self.commits()?;
        let [first, .., last] = commits else { return Ok(None) };
        if lines.is_empty() {
            return Ok(None);
        }
        let mut search = Search {
            lineage: self,
            commits,
            paths,
            lines: &lines,
            present: RefCell::default(),
            later: HashSet::new(),
            left: MOST,
            best: None,
        };
        let ends = [self.history.objects(*first, paths)?, self.history.objects(*last, paths)?];
        search.between(0, commits.len() - 1, &ends)?;
        let Some((id, count)) = search.best else { return Ok(None) };
        let share = count as f64 / lines.len() as f64;
        if share < ADDED {
            return Ok(None);
        }
        let subject = self.history.about(id)?.subject;
        let id = id.to_string();
        Ok(Some(format!(
            "commit {} added {:.0} % of the lines that the patch adds: {subject}",
            &id[..12],
            share * 100.0
        )))
    }

    fn commits(&self) -> Result<&[CommitId], TreeError> {
        if self.commits.get().is_none() {
            let [old, new] = self.ends;
            let ancestry = self.history.ancestry(old, new)?;
            let commits = ancestry.map_or(Vec::new(), |it| [vec![it.fork], it.ahead].concat());
            let _ = self.commits.set(commits);
        }
        Ok(self.commits.get().map_or(&[], Vec::as_slice))
    }
}

impl Search<'_> {
    /// Searches the changes after the commit number `first` up to `last`, which have these objects, newest first: where both have the
    /// same, nothing is looked at.
    fn between(&mut self, first: usize, last: usize, ends: &[Objects; 2]) -> Result<(), TreeError> {
        let [old, new] = ends;
        if old == new || self.left == 0 {
            return Ok(());
        }
        if last - first == 1 {
            self.left -= 1;
            self.later.insert(new.clone());
            if self.later.contains(old) {
                return Ok(());
            }
            let (before, after) = (self.lines_in(first, old)?, self.lines_in(last, new)?);
            let count = after.difference(&before).count();
            if self.best.is_none_or(|(_, best)| count > best) {
                self.best = Some((self.commits[last], count));
            }
            return Ok(());
        }
        let middle = first.midpoint(last);
        let objects = self.lineage.history.objects(self.commits[middle], self.paths)?;
        self.between(middle, last, &[objects.clone(), new.clone()])?;
        self.between(first, middle, &[old.clone(), objects])
    }

    /// The lines that the files have in a commit.
    fn lines_in(&self, commit: usize, objects: &Objects) -> Result<Rc<HashSet<Vec<u8>>>, TreeError> {
        if let Some(known) = self.present.borrow().get(objects) {
            return Ok(Rc::clone(known));
        }
        let tree = self.lineage.history.tree(self.commits[commit])?;
        let mut present = HashSet::new();
        for path in self.paths {
            // A repository may lack large files.
            let Ok(Some(file)) = tree.file_or_link(path) else { continue };
            let lines = file.bytes.split(|byte| *byte == b'\n').map(collapsed);
            present.extend(lines.filter(|line| self.lines.contains(line)));
        }
        let present = Rc::new(present);
        self.present.borrow_mut().insert(objects.clone(), Rc::clone(&present));
        Ok(present)
    }
}

/// The lines that a change adds, and that say something.
fn added(change: &FileChange) -> BTreeSet<Vec<u8>> {
    let lines = |file: &Option<File>| -> BTreeSet<Vec<u8>> {
        let bytes = file.as_ref().map_or(&[][..], |file| &file.bytes);
        bytes
            .split(|byte| *byte == b'\n')
            .map(collapsed)
            .filter(|line| word_characters(line) >= SIGNIFICANT)
            .collect()
    };
    &lines(&change.after) - &lines(&change.before)
}
