//! `pypatch check`

use super::error::CliError;
use super::ui::Ui;
use super::{ExitStatus, Workspace};
use crate::report::text::counted;

/// Check patchsets without a tree: what they say is well formed, and everything they name is there.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Patchsets by name, pattern, folder or patchset.yaml; all of them unless given.
    patchsets: Vec<String>,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let mut ids = Vec::new();
    if args.patchsets.is_empty() {
        ids = workspace.catalog.ids()?;
    }
    for pattern in &args.patchsets {
        // A file in this folder is meant as one, with or without a slash.
        let path = std::path::Path::new(pattern);
        if !pattern.contains('/') && path.extension().is_some_and(|e| e == "yaml") && path.is_file() {
            ids.push(format!("./{pattern}"));
        } else {
            ids.extend(super::list::matching(workspace, Some(pattern))?);
        }
    }
    let mut status = ExitStatus::Done;
    for id in ids {
        match workspace.patchset(&id) {
            Ok(patchset) => {
                let edits = counted(patchset.edits.len(), "edit");
                ui.out(&format!("{}: {edits}, no errors\n", patchset.id))?;
            }
            Err(error) => {
                ui.error(&error);
                status = ExitStatus::Usage;
            }
        }
    }
    Ok(status)
}
