//! `port`: the recipe of a patchset, and the facts that its edits require.

use std::fs;

use insta::assert_snapshot;

use crate::common::TestEnvironment;

const CONFIGURE: &str = "AC_INIT(configure)\nAC_SUBST(SO)\nAC_MSG_CHECKING(SO)\nif test -z \"$SO\"\nthen\n\tcase $ac_sys_system in\n\t\
     hp*)\tSO=.sl;;\n\tCYGWIN*)\tSO=.dll;;\n\t*)\tSO=.so;;\n\tesac\nfi\nAC_MSG_RESULT($SO)\n\nif test -z \"$OLD\"\nthen\n\tOLD=-old\nfi\n\
     AC_OUTPUT(Makefile)\n";

const LIMITS: &str = "/* What a machine can do */\n#include <limits.h>\n#define ONE 1\n#define TWO 2\n#define THREE 3\n#include \"pyconfig.h\"\n#define FOUR 4\n";

/// A release with configure.in and Include/limits.h, the next one with configure.ac and Include/machine/limits.h.
fn environment() -> TestEnvironment {
    let env = TestEnvironment::new();
    for (tree, version) in [("old", "9.9"), ("new", "10.0")] {
        env.write(&format!("{tree}/Include/patchlevel.h"), format!("#define PY_VERSION \"{version}\"\n"));
        env.write(&format!("{tree}/pyconfig.h.in"), "#undef A\n");
    }
    env.write("old/configure.in", CONFIGURE);
    env.write("old/Include/limits.h", LIMITS);
    let renamed = CONFIGURE.replace("SO", "SHLIB_SUFFIX");
    env.write("new/configure.ac", renamed.replace("if test -z \"$OLD\"\nthen\n\tOLD=-old\nfi\n", ""));
    env.write("new/Include/machine/limits.h", LIMITS);
    env.yaml(
        "gadget-py9.9",
        "\
schema: 1
id: gadget-py9.9
title: A gadget for 9.9
applies-to: \">=9.9, <10.0\"
edits:
  - id: no-a
    why: The machine has none.
    # It is read after the limits.
    requires:
      - file: Include/limits.h
        includes: pyconfig.h
        why: Nothing else reads it.
    file: pyconfig.h.in
    text.insert: {after: \"#undef A\", text: \"#undef B\"}
build:
  launcher: run
  regenerate:
    - why: It is generated.
      run: [autoconf]
      reads: [configure.in]
      writes: [configure]
  programs:
    - id: gadget
      why: The gadget.
      configure: [--prefix=$PREFIX, SO=.a, OLD=-new]
    - id: native
      why: For the login node.
      configure: [--prefix=$PREFIX]
",
    );
    env
}

#[test]
fn facts_and_the_recipe_are_ported_like_edits() {
    let env = environment();
    let port = ["port", "gadget-py9.9", "--to", "new", "--base", "old", "--accept", "recipe/SO=1"];
    assert_snapshot!(env.run(&port), @r"
    gadget-py9.9 to new
      moved    no-a/Include/limits.h  the file Include/limits.h does not exist; 100 % of its lines are those of Include/limits.h
      moved    recipe/configure.in    the file configure.in does not exist; configure is made from configure.ac
      taken    recipe/SO              1. `SHLIB_SUFFIX` replaces `SO`: preset that
      dropped  recipe/OLD             configure does not ask for `OLD`: a preset is ignored silently
      1 of 5 stay as they are
    wrote patchsets/gadget-py9.9-py10.0/patchset.yaml
    gadget-py9.9-py10.0 on new (CPython 10.0)
      change    no-a  pyconfig.h.in:1
    1 edit: 1 change; 1 file
    [exit 0]
    ");
    assert_snapshot!(fs::read_to_string(env.path("patchsets/gadget-py9.9-py10.0/patchset.yaml")).unwrap(), @r##"
    schema: 1
    id: gadget-py9.9-py10.0
    title: A gadget for 9.9 (CPython 10.0)
    extends: gadget-py9.9
    applies-to: ">=10.0, <10.1"

    edits:
      - id: no-a
        why: The machine has none.
        # It is read after the limits.
        requires:
          - file: Include/machine/limits.h
            includes: pyconfig.h
            why: Nothing else reads it.
        file: pyconfig.h.in
        text.insert: {after: "#undef A", text: "#undef B"}

    build:
      regenerate:
      - why: It is generated.
        run:
        - autoconf
        reads:
        - configure.ac
        writes:
        - configure
      programs:
      - id: gadget
        why: The gadget.
        configure:
        - --prefix=$PREFIX
        - SHLIB_SUFFIX=.a
    "##);
    // What is written is what is built.
    let shown = env.run(&["build", "--print", "gadget-py9.9-py10.0", "new", "--allow-unpinned"]);
    assert!(shown.contains("SHLIB_SUFFIX=.a") && !shown.contains("OLD=-new"), "{shown}");
}

#[test]
fn what_takes_the_place_of_a_preset_stops_no_port_but_is_said() {
    let env = environment();
    let said = env.run(&["port", "gadget-py9.9", "--to", "new", "--base", "old", "--dry-run"]);
    assert_snapshot!(said, @r##"
    gadget-py9.9 to new
      moved    no-a/Include/limits.h  the file Include/limits.h does not exist; 100 % of its lines are those of Include/limits.h
      moved    recipe/configure.in    the file configure.in does not exist; configure is made from configure.ac
      by hand  recipe/SO              configure does not ask for `SO`: a preset is ignored silently
                 1. configure.ac:4  if test -z "$SHLIB_SUFFIX"
                    `SHLIB_SUFFIX` replaces `SO`: preset that
      dropped  recipe/OLD             configure does not ask for `OLD`: a preset is ignored silently
      1 of 5 stay as they are
      what is by hand stops no port: give --accept recipe/SO=N or --drop recipe/SO=WHY

    schema: 1
    id: gadget-py9.9-py10.0
    title: A gadget for 9.9 (CPython 10.0)
    extends: gadget-py9.9
    applies-to: ">=10.0, <10.1"

    edits:
      - id: no-a
        why: The machine has none.
        # It is read after the limits.
        requires:
          - file: Include/machine/limits.h
            includes: pyconfig.h
            why: Nothing else reads it.
        file: pyconfig.h.in
        text.insert: {after: "#undef A", text: "#undef B"}

    build:
      regenerate:
      - why: It is generated.
        run:
        - autoconf
        reads:
        - configure.ac
        writes:
        - configure
      programs:
      - id: gadget
        why: The gadget.
        configure:
        - --prefix=$PREFIX
        - SO=.a
    [exit 0]
    "##);
    let dropped =
        ["port", "gadget-py9.9", "--to", "new", "--base", "old", "--drop", "recipe/SO=it is the default"];
    env.stdout(&dropped);
    let written = fs::read_to_string(env.path("patchsets/gadget-py9.9-py10.0/patchset.yaml")).unwrap();
    assert!(written.contains("programs:") && !written.contains("SO="), "{written}");
}

#[test]
fn a_fact_that_is_nowhere_is_not_ported() {
    let env = environment();
    env.write("new/Include/machine/limits.h", LIMITS.replace("#include \"pyconfig.h\"\n", ""));
    let said = env.run(&["port", "gadget-py9.9", "--to", "new", "--base", "old"]);
    assert!(said.contains("`requires` does not hold: Include/limits.h includes pyconfig.h"), "{said}");
    assert!(said.contains("to be decided") && said.ends_with("[exit 3]"), "{said}");
}
