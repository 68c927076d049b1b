//! `pypatch export`

use std::path::PathBuf;

use clap::ValueEnum;

use super::error::CliError;
use super::ui::Ui;
use super::{ExitStatus, Workspace};
use crate::export::{self, Compression, ExportError};
use crate::tree::OverlayTree;

/// Write the patched tree, or the diff, somewhere else. The source stays as it is.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset.
    patchset: String,
    /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
    source: String,
    /// What is written.
    #[arg(long = "as", value_name = "FORMAT")]
    format: ExportFormat,
    /// Where to. A directory must not exist, or be empty; a tarball's name says how it is compressed;
    /// a diff goes to stdout without it.
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// The patched tree as a directory.
    Tree,
    /// The diff, as `git apply` and `patch -p1` read it.
    Diff,
    /// The patched tree as a tarball: .tar, .tar.gz, .tgz or .tar.bz2.
    Tar,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let output = match (args.format, &args.output) {
        (ExportFormat::Tree | ExportFormat::Tar, None) => {
            return Err(CliError::new(ExitStatus::Usage, "this format needs --output OUT"));
        }
        (_, output) => output.as_deref(),
    };
    let (plan, _, source) = super::plan::make(ui, workspace, &args.patchset, &args.source)?;
    if let (Some(out), ExportFormat::Tree | ExportFormat::Tar) = (output, args.format) {
        super::workspace::outside(&source.spec, out)?;
    }
    if let Err(status) = super::plan::must_fit(ui, &plan) {
        return Ok(status);
    }
    let patched = OverlayTree::new(source.tree.as_ref(), &plan.changes);
    match (args.format, output) {
        (ExportFormat::Diff, None) => ui.raw(&plan.diff())?,
        (ExportFormat::Diff, Some(out)) => {
            export::file(out, &plan.diff())?;
        }
        (ExportFormat::Tree, Some(out)) => export::tree(&patched, out)?,
        (ExportFormat::Tar, Some(out)) => {
            let (compression, prefix) = Compression::of(out)?;
            export::archive(&patched, out, &prefix, compression)?;
        }
        (ExportFormat::Tree | ExportFormat::Tar, None) => unreachable!("refused above"),
    }
    Ok(ExitStatus::Done)
}

impl From<ExportError> for CliError {
    fn from(error: ExportError) -> CliError {
        match error {
            ExportError::Tree(error) => error.into(),
            ExportError::Directory(error) => error.into(),
            ExportError::Io { path, source } => {
                CliError::io(format!("cannot write {}", path.display()), &source)
            }
            ExportError::UnknownSuffix(_) => CliError::new(ExitStatus::Usage, error.to_string()),
        }
    }
}
