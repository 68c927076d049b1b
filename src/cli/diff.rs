//! `pypatch diff`

use super::{CliError, Exclude, ExitStatus, Format, Ui, Workspace, plan};
use crate::plan::Plan;
use crate::report::DiffStat;
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
    /// Show how many lines each edit adds and removes in each file, instead of the lines.
    #[arg(long)]
    stat: bool,
    /// Exit with status 1 if there is a difference.
    #[arg(long)]
    exit_code: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let planned = plan::make(ui, workspace, &args.patchsets, &args.source, &Exclude::default())?;
    let (plans, changes): (Vec<Plan>, Vec<FileChange>) = match &args.edit {
        None if !planned.fits(ui) => return Ok(ExitStatus::Unfit),
        None => (planned.series.plans.clone(), planned.series.changes()),
        // Whether other edits fit does not matter.
        Some(id) => {
            let mut plan = planned.only(id)?;
            if !plan.fits() {
                ui.misfit(&plan, planned.patchsets.len() > 1);
                return Ok(ExitStatus::Unfit);
            }
            plan.edits.retain(|edit| edit.id == *id);
            let changes = plan.edits.iter().flat_map(|edit| plan.changes_of(edit)).collect();
            (vec![plan], changes)
        }
    };
    let different = args.exit_code && !changes.is_empty();
    if args.stat {
        ui.show(&DiffStat { plans: &plans, changes: &changes }, Format::Text)?;
    } else {
        ui.diff(&changes.iter().flat_map(FileChange::diff).collect::<Vec<u8>>())?;
    }
    Ok(if different { ExitStatus::Difference } else { ExitStatus::Done })
}
