//! `pypatch fetch`

use std::collections::BTreeSet;

use super::{CliError, ExitStatus, Ui, Workspace};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The releases, such as python-2.5.
    #[arg(required_unless_present = "patchset", value_name = "PIN")]
    pins: Vec<String>,
    /// The pins of this patchset, by name, pattern or folder; may be repeated.
    #[arg(long, value_name = "PATCHSET")]
    patchset: Vec<String>,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let mut names = args.pins.clone();
    if !args.patchset.is_empty() {
        for id in workspace.matching(&args.patchset)? {
            names.extend(workspace.patchset(&id)?.pins);
        }
        let mut seen = BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
    }
    // Every name is checked before anything is fetched.
    let pins = names.iter().map(|name| workspace.pins.get(name)).collect::<Result<Vec<_>, _>>()?;
    for pin in pins {
        ui.line(&workspace.fetch(ui, &pin)?.path().display().to_string())?;
    }
    Ok(ExitStatus::Done)
}
