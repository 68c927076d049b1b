//! `why` on the real history of CPython: it names the commits that people found with `git log -S` and
//! `git log --diff-filter=D`. This needs a git repository with the release tags among PYPATCH_SOURCES.

use std::process::Command;

use pypatch::fetch::Located;

use crate::common::{self, pins};

/// Edits with anchors that no shipped edit has.
const PROBE: &str = "\
schema: 1
id: probe
title: Anchors whose history is known
edits:
  - id: configure
    why: configure.in became configure.ac.
    file: configure.in
    text.replace: {find: AC_SUBST(ARFLAGS), with: AC_SUBST(ARFLAGS) dnl}
  - id: suffix
    why: SO became SHLIB_SUFFIX.
    file: [configure.in, configure.ac]
    text.replace: {find: AC_MSG_RESULT($SO), with: AC_MSG_RESULT($SO) dnl}
  - id: loader
    why: The loader of modules changed its parameters, and then its name.
    file: Python/importdl.c
    text.replace: {find: _PyImport_GetDynLoadFunc, with: redstorm_GetDynLoadFunc, count: 2}
";

/// The edit, its part, the two releases, and the steps: the release and the first digits of the commit id.
type Known =
    (&'static str, Option<&'static str>, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const TRUTH: [Known; 14] = [
    // `all` became `build_all`.
    ("catamount-py2.5/no-sharedmods", None, "2.5", "2.7.18", &[("2.6", "aaad0d602bd")]),
    // The install targets became prerequisites of commoninstall.
    ("catamount-py2.5/no-sharedinstall", None, "2.5", "2.7.18", &[("2.7.9", "3f1d0b31218")]),
    (
        "catamount-py2.5/no-sharedinstall",
        None,
        "3.3.0",
        "3.6.4",
        // The first adds altmaninstall next to the word.
        &[("3.4.0", "a48b61f8f25"), ("3.4.0", "322f5ba0d8d")],
    ),
    // pgen moved to regen-grammar, and was removed later.
    (
        "catamount-py2.5/pgen-yod",
        None,
        "2.5",
        "2.7.18",
        &[
            ("2.7.2", "9828b56347f"),
            ("2.7.12", "e9ee3170628"),
            ("2.7.13", "bc82de084c4"),
            ("2.7.14", "8a19eb24c97"),
        ],
    ),
    ("catamount-py2.5/pgen-yod", None, "3.6.0", "3.6.4", &[("3.6.2", "9d02f562961")]),
    ("catamount-py2.5/pgen-yod", None, "3.6.4", "3.9.2", &[("3.8.0", "1f24a719e7b")]),
    // distutils was removed.
    ("catamount-py2.5/archive-extensions", None, "3.11.2", "3.13.5", &[("3.12.0", "0faa0ba240e")]),
    // Setup.dist became Setup.
    ("catamount-py2.5/static-modules", Some("array"), "3.6.4", "3.9.2", &[("3.8.0", "961d54c5c19")]),
    // Upstream links _weakref statically.
    ("catamount-py2.5/static-modules", Some("_weakref"), "2.5", "2.7.18", &[("2.7.1", "52c36051bde")]),
    // pyport.h no longer includes pyconfig.h: the anchor fits, but the edit has no effect.
    ("catamount-py2.5/undef-limits", None, "3.11.2", "3.13.5", &[("3.13.0", "45b9e6a61f4")]),
    // configure.in became configure.ac, on 2.7 and on 3.x.
    ("probe/configure", None, "2.7", "2.7.18", &[("2.7.4", "3cef2a931c0")]),
    ("probe/configure", None, "3.1", "3.1.5", &[("3.1.5", "0f4c16e29cd")]),
    (
        "probe/suffix",
        None,
        "3.2",
        "3.2.6",
        // The file's name, then SHLIB_SUFFIX.
        &[("3.2.4", "0f4c16e29cd"), ("3.2.4", "d5537d071cc")],
    ),
    // The parameters of the loader, and its name.
    (
        "probe/loader",
        None,
        "3.2",
        "3.6.4",
        &[("3.3.0", "42040fb6657"), ("3.3.0", "fefd70c40d1"), ("3.5.0", "d5cacbb1d9c")],
    ),
];

#[test]
fn why_names_the_commits_that_git_log_finds() {
    let mut skipped = Vec::new();
    let folder = tempfile::tempdir().unwrap();
    let probe = folder.path().join("patchsets/probe");
    std::fs::create_dir_all(&probe).unwrap();
    std::fs::write(probe.join("patchset.yaml"), PROBE).unwrap();
    for (edit, part, from, to, expected) in TRUTH {
        let in_git =
            |version: &str| matches!(pins::locate(&format!("python-{version}")), Some(Located::Git { .. }));
        if !in_git(from) || !in_git(to) {
            skipped.push(format!("{edit} from {from} to {to}"));
            continue;
        }
        let (from, to) = (format!("python-{from}"), format!("python-{to}"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_pypatch"));
        command.args(["why", edit, "--from", &from, "--to", &to, "--format", "json"]);
        command.args(part.map(|part| ["--part", part]).into_iter().flatten());
        let output = command.current_dir(folder.path()).output().unwrap();
        assert!(output.status.success(), "{edit}: {}", String::from_utf8_lossy(&output.stderr));
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let steps = report["steps"].as_array().unwrap();
        let found: Vec<(String, String)> = steps
            .iter()
            .map(|step| {
                let id = step["commit"]["id"].as_str().unwrap_or("no commit");
                (step["after"].as_str().unwrap().to_owned(), id.to_owned())
            })
            .collect();
        let fits = found.len() == expected.len()
            && found.iter().zip(expected).all(|((release, id), (version, start))| {
                *release == format!("python-{version}") && id.starts_with(start)
            });
        assert!(fits, "{edit} from {from} to {to}: {found:?}");
    }
    if let Some(first) = skipped.first() {
        let (count, all) = (skipped.len(), TRUTH.len());
        let why = format!("{count} of {all} cases have their releases in no git repository, such as {first}");
        common::skip("commits that `why` names", &format!("{why} (set PYPATCH_SOURCES)"));
    }
}
