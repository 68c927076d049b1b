//! The accepted snapshot of every shipped patchset on each of its pins.
//!
//! The files are those of `pypatch snapshot`; `cargo insta review` and `pypatch snapshot accept` both work on them.

mod common;

use pypatch::patchset::Catalog;
use pypatch::plan::{Baseline, plan};
use pypatch::snapshot;

use common::pins;

#[test]
fn every_shipped_patchset_gives_its_accepted_snapshots() {
    let catalog = Catalog::default();
    let (mut wanted, mut missing) = (0, Vec::new());
    for id in catalog.ids().unwrap() {
        let patchset = catalog.load(&id).unwrap();
        for name in &patchset.pins {
            wanted += 1;
            let Some(tree) = pins::open(name) else {
                missing.push(name.clone());
                continue;
            };
            let meaning = Baseline::read(&patchset, tree.as_ref()).unwrap();
            let body = snapshot::render(&plan(&patchset, tree.as_ref()).unwrap(), &meaning, name);
            let mut settings = insta::Settings::clone_current();
            settings.set_snapshot_path(format!("../snapshots/{id}"));
            settings.set_prepend_module_to_snapshot(false);
            settings.set_omit_expression(true);
            settings.bind(|| insta::assert_snapshot!(name.as_str(), body));
        }
    }
    pins::report_missing("snapshots", wanted, &missing);
}

#[test]
fn every_accepted_snapshot_belongs_to_a_pin() {
    let (catalog, root) = (Catalog::default(), concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    for entry in walkdir::WalkDir::new(root).into_iter().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "snap") {
            let pin = entry.path().file_stem().unwrap().to_str().unwrap();
            let id = entry.path().parent().unwrap().file_name().unwrap().to_str().unwrap();
            let patchset = catalog.load(id).unwrap();
            assert!(
                patchset.pins.iter().any(|known| known == pin),
                "{} does not belong to a pin",
                entry.path().display()
            );
        }
    }
}
