//! catamount-py2.5, ported to 2.6 and 2.7.18 with accepted candidates, gives the same files as the shipped family, byte
//! for byte, except those that are listed here with the reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use pypatch::patchset::{Catalog, Edit, Patchset};
use pypatch::plan::{Baseline, plan};
use pypatch::port::{Decisions, Head, Searched, decide, judge, ported, ported_build, write};
use pypatch::tree::{File, Tree};

use crate::common::pins;

fn shipped(id: &str) -> Patchset {
    Catalog::default().load(id).unwrap()
}

/// The patchset that `port` writes, loaded again.
fn port(to: &str, tree: &dyn Tree, base: &dyn Tree, decisions: &Decisions) -> Patchset {
    let old = shipped("catamount-py2.5");
    let baseline = Baseline::read(&old, base).unwrap();
    let cells = judge(&old, Some(&baseline), Some(base), tree, &Searched::default()).unwrap();
    let decided = decide(&cells, decisions).unwrap();
    let head = Head {
        id: "ported".to_owned(),
        title: "Ported".to_owned(),
        applies_to: format!("=={to}"),
        pin: None,
    };
    let text_of = |edit: &Edit| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("patchsets").join(&edit.patchset);
        fs::read_to_string(path.join("patchset.yaml")).ok()
    };
    let build = ported_build(&old.build, &decided);
    let written = write(&head, &old, &ported(&old, &decided), &build, &text_of);
    let place = tempfile::tempdir().unwrap();
    for (name, bytes) in &written.files {
        let path = place.path().join("ported/files").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    fs::create_dir_all(place.path().join("ported")).unwrap();
    fs::write(place.path().join("ported/patchset.yaml"), &written.yaml).unwrap();
    Catalog::default()
        .with_first(place.path().to_owned())
        .load("ported")
        .unwrap_or_else(|error| panic!("{error}\n{}", written.yaml))
}

/// Each changed file after the patchset.
fn files(patchset: &Patchset, tree: &dyn Tree) -> BTreeMap<String, Option<File>> {
    let plan = plan(patchset, tree).unwrap();
    assert!(plan.fits(), "{} does not fit", patchset.id);
    plan.changes.into_iter().map(|change| (change.path.to_string(), change.after)).collect()
}

/// Ports to `pin` and compares the result with `member`: only the `explained` files differ.
fn equals_member(pin: &str, member: &str, decisions: &str, explained: &[(&str, &str)]) {
    let test = format!("port of catamount-py2.5 to {pin}");
    let Some([base, tree]) = pins::need(&test, ["python-2.5", pin]) else { return };
    let decisions: Decisions = serde_yaml::from_str(decisions).unwrap();
    let new = port(pin.strip_prefix("python-").unwrap(), tree.as_ref(), base.as_ref(), &decisions);
    let (ours, theirs) = (files(&new, tree.as_ref()), files(&shipped(member), tree.as_ref()));
    let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    let same = names.iter().filter(|name| ours.get(**name) == theirs.get(**name)).count();
    let differing: Vec<&str> = names
        .iter()
        .filter(|name| ours.get(**name) != theirs.get(**name))
        .map(|name| name.as_str())
        .collect();
    let mut expected: Vec<&str> = explained.iter().map(|(file, _)| *file).collect();
    expected.sort_unstable();
    assert_eq!(differing, expected, "{same} files are the same");
    assert!(same >= 9, "{same}");
}

#[test]
fn a_port_to_2_6_equals_the_family_except_in_explained_files() {
    equals_member(
        "python-2.6",
        "catamount-py2.6",
        "accept:\n  no-sharedmods: 1\n  libinstall-yod: 1\n  static-modules/collections: 1\n  \
         'broadcast-import/import.c:NullImporter_init.stat': 1\n",
        &[
            ("Modules/Setup.dist", "_functools is new, and functools, which collections imports, needs it"),
            (
                "Modules/zipimport.c",
                "2.6 offers every script to zipimport first, which would open it on all ranks",
            ),
            ("Python/getmtime.c", "2.6 no longer calls that function"),
            ("Python/import.c", "what getmtime.c did; and the second stat is of Windows"),
        ],
    );
}

#[test]
fn a_port_to_2_7_18_equals_the_family_except_in_explained_files() {
    equals_member(
        "python-2.7.18",
        "catamount-py2.7",
        "accept:\n  configure-yod: 1\n  no-sharedmods: 1\n  libinstall-yod: 1\n  scriptsinstall-yod: 1\n  no-sharedinstall: 1\n  \
         static-modules/cmath: 1\n  static-modules/math: 1\n  static-modules/collections: 1\n  \
         'broadcast-import/import.c:find_module.stat': 1\n  \
         'broadcast-import/getmtime.c:PyOS_GetLastModificationTime.fstat': 1\ndrop:\n  pgen-yod: make does not run pgen\n  \
         platdir-yod: the rule names the interpreter\n  \
         'broadcast-import/import.c:NullImporter_init.stat': isdir serves both\n",
        &[
            (
                "Makefile.pre.in",
                "sharedmods is the only way to pybuilddir.txt; the interpreter is named in configure.ac instead",
            ),
            ("configure.ac", "one place for all rules that run the new interpreter"),
            ("Modules/Setup.dist", "_functools is new, and functools, which collections imports, needs it"),
            (
                "Modules/zipimport.c",
                "every script is offered to zipimport first, which would open it on all ranks",
            ),
            ("pyconfig.h.in", "HAVE_INITGROUPS is new"),
        ],
    );
}
