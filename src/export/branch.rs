//! Writes the steps from a tree to another as commits on a branch of a git repository, without a checkout.

use std::io::Read as _;
use std::path::Path;

use git2::{Commit, Index, IndexEntry, IndexTime, Oid, Reference, Repository, Signature, Time};

use super::step::{NOBODY, StepPatch};
use super::{ExportError, for_each_entry};
use crate::date::Date;
use crate::regular;
use crate::tree::{File, FileChange, Node, Tree, WalkEntry, open_repository};

/// Where commits are written to.
#[derive(Debug)]
pub struct Branch<'a> {
    /// The repository.
    pub repository: &'a Path,
    /// The name of the branch.
    pub name: &'a str,
    /// Whether the branch may exist, and is moved then.
    pub force: bool,
    /// The revision of the tree in this repository; of any other tree, a commit is made.
    pub base: Option<&'a str>,
    /// What the commit of the tree says.
    pub base_message: String,
    /// The date of what has none; otherwise that of the base.
    pub date: Option<Date>,
}

/// Writes a commit for each step, and lets the branch lead to the last one. Its id is returned.
///
/// The name and address of whoever runs git, if they are configured, are those of the committer, and of the author of what has none. The
/// date of a commit is that of its author, so that equal steps give equal commits.
///
/// # Errors
/// When the branch exists and is not to be moved, or is checked out, or the repository cannot be written.
pub fn branch(to: &Branch<'_>, tree: &dyn Tree, steps: &[StepPatch<'_>]) -> Result<String, ExportError> {
    let failed = |why: &str| ExportError::Branch {
        branch: to.name.to_owned(),
        repository: to.repository.to_owned(),
        why: why.to_owned(),
    };
    let git = |error: git2::Error| failed(error.message());
    let repository = open_repository(to.repository)?;
    let reference = format!("refs/heads/{}", to.name);
    if !Reference::is_valid_name(&reference) {
        return Err(failed("it is not a valid name of a branch"));
    }
    let old = repository.refname_to_id(&reference).ok();
    if is_checked_out(&repository, &reference) {
        return Err(failed("it is checked out"));
    }
    let me = me(&repository);
    let given = to.base.and_then(|base| repository.revparse_single(base).ok()?.peel_to_commit().ok());
    let mut index = Index::new().map_err(git)?;
    let base = match given {
        Some(base) => {
            index.read_tree(&base.tree().map_err(git)?).map_err(git)?;
            base
        }
        None => {
            let seconds = add_all(&repository, tree, &mut index, &git)?;
            let date = to.date.unwrap_or(Date { seconds, zone: 0 });
            let who = signature(&me, date).map_err(git)?;
            write(&repository, &mut index, (&who, &who), &to.base_message, None).map_err(git)?
        }
    };
    let earliest = Date { seconds: base.time().seconds(), zone: base.time().offset_minutes() };
    let mut last = base;
    for step in steps {
        for change in &step.changes {
            apply(&repository, &mut index, change).map_err(git)?;
        }
        let date = step.date().or(to.date).unwrap_or(earliest);
        let author = signature(&step.author().unwrap_or_else(|| me.clone()), date).map_err(git)?;
        // Git takes a commit that is older than its parent for damaged.
        let date = if date.seconds < last.time().seconds() {
            Date { seconds: last.time().seconds(), zone: last.time().offset_minutes() }
        } else {
            date
        };
        let committer = signature(&me, date).map_err(git)?;
        let message = step.message();
        last = write(&repository, &mut index, (&author, &committer), &message, Some(&last)).map_err(git)?;
    }
    if old.is_some_and(|old| old != last.id()) && !to.force {
        return Err(ExportError::BranchExists(to.name.to_owned()));
    }
    repository.reference(&reference, last.id(), to.force || old.is_some(), "pypatch export").map_err(git)?;
    Ok(last.id().to_string())
}

/// The name and address of whoever runs git.
pub(super) fn me(repository: &Repository) -> (String, String) {
    let me = repository.signature().ok();
    let me = me.as_ref().and_then(|me| Some((me.name().ok()?.to_owned(), me.email().ok()?.to_owned())));
    me.unwrap_or_else(|| (NOBODY.0.to_owned(), NOBODY.1.to_owned()))
}

