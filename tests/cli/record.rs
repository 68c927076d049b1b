//! `record`: what somebody changed by hand becomes a patchset.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::common::TestEnvironment;
use insta::assert_snapshot;

/// A tree, and a copy that was changed in every way.
fn environment() -> TestEnvironment {
    let env = TestEnvironment::new();
    for root in ["base", "tree"] {
        env.write(&format!("{root}/src/main.c"), "int main(void) {\n    run();\n}\n");
        env.write(&format!("{root}/src/old.c"), "int same_as_before;\n");
        env.write(&format!("{root}/notes"), b"caf\xe9\r\nno end");
        env.write(&format!("{root}/gone"), "gone\n");
        env.write(&format!("{root}/run.sh"), "exec main\n");
        symlink("gone", env.path(format!("{root}/link"))).unwrap();
    }
    env.edit("tree/src/main.c", "    run();\n", "    open();\n    run();\n");
    fs::rename(env.path("tree/src/old.c"), env.path("tree/src/new.c")).unwrap();
    env.write("tree/notes", b"caf\xe9\r\nmore\r\nno end");
    fs::remove_file(env.path("tree/gone")).unwrap();
    fs::remove_file(env.path("tree/link")).unwrap();
    symlink("notes", env.path("tree/other")).unwrap();
    env.write("tree/data", b"\0\x01");
    env.write("tree/src/main.o", b"\0object");
    fs::set_permissions(env.path("tree/run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    env
}

/// The names, kinds, executable bits and contents below a folder.
fn contents(env: &TestEnvironment, root: &str) -> Vec<(String, u32, Vec<u8>)> {
    let state = env.state(root);
    state.into_iter().map(|(path, (mode, _, bytes))| (path, mode & 0o111, bytes)).collect()
}

#[test]
fn what_was_changed_by_hand_becomes_an_edit_that_gives_the_same_tree() {
    let env = environment();
    let why = "Open the device\n\nIt is closed.";
    assert_snapshot!(env.run(&["record", "tree", "--base", "base", "-m", why]), @"
      open-the-device.move  2 files
      open-the-device       7 files
      left out 1 new file of a build or an editor (--include records them): src/main.o
    tree against base: 9 changed files, 2 edits
    wrote patchsets/open-the-device/patchset.yaml
    [exit 0]
    ");
    let written = fs::read_to_string(env.path("patchsets/open-the-device/patchset.yaml")).unwrap();
    assert_snapshot!(written, @r#"
    schema: 1
    id: open-the-device
    title: Changes of tree

    edits:
      - id: open-the-device.move
        why: |-
          Open the device

          It is closed.
        file: src/old.c
        file.move: {to: "src/new.c", contains: "int same_as_before;"}

      - id: open-the-device
        why: |-
          Open the device

          It is closed.
        changes:
          - file: data
            file.add: {content: {from: open-the-device.data}}
          - file: gone
            diff: {patch: {from: open-the-device.patch}}
          - file: link
            file.remove: {contains: "gone"}
          - file: notes
            diff: {patch: {from: open-the-device.patch}}
          - file: other
            file.link: {target: "notes"}
          - file: run.sh
            diff: {patch: {from: open-the-device.patch}}
          - file: src/main.c
            diff: {patch: {from: open-the-device.patch}}
    "#);
    env.stdout(&["export", "open-the-device", "base", "--as", "tree", "-o", "ours"]);
    fs::remove_file(env.path("tree/src/main.o")).unwrap();
    assert_eq!(contents(&env, "ours"), contents(&env, "tree"));
}

#[test]
fn an_edit_is_made_of_each_file_that_is_wanted() {
    let env = environment();
    let output = env.run(&[
        "record",
        "tree",
        "--base",
        "base",
        "-m",
        "Change it",
        "--id",
        "each",
        "--split",
        "--exclude",
        "src/*",
        "--exclude",
        "data",
    ]);
    assert_snapshot!(output, @"
      change-it.gone    1 file
      change-it.link    1 file
      change-it.notes   1 file
      change-it.other   1 file
      change-it.run.sh  1 file
    tree against base: 5 changed files, 5 edits
    wrote patchsets/each/patchset.yaml
    [exit 0]
    ");
    let output = env.run(&["record", "tree", "--base", "base", "-m", "Products", "--include", "*.o", "-n"]);
    assert!(output.contains("- id: products\n") && output.contains("file: src/main.o\n"), "{output}");
    assert!(!env.path("patchsets/products").exists());
}

#[test]
fn of_a_tree_that_pypatch_changed_only_what_is_new_is_recorded() {
    let env = environment();
    env.stdout(&[
        "record",
        "tree",
        "--base",
        "base",
        "-m",
        "First",
        "--include",
        "src/*.c",
        "--include",
        "notes",
    ]);
    let unchanged = environment();
    env.stdout(&["apply", "--allow-unpinned", "first", "base"]);
    fs::rename(env.path("base"), env.path("applied")).unwrap();
    fs::rename(unchanged.path("base"), env.path("base")).unwrap();
    assert_snapshot!(env.run(&["record", "applied", "--base", "base", "-m", "None"]), @"
    applied against base: 0 changed files, 0 edits
    [exit 0]
    ");
    env.edit("applied/src/main.c", "    run();\n", "    run();\n    close();\n");
    env.write("applied/src/new.c", "int other_than_before;\n");
    assert_snapshot!(env.run(&["record", "applied", "--base", "base", "-m", "Close it"]), @"
      close-it  2 files
    applied against base: 2 changed files, 1 edit
    wrote patchsets/close-it/patchset.yaml
    [exit 0]
    ");
    // One on the result of the other.
    env.stdout(&["apply", "--allow-unpinned", "first", "base"]);
    env.stdout(&["apply", "--allow-unpinned", "close-it", "base"]);
    let sources = |root: &str| {
        ["src/main.c", "src/new.c"].map(|name| fs::read(env.path(format!("{root}/{name}"))).unwrap())
    };
    assert_eq!(sources("base"), sources("applied"));
    // A patchset that is not the applied one any more.
    env.edit("patchsets/first/patchset.yaml", "Changes of tree", "Changes");
    assert_snapshot!(env.run(&["record", "applied", "--base", "base", "-m", "Again"]), @"
    ------- stderr -------
    error: `first` was changed after it was applied to applied
      so it is not known which changes in the tree are its own
      help: apply the patchset as it is now, or bring back the one that was applied
    [exit 3]
    ");
}

#[test]
fn what_cannot_be_recorded_is_an_error_and_nothing_is_written() {
    let env = environment();
    let before = env.state(".");
    let output = env.run(&["record", "tree", "--base", "base", "-m", " "]);
    assert!(output.contains("an edit needs a reason") && output.ends_with("[exit 2]"), "{output}");
    let output = env.run(&["record", "tree", "--base", "base", "-m", "x", "--exclude", "["]);
    assert!(output.contains("invalid pattern `[`") && output.ends_with("[exit 2]"), "{output}");
    assert_eq!(env.state("."), before);
    fs::remove_file(env.path("tree/notes")).unwrap();
    symlink("gone", env.path("tree/notes")).unwrap();
    assert_snapshot!(env.run(&["record", "tree", "--base", "base", "-m", "x"]), @"
    ------- stderr -------
    error: the changes of tree cannot be recorded
      it changes notes, which is or becomes a symbolic link: remove it in an edit of its own
      nothing was written
      help: leave a file out with --exclude, or undo what is not a change of the source
    [exit 3]
    ");
    assert!(!env.path("patchsets").exists());
    let json =
        env.stdout(&["record", "tree", "--base", "base", "-m", "x", "--include", "gone", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["files"], serde_json::json!(["gone"]));
    assert_eq!(json["edits"][0]["edit"], "x");
}

/// A tree to which a patchset with a diff of two files, an edit of meaning and another edit is applied, and what it was before.
fn applied() -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("base/main.c", "int main(void) {\n    run();\n}\n\n/* 1 */\n/* 2 */\n/* 3 */\nint last;\n");
    env.write("base/other.c", "int other;\n");
    env.write("base/Makefile", "all: prog docs\n\nclean:\n\trm -f prog\n");
    env.write("base/notes", "one\n");
    env.yaml("mine", PATCHSET);
    env.write("patchsets/mine/files/open.patch", OPEN);
    env.write("patchsets/mine/files/data", b"\0data");
    env.write("tree/x", "");
    for path in ["main.c", "other.c", "Makefile", "notes"] {
        fs::copy(env.path(format!("base/{path}")), env.path(format!("tree/{path}"))).unwrap();
    }
    fs::remove_file(env.path("tree/x")).unwrap();
    env.stdout(&["apply", "--allow-unpinned", "mine", "tree"]);
    env
}

const PATCHSET: &str = "\
schema: 1
id: mine
title: Mine
edits:
  # Of the device.
  - id: open   # at the start
    why: Open the device.
    # Both files.
    changes:
      # The first.
      - file: main.c
        diff: {patch: {from: open.patch}}   # before it runs
      - file: other.c
        diff: {patch: {from: open.patch}}

  - id: no-docs
    why: None are read.
    # Not these.
    file: Makefile
    makefile.remove-prerequisite: {target: all, word: docs}   # there

  - id: last
    why: It is the last one.
    file: main.c
    text.replace: {find: int last, with: long last}

  - id: data
    why: It is read.
    file: data
    file.add: {content: {from: data}}
";

const OPEN: &str = "\
Open the device.

--- a/main.c
+++ b/main.c
@@ -1,3 +1,4 @@
 int main(void) {
+    open();
     run();
 }
--- a/other.c
+++ b/other.c
@@ -1 +1 @@
-int other;
+int others;
";

/// Asserts that the patchset gives the tree.
fn assert_gives(env: &TestEnvironment) {
    let _ = fs::remove_dir_all(env.path("ours"));
    env.stdout(&["export", "mine", "base", "--as", "tree", "-o", "ours"]);
    for path in ["main.c", "other.c", "Makefile", "notes", "data"] {
        let read = |root: &str| fs::read(env.path(format!("{root}/{path}"))).ok();
        assert_eq!(read("ours"), read("tree"), "{path}");
    }
}

#[test]
fn what_is_new_is_folded_into_a_diff_whose_patchset_stays_as_it_is_written() {
    let env = applied();
    env.edit("tree/main.c", "    open();\n", "    open(1);\n    check();\n");
    env.edit("tree/main.c", "    run();\n", "    run(2);\n");
    assert_snapshot!(env.run(&["record", "tree", "--base", "base", "--edit", "open"]), @"
      open  1 file
    tree against base: 1 changed file, 1 edit
    wrote patchsets/mine/patchset.yaml
    [exit 0]
    ");
    // Only the patch has another content, and still its message and the other file.
    assert_eq!(fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap(), PATCHSET);
    assert_snapshot!(fs::read_to_string(env.path("patchsets/mine/files/open.patch")).unwrap(), @"
    Open the device.

    diff --git a/main.c b/main.c
    --- a/main.c
    +++ b/main.c
    @@ -1,5 +1,7 @@
     int main(void) {
    -    run();
    +    open(1);
    +    check();
    +    run(2);
     }
     
     /* 1 */
    diff --git a/other.c b/other.c
    --- a/other.c
    +++ b/other.c
    @@ -1 +1 @@
    -int other;
    +int others;
    ");
    assert_gives(&env);
}

#[test]
fn what_is_new_is_added_as_a_diff_where_the_edit_has_none() {
    let env = applied();
    env.edit("tree/Makefile", "\trm -f prog\n", "\trm -f prog core\n");
    env.edit("tree/notes", "one\n", "one\ntwo\n");
    env.run(&["record", "tree", "--base", "base", "--edit", "no-docs", "-n"]);
    assert_eq!(fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap(), PATCHSET);
    env.stdout(&["record", "tree", "--base", "base", "--edit", "no-docs"]);
    let written = fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap();
    let (before, rest) = PATCHSET.split_once("    # Not these.\n").unwrap();
    let (_, after) = rest.split_once("   # there\n").unwrap();
    let new = written.strip_prefix(before).unwrap().strip_suffix(after).unwrap();
    assert_snapshot!(new, @"
        changes:
          # Not these.
          - file: Makefile
            makefile.remove-prerequisite: {target: all, word: docs}   # there
          - file: Makefile
            diff: {patch: {from: no-docs.patch}}
          - file: notes
            diff: {patch: {from: no-docs.patch}}
    ");
    assert_gives(&env);
}

#[test]
fn what_is_new_in_a_file_that_the_edit_adds_is_its_content() {
    let env = applied();
    env.write("tree/data", b"\0other");
    env.stdout(&["record", "tree", "--base", "base", "--edit", "data"]);
    assert_eq!(fs::read(env.path("patchsets/mine/files/data")).unwrap(), b"\0other");
    assert_eq!(fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap(), PATCHSET);
    assert_gives(&env);
}

#[test]
fn what_cannot_be_folded_is_refused_with_the_reason_and_nothing_is_written() {
    let env = applied();
    let before = env.state("patchsets");
    // Another edit writes that line.
    env.edit("tree/main.c", "long last;", "long last, first;");
    assert_snapshot!(env.run(&["record", "tree", "--base", "base", "--edit", "open"]), @"
    ------- stderr -------
    error: what is new cannot be folded into `open`
      `mine` would no longer fit base: `open` and `last` change the same place, main.c:8
      nothing was written
      help: let the edit depend on the one that changes the same lines, or record a patchset on top, with -m
    [exit 3]
    ");
    // The edit itself does, and not with a diff.
    env.edit("tree/main.c", "long last, first;", "long last;");
    env.edit("tree/Makefile", "all: prog", "all: prog more");
    assert_snapshot!(env.run(&["record", "tree", "--base", "base", "--edit", "no-docs"]), @"
    ------- stderr -------
    error: what is new cannot be folded into `no-docs`
      Makefile: what is new is in lines that another change writes
      nothing was written
      help: record it as a patchset on top, with -m, or change the edit by hand
    [exit 3]
    ");
    assert_snapshot!(env.run(&["record", "tree", "--base", "base", "--edit", "no-doc"]), @"
    ------- stderr -------
    error: no applied patchset has an edit `no-doc` of its own: mine
      near: no-docs
    [exit 2]
    ");
    assert_snapshot!(env.run(&["record", "base", "--base", "base", "--edit", "open"]), @"
    ------- stderr -------
    error: no patchset is applied to base, as far as a receipt says
      help: --edit is for a tree that `pypatch apply` changed: record a new patchset with -m
    [exit 2]
    ");
    assert_eq!(env.state("patchsets"), before);
}
