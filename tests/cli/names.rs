//! How pins, patchsets and edits are named: versions, series, patterns and ranges; arguments in the other order; near names.

use crate::common::TestEnvironment;
use crate::common::release::pinned;
use insta::assert_snapshot;

#[test]
fn a_pin_is_named_by_its_version_its_series_a_pattern_or_a_range() {
    let env = pinned();
    let plan = env.stdout(&["plan", "gadget", "python-9.9"]);
    for name in ["9.9.0", "9.9", "9.9*", "python-9.[89]", ">=9.8, <10.0", "==9.9"] {
        assert_eq!(env.stdout(&["plan", "gadget", name]), plan, "{name}");
    }
    // What is not plain is said.
    let said = |name| {
        let output = env.run(&["plan", "gadget", name]);
        output.split_once("------- stderr -------\n").map_or(String::new(), |(_, said)| said.to_owned())
    };
    assert_snapshot!(said("9.9"), @r"
    note: `9.9` is python-9.9, the newest release of the series
    [exit 0]
    ");
    assert_snapshot!(said("9.9*"), @r"
    note: `9.9*` is python-9.9
    [exit 0]
    ");
    assert_eq!(said("9.9.0"), "");
}

#[test]
fn of_a_series_the_newest_release_is_taken_and_the_others_are_listed() {
    let env = TestEnvironment::new();
    let output = env.run(&["fetch", "--offline", "2.5"]);
    assert!(output.contains("no source found for `python-2.5.6`"), "{output}");
    assert_snapshot!(env.run(&["--offline", "plan", "catamount-py2.5", "2.5"]), @r"
    ------- stderr -------
    note: `2.5` is python-2.5.6, the newest release of the series; the release 2.5 is `python-2.5`
    error: no source found for `python-2.5.6`
      --offline: neither upstream nor a distribution was asked
      help: set PYPATCH_SOURCES to a directory that contains the tarball, or to a git repository that has the tag
    [exit 4]
    ");
    assert_snapshot!(env.run(&["pins", "3.0"]), @r"
    python-3.0        tree only                 not available
    python-3.0.1      Python-3.0.1.tgz          not available
    [exit 0]
    ");
    assert_snapshot!(env.run(&["pins", ">=3.0, <3.1"]), @r"
    python-3.0        tree only                 not available
    python-3.0.1      Python-3.0.1.tgz          not available
    [exit 0]
    ");
    assert_snapshot!(env.run(&["pins", "python-3.0*"]), @r"
    python-3.0        tree only                 not available
    python-3.0.1      Python-3.0.1.tgz          not available
    [exit 0]
    ");
}

#[test]
fn one_pin_is_not_taken_of_several() {
    let env = TestEnvironment::new();
    assert_snapshot!(env.run(&["plan", "catamount-py2.7", "2.7.*"]), @r"
    ------- stderr -------
    error: `2.7.*` names 18 pins, and one is taken here
      one: python-2.7.18
      one: python-2.7.17
      one: python-2.7.16
      and 15 more
      help: name one of them; run `pypatch pins '2.7.*'` for all
    [exit 2]
    ");
    assert_snapshot!(env.run(&["plan", "catamount-py2.7", ">=3.0, <3.1"]), @r"
    ------- stderr -------
    error: `>=3.0, <3.1` names 2 pins, and one is taken here
      one: python-3.0.1
      one: python-3.0
      help: name one of them; run `pypatch pins '>=3.0, <3.1'` for all
    [exit 2]
    ");
    assert_snapshot!(env.run(&["plan", "catamount-py2.7", ">=9.0"]), @r"
    ------- stderr -------
    error: no file, directory or pin matches `>=9.0`
      help: a source is a directory, a tarball, a pin such as python-2.5 or 2.7.18, or git:REPO@REV
    [exit 4]
    ");
    assert_snapshot!(env.run(&["plan", "catamount-py2.7", "=>3.1"]), @r"
    ------- stderr -------
    error: invalid version range `=>3.1` (example: `>=2.5, <2.6`): `=>` is not an operator
    [exit 2]
    ");
    assert_snapshot!(env.run(&["pins", "3.[1"]), @r"
    ------- stderr -------
    error: invalid pattern `3.[1`: invalid range pattern
    [exit 2]
    ");
    assert_snapshot!(env.run(&["pins", "4.*"]), @r"
    ------- stderr -------
    error: no pin matches `4.*`
      help: run `pypatch pins` for all pins
    [exit 4]
    ");
}

#[test]
fn where_several_pins_are_taken_a_pattern_names_all_of_them() {
    let env = pinned();
    let one = env.run(&["matrix", "gadget", "python-9.9"]);
    assert!(one.ends_with("[exit 0]"), "{one}");
    assert_eq!(env.run(&["matrix", "gadget", "9.*"]), one);
    // Those that are not available are left out with --all, and a series narrows it.
    assert_eq!(env.run(&["matrix", "gadget", "--all", "9.9"]), one);
    assert_eq!(env.run(&["matrix", "gadget", "--all", ">=9.0"]), one);
    let tags = env.run(&["matrix", "gadget", "--all", "git:sources/gadget.git", "9.?"]);
    assert_eq!(tags, one);
    assert_snapshot!(env.run(&["matrix", "gadget", "--all", "2.7"]), @r"
    ------- stderr -------
    19 pinned releases are not available, and left out
    error: no release of these is available
      help: set PYPATCH_SOURCES to a git repository with release tags, or run `pypatch fetch`
    [exit 4]
    ");
    assert_snapshot!(env.run(&["matrix", "gadget", "--all", "9.8"]), @r"
    ------- stderr -------
    error: unknown pin `9.8`
      near: python-9.9
      near: python-3.9.8
      help: run `pypatch pins` for all pins
    [exit 4]
    ");
    let fetched = env.run(&["fetch", "python-9.9"]);
    assert_eq!(env.run(&["fetch", "9.*", "9.9"]), fetched);
}

#[test]
fn snapshots_are_selected_by_version_and_range() {
    let env = pinned();
    env.stdout(&["snapshot", "accept", "gadget", "--pin", "9.*"]);
    for pin in ["python-9.9", "9.9", "9.9.0", ">=9.0"] {
        let output = env.run(&["snapshot", "check", "gadget", "--pin", pin]);
        assert!(output.starts_with("gadget on python-9.9: as accepted"), "{output}");
    }
    assert!(env.run(&["snapshot", "check", "gadget", "--pin", "9.8"]).contains("has the pin `9.8`"));
    assert!(env.run(&["snapshot", "diff", "gadget/9.9", "9.9.0"]).ends_with("[exit 0]"));
}

#[test]
fn a_source_before_the_patchset_is_noticed() {
    let env = pinned();
    assert_snapshot!(env.run(&["plan", "python-9.9", "gadget"]), @r"
    ------- stderr -------
    error: `gadget` is a patchset, and `python-9.9` a source: the patchset comes first
      help: write `pypatch plan gadget python-9.9`
    [exit 2]
    ");
    assert_snapshot!(env.run(&["diff", "--stat", ">=9.0", "gadget"]), @r"
    ------- stderr -------
    error: `gadget` is a patchset, and `>=9.0` a source: the patchset comes first
      help: write `pypatch diff --stat gadget '>=9.0'`
    [exit 2]
    ");
    let help = |arguments: &[&str]| {
        let output = env.run(arguments);
        output.lines().find(|line| line.starts_with("  help: ")).unwrap_or_default().to_owned()
    };
    assert_snapshot!(help(&["apply", "tree", "gadget", "-n"]), @"  help: write `pypatch apply gadget tree -n`");
    assert_snapshot!(help(&["export", "9.9", "gadget", "./patchsets/gadget", "-o", "it's.diff"]), @"  help: write `pypatch export gadget ./patchsets/gadget 9.9 -o 'it'\\''s.diff'`");
    assert_snapshot!(help(&["matrix", "9.9", "gadget"]), @"  help: write `pypatch matrix gadget 9.9`");
    assert_snapshot!(help(&["build", "tree", "gadget", "--print"]), @"  help: write `pypatch build gadget tree --print`");
    assert_snapshot!(help(&["show", "run-gen", "gadget"]), @"  help: write `pypatch show gadget run-gen`");
    assert_snapshot!(help(&["why", "run-gen", "gadget", "--from", "9.9", "--to", "9.9"]), @"  help: write `pypatch why gadget run-gen --from 9.9 --to 9.9`");
}

#[test]
fn a_wrong_source_lists_what_is_near() {
    let env = pinned();
    assert_snapshot!(env.run(&["plan", "catamount-py2.7", "python-2.7.81"]), @r"
    ------- stderr -------
    error: no file, directory or pin `python-2.7.81`
      near: python-2.7.18
      near: python-2.7.11
      near: python-2.7.8
      help: a source is a directory, a tarball, a pin such as python-2.5 or 2.7.18, or git:REPO@REV
    [exit 4]
    ");
    assert_snapshot!(env.run(&["plan", "gadget", "tere"]), @r"
    ------- stderr -------
    error: no file, directory or pin `tere`
      near: tree
      help: a source is a directory, a tarball, a pin such as python-2.5 or 2.7.18, or git:REPO@REV
    [exit 4]
    ");
    assert_snapshot!(env.run(&["plan", "gadget", "./Pyhton-9.9.tgz"]), @r"
    ------- stderr -------
    error: no file or directory `./Pyhton-9.9.tgz`
      near: ./Python-9.9.tgz
      help: a source is a directory, a tarball, a pin such as python-2.5 or 2.7.18, or git:REPO@REV
    [exit 4]
    ");
}

#[test]
fn a_folder_or_source_that_does_not_exist_is_an_error() {
    let mut env = pinned();
    assert_snapshot!(env.run(&["list", "--patchsets", "patchset"]), @r"
    ------- stderr -------
    error: --patchsets: patchset does not exist
      near: patchsets
      help: name a folder that has a folder for each patchset
    [exit 2]
    ");
    assert_snapshot!(env.run(&["pins", "--pins-dir", "patchsets/gadget/patchset.yaml"]), @r"
    ------- stderr -------
    error: --pins-dir: patchsets/gadget/patchset.yaml is not a directory
      help: name a folder that has files such as 2.7.yaml
    [exit 2]
    ");
    env.set("PYPATCH_SOURCES", format!("{0}/sources:{0}/source/gadget.git", env.path("").display()));
    assert_snapshot!(env.run(&["plan", "gadget", "9.9"]), @r"
    ------- stderr -------
    error: PYPATCH_SOURCES: $WORK//source/gadget.git does not exist
      help: correct or unset PYPATCH_SOURCES, a list of directories with tarballs, tarballs, and git repositories, with `:` between them
    [exit 2]
    ");
}

#[test]
fn a_wrong_edit_has_the_same_answer_everywhere() {
    let env = pinned();
    let answer = env.run(&["show", "gadget", "run-gne"]);
    assert_snapshot!(answer, @r"
    ------- stderr -------
    error: `gadget` has no edit `run-gne`
      near: run-gen
      help: run `pypatch show gadget` for a list
    [exit 2]
    ");
    for arguments in [
        &["diff", "gadget", "tree", "--edit", "run-gne"][..],
        &["plan", "gadget", "tree", "--edit", "run-gne"],
        &["why", "gadget", "run-gne", "--from", "9.9", "--to", "9.9"],
        &["why", "gadget/run-gne", "--from", "9.9", "--to", "9.9"],
    ] {
        assert_eq!(env.run(arguments), answer, "{arguments:?}");
    }
    env.stdout(&["snapshot", "accept", "gadget"]);
    let of_snapshots = env.run(&["snapshot", "diff", "gadget", "gadget", "--edit", "run-gne"]);
    assert_eq!(of_snapshots, answer.replace("`gadget` has no edit", "neither snapshot has an edit"));
}

#[test]
fn a_path_without_a_patchset_says_what_is_there() {
    let env = pinned();
    assert_snapshot!(env.run(&["check", "."]), @r"
    ------- stderr -------
    error: `.` is a directory without a patchset.yaml
      help: name the folder of a patchset.yaml; `pypatch new` makes one
    [exit 2]
    ");
    assert_snapshot!(env.run(&["show", "patchsets"]), @r"
    ------- stderr -------
    error: `patchsets` is a directory without a patchset.yaml
      patchset: patchsets/gadget
      help: name one of these
    [exit 2]
    ");
    assert_snapshot!(env.run(&["plan", "./patchset", "9.9"]), @r"
    ------- stderr -------
    error: no file or directory `./patchset`
      near: ./patchsets
      help: name a folder with a patchset.yaml, or a patchset of `pypatch list`
    [exit 2]
    ");
    assert_snapshot!(env.run(&["show", "./tree/Misc/NEWS"]), @r"
    ------- stderr -------
    error: `./tree/Misc/NEWS` is not the patchset.yaml of a patchset
      help: name a folder with a patchset.yaml, or a patchset of `pypatch list`
    [exit 2]
    ");
    let inside = |arguments: &[&str]| {
        let mut command = env.command(arguments);
        env.transcript(&command.current_dir(env.path("patchsets/gadget")).output().unwrap())
    };
    assert_snapshot!(inside(&["check", "."]), @r"
    gadget: 7 edits, no errors
    [exit 0]
    ");
    assert_snapshot!(inside(&["show", "patchset.yaml"]), @r"
    ------- stderr -------
    error: no patchset named `patchset.yaml`
      help: write ./patchset.yaml for the path
    [exit 2]
    ");
    let plan = env.run(&["plan", "gadget", "9.9"]);
    assert_eq!(inside(&["plan", ".", "9.9"]), plan);
}

#[test]
fn an_edit_that_no_version_gets_is_named() {
    let env = TestEnvironment::new();
    let edit = |id, when| {
        format!(
            "  - {{id: {id}, why: w, when: '{when}', file: README, text.replace: {{find: x, with: y}}}}\n"
        )
    };
    let edits = ["<2.6", ">=2.7.4", "<2.7.1, >=2.6", ">=2.8"].iter().enumerate();
    let edits: String = edits.map(|(at, when)| edit(format!("e{at}"), when)).collect();
    env.yaml("mine", format!("schema: 1\nid: mine\ntitle: t\napplies-to: '>=2.7, <2.8'\nedits:\n{edits}"));
    assert_snapshot!(env.run(&["check", "mine"]), @r"
    mine: 4 edits, no errors
    ------- stderr -------
    warning: edit `e0` is never made: its versions are outside `applies-to: >=2.7, <2.8` (mine/patchset.yaml:6:5)
    warning: edit `e3` is never made: its versions are outside `applies-to: >=2.7, <2.8` (mine/patchset.yaml:9:5)
    [exit 0]
    ");
    // Those that are inherited are for other versions.
    env.yaml("next", "schema: 1\nid: next\nextends: mine\ntitle: t\napplies-to: '>=3.0'\nedits: []\n");
    assert_snapshot!(env.run(&["check", "next"]), @r"
    next: 4 edits, no errors
    [exit 0]
    ");
}
