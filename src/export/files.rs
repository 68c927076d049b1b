//! Commits files to a branch of the repository of a work tree, without a checkout: the work tree and its branch stay as they are.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, Index, Repository};

use super::ExportError;
use super::branch::{index_entry, is_checked_out, me, signature};
use crate::contents::if_exists;
use crate::date::Date;
use crate::regular::{self, LARGEST_DOCUMENT};

/// A commit of files.
#[derive(Debug)]
pub struct FileCommit<'a> {
    /// The top of the work tree.
    pub work_tree: &'a Path,
    /// The branch.
    pub branch: &'a str,
    /// Whether the branch may exist, and is moved then.
    pub force: bool,
    /// What the commit says.
    pub message: String,
    /// Its date; now if there is none.
    pub date: Option<Date>,
    /// What was read to make the files: those in the work tree have to be as HEAD has them.
    pub read: &'a [PathBuf],
}

/// The top of the work tree that has this directory; `None` if it is in no git repository, or in a bare one.
///
/// # Errors
/// If the repository cannot be opened, for example since it belongs to somebody else.
pub fn work_tree(folder: &Path) -> Result<Option<PathBuf>, ExportError> {
    match Repository::discover(folder) {
        Ok(repository) => Ok(repository.workdir().map(Path::to_owned)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(ExportError::Branch {
            branch: "HEAD".to_owned(),
            repository: folder.to_owned(),
            why: error.message().to_owned(),
        }),
    }
}

/// Commits `files` on top of HEAD, and lets the branch lead to that commit, whose id is returned. If the branch has these files on top of
/// the same commit, it stays.
///
/// # Errors
/// If the branch exists and is not to be moved, or is checked out; if a file is outside of the work tree, or is not in it as HEAD has
/// it; and if the repository cannot be written. The branch is as it was then.
pub fn commit_files(to: &FileCommit<'_>, files: &[(PathBuf, Vec<u8>)]) -> Result<String, ExportError> {
    let failed = |why: String| ExportError::Branch {
        branch: to.branch.to_owned(),
        repository: to.work_tree.to_owned(),
        why,
    };
    let git = |error: git2::Error| failed(error.message().to_owned());
    let repository = Repository::open(to.work_tree).map_err(git)?;
    let reference = format!("refs/heads/{}", to.branch);
    let is_short = !to.branch.starts_with("refs/");
    if !is_short || !git2::Branch::name_is_valid(to.branch).unwrap_or(false) {
        return Err(failed("it is not a valid name of a branch".to_owned()));
    }
    if is_checked_out(&repository, &reference) {
        return Err(failed("it is checked out".to_owned()));
    }
    let head = repository.head().and_then(|head| head.peel_to_commit());
    let head = head.map_err(|error| failed(format!("HEAD has no commit: {}", error.message())))?;
    let mut index = Index::new().map_err(git)?;
    index.read_tree(&head.tree().map_err(git)?).map_err(git)?;
    let top = to.work_tree.canonicalize().map_err(|error| failed(error.to_string()))?;
    let is_committed = |index: &Index, path: &Path, inside: &str| {
        let committed = index.get_path(Path::new(inside), 0).map(|entry| repository.find_blob(entry.id));
        let committed = committed.transpose().map_err(git)?;
        let before = if_exists(regular::read(path, LARGEST_DOCUMENT))
            .map_err(|source| ExportError::Io { path: path.to_owned(), source })?;
        match committed.as_ref().map(git2::Blob::content) == before.as_deref() {
            true => Ok(()),
            false => Err(ExportError::Uncommitted(path.to_owned())),
        }
    };
    for path in to.read {
        // What is elsewhere is not committed with it.
        if let Some(inside) = inside(&top, path) {
            is_committed(&index, path, &inside)?;
        }
    }
    for (path, bytes) in files {
        let inside =
            inside(&top, path).ok_or_else(|| failed(format!("{} is outside of it", path.display())))?;
        is_committed(&index, path, &inside)?;
        let old = index.get_path(Path::new(&inside), 0);
        let mode = old.map_or(0o100_644, |entry| entry.mode);
        index.add(&index_entry(&inside, repository.blob(bytes).map_err(git)?, mode)).map_err(git)?;
    }
    let tree = index.write_tree_to(&repository).map_err(git)?;
    let old = repository.refname_to_id(&reference).ok();
    if let Some(old) = old {
        let commit = repository.find_commit(old).map_err(git)?;
        if commit.tree_id() == tree && commit.parent_ids().eq([head.id()]) {
            return Ok(old.to_string());
        }
        if !to.force {
            return Err(ExportError::BranchExists(to.branch.to_owned()));
        }
    }
    let who = match to.date {
        Some(date) => signature(&me(&repository), date),
        None => {
            let (name, mail) = me(&repository);
            git2::Signature::now(&name, &mail)
        }
    };
    let who = who.map_err(git)?;
    let tree = repository.find_tree(tree).map_err(git)?;
    let commit = repository.commit(None, &who, &who, &to.message, &tree, &[&head]).map_err(git)?;
    repository.reference(&reference, commit, old.is_some(), "pypatch bump").map_err(git)?;
    Ok(commit.to_string())
}

/// The path of a file in the work tree `top`, whether the file exists or not.
fn inside(top: &Path, file: &Path) -> Option<String> {
    let absolute = std::path::absolute(file).ok()?;
    let existing = absolute.ancestors().find(|one| one.exists())?;
    let rest = absolute.strip_prefix(existing).ok()?;
    let real = existing.canonicalize().ok()?.join(rest);
    let inside = real.strip_prefix(top).ok()?;
    Some(inside.to_str()?.trim_end_matches('/').to_owned())
}
