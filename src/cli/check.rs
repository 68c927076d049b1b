//! `pypatch check`

use super::error::CliError;
use super::ui::Ui;
use super::{ExitStatus, Workspace};
use crate::patchset::Patchset;
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
            Ok(patchset) if !pins_are_known(ui, workspace, &patchset)? => status = ExitStatus::Usage,
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

/// Whether the pins that a patchset names exist, and lie in its range.
fn pins_are_known(ui: &Ui, workspace: &Workspace, patchset: &Patchset) -> Result<bool, CliError> {
    let mut wrong = CliError::new(ExitStatus::Usage, format!("an error in the patchset `{}`", patchset.id));
    for name in &patchset.pins {
        match workspace.pins.find(name)? {
            None => wrong.details.push(format!("`pins` names `{name}`, which is no pinned release")),
            Some(pin) => {
                if let Some(range) =
                    patchset.applies_to.as_ref().filter(|range| !range.contains(&pin.version))
                {
                    wrong
                        .details
                        .push(format!("`pins` names `{name}`, which `applies-to: {range}` leaves out"));
                }
            }
        }
    }
    if wrong.details.is_empty() {
        return Ok(true);
    }
    ui.error(&wrong);
    Ok(false)
}
