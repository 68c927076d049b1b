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
/// A later commit that removes half of them and puts back what they replaced took them back; so did one that removes as many as were added,
/// and leaves the file shorter by three quarters of those.
const RESTORED: f64 = 0.5;
const SHRUNK: f64 = 0.75;
/// Fewer lines may have been added by chance, in another function.
const LEAST: usize = 2;
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
type Present = (HashSet<Vec<u8>>, usize);

/// A search for the commit that added lines to a file.
struct Search<'a> {
    lineage: &'a Lineage,
    commits: &'a [CommitId],
    paths: &'a [TreePath],
    /// The lines that the patch adds, and those that it removes.
    added: &'a BTreeSet<Vec<u8>>,
    removed: &'a BTreeSet<Vec<u8>>,
    /// Which of these lines are in the files with these objects, and how many lines those have.
    present: RefCell<HashMap<Objects, Rc<Present>>>,
    /// What the files were after the changes that are read.
    later: HashSet<Objects>,
    /// How many changes may still be read.
    left: usize,
    /// Whether a later change took back what the patch does.
    is_taken_back: bool,
    /// The commit that added most, and how many lines.
    best: Option<(CommitId, usize)>,
}

impl Lineage {
    /// The commits of a repository from the first of `ends` to the second.
    pub fn new(history: History, ends: [CommitId; 2]) -> Lineage {
        Lineage { history, ends, commits: OnceCell::new() }
    }

    /// The commit that added most of the lines of a change to one of `paths`, in words, whether or not they are still there. A
    /// commit does not count if the files became again later what they were before it, or if a later commit took it back.
    ///
    /// # Errors
    /// If the history cannot be read.
    pub(super) fn made(&self, change: &FileChange, paths: &[TreePath]) -> Result<Option<String>, TreeError> {
        let (lines, removed) =
            (new_lines(&change.before, &change.after), new_lines(&change.after, &change.before));
        let commits = self.commits()?;
        let [first, .., last] = commits else { return Ok(None) };
        if lines.len() < LEAST {
            return Ok(None);
        }
        let mut search = Search {
            lineage: self,
            commits,
            paths,
            added: &lines,
            removed: &removed,
            present: RefCell::default(),
            later: HashSet::new(),
            left: MOST,
            is_taken_back: false,
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
            let ((before, before_len), (after, after_len)) = (&*before, &*after);
            let count = after.difference(before).filter(|line| self.added.contains(*line)).count();
            let lost = before.difference(after).filter(|line| self.added.contains(*line)).count();
            let is_restored = after.difference(before).any(|line| self.removed.contains(line));
            let (lost, shrunk) = (lost as f64, *before_len as f64 - *after_len as f64);
            let all = self.added.len() as f64;
            // The inverse of the patch, with the lines that it removed, or with none instead of its own.
            self.is_taken_back |=
                is_restored && lost >= RESTORED * all || lost >= ADDED * all && shrunk >= SHRUNK * lost;
            if self.is_taken_back {
                return Ok(());
            }
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

    /// What the files have in a commit.
    fn lines_in(&self, commit: usize, objects: &Objects) -> Result<Rc<Present>, TreeError> {
        if let Some(known) = self.present.borrow().get(objects) {
            return Ok(Rc::clone(known));
        }
        let tree = self.lineage.history.tree(self.commits[commit])?;
        let (mut present, mut count) = (HashSet::new(), 0);
        for path in self.paths {
            // A repository may lack large files.
            let Ok(Some(file)) = tree.file_or_link(path) else { continue };
            let lines: Vec<Vec<u8>> = file.bytes.split(|byte| *byte == b'\n').map(collapsed).collect();
            count += lines.len();
            present.extend(
                lines.into_iter().filter(|line| self.added.contains(line) || self.removed.contains(line)),
            );
        }
        let present = Rc::new((present, count));
        self.present.borrow_mut().insert(objects.clone(), Rc::clone(&present));
        Ok(present)
    }
}

/// The lines that `new` has and `old` does not, and that say something.
fn new_lines(old: &Option<File>, new: &Option<File>) -> BTreeSet<Vec<u8>> {
    let lines = |file: &Option<File>| -> BTreeSet<Vec<u8>> {
        let bytes = file.as_ref().map_or(&[][..], |file| &file.bytes);
        bytes
            .split(|byte| *byte == b'\n')
            .map(collapsed)
            .filter(|line| word_characters(line) >= SIGNIFICANT)
            .collect()
    };
    &lines(new) - &lines(old)
}
