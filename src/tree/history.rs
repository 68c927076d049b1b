//! The commits of a git repository: which of them lead from one to another, what one did.
//!
//! A line of development is followed by first parents, which is how CPython's own branches run;
//! whoever finds that a merge made a change can ask for the line of its other parent. Only commits
//! are read on the way, so that some ten thousand of them cost a fraction of a second.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use git2::{Delta, DiffFindOptions, DiffOptions, Oid, Repository};

use super::git::{git_error, open_repository};
use super::{GitTree, TreeError, TreePath};

/// The commits of a repository.
pub struct History {
    repository: Arc<Mutex<Repository>>,
    path: PathBuf,
}

/// The name of a commit; shown as its 40 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(Oid);

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How two commits hang together: by the first parents of both, which meet at the fork.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ancestry {
    /// The last commit that both lines share.
    pub fork: CommitId,
    /// From the fork, which is left out, to the old commit, which is included.
    pub back: Vec<CommitId>,
    /// From the fork, which is left out, to the new commit, which is included.
    pub ahead: Vec<CommitId>,
}

/// What a commit says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its name.
    pub id: CommitId,
    /// Who wrote it, without an address; bytes that are no UTF-8 are replaced.
    pub author: String,
    /// When its author wrote it: `2006-09-19 06:24 +0000`, in the author's own time zone.
    pub date: String,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
    /// The first line of its message; bytes that are no UTF-8 are replaced.
    pub subject: String,
}

/// A file that a commit touches, against its first parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitFile {
    /// The file before; `None` when it is new.
    pub old: Option<TreePath>,
    /// The file afterwards; `None` when it is gone.
    pub new: Option<TreePath>,
}

impl History {
    /// The history of the repository at `repo`, bare or with a work tree.
    ///
    /// # Errors
    /// [`TreeError::NoRepository`] when there is none.
    pub fn open(repo: impl AsRef<Path>) -> Result<History, TreeError> {
        let path = repo.as_ref().to_owned();
        let repository = open_repository(&path)?;
        Ok(History { repository: Arc::new(Mutex::new(repository)), path })
    }

    /// Where the repository lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The commit that a revision names; `None` when it is unknown here, or names something else.
    pub fn commit(&self, rev: &str) -> Option<CommitId> {
        let repository = self.repository();
        let object = repository.revparse_single(rev).ok()?;
        Some(CommitId(object.peel_to_commit().ok()?.id()))
    }

    /// The commit of a tag, if its tree is the one of this id: a pinned release.
    pub fn release(&self, tag: &str, tree: &str) -> Option<CommitId> {
        let repository = self.repository();
        let commit = repository.find_reference(&format!("refs/tags/{tag}")).ok()?.peel_to_commit().ok()?;
        (commit.tree_id().to_string() == tree).then(|| CommitId(commit.id()))
    }

    /// How `old` and `new` hang together; `None` when they have no common line.
    ///
    /// # Errors
    /// When a commit cannot be read.
    pub fn ancestry(&self, old: CommitId, new: CommitId) -> Result<Option<Ancestry>, TreeError> {
        // Both lines are followed back, always the one whose end is younger, until one of them comes
        // to a commit of the other. A wrong clock costs time, not correctness.
        let repository = self.repository();
        let mut sides = [Side::new(old.0), Side::new(new.0)];
        let mut when = [self.time(&repository, old.0)?, self.time(&repository, new.0)?];
        let fork = loop {
            let (a, b) = (&sides[0], &sides[1]);
            if let Some(fork) = [a.end(), b.end()].into_iter().find(|id| a.has(*id) && b.has(*id)) {
                break fork;
            }
            let side = match (when[0], when[1]) {
                (None, None) => return Ok(None),
                (None, _) => 1,
                (_, None) => 0,
                (Some(a), Some(b)) => usize::from(b > a),
            };
            let end = repository.find_commit(sides[side].end()).map_err(|e| self.failed(&e))?;
            when[side] = match end.parent_id(0) {
                Ok(parent) => {
                    sides[side].push(parent);
                    self.time(&repository, parent)?
                }
                Err(_) => None,
            };
        };
        let [back, ahead] = sides.map(|side| side.above(fork));
        Ok(Some(Ancestry { fork: CommitId(fork), back, ahead }))
    }

