//! `pypatch show`

use super::error::CliError;
use super::ui::Ui;
use super::{ExitStatus, Format, Workspace};
use crate::report;

/// Show what a patchset says: its edits, their reasons, and what they do.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset.
    patchset: String,
    /// Only this edit.
    edit: Option<String>,
    /// How to write it.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let mut patchset = workspace.patchset(&args.patchset)?;
    if let Some(id) = &args.edit {
        let names: Vec<String> = patchset.edits.iter().map(|edit| edit.id.clone()).collect();
        patchset.edits.retain(|edit| edit.id == *id);
        if patchset.edits.is_empty() {
            let mut error = CliError::new(ExitStatus::Usage, format!("`{}` has no edit `{id}`", patchset.id));
            error.details = names.iter().map(|name| format!("edit: {name}")).collect();
            return Err(error);
        }
    }
    match args.format {
        Format::Text => ui.out(&report::text::patchset(&patchset))?,
        Format::Json => ui.raw(&super::plan::json_bytes(&report::json::patchset(&patchset)))?,
    }
    Ok(ExitStatus::Done)
}
