//! `pypatch fetch`

use std::collections::BTreeSet;

use super::{CliError, ExitStatus, Ui, Workspace};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The releases: pins (python-2.5), versions (2.7.18), series (3.14, its newest release), patterns ('3.1?.*') or ranges
    /// ('>=3.12, <3.14').
    #[arg(required_unless_present = "patchset", value_name = "PIN")]
    pins: Vec<String>,
    /// The pins of this patchset, by name, pattern or folder; may be repeated.
    #[arg(long, value_name = "PATCHSET")]
    patchset: Vec<String>,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let mut pins = Vec::new();
    // Every name is checked before anything is fetched.
    for name in &args.pins {
        pins.extend(workspace.pins.named(name)?);
    }
    if !args.patchset.is_empty() {
        for id in workspace.matching(&args.patchset)? {
            for name in &workspace.patchset(&id)?.pins {
                pins.push(workspace.pins.get(name)?);
            }
        }
    }
    let mut seen = BTreeSet::new();
    pins.retain(|pin| seen.insert(pin.name.clone()));
    for pin in pins {
        ui.line(&workspace.fetch(ui, &pin)?.path().display().to_string())?;
    }
    Ok(ExitStatus::Done)
}