pub(super) fn signature(
    (name, mail): &(String, String),
    date: Date,
) -> Result<Signature<'static>, git2::Error> {
    // Git cannot store these.
    let clean = |text: &str| text.replace(['<', '>', '\n'], "");
    Signature::new(&clean(name), &clean(mail), &Time::new(date.seconds, date.zone))
}

fn write<'a>(
    repository: &'a Repository,
    index: &mut Index,
    (author, committer): (&Signature<'_>, &Signature<'_>),
    message: &str,
    parent: Option<&Commit<'_>>,
) -> Result<Commit<'a>, git2::Error> {
    let tree = repository.find_tree(index.write_tree_to(repository)?)?;
    let parents: Vec<&Commit<'_>> = parent.into_iter().collect();
    repository.find_commit(repository.commit(None, author, committer, message, &tree, &parents)?)
}

/// Adds all files of a tree; returns when the newest one was modified.
fn add_all(
    repository: &Repository,
    tree: &dyn Tree,
    index: &mut Index,
    failed: &dyn Fn(git2::Error) -> ExportError,
) -> Result<i64, ExportError> {
    let mut newest = 0;
    for_each_entry(tree, |entry: &WalkEntry| {
        let (id, mode) = match &entry.node {
            Node::File(bytes) => {
                (repository.blob(bytes), if entry.executable() { 0o100_755 } else { 0o100_644 })
            }
            Node::Large(large) => {
                let mut bytes = Vec::new();
                let read = large.reader().read_to_end(&mut bytes);
                read.map_err(|source| ExportError::Io { path: entry.path.as_str().into(), source })?;
                (repository.blob(&bytes), if entry.executable() { 0o100_755 } else { 0o100_644 })
            }
            Node::Symlink(target) => (repository.blob(target), 0o120_000),
            Node::Directory | Node::Other => return Ok(()),
        };
        newest = newest.max(entry.mtime.map_or(0, |(seconds, _)| seconds));
        let id = id.map_err(failed)?;
        index.add(&index_entry(entry.path.as_str(), id, mode)).map_err(failed)
    })?;
    Ok(newest)
}

pub(super) fn index_entry(path: &str, id: Oid, mode: u32) -> IndexEntry {
    let never = IndexTime::new(0, 0);
    IndexEntry {
        ctime: never,
        mtime: never,
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    }
}

/// Makes a change of a file.
fn apply(repository: &Repository, index: &mut Index, change: &FileChange) -> Result<(), git2::Error> {
    let path = change.path.as_str();
    let old = index.get_path(Path::new(path), 0).map(|entry| entry.id);
    let Some(File { bytes, executable, is_link }) = &change.after else {
        return index.remove(Path::new(path), 0);
    };
    let mode = match (is_link, executable) {
        (true, _) => 0o120_000,
        (false, true) => 0o100_755,
        (false, false) => 0o100_644,
    };
    // Attributes of the repository may have changed the line ends when the file was read.
    let is_converted = match (&change.before, old) {
        (Some(before), Some(old)) => repository.find_blob(old)?.content() != &before.bytes[..],
        _ => false,
    };
    let id = if is_converted { repository.blob(&without_cr(bytes))? } else { repository.blob(bytes)? };
    index.add(&index_entry(path, id, mode))
}

/// The lines of a text, without the CR at their ends.
fn without_cr(bytes: &[u8]) -> Vec<u8> {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines
        .flat_map(|line| match line.strip_suffix(b"\r\n") {
            Some(text) => [text, b"\n"],
            None => [line, b""],
        })
        .flatten()
        .copied()
        .collect()
}

/// Whether a work tree of the repository is on a branch: it would differ from its files.
pub(super) fn is_checked_out(repository: &Repository, reference: &str) -> bool {
    let common = repository.commondir();
    let leads_there = |head: &Path| {
        regular::read_text(head)
            .is_ok_and(|text| text.trim().strip_prefix("ref:").map(str::trim) == Some(reference))
    };
    let is_bare = repository.config().and_then(|config| config.get_bool("core.bare")).unwrap_or(false);
    let linked = std::fs::read_dir(common.join("worktrees")).into_iter().flatten().filter_map(Result::ok);
    !is_bare && leads_there(&common.join("HEAD"))
        || linked.into_iter().any(|one| leads_there(&one.path().join("HEAD")))
}
