//! `pypatch list`

use super::{CliError, ExitStatus, Format, Ui, Workspace};
use crate::report::PatchsetList;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// List only patchsets whose name matches this pattern, such as `catamount-*`.
    pattern: Option<String>,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let mut rows = Vec::new();
    let mut status = ExitStatus::Done;
    for id in workspace.matching(args.pattern.as_slice())? {
        match workspace.patchset(&id) {
            Ok(patchset) => rows.push(patchset),
            Err(error) => {
                ui.error(&error);
                status = ExitStatus::Usage;
            }
        }
    }
    ui.show(&PatchsetList(rows), args.format)?;
    Ok(status)
}
