//! `pypatch schema`

use super::ExitStatus;
use super::error::CliError;
use super::ui::Ui;

/// Print the JSON schema of patchset.yaml, for editors and other tools.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(ui: &Ui, _args: &Args) -> Result<ExitStatus, CliError> {
    ui.raw(&super::plan::json_bytes(&crate::patchset::json_schema()))?;
    Ok(ExitStatus::Done)
}
