//! Reports on terminals of several widths, and their colours.

use std::collections::BTreeSet;

use crate::common::TestEnvironment;
use crate::common::release::pinned;
use crate::common::terminal::Terminal;
use crate::common::tree;
use insta::assert_snapshot;

/// The screen of a command that ends, on a terminal of so many columns.
fn screen(env: &TestEnvironment, columns: usize, arguments: &str) -> Option<String> {
    let terminal = Terminal::start(env, columns, 50, arguments)?;
    Some(terminal.wait_for("exit "))
}

/// Three edits: of one place, of several places and files, and one that is skipped; a reason with wide and combining characters.
fn several() -> TestEnvironment {
    let env = TestEnvironment::with_tree();
    let edits = r#"- id: generator
  why: The generator runs on a compute node, and its tables are made there. Nobody reads this sentence.
  file: Makefile.pre.in
  makefile.prefix-command: {target: tables, command: $(GEN), with: run, count: 2}
- id: shared-modules-of-the-gadget
  why: 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字
  changes:
  - file: Makefile.pre.in
    makefile.remove-prerequisite: {target: all, word: sharedmods}
  - file: Modules/one.c
    text.replace: {find: 'not fopen', with: not one_open}
- id: older
  why: Old gadgets only.
  when: "<9.0"
  file: Makefile.pre.in
  makefile.remove-prerequisite: {target: all, word: oldsharedmods}"#;
    env.patchset("several", edits);
    env
}

