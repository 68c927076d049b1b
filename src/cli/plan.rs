//! `pypatch plan`

use super::{CliError, ExitStatus, Format, Source, Ui, Workspace, own_pin};
use crate::plan::{Plan, Series};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset.
    patchset: String,
    /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
    source: String,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: Format,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let (plan, _) = make(ui, workspace, &args.patchset, &args.source)?;
    ui.show(&plan, args.format)?;
    Ok(if plan.fits() { ExitStatus::Done } else { ExitStatus::Unfit })
}

/// Loads the patchset, opens the source, and plans.
pub(super) fn make(
    ui: &Ui,
    workspace: &Workspace,
    patchset: &str,
    source: &str,
) -> Result<(Plan, Source), CliError> {
    let patchset = workspace.patchset(patchset)?;
    let source = workspace.open(ui, source)?;
    let made = source.made()?;
    let series = Series::plan(std::slice::from_ref(&patchset), source.tree.as_ref(), &made)?;
    let plan = series.plans.into_iter().next().expect("a series has a plan for its first patchset");
    own_pin::warn(ui, workspace, &patchset, &plan, &made)?;
    Ok((plan, source))
}
