//! `pypatch apply`

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::pinned::{self, Pinned};
use super::ui::Ui;
use super::workspace;
use super::{ExitStatus, Workspace};
use crate::apply::{self, Layer};
use crate::export;
use crate::patchset::Patchset;
use crate::plan::{PlannedLayer, Series};
use crate::report;
use crate::tree::{FileChange, SourceSpec, Tree};

/// Apply patchsets to a tree: all of it, or nothing.
///
/// A directory is patched in place. Any other source is written to the directory given with
/// --output, and patched there. What was done is kept in one file, .pypatch-receipt.json, from which
/// `pypatch revert` takes it back.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchsets, in the order in which they are applied.
    #[arg(required = true)]
    patchsets: Vec<String>,
    /// The tree: a directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
    #[arg(required = true)]
    tree: String,
    /// The directory to write the patched tree to. It must not exist, or be empty.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Patch a tree that is no pinned release, or differs from it.
    #[arg(long)]
    allow_unpinned: bool,
    /// Only say what would be done.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let source = workspace.open(ui, &args.tree)?;
    let in_place = matches!(source.spec, SourceSpec::Directory(_)) && args.output.is_none();
    if !in_place && args.output.is_none() {
        return Err(CliError::new(
            ExitStatus::Usage,
            format!("`{}` is no directory that could be patched in place", args.tree),
        )
        .help("give --output DIR for the patched tree"));
    }
    if let Some(output) = &args.output {
        workspace::outside(&source.spec, output)?;
    }
    let Some(planned) = plan_all(ui, workspace, args, source.tree.as_ref())? else {
        return Ok(ExitStatus::Unfit);
    };
    let pin = if planned.iter().all(|layer| layer.changes.is_empty()) {
        None
    } else {
        match pinned::check(workspace, &planned, &source)? {
            Pinned::Yes(pin) => Some(pin),
            Pinned::No { why, files, help } if !args.allow_unpinned => {
                return Err(pinned::refusal(source.tree.label(), &why, &files, help.as_deref()));
            }
            Pinned::No { why, .. } => {
                ui.note(&format!("note: {} is no pinned release: {why}", source.tree.label()));
                None
            }
        }
    };
    if args.dry_run {
        ui.out("nothing was written (dry run)\n")?;
        return Ok(ExitStatus::Done);
    }
    match (&args.output, &source.spec) {
        (None, SourceSpec::Directory(root)) => {
            let said = write_all(root, root, &planned, pin.as_deref())?;
            ui.out(&said)?;
        }
        (Some(output), _) => {
            // Patched where nobody sees it, so that the output is there patched or not at all.
            let copy = export::write(source.tree.as_ref(), output)?;
            let said = write_all(copy.root(), output, &planned, pin.as_deref())?;
            copy.finish()?;
            ui.out(&said)?;
        }
        (None, _) => unreachable!("a source without a place to write to was refused above"),
    }
    Ok(ExitStatus::Done)
}

/// Plans each patchset on the result of the one before it. `None` when one of them does not fit, which
/// has been reported then.
fn plan_all(
    ui: &Ui,
    workspace: &Workspace,
    args: &Args,
    tree: &dyn Tree,
) -> Result<Option<Vec<PlannedLayer>>, CliError> {
    let patchsets: Vec<Patchset> =
        args.patchsets.iter().map(|id| workspace.patchset(id)).collect::<Result<_, _>>()?;
    // Everything is planned before anything is written.
    let series = Series::plan(&patchsets, tree)?;
    if let Some(plan) = series.misfit() {
        ui.failure(&report::text::failures(plan));
        return Ok(None);
    }
    if args.dry_run {
        for plan in &series.plans {
            ui.out(&report::text::plan(plan))?;
        }
    }
    let plans = patchsets.iter().zip(series.plans);
    Ok(Some(plans.map(|(patchset, plan)| PlannedLayer::new(patchset, plan)).collect()))
}

/// Commits all of it to `root`, which is called `name`, or nothing. Gives what is to be said of it.
fn write_all(
    root: &Path,
    name: &Path,
    planned: &[PlannedLayer],
    pin: Option<&str>,
) -> Result<String, CliError> {
    apply::commit(root, layers(planned, pin))?;
    let name = name.display().to_string();
    let said = planned.iter().map(|layer| {
        if layer.changes.is_empty() {
            format!("{}: nothing to do, the tree is so already\n", layer.patchset)
        } else {
            report::text::applied(layer, &name)
        }
    });
    Ok(said.collect())
}

/// The layers to commit for `planned`; `pin` is the pin they were planned on, if any.
pub(super) fn layers<'a>(planned: &'a [PlannedLayer], pin: Option<&str>) -> Vec<(Layer, &'a [FileChange])> {
    let noted = |layer: &PlannedLayer| Layer {
        patchset: layer.patchset.clone(),
        digest: layer.digest,
        source: layer.source.clone(),
        pin: pin.map(str::to_owned),
        edits: layer.edits.clone(),
    };
    planned.iter().map(|layer| (noted(layer), &layer.changes[..])).collect()
}
