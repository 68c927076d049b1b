//! `review`: changes of snapshots, accepted and rejected one by one.

use std::fs;

use crate::common::TestEnvironment;
use crate::common::release::pinned;
use crate::common::terminal::Terminal;
use insta::assert_snapshot;

/// A release with accepted snapshots, and a patchset of which three edits give something else now.
fn changed() -> TestEnvironment {
    let env = pinned();
    env.stdout(&["snapshot", "accept", "gadget"]);
    let file = "patchsets/gadget/patchset.yaml";
    env.edit(file, "with: run", "with: yod");
    env.edit("patchsets/gadget/files/loader.c", "int loader;", "int other;");
    env.edit(file, "gadget_open", "widget_open");
    assert!(env.run(&["snapshot", "check", "gadget"]).ends_with("[exit 1]"));
    env
}

fn accepted(env: &TestEnvironment) -> String {
    fs::read_to_string(env.path("snapshots/gadget/python-9.9.snap")).unwrap()
}

/// Whether the accepted snapshot has the new result of each edit.
fn has_new(env: &TestEnvironment) -> [bool; 3] {
    ["yod $(GEN)", "widget_open", "int other;"].map(|text| accepted(env).contains(text))
}

fn waits(env: &TestEnvironment) -> bool {
    env.path("snapshots/gadget/python-9.9.snap.new").exists()
}

