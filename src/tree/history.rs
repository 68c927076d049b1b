//! The commits of a git repository: which of them are between two others, and what each changed.
//!
//! A branch is followed by first parents, as CPython's own branches run; if a merge made a change, its
//! other parent can be followed too. Only commit objects are read, so that ten thousand commits take a
//! fraction of a second.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use git2::{Delta, DiffFindOptions, DiffOptions, Oid, Repository};

use super::git::git_error;
use super::repository::open_repository;
use super::{GitTree, TreeError, TreePath};

/// The commits of a repository.
pub struct History {
    repository: Arc<Mutex<Repository>>,
    path: PathBuf,
}

/// The id of a commit, displayed as 40 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CommitId(Oid);

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How two commits are related: the first parents of both, back to where they fork.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ancestry {
    /// The last common commit.
    pub fork: CommitId,
    /// The commits after the fork up to the old commit, oldest first.
    pub back: Vec<CommitId>,
    /// The commits after the fork up to the new commit, oldest first.
    pub ahead: Vec<CommitId>,
}

/// The description of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: CommitId,
    /// Its author, without an address; bytes that are not UTF-8 are replaced.
    pub author: String,
    /// The address of the author.
    pub address: String,
    /// The author's date, in the author's time zone: `2006-09-19 06:24 +0000`.
    pub date: String,
    /// The author's date as a mail has it: `Tue, 19 Sep 2006 06:24:05 +0000`.
    pub mail_date: String,
    /// When it was committed, in seconds since 1970.
    pub time: i64,
    /// The first line of its message; bytes that are not UTF-8 are replaced.
    pub subject: String,
    /// The rest of its message.
    pub body: String,
}

/// A file that a commit changes, compared with its first parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitFile {
    /// Its old path; `None` if it is added.
    pub old: Option<TreePath>,
    /// Its new path; `None` if it is removed.
    pub new: Option<TreePath>,
}

impl History {
    /// The history of the repository at `repo`, bare or with a work tree.
    ///
    /// # Errors
    /// [`TreeError::NoRepository`] if it is not a repository.
    pub fn open(repo: impl AsRef<Path>) -> Result<History, TreeError> {
        let path = repo.as_ref().to_owned();
        let repository = open_repository(&path)?;
        Ok(History { repository: Arc::new(Mutex::new(repository)), path })
    }

    /// The path of the repository.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The commit of a revision; `None` if the revision does not exist or is not that of a commit.
    pub fn commit(&self, rev: &str) -> Option<CommitId> {
        let repository = self.repository();
        let object = repository.revparse_single(rev).ok()?;
        Some(CommitId(object.peel_to_commit().ok()?.id()))
    }

    /// The commit of a tag, if its tree has the id `tree`, as that of a pinned release has.
    pub fn release(&self, tag: Option<&str>, tree: &str) -> Option<CommitId> {
        let repository = self.repository();
        let commit = repository.find_reference(&format!("refs/tags/{}", tag?)).ok()?.peel_to_commit().ok()?;
        (commit.tree_id().to_string() == tree).then(|| CommitId(commit.id()))
    }

    /// How `old` and `new` are related; `None` if their first parents never meet.
    ///
    /// # Errors
    /// If a commit cannot be read.
    pub fn ancestry(&self, old: CommitId, new: CommitId) -> Result<Option<Ancestry>, TreeError> {
        // Both branches are followed back, always the one whose oldest commit is younger, until one
        // reaches a commit of the other. A wrong clock costs time, but not correctness.
        let repository = self.repository();
        let mut branches = [FirstParents::new(old.0), FirstParents::new(new.0)];
        let mut times = [self.time(&repository, old.0)?, self.time(&repository, new.0)?];
        let fork = loop {
            let [a, b] = &branches;
            if let Some(fork) = [a.oldest(), b.oldest()].into_iter().find(|id| a.has(*id) && b.has(*id)) {
                break fork;
            }
            let next = match times {
                [None, None] => return Ok(None),
                [a, b] => usize::from(b > a),
            };
            let oldest = repository.find_commit(branches[next].oldest()).map_err(|e| self.failed(&e))?;
            times[next] = match oldest.parent_id(0) {
                Ok(parent) => {
                    branches[next].push(parent);
                    self.time(&repository, parent)?
                }
                Err(_) => None,
            };
        };
        let [back, ahead] = branches.map(|branch| branch.after(fork));
        Ok(Some(Ancestry { fork: CommitId(fork), back, ahead }))
    }

