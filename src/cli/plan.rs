//! `pypatch plan`

use super::error::CliError;
use super::ui::Ui;
use super::workspace::Source;
use super::{ExitStatus, Format, Workspace};
use crate::patchset::Patchset;
use crate::plan::{Plan, plan};
use crate::report;

/// Show what a patchset comes to on a source, edit by edit, without writing anything.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset.
    patchset: String,
    /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
    source: String,
    /// How to write it.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let (plan, _, _) = make(ui, workspace, &args.patchset, &args.source)?;
    match args.format {
        Format::Json => ui.raw(&json_bytes(&report::json::plan(&plan)))?,
        Format::Text => ui.out(&report::text::plan(&plan))?,
    }
    if plan.fits() {
        return Ok(ExitStatus::Done);
    }
    if args.format == Format::Text {
        ui.out(&report::text::failures(&plan))?;
    }
    Ok(ExitStatus::Unfit)
}

/// Loads the patchset, opens the source, and plans.
pub(super) fn make(
    ui: &Ui,
    workspace: &Workspace,
    patchset: &str,
    source: &str,
) -> Result<(Plan, Patchset, Source), CliError> {
    let patchset = workspace.patchset(patchset)?;
    let source = workspace.open(ui, source)?;
    let plan = plan(&patchset, source.tree.as_ref())?;
    Ok((plan, patchset, source))
}

/// Says why a plan does not fit, as an error that wrote nothing.
pub(super) fn must_fit(ui: &Ui, plan: &Plan) -> Result<(), ExitStatus> {
    if plan.fits() {
        return Ok(());
    }
    ui.failure(&report::text::failures(plan));
    Err(ExitStatus::Unfit)
}

/// JSON as it is printed: indented, with a last line end.
pub(super) fn json_bytes(value: &serde_json::Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}
