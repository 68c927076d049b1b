//! The directories that a change touches, and the mtimes they get.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::error::ApplyError;
use super::place::{self, Dir};
use super::receipt::DirectoryTime;
use super::stage::Fresh;
use super::stamp::Mtime;
use crate::tree::{FileChange, TreePath};

/// The directories in which something is replaced, added or removed.
pub(super) struct Dirs {
    /// Those to be created, the outermost first.
    pub created: Vec<TreePath>,
    /// Those that exist, but for the top: the mtime now, and whether entries come or go.
    existing: BTreeMap<TreePath, (Mtime, bool)>,
    /// Whether entries of the top come or go.
    top_changes: bool,
}

impl Dirs {
    /// Those of `changes`; `top_changes` when the receipt comes new into the top.
    pub fn touched(root: &Path, changes: &[&FileChange], top_changes: bool) -> Result<Dirs, ApplyError> {
        let mut created = BTreeSet::new();
        // Whether entries come or go.
        let mut touched: BTreeMap<Dir, bool> = BTreeMap::from([(Dir::Top, top_changes)]);
        for change in changes {
            let comes_or_goes = change.before.is_none() || change.after.is_none();
            let only_mode = change.before.as_ref().map(|file| &file.bytes)
                == change.after.as_ref().map(|file| &file.bytes);
            let missing = place::first_missing_dir(root, &change.path)?;
            if let Some(missing) = &missing {
                let ancestors = change.path.ancestors();
                created.extend(ancestors.filter(|dir| dir.as_str().len() >= missing.as_str().len()));
            }
            let dir = missing.as_ref().map_or_else(|| Dir::of(&change.path), Dir::of);
            if !only_mode {
                *touched.entry(dir).or_default() |= comes_or_goes;
            }
        }
        let mut existing = BTreeMap::new();
        let top_changes = touched.get(&Dir::Top).is_some_and(|comes_or_goes| *comes_or_goes);
        for (dir, comes_or_goes) in touched {
            if let (Some((_, mtime)), Dir::Below(path)) = (place::dir(root, &dir)?, dir) {
                existing.insert(path, (mtime, comes_or_goes));
            }
        }
        Ok(Dirs { created: created.into_iter().collect(), existing, top_changes })
    }

    /// The mtimes afterwards; the one of the top stands apart. A directory keeps its mtime when
    /// files in it were only replaced.
    pub fn times(&self, fresh: &Fresh) -> (Vec<(TreePath, Mtime)>, Mtime) {
        let created = self.created.iter().map(|path| (path.clone(), fresh.now));
        let existing = self.existing.iter();
        let existing =
            existing.map(|(path, (mtime, new))| (path.clone(), if *new { fresh.now } else { *mtime }));
        (existing.chain(created).collect(), if self.top_changes { fresh.now } else { fresh.top })
    }

    /// The mtimes before.
    pub fn before(&self, fresh: &Fresh) -> Vec<DirectoryTime> {
        let top = DirectoryTime { path: Dir::Top, mtime: fresh.top };
        let below = self.existing.iter();
        let below =
            below.map(|(path, (mtime, _))| DirectoryTime { path: Dir::Below(path.clone()), mtime: *mtime });
        std::iter::once(top).chain(below).collect()
    }
}
