//! `diff`, the operation: patches that others made, taken over as they are.

use std::fs;

use crate::common::TestEnvironment;
use crate::common::terminal::Terminal;
use insta::assert_snapshot;

/// A patch of two files, the first with git's header, the second without.
const MIXED: &str = "\
diff --git a/Modules/one.c b/Modules/one.c
--- a/Modules/one.c
+++ b/Modules/one.c
@@ -1,3 +1,3 @@
 limit = 1
-level = 2
+level = 3
 end
--- a/Modules/two.c.orig  2014-05-27 11:02:30 -0700
+++ b/Modules/two.c       2014-05-27 11:02:31 -0700
@@ -1,3 +1,3 @@
 limit = 1
 level = 2
-end
+END
";

fn with_patch(edits: &str) -> TestEnvironment {
    let env = TestEnvironment::new();
    for name in ["one", "two"] {
        env.write(&format!("tree/Modules/{name}.c"), "limit = 1\nlevel = 2\nend\n");
    }
    env.patchset("mine", edits);
    env.write("patchsets/mine/files/mixed.patch", MIXED);
    env
}

#[test]
fn each_file_gets_its_own_section_of_a_mixed_patch() {
    let env = with_patch(
        "  - id: both\n    why: w\n    changes:\n      - {file: Modules/one.c, diff: {patch: {from: mixed.patch}}}\n      - {file: Modules/two.c, diff: {patch: {from: mixed.patch}}}\n",
    );
    assert_snapshot!(env.run(&["check", "mine"]), @"
    mine: 1 edit, no errors
    [exit 0]
    ");
    env.run(&["apply", "--allow-unpinned", "mine", "tree"]);
    assert_eq!(fs::read_to_string(env.path("tree/Modules/one.c")).unwrap(), "limit = 1\nlevel = 3\nend\n");
    assert_eq!(fs::read_to_string(env.path("tree/Modules/two.c")).unwrap(), "limit = 1\nlevel = 2\nEND\n");
    assert!(env.run(&["plan", "mine", "tree"]).contains("already   both"));
}

#[test]
fn a_section_that_no_change_takes_is_an_error_without_a_tree() {
    let edit = "  - id: half\n    why: w\n    file: Modules/one.c\n    diff: {patch: {from: mixed.patch}}\n";
    let env = with_patch(edit);
    assert_snapshot!(env.run(&["check", "mine"]), @"
    ------- stderr -------
    error: edit `half`: mixed.patch is also for Modules/two.c, which no change takes from it: add a change with that `file` and the same `patch` (untaken-section)
     --> patchsets/mine/patchset.yaml:5:7
      |
    5 |     - id: half
      |       ^^
      help: if this is intended, add `allow: {untaken-section: REASON}` to the edit
    [exit 2]
    ");
    assert!(env.run(&["plan", "mine", "tree"]).ends_with("[exit 3]"));
    let env = with_patch(&format!("{edit}    allow: {{untaken-section: not built}}\n"));
    assert!(env.run(&["check", "mine"]).ends_with("[exit 0]"));
    assert!(env.run(&["plan", "mine", "tree"]).contains("untaken-section is allowed: not built"));
}

#[test]
fn a_damaged_patch_is_an_invalid_patchset() {
    let env = with_patch(
        "  - id: one\n    why: w\n    file: Modules/one.c\n    diff: {patch: {from: mixed.patch}}\n",
    );
    env.edit(
        "patchsets/mine/files/mixed.patch",
        "@@ -1,3 +1,3 @@\n limit = 1\n-level",
        "@@ -1,4 +1,4 @@\n limit = 1\n-level",
    );
    assert_snapshot!(env.run(&["check", "mine"]), @r"
    ------- stderr -------
    error: `diff` has a damaged patch: hunk 1 (line 4 of the patch) has fewer lines than it says: its header says 4 old and 4 new lines, and line 9 begins the next file
     --> patchsets/mine/patchset.yaml:8:7
      |
    8 |       diff: {patch: {from: mixed.patch}}
      |       ^^^^
    [exit 2]
    ");
}

#[test]
fn a_hunk_that_moved_too_far_is_a_candidate_with_its_distance() {
    let env = TestEnvironment::new();
    let body = "start()\n{\n  one;\n  two;\n}\n";
    let filler = "  x;\n".repeat(240);
    env.write("old/Include/patchlevel.h", "#define PY_VERSION \"9.9\"\n");
    env.write("new/Include/patchlevel.h", "#define PY_VERSION \"10.0\"\n");
    env.write("old/f.c", format!("a()\n{body}z()\n{filler}"));
    env.write("new/f.c", format!("a()\nz()\n{filler}{}", body.replace("start", "begin")));
    let patch = "--- a/f.c\n+++ b/f.c\n@@ -4,3 +4,3 @@ start()\n   one;\n-  two;\n+  TWO;\n }\n";
    env.yaml(
        "far",
        "schema: 1\nid: far\ntitle: t\napplies-to: \">=9.9, <10.0\"\nedits:\n  - id: two\n    why: w\n    file: f.c\n    diff: {patch: {from: p}}\n",
    );
    env.write("patchsets/far/files/p", patch);
    assert!(env.run(&["plan", "far", "old"]).ends_with("[exit 0]"));
    assert_snapshot!(env.run(&["matrix", "-v", "far", "new", "--base", "old"]), @"
    far, anchors compared with old

         10.0
    two  changed

    two on 10.0: changed
      hunk 1 (line 4 of the patch's file) fits only 241 lines from where the patch says
      1. f.c:245  one;
         all hunks fit with `max-offset: 241`

    1 cell on 1 source: 1 changed; 1 to be decided (`-v` lists the candidates)
    [exit 0]
    ");
    let ported =
        env.run(&["port", "far", "--to", "new", "--base", "old", "--id", "far-10", "--accept", "two=1"]);
    assert!(ported.ends_with("[exit 0]"), "{ported}");
    assert!(env.stdout(&["diff", "far-10", "new"]).contains("+  TWO;\n"));
}

#[test]
fn a_lone_carriage_return_is_part_of_its_line_in_a_diff() {
    let env = TestEnvironment::new();
    env.write("tree/f", "one\rone-b\ntwo\nthree\n");
    env.patchset("mine", "  - {id: x, why: w, file: f, text.replace: {find: two, with: TWO}}\n");
    assert_eq!(
        env.stdout(&["diff", "mine", "tree"]),
        "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n one\rone-b\n-two\n+TWO\n three\n"
    );
}

#[test]
fn one_edit_is_shown_though_others_do_not_fit() {
    let env = TestEnvironment::with_tree();
    env.edit("patchsets/gadget/patchset.yaml", "target: all", "target: nothing-such");
    assert!(env.run(&["diff", "gadget", "tree"]).ends_with("[exit 3]"));
    let output = env.run(&["diff", "gadget", "tree", "--edit", "loader"]);
    assert!(output.contains("+int loader;") && output.ends_with("[exit 0]"), "{output}");
    assert_snapshot!(env.run(&["plan", "gadget", "tree", "--edit", "loader"]), @r"
    gadget on tree (CPython 9.9)
      change    loader  Modules/gadget/loader.c
    1 edit: 1 change; 1 file
    [exit 0]
    ");
    let output = env.run(&["diff", "gadget", "tree", "--edit", "no-sharedmods"]);
    assert!(
        output.contains("error: edit `no-sharedmods` does not fit") && output.ends_with("[exit 3]"),
        "{output}"
    );
    assert!(env.run(&["plan", "gadget", "tree", "--edit", "no-sharedmods"]).ends_with("[exit 3]"));
    assert_snapshot!(env.run(&["diff", "gadget", "tree", "--edit", "laoder"]), @r"
    ------- stderr -------
    error: `gadget` has no edit `laoder`
      near: loader
      help: run `pypatch show gadget` for a list
    [exit 2]
    ");
    // An edit that depends on another is planned on its result, and not without it.
    env.patchset("two", "- {id: one, why: w, file: NOTE, file.add: {content: \"alpha\\n\"}}\n- {id: two, why: w, depends-on: [one], file: NOTE, text.replace: {find: alpha, with: beta}}\n- {id: bad, why: w, file: NOTE, text.replace: {find: zeta, with: beta}}");
    let output = env.run(&["diff", "two", "tree", "--edit", "two"]);
    assert!(output.contains("-alpha\n+beta\n") && output.ends_with("[exit 0]"), "{output}");
    // The result is that of both, without what does not fit.
    let page = env.stdout(&["plan", "two", "tree", "--edit", "two", "--format", "markdown"]);
    assert!(page.contains("+beta") && !page.contains("zeta"), "{page}");
    let plan = env.run(&["plan", "two", "tree", "--edit", "two"]);
    assert!(
        plan.contains("change    one") && plan.contains("change    two") && !plan.contains("bad"),
        "{plan}"
    );
}

#[test]
fn lines_are_counted_by_edit_and_file() {
    let env = TestEnvironment::with_tree();
    assert_snapshot!(env.run(&["diff", "gadget", "tree", "--stat"]), @r"
    no-sharedmods
     Makefile.pre.in         | 2 +-
    run-gen
     Makefile.pre.in         | 4 ++--
    static-modules
     Modules/Setup.dist      | 6 +++---
    open-elsewhere
     Modules/one.c           | 2 +-
    loader
     Modules/gadget/loader.c | 1 +
    no-news
     Misc/NEWS               | 2 --
    configure-runs
     configure               | 0
    6 files changed, 8 insertions(+), 9 deletions(-)
    [exit 0]
    ");
    assert_snapshot!(env.run(&["diff", "gadget", "tree", "--stat", "--edit", "loader", "--exit-code"]), @r"
    loader
     Modules/gadget/loader.c | 1 +
    1 file changed, 1 insertion(+), 0 deletions(-)
    [exit 1]
    ");
}

#[test]
fn on_a_terminal_a_diff_is_paged_and_in_colours() {
    let mut env = TestEnvironment::with_tree();
    let pager = "while IFS= read -r line; do echo \"> $line\"; done";
    env.set("PAGER", pager);
    let Some(terminal) = Terminal::start(&env, 80, 12, "diff gadget tree") else { return };
    terminal.wait_for("> new mode 100755");
    drop(terminal);
    // What fits is shown as it is; so is everything with `cat`.
    let short = Terminal::start(&env, 80, 30, "diff gadget tree --edit loader").unwrap();
    let screen = short.wait_for("exit 0");
    assert!(screen.starts_with("diff --git") && screen.contains("+int loader;"), "{screen}");
    drop(short);
    env.set("PAGER", "cat");
    let long = Terminal::start(&env, 80, 12, "diff gadget tree").unwrap();
    let screen = long.wait_for("exit 0");
    assert!(!screen.contains("> "), "{screen}");
    drop(long);
    let coloured = env.stdout(&["diff", "gadget", "tree", "--edit", "loader", "--color", "always"]);
    assert!(coloured.contains("\u{1b}[32m+int loader;\u{1b}[0m\n"), "{coloured:?}");
}
