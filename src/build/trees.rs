//! The trees of a work directory: a copy of the source, and a patched one.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::recipe::BuildError;
use super::work::{Places, WorkDir};
use crate::apply::{self, Layer, Which};
use crate::export;
use crate::tree::{FileChange, Tree, TreePath};

/// Brings the trees of `work` to what is to be built: `tree`, of which `identity` tells the contents,
/// and the same with `layers` applied. A patched tree that is there with other patchsets is changed
/// where it differs alone, so that make has to make anew only what depends on that.
///
/// # Errors
/// When a tree cannot be read or written.
pub fn prepare(
    work: &mut WorkDir,
    tree: &dyn Tree,
    identity: &str,
    layers: Vec<(Layer, &[FileChange])>,
    unpatched: bool,
    prefix: PathBuf,
) -> Result<Places, BuildError> {
    let places = Places { patched: work.root().join("source"), unpatched: work.root().join("unpatched"), prefix };
    let digests: String = layers.iter().map(|(layer, _)| format!(" {}", layer.digest)).collect();
    let wanted = format!("{identity}{digests}");
    let same_source = work.trees().split(' ').next() == Some(identity);
    if !same_source {
        for stale in [&places.patched, &places.unpatched] {
            remove(stale)?;
        }
    }
    if unpatched && !places.unpatched.is_dir() {
        export::tree(tree, &places.unpatched)?;
    }
    if work.trees() == wanted && places.patched.is_dir() {
        return Ok(places);
    }
    // Until the new patchsets are on, nobody knows what the tree is.
    work.set_trees(if same_source { identity } else { "" })?;
    if places.patched.is_dir() {
        repatch(&places.patched, layers)?;
    } else {
        let copy = export::Copy::of(tree, &places.patched)?;
        apply::commit(copy.root(), layers)?;
        copy.finish()?;
    }
    work.set_trees(&wanted)?;
    Ok(places)
}

/// Takes the patchsets off a tree and puts others on.
fn repatch(root: &Path, layers: Vec<(Layer, &[FileChange])>) -> Result<(), BuildError> {
    let mut gone: BTreeSet<TreePath> = BTreeSet::new();
    apply::recover(root)?;
    if apply::status(root)?.is_some() {
        gone.extend(apply::revert(root, Which::All, false)?.files);
    }
    for change in layers.iter().flat_map(|(_, changes)| *changes) {
        gone.remove(&change.path);
    }
    apply::commit(root, layers)?;
    // Reverting gives a file its old mtime back: make would take what was made from the patched one
    // for newer.
    for path in gone.iter().map(|path| path.below(root)).filter(|path| path.is_file()) {
        let touch = || File::options().append(true).open(&path)?.set_modified(SystemTime::now());
        touch().map_err(|source| BuildError::Io { what: "touch", path: path.clone(), source })?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), BuildError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(BuildError::Io { what: "remove", path: path.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}
