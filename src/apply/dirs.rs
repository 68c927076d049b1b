//! The directories that a layer touches, and the mtimes they get.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::error::ApplyError;
use super::place::{self, Dir};
use super::receipt::DirectoryTime;
use super::stamp::Mtime;
use crate::tree::{FileChange, TreePath};

/// The directories in which a layer replaces, adds or removes something.
pub(super) struct Dirs {
    /// Those that it creates, the outermost first.
    pub created: Vec<TreePath>,
    /// Those that are there when it comes. The top is always one of them.
    there: BTreeMap<Dir, Touched>,
}

struct Touched {
    /// The mtime on the disk; `None` for the top, which the stage changes, and for what a layer before
    /// creates.
    mtime: Option<Mtime>,
    /// Whether entries come or go.
    comes_or_goes: bool,
}

impl Dirs {
    /// Those of each of `layers`; `receipt_is_new` when the receipt comes new into the top.
    pub fn touched(
        root: &Path,
        layers: &[Vec<&FileChange>],
        receipt_is_new: bool,
    ) -> Result<Vec<Dirs>, ApplyError> {
        // What the layers before have created.
        let mut known = BTreeSet::new();
        let mut all = Vec::with_capacity(layers.len());
        for (i, changes) in layers.iter().enumerate() {
            let mut created = BTreeSet::new();
            // Whether entries come or go.
            let mut touched: BTreeMap<Dir, bool> = BTreeMap::from([(Dir::Top, receipt_is_new && i == 0)]);
            for change in changes {
                let comes_or_goes = change.before.is_none() || change.after.is_none();
                let only_mode = change.before.as_ref().map(|file| &file.bytes)
                    == change.after.as_ref().map(|file| &file.bytes);
                // Above a file that is there, all directories are.
                let added = change.before.is_none();
                let missing = if added { missing(root, &change.path, &known)? } else { Vec::new() };
                let dir = missing.first().map_or_else(|| Dir::of(&change.path), Dir::of);
                created.extend(missing);
                if !only_mode {
                    *touched.entry(dir).or_default() |= comes_or_goes;
                }
            }
            let mut there = BTreeMap::new();
            for (dir, comes_or_goes) in touched {
                let mtime = match &dir {
                    Dir::Below(path) if !known.contains(path) => {
                        place::dir(root, &dir)?.map(|(_, mtime)| mtime)
                    }
                    Dir::Top | Dir::Below(_) => None,
                };
                there.insert(dir, Touched { mtime, comes_or_goes });
            }
            known.extend(created.iter().cloned());
            all.push(Dirs { created: created.into_iter().collect(), there });
        }
        Ok(all)
    }

    /// The mtimes before, of which those that earlier layers leave stand in `times`; puts those
    /// afterwards there. A directory keeps its mtime when files in it were only replaced.
    pub fn pass(&self, times: &mut BTreeMap<Dir, Mtime>, now: Mtime) -> Vec<DirectoryTime> {
        let mut before = Vec::with_capacity(self.there.len());
        for (dir, touched) in &self.there {
            let Some(mtime) = times.get(dir).copied().or(touched.mtime) else { continue };
            before.push(DirectoryTime { path: dir.clone(), mtime });
            times.insert(dir.clone(), if touched.comes_or_goes { now } else { mtime });
        }
        times.extend(self.created.iter().map(|path| (Dir::Below(path.clone()), now)));
        before
    }
}

/// The directories above `path` that are neither on the disk nor `known`, the outermost first.
fn missing(root: &Path, path: &TreePath, known: &BTreeSet<TreePath>) -> Result<Vec<TreePath>, ApplyError> {
    let Some(first) = place::first_missing_dir(root, path)? else { return Ok(Vec::new()) };
    let missing = path.ancestors().filter(|dir| dir.as_str().len() >= first.as_str().len());
    Ok(missing.filter(|dir| !known.contains(dir)).collect())
}
