//! Writes a new patchset.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::CliError;
use crate::export::{self, Prepared};
use crate::patchset::{ALLOWED_ID, Catalog, NewPatchset, Patchset, is_id};
use crate::scratch::{self, Scratch};

/// Refuses an invalid id, and an id or a folder that is in use.
pub(super) fn require_free(catalog: &Catalog, id: &str, folder: &Path) -> Result<(), CliError> {
    let another = "give the new patchset another id with --id, or move the old one away";
    let (title, help) = if !is_id(id) {
        (format!("invalid patchset id `{id}`"), ALLOWED_ID)
    } else if folder.symlink_metadata().is_ok() {
        (format!("{} exists already", folder.display()), another)
    } else if catalog.find(id).is_some() {
        (format!("the patchset `{id}` exists already"), another)
    } else {
        return Ok(());
    };
    Err(CliError::usage(title).detail("nothing was written").help(help))
}

/// Loads the new patchset from a temporary folder, to find errors before it is written.
pub(super) fn load_from_temporary(
    catalog: &Catalog,
    id: &str,
    written: &NewPatchset,
) -> Result<Patchset, CliError> {
    let io = |error: io::Error| CliError::io("cannot write to a temporary folder", &error);
    let temporary = Scratch::new(&std::env::temp_dir()).map_err(io)?;
    let folder = temporary.join(scratch::TREE);
    write(&folder.join(id), written).map_err(io)?;
    Ok(catalog.with_first(folder).load(id)?)
}

/// Writes the folder of the new patchset, and its snapshot if it has one: both or neither.
pub(super) fn save(folder: &Path, written: &NewPatchset, snapshot: Option<Prepared>) -> io::Result<()> {
    let folder = prepare(folder, written)?;
    // The patchset last: a snapshot without a patchset is in nobody's way if this process is killed in between.
    export::commit(snapshot.into_iter().chain([folder]).collect())
}

/// Prepares the folder of the new patchset.
pub(super) fn prepare(folder: &Path, written: &NewPatchset) -> io::Result<Prepared> {
    let files: Vec<(PathBuf, &[u8])> = files(written).collect();
    export::prepare_directory(folder, &files)
}

/// The files of its folder, by their names in it.
pub(super) fn files(written: &NewPatchset) -> impl Iterator<Item = (PathBuf, &[u8])> {
    let texts = written.files.iter().map(|(name, bytes)| (Path::new("files").join(name), &bytes[..]));
    texts.chain([("patchset.yaml".into(), written.yaml.as_bytes())])
}

fn write(folder: &Path, written: &NewPatchset) -> io::Result<()> {
    for (name, bytes) in files(written) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, bytes)?;
    }
    Ok(())
}
