use std::fs;

use super::*;
use crate::plan;
use crate::tree::{DirTree, python_version};

const PATCHSET: &str = "schema: 1\nid: mine\ntitle: t\nedits:\n  - id: a\n    why: w\n    file: f\n    \
    text.replace: {find: one two, with: one and two}\n  - id: b\n    why: w\n    file: new\n    file.add: {content: hello}\n";

struct Place {
    directory: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path();
        fs::create_dir_all(root.join("patchsets/mine")).unwrap();
        fs::create_dir(root.join("tree")).unwrap();
        fs::write(root.join("patchsets/mine/patchset.yaml"), PATCHSET).unwrap();
        fs::write(root.join("tree/f"), b"zero\none two \xe9\nthree\n").unwrap();
        Place { directory }
    }

    fn memory(&self, program: &str) -> Memory {
        Memory::new(self.directory.path().join("plans"), program)
    }

    fn catalog(&self) -> Catalog {
        Catalog::new(vec![self.directory.path().join("patchsets")])
    }

    fn tree(&self) -> DirTree {
        DirTree::open(self.directory.path().join("tree")).unwrap()
    }

    /// Plans, and keeps the plan.
    fn plan(&self, program: &str) -> Work {
        let (patchset, tree) = (self.catalog().load("mine").unwrap(), self.tree());
        let recording = Recording::new(&tree);
        let plan = plan::plan(&patchset, &recording).unwrap();
        assert!(plan.fits());
        let work = Work::new(&patchset, plan);
        self.memory(program).keep("mine", &patchset, &recording, &work);
        work
    }

    fn recall(&self, program: &str) -> Option<Work> {
        let tree = self.tree();
        let version = python_version(&tree).unwrap();
        self.memory(program).recall(&self.catalog(), "mine", &tree, version.as_ref())
    }
}

#[test]
fn a_remembered_plan_is_what_planning_comes_to() {
    let place = Place::new();
    assert!(place.recall("p").is_none());
    let planned = place.plan("p");
    let recalled = place.recall("p").unwrap();
    assert_eq!(recalled.changes, planned.changes);
    assert_eq!(
        (recalled.edits, recalled.tally, recalled.digest),
        (planned.edits, planned.tally, planned.digest)
    );
}

#[test]
fn it_is_forgotten_when_anything_it_was_made_from_changes() {
    let changes: [(&str, &[u8]); 4] = [
        ("tree/f", b"one two\n"),
        ("tree/new", b"hello"),
        ("patchsets/mine/patchset.yaml", b"schema: 1\nid: mine\ntitle: t\n"),
        ("tree/Include/patchlevel.h", b"#define PY_VERSION \"2.5\"\n"),
    ];
    for (file, bytes) in changes {
        let place = Place::new();
        place.plan("p");
        assert!(place.recall("p").is_some());
        assert!(place.recall("another program").is_none());
        let path = place.directory.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        assert!(place.recall("p").is_none(), "{file}");
    }
}

#[test]
fn damage_is_as_if_nothing_were_remembered() {
    let place = Place::new();
    place.plan("p");
    for entry in fs::read_dir(place.directory.path().join("plans")).unwrap() {
        fs::write(entry.unwrap().path(), "{").unwrap();
    }
    assert!(place.recall("p").is_none());
}

#[test]
fn only_so_many_plans_are_kept() {
    let place = Place::new();
    let plans = place.directory.path().join("plans");
    fs::create_dir(&plans).unwrap();
    for i in 0..MOST + 5 {
        fs::write(plans.join(format!("{i}.json")), "").unwrap();
    }
    place.plan("p");
    assert_eq!(fs::read_dir(plans).unwrap().count(), MOST);
    assert!(place.recall("p").is_some());
}
