//! `list`, `show`, `check`, `schema`, and every error of the loader.

use crate::common;
use crate::common::TestEnvironment;
use insta::assert_snapshot;

/// The output of `check` for a patchset.yaml in the folder `mine`.
fn check(yaml: impl AsRef<[u8]>) -> String {
    let env = TestEnvironment::new();
    env.yaml("mine", yaml);
    env.run(&["check", "mine"])
}

const HEAD: &str = "schema: 1\nid: mine\ntitle: A test\n";

/// The output of `check` for edits, which begin on line 5.
fn check_edits(edits: &str) -> String {
    check(format!("{HEAD}edits:\n{edits}"))
}

#[test]
fn an_unknown_operation_is_reported_with_the_nearest_names() {
    assert_snapshot!(check_edits("  - {id: a, why: b, file: M, makefile.remove-prereq: {target: all, word: x}}\n"), @"
    ------- stderr -------
    error: unknown operation `makefile.remove-prereq`
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, makefile.remove-prereq: {target: all, word: x}}
      |                              ^^^^^^^^^^^^^^^^^^^^^^ did you mean `makefile.remove-prerequisite`, `makefile.remove-word` or `makefile.remove-comment`?
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - id: a\n    why: b\n    changes:\n      - file: M\n        setup.enabel: {modules: [a]}\n"), @"
    ------- stderr -------
    error: unknown operation `setup.enabel`
     --> patchsets/mine/patchset.yaml:9:9
      |
    9 |         setup.enabel: {modules: [a]}
      |         ^^^^^^^^^^^^ did you mean `setup.enable` or `setup.disable`?
    [exit 2]
    ");
}

