//! `import --collapse`: variants of a patch become one edit.

use std::fs;

use crate::common::TestEnvironment;
use insta::assert_snapshot;

/// Versions, and of each file of one its name, what it is and what it becomes.
type Variants<'a> = &'a [(&'a str, &'a [(&'a str, &'a str, &'a str)])];

/// A tree of that version in `VERSION`, with its files.
fn tree(env: &TestEnvironment, version: &str, files: &[(&str, &str)]) {
    env.write(&format!("{version}/Include/patchlevel.h"), format!("#define PY_VERSION \"{version}\"\n"));
    for (path, text) in files {
        env.write(&format!("{version}/{path}"), text);
    }
}

/// The patch of one file, with a hunk from the first line that differs to the last.
fn patch(path: &str, before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let most = old.len().min(new.len());
    let start = (0..most).take_while(|at| old[*at] == new[*at]).count();
    let end = (0..most - start).take_while(|at| old[old.len() - 1 - at] == new[new.len() - 1 - at]).count();
    let (first, last) = (start.saturating_sub(3), end.saturating_sub(3));
    let range = |all: &[&str]| format!("{},{}", first + 1, all.len() - last - first);
    let mut text = format!("--- a/{path}\n+++ b/{path}\n@@ -{} +{} @@\n", range(&old), range(&new));
    let mut push = |sign: char, lines: &[&str]| {
        lines.iter().for_each(|line| text.push_str(&format!("{sign}{line}\n")));
    };
    push(' ', &old[first..start]);
    push('-', &old[start..old.len() - end]);
    push('+', &new[start..new.len() - end]);
    push(' ', &old[old.len() - end..old.len() - last]);
    text
}

/// Writes a tree of each version and the patch for it.
fn variants(env: &TestEnvironment, all: Variants<'_>) {
    for (version, files) in all {
        tree(env, version, &files.iter().map(|(path, before, _)| (*path, *before)).collect::<Vec<_>>());
        let of_file = |(path, before, after): &(&str, &str, &str)| match before == after {
            true => String::new(),
            false => patch(path, before, after),
        };
        env.write(&format!("foo-{version}.patch"), files.iter().map(of_file).collect::<String>());
    }
}

/// The arguments that collapse the patches of these versions.
fn arguments<'a>(versions: &'a [&'a str], more: &[&'a str]) -> Vec<String> {
    let mut all = vec!["import".to_owned(), "--collapse".to_owned()];
    all.extend(versions.iter().map(|version| format!("foo-{version}.patch")));
    all.extend(versions.iter().flat_map(|version| ["--base".to_owned(), (*version).to_owned()]));
    all.extend(more.iter().map(|one| (*one).to_owned()));
    all
}

fn run(env: &TestEnvironment, versions: &[&str], more: &[&str]) -> String {
    let arguments = arguments(versions, more);
    env.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn written(env: &TestEnvironment) -> String {
    let text = fs::read_to_string(env.path("patchsets/foo/patchset.yaml")).unwrap();
    text.split_once("edits:\n").unwrap().1.to_owned()
}

/// Applies the edit to each tree, and compares its files with those that they become.
fn assert_gives(env: &TestEnvironment, all: Variants<'_>) {
    for (version, files) in all {
        let output = env.run(&["apply", "--allow-unpinned", "foo", version]);
        assert!(output.contains("[exit 0]"), "{output}");
        for (path, _, after) in *files {
            assert_eq!(fs::read_to_string(env.path(format!("{version}/{path}"))).unwrap(), *after);
        }
        // A second time, nothing is left to do.
        assert!(env.run(&["plan", "foo", version]).contains("0 files"), "{version}");
    }
}

#[test]
fn a_hunk_whose_context_drifted_is_written_once() {
    let env = TestEnvironment::new();
    let all: Variants<'_> = &[
        ("3.12.1", &[("notes.txt", "a\nb\nold\nc\nd\n", "a\nb\nnew\nc\nd\n")]),
        ("3.13.0", &[("notes.txt", "x\ny\nz\nb\nold\nc\ne\n", "x\ny\nz\nb\nnew\nc\ne\n")]),
    ];
    variants(&env, all);
    assert_snapshot!(run(&env, &["3.12.1", "3.13.0"], &[]), @"
      notes.txt:3,5  one form: diff
    foo: one edit for 2 variants, 1 hunk, 1 in one form; the same bytes on CPython 3.12.1, 3.13.0
    wrote patchsets/foo/patchset.yaml
    [exit 0]
    ");
    assert_snapshot!(written(&env), @"
    - id: foo
      why: |-
        foo-3.13.0.patch does not say why.
      file: notes.txt
      diff: {patch: {from: foo.patch}}
    ");
    let patch = fs::read_to_string(env.path("patchsets/foo/files/foo.patch")).unwrap();
    assert_snapshot!(patch, @"
    --- a/notes.txt
    +++ b/notes.txt
    @@ -4,3 +4,3 @@
     b
    -old
    +new
     c
    ");
    assert_gives(&env, all);
}

#[test]
fn a_hunk_that_could_be_found_elsewhere_is_written_for_each_version() {
    let env = TestEnvironment::new();
    let all: Variants<'_> = &[
        ("3.12.1", &[("notes.txt", "a\nold\nc\nd\nold\ne\n", "a\nnew\nc\nd\nold\ne\n")]),
        ("3.13.0", &[("notes.txt", "x\nold\ny\nd\nold\ne\n", "x\nnew\ny\nd\nold\ne\n")]),
    ];
    variants(&env, all);
    assert_snapshot!(run(&env, &["3.12.1", "3.13.0"], &["--same-meaning"]), @"
      notes.txt:2,2  by version: diff
    foo: one edit for 2 variants, 1 hunk, 0 in one form; the same bytes on CPython 3.12.1, 3.13.0
    wrote patchsets/foo/patchset.yaml
    [exit 0]
    ");
    assert_gives(&env, all);
}

#[test]
fn lines_with_the_same_context_at_one_end_only_are_inserted_there() {
    let env = TestEnvironment::new();
    let all: Variants<'_> = &[
        ("3.12.1", &[("notes.txt", "a\nfirst\nx\ny\n", "a\nfirst\nnew\nx\ny\n")]),
        ("3.13.0", &[("notes.txt", "b\nfirst\nz\n", "b\nfirst\nnew\nz\n")]),
    ];
    variants(&env, all);
    assert_snapshot!(run(&env, &["3.12.1", "3.13.0"], &[]), @"
      notes.txt:3,3  one form: text.insert
    foo: one edit for 2 variants, 1 hunk, 1 in one form; the same bytes on CPython 3.12.1, 3.13.0
    wrote patchsets/foo/patchset.yaml
    [exit 0]
    ");
    assert_snapshot!(written(&env), @"
    - id: foo
      why: |-
        foo-3.13.0.patch does not say why.
      file: notes.txt
      text.insert:
        after: |
          first
        text: |
          new
    ");
    let output = run(&env, &["3.12.1", "3.13.0"], &["--id", "bar", "--lift", "none"]);
    assert!(output.contains("by version: diff"), "{output}");
    assert_gives(&env, all);
}

#[test]
fn an_operation_that_fits_all_versions_takes_the_place_of_their_hunks() {
    let env = TestEnvironment::new();
    let all: Variants<'_> = &[
        ("3.12.1", &[("Makefile.pre.in", "all: python sharedmods\n", "all: python\n")]),
        (
            "3.13.0",
            &[(
                "Makefile.pre.in",
                "# rules\nall: check python sharedmods libs\n",
                "# rules\nall: check python libs\n",
            )],
        ),
    ];
    variants(&env, all);
    assert_snapshot!(run(&env, &["3.13.0", "3.12.1"], &[]), @"
      Makefile.pre.in:1,2  one form: makefile.remove-prerequisite
    foo: one edit for 2 variants, 1 hunk, 1 in one form; the same bytes on CPython 3.12.1, 3.13.0
    wrote patchsets/foo/patchset.yaml
    [exit 0]
    ");
    assert_snapshot!(written(&env), @"
    - id: foo
      why: |-
        foo-3.13.0.patch does not say why.
      file: Makefile.pre.in
      makefile.remove-prerequisite: {target: all, word: sharedmods}
    ");
    assert_gives(&env, all);
}

#[test]
fn values_by_version_say_what_differs() {
    let env = TestEnvironment::new();
    let all: Variants<'_> = &[
        ("3.12.1", &[("tool.py", "import os\n\nLLVM = 18\nx = 1\n", "import os\n\nLLVM = 22\nx = 1\n")]),
        ("3.13.0", &[("tool.py", "import os\n\nLLVM = 19\nx = 1\n", "import os\n\nLLVM = 22\nx = 1\n")]),
    ];
    variants(&env, all);
    assert_snapshot!(run(&env, &["3.12.1", "3.13.0"], &[]), @"
      tool.py:3,3  by version: python.replace
                     3.12 and 3.13: the same lines in the place of others
    foo: one edit for 2 variants, 1 hunk, 0 in one form; the same bytes on CPython 3.12.1, 3.13.0
    wrote patchsets/foo/patchset.yaml
    [exit 0]
    ");
    assert_snapshot!(written(&env), @r#"
    - id: foo
      why: |-
        foo-3.13.0.patch does not say why.
      file: tool.py
      python.replace: {find: {<3.13: LLVM = 18, ">=3.13": LLVM = 19}, with: LLVM = 22}
    "#);
    assert_gives(&env, all);
}

#[test]
fn a_file_that_moved_has_a_name_for_each_version() {
    let env = TestEnvironment::new();
    let text = ("one\ntwo\nthree\n", "one\n2\nthree\n");
    let all: Variants<'_> = &[
        ("3.11.4", &[("old/notes.txt", text.0, text.1)]),
        ("3.12.1", &[("old/notes.txt", text.0, text.1)]),
        ("3.13.0", &[("new/notes.txt", text.0, text.1)]),
    ];
    variants(&env, all);
    assert_snapshot!(run(&env, &["3.11.4", "3.12.1", "3.13.0"], &[]), @"
      old/notes.txt, new/notes.txt:2,2,2  one form: diff
    foo: one edit for 3 variants, 1 hunk, 1 in one form; the same bytes on CPython 3.11.4, 3.12.1, 3.13.0
    wrote patchsets/foo/patchset.yaml
    [exit 0]
    ");
    assert_snapshot!(written(&env), @r#"
    - id: foo
      why: |-
        foo-3.13.0.patch does not say why.
      file: {<3.13: old/notes.txt, ">=3.13": new/notes.txt}
      diff: {patch: {from: foo.new-notes.txt.patch}}
    "#);
    assert_gives(&env, all);
}

#[test]
fn a_hunk_that_a_base_has_no_lines_for_is_limited_to_the_others() {
    let env = TestEnvironment::new();
    let all: Variants<'_> = &[
        ("3.12.1", &[("notes.txt", "a\nb\nc\nd\ne\nf\ng\n", "a\nb\nc\nd\ne\nf\nG\n")]),
        ("3.13.0", &[("notes.txt", "a\nonly here\nc\nd\ne\nf\ng\n", "a\nand here\nc\nd\ne\nf\nG\n")]),
    ];
    variants(&env, all);
    assert_snapshot!(run(&env, &["3.12.1", "3.13.0"], &["--same-meaning"]), @"
      notes.txt:2    one form: diff
                       not in 3.12: its base lacks the lines that are changed
      notes.txt:7,7  one form: diff
    foo: one edit for 2 variants, 2 hunks, 2 in one form; the same bytes on CPython 3.12.1, 3.13.0
    wrote patchsets/foo/patchset.yaml
    [exit 0]
    ");
    assert_snapshot!(written(&env), @r#"
    - id: foo
      why: |-
        foo-3.13.0.patch does not say why.
      changes:
        - file: notes.txt
          diff: {patch: {from: foo.patch}}
        - file: notes.txt
          when: ">=3.13"
          diff: {patch: {from: foo-3.13.patch}}
    "#);
    assert_gives(&env, all);
}

/// Two hunks: one is the same, and one does something else in the second version.
const DIFFERING: Variants<'static> = &[
    (
        "3.12.1",
        &[
            ("a.txt", "one\ntwo\nthree\n", "one\n2\nthree\n"),
            ("b.txt", "start\nopen the file\nend\n", "start\nopen the device\nend\n"),
        ],
    ),
    (
        "3.13.0",
        &[
            ("a.txt", "one\ntwo\nthree\n", "one\n2\nthree\n"),
            ("b.txt", "start\nopen the file\nend\n", "start\nopen the socket and wait for it\nend\n"),
        ],
    ),
];

#[test]
fn a_hunk_that_differs_in_meaning_is_named_and_written_for_each_version() {
    let env = TestEnvironment::new();
    variants(&env, DIFFERING);
    assert_snapshot!(run(&env, &["3.12.1", "3.13.0"], &[]), @"
      a.txt:2,2  one form: diff
      b.txt:2,2  by version: diff
                   differs in meaning between 3.12 and 3.13
    foo: one edit for 2 variants, 2 hunks, 1 in one form; the same bytes on CPython 3.12.1, 3.13.0
    wrote patchsets/foo/patchset.yaml
    [exit 0]
    ");
    assert_snapshot!(written(&env), @r#"
    - id: foo
      why: |-
        foo-3.13.0.patch does not say why.
      changes:
        - file: a.txt
          diff: {patch: {from: foo.patch}}
        - file: b.txt
          diff: {patch: {<3.13: {from: foo-3.12.patch}, ">=3.13": {from: foo-3.13.patch}}}
    "#);
    assert_gives(&env, DIFFERING);
}

#[test]
fn a_hunk_that_differs_in_meaning_is_refused_if_that_is_asked_for() {
    let env = TestEnvironment::new();
    variants(&env, DIFFERING);
    let before = env.state(".");
    assert_snapshot!(run(&env, &["3.12.1", "3.13.0"], &["--same-meaning"]), @"
    ------- stderr -------
    error: 1 of 2 hunks differ in meaning between the versions
      b.txt:2,2: differs in meaning between 3.12 and 3.13
        3.12: +open the device
        3.13: +open the socket and wait for it
      nothing was written
      help: make the variants agree, or leave out --same-meaning to write these hunks for each version
    [exit 3]
    ");
    assert_eq!(env.state("."), before);
}

#[test]
fn patches_that_have_nothing_in_common_are_refused() {
    let env = TestEnvironment::new();
    let all: Variants<'_> = &[
        ("3.12.1", &[("a.txt", "one\ntwo\n", "one\n2\n"), ("b.txt", "three\n", "three\n")]),
        ("3.13.0", &[("a.txt", "one\ntwo\n", "one\ntwo\n"), ("b.txt", "three\n", "3\n")]),
    ];
    variants(&env, all);
    let before = env.state(".");
    assert_snapshot!(run(&env, &["3.12.1", "3.13.0"], &[]), @"
    ------- stderr -------
    error: 2 of 2 hunks differ in meaning between the versions
      a.txt:2: is in 3.12, but not in 3.13
      b.txt:1: is in 3.13, but not in 3.12
      nothing was written
      help: import patches that have nothing in common as edits of their own
    [exit 3]
    ");
    assert_eq!(env.state("."), before);
}

#[test]
fn a_variant_that_does_not_fit_its_base_is_named_and_nothing_is_written() {
    let env = TestEnvironment::new();
    variants(&env, DIFFERING);
    env.edit("3.13.0/a.txt", "two", "other");
    let before = env.state(".");
    assert_snapshot!(run(&env, &["3.12.1", "3.13.0"], &[]), @"
    ------- stderr -------
    error: 1 of 2 patches cannot be taken
      foo-3.13.0.patch on 3.13.0: a.txt: hunk 1 (line 3 of the patch) does not fit with any fuzz
      nothing was written
      help: name the base for which each patch is written, or allow fuzz with --fuzz
    [exit 3]
    ");
    assert_eq!(env.state("."), before);
}

#[test]
fn a_wrong_number_of_patches_bases_or_versions_is_an_error() {
    let env = TestEnvironment::new();
    variants(&env, DIFFERING);
    tree(&env, "other", &[]);
    env.write("nothing/a.txt", "one\n");
    let before = env.state(".");
    let each = [
        run(&env, &["3.12.1"], &[]),
        run(&env, &["3.12.1", "3.13.0"], &["--base", "3.13.0"]),
        run(&env, &["3.12.1", "3.12.1"], &[]),
        env.run(&[
            "import",
            "--collapse",
            "foo-3.12.1.patch",
            "foo-3.13.0.patch",
            "--base",
            "3.12.1",
            "--base",
            "nothing",
        ]),
        run(&env, &["3.12.1", "3.13.0"], &["--lift", "ask"]),
        env.run(&["import", "foo-3.12.1.patch", "--base", "3.12.1", "--base", "3.13.0"]),
    ];
    assert_snapshot!(each.join("\n"), @"
    ------- stderr -------
    error: --collapse needs at least two patches, each for its own version
    [exit 2]
    ------- stderr -------
    error: --collapse has 2 patches and 3 of --base
      help: give --base once for each patch, in the same order
    [exit 2]
    ------- stderr -------
    error: two patches are for CPython 3.12.1
      foo-3.12.1.patch on 3.12.1
      foo-3.12.1.patch on 3.12.1
      help: give each variant the base of its own version
    [exit 2]
    ------- stderr -------
    error: nothing has no version
      missing, or without a version: Include/patchlevel.h of CPython, src/lua.h of Lua, generic/tcl.h of Tcl
    [exit 2]
    ------- stderr -------
    error: --collapse does not ask: give --lift all or none
    [exit 2]
    ------- stderr -------
    error: --base is given several times
      help: give --collapse to make one edit of patches for several versions
    [exit 2]
    ");
    assert_eq!(env.state("."), before);
}

#[test]
fn files_that_are_added_removed_or_made_executable_are_one_change_where_they_are_the_same() {
    let env = TestEnvironment::new();
    for (version, old) in [("3.12.1", "one\n"), ("3.13.0", "two\n")] {
        tree(&env, version, &[("old.txt", old), ("run.sh", "echo\n")]);
        env.write(
            &format!("foo-{version}.patch"),
            format!(
                "diff --git a/new.txt b/new.txt\nnew file mode 100644\n--- /dev/null\n+++ b/new.txt\n@@ -0,0 +1 @@\n+new\n\
                 diff --git a/old.txt b/old.txt\ndeleted file mode 100644\n--- a/old.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-{old}\
                 diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n"
            ),
        );
    }
    assert_snapshot!(run(&env, &["3.12.1", "3.13.0"], &["--same-meaning"]), @"
      new.txt  one form: diff
      old.txt  by version: diff
      run.sh   one form: diff
    foo: one edit for 2 variants, 3 hunks, 2 in one form; the same bytes on CPython 3.12.1, 3.13.0
    wrote patchsets/foo/patchset.yaml
    [exit 0]
    ");
    assert_snapshot!(written(&env), @r#"
    - id: foo
      why: |-
        foo-3.13.0.patch does not say why.
      changes:
        - file: "new.txt"
          diff: {patch: {from: foo.new.txt.patch}}
        - file: "old.txt"
          when: "<3.13"
          diff: {patch: {from: foo.old.txt-3.12.patch}}
        - file: "old.txt"
          when: ">=3.13"
          diff: {patch: {from: foo.old.txt-3.13.patch}}
        - file: "run.sh"
          diff: {patch: {from: foo.run.sh.patch}}
    "#);
    for version in ["3.12.1", "3.13.0"] {
        env.stdout(&["apply", "--allow-unpinned", "foo", version]);
        assert_eq!(fs::read_to_string(env.path(format!("{version}/new.txt"))).unwrap(), "new\n");
        assert!(!env.path(format!("{version}/old.txt")).exists());
    }
}

#[test]
fn a_hunk_without_context_is_where_those_after_it_have_room() {
    let env = TestEnvironment::new();
    let text = "a\nb\nc\nrun(OLD);\nd\nrun(OLD);\ne\n";
    let hunk = |line: usize| format!("@@ -{line} +{line} @@\n-run(OLD);\n+run(NEW);\n");
    for (version, lines) in [("3.12.1", [1, 3]), ("3.13.0", [4, 6])] {
        tree(&env, version, &[("notes.txt", text)]);
        let hunks = lines.map(hunk).concat();
        env.write(&format!("foo-{version}.patch"), format!("--- a/notes.txt\n+++ b/notes.txt\n{hunks}"));
    }
    let output = run(&env, &["3.12.1", "3.13.0"], &["--same-meaning"]);
    assert!(output.contains("2 in one form"), "{output}");
    env.stdout(&["apply", "--allow-unpinned", "foo", "3.12.1"]);
    let patched = fs::read_to_string(env.path("3.12.1/notes.txt")).unwrap();
    assert_eq!(patched, text.replace("OLD", "NEW"));
    // The first hunk alone may be in either place.
    env.write("foo-3.13.0.patch", format!("--- a/notes.txt\n+++ b/notes.txt\n{}", hunk(1)));
    tree(&env, "3.12.1", &[("notes.txt", text)]);
    let output = run(&env, &["3.12.1", "3.13.0"], &["--id", "bar"]);
    assert!(output.contains("in 2 places") && output.ends_with("[exit 3]"), "{output}");
}

#[test]
fn the_report_is_written_as_json() {
    let env = TestEnvironment::new();
    variants(&env, DIFFERING);
    let output = run(&env, &["3.12.1", "3.13.0"], &["-n", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(output.split("[exit").next().unwrap()).unwrap();
    assert_eq!(json["variants"][1]["version"], "3.13.0");
    assert_eq!((&json["hunks"][0]["shared"], &json["hunks"][0]["differs"]), (&true.into(), &false.into()));
    assert_eq!(json["hunks"][1]["unlike"][0]["why"], "differs in meaning");
    assert_eq!(json["hunks"][1]["unlike"][0]["lines"][0], "+open the device");
    assert!(!env.path("patchsets").exists());
}
