//! `check --stdin`: what an editor has, and has not saved.

use crate::common::TestEnvironment;
use insta::assert_snapshot;

const HEAD: &str = "schema: 1\nid: mine\ntitle: A test\n";
const SAVED: &str =
    "edits:\n  - id: saved\n    why: x\n    file: a.c\n    text.replace: {find: a, with: b}\n";

/// What `check --stdin` prints for a text.
fn check(env: &TestEnvironment, arguments: &[&str], text: &str) -> String {
    let output = env.command(arguments).write_stdin(text).output().unwrap();
    env.transcript(&output)
}

#[test]
fn the_text_of_an_editor_counts_and_not_the_file() {
    let env = TestEnvironment::new();
    env.yaml("mine", format!("{HEAD}pins: wrong\n{SAVED}"));
    assert_snapshot!(check(&env, &["check", "--stdin", "patchsets/mine/patchset.yaml"], &format!("{HEAD}{SAVED}")), @r"
    mine: 1 edit, no errors
    [exit 0]
    ");
    assert_snapshot!(check(&env, &["check", "--stdin", "mine"], &format!("{HEAD}{}", SAVED.replace("text.replace", "text.replac"))), @r"
    ------- stderr -------
    error: unknown operation `text.replac`
     --> patchsets/mine/patchset.yaml:8:5
      |
    8 |     text.replac: {find: a, with: b}
      |     ^^^^^^^^^^^ did you mean `text.replace`?
    [exit 2]
    ");
    // Other files of the patchset are those on disk.
    env.write("patchsets/mine/files/new.c", "int x;\n");
    let from = |file: &str| {
        format!(
            "{HEAD}edits:\n  - id: e\n    why: x\n    file: a.c\n    file.add: {{content: {{from: {file}}}}}\n"
        )
    };
    assert_snapshot!(check(&env, &["check", "--stdin", "patchsets/mine"], &from("new.c")), @r"
    mine: 1 edit, no errors
    [exit 0]
    ");
    assert_snapshot!(check(&env, &["check", "--stdin", "patchsets/mine"], &from("old.c")), @r"
    ------- stderr -------
    error: `file.add` cannot read its text from patchsets/mine/files/old.c: No such file or directory (os error 2)
     --> patchsets/mine/patchset.yaml:8:5
      |
    8 |     file.add: {content: {from: old.c}}
      |     ^^^^^^^^
    [exit 2]
    ");
}

#[test]
fn a_file_that_was_never_saved_is_checked_where_it_will_be() {
    let env = TestEnvironment::new();
    assert_snapshot!(check(&env, &["check", "--stdin", "patchsets/mine/patchset.yaml"], &format!("{HEAD}{SAVED}")), @r"
    mine: 1 edit, no errors
    [exit 0]
    ");
    assert_snapshot!(check(&env, &["check", "--stdin", "patchsets/other/patchset.yaml", "--format", "json"], &format!("{HEAD}{SAVED}")), @r#"
    {
      "groups": [
        {
          "name": "patchsets/other/patchset.yaml",
          "results": [
            {
              "before": null,
              "column": 5,
              "details": [],
              "edit": null,
              "end_column": 9,
              "file": "patchsets/other/patchset.yaml",
              "help": null,
              "is_wrong": true,
              "line": 2,
              "message": "`id` is `mine`, but the folder is named `other`",
              "now": null,
              "result": "invalid"
            }
          ],
          "total": "1 error"
        }
      ],
      "schema": 1
    }
    [exit 2]
    "#);
    assert!(!env.path("patchsets").exists());
}

#[test]
fn patchsets_in_the_same_folder_are_those_on_disk() {
    let env = TestEnvironment::new();
    env.yaml("base", format!("{}{SAVED}", HEAD.replace("mine", "base")));
    let text = format!("{HEAD}extends: base\nedits: []\n");
    assert_snapshot!(check(&env, &["check", "--stdin", "patchsets/mine/patchset.yaml"], &text), @r"
    mine: 1 edit, no errors
    [exit 0]
    ");
}

#[test]
fn standard_input_is_the_text_of_one_file() {
    let env = TestEnvironment::new();
    assert_snapshot!(check(&env, &["check", "--stdin"], ""), @r"
    ------- stderr -------
    error: --stdin needs one patchset: that whose patchset.yaml the text is
      help: for example `pypatch check --stdin patchsets/mine/patchset.yaml`
    [exit 2]
    ");
    assert_snapshot!(check(&env, &["check", "--stdin", "catamount-py2.5"], ""), @r"
    ------- stderr -------
    error: `catamount-py2.5` is shipped with pypatch, and no file of yours
      help: for example `pypatch check --stdin patchsets/mine/patchset.yaml`
    [exit 2]
    ");
    assert_snapshot!(check(&env, &["check", "--stdin", "nothing"], ""), @r"
    ------- stderr -------
    error: no patchset or patchset.yaml `nothing`
      help: for example `pypatch check --stdin patchsets/mine/patchset.yaml`
    [exit 2]
    ");
}
