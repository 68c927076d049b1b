//! `pypatch export`

use std::path::PathBuf;

use clap::ValueEnum;

use super::{CliError, ExitStatus, Ui, Workspace, plan, workspace};
use crate::export::{self, Compression};
use crate::tree::OverlayTree;

/// Write the patched tree, or the diff, somewhere else. The source is not changed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset.
    patchset: String,
    /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
    source: String,
    /// What to write.
    #[arg(long = "as", value_name = "FORMAT")]
    format: ExportFormat,
    /// Where to write it. A directory must not exist, or be empty; the name of a tarball determines its
    /// compression; without this option, a diff goes to stdout.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// The patched tree as a directory.
    Tree,
    /// The diff, for `git apply` and `patch -p1`.
    Diff,
    /// The patched tree as a tarball: .tar, .tar.gz, .tgz or .tar.bz2.
    Tar,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    if args.format != ExportFormat::Diff && args.output.is_none() {
        return Err(CliError::usage("this format needs --output OUT"));
    }
    let (plan, source) = plan::make(ui, workspace, &args.patchset, &args.source)?;
    // A diff may be written to a pipe or a terminal.
    let is_special = |out: &&PathBuf| {
        args.format == ExportFormat::Diff
            && out.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir())
    };
    if let Some(out) = args.output.as_ref().filter(|out| !is_special(out)) {
        if !out.starts_with("/dev") {
            workspace::outside(&source.spec, out)?;
        }
        workspace.not_an_input(out)?;
    }
    if !plan.fits() {
        ui.misfit(&plan, false);
        return Ok(ExitStatus::Unfit);
    }
    let patched = OverlayTree::new(source.tree.as_ref(), &plan.changes);
    match (&args.output, args.format) {
        (None, _) => ui.raw(&plan.diff())?,
        (Some(out), ExportFormat::Diff) => export::file(out, &plan.diff())?,
        (Some(out), ExportFormat::Tree) => export::tree(&patched, out)?,
        (Some(out), ExportFormat::Tar) => {
            let (compression, prefix) = Compression::of(out)?;
            export::archive(&patched, out, &prefix, compression)?;
        }
    }
    Ok(ExitStatus::Done)
}
