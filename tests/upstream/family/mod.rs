//! The Catamount family on every pinned release: one member covers it, its plan fits, and the result has the intended
//! effect, which a fitting anchor does not prove.
//!
//! The family is `catamount-py2.5` and all patchsets that extend it.

mod effects;

use std::collections::BTreeSet;
use std::sync::Mutex;

use pypatch::patchset::{Catalog, Patchset};
use pypatch::plan::{Plan, plan};
use pypatch::tree::Tree;
use pypatch::tree::pin::{Pin, PinSet};
use pypatch::version::VersionRange;

use crate::common::pins;

use self::effects::{
    Patched, broadcast_complaints, configuration_complaints, makefile_complaints, other_complaints,
    terminal_complaints,
};

/// Every member is this patchset or extends it.
const ROOT: &str = "catamount-py2.5";

/// The releases that must have a member.
const COVERED: &str = ">=2.4";

fn family() -> Vec<Patchset> {
    let catalog = Catalog::default();
    let all = catalog.ids().unwrap().into_iter().map(|id| catalog.load(&id).unwrap());
    all.filter(|one| one.id == ROOT || one.extends.iter().any(|id| id == ROOT)).collect()
}

fn members_for<'a>(family: &'a [Patchset], pin: &Pin) -> Vec<&'a Patchset> {
    let covers = |one: &&Patchset| one.applies_to.as_ref().is_some_and(|range| range.contains(&pin.version));
    family.iter().filter(covers).collect()
}

fn releases() -> Vec<Pin> {
    PinSet::shipped().own().unwrap()
}

#[test]
fn every_release_is_covered_by_exactly_one_member() {
    let family = family();
    let covered: VersionRange = COVERED.parse().unwrap();
    assert!(family.len() > 1);
    for pin in releases() {
        let members: Vec<&str> = members_for(&family, &pin).iter().map(|one| one.id.as_str()).collect();
        let least = usize::from(covered.contains(&pin.version));
        assert!((least..=1).contains(&members.len()), "{}: {members:?}", pin.name);
    }
}

#[test]
fn every_member_pins_each_of_its_minor_versions() {
    for member in family() {
        let range = member.applies_to.as_ref().unwrap();
        let minors = |pins: Vec<Pin>| pins.iter().map(|pin| pin.version.minor()).collect::<BTreeSet<_>>();
        let covered = minors(releases().into_iter().filter(|pin| range.contains(&pin.version)).collect());
        let pinned = minors(member.pins.iter().map(|name| PinSet::shipped().get(name).unwrap()).collect());
        assert_eq!(covered, pinned, "{}", member.id);
    }
}

/// Calls `check`, which returns complaints, with every locally available release, its member and its tree.
fn on_every_release(check: impl Fn(&Pin, &Patchset, &dyn Tree) -> Vec<String> + Sync) {
    let family = family();
    let mut covered = releases();
    covered.retain(|pin| !members_for(&family, pin).is_empty());
    let work = Mutex::new(covered.iter());
    let wrong = Mutex::new(Vec::new());
    let missing = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(pin) = work.lock().unwrap().next() else { break };
                    let member = members_for(&family, pin)[0];
                    let Some(tree) = pins::open(&pin.name) else {
                        missing.lock().unwrap().insert(&pin.name);
                        continue;
                    };
                    let complaints = check(pin, member, tree.as_ref());
                    let named =
                        complaints.into_iter().map(|what| format!("{} on {}: {what}", member.id, pin.name));
                    wrong.lock().unwrap().extend(named);
                }
            });
        }
    });
    let (wrong, missing) = (wrong.into_inner().unwrap(), missing.into_inner().unwrap());
    let missing: Vec<&String> =
        covered.iter().map(|pin| &pin.name).filter(|name| missing.contains(name)).collect();
    pins::report_missing("family", covered.len(), &missing);
    assert!(wrong.is_empty(), "{} complaints:\n{}", wrong.len(), wrong.join("\n"));
}

/// Why the plan cannot be applied.
fn misfits(plan: &Plan) -> Vec<String> {
    let mut wrong: Vec<String> = plan.outside.iter().map(|range| format!("it is for {range}")).collect();
    wrong.extend(plan.conflicts.iter().map(|one| format!("{one:?}")));
    wrong.extend(plan.not_idempotent.iter().map(|one| format!("{one:?}")));
    for edit in &plan.edits {
        let failures = edit.parts.iter().filter(|part| part.outcome.is_failure());
        wrong.extend(failures.map(|part| format!("{}: {:?}", edit.id, part.outcome)));
        let lints = edit.lints.iter().filter(|lint| lint.allowed.is_none());
        wrong.extend(lints.map(|lint| format!("{}: {}", edit.id, lint.message)));
    }
    assert_eq!(wrong.is_empty(), plan.fits());
    wrong
}

#[test]
fn the_family_fits_and_has_its_effect_on_every_release() {
    on_every_release(|pin, member, tree| {
        let plan = plan(member, tree).unwrap();
        let mut wrong = misfits(&plan);
        if wrong.is_empty() {
            let patched = Patched { plan: &plan, tree };
            wrong.extend(terminal_complaints(&patched));
            if pin.version.series().0 == 2 {
                wrong.extend(makefile_complaints(&patched));
                wrong.extend(configuration_complaints(&patched));
                wrong.extend(broadcast_complaints(&patched));
                wrong.extend(other_complaints(&patched));
            }
        }
        wrong
    });
}

#[test]
fn an_untouched_release_of_python_2_has_none_of_the_effects() {
    on_every_release(|pin, member, tree| {
        if pin.version.series().0 != 2 {
            return Vec::new();
        }
        let nothing = Patchset { edits: Vec::new(), ..member.clone() };
        let plan = plan(&nothing, tree).unwrap();
        let untouched = Patched { plan: &plan, tree };
        let complaints = [
            // Shared modules, the interpreter in libinstall, and the script of the platform modules.
            (makefile_complaints(&untouched).len(), 8),
            (configuration_complaints(&untouched).len(), 14 + 8),
            (broadcast_complaints(&untouched).len(), 10),
            (other_complaints(&untouched).len(), 2),
        ];
        complaints
            .iter()
            .filter(|(found, least)| found < least)
            .map(|(found, least)| format!("{found} of at least {least} complaints"))
            .collect()
    });
}
