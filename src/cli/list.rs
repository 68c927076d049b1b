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
            Ok(patchset) => {
                if ui.verbose {
                    note_hidden(ui, workspace, &id);
                }
                rows.push((workspace.catalog.file(&id).unwrap_or_default(), patchset));
            }
            Err(error) => {
                ui.error(&error);
                status = ExitStatus::Usage;
            }
        }
    }
    ui.show(&PatchsetList { rows, verbose: ui.verbose }, args.format)?;
    Ok(status)
}

/// Names a shipped patchset that is not used, since the project has one of the same name.
pub(super) fn note_hidden(ui: &Ui, workspace: &Workspace, id: &str) {
    if let Some(file) = workspace.catalog.hides_shipped(id) {
        ui.note(&format!("note: {file} is used, and the shipped patchset of that name is not"));
    }
}
