//! Edits that change nothing on a release that their patchset was written for: nearly always a mistake in the anchor.

use super::{CliError, Ui, Workspace};
use crate::edit::OutcomeKind;
use crate::patchset::Patchset;
use crate::plan::{Made, Plan, plan};
use crate::version::VersionRange;

/// Warns of edits of `patchset` that are already made in `plan`, if it is a plan on one of the patchset's releases. Those in
/// `made` were made by pypatch.
pub(super) fn warn(
    ui: &Ui,
    workspace: &Workspace,
    patchset: &Patchset,
    plan: &Plan,
    made: &[Made],
) -> Result<(), CliError> {
    let Some(version) = &plan.version else { return Ok(()) };
    // The pins are read only if there is something to say.
    if idle(plan, "").next().is_none() {
        return Ok(());
    }
    if made.iter().any(|layer| layer.patchset == patchset.id) {
        return Ok(());
    }
    for name in &patchset.pins {
        if workspace.pins.find(name)?.is_some_and(|pin| pin.version == *version) {
            idle(plan, name).for_each(|warning| ui.note(&warning));
        }
    }
    Ok(())
}

/// The same warnings on each release of `patchset` that is available without the network.
pub(super) fn check(ui: &Ui, workspace: &Workspace, patchset: &Patchset) -> Result<(), CliError> {
    never(patchset).for_each(|warning| ui.note(&warning));
    for name in &patchset.pins {
        let Some(pin) = workspace.pins.find(name)? else { continue };
        let Some(tree) = workspace.open_local(&pin)? else { continue };
        idle(&plan(patchset, tree.as_ref())?, name).for_each(|warning| ui.note(&warning));
    }
    Ok(())
}

/// A warning for each edit of the patchset's own that is for none of the versions that the patchset is for.
fn never(patchset: &Patchset) -> impl Iterator<Item = String> {
    let own = patchset.edits.iter().filter(|edit| edit.patchset == patchset.id);
    own.filter_map(|edit| {
        let range = patchset.applies_to.as_ref()?;
        let is_outside = |when: &Option<VersionRange>| {
            when.as_ref().is_some_and(|when| range.intersection(when).is_none())
        };
        let is_never = is_outside(&edit.when)
            || !edit.changes.is_empty() && edit.changes.iter().all(|change| is_outside(&change.when));
        is_never.then(|| {
            let (id, at) = (&edit.id, edit.written_at());
            format!(
                "warning: edit `{id}` is never made: its versions are outside `applies-to: {range}` ({at})"
            )
        })
    })
}

/// A warning for each edit that is already made.
fn idle<'a>(plan: &'a Plan, pin: &'a str) -> impl Iterator<Item = String> + 'a {
    let is_idle = |edit: &&crate::plan::PlannedEdit| edit.verdict() == OutcomeKind::Already;
    plan.edits.iter().filter(is_idle).map(move |edit| {
        format!(
            "warning: edit `{}` changes nothing on {pin}, which the patchset is written for: check its anchor ({})",
            edit.id, edit.written_at
        )
    })
}
