//! `pypatch diff`

use super::error::CliError;
use super::ui::Ui;
use super::{ExitStatus, Workspace};
use crate::tree::FileChange;

/// Show the diff that a patchset makes, as `git apply` and `patch -p1` read it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset.
    patchset: String,
    /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
    source: String,
    /// Only what this edit does.
    #[arg(long, value_name = "ID")]
    edit: Option<String>,
    /// Exit with status 1 when there is a difference.
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let (plan, _, _) = super::plan::make(ui, workspace, &args.patchset, &args.source)?;
    if let Err(status) = super::plan::must_fit(ui, &plan) {
        return Ok(status);
    }
    let diff: Vec<u8> = match &args.edit {
        None => plan.diff(),
        Some(id) => {
            let edit = plan.edits.iter().find(|edit| edit.id == *id).ok_or_else(|| {
                CliError::new(ExitStatus::Usage, format!("`{}` has no edit `{id}`", plan.patchset))
                    .help(format!("`pypatch show {}` names them", plan.patchset))
            })?;
            plan.changes_of(edit).iter().flat_map(FileChange::diff).collect()
        }
    };
    ui.raw(&diff)?;
    let different = args.exit_code && !diff.is_empty();
    Ok(if different { ExitStatus::Difference } else { ExitStatus::Done })
}
