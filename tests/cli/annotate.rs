//! `annotate`: which edit wrote a line of a patched tree.

use crate::common::TestEnvironment;
use insta::assert_snapshot;

#[test]
fn each_line_names_the_edits_that_wrote_it() {
    let env = TestEnvironment::with_tree();
    env.stdout(&["apply", "--allow-unpinned", "gadget", "tree"]);
    let shown = env.stdout(&["annotate", "Makefile.pre.in", "tree"]);
    assert_snapshot!(shown, @r"
                    1  # Builds the gadget.
                    2  PROG=	gadget$(EXE)
                    3  GEN=	gen/gen$(EXE)
                    4  OBJS=	one.o \
                    5  	two.o
                    6  
                    7  all:	$(PROG) oldsharedmods \
    no-sharedmods   8  		docs
                    9  
                   10  $(PROG): $(OBJS)
                   11  	$(CC) -o $@ $(OBJS)
                   12  
                   13  tables: $(GEN)
    run-gen        14  	-run $(GEN) tables.txt
    run-gen        15  	@run $(GEN) more.txt
                   16  
                   17  sharedmods: $(PROG)
                   18  	./$(PROG) setup.x build
                   19  
                   20  install: all
                   21  	for f in a b; do \
                   22  		./$(PROG) -c $$f; \
                   23  	done
    ");
    assert_snapshot!(env.run(&["annotate", "tree/Makefile.pre.in:14"]), @r"
    run-gen  14  	-run $(GEN) tables.txt
    run-gen of gadget (gadget/patchset.yaml:13:5)
        The generator runs elsewhere.
      makefile.prefix-command
    [exit 0]
    ");
    assert_snapshot!(env.run(&["annotate", "tree/Modules/one.c", "--only"]), @r#"
    open-elsewhere  9      return gadget_open(name, "r");
    [exit 0]
    "#);
    assert_snapshot!(env.run(&["annotate", "tree/Modules/one.c:1"]), @r"
      1  /* One, by Mller. */
    no edit wrote this line
    [exit 0]
    ");
    assert_snapshot!(env.run(&["annotate", "tree/Modules/one.c:99"]), @r"
    ------- stderr -------
    error: Modules/one.c has no line 99: it has 25
    [exit 2]
    ");
    assert_snapshot!(env.run(&["annotate", "tree/Modules/gadget/loader.c", "--format", "json"]), @r#"
    {
      "file": "Modules/gadget/loader.c",
      "lines": [
        {
          "edits": [
            {
              "edit": "loader",
              "patchset": "gadget",
              "why": "Something has to load.",
              "written_at": "gadget/patchset.yaml:28:5"
            }
          ],
          "line": 1,
          "text": "int loader;"
        }
      ],
      "schema": 1
    }
    [exit 0]
    "#);
    // A file that no edit changes.
    assert_eq!(env.stdout(&["annotate", "tree/Include/patchlevel.h", "--only"]), "");
}

#[test]
fn later_patchsets_and_edits_that_depend_on_others_own_what_they_write() {
    let env = TestEnvironment::with_tree();
    env.patchset(
        "chain",
        "- {id: new, why: It is new., file: NOTE, file.add: {content: \"one\\ntwo\\nthree\\n\"}}\n\
         - {id: second, why: It is second., depends-on: [new], file: NOTE, text.replace: {find: two, with: TWO}}",
    );
    env.patchset("on-top", "- {id: third, why: It is third., file: NOTE, text.replace: {find: \"three\\n\", with: \"drei\\nvier\\n\"}}");
    env.stdout(&["apply", "--allow-unpinned", "chain", "on-top", "tree"]);
    assert_snapshot!(env.stdout(&["annotate", "tree/NOTE"]), @r"
    new         1  one
    new,second  2  TWO
    third       3  drei
    third       4  vier
    ");
}

#[test]
fn without_a_receipt_or_after_a_change_nothing_is_claimed() {
    let env = TestEnvironment::with_tree();
    assert_snapshot!(env.run(&["annotate", "tree/Makefile.pre.in"]), @r"
    ------- stderr -------
    error: tree/Makefile.pre.in is not in a tree that pypatch patched
      help: name the patched tree after the file
    [exit 2]
    ");
    assert_snapshot!(env.run(&["annotate", "Makefile.pre.in", "tree"]), @r"
    ------- stderr -------
    error: tree has no receipt: pypatch patched nothing in it
      help: name the patched tree after the file
    [exit 2]
    ");
    env.stdout(&["apply", "--allow-unpinned", "gadget", "tree"]);
    env.edit("tree/Makefile.pre.in", "docs", "more-docs");
    assert_snapshot!(env.run(&["annotate", "tree/Makefile.pre.in"]), @r"
    ------- stderr -------
    error: the tree is not as pypatch left it
      Makefile.pre.in: changed since
      nothing was written
      help: undo those changes by hand, or move them into a patchset, then run this again
    [exit 3]
    ");
}
