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

/// A class of version 3.8.1 in `old`, the same as `new` says in 3.9.1, and the edit `e` for the first.
fn loaders(new: &str, changes: &str) -> TestEnvironment {
    let env = TestEnvironment::new();
    for (tree, version, text) in [("old", "3.8.1", LOADER), ("new", "3.9.1", new)] {
        env.write(&format!("{tree}/Include/patchlevel.h"), format!("#define PY_VERSION \"{version}\"\n"));
        env.write(&format!("{tree}/Lib/load.py"), text);
    }
    let edit = format!("  - id: e\n    why: Only what is allowed is loaded.\n    changes:\n{changes}");
    env.yaml("mine", format!("schema: 1\nid: mine\ntitle: Mine\napplies-to: '>=3.8, <3.9'\nedits:\n{edit}"));
    env
}

const LOADER: &str = "\
import os


def report_path(path):
    print(path)


class Loader:
    def find(self, name):
        path = search(name)
        return path

    def close(self):
        report_path(self)
        self.file.close()
";

const PORT_LOADER: [&str; 8] = ["port", "mine", "--base", "old", "--to", "new", "--id", "mine-py3.9"];

#[test]
fn an_edit_that_is_upstream_in_another_form_is_dropped() {
    let new = LOADER
        .replace("import os\n", "import os\nimport sys\nfrom guard import allowed\n")
        .replace(
            "search(name)\n",
            "search(name, sys.path)\n        if not allowed(path):\n            raise LoadError(path)\n",
        )
        .replace("return path\n", "return self.kept(path)\n");
    let changes = "      \
        - file: Lib/load.py\n        python.insert: {after: import os, text: from guard import allowed}\n      \
        - file: Lib/load.py\n        within: {function: Loader.find}\n        \
          python.replace: {find: return path, with: \"if not allowed(path):\\n    raise LoadError(path)\\nreturn path\"}\n";
    let env = loaders(&new, changes);
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("upstream has its lines at their place"), "{shown}");
    assert!(shown.ends_with("[exit 0]"), "{shown}");
    // With other lines than the edit, and in another place.
    let new = LOADER.replace(
        "path = search(name)\n        return path\n",
        "return self.first(p for p in search(name) if self.allowed(p))\n",
    ) + "\n    def allowed(self, path):\n        if self.knows(path):\n            return True\n        if self.is_strict:\n            \
           raise LoadError(path)\n        return False\n";
    let changes = "      \
        - file: Lib/load.py\n        python.add-method:\n          class: Loader\n          method: allowed\n          code: |\n            \
          def allowed(self, path):\n                if path in self.known:\n                    return True\n                \
              if self.is_strict:\n                    raise LoadError(path)\n                return False\n      \
        - file: Lib/load.py\n        within: {function: Loader.find}\n        \
          python.replace: {find: return path, with: return path if self.allowed(path) else None}\n";
    let shown = loaders(&new, changes).run(&PORT_LOADER);
    assert!(shown.contains("upstream has it: Lib/load.py: the new version has 71 % of the lines"), "{shown}");
    assert!(shown.ends_with("[exit 0]"), "{shown}");
}

#[test]
fn an_edit_that_applies_elsewhere_than_its_lines_go_is_carried_by_its_lines() {
    // The anchor is a line of another method now; those next to the inserted one are where they were.
    let new = LOADER
        .replace("        path = search(name)\n", "")
        .replace("        report_path(self)\n", "        report_path(self)\n        path = search(name)\n");
    let changes =
        "      - file: Lib/load.py\n        python.insert: {after: path = search(name), text: note(path)}\n";
    let env = loaders(&new, changes);
    let shown = env.run(&PORT_LOADER);
    let why = "it gives another file from line 10 on; its lines are carried as those of a patch";
    assert!(shown.contains(why) && shown.ends_with("[exit 0]"), "{shown}");
    let diff = env.stdout(&["diff", "mine-py3.9", "new"]);
    assert!(
        diff.contains("\n     def find(self, name):\n+        note(path)\n         return path\n"),
        "{diff}"
    );
    // Where the whole function moved, both agree.
    let close = "    def close(self):\n        report_path(self)\n        self.file.close()\n";
    let find = "    def find(self, name):\n        path = search(name)\n        return path\n";
    let moved = LOADER.replace(&format!("{find}\n{close}"), &format!("{close}\n{find}"));
    assert_ne!(moved, LOADER);
    let shown = loaders(&moved, changes).run(&PORT_LOADER);
    assert!(shown.contains("1 of 1 stay as they are") && shown.ends_with("[exit 0]"), "{shown}");
    // Where it changes more than its lines on the old version, its meaning is not given up for them.
    let new = LOADER.replace(
        "        path = search(name)\n",
        "        path = self.default\n        path = search(name)\n",
    );
    let changes = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                   python.rename: {from: path, to: found, count: all}\n";
    let env = loaders(&new, changes);
    let shown = env.run(&PORT_LOADER);
    let why = "Lib/load.py: carried as the lines of a patch, it gives another file from line";
    assert!(shown.contains(why) && shown.ends_with("[exit 3]"), "{shown}");
    let shown = env.run(&[&PORT_LOADER[..], &["--accept", "e=1"]].concat());
    assert!(shown.ends_with("[exit 0]"), "{shown}");
}