#[test]
fn an_edit_id_is_one_word() {
    assert_snapshot!(check_edits("  - {id: 'a: b', why: b, file: f, file.mode: {executable: true}}\n"), @"
    ------- stderr -------
    error: invalid edit id `a: b`: use at most 100 lowercase letters, digits, `.`, `_` and `-`
     --> patchsets/mine/patchset.yaml:5:10
      |
    5 |   - {id: 'a: b', why: b, file: f, file.mode: {executable: true}}
      |          ^^^^^^
    [exit 2]
    ");
}

#[test]
fn an_edit_needs_a_reason() {
    assert_snapshot!(check_edits("  - {id: a, file: M, text.replace: {find: a, with: b}}\n"), @"
    ------- stderr -------
    error: edit `a` has no `why`
     --> patchsets/mine/patchset.yaml:5:5
      |
    5 |   - {id: a, file: M, text.replace: {find: a, with: b}}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `why` is missing here
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, why: ' ', file: M, text.replace: {find: a, with: b}}\n"), @"
    ------- stderr -------
    error: edit `a` has no `why`
     --> patchsets/mine/patchset.yaml:5:5
      |
    5 |   - {id: a, why: ' ', file: M, text.replace: {find: a, with: b}}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    [exit 2]
    ");
}

#[test]
fn an_edit_needs_an_id() {
    assert_snapshot!(check_edits("  - {why: b, file: M, text.replace: {find: a, with: b}}\n"), @"
    ------- stderr -------
    error: the edit has no `id`
     --> patchsets/mine/patchset.yaml:5:5
      |
    5 |   - {why: b, file: M, text.replace: {find: a, with: b}}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `id` is missing here
    [exit 2]
    ");
}

#[test]
fn edit_ids_are_unique() {
    let edit = "  - {id: a, why: b, file: M, text.replace: {find: a, with: b}}\n";
    assert_snapshot!(check_edits(&format!("{edit}{edit}")), @"
    ------- stderr -------
    error: duplicate edit id `a`: first used on line 5
     --> patchsets/mine/patchset.yaml:6:10
      |
    6 |   - {id: a, why: b, file: M, text.replace: {find: a, with: b}}
      |          ^
    [exit 2]
    ");
}

#[test]
fn an_invalid_range_is_reported_with_its_position() {
    assert_snapshot!(check(format!("{HEAD}applies-to: \"2.5\"\n")), @r#"
    ------- stderr -------
    error: invalid version range `2.5` (example: `>=2.5, <2.6`): `2.5` lacks an operator: <, <=, ==, !=, >= or >
     --> patchsets/mine/patchset.yaml:4:13
      |
    4 | applies-to: "2.5"
      |             ^^^^^
    [exit 2]
    "#);
    assert_snapshot!(check(format!("{HEAD}applies-to: \">=2.6, <2.5\"\n")), @r#"
    ------- stderr -------
    error: invalid version range `>=2.6, <2.5` (example: `>=2.5, <2.6`): no version satisfies it
     --> patchsets/mine/patchset.yaml:4:13
      |
    4 | applies-to: ">=2.6, <2.5"
      |             ^^^^^^^^^^^^^
    [exit 2]
    "#);
    assert_snapshot!(check_edits("  - {id: a, why: b, when: \"~2.5\", file: M, text.replace: {find: a, with: b}}\n"), @r#"
    ------- stderr -------
    error: invalid version range `~2.5` (example: `>=2.5, <2.6`): `~2.5` lacks an operator: <, <=, ==, !=, >= or >
     --> patchsets/mine/patchset.yaml:5:27
      |
    5 |   - {id: a, why: b, when: "~2.5", file: M, text.replace: {find: a, with: b}}
      |                           ^^^^^^
    [exit 2]
    "#);
    assert_snapshot!(check_edits("  - {id: a, why: b, since: two, file: M, text.replace: {find: a, with: b}}\n"), @"
    ------- stderr -------
    error: invalid version `two` (examples: 2.5, 2.7.18, 3.15.0rc1)
     --> patchsets/mine/patchset.yaml:5:28
      |
    5 |   - {id: a, why: b, since: two, file: M, text.replace: {find: a, with: b}}
      |                            ^^^
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, why: b, since: \"2.6\", until: \"2.5\", file: M, text.replace: {find: a, with: b}}\n"), @r#"
    ------- stderr -------
    error: invalid version range `>=2.6, <2.5` (example: `>=2.5, <2.6`): no version satisfies it
     --> patchsets/mine/patchset.yaml:5:5
      |
    5 |   - {id: a, why: b, since: "2.6", until: "2.5", file: M, text.replace: {find: a, with: b}}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    [exit 2]
    "#);
}

#[test]
fn extends_must_not_be_circular() {
    let env = TestEnvironment::new();
    env.yaml("one", "schema: 1\nid: one\ntitle: A test\nextends: two\n");
    env.yaml("two", "schema: 1\nid: two\ntitle: A test\nextends: one\n");
    assert_snapshot!(env.run(&["check", "one"]), @"
    ------- stderr -------
    error: `extends` is circular: one -> two -> one
     --> patchsets/two/patchset.yaml:4:10
      |
    4 | extends: one
      |          ^^^
    [exit 2]
    ");
    env.yaml("one", "schema: 1\nid: one\ntitle: A test\nextends: one\n");
    assert_snapshot!(env.run(&["check", "one"]), @"
    ------- stderr -------
    error: `extends` is circular: one -> one
     --> patchsets/one/patchset.yaml:4:10
      |
    4 | extends: one
      |          ^^^
    [exit 2]
    ");
}

#[test]
fn extending_an_unknown_patchset_names_the_nearest_ones() {
    let env = TestEnvironment::with_tree();
    env.yaml("mine", format!("{HEAD}extends: gadgets\n"));
    assert_snapshot!(env.run(&["check", "mine"]), @"
    ------- stderr -------
    error: `extends` names an unknown patchset `gadgets`; near: gadget
     --> patchsets/mine/patchset.yaml:4:10
      |
    4 | extends: gadgets
      |          ^^^^^^^
    [exit 2]
    ");
}

#[test]
fn a_change_needs_exactly_one_operation() {
    assert_snapshot!(check_edits("  - {id: a, why: b, file: M, file.mode: {executable: true}, file.remove: {contains: a}}\n"), @"
    ------- stderr -------
    error: expected one operation, found `file.mode` and `file.remove`: write two entries under `changes`
     --> patchsets/mine/patchset.yaml:5:61
      |
    5 |   - {id: a, why: b, file: M, file.mode: {executable: true}, file.remove: {contains: a}}
      |                                                             ^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, why: b, file: M}\n"), @"
    ------- stderr -------
    error: the change has no operation (example: `text.replace`)
     --> patchsets/mine/patchset.yaml:5:5
      |
    5 |   - {id: a, why: b, file: M}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, why: b}\n"), @"
    ------- stderr -------
    error: edit `a` has neither an operation nor `changes`
     --> patchsets/mine/patchset.yaml:5:5
      |
    5 |   - {id: a, why: b}
      |     ^^^^^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, why: b, changes: []}\n"), @"
    ------- stderr -------
    error: edit `a` has neither an operation nor `changes`
     --> patchsets/mine/patchset.yaml:5:5
      |
    5 |   - {id: a, why: b, changes: []}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, why: b, file: M, file.mode: {executable: true}, changes: [{file: N, file.mode: {executable: true}}]}\n"), @"
    ------- stderr -------
    error: edit `a` has an operation and `changes`: move the operation into the list
     --> patchsets/mine/patchset.yaml:5:5
      |
    5 |   - {id: a, why: b, file: M, file.mode: {executable: true}, changes: [{file: N, file.mode: {executable: ...
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    [exit 2]
    ");
}

#[test]
fn an_operation_needs_a_file() {
    assert_snapshot!(check_edits("  - {id: a, why: b, file.mode: {executable: true}}\n"), @"
    ------- stderr -------
    error: `file.mode` needs `file`, which each change of a list has itself
     --> patchsets/mine/patchset.yaml:5:5
      |
    5 |   - {id: a, why: b, file.mode: {executable: true}}
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, why: b, file: [], file.mode: {executable: true}}\n"), @"
    ------- stderr -------
    error: the list is empty
     --> patchsets/mine/patchset.yaml:5:27
      |
    5 |   - {id: a, why: b, file: [], file.mode: {executable: true}}
      |                           ^^
    [exit 2]
    ");
}

#[test]
fn a_key_at_another_level_is_reported_with_its_place() {
    let of_replace = |more: &str| {
        check_edits(&format!(
            "  - id: a\n    why: b\n    file: f.c\n    text.replace: {{find: a, with: b{more}}}\n"
        ))
    };
    assert_snapshot!(of_replace(", within: {function: f}"), @"
    ------- stderr -------
    error: `within` is not an argument of `text.replace`
     --> patchsets/mine/patchset.yaml:8:38
      |
    8 |     text.replace: {find: a, with: b, within: {function: f}}
      |                                      ^^^^^^ write it next to `text.replace`
    [exit 2]
    ");
    assert_snapshot!(of_replace(", file: g"), @"
    ------- stderr -------
    error: `file` is not an argument of `text.replace`
     --> patchsets/mine/patchset.yaml:8:38
      |
    8 |     text.replace: {find: a, with: b, file: g}
      |                                      ^^^^ write it next to `text.replace`
    [exit 2]
    ");
    assert_snapshot!(of_replace(", why: because"), @"
    ------- stderr -------
    error: `why` is not an argument of `text.replace`
     --> patchsets/mine/patchset.yaml:8:38
      |
    8 |     text.replace: {find: a, with: b, why: because}
      |                                      ^^^ write it next to `text.replace`
    [exit 2]
    ");
    assert_snapshot!(of_replace(", function: f"), @"
    ------- stderr -------
    error: `function` is not an argument of `text.replace`
     --> patchsets/mine/patchset.yaml:8:38
      |
    8 |     text.replace: {find: a, with: b, function: f}
      |                                      ^^^^^^^^ write it inside `within`, next to `text.replace`
    [exit 2]
    ");
    assert_snapshot!(of_replace("}\n    count: {'>=3': 2"), @"
    ------- stderr -------
    error: `count` is not a key of an edit
     --> patchsets/mine/patchset.yaml:9:5
      |
    9 |     count: {'>=3': 2}
      |     ^^^^^ write it inside `text.replace`
    [exit 2]
    ");
    assert_snapshot!(of_replace("}\n    within: {function: f, count: 2"), @"
    ------- stderr -------
    error: `count` is not a scope of `within`
     --> patchsets/mine/patchset.yaml:9:27
      |
    9 |     within: {function: f, count: 2}
      |                           ^^^^^ write it inside `text.replace`
    [exit 2]
    ");
    assert_snapshot!(of_replace("}\n    within: {function: f, when: '>=3'"), @"
    ------- stderr -------
    error: `when` is not a scope of `within`
     --> patchsets/mine/patchset.yaml:9:27
      |
    9 |     within: {function: f, when: '>=3'}
      |                           ^^^^ write it next to `within`
    [exit 2]
    ");
    assert_snapshot!(of_replace("}\n    function: {'>=3': f"), @"
    ------- stderr -------
    error: `function` is not a key of an edit
     --> patchsets/mine/patchset.yaml:9:5
      |
    9 |     function: {'>=3': f}
      |     ^^^^^^^^ write it inside `within`
    [exit 2]
    ");
    let listed = |keys: &str| check_edits(&format!("  - id: a\n    why: b\n{keys}"));
    // `with` is missing only since it is elsewhere.
    assert_snapshot!(listed("    file: f\n    text.replace: {find: a}\n    with: b\n"), @"
    ------- stderr -------
    error: `text.replace` has no `with`
     --> patchsets/mine/patchset.yaml:8:19
      |
    8 |     text.replace: {find: a}
      |                   ^^^^^^^^^ `with` is missing here

    error: `with` is not a key of an edit
     --> patchsets/mine/patchset.yaml:9:5
      |
    9 |     with: b
      |     ^^^^ write it inside `text.replace`

    2 errors in patchsets/mine/patchset.yaml
    [exit 2]
    ");
    let change = "{file: f, text.remove: {find: a}";
    assert_snapshot!(listed(&format!("    changes: [{change}, why: c}}]\n")), @"
    ------- stderr -------
    error: `why` is not a key of a change
     --> patchsets/mine/patchset.yaml:7:49
      |
    7 |     changes: [{file: f, text.remove: {find: a}, why: c}]
      |                                                 ^^^ write it next to `changes`
    [exit 2]
    ");
    assert_snapshot!(listed(&format!("    within: {{function: f}}\n    changes: [{change}}}]\n")), @"
    ------- stderr -------
    error: the change has no operation (example: `text.replace`)
     --> patchsets/mine/patchset.yaml:5:5
      |
    5 |   - id: a
      |     ^^
    [exit 2]
    ");
    assert_snapshot!(listed(&format!("    file: f\n    changes: [{change}}}]\n")), @"
    ------- stderr -------
    error: the change has no operation (example: `text.replace`)
     --> patchsets/mine/patchset.yaml:5:5
      |
    5 |   - id: a
      |     ^^
    [exit 2]
    ");
    assert_snapshot!(check(format!("{HEAD}when: '>=3'\nedits: []\n")), @"
    ------- stderr -------
    error: `when` is not a key of the patchset
     --> patchsets/mine/patchset.yaml:4:1
      |
    4 | when: '>=3'
      | ^^^^ write it inside an edit of `edits`
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, why: b, file: f, file.remove: {}, applies-to: '>=3'}\n"), @"
    ------- stderr -------
    error: `file.remove` has no `contains`
     --> patchsets/mine/patchset.yaml:5:43
      |
    5 |   - {id: a, why: b, file: f, file.remove: {}, applies-to: '>=3'}
      |                                           ^^ `contains` is missing here

    error: `applies-to` is not a key of an edit
     --> patchsets/mine/patchset.yaml:5:47
      |
    5 |   - {id: a, why: b, file: f, file.remove: {}, applies-to: '>=3'}
      |                                               ^^^^^^^^^^ write it next to `edits`

    2 errors in patchsets/mine/patchset.yaml
    [exit 2]
    ");
    // It accepts no `within`.
    assert_snapshot!(check_edits("  - {id: a, why: b, file: M, makefile.add-rule: {target: t, recipe: [x], within: {target: u}}}\n"), @"
    ------- stderr -------
    error: `makefile.add-rule` has no argument `within`
     --> patchsets/mine/patchset.yaml:5:74
      |
    5 |   - {id: a, why: b, file: M, makefile.add-rule: {target: t, recipe: [x], within: {target: u}}}
      |                                                                          ^^^^^^ `makefile.add-rule` has `after`, `prerequisites`, `recipe` and `target`
    [exit 2]
    ");
}

#[test]
fn a_scope_that_no_file_of_the_format_has_is_refused() {
    let check_scope = |file: &str, more: &str| {
        check_edits(&format!("  - id: a\n    why: b\n    file: {file}\n    {more}\n"))
    };
    let within = "text.remove: {find: a}\n    within:";
    assert_snapshot!(check_scope("Makefile.pre.in", &format!("{within} {{function: f}}")), @r"
    ------- stderr -------
    error: `text.remove` has `function` in `within`, but Makefile.pre.in is a Makefile, which has only the scopes `between`, `target`, `variable`
     --> patchsets/mine/patchset.yaml:8:5
      |
    8 |     text.remove: {find: a}
      |     ^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(check_scope("[Modules/a.c, Lib/a.py]", &format!("{within} {{function: f, class: C}}")), @r"
    ------- stderr -------
    error: `text.remove` has `class` in `within`, but Modules/a.c is C, which has only the scopes `between`, `struct`, `enum`, `function`, `table`, `if`
     --> patchsets/mine/patchset.yaml:8:5
      |
    8 |     text.remove: {find: a}
      |     ^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(check_scope("Modules/*.c", &format!("{within} {{'>=3.0': {{target: t}}}}")), @r"
    ------- stderr -------
    error: `text.remove` has `target` in `within`, but Modules/*.c is C, which has only the scopes `between`, `struct`, `enum`, `function`, `table`, `if`
     --> patchsets/mine/patchset.yaml:8:5
      |
    8 |     text.remove: {find: a}
      |     ^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(check_scope("configure.ac", "m4.move: {find: a, into: {element: E}, at: end}"), @r"
    ------- stderr -------
    error: `m4.move` has `element` in `into`, but configure.ac is m4, which has only the scopes `between`, `section`, `case`, `branch`, `call`, `if`
     --> patchsets/mine/patchset.yaml:8:5
      |
    8 |     m4.move: {find: a, into: {element: E}, at: end}
      |     ^^^^^^^
    [exit 2]
    ");
    // The name does not say the format.
    assert_snapshot!(check_scope("Tools/run", &format!("{within} {{target: t}}")), @"
    mine: 1 edit, no errors
    [exit 0]
    ");
}

#[test]
fn an_unknown_key_is_refused() {
    assert_snapshot!(check(format!("{HEAD}author: me\n")), @"
    ------- stderr -------
    error: `author` is not a key of the patchset
     --> patchsets/mine/patchset.yaml:4:1
      |
    4 | author: me
      | ^^^^^^ write it inside an edit of `edits`
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, wyh: b, file: M, file.mode: {executable: true}}\n"), @"
    ------- stderr -------
    error: unknown key `wyh`
     --> patchsets/mine/patchset.yaml:5:13
      |
    5 |   - {id: a, wyh: b, file: M, file.mode: {executable: true}}
      |             ^^^ did you mean `why`?
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, why: b, file: M, file.mode: {exec: true}}\n"), @"
    ------- stderr -------
    error: `file.mode` has no `executable`
     --> patchsets/mine/patchset.yaml:5:41
      |
    5 |   - {id: a, why: b, file: M, file.mode: {exec: true}}
      |                                         ^^^^^^^^^^^^ `executable` is missing here

    error: `file.mode` has no argument `exec`
     --> patchsets/mine/patchset.yaml:5:42
      |
    5 |   - {id: a, why: b, file: M, file.mode: {exec: true}}
      |                                          ^^^^ did you mean `executable`?

    2 errors in patchsets/mine/patchset.yaml
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, why: b, file: M, text.replace: {find: a, with: b}, within: {method: c}}\n"), @"
    ------- stderr -------
    error: unknown key `method`
     --> patchsets/mine/patchset.yaml:5:73
      |
    5 |   - {id: a, why: b, file: M, text.replace: {find: a, with: b}, within: {method: c}}
      |                                                                         ^^^^^^
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - id: a\n    why: b\n    requires: [{file: M, holds: x, why: c}]\n    file: M\n    file.mode: {executable: true}\n"), @"
    ------- stderr -------
    error: unknown key `holds`
     --> patchsets/mine/patchset.yaml:7:26
      |
    7 |     requires: [{file: M, holds: x, why: c}]
      |                          ^^^^^ an entry of `requires` has `contains`, `declares`, `defines-function`, `exists`, `file`, `includes`, `lacks` and `why`
    [exit 2]
    ");
}

#[test]
fn a_value_of_the_wrong_type_is_refused() {
    assert_snapshot!(check_edits("  - {id: a, why: b, file: M, file.mode: {executable: yes}}\n"), @"
    ------- stderr -------
    error: `executable` is `true` or `false`
     --> patchsets/mine/patchset.yaml:5:54
      |
    5 |   - {id: a, why: b, file: M, file.mode: {executable: yes}}
      |                                                      ^^^ write `executable: true`
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, why: b, file: M, text.replace: {find: a, with: [b]}}\n"), @"
    ------- stderr -------
    error: `with` is a text
     --> patchsets/mine/patchset.yaml:5:60
      |
    5 |   - {id: a, why: b, file: M, text.replace: {find: a, with: [b]}}
      |                                                            ^^^ write `with: b`
    [exit 2]
    ");
    assert_snapshot!(check_edits("  - {id: a, why: b, file: M, text.replace: {find: a, with: b, count: -1}}\n"), @"
    ------- stderr -------
    error: expected a whole number, found the number `-1`
     --> patchsets/mine/patchset.yaml:5:70
      |
    5 |   - {id: a, why: b, file: M, text.replace: {find: a, with: b, count: -1}}
      |                                                                      ^^
    [exit 2]
    ");
}

#[test]
fn an_unknown_schema_version_is_refused() {
    assert_snapshot!(check("schema: 2\nid: mine\ntitle: A test\n"), @"
    ------- stderr -------
    error: unsupported schema 2: this pypatch supports schema 1
     --> patchsets/mine/patchset.yaml:1:9
      |
    1 | schema: 2
      |         ^
    [exit 2]
    ");
    assert_snapshot!(check("id: mine\ntitle: A test\n"), @"
    ------- stderr -------
    error: the patchset has no `schema`
     --> patchsets/mine/patchset.yaml:1:1
      |
    1 | id: mine
      | ^^ `schema` is missing here
    [exit 2]
    ");
}

#[test]
fn the_id_must_equal_the_folder_name() {
    assert_snapshot!(check("schema: 1\nid: yours\ntitle: A test\n"), @"
    ------- stderr -------
    error: `id` is `yours`, but the folder is named `mine`
     --> patchsets/mine/patchset.yaml:2:5
      |
    2 | id: yours
      |     ^^^^^
    [exit 2]
    ");
}

#[test]
fn an_invalid_pin_name_is_refused() {
    assert_snapshot!(check(format!("{HEAD}pins: [python-2.5, \"2.7.18\"]\n")), @r#"
    ------- stderr -------
    error: invalid pin name `2.7.18` (example: python-2.5)
     --> patchsets/mine/patchset.yaml:4:20
      |
    4 | pins: [python-2.5, "2.7.18"]
      |                    ^^^^^^^^
    [exit 2]
    "#);
}

#[test]
fn all_errors_of_a_file_are_reported() {
    assert_snapshot!(check("schema: 2\nid: yours\ntitle: A test\napplies-to: x\nedits:\n  - {id: a, why: b, allow: {x: y}, file: M, text.insert: {text: a}}\n"), @r"
    ------- stderr -------
    error: unsupported schema 2: this pypatch supports schema 1
     --> patchsets/mine/patchset.yaml:1:9
      |
    1 | schema: 2
      |         ^

    error: `id` is `yours`, but the folder is named `mine`
     --> patchsets/mine/patchset.yaml:2:5
      |
    2 | id: yours
      |     ^^^^^

    error: invalid version range `x` (example: `>=2.5, <2.6`): `x` lacks an operator: <, <=, ==, !=, >= or >
     --> patchsets/mine/patchset.yaml:4:13
      |
    4 | applies-to: x
      |             ^

    error: `allow` names an unknown lint `x`
     --> patchsets/mine/patchset.yaml:6:21
      |
    6 |   - {id: a, why: b, allow: {x: y}, file: M, text.insert: {text: a}}
      |                     ^^^^^

    error: `text.insert` needs either `before` or `after`
     --> patchsets/mine/patchset.yaml:6:45
      |
    6 |   - {id: a, why: b, allow: {x: y}, file: M, text.insert: {text: a}}
      |                                             ^^^^^^^^^^^

    5 errors in patchsets/mine/patchset.yaml
    [exit 2]
    ");
}

#[test]
fn content_from_a_missing_file_is_an_error() {
    assert_snapshot!(check_edits("  - {id: a, why: b, file: M, file.add: {content: {from: no.c}}}\n"), @r"
    ------- stderr -------
    error: `file.add` cannot read its text from patchsets/mine/files/no.c: No such file or directory (os error 2)
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, file.add: {content: {from: no.c}}}
      |                              ^^^^^^^^
    [exit 2]
    ");
}

#[test]
fn content_may_come_from_another_patchset() {
    let env = TestEnvironment::new();
    env.yaml("theirs", "schema: 1\nid: theirs\ntitle: t\nedits: []\n");
    env.write("patchsets/theirs/files/x.c", "int x;\n");
    let edits = "- {id: a, why: b, file: M, file.add: {content: {from: x.c, of: theirs}}}\n";
    env.patchset("mine", edits);
    env.write("tree/Include/patchlevel.h", "#define PY_VERSION \"2.5\"\n");
    let diff = env.stdout(&["diff", "mine", "tree"]);
    assert!(diff.ends_with("@@ -0,0 +1 @@\n+int x;\n"), "{diff}");
    // The digest of the patchset includes content from other patchsets.
    let digest = |env: &TestEnvironment| {
        let shown: serde_json::Value =
            serde_json::from_str(&env.stdout(&["show", "mine", "--format", "json"])).unwrap();
        shown["digest"].as_str().unwrap().to_owned()
    };
    let before = digest(&env);
    env.write("patchsets/theirs/files/x.c", "int y;\n");
    assert_ne!(before, digest(&env));
    let add = |from: &str| {
        check_edits(&format!("  - {{id: a, why: b, file: M, file.add: {{content: {{{from}}}}}}}\n"))
    };
    assert_snapshot!(add("from: x.c, of: nobody"), @r"
    ------- stderr -------
    error: `of` names an unknown patchset `nobody`
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, file.add: {content: {from: x.c, of: nobody}}}
      |                              ^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(add("from: no.c, of: catamount-py2.5"), @r"
    ------- stderr -------
    error: `file.add` cannot read its text from patchsets/catamount-py2.5/files/no.c (shipped): entity not found
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, file.add: {content: {from: no.c, of: catamount-py2.5}}}
      |                              ^^^^^^^^
    [exit 2]
    ");
}

#[test]
fn a_path_must_be_inside_the_tree() {
    let add = |file: &str, from: &str| {
        check_edits(&format!(
            "  - {{id: a, why: b, file: {file}, file.add: {{content: {{from: {from}}}}}}}\n"
        ))
    };
    assert_snapshot!(add("../x", "a"), @"
    ------- stderr -------
    error: invalid path `../x`: it leaves the tree with `..`
     --> patchsets/mine/patchset.yaml:5:27
      |
    5 |   - {id: a, why: b, file: ../x, file.add: {content: {from: a}}}
      |                           ^^^^
    [exit 2]
    ");
    assert_snapshot!(add("/etc/passwd", "a"), @"
    ------- stderr -------
    error: invalid path `/etc/passwd`: it is absolute
     --> patchsets/mine/patchset.yaml:5:27
      |
    5 |   - {id: a, why: b, file: /etc/passwd, file.add: {content: {from: a}}}
      |                           ^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(add("a/./b", "a"), @"
    ------- stderr -------
    error: invalid path `a/./b`: it has an empty component or a `.`
     --> patchsets/mine/patchset.yaml:5:27
      |
    5 |   - {id: a, why: b, file: a/./b, file.add: {content: {from: a}}}
      |                           ^^^^^
    [exit 2]
    ");
    assert_snapshot!(add("M", "../x"), @r"
    ------- stderr -------
    error: invalid path `../x`: it leaves the tree with `..`
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, file.add: {content: {from: ../x}}}
      |                              ^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(add("M", "/etc/passwd"), @r"
    ------- stderr -------
    error: invalid path `/etc/passwd`: it is absolute
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, file.add: {content: {from: /etc/passwd}}}
      |                              ^^^^^^^^
    [exit 2]
    ");
}

#[test]
fn pypatchs_own_file_names_are_refused() {
    assert_snapshot!(check_edits("  - {id: a, why: b, file: .pypatch-receipt.json, file.add: {content: x}}\n"), @"
    ------- stderr -------
    error: invalid path `.pypatch-receipt.json`: pypatch uses that name for itself
     --> patchsets/mine/patchset.yaml:5:27
      |
    5 |   - {id: a, why: b, file: .pypatch-receipt.json, file.add: {content: x}}
      |                           ^^^^^^^^^^^^^^^^^^^^^
    [exit 2]
    ");
}

#[test]
fn a_link_to_outside_the_patchset_is_not_followed() {
    let env = TestEnvironment::new();
    env.write("secret", "secret\n");
    env.yaml(
        "mine",
        format!("{HEAD}edits:\n  - {{id: a, why: b, file: M, file.add: {{content: {{from: x}}}}}}\n"),
    );
    env.write("patchsets/mine/files/y", "");
    std::os::unix::fs::symlink("../../../secret", env.path("patchsets/mine/files/x")).unwrap();
    assert_snapshot!(env.run(&["check", "mine"]), @r"
    ------- stderr -------
    error: `file.add` cannot read its text from patchsets/mine/files/x: a symbolic link leads out of files/ of the patchset
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, file.add: {content: {from: x}}}
      |                              ^^^^^^^^
    [exit 2]
    ");
}

#[test]
fn invalid_utf8_is_reported_with_its_position() {
    assert_snapshot!(check(b"schema: 1\nid: mine\ntitle: M\xfcller\n"), @"
    ------- stderr -------
    error: not valid UTF-8
     --> patchsets/mine/patchset.yaml:3:9
      |
    3 | title: M�ller
      |         ^^^^^ save the file as UTF-8
    [exit 2]
    ");
}

#[test]
fn a_yaml_alias_bomb_is_refused() {
    let mut bomb = HEAD.replace("A test", "&a0 [x,x,x,x,x,x,x,x,x,x]");
    for i in 1..10 {
        let before = format!("*a{},", i - 1).repeat(10);
        bomb.push_str(&format!("k{i}: &a{i} [{before}]\n"));
    }
    let output = check(&bomb);
    assert!(output.ends_with("[exit 2]"), "{output}");
    let mut bomb = format!("{HEAD}pins: &a0 [x,x,x,x,x,x,x,x,x,x]\ndrop:\n");
    for i in 1..10 {
        let before = format!("*a{},", i - 1).repeat(10);
        bomb.push_str(&format!("  k{i}: &a{i} [{before}]\n"));
    }
    let output = check(&bomb);
    assert!(output.ends_with("[exit 2]"), "{output}");
}

#[test]
fn an_empty_file_is_refused() {
    assert_snapshot!(check(""), @"
    ------- stderr -------
    error: a patchset has no value: it is a map
     --> patchsets/mine/patchset.yaml:1:1
      |
    1 |
      | ^ write `{schema: ..., id: ..., title: ...}`
    [exit 2]
    ");
    assert_snapshot!(check("# nothing\n"), @"
    ------- stderr -------
    error: a patchset has no value: it is a map
     --> patchsets/mine/patchset.yaml:2:1
      |
    2 |
      | ^ write `{schema: ..., id: ..., title: ...}`
    [exit 2]
    ");
    assert_snapshot!(check("- a\n"), @"
    ------- stderr -------
    error: a patchset is a map
     --> patchsets/mine/patchset.yaml:1:1
      |
    1 | - a
      | ^^^ write `{schema: ..., id: ..., title: ...}`
    [exit 2]
    ");
}

#[test]
fn invalid_yaml_is_refused() {
    assert_snapshot!(check(format!("{HEAD}edits: [\n")), @"
    ------- stderr -------
    error: this bracket is not closed
     --> patchsets/mine/patchset.yaml:4:8
      |
    4 | edits: [
      |        ^ `]` is missing
    [exit 2]
    ");
    assert_snapshot!(check(format!("{HEAD}title: twice\n")), @"
    ------- stderr -------
    error: the key `title` is given twice
     --> patchsets/mine/patchset.yaml:4:1
      |
    4 | title: twice
      | ^^^^^ remove one of them
    [exit 2]
    ");
}

#[test]
fn a_directory_named_patchset_yaml_is_refused() {
    let env = TestEnvironment::new();
    std::fs::create_dir_all(env.path("patchsets/mine/patchset.yaml")).unwrap();
    assert_snapshot!(env.run(&["check", "./patchsets/mine"]), @r"
    ------- stderr -------
    error: `./patchsets/mine` is a directory without a patchset.yaml
      help: name the folder of a patchset.yaml; `pypatch new` makes one
    [exit 2]
    ");
}

#[test]
fn drop_must_name_an_inherited_edit() {
    let env = TestEnvironment::with_tree();
    env.yaml(
        "mine",
        format!("{HEAD}extends: gadget\ndrop:\n  loader: There is one.\n  no-shraedmods: There are some.\n"),
    );
    assert_snapshot!(env.run(&["check", "mine"]), @"
    ------- stderr -------
    error: `drop` names `no-shraedmods`, but no inherited edit has that id; near: no-sharedmods
     --> patchsets/mine/patchset.yaml:7:18
      |
    7 |   no-shraedmods: There are some.
      |                  ^^^^^^^^^^^^^^^
    [exit 2]
    ");
    env.yaml("mine", format!("{HEAD}drop:\n  loader: There is one.\n"));
    assert_snapshot!(env.run(&["check", "mine"]), @"
    ------- stderr -------
    error: `drop` names `loader`, but no inherited edit has that id
     --> patchsets/mine/patchset.yaml:5:11
      |
    5 |   loader: There is one.
      |           ^^^^^^^^^^^^^
    [exit 2]
    ");
}

#[test]
fn allow_must_name_a_lint() {
    assert_snapshot!(check_edits("  - {id: a, why: b, allow: {stale-confgure: It is fine.}, file: M, file.mode: {executable: true}}\n"), @r"
    ------- stderr -------
    error: `allow` names an unknown lint `stale-confgure`; near: stale-configure
     --> patchsets/mine/patchset.yaml:5:21
      |
    5 |   - {id: a, why: b, allow: {stale-confgure: It is fine.}, file: M, file.mode: {executable: true}}
      |                     ^^^^^
    [exit 2]
    ");
}

#[test]
fn a_meaningless_operation_is_refused() {
    let one = |operation: &str| check_edits(&format!("  - {{id: a, why: b, file: M, {operation}}}\n"));
    assert_snapshot!(one("text.insert: {text: a}"), @r"
    ------- stderr -------
    error: `text.insert` needs either `before` or `after`
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, text.insert: {text: a}}
      |                              ^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(one("text.insert: {text: a, before: b, after: c}"), @r"
    ------- stderr -------
    error: `text.insert` needs either `before` or `after`
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, text.insert: {text: a, before: b, after: c}}
      |                              ^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(one("text.replace: {find: '', with: a}"), @r"
    ------- stderr -------
    error: `text.replace` has an empty anchor
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, text.replace: {find: '', with: a}}
      |                              ^^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(one("text.replace: {find: a, with: b, count: 0}"), @"
    ------- stderr -------
    error: `count` must be at least 1
     --> patchsets/mine/patchset.yaml:5:70
      |
    5 |   - {id: a, why: b, file: M, text.replace: {find: a, with: b, count: 0}}
      |                                                                      ^
    [exit 2]
    ");
    assert_snapshot!(one("setup.enable: {modules: []}"), @r"
    ------- stderr -------
    error: `setup.enable` names no module
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, setup.enable: {modules: []}}
      |                              ^^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(one("setup.set: {value: a}"), @r"
    ------- stderr -------
    error: `setup.set` needs either `module` or `variable`
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, setup.set: {value: a}}
      |                              ^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(one("header.undef: {names: []}"), @r"
    ------- stderr -------
    error: `header.undef` names no macro
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, header.undef: {names: []}}
      |                              ^^^^^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(one("c.insert: {text: a}"), @r"
    ------- stderr -------
    error: `c.insert` needs one of `at`, `before` and `after`
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, c.insert: {text: a}}
      |                              ^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(one("c.insert: {at: entry, text: a}"), @r"
    ------- stderr -------
    error: `c.insert` has `at: entry` without `function`
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, c.insert: {at: entry, text: a}}
      |                              ^^^^^^^^
    [exit 2]
    ");
    assert_snapshot!(one("c.wrap: {function: f, condition: A}"), @r"
    ------- stderr -------
    error: `c.wrap` needs a `condition` that starts with `#if`
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, c.wrap: {function: f, condition: A}}
      |                              ^^^^^^
    [exit 2]
    ");
    assert_snapshot!(one("c.add-include: {include: a.h, after: b.h}"), @r#"
    ------- stderr -------
    error: `c.add-include` needs `include` with its quotes: '"x.h"' or '<x.h>'
     --> patchsets/mine/patchset.yaml:5:30
      |
    5 |   - {id: a, why: b, file: M, c.add-include: {include: a.h, after: b.h}}
      |                              ^^^^^^^^^^^^^
    [exit 2]
    "#);
}

#[test]
fn an_unknown_patchset_is_reported_with_the_nearest_names() {
    let env = TestEnvironment::with_tree();
    for command in [
        &["show", "gadgte"][..],
        &["check", "gadgte"],
        &["plan", "gadgte", "tree"],
        &["apply", "gadgte", "tree"],
    ] {
        let output = env.run(command);
        assert!(
            output.contains("no patchset named `gadgte`") && output.contains("near: gadget\n"),
            "{output}"
        );
        assert!(output.ends_with("[exit 2]"), "{output}");
    }
    assert_snapshot!(env.run(&["show", "./nowhere"]), @r"
    ------- stderr -------
    error: no file or directory `./nowhere`
      help: name a folder with a patchset.yaml, or a patchset of `pypatch list`
    [exit 2]
    ");
}

#[test]
fn list_names_the_patchsets_of_all_folders() {
    let env = TestEnvironment::with_tree();
    env.write("elsewhere/other/patchset.yaml", "schema: 1\nid: other\ntitle: Another one\n");
    let all = env.stdout(&["list", "--patchsets", "elsewhere"]);
    let ids: Vec<&str> = all.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(ids.contains(&"gadget") && ids.contains(&"other") && ids.contains(&"catamount-py2.5"), "{all}");
    assert!(ids.is_sorted());
    assert_snapshot!(env.run(&["list", "gad*"]), @"
    gadget  Gadgets without shared modules
    [exit 0]
    ");
    assert_snapshot!(env.run(&["list", "gad*", "--format", "json"]), @r#"
    {
      "patchsets": [
        {
          "applies_to": ">=9.9, <9.10",
          "edits": 7,
          "extends": [],
          "file": "patchsets/gadget/patchset.yaml",
          "id": "gadget",
          "pins": [
            "python-9.9"
          ],
          "title": "Gadgets without shared modules"
        }
      ],
      "schema": 1
    }
    [exit 0]
    "#);
    assert_snapshot!(env.run(&["list", "[a"]), @"
    ------- stderr -------
    error: invalid pattern `[a`: Pattern syntax error near position 0: invalid range pattern
    [exit 2]
    ");
}

#[test]
fn list_reports_a_broken_patchset_and_lists_the_others() {
    let env = TestEnvironment::with_tree();
    env.yaml("gadget-2", "schema: 1\n");
    assert_snapshot!(env.run(&["list", "gadget*"]), @"
    gadget  Gadgets without shared modules
    ------- stderr -------
    error: the patchset has no `id`
     --> patchsets/gadget-2/patchset.yaml:1:1
      |
    1 | schema: 1
      | ^^^^^^ `id` is missing here

    error: the patchset has no `title`
     --> patchsets/gadget-2/patchset.yaml:1:1
      |
    1 | schema: 1
      | ^^^^^^ `title` is missing here

    2 errors in patchsets/gadget-2/patchset.yaml
    [exit 2]
    ");
}

#[test]
fn a_closed_stdout_is_not_an_error() {
    use std::process::Stdio;
    let env = TestEnvironment::with_tree();
    for command in [
        &["list"][..],
        &["schema"],
        &["pins"],
        &["man"],
        &["completions", "bash"],
        &["plan", "gadget", "tree"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_pypatch"));
        run.args(command).current_dir(env.path(".")).env_clear().stdout(writer).stderr(Stdio::piped());
        let output = run.output().unwrap();
        assert_eq!(env.transcript(&output), "[exit 0]", "{command:?}");
    }
}

#[test]
fn show_prints_edits_and_their_reasons() {
    let env = TestEnvironment::with_tree();
    assert_snapshot!(env.run(&["show", "gadget"]), @r"
    gadget: Gadgets without shared modules
      applies to: >=9.9, <9.10
      pins: python-9.9
      file: patchsets/gadget/patchset.yaml

    no-sharedmods
        Shared modules cannot be loaded.
      makefile.remove-prerequisite in Makefile.pre.in
          target: all
          word: sharedmods

    run-gen
        The generator runs elsewhere.
      makefile.prefix-command in Makefile.pre.in
          command: $(GEN)
          with: run
          count: 2

    static-modules
        Nothing can be loaded later.
      setup.enable in Modules/Setup.dist or Modules/Setup
          modules: one, two, three

    open-elsewhere
        Files are opened by the gadget.
      c.redirect-call in Modules/one.c
          function: one_open
          from: fopen
          to: gadget_open

    loader
        Something has to load.
      file.add in Modules/gadget/loader.c
          content: files/loader.c, 1 line
            int loader;

    no-news
        No news is good news.
      file.remove in Misc/NEWS
          contains: made up

    configure-runs
        The tarball lost its mode.
      file.mode in configure
          executable: true
    [exit 0]
    ");
    assert_snapshot!(env.run(&["show", "gadget", "loader"]), @r"
    gadget: Gadgets without shared modules
      applies to: >=9.9, <9.10
      pins: python-9.9
      file: patchsets/gadget/patchset.yaml

    loader
        Something has to load.
      file.add in Modules/gadget/loader.c
          content: files/loader.c, 1 line
            int loader;
    [exit 0]
    ");
    // As it is written, and one that is inherited as it is written there.
    let yaml = env.stdout(&["show", "gadget", "--yaml"]);
    assert_eq!(yaml.as_bytes(), std::fs::read(env.path("patchsets/gadget/patchset.yaml")).unwrap());
    assert_snapshot!(env.run(&["show", "gadget", "loader", "--yaml"]), @r"
      - id: loader
        why: Something has to load.
        file: Modules/gadget/loader.c
        file.add: {content: {from: loader.c}}
    [exit 0]
    ");
    env.yaml("child", "schema: 1\nid: child\ntitle: C\nextends: gadget\n");
    assert_eq!(
        env.run(&["show", "child", "loader", "--yaml"]),
        env.run(&["show", "gadget", "loader", "--yaml"])
    );
    assert_snapshot!(env.run(&["show", "gadget", "laoder"]), @r"
    ------- stderr -------
    error: `gadget` has no edit `laoder`
      near: loader
      help: run `pypatch show gadget` for a list
    [exit 2]
    ");
    assert_snapshot!(common::without_digests(&env.run(&["show", "gadget", "loader", "--format", "json"])), @r#"
    {
      "applies_to": ">=9.9, <9.10",
      "digest": "SHA256",
      "dropped": {},
      "edits": [
        {
          "allow": {},
          "author": null,
          "changes": [
            {
              "arguments": {
                "content": {
                  "from": "loader.c"
                }
              },
              "file": [
                "Modules/gadget/loader.c"
              ],
              "operation": "file.add",
              "texts": {
                "loader.c": "int loader;\n"
              },
              "then": [],
              "values_for": [],
              "when": null,
              "within": null
            }
          ],
          "column": 5,
          "date": null,
          "depends_on": [],
          "id": "loader",
          "line": 28,
          "patchset": "gadget",
          "requires": [],
          "upstream": null,
          "when": null,
          "why": "Something has to load."
        }
      ],
      "extends": [],
      "file": "patchsets/gadget/patchset.yaml",
      "id": "gadget",
      "pins": [
        "python-9.9"
      ],
      "schema": 1,
      "software": "python",
      "title": "Gadgets without shared modules"
    }
    [exit 0]
    "#);
}

#[test]
fn an_author_is_one_line_and_a_date_can_be_read() {
    let env = TestEnvironment::with_tree();
    let edit = |author: &str, date: &str| {
        format!(
            "{HEAD}edits:\n  - id: loader\n    why: Mine.\n    author: {author}\n    date: {date}\n    file: L\n    file.add: {{content: x}}\n"
        )
    };
    env.yaml("mine", edit("\"A\\nB\"", "soon"));
    assert_snapshot!(env.run(&["check", "mine"]), @r#"
    ------- stderr -------
    error: `author` is not a name on one line (example: `A B <a@example.org>`)
     --> patchsets/mine/patchset.yaml:7:13
      |
    7 |     author: "A\nB"
      |             ^^^^^^

    error: `date` cannot be read: `soon` (example: `2025-07-01` or `Tue, 1 Jul 2025 10:00:00 +0200`)
     --> patchsets/mine/patchset.yaml:8:11
      |
    8 |     date: soon
      |           ^^^^

    2 errors in patchsets/mine/patchset.yaml
    [exit 2]
    "#);
    env.yaml("mine", edit("Jürgen X", "Tue, 1 Jul 2025 10:00:00 +0200"));
    assert!(env.run(&["check", "mine"]).ends_with("[exit 0]"));
    let json: serde_json::Value =
        serde_json::from_str(&env.stdout(&["show", "mine", "--format", "json"])).unwrap();
    assert_eq!(json["edits"][0]["author"], "Jürgen X");
    assert_eq!(json["edits"][0]["date"], "Tue, 1 Jul 2025 10:00:00 +0200");
}

#[test]
fn show_names_the_patchset_an_edit_is_inherited_from() {
    let env = TestEnvironment::with_tree();
    env.yaml("mine", format!("{HEAD}extends: gadget\ndrop:\n  no-news: Some news are good.\nedits:\n  - {{id: loader, why: Mine., since: \"9.9\", upstream: https://example.org/1, author: A B <a@b.org>, date: 2025-07-01, file: L, file.add: {{content: x}}}}\n"));
    assert_snapshot!(env.run(&["show", "mine"]), @r"
    mine: A test
      extends: gadget
      file: patchsets/mine/patchset.yaml

    no-sharedmods  (from gadget)
        Shared modules cannot be loaded.
      makefile.remove-prerequisite in Makefile.pre.in
          target: all
          word: sharedmods

    run-gen  (from gadget)
        The generator runs elsewhere.
      makefile.prefix-command in Makefile.pre.in
          command: $(GEN)
          with: run
          count: 2

    static-modules  (from gadget)
        Nothing can be loaded later.
      setup.enable in Modules/Setup.dist or Modules/Setup
          modules: one, two, three

    open-elsewhere  (from gadget)
        Files are opened by the gadget.
      c.redirect-call in Modules/one.c
          function: one_open
          from: fopen
          to: gadget_open

    loader
        Mine.
        upstream: https://example.org/1
        written by: A B <a@b.org>, 2025-07-01
        for: >=9.9
      file.add in L
          content: x

    configure-runs  (from gadget)
        The tarball lost its mode.
      file.mode in configure
          executable: true

    no-news: dropped
        Some news are good.
    [exit 0]
    ");
}

#[test]
fn check_accepts_names_patterns_folders_and_files() {
    let env = TestEnvironment::with_tree();
    assert_snapshot!(env.run(&["check", "gadget"]), @"
    ------- stderr -------
    error: `pins` names `python-9.9`, which is not a pinned release
     --> patchsets/gadget/patchset.yaml:5:8
      |
    5 | pins: [python-9.9]
      |        ^^^^^^^^^^ did you mean `python-3.9.9`?
    [exit 2]
    ");
    let file = env.path("patchsets/gadget/patchset.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("pins: [python-9.9]\n", "")).unwrap();
    assert_snapshot!(env.run(&["check", "gadget"]), @"
    gadget: 7 edits, no errors
    [exit 0]
    ");
    assert_snapshot!(env.run(&["check", "gad*"]), @"
    gadget: 7 edits, no errors
    [exit 0]
    ");
    assert_snapshot!(env.run(&["check", "./patchsets/gadget", "patchsets/gadget/patchset.yaml"]), @"
    gadget: 7 edits, no errors
    gadget: 7 edits, no errors
    [exit 0]
    ");
    let mut here = env.command(&["check", "patchset.yaml"]);
    let output = here.current_dir(env.path("patchsets/gadget")).output().unwrap();
    assert_snapshot!(env.transcript(&output), @"
    gadget: 7 edits, no errors
    [exit 0]
    ");
    assert_snapshot!(env.run(&["check", "nowhere/patchset.yaml"]), @r"
    ------- stderr -------
    error: no file or directory `nowhere/patchset.yaml`
      help: name a folder with a patchset.yaml, or a patchset of `pypatch list`
    [exit 2]
    ");
}

#[test]
fn the_shipped_patchsets_have_no_errors() {
    let env = TestEnvironment::new();
    let output = env.run(&["check"]);
    assert!(output.ends_with("[exit 0]"), "{output}");
    assert!(output.contains("catamount-py2.5: "), "{output}");
}

#[test]
fn the_schema_is_json_with_every_operation() {
    let env = TestEnvironment::new();
    let schema: serde_json::Value = serde_json::from_str(&env.stdout(&["schema"])).unwrap();
    assert_eq!(schema["title"], "pypatch patchset, schema 1");
    let edit = &schema["$defs"]["Edit"]["properties"];
    for operation in ["text.replace", "makefile.remove-prerequisite", "file.add", "diff"] {
        assert!(edit[operation].is_object(), "{operation}");
    }
}
