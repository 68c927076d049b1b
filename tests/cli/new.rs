//! `init`, `new`, `graph`: the beginning of a project, and its patchsets at a glance.

use std::fs;

use crate::common::TestEnvironment;
use crate::common::release::pinned;
use insta::assert_snapshot;

#[test]
fn a_project_is_made_and_nothing_in_it_replaced() {
    let env = TestEnvironment::new();
    assert_snapshot!(env.run(&["init", "project"]), @r"
    wrote project/pypatch.toml
    wrote project/patchsets/README
    wrote project/.gitattributes
    wrote project/.gitignore
    wrote project/.github/workflows/pypatch.yml
    wrote project/patchsets/patchset.schema.json
    ------- stderr -------
    write where pypatch's repository is on GitHub in the place of `OWNER/pypatch` in project/.github/workflows/pypatch.yml
    next: `pypatch new ID --base SOURCE`, or `pypatch import PATCHES --base SOURCE`
    [exit 0]
    ");
    env.write("project/.gitattributes", "*.bin -text\n");
    let output = env.run(&["init", "project"]);
    assert!(output.contains("kept project/.gitattributes\n") && output.ends_with("[exit 0]"), "{output}");
    assert_eq!(fs::read_to_string(env.path("project/.gitattributes")).unwrap(), "*.bin -text\n");
    let schema = fs::read_to_string(env.path("project/patchsets/patchset.schema.json")).unwrap();
    let (written, printed): (serde_json::Value, serde_json::Value) =
        (serde_json::from_str(&schema).unwrap(), serde_json::from_str(&env.stdout(&["schema"])).unwrap());
    assert_eq!(written, printed);
    env.write("file", "");
    assert!(env.run(&["init", "file"]).ends_with("[exit 2]"));
}

#[test]
fn a_new_patchset_is_for_the_series_of_its_base() {
    let env = pinned();
    assert_snapshot!(env.run(&["new", "mine", "--base", "python-9.9"]), @r"
    wrote patchsets/mine/patchset.yaml
    ------- stderr -------
    next: write an edit (`pypatch explain` lists the operations), or change a tree by hand and run `pypatch record`; then `pypatch plan mine python-9.9`
    [exit 0]
    ");
    assert_snapshot!(fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap(), @r#"
    schema: 1
    id: mine
    title: "Changes of CPython 9.9"
    applies-to: ">=9.9, <9.10"
    pins: [python-9.9]
    # An edit has an id, the reason for it, a file, and what it does there. `pypatch explain` lists what can be done; this one would be
    #   - id: no-sharedmods
    #     why: The machine has no shared modules.
    #     file: Makefile.pre.in
    #     makefile.remove-prerequisite: {target: all, word: sharedmods}
    edits: []
    "#);
    assert!(env.run(&["check", "mine"]).ends_with("[exit 0]"));
    assert_snapshot!(env.run(&["new", "mine", "--base", "python-9.9"]), @r"
    ------- stderr -------
    error: patchsets/mine exists already
      nothing was written
      help: choose another id, or move the old one away
    [exit 2]
    ");
    assert_snapshot!(env.run(&["new", "Mine!", "--base", "python-9.9"]), @r"
    ------- stderr -------
    error: invalid patchset id `Mine!`
      nothing was written
      help: use at most 100 lowercase letters, digits, `.`, `_` and `-`
    [exit 2]
    ");
    // The schema is announced where `init` put it.
    env.stdout(&["init"]);
    let shown = env.run(&["new", "other", "--base", "tree", "--title", "Bob's: \"first\"", "-n"]);
    assert!(shown.starts_with("# yaml-language-server: $schema=../patchset.schema.json\n"), "{shown}");
    assert!(shown.contains("title: \"Bob's: \\\"first\\\"\"\n") && !shown.contains("pins"), "{shown}");
    assert!(!env.path("patchsets/other").exists());
}

#[test]
fn the_pins_of_patchsets_are_fetched() {
    let env = pinned();
    let one = env.run(&["fetch", "python-9.9"]);
    assert!(one.ends_with("[exit 0]"), "{one}");
    // Each once, in whichever way it is named.
    assert_eq!(env.run(&["fetch", "--patchset", "gad*"]), one);
    assert_eq!(env.run(&["fetch", "python-9.9", "--patchset", "gadget"]), one);
    assert!(env.run(&["fetch", "--patchset", "nothing"]).ends_with("[exit 2]"));
}

#[test]
fn edits_and_files_are_drawn() {
    let env = TestEnvironment::with_tree();
    assert_snapshot!(env.run(&["graph", "gadget"]), @r"
    gadget
      no-sharedmods   Makefile.pre.in
      run-gen         Makefile.pre.in
      static-modules  Modules/Setup.dist, Modules/Setup
      open-elsewhere  Modules/one.c
      loader          Modules/gadget/loader.c
      no-news         Misc/NEWS
      configure-runs  configure
    [exit 0]
    ");
    env.patchset(
        "two",
        "- {id: one, why: w, file: 'a \"b\" <c>', file.add: {content: x}}\n\
         - {id: two, why: w, depends-on: [one], file: 'a \"b\" <c>', text.replace: {find: x, with: y}}",
    );
    assert_snapshot!(env.run(&["graph", "two", "--format", "dot"]), @r#"
    digraph patchsets {
      rankdir=LR;
      node [shape=box];
      subgraph cluster_0 {
        label="two";
        e0 [label="one", style=bold];
        e1 [label="two", style=bold];
      }
      f0 [label="a \"b\" <c>"];
      e0 -> f0;
      e1 -> f0;
      e1 -> e0 [style=dashed];
    }
    [exit 0]
    "#);
    assert_snapshot!(env.run(&["graph", "two", "--format", "mermaid"]), @r#"
    flowchart LR
      subgraph g0 ["two"]
        e0["one"]
        e1["two"]
      end
      f0(["a #34;b#34; #60;c#62;"])
      e0 --> f0
      e1 --> f0
      e1 -.-> e0
    [exit 0]
    "#);
    assert_snapshot!(env.run(&["graph", "two", "--format", "json"]), @r#"
    {
      "patchsets": [
        {
          "edits": [
            {
              "depends_on": [],
              "edit": "one",
              "files": [
                "a \"b\" <c>"
              ]
            },
            {
              "depends_on": [
                "one"
              ],
              "edit": "two",
              "files": [
                "a \"b\" <c>"
              ]
            }
          ],
          "patchset": "two"
        }
      ],
      "schema": 1
    }
    [exit 0]
    "#);
}
