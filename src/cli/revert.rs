//! `pypatch revert`

use std::path::PathBuf;

use super::{CliError, ExitStatus, Format, Ui, workspace};
use crate::apply::{self, ApplyError, RevertScope};
use crate::report::Reverted;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The tree.
    tree: PathBuf,
    /// Revert only the patchset that was applied last.
    #[arg(long)]
    top: bool,
    /// Show what would be reverted, and write nothing.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    workspace::recover(ui, &args.tree)?;
    let which = if args.top { RevertScope::Top } else { RevertScope::All };
    match apply::revert(&args.tree, which, args.dry_run) {
        Ok(reverted) => {
            if !args.dry_run {
                ui.changed();
            }
            for file in &reverted.files {
                ui.detail(&format!("  {file}"));
            }
            ui.show(&Reverted { reverted, dry_run: args.dry_run }, Format::Text)?;
        }
        Err(ApplyError::NoReceipt(_)) => {
            ui.line(&format!("{}: no patchset is applied, nothing to do", args.tree.display()))?;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(ExitStatus::Done)
}
