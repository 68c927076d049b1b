//! What every shipped patchset comes to on each of its pins, as it was accepted.
//!
//! The files are those of `pypatch snapshot`: `cargo insta review` and `pypatch snapshot accept` both
//! work on them. A release that is not at hand (PYPATCH_SOURCES, or fetched into the cache) is
//! skipped, visibly; one that PYPATCH_REQUIRE_PINS names (by blanks) must be there.

mod common;

use std::env;

use pypatch::fetch::{Located, Places, locate};
use pypatch::patchset::Catalog;
use pypatch::plan::{Meaning, plan};
use pypatch::snapshot;
use pypatch::tree::pin::PinSet;
use pypatch::tree::{ArchiveTree, GitTree, Tree};

#[test]
fn every_shipped_patchset_comes_to_what_was_accepted() {
    let places = Places::from_env();
    let required = env::var("PYPATCH_REQUIRE_PINS").unwrap_or_default();
    let (catalog, pins) = (Catalog::default(), PinSet::shipped());
    let mut missing = Vec::new();
    for id in catalog.ids().unwrap() {
        let patchset = catalog.load(&id).unwrap();
        for name in &patchset.pins {
            let Some(located) = locate(&pins.get(name).unwrap(), &places).located else {
                common::skip(&format!("snapshot of {id} on {name}"), "the release is not at hand");
                missing.extend(
                    required.split_whitespace().find(|pin| pin == name).map(|_| format!("{id} on {name}")),
                );
                continue;
            };
            let tree: Box<dyn Tree> = match &located {
                Located::Tarball { path, .. } => Box::new(ArchiveTree::open(path).unwrap()),
                Located::Git { repository, tree } => Box::new(GitTree::at_tree_id(repository, tree).unwrap()),
            };
            let meaning = Meaning::read(&patchset, tree.as_ref()).unwrap();
            let body = snapshot::render(&plan(&patchset, tree.as_ref()).unwrap(), &meaning, name);
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(format!("../snapshots/{id}"));
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(name.as_str(), body));
        }
    }
    assert!(missing.is_empty(), "PYPATCH_REQUIRE_PINS, but not at hand: {missing:?}");
}

#[test]
fn no_accepted_snapshot_is_left_over() {
    let (catalog, root) = (Catalog::default(), concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    for entry in walkdir::WalkDir::new(root).into_iter().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "snap") {
            let pin = entry.path().file_stem().unwrap().to_str().unwrap();
            let id = entry.path().parent().unwrap().file_name().unwrap().to_str().unwrap();
            let patchset = catalog.load(id).unwrap();
            assert!(
                patchset.pins.iter().any(|known| known == pin),
                "{} is of no pin",
                entry.path().display()
            );
        }
    }
}
