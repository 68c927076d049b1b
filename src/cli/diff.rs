//! `pypatch diff`

use super::{CliError, ExitStatus, Ui, Workspace, plan};
use crate::tree::FileChange;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchsets, each planned on the result of those before it.
    #[arg(required = true, value_name = "PATCHSET")]
    patchsets: Vec<String>,
    /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
    #[arg(required = true)]
    source: String,
    /// Show only the diff of this edit.
    #[arg(long, value_name = "ID")]
    edit: Option<String>,
    /// Exit with status 1 if there is a difference.
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let planned = plan::make(ui, workspace, &args.patchsets, &args.source)?;
    if !planned.fits(ui) {
        return Ok(ExitStatus::Unfit);
    }
    let diff: Vec<u8> = match &args.edit {
        None => planned.series.changes().iter().flat_map(FileChange::diff).collect(),
        Some(id) => {
            let plans = planned.series.plans.iter();
            let mut found =
                plans.filter_map(|plan| Some((plan, plan.edits.iter().find(|edit| edit.id == *id)?)));
            let (plan, edit) = found.next().ok_or_else(|| {
                let names: Vec<String> = args.patchsets.iter().map(|name| format!("`{name}`")).collect();
                CliError::usage(format!("{} has no edit `{id}`", names.join(" and ")))
                    .help(format!("run `pypatch show {}` for a list", args.patchsets[0]))
            })?;
            plan.changes_of(edit).iter().flat_map(FileChange::diff).collect()
        }
    };
    ui.raw(&diff)?;
    let different = args.exit_code && !diff.is_empty();
    Ok(if different { ExitStatus::Difference } else { ExitStatus::Done })
}