    /// The parents of a commit; the first one is on the same branch.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn parents(&self, id: CommitId) -> Result<Vec<CommitId>, TreeError> {
        let repository = self.repository();
        let commit = repository.find_commit(id.0).map_err(|e| self.failed(&e))?;
        Ok(commit.parent_ids().map(CommitId).collect())
    }

    /// The mode and id of the object at each of `paths` in a commit, which are equal for equal files, so
    /// that files can be compared without reading them.
    ///
    /// # Errors
    /// If a tree cannot be read.
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
    /// If the commit cannot be read.
    pub fn tree(&self, id: CommitId) -> Result<GitTree, TreeError> {
        let tree = self.repository().find_commit(id.0).map_err(|e| self.failed(&e))?.tree_id();
        let label = format!("git:{}@{id}", self.path.display());
        Ok(GitTree::of(Arc::clone(&self.repository), tree, label))
    }

    /// The description of a commit.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn about(&self, id: CommitId) -> Result<Commit, TreeError> {
        let repository = self.repository();
        let commit = repository.find_commit(id.0).map_err(|e| self.failed(&e))?;
        let author = commit.author();
        let when = author.when();
        let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
        let (subject, body) = message.trim().split_once('\n').unwrap_or((message.trim(), ""));
        Ok(Commit {
            id,
            author: String::from_utf8_lossy(author.name_bytes()).into_owned(),
            address: String::from_utf8_lossy(author.email_bytes()).into_owned(),
            date: date(when.seconds(), when.offset_minutes()),
            mail_date: mail_date(when.seconds(), when.offset_minutes()),
            time: commit.time().seconds(),
            subject: subject.trim().to_owned(),
            body: body.trim().to_owned(),
        })
    }

    /// The files that a commit changes, compared with its first parent. Renamed files are recognized by
    /// their contents.
    ///
    /// # Errors
    /// If a tree cannot be read.
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
        if diff.deltas().any(|delta| matches!(delta.status(), Delta::Added | Delta::Deleted)) {
            diff.find_similar(Some(DiffFindOptions::new().renames(true))).map_err(failed)?;
        }
        let path = |file: git2::DiffFile<'_>| file.path()?.to_str()?.parse::<TreePath>().ok();
        let files = diff.deltas().map(|delta| CommitFile {
            old: if delta.status() == Delta::Added { None } else { path(delta.old_file()) },
            new: if delta.status() == Delta::Deleted { None } else { path(delta.new_file()) },
        });
        // No edit changes a file whose name is not a path of a tree.
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

/// A commit and its first parents as far as they are read, youngest first.
struct FirstParents {
    commits: Vec<Oid>,
    positions: BTreeMap<Oid, usize>,
}

impl FirstParents {
    fn new(id: Oid) -> FirstParents {
        FirstParents { commits: vec![id], positions: BTreeMap::from([(id, 0)]) }
    }

    fn push(&mut self, id: Oid) {
        self.positions.insert(id, self.commits.len());
        self.commits.push(id);
    }

    fn oldest(&self) -> Oid {
        self.commits[self.commits.len() - 1]
    }

    fn has(&self, id: Oid) -> bool {
        self.positions.contains_key(&id)
    }

    /// The commits after `fork`, oldest first.
    fn after(&self, fork: Oid) -> Vec<CommitId> {
        let position = self.positions.get(&fork).copied().unwrap_or(self.commits.len());
        self.commits[..position].iter().rev().map(|id| CommitId(*id)).collect()
    }
}

