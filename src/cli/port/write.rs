//! Writes the new patchset of a port.

use std::fs;
use std::io;
use std::path::Path;

use super::Args;
use crate::cli::error::CliError;
use crate::patchset::{Catalog, Patchset, is_id};
use crate::port::{Head, Written};
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
        let help = "use at most 100 lowercase letters, digits, `.`, `_` and `-`";
        (format!("invalid patchset id `{id}`"), help)
    } else if folder.exists() {
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
    let temporary = tempfile::tempdir().map_err(io)?;
    write(&temporary.path().join(id), written).map_err(io)?;
    Ok(catalog.with_first(temporary.path().to_owned()).load(id)?)
}

/// Writes the folder of the new patchset: all of it, or nothing.
pub(super) fn save(folder: &Path, written: &Written) -> io::Result<()> {
    let above = folder.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(above)?;
    // The umask takes its share of these permissions.
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    let temporary =
        tempfile::Builder::new().prefix(".pypatch-").permissions(permissions).tempdir_in(above)?;
    write(temporary.path(), written)?;
    fs::rename(temporary.path(), folder)?;
    // Only now, so that the folder is removed if it cannot be renamed.
    let _ = temporary.keep();
    Ok(())
}

fn write(folder: &Path, written: &Written) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, bytes) in &written.files {
        let path = folder.join("files").join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, bytes)?;
    }
    fs::write(folder.join("patchset.yaml"), &written.yaml)
}
