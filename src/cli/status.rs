//! `pypatch status`

use std::path::PathBuf;

use super::{CliError, ExitStatus, Format, Ui, workspace};
use crate::apply;
use crate::report::TreeStatus;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The tree.
    #[arg(default_value = ".")]
    tree: PathBuf,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    workspace::recover(ui, &args.tree)?;
    let status = apply::status(&args.tree)?;
    let report = TreeStatus { tree: &args.tree, status: status.as_ref() };
    ui.show(&report, args.format)?;
    Ok(if report.has_drift() { ExitStatus::Difference } else { ExitStatus::Done })
}