#[test]
fn a_plan_has_a_line_for_each_edit_and_the_reasons_as_far_as_they_fit() {
    let env = several();
    let Some(narrow) = screen(&env, 60, "plan several tree") else { return };
    assert_snapshot!(narrow, @r"
    several on tree (CPython 9.9)
      change    generator                     Makefile.pre.in (…
      change    shared-modules-of-the-gadget  Makefile.pre.in:8…
      skipped   older                         it is for <9.0, a…
    3 edits: 2 change, 1 skipped; 2 files
    exit 0
    ");
    assert_snapshot!(screen(&env, 110, "plan several tree").unwrap(), @r"
    several on tree (CPython 9.9)
      change    generator                     Makefile.pre.in (2)           The generator runs on a compute node,…
      change    shared-modules-of-the-gadget  Makefile.pre.in:8 and 1 file  漢字漢字漢字漢字漢字漢字漢字漢字漢字…
      skipped   older                         it is for <9.0, and this is 9.9
    3 edits: 2 change, 1 skipped; 2 files
    exit 0
    ");
    // All places, and no reasons.
    assert_snapshot!(screen(&env, 60, "plan several tree -v").unwrap(), @r"
    several on tree (CPython 9.9)
      change    generator
        Makefile.pre.in:14,15
      change    shared-modules-of-the-gadget  Makefile.pre.in:8
        Modules/one.c:8
      skipped   older                         it is for <9.0,
        and this is 9.9
    3 edits: 2 change, 1 skipped; 2 files
    exit 0
    ");
    // Without a terminal, nothing is cut.
    assert_snapshot!(env.stdout(&["plan", "several", "tree"]), @r"
    several on tree (CPython 9.9)
      change    generator                     Makefile.pre.in:14,15
      change    shared-modules-of-the-gadget  Makefile.pre.in:8 Modules/one.c:8
      skipped   older                         it is for <9.0, and this is 9.9
    3 edits: 2 change, 1 skipped; 2 files
    ");
}

#[test]
fn titles_and_errors_are_broken_at_blanks() {
    let env = several();
    env.yaml("long", "schema: 1\nid: long\ntitle: What a patchset is for takes a few words more than fit in a line\nedits: []\n");
    let Some(list) = screen(&env, 60, "list '[ls]*'") else { return };
    assert_snapshot!(list, @r"
    long     What a patchset is for takes a few words more than
             fit in a line
    several  A test
    exit 0
    ");
    let error = screen(&env, 60, "plan several /etc").unwrap();
    assert_snapshot!(error, @r"
    several on /etc
      missing   generator                     Makefile.pre.in
      missing   shared-modules-of-the-gadget  Makefile.pre.in
      skipped   older                         it is for <9.0, a…
    3 edits: 2 missing, 1 skipped; 0 files
    error: edit `generator` does not fit /etc
      Makefile.pre.in  the file `Makefile.pre.in` does not exist
    error: edit `shared-modules-of-the-gadget` does not fit /etc
      Makefile.pre.in  the file `Makefile.pre.in` does not exist
    error: edit `shared-modules-of-the-gadget` does not fit /etc
      Modules/one.c  the file `Modules/one.c` does not exist
    nothing was written
    exit 3
    ");
    assert_snapshot!(screen(&env, 40, "show several generator").unwrap(), @r"
    several: A test
      file: patchsets/several/patchset.yaml

    generator
        The generator runs on a compute
        node, and its tables are made there.
        Nobody reads this sentence.
      makefile.prefix-command in
        Makefile.pre.in
          target: tables
          command: $(GEN)
          with: run
          count: 2
    exit 0
    ");
}

#[test]
fn verdicts_are_signs_where_words_do_not_fit() {
    let env = pinned();
    for other in ["without-docs", "patched", "without-fopen"] {
        tree::write(&env.path(other));
    }
    env.edit("without-docs/Makefile.pre.in", "sharedmods docs", "sharedmods");
    env.edit("without-fopen/Modules/one.c", "return fopen(", "return other_open(");
    env.stdout(&["apply", "gadget", "patched", "--allow-unpinned"]);
    let arguments = "matrix gadget --base tree tree without-docs patched without-fopen";
    let Some(wide) = screen(&env, 100, arguments) else { return };
    assert_snapshot!(wide, @r"
    gadget, anchors compared with tree

                          9.9 - 9.9  9.9        9.9
    no-sharedmods         applies    already    applies
    run-gen               applies    already    applies
    static-modules/one    already    already    already
    static-modules/two    applies    already    applies
    static-modules/three  applies    already    applies
    open-elsewhere        applies    already    changed
    loader                applies    already    applies
    no-news               applies    already    applies
    configure-runs        applies    already    applies

    36 cells on 4 sources: 12 already, 23 applies, 1 changed; 1 to be decided (`-v` lists the
    candidates)
    exit 0
    ");
    assert_snapshot!(screen(&env, 44, arguments).unwrap(), @r"
    gadget, anchors compared with tree

                           9.9   9.9   9.9
                           -9.9
    no-sharedmods          ●     ✓     ●
    run-gen                ●     ✓     ●
    static-modules/one     ✓     ✓     ✓
    static-modules/two +1  ●     ✓     ●
    open-elsewhere         ●     ✓     ◆
    loader                 ●     ✓     ●
    no-news                ●     ✓     ●
    configure-runs         ●     ✓     ●

    ✓ already  ● applies  ◆ changed

    36 cells on 4 sources: 12 already, 23
    applies, 1 changed; 1 to be decided (`-v`
    lists the candidates)
    exit 0
    ");
}

/// Every report without the escape codes is what it is without colours.
#[test]
fn reports_are_in_colours_that_can_be_left_out() {
    let mut env = pinned();
    env.stdout(&["snapshot", "accept", "gadget"]);
    let commands = [
        "plan gadget tree",
        "plan gadget /etc",
        "diff gadget tree",
        "show gadget",
        "list gadget",
        "check gadget",
        "pins",
        "snapshot check gadget",
        "matrix gadget tree --base tree",
        "apply gadget tree --allow-unpinned --dry-run",
        "status tree",
        "graph gadget",
        "plan nothing tree",
    ];
    let mut without = BTreeSet::new();
    let transcripts = |env: &TestEnvironment, options: &[&str]| -> Vec<String> {
        let run =
            |command: &&str| env.run(&[command.split(' ').collect::<Vec<_>>(), options.to_vec()].concat());
        commands.iter().map(run).collect()
    };
    let plain = transcripts(&env, &[]);
    let coloured = transcripts(&env, &["--color", "always"]);
    for ((command, plain), coloured) in commands.iter().zip(&plain).zip(&coloured) {
        if !coloured.contains('\u{1b}') {
            without.insert(*command);
        }
        let stripped = anstream::adapter::strip_str(coloured).to_string();
        // In colours, a diff is only to be looked at.
        assert_eq!(stripped.replace(r"\x0d", "\r"), *plain, "{command}");
    }
    assert_eq!(without, BTreeSet::from(["status tree"]));
    env.set("CLICOLOR_FORCE", "1");
    assert_eq!(transcripts(&env, &[]), coloured);
    assert_eq!(transcripts(&env, &["--color", "never"]), plain);
    env.set("NO_COLOR", "1");
    assert_eq!(transcripts(&env, &[]), plain);
    assert_eq!(transcripts(&env, &["--color", "always"]), coloured);
}

#[test]
fn the_words_that_changed_are_marked_in_a_diff() {
    let env = several();
    let diff = env.stdout(&["diff", "several", "tree", "--edit", "generator", "--color", "always"]);
    let line = diff.lines().find(|line| line.contains("run")).unwrap();
    assert!(line.contains("\u{1b}[7m"), "{diff:?}");
    let line = diff.lines().find(|line| line.starts_with("\u{1b}[31m-")).unwrap();
    assert!(line.contains("tables.txt"), "{diff:?}");
}