#[test]
fn an_edit_whose_anchors_are_missing_is_carried_by_its_lines() {
    // Another name of the function, and of the line that the first edit follows.
    let new = LOADER
        .replace("def find(self, name):", "def look(self, name):")
        .replace("import os\n", "import sys\n");
    let changes = "      \
        - file: Lib/load.py\n        python.insert: {after: import os, text: from guard import allowed}\n      \
        - file: Lib/load.py\n        within: {function: Loader.find}\n        \
          python.replace: {find: return path, with: \"return path if allowed(path) else None\"}\n      \
        - file: Lib/load.py\n        within: {function: Loader.close}\n        \
          python.replace: {find: self.file.close(), with: \"self.file.close()\\nself.file = None\"}\n";
    let env = loaders(&new, changes);
    let shown = env.run(&PORT_LOADER);
    assert!(shown.ends_with("[exit 0]"), "{shown}");
    let yaml = fs::read_to_string(env.path("patchsets/mine-py3.9/patchset.yaml")).unwrap();
    // One change, and what it makes.
    assert_eq!(yaml.matches("diff:").count(), 1, "{yaml}");
    let want = new
        .replace("import sys\n", "import sys\nfrom guard import allowed\n")
        .replace("return path\n", "return path if allowed(path) else None\n")
        .replace("self.file.close()\n", "self.file.close()\n        self.file = None\n");
    env.stdout(&["export", "mine-py3.9", "new", "--as", "tree", "-o", "out"]);
    assert_eq!(fs::read_to_string(env.path("out/Lib/load.py")).unwrap(), want);
    // It makes operations of it again.
    assert!(env.run(&["lift", "mine-py3.9", "--base", "new"]).ends_with("[exit 0]"));
    env.stdout(&["export", "mine-py3.9", "new", "--as", "tree", "-o", "again"]);
    assert_eq!(fs::read_to_string(env.path("again/Lib/load.py")).unwrap(), want);
    // Where what it changes is there more often, it may mean all.
    let twice =
        new.replace("        self.file.close()\n", "        self.file.close()\n        self.file.close()\n");
    let shown = loaders(&twice, changes).run(&PORT_LOADER);
    assert!(shown.contains("expected 1 match") && shown.ends_with("[exit 3]"), "{shown}");
    // Where upstream changed the same lines, a person has to decide.
    let new = new.replace("return path\n", "return os.path.abspath(path) or name\n");
    let shown = loaders(&new, changes).run(&PORT_LOADER);
    assert!(shown.ends_with("[exit 3]"), "{shown}");
}

