//! Values by version, named texts and alternatives, through every command that reads them.

use crate::common::TestEnvironment;

const PATCHSET: &str = "\
schema: 1
id: gadget
title: A gadget
applies-to: \">=9.8, <10.0\"
texts:
  note: {from: note.txt}
edits:
  - id: flags
    why: The compiler is another one.
    file: Makefile.pre.in
    makefile.set-variable: {name: OPT, value: {\"<9.9\": -O1, \">=9.9\": -O2}}
  - id: note
    why: People read it.
    file: README
    text.insert: {after: one, text: {text: note}}
";

/// Trees of 9.8, 9.9 and 10.0, and a patchset with values by version for them.
fn three_versions() -> TestEnvironment {
    let env = TestEnvironment::new();
    for version in ["9.8", "9.9", "10.0"] {
        env.write(&format!("{version}/Include/patchlevel.h"), format!("#define PY_VERSION \"{version}\"\n"));
        env.write(&format!("{version}/Makefile.pre.in"), "OPT=\t-g\nall:\n\ttrue\n");
        env.write(&format!("{version}/README"), "one\n");
    }
    env.yaml("gadget", PATCHSET);
    env.write("patchsets/gadget/files/note.txt", "\nnote");
    env
}

#[test]
fn each_version_has_its_own_value() {
    let env = three_versions();
    assert!(env.stdout(&["diff", "gadget", "9.8"]).contains("\n+OPT=\t-O1\n"));
    assert!(env.stdout(&["diff", "gadget", "9.9"]).contains("\n+OPT=\t-O2\n"));
    let shown = env.stdout(&["show", "gadget"]);
    let values =
        "    for <9.9\n      name: OPT\n      value: -O1\n    for >=9.9\n      name: OPT\n      value: -O2\n";
    assert!(shown.contains(values), "{shown}");
    let json: serde_json::Value =
        serde_json::from_str(&env.stdout(&["show", "gadget", "--format", "json"])).unwrap();
    assert_eq!(json["edits"][0]["changes"][0]["values_for"], serde_json::json!(["<9.9", ">=9.9"]));
}

#[test]
fn a_matrix_judges_each_version_with_its_value() {
    let env = three_versions();
    let matrix = env.run(&["matrix", "gadget", "9.8", "9.9", "10.0", "--base", "9.9"]);
    assert!(matrix.contains("9.8 - 10.0\nflags  applies\n"), "{matrix}");
    // Outside of all ranges the values are those of the release that the patchset was written for.
    env.edit("patchsets/gadget/patchset.yaml", ">=9.9\": -O2", "==9.9\": -O2");
    let matrix = env.run(&["matrix", "gadget", "9.8", "9.9", "10.0", "--base", "9.9"]);
    assert!(matrix.contains("9.8 - 10.0\nflags  applies\n"), "{matrix}");
}

#[test]
fn a_port_keeps_tables_and_named_texts() {
    let env = three_versions();
    std::fs::remove_file(env.path("10.0/README")).unwrap();
    let output = env.run(&["port", "gadget", "--to", "10.0", "--base", "9.9"]);
    assert!(output.contains("dropped  note") && output.contains("[exit 0]"), "{output}");
    assert!(env.stdout(&["diff", "gadget-py10.0", "10.0"]).contains("\n+OPT=\t-O2\n"));
    // An edit that changes keeps the other changes as they are written.
    let env = three_versions();
    let both = "    changes:\n      - file: README\n        text.insert: {after: one, text: {text: note}}\n      - file: a\n";
    env.edit(
        "patchsets/gadget/patchset.yaml",
        "    file: README\n    text.insert: {after: one, text: {text: note}}\n",
        &format!("{both}        makefile.prefix-command: {{command: $(GEN), with: run}}\n"),
    );
    for version in ["9.8", "9.9"] {
        env.write(&format!("{version}/a"), "t:\n\t$(GEN) x\n");
    }
    env.write("10.0/a", "t:\n\ttrue\n");
    let output = env.run(&["port", "gadget", "--to", "10.0", "--base", "9.9"]);
    assert!(output.contains("[exit 0]"), "{output}");
    let written = std::fs::read_to_string(env.path("patchsets/gadget-py10.0/patchset.yaml")).unwrap();
    assert!(written.contains("text: {text: note}"), "{written}");
    assert!(env.stdout(&["diff", "gadget-py10.0", "10.0"]).contains("\n+note\n"));
}

#[test]
fn named_texts_are_inherited() {
    let env = three_versions();
    env.yaml(
        "child",
        "schema: 1\nid: child\ntitle: A child\nextends: gadget\napplies-to: '>=9.8'\nedits:\n  - id: note\n    why: It is first.\n    file: README\n    text.insert: {before: one, text: {text: note}}\n",
    );
    assert!(env.stdout(&["diff", "child", "9.9"]).contains("\n+note"));
}

#[test]
fn check_finds_pins_without_a_value() {
    let env = three_versions();
    env.edit("patchsets/gadget/patchset.yaml", "applies-to: \">=9.8, <10.0\"\n", "pins: [python-2.5]\n");
    env.edit("patchsets/gadget/patchset.yaml", "\"<9.9\": -O1, ", "");
    let output = env.run(&["check", "gadget"]);
    assert!(
        output.contains(
            "error: edit `flags` has values for >=9.9, and none for python-2.5, one of `pins`\n --> patchsets/gadget/patchset.yaml:8:5\n"
        ),
        "{output}"
    );
    assert!(output.ends_with("[exit 2]"), "{output}");
}
