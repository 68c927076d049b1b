//! `pypatch fetch`

use super::{CliError, ExitStatus, Ui, Workspace};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The releases, such as python-2.5.
    #[arg(required = true, value_name = "PIN")]
    pins: Vec<String>,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    // Every name is checked before anything is fetched.
    let pins = args.pins.iter().map(|name| workspace.pins.get(name)).collect::<Result<Vec<_>, _>>()?;
    for pin in pins {
        ui.line(&workspace.fetch(ui, &pin)?.path().display().to_string())?;
    }
    Ok(ExitStatus::Done)
}