/// A time in seconds since 1970, formatted in the time zone `offset` minutes east of Greenwich.
fn date(seconds: i64, offset: i32) -> String {
    let local = seconds + i64::from(offset) * 60;
    let (days, minutes) = (local.div_euclid(86_400), local.rem_euclid(86_400) / 60);
    // Days are counted from 0000-03-01 in eras of 400 years, so that a leap day is the last of its year.
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

/// A time as [`date`] has it, in the form of a mail.
fn mail_date(seconds: i64, offset: i32) -> String {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    let date = date(seconds, offset);
    // The date has digits and signs only: `2006-09-19 06:24 +0000`.
    let mut parts = date.split([' ', '-']);
    let mut part = || parts.next().unwrap_or_default();
    let (year, month, day, time) = (part(), part(), part(), part());
    let zone = &date[date.len() - 5..];
    let month =
        month.parse().ok().and_then(|month: usize| months.get(month.checked_sub(1)?)).unwrap_or(&"Jan");
    let local = seconds + i64::from(offset) * 60;
    let weekday = days[usize::try_from(local.div_euclid(86_400).rem_euclid(7)).unwrap_or(0)];
    let second = local.rem_euclid(60);
    format!("{weekday}, {} {month} {year} {time}:{second:02} {zone}", day.trim_start_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use git2::{Signature, Time};

    /// A repository to which commits are added, one minute apart.
    struct TestRepository {
        folder: tempfile::TempDir,
        minute: i64,
    }

    impl TestRepository {
        fn new() -> TestRepository {
            let folder = tempfile::tempdir().unwrap();
            Repository::init_bare(folder.path()).unwrap();
            TestRepository { folder, minute: 0 }
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
    fn two_branches_meet_at_their_fork() {
        let mut repository = TestRepository::new();
        let root = repository.commit(&[], &[]);
        let old = repository.commit(&[root], &[("a", "old")]);
        let one = repository.commit(&[root], &[("a", "1")]);
        // After this merge the old commit is an ancestor, but not by first parents.
        let two = repository.commit(&[one, old], &[("a", "2")]);
        let three = repository.commit(&[two], &[("a", "3")]);
        let history = repository.history();
        let found = history.ancestry(old, three).unwrap().unwrap();
        assert_eq!(found, Ancestry { fork: root, back: vec![old], ahead: vec![one, two, three] });
        let straight = history.ancestry(one, three).unwrap().unwrap();
        assert_eq!(straight, Ancestry { fork: one, back: vec![], ahead: vec![two, three] });
        let itself = history.ancestry(one, one).unwrap().unwrap();
        assert_eq!(itself, Ancestry { fork: one, back: vec![], ahead: vec![] });
        let stranger = repository.commit(&[], &[]);
        assert_eq!(history.ancestry(stranger, three).unwrap(), None);
    }

    #[test]
    fn a_commit_has_an_author_a_date_and_changed_files() {
        let mut repository = TestRepository::new();
        let text = "a line that is long enough\nto be unlike others\nand some more of it\n";
        let root = repository.commit(&[], &[("configure.in", text), ("gone", "x\n")]);
        let next = repository.commit(&[root], &[("configure.ac", text), ("new", "y\n")]);
        let history = repository.history();
        let about = history.about(next).unwrap();
        assert_eq!((about.author.as_str(), about.subject.as_str()), ("A. Uthor", "Number 2"));
        assert_eq!(about.date, "1969-12-31 22:32 -0130");
        assert_eq!(about.mail_date, "Wed, 31 Dec 1969 22:32:00 -0130");
        assert_eq!((about.address.as_str(), about.body.as_str()), ("a@a.test", "More."));
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
    fn equal_files_have_equal_objects() {
        let mut repository = TestRepository::new();
        let root = repository.commit(&[], &[("a", "x\n"), ("b", "y\n")]);
        let next = repository.commit(&[root], &[("a", "x\n"), ("b", "z\n")]);
        let history = repository.history();
        let paths: Vec<TreePath> = ["a", "b", "c"].map(|path| path.parse().unwrap()).into();
        let (old, new) = (history.objects(root, &paths).unwrap(), history.objects(next, &paths).unwrap());
        assert_eq!((&old[0], &old[2]), (&new[0], &None));
        assert_ne!(old[1], new[1]);
    }

    #[test]
    fn a_tag_is_a_release_only_with_the_pinned_tree() {
        let folder = super::super::testing::repository();
        let history = History::open(folder.path()).unwrap();
        let commit = history.commit("v2.5").unwrap();
        let tree = history.tree(commit).unwrap().tree_id();
        // The second tag is annotated.
        for tag in ["v2.5", "v2.5.5"] {
            assert_eq!(history.release(Some(tag), &tree), Some(commit));
        }
        assert_eq!(history.release(Some("v2.5"), &"0".repeat(40)), None);
        assert_eq!(history.release(Some("v2.6"), &tree), None);
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
