//! `pypatch schema`

use super::{CliError, ExitStatus, Ui};
use crate::patchset::json_schema;

#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(ui: &Ui, _args: &Args) -> Result<ExitStatus, CliError> {
    ui.raw(format!("{:#}\n", json_schema()).as_bytes())?;
    Ok(ExitStatus::Done)
}