#[test]
fn without_a_terminal_the_commands_are_listed() {
    let env = changed();
    assert_snapshot!(env.run(&["review"]), @r"
    gadget on python-9.9: run-gen
      pypatch review gadget@python-9.9 --edit run-gen --accept
      pypatch review gadget@python-9.9 --edit run-gen --reject
    gadget on python-9.9: open-elsewhere
      pypatch review gadget@python-9.9 --edit open-elsewhere --accept
      pypatch review gadget@python-9.9 --edit open-elsewhere --reject
    gadget on python-9.9: loader
      pypatch review gadget@python-9.9 --edit loader --accept
      pypatch review gadget@python-9.9 --edit loader --reject
    ------- stderr -------
    error: 3 changes wait for review, and this is not a terminal
      help: run `pypatch review` in a terminal, or one of the commands above
    [exit 1]
    ");
    assert_snapshot!(env.run(&["review", "--accept", "--edit", "run-gen"]), @r"
    ------- stderr -------
    1 accepted, 0 rejected, 0 skipped, 0 left
    [exit 0]
    ");
    assert_snapshot!(env.run(&["review", "gadget@python-*", "--reject", "--edit", "open-elsewhere"]), @r"
    ------- stderr -------
    0 accepted, 1 rejected, 0 skipped, 0 left
    [exit 0]
    ");
    assert_eq!(has_new(&env), [true, false, false]);
    assert_snapshot!(env.run(&["review", "--edit", "run-gen"]), @r"
    ------- stderr -------
    error: none of the changes that wait for review is meant
      gadget@python-9.9
      help: name one of these, or none for all of them
    [exit 2]
    ");
    assert!(waits(&env));
    assert_snapshot!(env.run(&["review", "--accept"]), @r"
    ------- stderr -------
    1 accepted, 0 rejected, 0 skipped, 0 left
    [exit 0]
    ");
    assert_eq!((has_new(&env), waits(&env)), ([true, false, true], false));
    assert_snapshot!(env.run(&["review"]), @r"
    ------- stderr -------
    nothing waits for review: `pypatch snapshot check` finds what differs
    [exit 0]
    ");
    // What was rejected is found again, and nothing else.
    assert_snapshot!(env.run(&["snapshot", "check", "gadget"]), @r#"
    gadget on python-9.9: changed
    open-elsewhere
      Modules/one.c:6: the edit has another effect
        before replaces `fopen` by `gadget_open`
        now replaces `fopen` by `widget_open`
        lines before:
          +    return gadget_open(name, "r");
        lines now:
          +    return widget_open(name, "r");
    ------- stderr -------
    1 compared, 1 different, 0 skipped
    `pypatch review` decides about each
    [exit 1]
    "#);
    env.stdout(&["snapshot", "accept", "gadget"]);
    assert_eq!((has_new(&env), waits(&env)), ([true; 3], false));
}

#[test]
fn an_edit_that_does_not_fit_is_not_accepted() {
    let env = changed();
    env.edit("patchsets/gadget/patchset.yaml", "target: all", "target: nothing-such");
    env.run(&["snapshot", "check", "gadget"]);
    let before = accepted(&env);
    assert_snapshot!(env.run(&["review", "--accept", "--edit", "no-sharedmods"]), @r"
    ------- stderr -------
    error: edit `no-sharedmods` of gadget does not fit python-9.9, and is not accepted
      help: `pypatch plan gadget python-9.9` says why; repair the edit, then run `pypatch snapshot check`
    [exit 3]
    ");
    assert_eq!(accepted(&env), before);
    assert_snapshot!(env.run(&["review", "--reject", "--edit", "no-sharedmods"]), @r"
    ------- stderr -------
    0 accepted, 1 rejected, 0 skipped, 0 left
    [exit 0]
    ");
}

#[test]
fn two_accepted_snapshots_are_compared() {
    let env = changed();
    env.yaml("other", "schema: 1\nid: other\ntitle: Others\nextends: gadget\npins: [python-9.9]\n");
    env.stdout(&["snapshot", "accept", "other"]);
    let output = env.run(&["review", "gadget@python-9.9", "other@python-9.9"]);
    assert_eq!(output, env.run(&["snapshot", "diff", "gadget/python-9.9", "other/python-9.9"]));
    assert!(output.contains("now adds `yod`") && !output.contains("-+"), "{output}");
    let raw = env.run(&["review", "--raw", "gadget@python-9.9", "other@python-9.9"]);
    assert!(raw.contains("-+\t-run $(GEN)"), "{raw}");
}

#[test]
fn changes_are_decided_one_by_one_at_the_terminal() {
    let env = changed();
    let why =
        "The generator runs on the machine for which Python is built, and not on the one that builds it.";
    env.edit("patchsets/gadget/patchset.yaml", "The generator runs elsewhere.", why);
    let Some(terminal) = Terminal::start(&env, 60, 24, "review") else { return };
    let screen = terminal.wait_for("change 1 of 3");
    assert_snapshot!(screen, @r"
    gadget on python-9.9   change 1 of 3
    run-gen   The generator runs on the machine for which Pytho…

      before  adds `run` (2 times)
      now     adds `yod` (2 times)

      Makefile.pre.in:14, target `tables`
      Makefile.pre.in:11: the edit has another effect
        lines before:
          +    -run $(GEN) tables.txt
          +    @run $(GEN) more.txt
        lines now:
          +    -yod $(GEN) tables.txt
          +    @yod $(GEN) more.txt









    [a]ccept [r]eject [s]kip [d]iff [w]hy [q]uit [?]
    ");
    assert!(screen.lines().all(|line| line.chars().count() <= 60), "{screen}");
    terminal.press(&["?"]);
    terminal.wait_for("these keys");
    terminal.press(&["?"]);
    terminal.wait_for("change 1 of 3");
    // Drawn again at another size without a key.
    terminal.resize(200);
    let wide = terminal.wait("wide screen", |screen| screen.contains(why));
    assert!(wide.contains("change 1 of 3"), "{wide}");
    terminal.press(&["a"]);
    terminal.wait_for("change 2 of 3");
    terminal.press(&["w"]);
    terminal.press(&["d"]);
    terminal.wait_for("@@ -6,7 +6,7 @@");
    terminal.press(&["r"]);
    terminal.wait_for("change 3 of 3");
    terminal.press(&["s"]);
    let end = terminal.wait_for("exit 1");
    assert!(end.contains("1 accepted, 1 rejected, 1 skipped, 0 left"), "{end}");
    assert_eq!((has_new(&env), waits(&env)), ([true, false, false], true));
    drop(terminal);

    // Quit, and come back: what waits is what was skipped.
    let again = Terminal::start(&env, 200, 24, "review").unwrap();
    let screen = again.wait_for("change 1 of 1");
    assert_snapshot!(screen, @r"
    gadget on python-9.9   change 1 of 1
    loader   Something has to load.

      before  adds `int loader;`
      now     adds `int other;`

      Modules/gadget/loader.c: the edit has another effect
        lines before:
          +int loader;
        lines now:
          +int other;












    [a]ccept [r]eject [s]kip [d]iff [w]hy [q]uit [?]
    ");
    again.press(&["q"]);
    again.wait_for("0 accepted, 0 rejected, 0 skipped, 1 left");
    assert_eq!((has_new(&env), waits(&env)), ([true, false, false], true));
    drop(again);
    let last = Terminal::start(&env, 60, 10, "review").unwrap();
    last.wait_for("change 1 of 1");
    last.press(&["A"]);
    last.wait_for("1 accepted, 0 rejected, 0 skipped, 0 left");
    last.wait_for("exit 0");
    assert_eq!((has_new(&env), waits(&env)), ([true, false, true], false));
}
