//! `matrix` and `port`: the verdicts on a patchset for other versions, and the patchset that does the same there.

use std::fs;

use crate::common::TestEnvironment;
use insta::assert_snapshot;

const PATCHSET: &str = "\
schema: 1
id: gadget-py9.9
title: A gadget for 9.9
applies-to: \">=9.9, <10.0\"
edits:
  - id: run-gen
    why: The generator runs elsewhere.
    file: Makefile.pre.in
    makefile.prefix-command: {command: $(GEN), with: run}
  # The default target alone.
  - id: no-sharedmods
    why: There are none.
    file: Makefile.pre.in
    makefile.remove-prerequisite: {target: all, word: sharedmods}
  - id: static-modules
    why: >-
      No dynamic
      loading.
    file: [Modules/Setup.dist, Modules/Setup]
    setup.enable: {modules: [one, two, three]}
";

/// A tree of version 9.9 in `old`, one of 10.0 in `new`, and a patchset for the first.
pub(super) fn two_versions() -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("old/Include/patchlevel.h", "#define PY_VERSION \"9.9\"\n");
    env.write(
        "old/Makefile.pre.in",
        "all:\t$(PROG) oldsharedmods sharedmods docs\n\ntables: $(GEN)\n\t-$(GEN) tables.txt\n\n\
         sharedmods: $(PROG)\n\t./$(PROG) setup.x build\n",
    );
    env.write("old/Modules/Setup.dist", "#one one.c\n#two two.c\n#three three.c\n");
    env.write("new/Include/patchlevel.h", "#define PY_VERSION \"10.0\"\n");
    env.write(
        "new/Makefile.pre.in",
        "all:\tbuild_all\nbuild_all:\t$(PROG) sharedmods oldsharedmods docs\n\nsharedinst: sharedmods\n\n\
         sharedmods: $(PROG)\n\t./$(PROG) setup.x build\n",
    );
    env.write("new/Modules/Setup", "three three.c\n#one one.c\n#_two _two.c\n");
    // The evidence that the module was renamed: another one only has a similar name.
    env.write("new/Lib/two.py", "from _two import x\n");
    env.yaml("gadget-py9.9", PATCHSET);
    env
}

