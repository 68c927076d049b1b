//! `pypatch pins`

use super::{CliError, ExitStatus, Format, Ui, Workspace};
use crate::fetch::locate;
use crate::report::PinList;
use crate::tree::pin::Pin;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// List only these: a pin (python-2.5), a version (2.7.18), a series (2.7), a pattern ('3.1?.*') or a range ('>=3.12, <3.14').
    pattern: Option<String>,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let pins = match &args.pattern {
        Some(pattern) => workspace.pins.select(pattern)?,
        None => workspace.pins.all()?,
    };
    let locate = |pin: Pin| (locate(&pin, &workspace.places).located, pin);
    ui.show(&PinList(pins.into_iter().map(locate).collect()), args.format)?;
    Ok(ExitStatus::Done)
}
