//! The directories that a layer touches, and their mtimes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::dir::Dir;
use super::error::ApplyError;
use super::inspect;
use super::place::Places;
use super::receipt::DirectoryTime;
use super::stamp::Mtime;
use crate::tree::{File, FileChange, TreePath};

/// The directories in which a layer replaces, adds or removes something.
pub(super) struct TouchedDirs {
    /// The directories that it creates, the outermost first.
    pub created: Vec<TreePath>,
    /// The directories that exist before it; the top is always among them.
    existing: BTreeMap<Dir, Touched>,
}

struct Touched {
    /// The mtime on disk; `None` for the top, which the stage changes, and for a directory that an
    /// earlier layer creates.
    mtime: Option<Mtime>,
    /// Whether entries are added or removed.
    entries_change: bool,
}

impl TouchedDirs {
    /// The directories of each of `layers`; `receipt_is_new` when a receipt is added to the top.
    pub fn of_layers(
        root: &Path,
        layers: &[Vec<&FileChange>],
        receipt_is_new: bool,
    ) -> Result<Vec<TouchedDirs>, ApplyError> {
        // The directories that the layers so far create.
        let mut known = BTreeSet::new();
        let (mut all, places) = (Vec::with_capacity(layers.len()), Places::new(root));
        for (i, changes) in layers.iter().enumerate() {
            let mut created = BTreeSet::new();
            let mut touched: BTreeMap<Dir, bool> = BTreeMap::from([(Dir::Top, receipt_is_new && i == 0)]);
            for FileChange { path, before, after, .. } in changes {
                let mut missing = Vec::new();
                // All parents of an existing file exist.
                if before.is_none() {
                    missing = inspect::missing_dirs(&places, path)?;
                    missing.retain(|dir| !known.contains(dir));
                }
                // Only the directory above the outermost new one exists, and gets an entry.
                let dir = Dir::of(missing.first().unwrap_or(path));
                created.extend(missing);
                // A new mode alone does not touch the directory.
                let contents =
                    |file: &Option<File>| file.as_ref().map(|file| (file.bytes.clone(), file.is_link));
                if contents(before) != contents(after) {
                    *touched.entry(dir).or_default() |= before.is_none() || after.is_none();
                }
            }
            let mut existing = BTreeMap::new();
            for (dir, entries_change) in touched {
                let mtime = match &dir {
                    Dir::Below(path) if !known.contains(path) => {
                        inspect::dir(&places, path)?.map(|(_, mtime)| mtime)
                    }
                    Dir::Top | Dir::Below(_) => None,
                };
                existing.insert(dir, Touched { mtime, entries_change });
            }
            known.extend(created.iter().cloned());
            all.push(TouchedDirs { created: created.into_iter().collect(), existing });
        }
        Ok(all)
    }

    /// Changes `mtimes`, which holds the directories that earlier layers touch, to the mtimes after this
    /// layer. Returns those before it. A directory in which files are only replaced keeps its mtime.
    pub fn pass(&self, mtimes: &mut BTreeMap<Dir, Mtime>, now: Mtime) -> Vec<DirectoryTime> {
        let mut before = Vec::with_capacity(self.existing.len());
        for (dir, touched) in &self.existing {
            let Some(mtime) = mtimes.get(dir).copied().or(touched.mtime) else { continue };
            before.push(DirectoryTime { path: dir.clone(), mtime });
            mtimes.insert(dir.clone(), if touched.entries_change { now } else { mtime });
        }
        mtimes.extend(self.created.iter().map(|path| (Dir::Below(path.clone()), now)));
        before
    }
}
