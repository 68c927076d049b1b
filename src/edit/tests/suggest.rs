//! Operations of meaning for changes of text.

use crate::edit::testing::{Case, on};
use crate::edit::{Context, suggestion};
use crate::patchset::change_yaml;

/// The suggestion for a change, without its file.
fn suggested(case: &Case, change: &str) -> Option<String> {
    let change = case.edit(change).changes.remove(0);
    let found = suggestion(&Context::new(&case.tree, Some("2.5".parse().unwrap())), &change).unwrap()?;
    Some(change_yaml(&found).lines().skip(1).collect::<Vec<_>>().join("\n"))
}

#[test]
fn a_word_of_a_rule_is_a_prerequisite() {
    let case = on("Makefile.pre.in", "all: python sharedmods docs\n\tcc -c a.c\n");
    let suggest = |change: &str| suggested(&case, change).unwrap();
    assert_eq!(
        suggest("text.remove: {find: ' sharedmods'}"),
        "makefile.remove-prerequisite: {target: all, word: sharedmods}"
    );
    assert_eq!(
        suggest("text.insert: {after: python, text: ' device'}"),
        "makefile.add-prerequisite: {target: all, word: device, after: python}"
    );
    assert_eq!(
        suggest("text.replace: {find: docs, with: pages}"),
        "makefile.replace-prerequisite: {target: all, word: docs, with: pages}"
    );
    assert_eq!(
        suggest("text.replace: {find: cc -c, with: yod cc -c}"),
        "makefile.prefix-command: {target: all, command: cc, with: yod}"
    );
}

#[test]
fn a_value_of_a_variable_is_set_or_a_word_of_it_changed() {
    let case = on("Makefile.pre.in", "OPT=\t-g\nOBJS=\ta.o \\\n\tb.o\n");
    let suggest = |change: &str| suggested(&case, change).unwrap();
    assert_eq!(
        suggest("text.replace: {find: \"OPT=\\t-g\", with: \"OPT=\\t-O2 -g1\"}"),
        "makefile.set-variable: {name: OPT, value: -O2 -g1}"
    );
    assert_eq!(
        suggest("text.replace: {find: a.o, with: c.o}"),
        "makefile.replace-word: {variable: OBJS, word: a.o, with: c.o}"
    );
}

#[test]
fn code_is_named_by_its_function() {
    let c = on("a.c", "#include \"a.h\"\nint f(void)\n{\n    return open(x);\n}\n");
    assert_eq!(
        suggested(&c, "text.replace: {find: 'open(', with: 'yod_open('}").unwrap(),
        "c.redirect-call: {function: f, from: open, to: yod_open}"
    );
    assert_eq!(
        suggested(&c, "text.insert: {after: '#include \"a.h\"', text: \"\\n#include <b.h>\"}").unwrap(),
        "c.add-include: {include: <b.h>, after: a.h}"
    );
    let py = on("a.py", "def f():\n    return x\n");
    assert_eq!(
        suggested(&py, "text.insert: {before: return, indent: anchor, text: y()}").unwrap(),
        "within: {function: f}\npython.insert: {before: return, text: y()}"
    );
}

#[test]
fn only_what_gives_the_same_bytes_is_suggested() {
    // A comment is not code.
    let c = on("a.c", "int a; /* open(x) */\n");
    assert_eq!(suggested(&c, "text.replace: {find: open, with: close}"), None);
    // A blank that the operation would not write.
    let py = on("a.py", "def f():\n    return x\n");
    assert_eq!(suggested(&py, "text.insert: {after: return x, text: \"\\n\\n\\n    y()\"}"), None);
}

#[test]
fn a_text_that_is_missing_gets_an_operation_that_fits() {
    let case = on("Makefile.pre.in", "all:\tbuild_all\nbuild_all:\tpython \\\n\t\tsharedmods\n");
    assert_eq!(
        suggested(&case, "text.replace: {find: 'all: python sharedmods', with: 'all: python'}").unwrap(),
        "makefile.remove-prerequisite: {target: build_all, word: sharedmods}"
    );
    let c = on("a.c", "int f(void)\n{\n    return open( x,\n        y);\n}\n");
    let found = suggested(&c, "text.replace: {find: 'open(x, y)', with: z}").unwrap();
    assert!(found.starts_with("c.replace: {find: ") || found.contains("function: f"), "{found}");
}

#[test]
fn lines_of_modules_get_operations_on_modules() {
    let case = on("Setup", "*@T@*\n@MODULE_A_TRUE@a a.c\n@MODULE_B_TRUE@b b.c\nposix p.c\n");
    let suggest = |change: &str| suggested(&case, change).unwrap();
    assert_eq!(
        suggest("text.insert: {after: \"@MODULE_A_TRUE@a a.c\\n\", text: \"@MODULE_X_TRUE@x x.c\\n\"}"),
        "setup.add: {module: x, arguments: x.c, condition: \"@MODULE_X_TRUE@\", after: a}"
    );
    assert_eq!(
        suggest("text.replace: {find: posix p.c, with: os2 p.c}"),
        "setup.replace: {module: posix, with: os2 p.c}"
    );
    assert_eq!(suggest("text.remove: {find: '@MODULE_B_TRUE@b b.c'}"), "setup.remove: {module: b}");
}
