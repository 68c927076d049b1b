//! `pypatch show`

use super::{CliError, ExitStatus, Format, Ui, Workspace};
use crate::build::Recipe;
use crate::report::Shown;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset.
    patchset: String,
    /// Show only this edit.
    edit: Option<String>,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let mut patchset = workspace.patchset(&args.patchset)?;
    if let Some(id) = &args.edit {
        let names: Vec<String> = patchset.edits.iter().map(|edit| format!("edit: {}", edit.id)).collect();
        patchset.edits.retain(|edit| edit.id == *id);
        if patchset.edits.is_empty() {
            let error = CliError::usage(format!("`{}` has no edit `{id}`", patchset.id));
            return Err(error.details(names));
        }
    }
    let recipe = args.edit.is_none().then(|| Recipe::whole(&patchset));
    ui.show(&Shown { patchset: &patchset, recipe: recipe.as_ref() }, args.format)?;
    Ok(ExitStatus::Done)
}