#[test]
fn rows_that_one_diff_replaces_are_decided_together() {
    let new = LOADER
        .replace("def find(self, name):", "def look(self, name):")
        .replace("import os\n", "import sys\n");
    let changes = "      \
        - file: Lib/load.py\n        python.insert: {after: import os, text: from guard import allowed}\n      \
        - file: Lib/load.py\n        within: {function: Loader.close}\n        \
          python.replace: {find: self.file.close(), with: \"self.file.close()\\nself.file = None\"}\n";
    let env = loaders(&new, changes);
    let with = |more: &[&str]| env.run(&[&PORT_LOADER[..], more].concat());
    assert_snapshot!(with(&["-n", "--drop", "e/load.py:python.replace=of no use"]), @"
    ------- stderr -------
    error: `e/load.py:python.replace` was carried together with `e/load.py:python.insert`, which is not decided
      help: one `diff` takes the place of both: decide about each, as by --accept e/load.py:python.insert=2 or --drop e/load.py:python.insert=WHY, or drop the whole edit by its name
    [exit 2]
    ");
    let shown =
        with(&["--drop", "e/load.py:python.insert=of no use", "--accept", "e/load.py:python.replace=2"]);
    assert!(shown.ends_with("[exit 0]"), "{shown}");
    let diff = env.stdout(&["diff", "mine-py3.9", "new"]);
    assert!(diff.contains("\n+        self.file = None\n") && !diff.contains("+from guard"), "{diff}");
}

#[test]
fn each_file_of_an_edit_is_questioned_by_itself() {
    // In the first file the function has another name; in the second the anchor is in another one.
    let look = LOADER.replace("def find(self, name):", "def look(self, name):");
    let moved = LOADER
        .replace("        path = search(name)\n", "")
        .replace("        report_path(self)\n", "        report_path(self)\n        path = search(name)\n");
    let change = |file: &str| {
        format!(
            "      - file: Lib/{file}\n        python.insert: {{after: path = search(name), text: note(path)}}\n"
        )
    };
    let scoped = change("load.py")
        .replace("        python", "        within: {function: Loader.find}\n        python");
    let env = loaders(&look, &format!("{scoped}{}", change("more.py")));
    env.write("old/Lib/more.py", LOADER);
    env.write("new/Lib/more.py", moved);
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("its lines, carried, give the same"), "{shown}");
    let diff = env.stdout(&["diff", "mine-py3.9", "new"]);
    assert!(
        diff.contains("\n     def find(self, name):\n+        note(path)\n         return path\n"),
        "{diff}"
    );
}

#[test]
fn lines_do_not_take_the_place_of_what_means_more() {
    // The new version uses the name once more, and has another value.
    let new = LOADER
        .replace("def find(self, name):", "def look(self, name):")
        .replace("        path = search(name)\n", "        path = search(name)\n        print(path)\n");
    let rename = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                  python.rename: {from: path, to: found, count: all}\n";
    let value = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                 python.insert: {after: path = search(name), text: {\"<3.9\": note(path), \">=3.9\": note_more(path)}}\n";
    for changes in [rename, value] {
        let shown = loaders(&new, changes).run(&PORT_LOADER);
        assert!(shown.contains("open     e  changed") && shown.ends_with("[exit 3]"), "{shown}");
    }
}

#[test]
fn an_edit_is_not_dropped_because_a_name_of_its_anchor_is_gone() {
    // No file has `old_clock` any more, nor a line like that; those around it are there.
    let code = "int\ntee(int y)\n{\n    int x;\n    x = old_clock(y);\n    return x;\n}\n";
    let changes = "      - file: Modules/tee.c\n        c.insert: {function: tee, before: x = old_clock(y);, text: hook();}\n";
    let env = loaders(LOADER, changes);
    env.write("old/Modules/tee.c", code);
    env.write("new/Modules/tee.c", code.replace("x = old_clock(y)", "set_deadline(3)"));
    assert!(env.run(&["matrix", "mine", "new", "--base", "old"]).contains("obsolete"));
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("moved    e") && shown.ends_with("[exit 0]"), "{shown}");
    let diff = env.stdout(&["diff", "mine-py3.9", "new"]);
    assert!(diff.contains("\n     int x;\n+    hook();\n     set_deadline(3);\n"), "{diff}");
}

#[test]
fn lines_that_exclude_each_other_are_left_to_a_person() {
    let new = LOADER.replace("import os\n", "import sys\n");
    let env = loaders(
        &new,
        "      - file: Lib/load.py\n        python.insert: {after: import os, text: import one}\n",
    );
    let second = "  - id: f\n    why: It is another one.\n    file: Lib/load.py\n    python.insert: {after: import os, text: import two}\n";
    let yaml = fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap();
    env.write("patchsets/mine/patchset.yaml", yaml + second);
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("open     e  changed") && shown.contains("open     f  changed"), "{shown}");
    assert!(shown.ends_with("[exit 3]"), "{shown}");
}

#[test]
fn a_candidate_that_gives_what_the_lines_give_is_taken() {
    // The function has another name.
    let new = LOADER.replace("def find(self, name):", "def look(self, name):");
    let changes = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                   python.insert: {after: path = search(name), text: note(path)}\n";
    let env = loaders(&new, changes);
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("; its lines, carried, give the same") && shown.ends_with("[exit 0]"), "{shown}");
    let yaml = fs::read_to_string(env.path("patchsets/mine-py3.9/patchset.yaml")).unwrap();
    assert!(yaml.contains("Loader.look") && !yaml.contains("diff:"), "{yaml}");
}

