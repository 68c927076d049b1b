//! `pypatch apply`

use std::path::{Path, PathBuf};

use super::progress::Counted;
use super::{CliError, Exclude, ExitStatus, Format, Ui, Workspace, exclude, names, output, own_pin, pinned};
use crate::apply::{self, Layer};
use crate::export;
use crate::patchset::Patchset;
use crate::plan::{Made, PlannedLayer, Series};
use crate::report::Applied;
use crate::tree::{FileChange, SourceSpec, Tree, TreePath};

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
    #[command(flatten)]
    exclude: Exclude,
    /// Patch a tree that is not a pinned release, or differs from it.
    #[arg(long)]
    allow_unpinned: bool,
    /// Show what would be done, and write nothing.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    names::require_order(workspace, &args.patchsets, std::slice::from_ref(&args.tree))?;
    args.exclude.require(args.output.is_some(), "give --output DIR")?;
    let patchsets = workspace.patchsets(&args.patchsets)?;
    let workspace = &workspace.of(&patchsets);
    let source = args.exclude.prune(workspace.open(ui, &args.tree)?)?;
    let tree: &Path = match (&args.output, &source.spec) {
        (Some(out), spec) => {
            output::require_directory(workspace, &[spec], out)?;
            out
        }
        (None, SourceSpec::Directory(root)) => root,
        (None, _) => {
            let title = format!("`{}` cannot be patched in place: it is not a directory", args.tree);
            return Err(CliError::usage(title).help("give --output DIR for the patched tree"));
        }
    };
    let made = source.made()?;
    let Some(planned) = plan_all(ui, Some(workspace), &patchsets, source.tree.as_ref(), &made, args.dry_run)?
    else {
        return Ok(ExitStatus::Unfit);
    };
    let pin = pinned::require(ui, workspace, &planned, &source, args.allow_unpinned)?;
    if args.dry_run {
        ui.line("nothing was written (dry run)")?;
        return Ok(ExitStatus::Done);
    }
    let layers = layers(&planned, pin.as_deref(), &source.excluded);
    if args.output.is_some() {
        // Patched under a hidden name, so that the output is complete or does not exist.
        let bar = ui.progress("", None);
        let counted = Counted::new(source.tree.as_ref(), "writing files", &bar)?;
        let copy = export::write(&counted, tree)?;
        bar.begin("patching", None, None);
        apply::commit_copy(copy.root(), layers)?;
        copy.finish()?;
        ui.changed();
    } else if apply::commit(tree, layers)?.is_some() {
        ui.changed();
    }
    ui.show(&Applied { planned: &planned, tree }, Format::Text)?;
    if args.output.is_some() {
        source.note_left_out(ui);
        exclude::note(ui, &source);
    }
    Ok(ExitStatus::Done)
}

/// Plans every patchset on the result of those before it, before anything is written, and shows the plans if
/// `show` is set. `made` are the edits that were made on the tree; `workspace` has the pins of the patchsets, if they have
/// any. `None` if one does not fit, after printing why.
pub(super) fn plan_all(
    ui: &Ui,
    workspace: Option<&Workspace>,
    patchsets: &[Patchset],
    tree: &dyn Tree,
    made: &[Made],
    show: bool,
) -> Result<Option<Vec<PlannedLayer>>, CliError> {
    let series = Series::plan(patchsets, tree, made).map_err(|error| exclude::unread(patchsets, error))?;
    if let Some(plan) = series.misfit() {
        ui.misfit(plan, patchsets.len() > 1);
        return Ok(None);
    }
    for (patchset, plan) in patchsets.iter().zip(&series.plans) {
        if let Some(workspace) = workspace {
            own_pin::warn(ui, workspace, patchset, plan, made)?;
        }
    }
    if show {
        series.plans.iter().try_for_each(|plan| ui.show(plan, Format::Text))?;
    }
    let planned = patchsets.iter().zip(series.plans);
    Ok(Some(planned.map(|(patchset, plan)| PlannedLayer::new(patchset, plan)).collect()))
}

/// The layers to commit for `planned`; `pin` is the pin that they were planned on, if any, without the paths `excluded`.
pub(super) fn layers<'a>(
    planned: &'a [PlannedLayer],
    pin: Option<&str>,
    excluded: &[TreePath],
) -> Vec<(Layer, &'a [FileChange])> {
    let to_commit = |layer: &PlannedLayer| Layer {
        patchset: layer.patchset.clone(),
        digest: layer.digest,
        source: layer.source.clone(),
        pin: pin.map(str::to_owned),
        edits: layer.edits.clone(),
        left_out: excluded.to_vec(),
    };
    planned.iter().map(|layer| (to_commit(layer), &layer.changes[..])).collect()
}
