//! `pypatch show`

use super::list::note_hidden;
use super::names::{swapped_edit, unknown_edit};
use super::{CliError, ExitStatus, Format, Ui, Workspace};
use crate::build::Recipe;
use crate::patchset::EditText;
use crate::report::Shown;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset.
    patchset: String,
    /// Show only this edit.
    edit: Option<String>,
    /// Print it as it is written, with the comments; an edit that is inherited, too.
    #[arg(long, conflicts_with = "format")]
    yaml: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    if let Some(error) = args.edit.as_ref().and_then(|id| swapped_edit(workspace, &args.patchset, id)) {
        return Err(error);
    }
    let mut patchset = workspace.patchset(&args.patchset)?;
    if args.yaml && args.edit.is_none() {
        return print_yaml(ui, &text(workspace, &args.patchset)?);
    }
    if let Some(id) = &args.edit {
        if !patchset.edits.iter().any(|edit| edit.id == *id) {
            return Err(unknown_edit(&[patchset], id));
        }
        patchset.edits.retain(|edit| edit.id == *id);
    }
    if args.yaml {
        let edit = &patchset.edits[0];
        // A path is not the name of the patchset that an edit is inherited from.
        let name = if edit.patchset == patchset.id { &args.patchset } else { &edit.patchset };
        return print_yaml(ui, &text_of_edit(&text(workspace, name)?, edit.line));
    }
    let file = workspace.catalog.file(&args.patchset).unwrap_or_default();
    let recipe = args.edit.is_none().then(|| Recipe::whole(&patchset));
    note_hidden(ui, workspace, &args.patchset);
    ui.show(&Shown { file: &file, patchset: &patchset, recipe: recipe.as_ref() }, args.format)?;
    Ok(ExitStatus::Done)
}

/// The text of a patchset.yaml.
fn text(workspace: &Workspace, name: &str) -> Result<String, CliError> {
    let origin = workspace.catalog.find(name);
    let bytes =
        origin.ok_or_else(|| CliError::usage(format!("no patchset named `{name}`")))?.read("patchset.yaml");
    let bytes =
        bytes.map_err(|error| CliError::io(format!("cannot read the patchset.yaml of {name}"), &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The lines of the edit that begins on `line`, with the comments right above it.
fn text_of_edit(text: &str, line: usize) -> String {
    let lead = EditText::read(text, line).lead;
    let mut lines = text.lines().skip(line.saturating_sub(1));
    let first = lines.next().unwrap_or_default();
    let margin = first.len() - first.trim_start().len();
    let is_own = |line: &&str| line.trim().is_empty() || line.len() - line.trim_start().len() > margin;
    let own: Vec<&str> = lines.take_while(is_own).collect();
    let own = own.iter().map(|line| format!("\n{line}")).collect::<String>();
    format!("{lead}{first}{}\n", own.trim_end())
}

fn print_yaml(ui: &Ui, text: &str) -> Result<ExitStatus, CliError> {
    ui.raw(text.as_bytes())?;
    Ok(ExitStatus::Done)
}
