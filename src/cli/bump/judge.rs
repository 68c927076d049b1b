//! Judges the patchsets of the project on new releases, and ports those that are not written for them.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::port::{Proposal, Proposed, propose};
use crate::cli::{Base, CliError, ExitStatus, Ui, Workspace, of_pin};
use crate::patchset::Patchset;
use crate::plan::plan;
use crate::port::{self, Cell, Decided, Decision, Decisions, Searched, Verdict};
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

/// Judges each family of patchsets on each of `pins`, oldest first: the members whose range has the release. Those that end at an earlier
/// release, and that no other member continues, are ported.
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
        let mut family = Family { members, known: &known, proposed: Vec::new() };
        // Those that a person has to port to one of the new releases, with its pin.
        let mut open: BTreeMap<&str, &str> = BTreeMap::new();
        for pin in pins {
            for member in members.iter().filter(|one| is_for(one, &pin.version)) {
                is_judged.push(&member.id);
                judged.results.push(in_range(ui, workspace, member, pin)?);
            }
            let proposed = family.proposed.iter().filter(|one| one.range.contains(&pin.version));
            let proposed = proposed.map(|one| result(&one.chain[0], pin, BumpOutcome::Proposed, Vec::new()));
            judged.results.extend(proposed);
            for (member, last) in family.ended_before(&pin.version) {
                is_judged.push(&member.id);
                let before = open.get(member.id.as_str()).copied();
                if let Some(before) = before.or_else(|| family.passed_over(pins, member, last, &pin.version))
                {
                    let outcome = BumpOutcome::Waits(before.to_owned());
                    judged.results.push(result(&member.id, pin, outcome, Vec::new()));
                    continue;
                }
                let (result, new) = ported(ui, workspace, member, pin)?;
                judged.results.push(result);
                match new {
                    Some(new) => {
                        let own = [&new.id, &member.id].into_iter().chain(&member.extends);
                        let chain = own.cloned().collect();
                        let range = new.applies_to.parse().ok();
                        family.proposed.extend(range.map(|range| New { chain, range }));
                        judged.ported.push(new);
                    }
                    None => {
                        open.insert(&member.id, &pin.name);
                    }
                }
            }
        }
        let aside = members.iter().filter(|member| !is_judged.contains(&member.id.as_str()));
        judged.aside.extend(aside.map(|member| member.id.clone()));
    }
    Ok(judged)
}

/// Patchsets that extend one another.
struct Family<'a> {
    members: &'a [Patchset],
    /// The pins, oldest first, with the new ones.
    known: &'a [Pin],
    /// What was ported to one of the new releases may be for the next.
    proposed: Vec<New>,
}

/// A patchset that was just ported.
struct New {
    /// Its id, that of the patchset that was ported, and those that this one extends, the nearest first.
    chain: Vec<String>,
    range: VersionRange,
}

impl<'a> Family<'a> {
    /// The members that are not for `version`, but for an earlier release, and that no other one continues up to it; each with the newest
    /// release that it is for.
    fn ended_before(&self, version: &Version) -> Vec<(&'a Patchset, &'a Version)> {
        let ended = self.members.iter().filter(|one| !is_for(one, version)).filter_map(|member| {
            let mut before = self.known.iter().map(|pin| &pin.version).filter(|one| *one < version);
            Some((member, before.rfind(|one| is_for(member, one))?))
        });
        ended.filter(|(member, last)| !self.is_continued(member, last, version)).collect()
    }

    /// Whether another patchset takes the place of `member` on a release after `last`, up to `version`: one that extends it, or none of the
    /// members that are for `last`, too; or one of these that it extends.
    fn is_continued(&self, member: &Patchset, last: &Version, version: &Version) -> bool {
        let variants: Vec<&str> =
            self.members.iter().filter(|one| is_for(one, last)).map(|one| one.id.as_str()).collect();
        let continues = |chain: &[&String]| match chain.iter().find(|id| variants.contains(&id.as_str())) {
            Some(id) => **id == member.id || *id == chain[0] && member.extends.contains(id),
            None => true,
        };
        let after = || self.known.iter().map(|pin| &pin.version).filter(|one| last < *one && *one <= version);
        let by_member = self.members.iter().filter(|one| one.id != member.id).any(|one| {
            let chain: Vec<&String> = [&one.id].into_iter().chain(&one.extends).collect();
            after().any(|version| is_for(one, version)) && continues(&chain)
        });
        let is_new =
            |one: &New| one.range.contains(version) && continues(&one.chain.iter().collect::<Vec<_>>());
        by_member || self.proposed.iter().any(is_new)
    }

    /// The first release of a series between `last` and `version` that has a pin already, and to which `member`, that ends at `last`, was not
    /// ported.
    fn passed_over(
        &self,
        new: &[Pin],
        member: &Patchset,
        last: &Version,
        version: &Version,
    ) -> Option<&'a str> {
        let is_between = |one: &&Pin| last < &one.version && one.version < *version;
        let is_other = |one: &&Pin| {
            let series = one.version.series();
            let own = || self.proposed.iter().filter(|one| one.chain[1] == member.id);
            let is_proposed = |one: &Pin| {
                one.version.series() == series && own().any(|new| new.range.contains(&one.version))
            };
            series != version.series() && series != last.series() && !self.known.iter().any(is_proposed)
        };
        let mut between = self.known.iter().filter(is_between).filter(is_other);
        between.find(|one| !one.version.is_prerelease() && !new.contains(one)).map(|one| one.name.as_str())
    }
}

/// Whether a patchset is written for a version. One without a range is for all, if it has pins: otherwise it may be for something else than
/// CPython.
fn is_for(patchset: &Patchset, version: &Version) -> bool {
    match &patchset.applies_to {
        Some(range) => range.contains(version),
        None => !patchset.pins.is_empty() && patchset.software == version.software(),
    }
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
    let source = workspace.open(ui, &of_pin(pin.name.clone()))?;
    let tree = source.tree.as_ref();
    let base = Base::of_pins(ui, workspace, patchset)?;
    let old = base.open()?;
    let cells = port::judge(patchset, base.baseline.as_ref(), old.as_deref(), tree, &Searched::default())?;
    drop(bar);
    let rows = port::decide(&cells, &Decisions::default())?;
    let outcome = match plan(patchset, tree)?.fits() {
        true if rows.iter().all(|row| row.decision != Decision::Open) => BumpOutcome::Applies,
        _ => BumpOutcome::Unfit,
    };
    let made_before = made_before(patchset, &base)?;
    Ok(BumpResult { made_before, ..result(&patchset.id, pin, outcome, rows) })
}

/// Ports a patchset that ends at an earlier release.
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
    Ok(match propose(ui, workspace, (patchset, &base), &of_pin(pin.name.clone())) {
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
