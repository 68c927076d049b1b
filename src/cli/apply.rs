//! `pypatch apply`

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::pinned::{self, Pinned};
use super::ui::Ui;
use super::workspace::Source;
use super::{ExitStatus, Workspace};
use crate::apply::{self, Layer};
use crate::export;
use crate::patchset::Patchset;
use crate::plan::{Plan, Series};
use crate::report;
use crate::tree::SourceSpec;

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
    let patchsets: Vec<Patchset> =
        args.patchsets.iter().map(|id| workspace.patchset(id)).collect::<Result<_, _>>()?;
    let source = workspace.open(ui, &args.tree)?;
    let in_place = matches!(source.spec, SourceSpec::Directory(_)) && args.output.is_none();
    if !in_place && args.output.is_none() {
        return Err(CliError::new(
            ExitStatus::Usage,
            format!("`{}` is no directory that could be patched in place", args.tree),
        )
        .help("give --output DIR for the patched tree"));
    }
    // Everything is planned before anything is written, each patchset on what the one before it left.
    let series = Series::plan(&patchsets, source.tree.as_ref())?;
    if let Some(plan) = series.misfit() {
        ui.failure(&report::text::failures(plan));
        return Ok(ExitStatus::Unfit);
    }
    let pin = if series.changes().is_empty() {
        None
    } else {
        match pinned::check(workspace, &series, &source)? {
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
        for plan in &series.plans {
            ui.out(&report::text::plan(plan))?;
        }
        ui.out("nothing was written (dry run)\n")?;
        return Ok(ExitStatus::Done);
    }
    let root = match (&args.output, &source.spec) {
        (Some(output), _) => {
            materialise(&source, output)?;
            output.clone()
        }
        (None, SourceSpec::Directory(root)) => root.clone(),
        (None, _) => unreachable!("a source without a place to write to was refused above"),
    };
    let mut done = 0;
    for (patchset, plan) in patchsets.iter().zip(&series.plans) {
        match write(ui, &root, patchset, plan, pin.as_deref()) {
            Ok(true) => done += 1,
            Ok(false) => {}
            Err(error) => {
                // All or nothing goes for the series as well.
                for _ in 0..done {
                    apply::revert(&root, apply::Which::Top, false)?;
                }
                return Err(error);
            }
        }
    }
    Ok(ExitStatus::Done)
}

fn materialise(source: &Source, output: &Path) -> Result<(), CliError> {
    Ok(export::tree(source.tree.as_ref(), output)?)
}

/// Commits one plan; false when there was nothing to do.
fn write(
    ui: &Ui,
    root: &Path,
    patchset: &Patchset,
    plan: &Plan,
    pin: Option<&str>,
) -> Result<bool, CliError> {
    if plan.is_done() {
        ui.out(&format!("{}: nothing to do, the tree is so already\n", patchset.id))?;
        return Ok(false);
    }
    let edits = plan.edits.iter().filter(|edit| edit.is_change()).map(|edit| edit.id.clone()).collect();
    let layer = Layer {
        patchset: patchset.id.clone(),
        digest: patchset.digest,
        source: plan.source.clone(),
        pin: pin.map(str::to_owned),
        edits,
    };
    apply::commit(root, &plan.changes, layer)?;
    ui.out(&report::text::applied(plan, &root.display().to_string()))?;
    Ok(true)
}
