//! Opens git repositories, after a check that they contain nothing but files and directories.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use git2::Repository;
use walkdir::WalkDir;

use super::TreeError;
use crate::regular;

/// How many repositories may borrow objects from the next one, as in git.
const MOST_ALTERNATES: usize = 5;

/// Opens the repository at `path`: a bare one, the top of a work tree, or a linked work tree.
///
/// It is always opened as a bare one. libgit2 refuses the work tree of another user, because its hooks
/// and filters could be run; but only objects and references are read here, and a mirror of another
/// user is a common source.
pub(crate) fn open_repository(path: &Path) -> Result<Repository, TreeError> {
    let missing = |why: &str| TreeError::NoRepository { repo: path.to_owned(), why: why.to_owned() };
    let real = path.canonicalize().map_err(|error| missing(&error.to_string()))?;
    let found: PathBuf = match real.parent() {
        Some(above) => Repository::discover_path(&real, [above]),
        None => Repository::discover_path(&real, [""; 0]),
    }
    .map_err(|error| missing(error.message()))?;
    require_plain(&found, 0).map_err(|error| missing(&error.to_string()))?;
    Repository::open_bare(found).map_err(|error| missing(error.message()))
}

/// Whether a place that cannot be opened as a repository looks like one: damaged, or in a form that is not known.
pub(crate) fn is_like_repository(path: &Path) -> bool {
    path.join("objects").exists() || path.join(".git").exists()
}

/// Reads the objects of all repositories from now on without computing their hashes again. zlib's checksums still find
/// damage, but a repository that was made to deceive may have other bytes than an id says. For a command that writes no tree
/// and reads thousands of files of each release: hashing takes a quarter of its time.
pub fn trust_object_ids() {
    git2::opts::strict_hash_verification(false);
}

/// The directories that a repository is read from: its own and, for a linked work tree, that of the repository that it
/// belongs to. None if `path` has no repository.
pub(crate) fn repository_folders(path: &Path) -> Vec<PathBuf> {
    let Ok(repository) = open_repository(path) else { return Vec::new() };
    vec![repository.path().to_owned(), repository.commondir().to_owned()]
}

/// Checks that libgit2 opens no pipe or device in the repository directory `folder`: it would wait forever.
fn require_plain(folder: &Path, depth: usize) -> io::Result<()> {
    // Work trees and submodules have their own repositories, and hooks are not run.
    let skipped = ["worktrees", "modules", "hooks", "lfs"];
    let walk = WalkDir::new(folder).into_iter();
    for entry in
        walk.filter_entry(|e| e.depth() != 1 || e.file_name().to_str().is_none_or(|n| !skipped.contains(&n)))
    {
        let entry = entry?;
        let plain = match entry.file_type() {
            kind if kind.is_symlink() => {
                fs::metadata(entry.path()).map_or(true, |target| target.is_file() || target.is_dir())
            }
            kind => kind.is_file() || kind.is_dir(),
        };
        if !plain {
            return Err(io::Error::other(format!(
                "{} is a pipe, a socket or a device",
                entry.path().display()
            )));
        }
    }
    // A linked work tree has its objects in the repository that it belongs to.
    let named = |file: PathBuf| regular::read_text(&file).unwrap_or_default();
    let common = named(folder.join("commondir"));
    let objects = folder.join("objects");
    let alternates = named(objects.join("info/alternates"));
    let others = alternates.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let others = others.map(|line| objects.join(line));
    for other in [common.trim()]
        .into_iter()
        .filter(|name| !name.is_empty())
        .map(|name| folder.join(name))
        .chain(others)
    {
        if depth < MOST_ALTERNATES && other.is_dir() {
            require_plain(&other, depth + 1)?;
        }
    }
    Ok(())
}
