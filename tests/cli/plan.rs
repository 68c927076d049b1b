//! `plan` and `diff`: the outcome of each edit, and why a patchset does not fit.

use crate::common::TestEnvironment;
use insta::assert_snapshot;

/// Prints the plan of some edits on the made-up tree, which must stay unchanged.
fn plan(edits: &str) -> String {
    let env = TestEnvironment::with_tree();
    plan_in(&env, edits)
}

fn plan_in(env: &TestEnvironment, edits: &str) -> String {
    env.patchset("mine", edits);
    let before = env.state("tree");
    let output = env.run(&["plan", "mine", "tree"]);
    // `apply` refuses in the same words, on stderr.
    let applied = env.run(&["apply", "--allow-unpinned", "mine", "tree"]);
    if let Some((_, errors)) = output.split_once("\nerror: ") {
        assert_eq!(applied, format!("------- stderr -------\nerror: {errors}"));
        assert_eq!(env.state("tree"), before);
    }
    output
}

#[test]
fn a_plan_has_a_line_for_each_edit() {
    let env = TestEnvironment::with_tree();
    let before = env.state("tree");
    assert_snapshot!(env.run(&["plan", "gadget", "tree"]), @"
    gadget on tree (CPython 9.9)
      change    no-sharedmods   Makefile.pre.in:8
      change    run-gen         Makefile.pre.in:14,15
      change    static-modules  Modules/Setup.dist:8,9,10,11
      change    open-elsewhere  Modules/one.c:9
      change    loader          Modules/gadget/loader.c
      change    no-news         Misc/NEWS
      change    configure-runs  configure
    7 edits: 7 change; 6 files
    [exit 0]
    ");
    assert_eq!(env.state("tree"), before);
}

#[test]
fn diff_prints_the_changes_of_the_plan() {
    let env = TestEnvironment::with_tree();
    let before = env.state("tree");
    assert_snapshot!(env.run(&["diff", "gadget", "tree"]), @r#"
    diff --git a/Makefile.pre.in b/Makefile.pre.in
    --- a/Makefile.pre.in
    +++ b/Makefile.pre.in
    @@ -5,14 +5,14 @@
     	two.o
     
     all:	$(PROG) oldsharedmods \
    -		sharedmods docs
    +		docs
     
     $(PROG): $(OBJS)
     	$(CC) -o $@ $(OBJS)
     
     tables: $(GEN)
    -	-$(GEN) tables.txt
    -	@$(GEN) more.txt
    +	-run $(GEN) tables.txt
    +	@run $(GEN) more.txt
     
     sharedmods: $(PROG)
     	./$(PROG) setup.x build
    diff --git a/Misc/NEWS b/Misc/NEWS
    deleted file mode 100644
    --- a/Misc/NEWS
    +++ /dev/null
    @@ -1,2 +0,0 @@
    -Gadget 9.9
    -made up, no last line end
    \ No newline at end of file
    diff --git a/Modules/Setup.dist b/Modules/Setup.dist
    --- a/Modules/Setup.dist
    +++ b/Modules/Setup.dist
    @@ -6,9 +6,9 @@
     GADGETS=gadgets
     
     one one.c
    -#two two.c -lm	# needs the mathematics
    -#three three.c \
    -#	three_more.c
    +two two.c -lm	# needs the mathematics
    +three three.c \
    +	three_more.c
     #two-and-a-half half.c
     
     #*shared*
    diff --git a/Modules/gadget/loader.c b/Modules/gadget/loader.c
    new file mode 100644
    --- /dev/null
    +++ b/Modules/gadget/loader.c
    @@ -0,0 +1 @@
    +int loader;
    diff --git a/Modules/one.c b/Modules/one.c
    --- a/Modules/one.c
    +++ b/Modules/one.c
    @@ -6,7 +6,7 @@
     one_open(const char *name)
     {
         /* not fopen("this") */
    -    return fopen(name, "r");
    +    return gadget_open(name, "r");
     }
     
     static int
    diff --git a/configure b/configure
    old mode 100644
    new mode 100755
    [exit 0]
    "#);
    assert_snapshot!(env.run(&["diff", "gadget", "tree", "--edit", "run-gen", "--exit-code"]), @"
    diff --git a/Makefile.pre.in b/Makefile.pre.in
    --- a/Makefile.pre.in
    +++ b/Makefile.pre.in
    @@ -11,8 +11,8 @@
     	$(CC) -o $@ $(OBJS)
     
     tables: $(GEN)
    -	-$(GEN) tables.txt
    -	@$(GEN) more.txt
    +	-run $(GEN) tables.txt
    +	@run $(GEN) more.txt
     
     sharedmods: $(PROG)
     	./$(PROG) setup.x build
    [exit 1]
    ");
    assert_snapshot!(env.run(&["diff", "gadget", "tree", "--edit", "run-gne"]), @r"
    ------- stderr -------
    error: `gadget` has no edit `run-gne`
      near: run-gen
      help: run `pypatch show gadget` for a list
    [exit 2]
    ");
    assert_eq!(env.state("tree"), before);
}

#[test]
fn the_plan_is_printed_as_json() {
    let env = TestEnvironment::with_tree();
    env.patchset(
        "mine",
        "- {id: move, why: Why not., file: Makefile.pre.in, makefile.remove-prerequisite: {target: install, word: sharedmods}}
- {id: modules, why: Why not., file: Modules/Setup.dist, setup.enable: {modules: [two, four]}}
- {id: later, why: Why not., when: \">=9.10\", file: configure, file.mode: {executable: true}}
- {id: twice, why: Why not., file: Makefile.pre.in, text.replace: {find: $(PROG), with: x}}
- {id: there, why: Why not., file: configure, file.add: {content: x}}",
    );
    assert_snapshot!(env.run(&["plan", "mine", "tree", "--format", "json"]), @r#"
    {
      "cells": [
        {
          "candidates": [
            {
              "file": "Makefile.pre.in",
              "line": 8,
              "text": "\t\tsharedmods docs",
              "why": ""
            }
          ],
          "chosen": null,
          "edit": "move",
          "file": "Makefile.pre.in",
          "operation": "makefile.remove-prerequisite",
          "part": null,
          "places": [
            {
              "file": "Makefile.pre.in",
              "line": 20
            }
          ],
          "reason": "`install` exists, but `sharedmods` is not among its prerequisites",
          "source": "tree",
          "verdict": "missing",
          "version": "9.9"
        },
        {
          "candidates": [],
          "chosen": null,
          "edit": "modules",
          "file": "Modules/Setup.dist",
          "operation": "setup.enable",
          "part": "two",
          "places": [
            {
              "file": "Modules/Setup.dist",
              "line": 9
            }
          ],
          "reason": null,
          "source": "tree",
          "verdict": "change",
          "version": "9.9"
        },
        {
          "candidates": [],
          "chosen": null,
          "edit": "modules",
          "file": "Modules/Setup.dist",
          "operation": "setup.enable",
          "part": "four",
          "places": [],
          "reason": "no line builds the module `four`",
          "source": "tree",
          "verdict": "missing",
          "version": "9.9"
        },
        {
          "candidates": [],
          "chosen": null,
          "edit": "later",
          "file": "configure",
          "operation": "file.mode",
          "part": null,
          "places": [],
          "reason": "it is for >=9.10, and this is 9.9",
          "source": "tree",
          "verdict": "skipped",
          "version": "9.9"
        },
        {
          "candidates": [],
          "chosen": null,
          "edit": "twice",
          "file": "Makefile.pre.in",
          "operation": "text.replace",
          "part": null,
          "places": [
            {
              "file": "Makefile.pre.in",
              "line": 7
            },
            {
              "file": "Makefile.pre.in",
              "line": 10
            },
            {
              "file": "Makefile.pre.in",
              "line": 17
            },
            {
              "file": "Makefile.pre.in",
              "line": 18
            },
            {
              "file": "Makefile.pre.in",
              "line": 22
            }
          ],
          "reason": "expected 1 match of `$(PROG)`, found 5",
          "source": "tree",
          "verdict": "ambiguous",
          "version": "9.9"
        },
        {
          "candidates": [],
          "chosen": null,
          "edit": "there",
          "file": "configure",
          "operation": "file.add",
          "part": null,
          "places": [
            {
              "file": "configure",
              "line": 1
            }
          ],
          "reason": "another file of that name exists, and is never replaced",
          "source": "tree",
          "verdict": "refused",
          "version": "9.9"
        }
      ],
      "conflicts": [],
      "files": [],
      "fits": false,
      "lints": [],
      "not_idempotent": [],
      "nothing_to_do": false,
      "outside": null,
      "patchset": "mine",
      "schema": 1,
      "source": "tree",
      "version": "9.9"
    }
    [exit 3]
    "#);
    let output = env.stdout(&["plan", "gadget", "tree", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(json["fits"], true);
    assert_eq!(json["cells"].as_array().unwrap().len(), 9);
}

#[test]
fn a_missing_prerequisite_is_reported_with_near_misses() {
    assert_snapshot!(plan("- {id: no-sharedmods, why: Why not., file: Makefile.pre.in, makefile.remove-prerequisite: {target: install, word: sharedmods}}"), @"
    mine on tree (CPython 9.9)
      missing   no-sharedmods
    1 edit: 1 missing; 0 files
    error: edit `no-sharedmods` does not fit CPython 9.9
      Makefile.pre.in:20  `install` exists, but `sharedmods` is not among its prerequisites
      near: Makefile.pre.in:8  sharedmods docs
      help: write `target: [install, all]`, or limit the edit with `when`
    nothing was written
    [exit 3]
    ");
}

#[test]
fn a_missing_target_is_reported_with_near_misses() {
    assert_snapshot!(plan("- {id: a, why: Why not., file: Makefile.pre.in, makefile.add-prerequisite: {target: instal, word: x}}"), @"
    mine on tree (CPython 9.9)
      missing   a
    1 edit: 1 missing; 0 files
    error: edit `a` does not fit CPython 9.9
      Makefile.pre.in  no rule makes `instal`
      near: Makefile.pre.in:20  install: all
    nothing was written
    [exit 3]
    ");
}

#[test]
fn a_missing_text_is_reported_with_near_misses() {
    assert_snapshot!(plan("- {id: a, why: Why not., file: Makefile.pre.in, text.replace: {find: $(GEN) table.txt, with: nothing}}"), @"
    mine on tree (CPython 9.9)
      missing   a
    1 edit: 1 missing; 0 files
    error: edit `a` does not fit CPython 9.9
      Makefile.pre.in  `$(GEN) table.txt` was not found
      near: Makefile.pre.in:14  -$(GEN) tables.txt
      near: Makefile.pre.in:15  @$(GEN) more.txt
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(plan("- {id: a, why: Why not., file: Makefile.pre.in, text.replace: {find: sharedmod, with: nothing}}"), @r#"
    mine on tree (CPython 9.9)
      missing   a
    1 edit: 1 missing; 0 files
    error: edit `a` does not fit CPython 9.9
      Makefile.pre.in  `sharedmod` was not found
      near: Makefile.pre.in:8  sharedmods docs
      near: Makefile.pre.in:17  sharedmods: $(PROG)
      near: Makefile.pre.in:7  all:	$(PROG) oldsharedmods \
    nothing was written
    [exit 3]
    "#);
}

#[test]
fn a_missing_file_is_reported_with_near_misses() {
    assert_snapshot!(plan("- {id: a, why: Why not., file: [Makefile.pre, Modules/Setp], text.replace: {find: a, with: x}}"), @"
    mine on tree (CPython 9.9)
      missing   a
    1 edit: 1 missing; 0 files
    error: edit `a` does not fit CPython 9.9
      Makefile.pre  none of the files `Makefile.pre`, `Modules/Setp` exists
      near: Makefile.pre.in  (a file of a similar name)
    nothing was written
    [exit 3]
    ");
}

#[test]
fn a_missing_module_or_function_is_reported_with_near_misses() {
    assert_snapshot!(plan("- {id: a, why: Why not., file: Modules/Setup.dist, setup.enable: {modules: [two, thre, four]}}"), @r"
    mine on tree (CPython 9.9)
      missing   a  Modules/Setup.dist:9
    1 edit: 1 missing; 0 files
    error: edit `a`, part `thre`, does not fit CPython 9.9
      Modules/Setup.dist  no line builds the module `thre`
      near: Modules/Setup.dist:10  #three three.c \
    error: edit `a`, part `four`, does not fit CPython 9.9
      Modules/Setup.dist  no line builds the module `four`
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(plan("- {id: a, why: Why not., file: Modules/one.c, c.redirect-call: {function: one_opne, from: fopen, to: x}}"), @"
    mine on tree (CPython 9.9)
      missing   a
    1 edit: 1 missing; 0 files
    error: edit `a` does not fit CPython 9.9
      Modules/one.c  no function is called `one_opne`
      near: Modules/one.c:6  one_open(const char *name)
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(plan("- {id: a, why: Why not., file: Modules/one.c, c.redirect-call: {function: one_open, from: open, to: x}}"), @"
    mine on tree (CPython 9.9)
      missing   a
    1 edit: 1 missing; 0 files
    error: edit `a` does not fit CPython 9.9
      Modules/one.c  the call of `open` in `one_open` was not found
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(plan("- {id: a, why: Why not., file: Modules/one.c, c.remove-entry: {table: one_methods, entry: opne}}"), @r#"
    mine on tree (CPython 9.9)
      missing   a
    1 edit: 1 missing; 0 files
    error: edit `a` does not fit CPython 9.9
      Modules/one.c:21  `one_methods` has no entry `opne`
      near: Modules/one.c:22  {"open", one_open, 1},
    nothing was written
    [exit 3]
    "#);
}

#[test]
fn an_ambiguous_anchor_lists_every_match() {
    assert_snapshot!(plan("- {id: a, why: Why not., file: Makefile.pre.in, makefile.prefix-command: {command: $(GEN), with: run}}"), @"
    mine on tree (CPython 9.9)
      ambiguous a
    1 edit: 1 ambiguous; 0 files
    error: edit `a` is ambiguous on CPython 9.9
      Makefile.pre.in  expected 1 match of the command `$(GEN)` in the recipes, found 2
      here: Makefile.pre.in:14  -$(GEN) tables.txt
      here: Makefile.pre.in:15  @$(GEN) more.txt
      help: limit it to a part of the file, or write `count: 2`
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(plan("- {id: a, why: Why not., file: Makefile.pre.in, makefile.prefix-command: {command: $(GEN), with: run, count: 3}}"), @"
    mine on tree (CPython 9.9)
      missing   a
    1 edit: 1 missing; 0 files
    error: edit `a` does not fit CPython 9.9
      Makefile.pre.in  expected 3 matches of the command `$(GEN)` in the recipes, found 2
      near: Makefile.pre.in:14  -$(GEN) tables.txt  (matches)
      near: Makefile.pre.in:15  @$(GEN) more.txt  (matches)
      help: write `count: 2`, if these are all
    nothing was written
    [exit 3]
    ");
}

#[test]
fn a_file_of_another_content_or_type_is_refused() {
    assert_snapshot!(plan("- {id: a, why: Why not., file: configure, file.add: {content: x}}"), @"
    mine on tree (CPython 9.9)
      refused   a
    1 edit: 1 refused; 0 files
    error: edit `a` is refused on CPython 9.9
      configure:1  another file of that name exists, and is never replaced
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(plan("- {id: a, why: Why not., file: Misc/NEWS, file.remove: {contains: something else}}"), @"
    mine on tree (CPython 9.9)
      missing   a
    1 edit: 1 missing; 0 files
    error: edit `a` does not fit CPython 9.9
      Misc/NEWS  the file exists, but does not contain `something else`: it may be another one
      near: Misc/NEWS:1  Gadget 9.9
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(plan("- {id: a, why: Why not., file: README, text.replace: {find: a, with: b}}"), @"
    mine on tree (CPython 9.9)
      refused   a
    1 edit: 1 refused; 0 files
    error: edit `a` is refused on CPython 9.9
      README  this is a symbolic link, which is never edited
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(plan("- {id: a, why: Why not., file: Modules, text.replace: {find: a, with: b}}"), @"
    mine on tree (CPython 9.9)
      refused   a
    1 edit: 1 refused; 0 files
    error: edit `a` is refused on CPython 9.9
      Modules  this is a directory, which is never edited
    nothing was written
    [exit 3]
    ");
}

#[test]
fn an_edit_is_refused_when_a_required_fact_does_not_hold() {
    let edit = |fact: &str| {
        plan(&format!(
            "- {{id: a, why: Why not., requires: [{{file: Include/pyport.h, {fact}, why: It must.}}], file: configure, file.mode: {{executable: true}}}}"
        ))
    };
    assert_snapshot!(edit("includes: config.h"), @"
    mine on tree (CPython 9.9)
      refused   a
    1 edit: 1 refused; 0 files
    error: edit `a` is refused on CPython 9.9
      Include/pyport.h  `requires` does not hold: Include/pyport.h includes config.h. It must.
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(edit("lacks: limits.h"), @"
    mine on tree (CPython 9.9)
      refused   a
    1 edit: 1 refused; 0 files
    error: edit `a` is refused on CPython 9.9
      Include/pyport.h:1  `requires` does not hold: Include/pyport.h does not contain `limits.h`. It must.
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(edit("exists: false"), @"
    mine on tree (CPython 9.9)
      refused   a
    1 edit: 1 refused; 0 files
    error: edit `a` is refused on CPython 9.9
      Include/pyport.h  `requires` does not hold: Include/pyport.h does not exist. It must.
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(edit("includes: pyconfig.h"), @"
    mine on tree (CPython 9.9)
      change    a  configure
    1 edit: 1 change; 1 file
    [exit 0]
    ");
}

#[test]
fn a_conflict_names_both_edits() {
    assert_snapshot!(plan("- {id: first, why: Why not., file: Makefile.pre.in, makefile.remove-prerequisite: {target: all, word: sharedmods}}
- {id: between, why: Why not., file: configure, file.mode: {executable: true}}
- {id: second, why: Why not., file: Makefile.pre.in, makefile.replace-prerequisite: {target: all, word: sharedmods, with: x}}"), @"
    mine on tree (CPython 9.9)
      change    first    Makefile.pre.in:8
      change    between  configure
      change    second   Makefile.pre.in:8
    3 edits: 3 change; 0 files
    error: the edits `first` and `second` touch the same bytes
      Makefile.pre.in:8  sharedmods docs
      `first` is defined at mine/patchset.yaml:5:5
      `second` is defined at mine/patchset.yaml:7:5
      help: if one changes the result of the other, write `depends-on: [first]` in `second`
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(plan("- {id: first, why: Why not., file: Misc/NEWS, file.remove: {contains: made up}}
- {id: second, why: Why not., file: Misc/NEWS, text.replace: {find: made, with: x}}"), @"
    mine on tree (CPython 9.9)
      change    first   Misc/NEWS
      change    second  Misc/NEWS:2
    2 edits: 2 change; 0 files
    error: the edits `first` and `second` touch the same bytes
      Misc/NEWS:1  Gadget 9.9
      `first` is defined at mine/patchset.yaml:5:5
      `second` is defined at mine/patchset.yaml:6:5
      help: if one changes the result of the other, write `depends-on: [first]` in `second`
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(plan("- {id: first, why: Why not., file: Misc/NEWS, file.remove: {contains: made up}}
- {id: second, why: Why not., file: Misc/NEWS/new, file.add: {content: a}}"), @"
    mine on tree (CPython 9.9)
      change    first   Misc/NEWS
      refused   second
    2 edits: 1 change, 1 refused; 0 files
    error: edit `second` is refused on CPython 9.9
      Misc/NEWS  `Misc/NEWS` is not a directory, so nothing can be created below it
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(plan("- {id: first, why: Why not., file: new, file.add: {content: a}}
- {id: second, why: Why not., file: new, file.add: {content: a}}"), @"
    mine on tree (CPython 9.9)
      change    first   new
      change    second  new
    2 edits: 2 change; 0 files
    error: the edits `first` and `second` touch the same bytes
      new:1
      `first` is defined at mine/patchset.yaml:5:5
      `second` is defined at mine/patchset.yaml:6:5
      help: if one changes the result of the other, write `depends-on: [first]` in `second`
    nothing was written
    [exit 3]
    ");
}

#[test]
fn an_edit_that_is_not_idempotent_is_refused() {
    assert_snapshot!(plan("- {id: undo, why: Why not., file: configure, file.mode: {executable: true}}
- {id: redo, why: Why not., file: Makefile.pre.in, text.replace: {find: one.o, with: 'one.o $(GEN)'}}
- {id: a, why: Why not., file: Makefile.pre.in, text.replace: {find: 'two.', with: two}}"), @"
    mine on tree (CPython 9.9)
      change    undo  configure
      change    redo  Makefile.pre.in:4
      change    a     Makefile.pre.in:5
    3 edits: 3 change; 0 files
    error: edit `a` is not idempotent: planning it on its own result gives `missing`
    nothing was written
    [exit 3]
    ");
}

#[test]
fn edits_that_undo_each_other_are_both_named() {
    assert_snapshot!(plan("- {id: first, why: Why not., file: Makefile.pre.in, makefile.remove-prerequisite: {target: all, word: docs}}
- {id: second, why: Why not., file: Makefile.pre.in, text.insert: {after: oldsharedmods, text: ' docs'}}"), @"
    mine on tree (CPython 9.9)
      change    first   Makefile.pre.in:8
      change    second  Makefile.pre.in:7
    2 edits: 2 change; 0 files
    error: edits `first` and `second` undo each other: planning `first` on the result of all gives `change`
      help: to have one after the other, write `depends-on: [ID]` in the one that comes last
    nothing was written
    [exit 3]
    ");
}

#[test]
fn headers_and_python_are_edited_by_structure() {
    let env = TestEnvironment::with_tree();
    env.patchset(
        "mine",
        "- id: undef
  why: Why not.
  file: pyconfig.h.in
  header.undef: {names: [GADGETS_MAX], comment: There are none}
- {id: define, why: Why not., file: pyconfig.h.in, header.define: {name: GADGETS, value: '1', place: inside-guard}}
- id: method
  why: Why not.
  file: Lib/compiler.py
  python.add-method: {class: Compiler, method: strip, code: \"def strip(self):\\n    return self.run('strip', [])\\n\"}
- id: function
  why: Why not.
  file: Lib/compiler.py
  python.replace-function: {function: main, code: \"def main():\\n    pass\\n\"}",
    );
    assert_snapshot!(env.run(&["diff", "mine", "tree"]), @"
    diff --git a/Lib/compiler.py b/Lib/compiler.py
    --- a/Lib/compiler.py
    +++ b/Lib/compiler.py
    @@ -5,6 +5,9 @@
         def run(self, program, arguments):
             return [program] + arguments
     
    +    def strip(self):
    +        return self.run('strip', [])
    +
     
     def main():
    -    print(Compiler().link([]))
    +    pass
    diff --git a/pyconfig.h.in b/pyconfig.h.in
    --- a/pyconfig.h.in
    +++ b/pyconfig.h.in
    @@ -5,4 +5,7 @@
     /* Whether there are gadgets. */
     #undef HAVE_GADGETS
     
    +#define GADGETS 1
     #endif /* GADGET_CONFIG_H */
    +/* There are none */
    +#undef/**/GADGETS_MAX
    [exit 0]
    ");
    assert_snapshot!(plan("- {id: a, why: Why not., file: Lib/compiler.py, python.add-method: {class: Compilr, method: a, code: 'def a(self): pass'}}
- {id: b, why: Why not., file: Lib/compiler.py, python.replace-method: {class: Compiler, method: lnik, code: 'def lnik(self): pass'}}"), @"
    mine on tree (CPython 9.9)
      missing   a
      missing   b
    2 edits: 2 missing; 0 files
    error: edit `a` does not fit CPython 9.9
      Lib/compiler.py  no class is called `Compilr`
      near: Lib/compiler.py:1  class Compiler:
    error: edit `b` does not fit CPython 9.9
      Lib/compiler.py  no method is called `Compiler.lnik`
      near: Lib/compiler.py:2  def link(self, objects):
      near: Lib/compiler.py:5  def run(self, program, arguments):
    nothing was written
    [exit 3]
    ");
}

#[test]
fn a_tree_of_another_version_is_refused() {
    let env = TestEnvironment::with_tree();
    env.edit("tree/Include/patchlevel.h", "9.9", "9.10.1");
    assert_snapshot!(env.run(&["plan", "gadget", "tree"]), @"
    gadget on tree (CPython 9.10.1)
      change    no-sharedmods   Makefile.pre.in:8
      change    run-gen         Makefile.pre.in:14,15
      change    static-modules  Modules/Setup.dist:8,9,10,11
      change    open-elsewhere  Modules/one.c:9
      change    loader          Modules/gadget/loader.c
      change    no-news         Misc/NEWS
      change    configure-runs  configure
    7 edits: 7 change; 0 files
    error: `gadget` is for >=9.9, <9.10, but this is CPython 9.10.1
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(env.run(&["apply", "--allow-unpinned", "gadget", "tree"]), @"
    ------- stderr -------
    error: `gadget` is for >=9.9, <9.10, but this is CPython 9.10.1
    nothing was written
    [exit 3]
    ");
    std::fs::remove_file(env.path("tree/Include/patchlevel.h")).unwrap();
    assert_snapshot!(env.run(&["diff", "gadget", "tree"]), @"
    ------- stderr -------
    error: `gadget` is for >=9.9, <9.10, but tree has no CPython version
      help: name the top directory of a CPython source tree, which contains Include/patchlevel.h
    nothing was written
    [exit 3]
    ");
}

#[test]
fn an_edit_for_other_versions_is_skipped() {
    assert_snapshot!(plan("- {id: a, why: Why not., since: \"9.10\", file: configure, file.mode: {executable: true}}
- {id: b, why: Why not., when: \"<9.9\", file: no, file.mode: {executable: true}}"), @"
    mine on tree (CPython 9.9)
      skipped   a  it is for >=9.10, and this is 9.9
      skipped   b  it is for <9.9, and this is 9.9
    2 edits: 2 skipped; 0 files
    [exit 0]
    ");
}

#[test]
fn an_edit_without_effect_is_denied_unless_allowed() {
    let env = TestEnvironment::with_tree();
    env.write("tree/Modules/Setup", "one one.c\n");
    let edit = "- {id: a, why: Why not., ALLOW file: Modules/Setup.dist, setup.enable: {modules: [two]}}";
    assert_snapshot!(plan_in(&env, &edit.replace("ALLOW ", "")), @"
    mine on tree (CPython 9.9)
      refused   a  Modules/Setup.dist:9
                setup-ignored: Modules/Setup exists, so configure does not replace it with Modules/Setup.dist: edit Modules/Setup
    1 edit: 1 refused; 0 files
    error: edit `a` would not have the intended effect (setup-ignored)
      Modules/Setup exists, so configure does not replace it with Modules/Setup.dist: edit Modules/Setup
      help: if this is intended, add `allow: {setup-ignored: REASON}` to the edit
    nothing was written
    [exit 3]
    ");
    assert_snapshot!(plan_in(&env, &edit.replace("ALLOW", "allow: {setup-ignored: Somebody copies it.},")), @"
    mine on tree (CPython 9.9)
      change    a  Modules/Setup.dist:9
                setup-ignored is allowed: Somebody copies it.
    1 edit: 1 change; 1 file
    [exit 0]
    ");
}

#[test]
fn an_undef_that_configure_would_rewrite_is_denied() {
    assert_snapshot!(plan("- {id: a, why: Why not., file: pyconfig.h.in, text.insert: {after: '#endif /* GADGET_CONFIG_H */', text: \"\\n#undef HAVE_GADGETS\\n\"}}"), @"
    mine on tree (CPython 9.9)
      refused   a  pyconfig.h.in:8
                undef-in-template: config.status rewrites a plain `#undef` in pyconfig.h.in: use `header.undef`, which writes `#undef/**/X`
    1 edit: 1 refused; 0 files
    error: edit `a` would not have the intended effect (undef-in-template)
      config.status rewrites a plain `#undef` in pyconfig.h.in: use `header.undef`, which writes `#undef/**/X`
      help: if this is intended, add `allow: {undef-in-template: REASON}` to the edit
    nothing was written
    [exit 3]
    ");
}

#[test]
fn a_stale_configure_is_denied_unless_declared() {
    let env = TestEnvironment::with_tree();
    env.write("tree/configure.ac", "AC_INIT\nAC_OUTPUT\n");
    let edits =
        "- {id: a, why: Why not., file: configure.ac, text.replace: {find: AC_INIT, with: AC_INIT(x)}}";
    assert_snapshot!(plan_in(&env, edits), @"
    mine on tree (CPython 9.9)
      refused   a  configure.ac:1
                stale-configure: configure is generated from configure.ac and is not regenerated: write `build: {regenerate: [{why: REASON, run: [autoconf], reads: [configure.ac], writes: [configure]}]}`
    1 edit: 1 refused; 0 files
    error: edit `a` would not have the intended effect (stale-configure)
      configure is generated from configure.ac and is not regenerated: write `build: {regenerate: [{why: REASON, run: [autoconf], reads: [configure.ac], writes: [configure]}]}`
      help: if this is intended, add `allow: {stale-configure: REASON}` to the edit
    nothing was written
    [exit 3]
    ");
    let build = "build: {regenerate: [{why: It is generated., run: [autoconf], reads: [configure.ac], writes: [configure]}]}";
    env.yaml("mine", format!("schema: 1\nid: mine\ntitle: A test\n{build}\nedits:\n  {edits}\n"));
    assert_snapshot!(env.run(&["plan", "mine", "tree"]), @"
    mine on tree (CPython 9.9)
      change    a  configure.ac:1
    1 edit: 1 change; 1 file
    [exit 0]
    ");
}

#[test]
fn a_print_statement_of_python_2_is_denied_in_python_3() {
    assert_snapshot!(plan("- {id: a, why: Why not., file: Lib/compiler.py, text.replace: {find: 'print(Compiler().link([]))', with: 'print Compiler().link([])'}}"), @"
    mine on tree (CPython 9.9)
      refused   a  Lib/compiler.py:10
                print-statement: Python 2's print statement is a SyntaxError in 9.9: write `print(...)`
    1 edit: 1 refused; 0 files
    error: edit `a` would not have the intended effect (print-statement)
      Python 2's print statement is a SyntaxError in 9.9: write `print(...)`
      help: if this is intended, add `allow: {print-statement: REASON}` to the edit
    nothing was written
    [exit 3]
    ");
}

#[test]
fn a_diff_keeps_bytes_that_are_not_utf8() {
    let env = TestEnvironment::with_tree();
    env.patchset(
        "mine",
        "- {id: a, why: Why not., file: Modules/one.c, c.add-include: {include: <stdlib.h>, after: stdio.h}}",
    );
    let output = env.command(&["diff", "mine", "tree"]).output().unwrap();
    assert!(output.stdout.windows(8).any(|w| w == b"M\xfcller. "), "{}", output.stdout.escape_ascii());
}

#[test]
fn colors_are_printed_only_on_request() {
    let env = TestEnvironment::with_tree();
    let output = env.run(&["plan", "--color", "always", "nothing", "tree"]);
    assert!(output.contains("\u{1b}[1m\u{1b}[31merror:\u{1b}[0m no patchset named `nothing`"), "{output:?}");
    assert!(!env.run(&["plan", "nothing", "tree"]).contains('\u{1b}'));
}
