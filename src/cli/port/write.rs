//! Writes the new patchset of a port.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Args;
use crate::cli::error::CliError;
use crate::export::{self, Prepared};
use crate::patchset::{ALLOWED_ID, Catalog, Patchset, is_id};
use crate::port::{Head, Written};
use crate::scratch::{self, Scratch};
use crate::version::Version;

/// The head of the new patchset. The id `catamount-py2.5` becomes `catamount-py2.7`.
pub(super) fn head(args: &Args, old: &Patchset, version: &Version, pin: Option<String>) -> Head {
    let series = version.minor();
    let replaced = |text: &str| {
        let old_series = old.pins.last().and_then(|pin| pin.strip_prefix("python-")?.parse::<Version>().ok());
        old_series.map(|old| text.replace(&old.minor(), &series)).filter(|new| new != text)
    };
    let id =
        args.id.clone().or_else(|| replaced(&old.id)).unwrap_or_else(|| format!("{}-py{series}", old.id));
    // A title that names several versions would be wrong with one of them replaced.
    let versions = old.title.split_whitespace().filter(|word| word.parse::<Version>().is_ok()).count();
    let title = replaced(&old.title)
        .filter(|_| versions == 1)
        .unwrap_or_else(|| format!("{} (CPython {series})", old.title));
    let (major, minor) = version.series();
    Head { id, title, applies_to: format!(">={version}, <{major}.{}", minor + 1), pin }
}

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
    written: &Written,
) -> Result<Patchset, CliError> {
    let io = |error: io::Error| CliError::io("cannot write to a temporary folder", &error);
    let temporary = Scratch::new(&std::env::temp_dir()).map_err(io)?;
    let folder = temporary.join(scratch::TREE);
    write(&folder.join(id), written).map_err(io)?;
    Ok(catalog.with_first(folder).load(id)?)
}

/// Writes the folder of the new patchset, and its snapshot if it has one: both or neither.
pub(super) fn save(folder: &Path, written: &Written, snapshot: Option<Prepared>) -> io::Result<()> {
    let files: Vec<(PathBuf, &[u8])> = files(written).collect();
    let folder = export::prepare_directory(folder, &files)?;
    // The patchset last: a snapshot without a patchset is in nobody's way if this process is killed in between.
    export::commit(snapshot.into_iter().chain([folder]).collect())
}

fn files(written: &Written) -> impl Iterator<Item = (PathBuf, &[u8])> {
    let texts = written.files.iter().map(|(name, bytes)| (Path::new("files").join(name), &bytes[..]));
    texts.chain([("patchset.yaml".into(), written.yaml.as_bytes())])
}

fn write(folder: &Path, written: &Written) -> io::Result<()> {
    for (name, bytes) in files(written) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, bytes)?;
    }
    Ok(())
}