#[test]
fn an_edit_of_a_file_that_has_another_name_goes_there() {
    let patch = |line: &str| {
        format!(
            "--- a/Lib/load.py\n+++ b/Lib/load.py\n@@ -11,3 +11,4 @@\n         path = search(name)\n+        {line}\n         return path\n \n"
        )
    };
    let changes = "      - {file: Lib/load.py, diff: {patch: {from: note.patch}}}\n";
    let with = |new: &str, line: &str| {
        let env = loaders(new, changes);
        fs::rename(env.path("new/Lib/load.py"), env.path("new/Lib/loader.py")).unwrap();
        env.write("patchsets/mine/files/note.patch", patch(line));
        env
    };
    let env = with(LOADER, "note(path)");
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("moved    e") && shown.ends_with("[exit 0]"), "{shown}");
    assert!(env.stdout(&["diff", "mine-py3.9", "new"]).contains("+++ b/Lib/loader.py\n"));
    // It uses what is gone: where it would go is said, and nothing is dropped.
    let new = LOADER
        .replace("def report_path(path):\n    print(path)\n\n\n", "")
        .replace("report_path(self)", "pass");
    let shown = with(&new, "report_path(path)").run(&PORT_LOADER);
    assert!(shown.contains("open     e") && shown.contains("Lib/loader.py has 7"), "{shown}");
    assert!(shown.contains("no longer has `report_path`") && shown.ends_with("[exit 3]"), "{shown}");
}

#[test]
fn a_patch_in_a_patchset_is_carried_as_it_would_be_by_itself() {
    // Upstream added the same lines, and the patch would fit once more.
    let method = "    def allowed(self, path):\n        return path in self.known_to_this_loader\n\n";
    let new = LOADER.replace("class Loader:\n", &format!("class Loader:\n{method}"));
    let changes = "      - {file: Lib/load.py, diff: {patch: {from: allowed.patch}}}\n";
    let env = loaders(&new, changes);
    env.write(
        "patchsets/mine/files/allowed.patch",
        "--- a/Lib/load.py\n+++ b/Lib/load.py\n@@ -13,5 +13,8 @@\n         return path\n \n+    def allowed(self, path):\n\
         +        return path in self.known_to_this_loader\n+\n     def close(self):\n         report_path(self)\n         self.file.close()\n",
    );
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("dropped  e  upstream has it") && shown.ends_with("[exit 0]"), "{shown}");
}

#[test]
fn an_anchor_that_is_found_is_enough_where_upstream_changed_the_same_lines() {
    let changes = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                   python.replace: {find: \"path = search(name)\\nreturn path\", with: return found(name)}\n";
    let new = LOADER.replace("        return path\n", "        # It is not kept.\n        return path\n");
    let shown = loaders(&new, changes).run(&PORT_LOADER);
    assert!(shown.contains("1 of 1 stay as they are") && shown.ends_with("[exit 0]"), "{shown}");
}

#[test]
fn an_edit_of_a_file_that_is_gone_ends_there() {
    let changes = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                   python.insert: {after: path = search(name), text: note(path)}\n";
    let env = loaders(LOADER, changes);
    fs::remove_file(env.path("new/Lib/load.py")).unwrap();
    // Its words are elsewhere, and not its lines.
    env.write("new/Lib/other.py", "# A class that can search for a path by name.\nclass Loader:\n    pass\n");
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("dropped  e") && shown.ends_with("[exit 0]"), "{shown}");
    // The function is in another file: a person has to decide.
    env.write(
        "new/Lib/other.py",
        "class Loader:\n    def find(self, name):\n        path = search(name)\n        return None\n",
    );
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("Lib/other.py:3") && shown.ends_with("[exit 3]"), "{shown}");
}

#[test]
fn an_edit_that_applies_and_uses_what_is_gone_is_left_to_a_person() {
    let new = LOADER
        .replace("def report_path(path):\n    print(path)\n\n\n", "")
        .replace("        report_path(self)\n", "");
    let changes = "      - file: Lib/load.py\n        within: {function: Loader.find}\n        \
                   python.insert: {after: path = search(name), text: report_path(path)}\n";
    let env = loaders(&new, changes);
    let shown = env.run(&PORT_LOADER);
    assert!(shown.contains("Lib/load.py: the new version no longer has `report_path`"), "{shown}");
    assert!(shown.ends_with("[exit 3]"), "{shown}");
    let shown = env.run(&[&PORT_LOADER[..], &["--accept", "e=1"]].concat());
    assert!(shown.ends_with("[exit 0]"), "{shown}");
    // What the new version has is used.
    let env = loaders(&LOADER.replace("import os\n", "import os\nimport sys\n"), changes);
    assert!(env.run(&PORT_LOADER).ends_with("[exit 0]"));
}
