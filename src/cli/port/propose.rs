//! A port that is not written: what `bump` proposes.

use std::path::PathBuf;

use super::{Args, Port, Stop, Why, patches, version_for};
use crate::cli::{Base, CliError, ReportFormat, Ui, Workspace};
use crate::patchset::{NewPatchset, Patchset};
use crate::port::{Decided, Decisions};

/// A ported patchset.
pub(in crate::cli) struct Proposed {
    /// Its id.
    pub id: String,
    /// Its versions.
    pub applies_to: String,
    /// Its folder, which does not exist yet.
    pub folder: PathBuf,
    /// Its files.
    pub written: NewPatchset,
    /// What was decided about each row.
    pub decided: Vec<Decided>,
}

/// What a port without decisions of a person gives.
pub(in crate::cli) enum Proposal {
    /// A patchset.
    Ported(Box<Proposed>),
    /// Rows that a person has to decide about.
    Open(Vec<Decided>),
}

/// Ports a patchset, which was written for `base`, to a source as `port` does, but asks nobody, accepts no candidate, and writes nothing.
///
/// # Errors
/// If it cannot be ported for another reason than an open row.
pub(in crate::cli) fn propose(
    ui: &Ui,
    workspace: &Workspace,
    (patchset, base): (&Patchset, &Base),
    to: &str,
) -> Result<Proposal, CliError> {
    // With another format than text nobody is asked.
    let args = Args { to: Some(to.to_owned()), format: ReportFormat::Json, ..Args::default() };
    let source = workspace.open(ui, to)?;
    let version = version_for(patchset.software, to, source.tree.as_ref())?;
    let old = base.open()?;
    let lineage = patches::since(ui, workspace, base, &source)?;
    let port = Port {
        name: &patchset.id,
        patchset,
        is_first: true,
        baseline: base.baseline.as_ref(),
        old: old.as_deref(),
        under: source.tree.as_ref(),
        lineage: lineage.as_ref(),
    };
    match port.run(ui, workspace, &args, (&source, &version), &mut Decisions::default())? {
        Ok(one) => Ok(Proposal::Ported(Box::new(Proposed {
            id: one.head.id,
            applies_to: one.head.applies_to,
            folder: one.folder,
            written: one.written,
            decided: one.decided,
        }))),
        Err(Stop { decided, why: Why::Open(_) }) => Ok(Proposal::Open(decided)),
        Err(Stop { why: Why::Misfit(plan), .. }) => {
            let title = format!("the new patchset would not fit {}", plan.source);
            Err(CliError::unfit(title))
        }
    }
}
