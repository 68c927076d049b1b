//! `pypatch diff`

use super::{CliError, ExitStatus, Ui, Workspace, plan};
use crate::tree::FileChange;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset.
    patchset: String,
    /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
    source: String,
    /// Show only the diff of this edit.
    #[arg(long, value_name = "ID")]
    edit: Option<String>,
    /// Exit with status 1 if there is a difference.
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let (plan, _) = plan::make(ui, workspace, &args.patchset, &args.source)?;
    if !plan.fits() {
        ui.misfit(&plan, false);
        return Ok(ExitStatus::Unfit);
    }
    let diff: Vec<u8> = match &args.edit {
        None => plan.diff(),
        Some(id) => {
            let edit = plan.edits.iter().find(|edit| edit.id == *id).ok_or_else(|| {
                CliError::usage(format!("`{}` has no edit `{id}`", plan.patchset))
                    .help(format!("run `pypatch show {}` for a list", plan.patchset))
            })?;
            plan.changes_of(edit).iter().flat_map(FileChange::diff).collect()
        }
    };
    ui.raw(&diff)?;
    let different = args.exit_code && !diff.is_empty();
    Ok(if different { ExitStatus::Difference } else { ExitStatus::Done })
}
