//! `pypatch export`

use std::path::PathBuf;

use clap::ValueEnum;

use super::{CliError, ExitStatus, Ui, Workspace, output, plan};
use crate::export::{self, Compression, Target};
use crate::tree::OverlayTree;

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
    /// compression, and /dev/stdout gets an uncompressed one; without this option, a diff goes to stdout.
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
    match (&args.output, args.format) {
        (None, _) => {}
        (Some(out), ExportFormat::Tree) => output::require_directory(workspace, &[&source.spec], out)?,
        (Some(out), ExportFormat::Diff | ExportFormat::Tar) => {
            output::require_file(workspace, &[&args.patchset], &[&source.spec], out)?;
        }
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
            let (compression, prefix) = match Target::of(out) {
                // What /dev/stdout leads to has no name that says more.
                Ok(Target::Open(_)) => (Compression::None, plan.patchset.clone()),
                Ok(Target::File(_) | Target::Stream(_)) | Err(_) => Compression::of(out)?,
            };
            export::archive(&patched, out, &prefix, compression)?;
        }
    }
    if args.output.is_some() && args.format != ExportFormat::Diff {
        source.note_left_out(ui);
    }
    Ok(ExitStatus::Done)
}
