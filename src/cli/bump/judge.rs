//! Judges the patchsets of the project on new releases, and ports those that are not written for them.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::port::{Proposal, Proposed, propose};
use crate::cli::{Base, CliError, ExitStatus, Ui, Workspace};
use crate::patchset::Patchset;
use crate::plan::plan;
use crate::port::{self, Cell, Decided, Decision, Searched, Verdict};
use crate::report::{BumpOutcome, BumpResult};
use crate::tree::pin::Pin;
use crate::version::{Version, VersionRange};

/// What became of the patchsets.
#[derive(Default)]
pub(super) struct Judged {
    pub results: Vec<BumpResult>,
    /// The patchsets that were ported, and are not written yet.
    pub ported: Vec<Proposed>,
    /// The patchsets that no new release is for.
    pub aside: Vec<String>,
}

/// Judges each family of patchsets on each of `pins`, oldest first: the members whose range has the release; if none has it, those whose range
/// has the release before it are ported.
pub(super) fn all(ui: &Ui, workspace: &Workspace, pins: &[Pin]) -> Result<Judged, CliError> {
    let mut families: BTreeMap<String, Vec<Patchset>> = BTreeMap::new();
    for id in workspace.catalog.ids()? {
        // Those of the project: a shipped one is not its to port.
        if workspace.catalog.folder(&id).is_some() {
            let patchset = workspace.patchset(&id)?;
            let root = patchset.extends.last().unwrap_or(&patchset.id).clone();
            families.entry(root).or_default().push(patchset);
        }
    }
    let known = workspace.pins.all()?;
    let mut judged = Judged::default();
    for members in families.values() {
        let mut is_judged: Vec<&str> = Vec::new();
        // What was ported to one of the new releases may be for the next.
        let mut proposed: Vec<(String, VersionRange)> = Vec::new();
        for pin in pins {
            let is_before =
                |one: &&Pin| one.version < pin.version && one.version.software() == pin.version.software();
            let before = known.iter().rev().find(is_before).map(|one| &one.version);
            let in_range_of = for_version(members, &pin.version);
            let is_proposed = |(_, range): &&(String, VersionRange)| range.contains(&pin.version);
            if !in_range_of.is_empty() {
                for member in in_range_of {
                    is_judged.push(&member.id);
                    judged.results.push(in_range(ui, workspace, member, pin)?);
                }
            } else if proposed.iter().any(|one| is_proposed(&one)) {
                let ids = proposed.iter().filter(is_proposed).map(|(id, _)| id);
                judged.results.extend(ids.map(|id| result(id, pin, BumpOutcome::Proposed, Vec::new())));
            } else {
                for member in before.map_or(Vec::new(), |before| for_version(members, before)) {
                    is_judged.push(&member.id);
                    let (result, new) = ported(ui, workspace, member, pin)?;
                    judged.results.push(result);
                    if let Some(new) = new {
                        proposed.extend(new.applies_to.parse().ok().map(|range| (new.id.clone(), range)));
                        judged.ported.push(new);
                    }
                }
            }
        }
        let aside = members.iter().filter(|member| !is_judged.contains(&member.id.as_str()));
        judged.aside.extend(aside.map(|member| member.id.clone()));
    }
    Ok(judged)
}

/// The members that are written for a version. One without a range is for all, if it has pins: otherwise it may be for something else
/// than CPython.
fn for_version<'a>(members: &'a [Patchset], version: &Version) -> Vec<&'a Patchset> {
    let is_for = |one: &&Patchset| match &one.applies_to {
        Some(range) => range.contains(version),
        None => !one.pins.is_empty() && one.software == version.software(),
    };
    members.iter().filter(is_for).collect()
}

fn result(patchset: &str, pin: &Pin, outcome: BumpOutcome, rows: Vec<Decided>) -> BumpResult {
    let made_before = BTreeSet::new();
    BumpResult { patchset: patchset.to_owned(), pin: pin.name.clone(), outcome, rows, made_before }
}

/// The rows that are already made on the release that a patchset was written for.
fn made_before(patchset: &Patchset, base: &Base) -> Result<BTreeSet<String>, CliError> {
    let Some(old) = base.open()? else { return Ok(BTreeSet::new()) };
    let old = old.as_ref();
    let cells = port::judge(patchset, base.baseline.as_ref(), Some(old), old, &Searched::default())?;
    Ok(cells.iter().filter(|cell| cell.verdict == Verdict::Already).map(Cell::row).collect())
}

/// Judges a patchset whose range has the release.
fn in_range(ui: &Ui, workspace: &Workspace, patchset: &Patchset, pin: &Pin) -> Result<BumpResult, CliError> {
    let bar = ui.progress(&format!("judging {} on {}", patchset.id, pin.name), None);
    let source = workspace.open(ui, &pin.name)?;
    let tree = source.tree.as_ref();
    let base = Base::of_pins(ui, workspace, patchset)?;
    let old = base.open()?;
    let cells = port::judge(patchset, base.baseline.as_ref(), old.as_deref(), tree, &Searched::default())?;
    drop(bar);
    let open = |is_open| if is_open { Decision::Open } else { Decision::Kept };
    let rows: Vec<Decided> =
        cells.into_iter().map(|cell| Decided { decision: open(cell.verdict.is_open()), cell }).collect();
    let outcome = match plan(patchset, tree)?.fits() {
        true if rows.iter().all(|row| row.decision != Decision::Open) => BumpOutcome::Applies,
        _ => BumpOutcome::Unfit,
    };
    let made_before = made_before(patchset, &base)?;
    Ok(BumpResult { made_before, ..result(&patchset.id, pin, outcome, rows) })
}

/// Ports a patchset that is written for the release before.
fn ported(
    ui: &Ui,
    workspace: &Workspace,
    patchset: &Patchset,
    pin: &Pin,
) -> Result<(BumpResult, Option<Proposed>), CliError> {
    let base = Base::of_pins(ui, workspace, patchset)?;
    let made_before = made_before(patchset, &base)?;
    let of = |outcome, rows| BumpResult {
        made_before: made_before.clone(),
        ..result(&patchset.id, pin, outcome, rows)
    };
    Ok(match propose(ui, workspace, (patchset, &base), &pin.name) {
        Ok(Proposal::Ported(mut new)) => {
            let rows = std::mem::take(&mut new.decided);
            (of(BumpOutcome::Ported(new.id.clone()), rows), Some(*new))
        }
        Ok(Proposal::Open(rows)) => (of(BumpOutcome::Open, rows), None),
        // One that cannot be ported does not keep the others from it.
        Err(error) if matches!(error.status, ExitStatus::Usage | ExitStatus::Unfit) => {
            (of(BumpOutcome::Failed(error.problem.title), Vec::new()), None)
        }
        Err(error) => return Err(error),
    })
}
