//! Where a command may write its output: not into what it reads, whatever the spelling of the path.

use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::workspace::require_no_dash;
use super::{CliError, ExitStatus, Workspace};
use crate::export::Target;
use crate::regular;
use crate::tree::{SourceSpec, repository_folders};

/// Refuses the output file `out` if writing it would change one of the `sources`, or replace a file of a patchset, a
/// pin or a snapshot. `patchsets` are the patchsets as the user named them.
pub(super) fn require_file(
    workspace: &Workspace,
    patchsets: &[&str],
    sources: &[&SourceSpec],
    out: &Path,
) -> Result<(), CliError> {
    let file = match Target::of(out).map_err(|error| unwritable(out, &error))? {
        Target::File(file) => file,
        Target::Stream(_) | Target::Open(_) => return Ok(()),
    };
    require_outside(workspace, sources, &file, out)?;
    let Ok(metadata) = fs::symlink_metadata(&file) else { return Ok(()) };
    let is_it = |path: &Path| fs::metadata(path).is_ok_and(|it| identity(&it) == identity(&metadata));
    let replaced = |what: &str| refused(format!("{} is {what}", out.display()));
    for source in sources {
        match read_from(workspace, source) {
            Some(SourceSpec::Archive(path)) if is_it(&path) => return replaced("the source"),
            Some(SourceSpec::Directory(root)) if metadata.nlink() > 1 => {
                let mut files = WalkDir::new(root).into_iter().filter_map(Result::ok);
                if files.any(|file| file.file_type().is_file() && is_it(file.path())) {
                    return replaced("another name of a file of the source");
                }
            }
            _ => {}
        }
    }
    if patchset_files(workspace, patchsets).iter().any(|path| is_it(path)) {
        return replaced("a file of a patchset");
    }
    if workspace.pins.files().iter().any(|path| is_it(path)) {
        return replaced("a file of pins");
    }
    let snapshots = WalkDir::new(&workspace.project.snapshots)
        .follow_links(true)
        .max_depth(2)
        .into_iter()
        .filter_map(Result::ok);
    if snapshots
        .filter(|file| file.path().extension().is_some_and(|it| it == "snap"))
        .any(|it| is_it(it.path()))
    {
        return replaced("a snapshot");
    }
    let digest = regular::digest(&file);
    match digest.ok().map(|digest| workspace.pins.by_sha256(digest)).transpose()?.flatten() {
        Some(pin) => replaced(&format!("the tarball of {}", pin.name)),
        None => Ok(()),
    }
}

/// Refuses the output directory `out` if it is inside one of the `sources`, or the directory that contains it does
/// not exist.
pub(super) fn require_directory(
    workspace: &Workspace,
    sources: &[&SourceSpec],
    out: &Path,
) -> Result<(), CliError> {
    require_no_dash(out)?;
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !parent.is_dir() {
        return Err(unwritable(out, &io::Error::other("its parent directory does not exist")));
    }
    require_new_directory(workspace, sources, out)
}

/// Refuses the output directory `out` if something is there.
pub(super) fn require_free(out: &Path) -> Result<(), CliError> {
    match fs::symlink_metadata(out) {
        Err(_) => Ok(()),
        Ok(_) => Err(CliError::unfit(format!("{} already exists", out.display()))
            .detail("nothing was written")
            .help("name a directory that does not exist")),
    }
}

/// Refuses the output directory `out`, above which directories will be made, if it is inside one of the `sources`.
pub(super) fn require_new_directory(
    workspace: &Workspace,
    sources: &[&SourceSpec],
    out: &Path,
) -> Result<(), CliError> {
    require_no_dash(out)?;
    let mut missing = Vec::new();
    let existing = out.ancestors().find(|one| {
        let is_there = one.as_os_str().is_empty() || one.exists();
        if !is_there {
            missing.extend(one.components().next_back());
        }
        is_there
    });
    if missing.contains(&Component::ParentDir) {
        let error = io::Error::other("a directory before a `..` does not exist");
        return Err(unwritable(out, &error));
    }
    let existing = existing.filter(|one| !one.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let real = existing.canonicalize().map_err(|error| unwritable(out, &error))?;
    require_outside(workspace, sources, &real, out)
}

/// Refuses what is inside a source. `real` is the path of `out`, or of an existing directory above it, without links.
fn require_outside(
    workspace: &Workspace,
    sources: &[&SourceSpec],
    real: &Path,
    out: &Path,
) -> Result<(), CliError> {
    // Compared by their numbers: names may differ in case, and a directory may be mounted twice.
    let above: BTreeSet<(u64, u64)> =
        real.ancestors().filter_map(|one| Some(identity(&fs::metadata(one).ok()?))).collect();
    let is_above = |folder: &Path| fs::metadata(folder).is_ok_and(|it| above.contains(&identity(&it)));
    for source in sources {
        let folders = match read_from(workspace, source) {
            Some(SourceSpec::Directory(root)) => vec![root],
            // Not the work tree, which is not read.
            Some(SourceSpec::Git { repo, .. }) => repository_folders(&repo),
            Some(SourceSpec::Archive(_) | SourceSpec::Pin(_)) | None => Vec::new(),
        };
        if folders.iter().any(|folder| is_above(folder)) {
            return refused(format!("{} is inside the source", out.display()));
        }
    }
    match &workspace.places.cache {
        Some(cache) if is_above(cache) => {
            refused(format!("{} is inside the cache of releases, {}", out.display(), cache.display()))
        }
        Some(_) | None => Ok(()),
    }
}

/// Where a source is read from: a pin on this machine is a tarball or a repository.
pub(super) fn read_from(workspace: &Workspace, source: &SourceSpec) -> Option<SourceSpec> {
    match source {
        SourceSpec::Pin(name) => workspace.local(&workspace.pins.find(name).ok()??),
        SourceSpec::Directory(_) | SourceSpec::Archive(_) | SourceSpec::Git { .. } => Some(source.clone()),
    }
}

/// The files of the patchsets in the folders that a command searches.
pub(super) fn patchset_files(workspace: &Workspace, patchsets: &[&str]) -> Vec<PathBuf> {
    let named = patchsets.iter().filter_map(|id| workspace.catalog.folder(id));
    named
        .chain(workspace.catalog.all_folders())
        .flat_map(|folder| {
            let texts = WalkDir::new(folder.join("files")).into_iter().filter_map(Result::ok);
            let texts: Vec<PathBuf> = texts.map(walkdir::DirEntry::into_path).collect();
            std::iter::once(folder.join("patchset.yaml")).chain(texts)
        })
        .collect()
}

fn identity(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

fn unwritable(out: &Path, error: &io::Error) -> CliError {
    let why = match error.kind() {
        ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    };
    CliError::new(ExitStatus::Io, format!("cannot write {}: {why}", out.display()))
        .detail("nothing was written")
}

fn refused(title: String) -> Result<(), CliError> {
    Err(CliError::usage(title).detail("nothing was written").help("give another path for the output"))
}
