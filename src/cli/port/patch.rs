//! `pypatch port` of patches: a file, a series, a mailbox, or a directory of patches.

use std::path::Path;

use super::super::import::unreadable;
use super::super::{CliError, ExitStatus, Format, Ui, Workspace, output};
use super::Args;
use crate::apply::{self, ApplyError};
use crate::carry::{Care, Carrier, Outcome};
use crate::export;
use crate::import::{self, ImportedPatch};
use crate::plan::joined;
use crate::report::{CarriedPatch, CarriedPatches, Report};
use crate::tree::{FileChange, OverlayTree, TreePath};

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
    for path in [&args.output, &args.report].into_iter().flatten() {
        output::require_file(workspace, &[], &[&from.spec, &to.spec], path)?;
    }
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
    let worst = carried.iter().flat_map(|patch| &patch.files).map(|file| file.outcome).max();
    let is_on_stdout = args.in_place.is_none() && args.output.is_none() && args.format == Format::Text;
    match (&args.in_place, &args.output) {
        _ if args.dry_run => {}
        (Some(root), _) => {
            apply::change(root, &new).map_err(|error| unwritten(root, error))?;
            ui.changed();
        }
        (None, Some(path)) => export::file(path, &diff(&carried))?,
        (None, None) if is_on_stdout => ui.raw(&diff(&carried))?,
        (None, None) => {}
    }
    if let Some(path) = args.report.as_ref().filter(|_| !args.dry_run) {
        let mut json = Vec::new();
        report
            .write(crate::report::Format::Json, &mut json)
            .map_err(|error| CliError::io(format!("cannot write {}", path.display()), &error))?;
        export::file(path, &json)?;
    }
    match is_on_stdout && !args.dry_run {
        true => ui.note_report(&report),
        false => ui.show(&report, args.format)?,
    }
    Ok(match worst {
        Some(Outcome::Gone | Outcome::Review | Outcome::Conflict) => ExitStatus::Unfit,
        Some(Outcome::Ported | Outcome::Upstream) | None => ExitStatus::Done,
    })
}

/// The error for a tree that cannot be changed.
fn unwritten(root: &Path, error: ApplyError) -> CliError {
    let ApplyError::Changed(paths) = &error else { return error.into() };
    let paths: Vec<&str> = paths.iter().map(TreePath::as_str).collect();
    let title = format!("{} in {} is not the file of --to", paths.join(", "), root.display());
    CliError::unfit(title).detail("nothing was written")
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