    /// The parents of a commit, the first of which is the line it stands on.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn parents(&self, id: CommitId) -> Result<Vec<CommitId>, TreeError> {
        let repository = self.repository();
        let commit = repository.find_commit(id.0).map_err(|e| self.failed(&e))?;
        Ok(commit.parent_ids().map(CommitId).collect())
    }

    /// What stands at some paths of a commit: the ids of the objects, by which a file is known to be the
    /// same without being read.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn objects(&self, id: CommitId, paths: &[TreePath]) -> Result<Vec<Option<String>>, TreeError> {
        let repository = self.repository();
        let commit = repository.find_commit(id.0).map_err(|e| self.failed(&e))?;
        let root = commit.tree().map_err(|e| self.failed(&e))?;
        let object = |path: &TreePath| match root.get_path(Path::new(path.as_str())) {
            Ok(entry) => Ok(Some(format!("{:o} {}", entry.filemode(), entry.id()))),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(self.failed(&error)),
        };
        paths.iter().map(object).collect()
    }

    /// The tree of a commit.
    ///
    /// # Errors
    /// When the commit cannot be read.
    pub fn tree(&self, id: CommitId) -> Result<GitTree, TreeError> {
        let tree = self.repository().find_commit(id.0).map_err(|e| self.failed(&e))?.tree_id();
        let label = format!("git:{}@{id}", self.path.display());
        Ok(GitTree::of(Arc::clone(&self.repository), tree, label))
    }

    /// What a commit says of itself.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn about(&self, id: CommitId) -> Result<Commit, TreeError> {
        let repository = self.repository();
        let commit = repository.find_commit(id.0).map_err(|e| self.failed(&e))?;
        let author = commit.author();
        let when = author.when();
        Ok(Commit {
            id,
            author: String::from_utf8_lossy(author.name_bytes()).into_owned(),
            date: date(when.seconds(), when.offset_minutes()),
            time: commit.time().seconds(),
            subject: commit
                .message_bytes()
                .split(|byte| *byte == b'\n')
                .map(|line| String::from_utf8_lossy(line).trim().to_owned())
                .find(|line| !line.is_empty())
                .unwrap_or_default(),
        })
    }

    /// The files that a commit touches, against its first parent; renamed ones are recognised by their
    /// contents.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn files(&self, id: CommitId) -> Result<Vec<CommitFile>, TreeError> {
        let repository = self.repository();
        let failed = |error: git2::Error| self.failed(&error);
        let commit = repository.find_commit(id.0).map_err(failed)?;
        let new = commit.tree().map_err(failed)?;
        let old = match commit.parent(0) {
            Ok(parent) => Some(parent.tree().map_err(failed)?),
            Err(_) => None,
        };
        let mut options = DiffOptions::new();
        let mut diff =
            repository.diff_tree_to_tree(old.as_ref(), Some(&new), Some(&mut options)).map_err(failed)?;
        let renamed = |delta: Delta| matches!(delta, Delta::Added | Delta::Deleted);
        if diff.deltas().any(|delta| renamed(delta.status())) {
            diff.find_similar(Some(DiffFindOptions::new().renames(true))).map_err(failed)?;
        }
        let path = |file: git2::DiffFile<'_>| file.path()?.to_str()?.parse::<TreePath>().ok();
        let files = diff.deltas().map(|delta| CommitFile {
            old: if delta.status() == Delta::Added { None } else { path(delta.old_file()) },
            new: if delta.status() == Delta::Deleted { None } else { path(delta.new_file()) },
        });
        // A name that is no path of a tree cannot be one that an edit means.
        Ok(files.filter(|file| file.old.is_some() || file.new.is_some()).collect())
    }

    fn time(&self, repository: &Repository, id: Oid) -> Result<Option<i64>, TreeError> {
        let commit = repository.find_commit(id).map_err(|e| self.failed(&e))?;
        Ok(Some(commit.time().seconds()))
    }

    fn repository(&self) -> MutexGuard<'_, Repository> {
        self.repository.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, error: &git2::Error) -> TreeError {
        git_error(&format!("git:{}", self.path.display()), error)
    }
}

/// One line of commits, the youngest first.
struct Side {
    line: Vec<Oid>,
    places: BTreeMap<Oid, usize>,
}

impl Side {
    fn new(id: Oid) -> Side {
        Side { line: vec![id], places: BTreeMap::from([(id, 0)]) }
    }

    fn push(&mut self, id: Oid) {
        self.places.insert(id, self.line.len());
        self.line.push(id);
    }

    /// The oldest commit so far.
    fn end(&self) -> Oid {
        self.line[self.line.len() - 1]
    }

    fn has(&self, id: Oid) -> bool {
        self.places.contains_key(&id)
    }

    /// The commits younger than `fork`, the oldest first.
    fn above(&self, fork: Oid) -> Vec<CommitId> {
        let place = self.places.get(&fork).copied().unwrap_or(self.line.len());
        self.line[..place].iter().rev().map(|id| CommitId(*id)).collect()
    }
}

