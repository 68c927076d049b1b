//! `pypatch plan`

use std::path::PathBuf;

use super::watch::watch;
use super::{
    CliError, Exclude, ExitStatus, ReportFormat, Source, Ui, Workspace, exclude, names, own_pin, written,
};
use crate::patchset::Patchset;
use crate::plan::{Plan, Series};
use crate::report::PlanReport;
use crate::tree::SourceSpec;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchsets, each planned on the result of those before it.
    #[arg(required = true, value_name = "PATCHSET")]
    patchsets: Vec<String>,
    /// A directory, a tarball, a pin such as python-2.5, or git:REPO@REV.
    #[arg(required = true)]
    source: String,
    /// Plan only this edit, and those that it depends on: whether others fit does not matter.
    #[arg(long, value_name = "ID")]
    edit: Option<String>,
    /// Plan again whenever a patchset or the source changes, until Ctrl-C.
    #[arg(long, conflicts_with = "format")]
    watch: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: ReportFormat,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    if args.watch {
        watched(ui, workspace, args)
    } else {
        once(ui, workspace, args).map(|(status, _)| status)
    }
}

/// Plans again and again.
fn watched(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    // A mistake in a patchset can be mended while it is watched; a source that does not exist is a mistake of the command.
    let patchsets = workspace.patchsets(&args.patchsets).unwrap_or_default();
    let source = workspace.of(&patchsets).open(ui, &args.source)?.spec;
    let on_disk = match &source {
        SourceSpec::Directory(path) | SourceSpec::Archive(path) => Some(path.clone()),
        SourceSpec::Git { .. } | SourceSpec::Pin(_) => None,
    };
    let folders = |ids: &mut dyn Iterator<Item = &str>| -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> =
            ids.filter_map(|id| workspace.catalog.folder(id)).chain(on_disk.clone()).collect();
        folders.sort();
        folders.dedup();
        folders
    };
    let named = folders(&mut args.patchsets.iter().map(String::as_str));
    let ui = &ui.unpaged();
    let never = watch(ui, named.clone(), || {
        let (_, patchsets) = once(ui, workspace, args)?;
        let edits = patchsets.iter().flat_map(|patchset| &patchset.edits).map(|edit| edit.patchset.as_str());
        let own = args.patchsets.iter().map(String::as_str);
        Ok(folders(&mut edits.chain(own)))
    })?;
    match never {}
}

fn once(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<(ExitStatus, Vec<Patchset>), CliError> {
    let planned = make(ui, workspace, &args.patchsets, &args.source, &Exclude::default())?;
    let written = written::edits(workspace, &args.patchsets, &planned.patchsets);
    let is_brief = ui.width().is_some() && !ui.verbose;
    if let Some(id) = &args.edit {
        let plan = planned.only(id)?;
        let fits = plan.fits();
        let series = Series { plans: vec![plan] };
        ui.show(&PlanReport { series: &series, is_single: true, written: &written, is_brief }, args.format)?;
        let status = if fits { ExitStatus::Done } else { ExitStatus::Unfit };
        return Ok((status, planned.patchsets));
    }
    let is_single = args.patchsets.len() == 1;
    ui.show(&PlanReport { series: &planned.series, is_single, written: &written, is_brief }, args.format)?;
    let status = if planned.series.misfit().is_none() { ExitStatus::Done } else { ExitStatus::Unfit };
    Ok((status, planned.patchsets))
}

/// Patchsets, and their plans on a source.
pub(super) struct Planned {
    pub patchsets: Vec<Patchset>,
    /// The plans, up to the first that does not fit.
    pub series: Series,
    pub source: Source,
}

impl Planned {
    /// Shows the plan that does not fit, if there is one; returns whether all fit.
    pub(super) fn fits(&self, ui: &Ui) -> bool {
        let misfit = self.series.misfit();
        misfit.into_iter().for_each(|plan| ui.misfit(plan, self.patchsets.len() > 1));
        misfit.is_none()
    }

    /// The plan of one edit and of those that it depends on.
    pub(super) fn only(&self, id: &str) -> Result<Plan, CliError> {
        let both = self.patchsets.iter().zip(&self.series.plans);
        if let Some(plan) = both.clone().find_map(|(patchset, plan)| plan.only(patchset, id)) {
            return Ok(plan);
        }
        let edits = self.patchsets.iter().flat_map(|patchset| &patchset.edits);
        if let Some(misfit) = self.series.misfit().filter(|_| edits.clone().any(|edit| edit.id == id)) {
            let what =
                format!("edit `{id}` is planned on the result of {}, which does not fit", misfit.patchset);
            return Err(
                CliError::unfit(what).help(format!("`pypatch plan {} SOURCE` says why", misfit.patchset))
            );
        }
        Err(names::unknown_edit(&self.patchsets, id))
    }
}

/// Loads the patchsets, opens the source without what is excluded, and plans each on the result of those before it.
pub(super) fn make(
    ui: &Ui,
    workspace: &Workspace,
    patchsets: &[String],
    source: &str,
    excluded: &Exclude,
) -> Result<Planned, CliError> {
    names::require_order(workspace, patchsets, std::slice::from_ref(&source.to_owned()))?;
    let patchsets = workspace.patchsets(patchsets)?;
    let workspace = &workspace.of(&patchsets);
    let source = excluded.prune(workspace.open(ui, source)?)?;
    let made = source.made()?;
    let series = Series::plan(&patchsets, source.tree.as_ref(), &made)
        .map_err(|error| exclude::unread(&patchsets, error))?;
    for (patchset, plan) in patchsets.iter().zip(&series.plans) {
        own_pin::warn(ui, workspace, patchset, plan, &made)?;
    }
    Ok(Planned { patchsets, series, source })
}
