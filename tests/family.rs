//! Every release belongs to one patchset of the Catamount family, which fits it.
//!
//! That takes release trees: those that are at hand are planned, most of them where PYPATCH_SOURCES names a git
//! repository with release tags. Others are counted, visibly.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use pypatch::fetch::{Located, Places, locate};
use pypatch::patchset::{Catalog, Patchset};
use pypatch::plan::{PlannedEdit, plan};
use pypatch::tree::pin::{Pin, PinSet};
use pypatch::tree::{ArchiveTree, GitTree, Tree};

/// The series from which on the family is held to this.
const FIRST: (u16, u16) = (3, 11);

fn family() -> Vec<Patchset> {
    let catalog = Catalog::default();
    let ids = catalog.ids().unwrap().into_iter().filter(|id| id.starts_with("catamount-py"));
    ids.map(|id| catalog.load(&id).unwrap()).collect()
}

fn releases() -> Vec<Pin> {
    PinSet::shipped().all().unwrap().into_iter().filter(|pin| pin.version.series() >= FIRST).collect()
}

/// The patchsets of the family that are written for `pin`.
fn written_for<'a>(family: &'a [Patchset], pin: &Pin) -> Vec<&'a Patchset> {
    let applies = |one: &&Patchset| one.applies_to.as_ref().is_some_and(|range| range.contains(&pin.version));
    family.iter().filter(applies).collect()
}

#[test]
fn every_release_belongs_to_one_patchset() {
    let family = family();
    for pin in releases() {
        let ids: Vec<&str> = written_for(&family, &pin).iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids.len(), 1, "{}: {ids:?}", pin.name);
    }
}

#[test]
fn the_patchset_of_a_release_fits_it_and_walks_into_no_trap() {
    let (family, places) = (family(), Places::from_env());
    let mut absent = 0;
    for pin in releases() {
        let Some(located) = locate(&pin, &places).located else {
            absent += 1;
            continue;
        };
        let tree: Box<dyn Tree> = match &located {
            Located::Tarball { path, .. } => Box::new(ArchiveTree::open(path).unwrap()),
            Located::Git { repository, tree } => Box::new(GitTree::at_tree_id(repository, tree).unwrap()),
        };
        for patchset in written_for(&family, &pin) {
            let plan = plan(patchset, tree.as_ref()).unwrap();
            let wrong = |edit: &&PlannedEdit| edit.is_failure();
            let wrong: Vec<&str> = plan.edits.iter().filter(wrong).map(|edit| edit.id.as_str()).collect();
            assert!(plan.fits() && wrong.is_empty(), "{} on {}: {wrong:?}", patchset.id, pin.name);
        }
    }
    if absent > 0 {
        common::skip("the family", &format!("{absent} releases are not at hand"));
    }
}
