//! `pypatch port` of patches: a file, a series, a mailbox, or a directory of patches.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::super::import::unreadable;
use super::super::{CliError, ExitStatus, Format, Ui, Workspace};
use super::Args;
use crate::carry::{Care, Carrier, Outcome};
use crate::export;
use crate::import::{self, ImportedPatch};
use crate::plan::joined;
use crate::report::{CarriedPatch, CarriedPatches, Report};
use crate::tree::{DirTree, FileChange, OverlayTree, Tree};

/// Whether `port` is asked to carry patches and not a patchset.
pub(super) fn is_asked(args: &Args) -> bool {
    let path = Path::new(&args.patchset);
    args.from.is_some() || path.is_file() || path.join("series").is_file()
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let from = args.from.as_ref().ok_or_else(|| {
        CliError::usage(format!("{} is a patch: the version that it is for is not known", args.patchset))
            .help("give it with --from SOURCE")
    })?;
    let patches = import::named(import::read(Path::new(&args.patchset)).map_err(unreadable)?);
    let (from, to) = (workspace.open(ui, from)?, workspace.open(ui, &args.to)?);
    let care = if args.careful { Care::Careful } else { Care::Usual };
    let (mut old, mut new): (Vec<FileChange>, Vec<FileChange>) = (Vec::new(), Vec::new());
    let mut carried = Vec::new();
    for one in &patches {
        let (before, there) =
            (OverlayTree::new(from.tree.as_ref(), &old), OverlayTree::new(to.tree.as_ref(), &new));
        let changes = import::made(&one.patch, &before, args.fuzz)?.map_err(|why| unfit(one, why))?;
        let files = Carrier::new(&before, &there, care).carry(&changes, &one.message.why)?;
        let made: Vec<FileChange> = files.iter().filter_map(|file| file.change.clone()).collect();
        old = joined(&old.iter().chain(&changes).collect::<Vec<_>>());
        new = joined(&new.iter().chain(&made).collect::<Vec<_>>());
        // What follows may need what was not decided.
        let stops = files.iter().any(|file| file.outcome == Outcome::Conflict);
        carried.push(CarriedPatch { patch: &one.patch.name, files });
        if stops {
            break;
        }
    }
    let not_carried: Vec<&str> = patches[carried.len()..].iter().map(|one| one.patch.name.as_str()).collect();
    let report = CarriedPatches {
        from: args.from.as_deref().unwrap_or_default(),
        to: &args.to,
        patches: &carried,
        not_carried: &not_carried,
    };
    if let Some(path) = &args.report {
        let mut json = Vec::new();
        report
            .write(crate::report::Format::Json, &mut json)
            .map_err(|error| CliError::io("cannot write", &error))?;
        export::file(path, &json)?;
    }
    let worst = carried.iter().flat_map(|patch| &patch.files).map(|file| file.outcome).max();
    match (&args.in_place, &args.output) {
        (Some(root), _) => write_in_place(root, &new)?,
        (None, Some(path)) => export::file(path, &diff(&carried))?,
        (None, None) if args.format == Format::Text && !args.dry_run => ui.raw(&diff(&carried))?,
        (None, None) => {}
    }
    if args.in_place.is_some() {
        ui.changed();
    }
    match args.in_place.is_some() || args.output.is_some() || args.dry_run || args.format != Format::Text {
        true => ui.show(&report, args.format)?,
        // The patch is on stdout.
        false => ui.note_report(&report),
    }
    Ok(match worst {
        Some(Outcome::Gone | Outcome::Review | Outcome::Conflict) => ExitStatus::Unfit,
        Some(Outcome::Ported | Outcome::Upstream) | None => ExitStatus::Done,
    })
}

/// The error for a patch that is not for the old version.
fn unfit(one: &ImportedPatch, why: String) -> CliError {
    CliError::unfit(format!("{} does not fit the version of --from", one.patch.name))
        .detail(why)
        .detail("nothing was written")
}

/// The patch for the new version. Files with a conflict are left out: markers are for a tree.
fn diff(carried: &[CarriedPatch<'_>]) -> Vec<u8> {
    let files = carried.iter().flat_map(|patch| &patch.files);
    let whole = files.filter(|file| file.outcome != Outcome::Conflict);
    whole.filter_map(|file| file.change.as_ref()).flat_map(FileChange::diff).collect()
}

/// Writes changed files into a directory: each compared with what the port read before the first is written.
fn write_in_place(root: &Path, changes: &[FileChange]) -> Result<(), CliError> {
    let tree = DirTree::open(root)?;
    for change in changes {
        if tree.file_or_link(&change.path)? != change.before {
            return Err(CliError::unfit(format!(
                "{} in {} is not the file of --to",
                change.path,
                root.display()
            ))
            .detail("nothing was written"));
        }
    }
    let failed = |path: &PathBuf| {
        let title = format!("cannot write {}", path.display());
        move |error: std::io::Error| CliError::io(title, &error)
    };
    let mut prepared = Vec::new();
    for change in changes {
        let path = root.join(change.path.as_str());
        if let Some(file) = &change.after {
            prepared.push(export::prepare_file(&path, &file.bytes).map_err(failed(&path))?);
        }
    }
    export::commit(prepared)
        .map_err(|error| CliError::io(format!("cannot write to {}", root.display()), &error))?;
    for change in changes {
        let path = root.join(change.path.as_str());
        match &change.after {
            None => fs::remove_file(&path).map_err(failed(&path))?,
            Some(file) if change.before.as_ref().is_none_or(|old| old.executable != file.executable) => {
                let mode = fs::metadata(&path).map_err(failed(&path))?.permissions().mode();
                // Whoever may read it may execute it.
                let mode = if file.executable { mode | (mode & 0o444) >> 2 } else { mode & !0o111 };
                fs::set_permissions(&path, Permissions::from_mode(mode)).map_err(failed(&path))?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}