/// A moment in the time zone that is `offset` minutes east of Greenwich.
fn date(seconds: i64, offset: i32) -> String {
    let local = seconds + i64::from(offset) * 60;
    let (days, minutes) = (local.div_euclid(86_400), local.rem_euclid(86_400) / 60);
    // The days since 0000-03-01 in eras of 400 years, so that a leap day ends its year.
    let days = days + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, later) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    let year = year + era * 400 + later;
    let (sign, offset) = if offset < 0 { ('-', -offset) } else { ('+', offset) };
    let (hour, minute) = (minutes / 60, minutes % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} {sign}{:02}{:02}", offset / 60, offset % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use git2::{Signature, Time};

    /// A repository, and a way to put commits with these files into it, one minute apart.
    struct Place {
        folder: tempfile::TempDir,
        minute: i64,
    }

    impl Place {
        fn new() -> Place {
            let folder = tempfile::tempdir().unwrap();
            Repository::init_bare(folder.path()).unwrap();
            Place { folder, minute: 0 }
        }

        fn commit(&mut self, parents: &[CommitId], files: &[(&str, &str)]) -> CommitId {
            let repository = Repository::open(self.folder.path()).unwrap();
            let mut tree = repository.treebuilder(None).unwrap();
            for (name, text) in files {
                tree.insert(name, repository.blob(text.as_bytes()).unwrap(), 0o100_644).unwrap();
            }
            let tree = repository.find_tree(tree.write().unwrap()).unwrap();
            self.minute += 1;
            let who = Signature::new("A. Uthor", "a@a.test", &Time::new(self.minute * 60, -90)).unwrap();
            let parents: Vec<_> = parents.iter().map(|id| repository.find_commit(id.0).unwrap()).collect();
            let parents: Vec<_> = parents.iter().collect();
            let message = format!("\nNumber {}\n\nMore.\n", self.minute);
            CommitId(repository.commit(None, &who, &who, &message, &tree, &parents).unwrap())
        }

        fn history(&self) -> History {
            History::open(self.folder.path()).unwrap()
        }
    }

    #[test]
    fn two_lines_meet_at_their_fork() {
        let mut place = Place::new();
        let root = place.commit(&[], &[]);
        let old = place.commit(&[root], &[("a", "old")]);
        let one = place.commit(&[root], &[("a", "1")]);
        // A merge that takes nothing over: the old line is an ancestor, but not by first parents.
        let two = place.commit(&[one, old], &[("a", "2")]);
        let three = place.commit(&[two], &[("a", "3")]);
        let history = place.history();
        let found = history.ancestry(old, three).unwrap().unwrap();
        assert_eq!(found, Ancestry { fork: root, back: vec![old], ahead: vec![one, two, three] });
        let straight = history.ancestry(one, three).unwrap().unwrap();
        assert_eq!(straight, Ancestry { fork: one, back: vec![], ahead: vec![two, three] });
        let itself = history.ancestry(one, one).unwrap().unwrap();
        assert_eq!(itself, Ancestry { fork: one, back: vec![], ahead: vec![] });
        let stranger = place.commit(&[], &[]);
        assert_eq!(history.ancestry(stranger, three).unwrap(), None);
    }

    #[test]
    fn a_commit_says_who_made_it_and_what_it_touched() {
        let mut place = Place::new();
        let text = "a line that is long enough\nto be told from others\nand some more of it\n";
        let root = place.commit(&[], &[("configure.in", text), ("gone", "x\n")]);
        let next = place.commit(&[root], &[("configure.ac", text), ("new", "y\n")]);
        let history = place.history();
        let about = history.about(next).unwrap();
        assert_eq!((about.author.as_str(), about.subject.as_str()), ("A. Uthor", "Number 2"));
        assert_eq!(about.date, "1969-12-31 22:32 -0130");
        let names = |file: &CommitFile| {
            let name = |path: &Option<TreePath>| path.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{}>{}", name(&file.old), name(&file.new))
        };
        let mut files: Vec<String> = history.files(next).unwrap().iter().map(names).collect();
        files.sort();
        assert_eq!(files, [">new", "configure.in>configure.ac", "gone>"]);
        assert_eq!(history.files(root).unwrap().len(), 2);
    }

    #[test]
    fn the_same_file_is_the_same_object() {
        let mut place = Place::new();
        let root = place.commit(&[], &[("a", "x\n"), ("b", "y\n")]);
        let next = place.commit(&[root], &[("a", "x\n"), ("b", "z\n")]);
        let history = place.history();
        let paths: Vec<TreePath> = ["a", "b", "c"].map(|path| path.parse().unwrap()).into();
        let (old, new) = (history.objects(root, &paths).unwrap(), history.objects(next, &paths).unwrap());
        assert_eq!((&old[0], &old[2]), (&new[0], &None));
        assert_ne!(old[1], new[1]);
    }

    #[test]
    fn only_the_pinned_tree_makes_a_tag_a_release() {
        let place = super::super::testing::repository();
        let history = History::open(place.path()).unwrap();
        let commit = history.commit("v2.5").unwrap();
        let tree = history.tree(commit).unwrap().tree_id();
        // The second tag is annotated.
        for tag in ["v2.5", "v2.5.5"] {
            assert_eq!(history.release(tag, &tree), Some(commit));
        }
        assert_eq!(history.release("v2.5", &"0".repeat(40)), None);
        assert_eq!(history.release("v2.6", &tree), None);
        assert_eq!(history.commit("v2.5^{tree}"), None);
    }

    #[test]
    fn a_date_is_that_of_the_author() {
        assert_eq!(date(0, 0), "1970-01-01 00:00 +0000");
        assert_eq!(date(1_158_611_400, 120), "2006-09-18 22:30 +0200");
        assert_eq!(date(951_827_696, 0), "2000-02-29 12:34 +0000");
        assert_eq!(date(-1, 0), "1969-12-31 23:59 +0000");
    }
}
