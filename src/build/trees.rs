//! The trees of a work directory: a copy of the source, and a patched one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{BuildError, Layout, WorkDir};
use crate::apply::{self, Layer, RevertScope};
use crate::contents::if_exists;
use crate::export;
use crate::modules;
use crate::tree::{FileChange, Tree, TreePath};

/// Brings the trees of `work` to the state that is built: `tree` with `layers` applied; and if a step
/// needs it, an unpatched tree with only the first `unpatched_layers` of them. `identity` identifies the
/// contents of `tree`.
///
/// A patched tree with other patchsets is reverted and patched again, so that make repeats only what
/// depends on the difference.
///
/// # Errors
/// When a tree cannot be read or written.
pub fn prepare(
    work: &mut WorkDir,
    tree: &dyn Tree,
    identity: &str,
    layers: Vec<(Layer, &[FileChange])>,
    unpatched_layers: Option<usize>,
    prefix: PathBuf,
) -> Result<Layout, BuildError> {
    let (patched, unpatched) = (work.root().join("source"), work.root().join("unpatched"));
    let layout = Layout { patched, unpatched, prefix, cc: None, compiler: None, in_place: false };
    // The identity of the source, then a digest for each patchset.
    let digests = layers.iter().map(|(layer, _)| layer.digest.to_string());
    let wanted: Vec<String> = std::iter::once(identity.to_owned()).chain(digests).collect();
    let existing: Vec<String> = work.trees().split_whitespace().map(str::to_owned).collect();
    let same = existing.iter().zip(&wanted).take_while(|(existing, wanted)| existing == wanted).count();
    if same == 0 {
        remove(&layout.patched)?;
    }
    if let Some(count) = unpatched_layers {
        if same <= count {
            remove(&layout.unpatched)?;
        }
        if !layout.unpatched.is_dir() {
            copy(tree, &layout.unpatched, layers[..count].to_vec())?;
        }
    }
    if existing == wanted && layout.patched.is_dir() {
        return Ok(layout);
    }
    // If this is interrupted, the applied patchsets are unknown, so only the source is recorded until the end.
    work.set_trees(if same == 0 { "" } else { identity })?;
    if layout.patched.is_dir() {
        repatch(&layout.patched, layers)?;
    } else {
        copy(tree, &layout.patched, layers)?;
    }
    work.set_trees(&wanted.join(" "))?;
    Ok(layout)
}

/// Applies `layers` to the directory `root` itself, inside which programs are then built. `digests` are
/// those of the patchsets.
///
/// # Errors
/// When it cannot be written.
pub fn prepare_in_place(
    work: &mut WorkDir,
    root: &Path,
    digests: &str,
    layers: Vec<(Layer, &[FileChange])>,
    prefix: PathBuf,
) -> Result<Layout, BuildError> {
    let patched = root.canonicalize().map_err(BuildError::io("resolve", root))?;
    apply::commit(&patched, layers)?;
    // The tree contains what is built, so its path serves as identity instead of its contents.
    work.set_trees(&format!("{} {digests}", patched.display()))?;
    Ok(Layout {
        unpatched: work.root().join("unpatched"),
        patched,
        prefix,
        cc: None,
        compiler: None,
        in_place: true,
    })
}

/// Writes `tree` with `layers` applied to `out`.
fn copy(tree: &dyn Tree, out: &Path, layers: Vec<(Layer, &[FileChange])>) -> Result<(), BuildError> {
    let copy = export::write(tree, out)?;
    apply::commit_copy(copy.root(), layers)?;
    Ok(copy.finish()?)
}

/// Reverts the patchsets of a tree and applies others.
fn repatch(root: &Path, layers: Vec<(Layer, &[FileChange])>) -> Result<(), BuildError> {
    let mut reverted: BTreeSet<TreePath> = BTreeSet::new();
    apply::recover(root)?;
    if apply::status(root)?.is_some() {
        reverted.extend(apply::revert(root, RevertScope::All, false)?.files);
    }
    for change in layers.iter().flat_map(|(_, changes)| *changes) {
        reverted.remove(&change.path);
    }
    apply::commit(root, layers)?;
    // A reverted file has its old mtime, and make would take what was made from the patched file for newer.
    for path in reverted.iter().map(|path| path.below(root)).filter(|path| path.is_file()) {
        modules::touch(&path).map_err(BuildError::io("touch", &path))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), BuildError> {
    if_exists(fs::remove_dir_all(path)).map_err(BuildError::io("remove", path))?;
    Ok(())
}