#[test]
fn a_matrix_has_a_row_per_part_and_a_column_per_version() {
    let env = two_versions();
    assert_snapshot!(env.run(&["matrix", "gadget-py9.9", "old", "new", "--base", "old"]), @r"
    gadget-py9.9, anchors compared with old

                          9.9       10.0
    run-gen               applies   obsolete
    no-sharedmods         applies   changed
    static-modules/one    applies   moved
    static-modules/two    applies   changed
    static-modules/three  applies   already

    10 cells on 2 sources: 1 already, 1 obsolete, 5 applies, 1 moved, 2 changed; 2 to be decided (`-v` lists the candidates)
    [exit 0]
    ");
    assert!(
        env.run(&["matrix", "gadget-py9.9", "new", "--base", "old", "--exit-code"]).ends_with("[exit 1]")
    );
    assert!(
        env.run(&["matrix", "gadget-py9.9", "old", "--base", "old", "--exit-code"]).ends_with("[exit 0]")
    );
}

/// A patchset on top of the gadget: one edit of a line that the gadget writes, one of a line that it writes nowhere on 10.0.
fn with_extra(env: &TestEnvironment) {
    env.edit("patchsets/gadget-py9.9/patchset.yaml", "edits:\n", "edits:\n  - id: new-text\n    why: It is shorter.\n    file: Lib/name\n    text.replace: {find: a long name, with: short}\n");
    env.write("old/Lib/name", "a long name\n");
    env.write("new/Lib/name", "a long name\n");
    env.yaml(
        "extra",
        "schema: 1\nid: extra\ntitle: More\nedits:\n  - id: shorter\n    why: It is shorter still.\n    file: Lib/name\n    \
         text.replace: {find: short, with: s}\n  - id: no-docs\n    why: None are read.\n    file: Makefile.pre.in\n    \
         text.replace: {find: $(PROG) oldsharedmods docs, with: $(PROG) oldsharedmods}\n",
    );
}

#[test]
fn a_matrix_of_several_patchsets_judges_each_on_the_result_of_those_before_it() {
    let env = two_versions();
    with_extra(&env);
    let arguments = ["matrix", "gadget-py9.9", "--then", "extra", "old", "new", "--base", "old"];
    assert_snapshot!(env.run(&arguments), @r"
    gadget-py9.9+extra, anchors compared with old

                                        9.9       10.0
    gadget-py9.9: new-text              applies   applies
    gadget-py9.9: run-gen               applies   obsolete
    gadget-py9.9: no-sharedmods         applies   changed
    gadget-py9.9: static-modules/one    applies   moved
    gadget-py9.9: static-modules/two    applies   changed
    gadget-py9.9: static-modules/three  applies   already
    extra: shorter                      applies   applies
    extra: no-docs                      applies   changed

    16 cells on 2 sources: 1 already, 1 obsolete, 10 applies, 1 moved, 3 changed; 3 to be decided (`-v` lists the candidates)
    [exit 0]
    ");
    let json = env.stdout(&[&arguments[..], &["--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["patchset"], "gadget-py9.9+extra");
    assert_eq!(json["cells"][0]["patchset"], "gadget-py9.9");
    // By itself it fits neither tree.
    let alone = env.run(&["matrix", "extra", "old", "--base", "old"]);
    assert!(alone.contains("\nshorter  lost\nno-docs  changed\n"), "{alone}");
    // A patchset in the place of a source is not taken for one.
    assert_snapshot!(env.run(&["matrix", "gadget-py9.9", "extra", "old"]), @"
    ------- stderr -------
    error: `extra` is a patchset, and what follows the first one is a source
      help: write --then extra
    [exit 2]
    ");
    let output = env.run(&["matrix", "extra", "--then", "gadget-py9.9", "old", "--base", "old"]);
    assert!(output.contains("error: `extra` does not fit old\n") && output.ends_with("[exit 3]"), "{output}");
}

#[test]
fn a_cell_names_its_candidates_and_their_reasons() {
    let env = two_versions();
    let json = env.stdout(&["matrix", "gadget-py9.9", "old", "new", "--base", "old", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let cell = |edit: &str, part: Option<&str>| {
        let cells = json["cells"].as_array().unwrap();
        let is_it = |cell: &&serde_json::Value| {
            cell["edit"] == edit && cell["part"].as_str() == part && cell["version"] == "10.0"
        };
        cells.iter().find(is_it).unwrap().clone()
    };
    let first = &cell("no-sharedmods", None)["candidates"][0];
    assert_eq!((&first["file"], &first["line"]), (&"Makefile.pre.in".into(), &2.into()), "{first}");
    assert_eq!(first["can_be_taken"], true);
    let two = cell("static-modules", Some("two"));
    assert_eq!(two["candidates"][0]["why"], "Lib/two.py imports `_two`");
    // The last column that has it and the first that does not.
    let reason = cell("run-gen", None)["reason"].as_str().unwrap().to_owned();
    assert!(reason.starts_with("gone since 10.0 (still there in 9.9)"), "{reason}");
}

#[test]
fn a_similar_module_name_alone_is_not_a_candidate() {
    let env = two_versions();
    fs::remove_file(env.path("new/Lib/two.py")).unwrap();
    let output = env.run(&["matrix", "gadget-py9.9", "new", "--base", "old"]);
    assert!(output.contains("static-modules/two    obsolete\n"), "{output}");
}

#[test]
fn the_html_page_escapes_its_text() {
    let env = two_versions();
    env.edit("new/Makefile.pre.in", "sharedinst:", "<b>inst:");
    let page = env.stdout(&["matrix", "gadget-py9.9", "new", "--base", "old", "--format", "html"]);
    assert!(page.starts_with("<!doctype html>") && !page.contains("<b>inst"), "{page}");
    assert!(page.contains(r"\u003cb>inst") && page.contains("to be decided"), "{page}");
    // It needs no other file and no network.
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains(" src="), "{page}");
}

#[test]
fn an_unreadable_source_does_not_hide_the_other_columns() {
    let env = two_versions();
    env.write("broken.tar.gz", "no archive");
    let output = env.run(&["matrix", "gadget-py9.9", "old", "broken.tar.gz", "--base", "old"]);
    assert!(
        output.contains("\nbroken.tar.gz: ") && output.contains("run-gen               applies"),
        "{output}"
    );
    assert!(output.ends_with("[exit 4]"), "{output}");
}

#[test]
fn nothing_is_written_while_a_row_is_undecided() {
    let env = two_versions();
    assert_snapshot!(env.run(&["port", "gadget-py9.9", "--to", "new", "--base", "old"]), @r"
    gadget-py9.9 to new
      dropped  run-gen               the command `$(GEN)` in the recipes was not found, and no line is like the old one
      open     no-sharedmods         changed
                 `all` exists, but `sharedmods` is not among its prerequisites
                 1. Makefile.pre.in:2  build_all:	$(PROG) sharedmods oldsharedmods docs
                    `sharedmods` is now a prerequisite of `build_all`, whose prerequisites are nearly those of the old rule
                 2. Makefile.pre.in:4  sharedinst: sharedmods
                    `sharedmods` is now a prerequisite of `sharedinst`
      open     static-modules/two    changed
                 no line of a Setup file builds the module `two`
                 1. Modules/Setup:3  #_two _two.c
                    Lib/two.py imports `_two`
      dropped  static-modules/three  Modules/Setup links it statically
      1 of 5 stay as they are
    ------- stderr -------
    error: 2 rows to be decided
      nothing was written
      help: give --accept no-sharedmods=N or --drop no-sharedmods=WHY for each row, or a file of --decisions
    [exit 3]
    ");
    assert_eq!(fs::read_dir(env.path("patchsets")).unwrap().count(), 1);
}

#[test]
fn accepted_candidates_are_written_with_their_comments() {
    let env = two_versions();
    env.write("decided.yaml", "accept:\n  no-sharedmods: 1\n  static-modules/two: 1\n");
    let arguments = ["port", "gadget-py9.9", "--to", "new", "--base", "old", "--id", "gadget-py10.0"];
    let output = env.run(&[&arguments[..], &["--decisions", "decided.yaml"]].concat());
    assert!(output.contains("2 edits: 2 change; 2 files\n") && output.ends_with("[exit 0]"), "{output}");
    let yaml = fs::read_to_string(env.path("patchsets/gadget-py10.0/patchset.yaml")).unwrap();
    assert_snapshot!(yaml, @r#"
    schema: 1
    id: gadget-py10.0
    title: A gadget for 9.9 (CPython 10.0)
    extends: gadget-py9.9
    applies-to: ">=10.0, <10.1"

    drop:
      run-gen: >-
        the command `$(GEN)` in the recipes was not found, and no line is like the old
        one

    edits:
      # The default target alone.
      - id: no-sharedmods
        why: There are none.
        file: Makefile.pre.in
        makefile.remove-prerequisite: {target: build_all, word: sharedmods}

      - id: static-modules
        why: >-
          No dynamic
          loading.
        file: [Modules/Setup.dist, Modules/Setup]
        setup.enable: {modules: [one, {name: two, aliases: [_two]}]}
    "#);
    let diff = env.stdout(&["diff", "gadget-py10.0", "new"]);
    assert!(
        diff.contains("+build_all:\t$(PROG) oldsharedmods docs\n") && diff.contains("+_two _two.c\n"),
        "{diff}"
    );
    // A second port is refused because the id is in use; a port back to 9.9 names the original patchset.
    let again = env.run(&[&arguments[..], &["--decisions", "decided.yaml"]].concat());
    assert!(again.contains("error: patchsets/gadget-py10.0 exists"), "{again}");
    assert_snapshot!(env.run(&["port", "gadget-py10.0", "--to", "old"]), @r"
    gadget-py9.9 is written for CPython 9.9: there is nothing to port
    [exit 0]
    ");
}

#[test]
fn a_dry_run_prints_the_patchset_and_writes_nothing() {
    let env = two_versions();
    let output = env.run(&[
        "port",
        "gadget-py9.9",
        "--to",
        "new",
        "--base",
        "old",
        "-n",
        "--accept",
        "no-sharedmods=1",
        "--drop",
        "static-modules/two=It is not needed.",
    ]);
    assert!(
        output.contains("    setup.enable: {modules: [one]}\n") && output.ends_with("[exit 0]"),
        "{output}"
    );
    assert_eq!(fs::read_dir(env.path("patchsets")).unwrap().count(), 1);
}

#[test]
fn a_decision_about_an_unknown_row_is_an_error() {
    let env = two_versions();
    let port =
        |more: &[&str]| env.run(&[&["port", "gadget-py9.9", "--to", "new", "--base", "old"], more].concat());
    assert_snapshot!(port(&["--accept", "run-gen=1"]), @r"
    ------- stderr -------
    error: this port has no open row `run-gen`
      to be decided: no-sharedmods
      to be decided: static-modules/two
    [exit 2]
    ");
    assert!(port(&["--accept", "no-sharedmods=3"]).contains("has no candidate 3, only 2"));
    assert!(port(&["--accept", "no-sharedmods=x"]).contains("`x` is not the number of a candidate"));
    assert!(port(&["--accept", "no-sharedmods"]).ends_with("[exit 2]"));
    assert_eq!(fs::read_dir(env.path("patchsets")).unwrap().count(), 1);
}

#[test]
fn an_invalid_or_used_id_is_refused_before_anything_is_written() {
    let env = two_versions();
    env.write("victim/patchset.yaml", "mine\n");
    let victim = env.path("victim").display().to_string();
    for id in [victim.as_str(), "../escaped", "Bad Id", "gadget-py9.9", "catamount-py2.7"] {
        let output = env.run(&[
            "port",
            "gadget-py9.9",
            "--to",
            "new",
            "--base",
            "old",
            "--id",
            id,
            "--accept",
            "no-sharedmods=1",
            "--accept",
            "static-modules/two=1",
        ]);
        assert!(output.contains("nothing was written") && output.ends_with("[exit 2]"), "{id}: {output}");
    }
    assert_eq!(fs::read_to_string(env.path("victim/patchset.yaml")).unwrap(), "mine\n");
    assert_eq!(fs::read_dir(env.path("patchsets")).unwrap().count(), 1);
}

#[test]
fn other_keys_of_an_edit_are_carried_over() {
    let env = two_versions();
    let head = "    upstream: \"an issue\"\n    author: A B <a@b.org>\n    date: 2025-07-01\n    requires:\n      - {file: Makefile.pre.in, contains: sharedmods, why: It is there.}\n";
    let need = "    needed-while: {file: Makefile.pre.in, contains: oldsharedmods, why: So it is.}\n";
    env.edit(
        "patchsets/gadget-py9.9/patchset.yaml",
        "    why: There are none.\n",
        &format!("    why: There are none.\n{head}"),
    );
    env.edit(
        "patchsets/gadget-py9.9/patchset.yaml",
        "    makefile.remove-prerequisite",
        &format!("{need}    makefile.remove-prerequisite"),
    );
    env.stdout(&[
        "port",
        "gadget-py9.9",
        "--to",
        "new",
        "--base",
        "old",
        "--id",
        "gadget-py10.0",
        "--accept",
        "no-sharedmods=1",
        "--accept",
        "static-modules/two=1",
    ]);
    let yaml = fs::read_to_string(env.path("patchsets/gadget-py10.0/patchset.yaml")).unwrap();
    assert!(
        yaml.contains(head)
            && yaml.contains("needed-while: {file: Makefile.pre.in, contains: oldsharedmods,"),
        "{yaml}"
    );
}

#[test]
fn a_patchset_that_does_not_load_again_is_not_written() {
    let env = two_versions();
    // The id is not the first key, so the lines of the edit are not recognized.
    env.edit(
        "patchsets/gadget-py9.9/patchset.yaml",
        "  - id: no-sharedmods\n    why: There are none.\n",
        "  - why: There are none.\n    id: no-sharedmods\n    upstream: an issue\n",
    );
    let output = env.run(&[
        "port",
        "gadget-py9.9",
        "--to",
        "new",
        "--base",
        "old",
        "--id",
        "gadget-py10.0",
        "--accept",
        "no-sharedmods=1",
        "--accept",
        "static-modules/two=1",
    ]);
    assert!(
        output.contains("would not be what was decided") && output.contains("edit: no-sharedmods"),
        "{output}"
    );
    assert!(output.ends_with("[exit 3]"), "{output}");
    assert_eq!(fs::read_dir(env.path("patchsets")).unwrap().count(), 1);
}

#[test]
fn a_row_cannot_be_accepted_and_dropped() {
    let env = two_versions();
    let output = env.run(&[
        "port",
        "gadget-py9.9",
        "--to",
        "new",
        "--base",
        "old",
        "--accept",
        "no-sharedmods=1",
        "--drop",
        "no-sharedmods=no",
    ]);
    assert!(output.contains("is both accepted and dropped") && output.ends_with("[exit 2]"), "{output}");
}

#[test]
fn two_changes_of_the_same_name_are_two_rows() {
    let env = two_versions();
    env.write("old/a.txt", "one\ntwo\n");
    env.write("new/a.txt", "one\n");
    env.yaml(
        "twice",
        "schema: 1\nid: twice\ntitle: Twice\napplies-to: \">=9.9, <10.0\"\nedits:\n  - id: a\n    why: w\n    changes:\n      \
         - {file: a.txt, text.replace: {find: one, with: 1}}\n      - {file: a.txt, text.replace: {find: two, with: 2}}\n"
            .replace("with: 1", "with: '1'")
            .replace("with: 2", "with: '2'"),
    );
    let output = env.run(&[
        "port",
        "twice",
        "--to",
        "new",
        "--base",
        "old",
        "--id",
        "twice-py10.0",
        "--drop",
        "a/a.txt:text.replace#2=It is gone.",
    ]);
    assert!(output.ends_with("[exit 0]"), "{output}");
    let diff = env.stdout(&["diff", "twice-py10.0", "new"]);
    assert!(diff.contains("-one\n+1\n"), "{diff}");
}

#[test]
fn an_edit_is_dropped_as_a_whole_by_its_name() {
    let env = two_versions();
    env.write("old/a.txt", "one\ntwo\n");
    env.write("new/a.txt", "one\n");
    env.patchset(
        "twice",
        "- id: a\n  why: w\n  changes:\n    - {file: a.txt, text.replace: {find: one, with: x}}\n    \
         - {file: a.txt, text.replace: {find: two, with: y}}",
    );
    let port =
        |drop: &str| env.stdout(&["port", "twice", "--to", "new", "--base", "old", "-n", "--drop", drop]);
    let whole = port("a=It is gone.");
    assert!(whole.contains("drop:\n  a: It is gone.\n") && !whole.contains("text.replace: "), "{whole}");
    let row = port("a/a.txt:text.replace#2=It is gone.");
    assert!(row.contains("text.replace: {find: one, with: x}") && !row.contains("drop:"), "{row}");
}

#[test]
fn a_directory_that_is_not_a_cpython_tree_is_reported() {
    let env = two_versions();
    env.write("other/README", "nothing\n");
    let output = env.run(&["matrix", "gadget-py9.9", "other", "--base", "old"]);
    assert!(output.contains("other: not a CPython source tree") && output.ends_with("[exit 4]"), "{output}");
}

#[test]
fn several_patchsets_are_ported_each_on_top_of_the_ported_ones_before_it() {
    let env = two_versions();
    with_extra(&env);
    let arguments = ["port", "gadget-py9.9", "extra", "--to", "new", "--base", "old"];
    // Nothing is written before all of them are decided.
    let output = env.run(&[&arguments[..], &["--accept", "no-sharedmods=1"]].concat());
    assert!(output.contains("open     static-modules/two ") && output.ends_with("[exit 3]"), "{output}");
    let decided =
        [&arguments[..], &["--accept", "no-sharedmods=1", "--accept", "gadget-py9.9:static-modules/two=1"]]
            .concat();
    let json = env.stdout(&[&decided[..], &["-n", "--format", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let patchsets = json["ports"].as_array().unwrap().iter().map(|one| one["patchset"].clone());
    assert_eq!(patchsets.collect::<Vec<_>>(), ["gadget-py9.9", "extra"]);
    assert!(!env.path("patchsets/gadget-py9.9-py10.0").exists());
    assert_snapshot!(env.run(&decided), @"
    gadget-py9.9 to new
      dropped  run-gen               the command `$(GEN)` in the recipes was not found, and no line is like the old one
      taken    no-sharedmods         1. `sharedmods` is now a prerequisite of `build_all`, whose prerequisites are nearly those of the old rule
      taken    static-modules/two    1. Lib/two.py imports `_two`
      dropped  static-modules/three  Modules/Setup links it statically
      2 of 6 stay as they are
    wrote patchsets/gadget-py9.9-py10.0/patchset.yaml
    gadget-py9.9-py10.0 on new (CPython 10.0)
      change    new-text        Lib/name:1
      change    no-sharedmods   Makefile.pre.in:2
      change    static-modules  Modules/Setup:2,3
    3 edits: 3 change; 3 files
    extra to new
      2 of 2 stay as they are
    wrote patchsets/extra-py10.0/patchset.yaml
    extra-py10.0 on new (CPython 10.0)
      change    shorter  Lib/name:1
      change    no-docs  Makefile.pre.in:2
    2 edits: 2 change; 2 files
    [exit 0]
    ");
    env.stdout(&["export", "gadget-py9.9-py10.0", "extra-py10.0", "new", "--as", "tree", "-o", "ported"]);
    let read = |name: &str| fs::read_to_string(env.path(format!("ported/{name}"))).unwrap();
    assert_eq!(read("Lib/name"), "s\n");
    assert!(read("Makefile.pre.in").contains("build_all:\t$(PROG) oldsharedmods\n"));
    // A row names its patchset where it is not clear which one has it.
    let output = env.run(&[&arguments[..], &["--accept", "shortest=1"]].concat());
    assert!(output.contains("none of the patchsets has a row `shortest`"), "{output}");
    let output = env.run(&[&arguments[..], &["--id", "mine"]].concat());
    assert!(output.contains("--id names one new patchset") && output.ends_with("[exit 2]"), "{output}");
}
