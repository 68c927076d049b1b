//! `pypatch completions`

use super::{CliError, ExitStatus, Ui, help};

/// Print a completion script for a shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell.
    shell: clap_complete::Shell,
}

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut help::command(), "pypatch", &mut script);
    ui.raw(&script)?;
    Ok(ExitStatus::Done)
}
