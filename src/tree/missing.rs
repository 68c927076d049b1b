//! Objects that a git repository lacks: those of a partial clone that were not fetched, and those that somebody removed.

use std::error::Error;
use std::fmt;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository};

use super::TreePath;

/// The objects of a tree that its repository lacks.
#[derive(Debug)]
pub struct MissingObjects {
    /// The repository and the revision.
    pub origin: String,
    /// The repository.
    pub repository: PathBuf,
    /// The files, each with the id of its contents, in byte order of the paths.
    pub objects: Vec<(TreePath, String)>,
    /// Whether the repository is a partial clone, whose objects git fetches when it needs them.
    pub is_partial: bool,
    /// Whether these are all objects that a copy of the tree needs, and not only the first that was read.
    pub is_copy: bool,
}

impl MissingObjects {
    /// The error for `objects` of `repository`.
    pub(super) fn new(
        origin: &str,
        repository: &Repository,
        objects: Vec<(TreePath, Oid)>,
        is_copy: bool,
    ) -> MissingObjects {
        let path = repository.path();
        let top = if path.ends_with(".git") { path.parent().unwrap_or(path) } else { path };
        // Without the slash at its end.
        let repository_path = top.components().collect::<PathBuf>();
        let objects = objects.into_iter().map(|(path, id)| (path, id.to_string())).collect();
        let is_partial = is_partial(repository) || has_promised(path);
        MissingObjects {
            origin: origin.to_owned(),
            repository: repository_path,
            objects,
            is_partial,
            is_copy,
        }
    }
}

impl fmt::Display for MissingObjects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = if self.is_partial { ", since the repository is a partial clone" } else { "" };
        match self.objects.len() {
            1 => write!(f, "{} is incomplete: 1 object is missing{why}", self.origin),
            count => write!(f, "{} is incomplete: {count} objects are missing{why}", self.origin),
        }
    }
}

impl Error for MissingObjects {}

/// Whether the repository was configured as a partial clone.
fn is_partial(repository: &Repository) -> bool {
    let keys = r"^(extensions\.partialclone|remote\..*\.(promisor|partialclonefilter))$";
    let mut is_partial = false;
    let entries =
        repository.config().and_then(|config| config.entries(Some(keys))?.for_each(|_| is_partial = true));
    entries.is_ok() && is_partial
}

/// Whether the repository has a pack of a partial clone.
fn has_promised(folder: &Path) -> bool {
    let packs = std::fs::read_dir(folder.join("objects/pack")).into_iter().flatten().filter_map(Result::ok);
    packs.into_iter().any(|file| file.path().extension().is_some_and(|it| it == "promisor"))
}
