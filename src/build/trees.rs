//! The trees of a work directory: a copy of the source, and a patched one.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::recipe::BuildError;
use super::work::{Places, WorkDir};
use crate::apply::{self, Layer, RevertScope};
use crate::export;
use crate::tree::{FileChange, Tree, TreePath};

/// Brings the trees of `work` to what is to be built: `tree`, of which `identity` tells the contents,
/// with `layers` applied, and if a step asks for it one with the first `below` of them alone. A patched
/// tree that is there with other patchsets is changed where it differs alone, so that make has to make
/// anew only what depends on that.
///
/// # Errors
/// When a tree cannot be read or written.
pub fn prepare(
    work: &mut WorkDir,
    tree: &dyn Tree,
    identity: &str,
    layers: Vec<(Layer, &[FileChange])>,
    below: Option<usize>,
    prefix: PathBuf,
) -> Result<Places, BuildError> {
    let places = Places {
        patched: work.root().join("source"),
        unpatched: work.root().join("unpatched"),
        prefix,
        in_place: false,
    };
    // The identity, then a digest for each patchset.
    let digests = layers.iter().map(|(layer, _)| layer.digest.to_string());
    let wanted: Vec<String> = std::iter::once(identity.to_owned()).chain(digests).collect();
    let there: Vec<String> = work.trees().split_whitespace().map(str::to_owned).collect();
    let same = there.iter().zip(&wanted).take_while(|(there, wanted)| there == wanted).count();
    if same == 0 {
        remove(&places.patched)?;
    }
    if let Some(below) = below {
        if same <= below {
            remove(&places.unpatched)?;
        }
        if !places.unpatched.is_dir() {
            let copy = export::write(tree, &places.unpatched)?;
            apply::commit(copy.root(), layers[..below].to_vec())?;
            copy.finish()?;
        }
    }
    if there == wanted && places.patched.is_dir() {
        return Ok(places);
    }
    // Until the patchsets are on, nobody knows which of them the trees have.
    work.set_trees(
        wanted.iter().take(same.min(1)).map(String::as_str).collect::<Vec<_>>().join(" ").as_str(),
    )?;
    if places.patched.is_dir() {
        repatch(&places.patched, layers)?;
    } else {
        let copy = export::write(tree, &places.patched)?;
        apply::commit(copy.root(), layers)?;
        copy.finish()?;
    }
    work.set_trees(&wanted.join(" "))?;
    Ok(places)
}

/// Applies `layers` to the directory `root` itself, inside which programs are then built.
///
/// # Errors
/// When it cannot be written.
pub fn prepare_in_place(
    work: &mut WorkDir,
    root: &Path,
    digests: &str,
    layers: Vec<(Layer, &[FileChange])>,
    prefix: PathBuf,
) -> Result<Places, BuildError> {
    let io = |source| BuildError::Io { what: "find", path: root.to_owned(), source };
    let patched = root.canonicalize().map_err(io)?;
    apply::commit(&patched, layers)?;
    // What is built lies in the tree, so that its contents tell nothing.
    work.set_trees(&format!("{} {digests}", patched.display()))?;
    Ok(Places { unpatched: work.root().join("unpatched"), patched, prefix, in_place: true })
}

/// Takes the patchsets off a tree and puts others on.
fn repatch(root: &Path, layers: Vec<(Layer, &[FileChange])>) -> Result<(), BuildError> {
    let mut gone: BTreeSet<TreePath> = BTreeSet::new();
    apply::recover(root)?;
    if apply::status(root)?.is_some() {
        gone.extend(apply::revert(root, RevertScope::All, false)?.files);
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
