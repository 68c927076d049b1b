//! `add`: the edit for a place in a tree.

use std::fs;

use crate::common::TestEnvironment;
use insta::assert_snapshot;

const MAKEFILE: &str = "\
all:\tpython docs sharedmods

docs:
\tmake-docs --all
\tmake-index

install: all
\tcp python /usr/bin
\tmake-index
";

const SITE: &str = "\
import os, sys

def main(paths, known=None):
    for path in paths:
        check(path, known, strict=True)
";

fn tree() -> TestEnvironment {
    let env = TestEnvironment::new();
    env.write("tree/Include/patchlevel.h", "#define PY_VERSION \"2.7.18\"\n");
    env.write("tree/Makefile.pre.in", MAKEFILE);
    env.write("tree/Lib/site.py", SITE);
    env.write("tree/notes", "one\ntwo\none\n");
    env
}

#[test]
fn what_can_be_removed_at_a_place_is_listed() {
    let env = tree();
    assert_snapshot!(env.run(&["add", "tree/Makefile.pre.in:1"]), @r#"
    Makefile.pre.in:1, in target `all`
      all:	python docs sharedmods

      python      makefile.remove-prerequisite: {target: all, word: python}
      docs        makefile.remove-prerequisite: {target: all, word: docs}
      sharedmods  makefile.remove-prerequisite: {target: all, word: sharedmods}
      all of it   within: {target: all}
                  makefile.remove: {find: "all:\tpython docs sharedmods"}
    ------- stderr -------
    note: --remove=TEXT, --replace=TEXT --with TEXT, --before TEXT and --after TEXT propose an edit
    [exit 0]
    "#);
    assert_snapshot!(env.run(&["add", "Lib/site.py:5", "tree"]), @r#"
    Lib/site.py:5, in function `main`
              check(path, known, strict=True)

      all of it  within: {function: main}
                 python.remove: {find: "check(path, known, strict=True)"}
    ------- stderr -------
    note: --remove=TEXT, --replace=TEXT --with TEXT, --before TEXT and --after TEXT propose an edit
    [exit 0]
    "#);
    assert_snapshot!(env.run(&["add", "tree/notes:2"]), @r"
    notes:2
      two

    no operation of meaning removes a word of it, or all of it
    ------- stderr -------
    note: --remove=TEXT, --replace=TEXT --with TEXT, --before TEXT and --after TEXT propose an edit
    [exit 0]
    ");
}

#[test]
fn the_operation_that_does_what_is_wanted_is_proposed() {
    let env = tree();
    let edit = |arguments: &[&str]| env.run(&[&["add"], arguments].concat());
    assert_snapshot!(edit(&["tree/Makefile.pre.in:1", "--remove=sharedmods"]), @r"
    Makefile.pre.in:1, in target `all`
      all:	python docs sharedmods

      - id: an-id
        why: the reason
        file: Makefile.pre.in
        makefile.remove-prerequisite: {target: all, word: sharedmods}
    [exit 0]
    ");
    assert_snapshot!(edit(&["tree/Makefile.pre.in:4", "--replace=make-docs", "--with", "yod make-docs"]), @r"
    Makefile.pre.in:4, in target `docs`
      	make-docs --all

      - id: an-id
        why: the reason
        file: Makefile.pre.in
        makefile.prefix-command: {target: docs, command: make-docs, with: yod}
    [exit 0]
    ");
    assert_snapshot!(edit(&["tree/Makefile.pre.in:8-9", "--remove"]), @r"
    Makefile.pre.in:8, in target `install`
      	cp python /usr/bin
      	make-index

      - id: an-id
        why: the reason
        file: Makefile.pre.in
        within: {target: install}
        makefile.remove:
          find: |-
            cp python /usr/bin
            make-index
    [exit 0]
    ");
    assert_snapshot!(edit(&["tree/Lib/site.py:4", "--before", "paths = sorted(paths)"]), @r#"
    Lib/site.py:4, in function `main`
          for path in paths:

      - id: an-id
        why: the reason
        file: Lib/site.py
        within: {function: main}
        python.insert: {before: "for path in paths:", text: paths = sorted(paths)}
    [exit 0]
    "#);
    assert_snapshot!(edit(&["tree/Lib/site.py:5", "--remove=known", "--format", "json"]), @r#"
    {
      "edit": "  - id: an-id\n    why: the reason\n    file: Lib/site.py\n    within: {function: main}\n    python.replace: {find: \"check(path, known, strict=True)\", with: \"check(path, strict=True)\"}\n",
      "file": "Lib/site.py",
      "line": 5,
      "operations": [
        "python.replace"
      ],
      "schema": 1,
      "within": "function `main`",
      "written": null
    }
    [exit 0]
    "#);
}

#[test]
fn a_change_of_text_is_proposed_where_no_operation_of_meaning_does_it() {
    let env = tree();
    assert_snapshot!(env.run(&["add", "tree/notes:2", "--replace=two", "--with", "2"]), @r#"
    notes:2
      two
    no operation of meaning does this, but one of text

      - id: an-id
        why: the reason
        file: notes
        text.replace: {find: two, with: "2"}
    [exit 0]
    "#);
    // `one` is twice in the file.
    assert_snapshot!(env.run(&["add", "tree/notes:3", "--remove"]), @r"
    ------- stderr -------
    error: no operation does that there, and nothing else
      the text may be elsewhere in the file, too, or the file would no longer parse
      help: change a copy of the tree by hand, and run `pypatch record`
    [exit 3]
    ");
}

#[test]
fn a_place_or_a_text_that_does_not_exist_is_an_error() {
    let env = tree();
    assert_snapshot!(env.run(&["add", "tree/Makefile.pre.in"]), @r"
    ------- stderr -------
    error: `tree/Makefile.pre.in` names no line
      help: for example Makefile.pre.in:404, or Modules/main.c:7-9
    [exit 2]
    ");
    assert_snapshot!(env.run(&["add", "tree/Makefile.pre.in:10"]), @r"
    ------- stderr -------
    error: Makefile.pre.in has no line 10: it has 9
    [exit 2]
    ");
    assert_snapshot!(env.run(&["add", "tree/Makefile.pre.in:3-2"]), @r"
    ------- stderr -------
    error: Makefile.pre.in has no lines 3-2: it has 9
    [exit 2]
    ");
    assert_snapshot!(env.run(&["add", "Lib/sites.py:1", "tree"]), @r"
    ------- stderr -------
    error: no file `Lib/sites.py`
    [exit 2]
    ");
    assert_snapshot!(env.run(&["add", "tree/Makefile.pre.in:1", "--remove=shared"]), @r"
    ------- stderr -------
    error: Makefile.pre.in:1 does not contain `shared`; near: sharedmods
    [exit 2]
    ");
    assert_snapshot!(env.run(&["add", "tree/Makefile.pre.in:4-5", "--remove=make"]), @r"
    ------- stderr -------
    error: Makefile.pre.in:4 contains `make` 2 times: name more of the line
    [exit 2]
    ");
    env.write("elsewhere", "x\n");
    assert_snapshot!(env.run(&["add", "elsewhere:1"]), @r"
    ------- stderr -------
    error: elsewhere is in no unpacked source tree
      help: name the source after the file
    [exit 2]
    ");
}

#[test]
fn an_edit_is_written_at_the_end_of_a_patchset() {
    let env = tree();
    env.stdout(&["new", "mine", "--base", "tree"]);
    let add = |arguments: &[&str]| env.run(&[&["add", "--patchset", "mine"], arguments].concat());
    let yaml = || fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap();
    let before = yaml();
    let first = ["tree/Makefile.pre.in:1", "--remove=sharedmods", "-m", "No shared modules."];
    add(&[&first[..], &["--dry-run"]].concat());
    assert_eq!(yaml(), before);
    assert_snapshot!(add(&first), @r#"
    Makefile.pre.in:1, in target `all`
      all:	python docs sharedmods

      - id: no-shared-modules
        why: No shared modules.
        file: Makefile.pre.in
        makefile.remove-prerequisite: {target: all, word: sharedmods}

    wrote patchsets/mine/patchset.yaml
    [exit 0]
    "#);
    assert_snapshot!(add(&["tree/Lib/site.py:4", "--before", "paths = sorted(paths)", "-m", "In order.\n\nNodes have them in any order.", "--id", "in-order"]), @r#"
    Lib/site.py:4, in function `main`
          for path in paths:

      - id: in-order
        why: |-
          In order.

          Nodes have them in any order.
        file: Lib/site.py
        within: {function: main}
        python.insert: {before: "for path in paths:", text: paths = sorted(paths)}

    wrote patchsets/mine/patchset.yaml
    [exit 0]
    "#);
    let after = yaml();
    assert_eq!(after.strip_suffix("edits: []\n"), None);
    let head = before.strip_suffix("edits: []\n").unwrap();
    assert_snapshot!(after.strip_prefix(head).unwrap(), @r#"
    edits:
      - id: no-shared-modules
        why: No shared modules.
        file: Makefile.pre.in
        makefile.remove-prerequisite: {target: all, word: sharedmods}
      - id: in-order
        why: |-
          In order.

          Nodes have them in any order.
        file: Lib/site.py
        within: {function: main}
        python.insert: {before: "for path in paths:", text: paths = sorted(paths)}
    "#);
    assert_snapshot!(env.run(&["diff", "mine", "tree"]), @r"
    diff --git a/Lib/site.py b/Lib/site.py
    --- a/Lib/site.py
    +++ b/Lib/site.py
    @@ -1,5 +1,6 @@
     import os, sys
     
     def main(paths, known=None):
    +    paths = sorted(paths)
         for path in paths:
             check(path, known, strict=True)
    diff --git a/Makefile.pre.in b/Makefile.pre.in
    --- a/Makefile.pre.in
    +++ b/Makefile.pre.in
    @@ -1,4 +1,4 @@
    -all:	python docs sharedmods
    +all:	python docs
     
     docs:
     	make-docs --all
    [exit 0]
    ");
    // The same again, the same place, and a patchset that nobody may change.
    assert_snapshot!(add(&first), @r"
    ------- stderr -------
    error: mine has an edit `no-shared-modules` already
      help: name another id with --id
    [exit 2]
    ");
    assert_snapshot!(add(&["tree/Makefile.pre.in:1", "--remove", "-m", "Nothing by default."]), @r"
    ------- stderr -------
    error: `no-shared-modules` changes the same place, Makefile.pre.in:1
      nothing was written
      help: change that edit instead, or write the new one with `depends-on`
    [exit 3]
    ");
    assert_eq!(yaml(), after);
    assert_snapshot!(env.run(&["add", "--patchset", "catamount-py2.7", "tree/notes:2", "--remove", "-m", "x"]), @r"
    ------- stderr -------
    error: catamount-py2.7 is shipped with pypatch, and is not rewritten
      help: name a patchset of yours, or make one with `pypatch new`
    [exit 2]
    ");
    assert_snapshot!(env.run(&["add", "--patchset", "mine", "tree/notes:2", "-m", "x"]), @r"
    ------- stderr -------
    error: what is to be done there?
      help: add --remove, --remove=TEXT, --replace=TEXT --with TEXT, --before TEXT or --after TEXT
    [exit 2]
    ");
}

#[test]
fn comments_and_the_form_of_a_patchset_are_kept() {
    let env = tree();
    let text = "\
schema: 1
id: mine
title: A test
edits:
- id: a
  why: x
  file: notes
  text.replace: {find: two, with: b}

  # The second.
- id: b
  why: y
  file: Makefile.pre.in
  makefile.remove-prerequisite: {target: all, word: docs}
# The end.
";
    env.yaml("mine", text);
    env.stdout(&["add", "--patchset", "mine", "tree/Lib/site.py:5", "--remove=known", "-m", "c"]);
    let after = fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap();
    assert_snapshot!(after, @r#"
    schema: 1
    id: mine
    title: A test
    edits:
    - id: a
      why: x
      file: notes
      text.replace: {find: two, with: b}

      # The second.
    - id: b
      why: y
      file: Makefile.pre.in
      makefile.remove-prerequisite: {target: all, word: docs}
    - id: c
      why: c
      file: Lib/site.py
      within: {function: main}
      python.replace: {find: "check(path, known, strict=True)", with: "check(path, strict=True)"}
    # The end.
    "#);
    // Where the end of the edits is not clear, nothing is written.
    let flow = "schema: 1\nid: mine\ntitle: A test\nedits: [{id: a, why: x, file: notes, text.replace: {find: two, with: b}}]\n";
    env.yaml("mine", flow);
    assert_snapshot!(env.run(&["add", "--patchset", "mine", "tree/Lib/site.py:5", "--remove=known", "-m", "c"]), @r"
    ------- stderr -------
    error: cannot find the end of the edits of patchsets/mine/patchset.yaml
      help: write each key of an edit on a line of its own, or paste the edit that is printed without --patchset
    [exit 2]
    ");
    assert_eq!(fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap(), flow);
}

#[test]
fn an_edit_that_would_change_others_is_not_written() {
    let env = tree();
    let first = "edits:\n  - id: a\n    why: x\n    file: notes\n    text.replace: {find: two, with: b}\n";
    // The comment seems to end the edit, and the blank lines at the end belong to its text.
    for text in [
        format!("{first}# only for old ones\n    when: \"<2.7\"\n"),
        "edits:\n  - id: a\n    why: x\n    file: new\n    file.add:\n      content: |+\n        hello\n\n\n"
            .to_owned(),
    ] {
        let text = format!("schema: 1\nid: mine\ntitle: A test\n{text}");
        env.yaml("mine", &text);
        let output = env.run(&["add", "-p", "mine", "tree/Makefile.pre.in:1", "--remove=docs", "-m", "b"]);
        let title =
            "the edit cannot be put at the end of patchsets/mine/patchset.yaml without changing others";
        assert!(output.contains(title) && output.ends_with("[exit 2]"), "{output}");
        assert_eq!(fs::read_to_string(env.path("patchsets/mine/patchset.yaml")).unwrap(), text);
    }
}

#[test]
fn a_byte_order_mark_stays_at_the_beginning() {
    let text = "\u{feff}import a\nx = 1\n";
    for (wish, wanted) in [
        (&["--before", "import z"][..], "\u{feff}import z\nimport a\nx = 1\n"),
        (&["--remove"], "\u{feff}x = 1\n"),
        (&["--replace=a", "--with", "b"], "\u{feff}import b\nx = 1\n"),
        (&["--after", "import z"], "\u{feff}import a\nimport z\nx = 1\n"),
    ] {
        let env = tree();
        env.write("tree/Lib/mark.py", text);
        env.stdout(&["new", "mine", "--base", "tree"]);
        let add = ["add", "-p", "mine", "tree/Lib/mark.py:1", "-m", "z"];
        let output = env.run(&[&add, wish].concat());
        env.run(&["apply", "--allow-unpinned", "mine", "tree"]);
        let now = fs::read_to_string(env.path("tree/Lib/mark.py")).unwrap();
        // It may be refused.
        let expected = if output.ends_with("[exit 0]") { wanted } else { text };
        assert_eq!(now, expected, "{output}");
        assert!(output.ends_with("[exit 0]") || !wish.contains(&"--after"), "{output}");
    }
}

#[test]
fn what_would_no_longer_parse_is_not_proposed() {
    let env = tree();
    assert_snapshot!(env.run(&["add", "tree/Lib/site.py:5", "--replace", "--with", "pass", "--format", "json"]), @r#"
    {
      "edit": "  - id: an-id\n    why: the reason\n    file: Lib/site.py\n    within: {function: main}\n    python.replace: {find: \"check(path, known, strict=True)\", with: pass}\n",
      "file": "Lib/site.py",
      "line": 5,
      "operations": [
        "python.replace"
      ],
      "schema": 1,
      "within": "function `main`",
      "written": null
    }
    [exit 0]
    "#);
    assert_snapshot!(env.run(&["add", "tree/Lib/site.py:5", "--remove"]), @r"
    ------- stderr -------
    error: edit `an-id` is refused on CPython 2.7.18
      Lib/site.py  the file would no longer parse: line 4 after the edit, `for path in paths:`: no indented statement follows this line
    error: edit `an-id` is not idempotent: planning it on its own result gives `refused`
    nothing was written
    error: the edit does not fit
      nothing was written
    [exit 3]
    ");
    assert_snapshot!(env.run(&["add", "tree/Lib/site.py:3-0", "--remove"]), @r"
    ------- stderr -------
    error: Lib/site.py has no lines 3-0: it has 5
    [exit 2]
    ");
}

#[test]
fn the_line_ends_of_a_patchset_are_kept_and_one_without_edits_gets_them() {
    let remove = |env: &TestEnvironment, id: &str, why: &str, place: &str| {
        let args = ["add", place, "--remove", "--patchset", id, "-m", why];
        let output = env.run(&args);
        assert!(output.to_string().contains("[exit 0]"), "{output}");
        fs::read_to_string(env.path("patchsets").join(id).join("patchset.yaml")).unwrap()
    };
    let env = tree();
    env.write("patchsets/dos/patchset.yaml", "schema: 1\r\nid: dos\r\ntitle: Dos\r\n");
    env.write("patchsets/unix/patchset.yaml", "schema: 1\nid: unix\ntitle: Unix");
    for id in ["dos", "unix"] {
        remove(&env, id, "No docs", "tree/Makefile.pre.in:4");
        let text = remove(&env, id, "No index", "tree/Makefile.pre.in:5");
        let is_dos = |line: &str| line.ends_with("\r\n");
        assert!(text.split_inclusive('\n').all(|line| is_dos(line) == (id == "dos")), "{text:?}");
        assert_eq!(text.matches("- id: ").count(), 2, "{text}");
        assert!(text.starts_with("schema: 1"), "{text}");
    }
}
