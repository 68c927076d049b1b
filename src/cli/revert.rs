//! `pypatch revert`

use std::path::PathBuf;

use super::ExitStatus;
use super::error::CliError;
use super::ui::Ui;
use crate::apply::{self, ApplyError, RevertScope};
use crate::report::text::counted;

/// Take patchsets off a tree: every byte, mode and mtime becomes what it was.
///
/// A tree in which a touched file was edited since is left alone, and the file is named.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The tree.
    tree: PathBuf,
    /// Only the patchset that was applied last.
    #[arg(long)]
    top: bool,
    /// Only say what would be done.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    super::workspace::recover(ui, &args.tree)?;
    let which = if args.top { RevertScope::Top } else { RevertScope::All };
    let reverted = match apply::revert(&args.tree, which, args.dry_run) {
        Ok(reverted) => reverted,
        Err(ApplyError::NoReceipt(_)) => {
            ui.out(&format!("{}: no patchset is applied, nothing to do\n", args.tree.display()))?;
            return Ok(ExitStatus::Done);
        }
        Err(error) => return Err(error.into()),
    };
    let did = if args.dry_run { "would revert" } else { "reverted" };
    for id in &reverted.patchsets {
        ui.out(&format!("{did} {id}\n"))?;
    }
    for file in &reverted.files {
        ui.detail(&format!("  {file}"));
    }
    ui.out(&format!("{}\n", counted(reverted.files.len(), "file")))?;
    for id in &reverted.remaining {
        ui.out(&format!("still applied: {id}\n"))?;
    }
    Ok(ExitStatus::Done)
}
