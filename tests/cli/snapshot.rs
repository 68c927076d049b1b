//! `snapshot`: the accepted results of a patchset on its pins.

use std::fs;

use crate::common;
use crate::common::release::{self, pinned};
use crate::common::without_digests;
use insta::assert_snapshot;

#[test]
fn check_compares_with_the_accepted_snapshot() {
    let env = pinned();
    assert_snapshot!(env.run(&["snapshot", "check", "gadget"]), @r#"
    gadget on python-9.9: not accepted yet
    (title)
      +gadget on python-9.9, CPython 9.9
    files before (new)
      +== files before
      +6477e551137666cc19ac933cea7a323c2b28283d0c5f1f1df3ecd5f4f1397367  Makefile.pre.in
      +7221e906c7c6cc78d4c51666bbd16d8841608b85a3092c9fc72e337343492f66  Misc/NEWS
      +8ddc0a4d962717777d091a0e54a766730d37f9a3f3e7aaf253edd25752226449  Modules/Setup.dist
      +absent                                                            Modules/gadget/loader.c
      +9692039a6744e3e431c55584d2eb070d5a0184026b3670e06c6a3b65f6a6aa01  Modules/one.c
      +306c6ca7407560340797866e077e053627ad409277d1b9da58106fce4cf717cb  configure
    no-sharedmods (new)
      +== no-sharedmods: change
      +diff --git a/Makefile.pre.in b/Makefile.pre.in
      +--- a/Makefile.pre.in
      ++++ b/Makefile.pre.in
      +@@ -5,7 +5,7 @@
      + 	two.o
      + 
      + all:	$(PROG) oldsharedmods \
      +-		sharedmods docs
      ++		docs
      + 
      + $(PROG): $(OBJS)
      + 	$(CC) -o $@ $(OBJS)
    run-gen (new)
      +== run-gen: change
      +diff --git a/Makefile.pre.in b/Makefile.pre.in
      +--- a/Makefile.pre.in
      ++++ b/Makefile.pre.in
      +@@ -11,8 +11,8 @@
      + 	$(CC) -o $@ $(OBJS)
      + 
      + tables: $(GEN)
      +-	-$(GEN) tables.txt
      +-	@$(GEN) more.txt
      ++	-run $(GEN) tables.txt
      ++	@run $(GEN) more.txt
      + 
      + sharedmods: $(PROG)
      + 	./$(PROG) setup.x build
    static-modules (new)
      +== static-modules: change
      +one: already, Modules/Setup.dist:8
      +two: change
      +three: change
      +diff --git a/Modules/Setup.dist b/Modules/Setup.dist
      +--- a/Modules/Setup.dist
      ++++ b/Modules/Setup.dist
      +@@ -6,9 +6,9 @@
      + GADGETS=gadgets
      + 
      + one one.c
      +-#two two.c -lm	# needs the mathematics
      +-#three three.c \
      +-#	three_more.c
      ++two two.c -lm	# needs the mathematics
      ++three three.c \
      ++	three_more.c
      + #two-and-a-half half.c
      + 
      + #*shared*
    open-elsewhere (new)
      +== open-elsewhere: change
      +diff --git a/Modules/one.c b/Modules/one.c
      +--- a/Modules/one.c
      ++++ b/Modules/one.c
      +@@ -6,7 +6,7 @@
      + one_open(const char *name)
      + {
      +     /* not fopen("this") */
      +-    return fopen(name, "r");
      ++    return gadget_open(name, "r");
      + }
      + 
      + static int
    loader (new)
      +== loader: change
      +diff --git a/Modules/gadget/loader.c b/Modules/gadget/loader.c
      +new file mode 100644
      +--- /dev/null
      ++++ b/Modules/gadget/loader.c
      +@@ -0,0 +1 @@
      ++int loader;
    no-news (new)
      +== no-news: change
      +diff --git a/Misc/NEWS b/Misc/NEWS
      +deleted file mode 100644
      +--- a/Misc/NEWS
      ++++ /dev/null
      +@@ -1,2 +0,0 @@
      +-Gadget 9.9⟪0D⟫
      +-made up, no last line end
      +\ No newline at end of file
    configure-runs (new)
      +== configure-runs: change
      +diff --git a/configure b/configure
      +old mode 100644
      +new mode 100755
    anchors (new)
      +== anchors
      +configure-runs#0
      +loader#0
      +no-news#0
      +no-sharedmods#0
      +  Makefile.pre.in:7: all:\t$(PROG) oldsharedmods \\\n\t\tsharedmods docs\n
      +open-elsewhere#0
      +  Modules/one.c:9:     return fopen(name, \"r\");\n
      +run-gen#0
      +  Makefile.pre.in:14: \t-$(GEN) tables.txt\n
      +  Makefile.pre.in:15: \t@$(GEN) more.txt\n
      +static-modules#0/one
      +static-modules#0/three
      +  Modules/Setup.dist:10: #three three.c \\\n#\tthree_more.c\n
      +static-modules#0/two
      +  Modules/Setup.dist:9: #two two.c -lm\t# needs the mathematics\n
    ------- stderr -------
    1 compared, 1 different, 0 skipped
    `pypatch review` decides about each
    [exit 1]
    "#);
    // What differs waits for review, as insta names it.
    let names: Vec<_> =
        fs::read_dir(env.path("snapshots/gadget")).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(names, ["python-9.9.snap.new"]);
    let output = env.run(&["snapshot", "accept", "-q", "gadget"]);
    assert!(output.ends_with("accepted: snapshots/gadget/python-9.9.snap\n[exit 0]"), "{output}");
    assert_snapshot!(env.run(&["snapshot", "check", "gadget"]), @"
    gadget on python-9.9: as accepted
    ------- stderr -------
    1 compared, 0 different, 0 skipped
    [exit 0]
    ");
    let accepted = fs::read_to_string(env.path("snapshots/gadget/python-9.9.snap")).unwrap();
    assert_snapshot!(without_digests(accepted.split("\n== no-sharedmods").next().unwrap()), @"
    ---
    source: tests/snapshots.rs
    ---
    gadget on python-9.9, CPython 9.9

    == files before
    SHA256  Makefile.pre.in
    SHA256  Misc/NEWS
    SHA256  Modules/Setup.dist
    absent                                                            Modules/gadget/loader.c
    SHA256  Modules/one.c
    SHA256  configure
    ");
    assert_eq!(fs::read_dir(env.path("snapshots/gadget")).unwrap().count(), 1);
}

#[test]
fn a_changed_edit_is_shown_and_gives_status_1() {
    let env = pinned();
    env.stdout(&["snapshot", "accept", "gadget"]);
    env.edit("patchsets/gadget/patchset.yaml", "with: run", "with: yod");
    assert_snapshot!(env.run(&["snapshot", "check", "gadget"]), @r"
    gadget on python-9.9: changed
    run-gen
      Makefile.pre.in:11: the edit has another effect
        before adds `run` (2 times)
        now adds `yod` (2 times)
        lines before:
          +	-run $(GEN) tables.txt
          +	@run $(GEN) more.txt
        lines now:
          +	-yod $(GEN) tables.txt
          +	@yod $(GEN) more.txt
    ------- stderr -------
    1 compared, 1 different, 0 skipped
    `pypatch review` decides about each
    [exit 1]
    ");
    env.stdout(&["snapshot", "accept", "gadget"]);
    assert!(env.run(&["snapshot", "check", "gadget"]).ends_with("[exit 0]"));
}

#[test]
fn a_missing_release_is_skipped_unless_required() {
    let mut env = pinned();
    env.set("PYPATCH_SOURCES", "");
    assert_snapshot!(env.run(&["snapshot", "check", "gadget"]), @r"
    gadget on python-9.9: skipped, the release is not available (run `pypatch fetch python-9.9`)
    ------- stderr -------
    0 compared, 0 different, 1 skipped
    error: not available: 1 pinned release
      help: `pypatch fetch` gets them; with --allow-skipped this is not an error
    [exit 4]
    ");
    assert_snapshot!(env.run(&["snapshot", "check", "--require", "gadget"]), @r"
    gadget on python-9.9: skipped, the release is not available (run `pypatch fetch python-9.9`)
    ------- stderr -------
    0 compared, 0 different, 1 skipped
    error: not available: 1 pinned release
      help: `pypatch fetch` gets them
    [exit 4]
    ");
    assert!(env.run(&["snapshot", "check", "--allow-skipped", "gadget"]).ends_with("1 skipped\n[exit 0]"));
    assert_snapshot!(env.run(&["snapshot", "check", "gadget", "--pin", "python-2.5"]), @"
    ------- stderr -------
    error: none of these patchsets has the pin `python-2.5`
      help: only the pins that a patchset lists under `pins` are compared
    [exit 2]
    ");
}

#[test]
fn an_accepted_snapshot_identifies_the_pinned_release() {
    let mut env = pinned();
    env.stdout(&["snapshot", "accept", "gadget"]);
    env.set("PYPATCH_SOURCES", "");
    env.edit("tree/Makefile.pre.in", "docs", "more-docs");
    let output = env.run(&["apply", "--offline", "gadget", "tree"]);
    assert!(output.contains("  differs: Makefile.pre.in\n") && output.ends_with("[exit 3]"), "{output}");
    env.edit("tree/Makefile.pre.in", "more-docs", "docs");
    assert!(env.run(&["apply", "--offline", "gadget", "tree"]).ends_with("[exit 0]"));
}

#[test]
fn an_unknown_pin_is_an_error() {
    let env = pinned();
    env.edit("patchsets/gadget/patchset.yaml", "python-9.9", "python-9.8");
    assert_snapshot!(env.run(&["snapshot", "check", "gadget"]), @"
    ------- stderr -------
    error: unknown pin `python-9.8`
      near: python-9.9
      near: python-3.9.8
      help: run `pypatch pins` for all pins
    [exit 4]
    ");
}

#[test]
fn a_snapshot_escapes_bytes_that_are_not_text() {
    let env = pinned();
    env.patchset("mine", "- {id: a, why: Why not., file: Modules/one.c, c.add-include: {include: <stdlib.h>, after: gadget.h}}");
    env.edit("patchsets/mine/patchset.yaml", "edits:", "pins: [python-9.9]\nedits:");
    env.stdout(&["snapshot", "accept", "mine"]);
    let accepted = fs::read_to_string(env.path("snapshots/mine/python-9.9.snap")).unwrap();
    assert!(accepted.contains("M⟪FC⟫ller"), "{accepted}");
}

#[test]
fn tarball_and_commit_give_the_same_snapshot() {
    let mut env = pinned();
    env.stdout(&["snapshot", "accept", "gadget"]);
    fs::rename(env.path("Python-9.9.tgz"), env.path("sources/Python-9.9.tgz")).unwrap();
    env.set("PYPATCH_SOURCES", env.path("sources/Python-9.9.tgz").display().to_string());
    let output = env.run(&["snapshot", "check", "gadget"]);
    assert!(output.starts_with("gadget on python-9.9: as accepted\n"), "{output}");
    assert!(!release::sha256(&env.path("sources/Python-9.9.tgz")).is_empty());
}

/// Snapshots of `gadget` and of a patchset that extends it, on the same tree.
fn neighbours() -> common::TestEnvironment {
    let env = pinned();
    env.yaml(
        "neighbour",
        "\
schema: 1
id: neighbour
title: Gadgets of the next year
extends: gadget
pins: [python-9.9]
drop:
  no-news: There is news again.
edits:
  - id: run-gen
    why: The generator runs elsewhere, and only its first call.
    file: Makefile.pre.in
    makefile.prefix-command: {command: $(GEN), with: yod, target: tables, count: 2}
  - id: static-modules
    why: Nothing can be loaded later.
    file: [Modules/Setup.dist, Modules/Setup]
    setup.enable: {modules: [one, two]}
  - id: more
    why: There is more.
    file: more
    file.add: {content: more}
",
    );
    env.stdout(&["snapshot", "accept", "gadget", "neighbour"]);
    // The lines are moved by upstream, as in a later release.
    let snap = "snapshots/neighbour/python-9.9.snap";
    env.edit(
        snap,
        " all:\t$(PROG) oldsharedmods \\\n-\t\tsharedmods docs\n+\t\tdocs",
        " build:\t$(PROG) oldsharedmods \\\n-\t\tsharedmods docs man\n+\t\tdocs man",
    );
    env.edit(snap, "     /* not fopen(\"this\") */", "     /* not fopen(\"that\") */");
    env
}

#[test]
fn diff_separates_changed_edits_from_upstream_moves() {
    let env = neighbours();
    assert_snapshot!(env.run(&["snapshot", "diff", "gadget", "neighbour"]), @r#"
    gadget/python-9.9 -> neighbour/python-9.9
      upstream no-sharedmods   Makefile.pre.in:5
      changed  run-gen         Makefile.pre.in:11
      changed  static-modules  Modules/Setup.dist:6
      moved    open-elsewhere  Modules/one.c:6
      same     loader
      gone     no-news         dropped: There is news again.
      same     configure-runs
      new      more

    no-sharedmods
      Makefile.pre.in:5: upstream changed these lines; the edit has the same effect on them
        lines before:
          -		sharedmods docs
          +		docs
        lines now:
          -		sharedmods docs man
          +		docs man
        context, changed by upstream:
          -all:	$(PROG) oldsharedmods \
          +build:	$(PROG) oldsharedmods \

    run-gen
      Makefile.pre.in:11: the edit has another effect
        before adds `run` (2 times)
        now adds `yod` (2 times)
        lines before:
          +	-run $(GEN) tables.txt
          +	@run $(GEN) more.txt
        lines now:
          +	-yod $(GEN) tables.txt
          +	@yod $(GEN) more.txt

    static-modules
      three: no longer a part
      Modules/Setup.dist:6: the edit has another effect
        before removes `#` at `three`
        before removes `#` at `three_more.c`
        lines before:
          -#three three.c \
          -#	three_more.c
          +three three.c \
          +	three_more.c
        context, changed by upstream:
          +#three three.c \
          +#	three_more.c
          ...
          -
          -#*shared*

    open-elsewhere
      Modules/one.c:6: upstream moved; the edit changes the same lines
        context, changed by upstream:
          -    /* not fopen("this") */
          +    /* not fopen("that") */

    8 edits: 2 the same, 1 moved by upstream, 1 the same on other lines, 2 changed, 1 gone, 1 new
    [exit 1]
    "#);
    assert_snapshot!(env.run(&["snapshot", "diff", "gadget/python-9.9", "neighbour", "--edit", "loader"]), @"
    gadget/python-9.9 -> neighbour/python-9.9
      same     loader

    1 edit: 1 the same
    [exit 0]
    ");
}

#[test]
fn the_diff_is_printed_as_json() {
    let env = neighbours();
    let output =
        env.run(&["snapshot", "diff", "gadget", "neighbour", "--edit", "no-sharedmods", "--format", "json"]);
    assert_snapshot!(output, @r#"
    {
      "different": true,
      "edits": [
        {
          "dropped": null,
          "edit": "no-sharedmods",
          "fate": "upstream",
          "files": [
            {
              "fate": "upstream",
              "new": {
                "context": [
                  "\ttwo.o",
                  "",
                  "build:\t$(PROG) oldsharedmods \\",
                  "",
                  "$(PROG): $(OBJS)",
                  "\t$(CC) -o $@ $(OBJS)"
                ],
                "file": "Makefile.pre.in",
                "line": 5,
                "lines": [
                  "-\t\tsharedmods docs man",
                  "+\t\tdocs man"
                ]
              },
              "old": {
                "context": [
                  "\ttwo.o",
                  "",
                  "all:\t$(PROG) oldsharedmods \\",
                  "",
                  "$(PROG): $(OBJS)",
                  "\t$(CC) -o $@ $(OBJS)"
                ],
                "file": "Makefile.pre.in",
                "line": 5,
                "lines": [
                  "-\t\tsharedmods docs",
                  "+\t\tdocs"
                ]
              },
              "only_new": [],
              "only_old": []
            }
          ],
          "new_verdict": "change",
          "old_verdict": "change",
          "parts": []
        }
      ],
      "new": {
        "patchset": "neighbour",
        "pin": "python-9.9"
      },
      "old": {
        "patchset": "gadget",
        "pin": "python-9.9"
      },
      "schema": 1
    }
    [exit 1]
    "#);
}

#[test]
fn diff_highlights_changed_words() {
    let env = neighbours();
    let output = env.run(&[
        "--color",
        "always",
        "snapshot",
        "diff",
        "gadget",
        "neighbour",
        "--edit",
        "open-elsewhere",
    ]);
    // Only the word that upstream changed is inverted.
    assert!(
        output.contains("\u{1b}[7m\u{1b}[31mfopen(\"this\")")
            || output.contains("\u{1b}[31m\u{1b}[7mfopen(\"this\")"),
        "{output:?}"
    );
}

#[test]
fn a_missing_or_ambiguous_snapshot_is_an_error() {
    let env = neighbours();
    assert_snapshot!(env.run(&["snapshot", "diff", "python-9.9", "gadget"]), @"
    ------- stderr -------
    error: 2 accepted snapshots have the name `python-9.9`
      gadget/python-9.9
      neighbour/python-9.9
      help: use one of these
    [exit 2]
    ");
    assert_snapshot!(env.run(&["snapshot", "diff", "gadgets", "gadget"]), @"
    ------- stderr -------
    error: no accepted snapshot is named `gadgets`
      near: gadget/python-9.9
      help: run `pypatch snapshot accept PATCHSET` to make snapshots for all of its pins
    [exit 2]
    ");
    assert_snapshot!(env.run(&["snapshot", "diff", "gadget", "neighbour", "--edit", "none"]), @r"
    ------- stderr -------
    error: neither snapshot has an edit `none`
      help: run `pypatch show gadget` for a list
    [exit 2]
    ");
}
