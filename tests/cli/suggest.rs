//! `pypatch check --suggest`, and the operations that are offered where a text is missing.

use crate::common::TestEnvironment;
use crate::common::release::pinned;
use insta::assert_snapshot;

#[test]
fn check_suggests_operations_that_give_the_same_bytes() {
    let env = pinned();
    env.yaml(
        "mine",
        "schema: 1\nid: mine\ntitle: Mine\npins: [python-9.9]\nedits:\n  \
         - {id: one, why: w, file: Modules/Setup.dist, text.replace: {find: '#two two.c', with: two two.c}}\n  \
         - {id: news, why: w, file: Misc/NEWS, text.replace: {find: made up, with: invented}}\n",
    );
    assert_snapshot!(env.run(&["check", "mine", "--suggest"]), @r"
    mine: 2 edits, no errors
    mine/patchset.yaml:6:5: edit `one` gives the same bytes as
        file: Modules/Setup.dist
        setup.enable: {modules: [two]}
    mine: 1 suggestion, tried on 1 release of `pins`
    [exit 0]
    ");
}

#[test]
fn a_missing_text_is_offered_an_operation() {
    let env = TestEnvironment::new();
    env.write("tree/Include/patchlevel.h", "#define PY_VERSION \"9.9\"\n");
    env.write("tree/Makefile.pre.in", "all:\tbuild_all\nbuild_all:\tpython \\\n\t\tsharedmods\n");
    env.yaml(
        "mine",
        "schema: 1\nid: mine\ntitle: Mine\nedits:\n  \
         - {id: one, why: w, file: Makefile.pre.in, text.replace: {find: 'all: python sharedmods', with: 'all: python'}}\n",
    );
    assert_snapshot!(env.run(&["plan", "mine", "tree"]), @r"
    mine on tree (CPython 9.9)
      missing   one
    1 edit: 1 missing; 0 files
    error: edit `one` does not fit CPython 9.9
      Makefile.pre.in  `all: python sharedmods` was not found
      help: an operation of meaning fits here:
            makefile.remove-prerequisite: {target: build_all, word: sharedmods}
    nothing was written
    [exit 3]
    ");
}
