//! `pypatch man`

use super::{CliError, ExitStatus, Ui, help};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The command.
    command: Option<String>,
}

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    let mut root = help::command();
    root.build();
    let command = match &args.command {
        None => root,
        Some(name) => root.find_subcommand(name).cloned().ok_or_else(|| {
            CliError::usage(format!("unknown command `{name}`")).help("run `pypatch help` for a list")
        })?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(|error| CliError::output(&error))?;
    ui.raw(&page)?;
    Ok(ExitStatus::Done)
}
