//! `pypatch man`

use super::{CliError, ExitStatus, Ui, help};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The command, such as `plan` or `setup list`.
    command: Vec<String>,
}

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    let mut command = help::command();
    command.build();
    for name in &args.command {
        command = command.find_subcommand(name).cloned().ok_or_else(|| {
            CliError::usage(format!("unknown command `{}`", args.command.join(" ")))
                .help("run `pypatch help` for a list")
        })?;
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page).map_err(|error| CliError::output(&error))?;
    ui.raw(&page)?;
    Ok(ExitStatus::Done)
}
