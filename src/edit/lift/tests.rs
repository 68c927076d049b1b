//! What hunks are lifted to.

use super::*;
use crate::edit::testing::MemoryTree;
use crate::patchset::change_yaml;

/// The operations that a change of a file is lifted to, each as YAML without its file; `left` for a hunk that is not.
fn lifted(file: &str, before: &str, after: &str) -> String {
    let tree = MemoryTree::of([(file, before.as_bytes())]);
    let context = Context::new(&tree, None);
    let path: TreePath = file.parse().unwrap();
    let hunks = lift(&context, &path, &File::new(after.as_bytes(), false)).unwrap().unwrap();
    let shown = |hunk: &LiftedHunk| match &hunk.changes {
        None => "left\n".to_owned(),
        Some(changes) => changes
            .iter()
            .map(|change| change_yaml(change).split_once('\n').expect("a change has a file").1.to_owned())
            .collect(),
    };
    hunks.iter().map(shown).collect::<String>().trim_end().to_owned()
}

const CLASS: &str = "class A:\n    def f(self):\n        a = load()\n        return a\n\n    def g(self):\n        return 1\n\n\nx = A()\n";

#[test]
fn a_statement_is_inserted_in_its_function() {
    let after = CLASS.replace("load()\n", "load()\n        check(a)\n");
    assert_eq!(
        lifted("m.py", CLASS, &after),
        "within: {function: A.f}\npython.insert: {after: a = load(), text: check(a)}"
    );
}

#[test]
fn a_method_is_added_with_the_blank_lines_around_it() {
    for place in ["    def g", "\n\nx = A"] {
        let own = "    def h(self):\n        return 2\n\n";
        let after = match place.strip_prefix("\n\n") {
            None => CLASS.replace(place, &format!("{own}{place}")),
            Some(_) => {
                CLASS.replace(place, &format!("\n{}{place}", own.trim_end_matches("\n\n").to_owned() + "\n"))
            }
        };
        let lifted = lifted("m.py", CLASS, &after);
        assert!(lifted.starts_with("python.add-method:\n  class: A\n  method: h\n"), "{lifted}");
    }
}

#[test]
fn a_decorator_is_added_to_its_method() {
    let after = CLASS.replace("    def g", "    @skip\n    def g");
    assert_eq!(lifted("m.py", CLASS, &after), "python.add-decorator: {function: A.g, decorator: \"@skip\"}");
}

#[test]
fn a_name_joins_its_import() {
    let after = "from os import path, sep\nx = 1\n";
    let lifted = lifted("m.py", "from os import path\nx = 1\n", after);
    assert_eq!(lifted, "python.add-import: {module: os, name: sep}");
}

#[test]
fn several_entries_are_added_one_by_one() {
    let before = "names = {\n    'a': 1,\n    'd': 4,\n}\n";
    let after = "names = {\n    'a': 1,\n    'b': 2,\n    'c': 3,\n    'd': 4,\n}\n";
    let lifted = lifted("m.py", before, after);
    assert_eq!(lifted.matches("python.add-entry").count(), 2, "{lifted}");
}

#[test]
fn a_branch_is_added_to_its_chain() {
    let before = "def f(a):\n    if a == 1:\n        return x\n    else:\n        return y\n";
    let after = before.replace("    else:", "    elif a == 2:\n        return z\n    else:");
    let lifted = lifted("m.py", before, &after);
    assert!(lifted.contains("python.add-branch:"), "{lifted}");
}

#[test]
fn statements_are_put_into_a_block() {
    let before = "def f():\n    a()\n    b()\n    c()\n";
    let after = "def f():\n    if ready:\n        a()\n        b()\n    c()\n";
    let lifted = lifted("m.py", before, after);
    assert_eq!(lifted, "within: {function: f}\npython.wrap: {from: a(), to: b(), if: ready}");
}

#[test]
fn an_if_and_its_endif_are_one_operation() {
    let before = "int f(void)\n{\n    a();\n    b();\n    return c();\n}\n";
    let after = before.replace("    b();\n", "#ifdef MPI\n    b();\n#endif\n");
    let lifted = lifted("m.c", before, &after);
    assert_eq!(lifted, "within: {function: f}\nc.wrap: {condition: \"#ifdef MPI\", from: b();}");
}

#[test]
fn the_words_of_a_comment_are_replaced() {
    let before = "int x;\n/* The first line,\n   the second of three,\n   the last. */\nint y;\n";
    let after = before.replace("three", "many");
    let lifted = lifted("m.c", before, &after);
    assert!(lifted.starts_with("c.replace-comment:"), "{lifted}");
}

#[test]
fn an_entry_a_macro_and_an_include_are_named() {
    let before =
        "#include \"a.h\"\n\n#define SIZE 1\n\nstatic struct m table[] = {\n    {\"a\", f},\n    {0}\n};\n";
    for (old, new, operation) in [
        ("\"a.h\"\n", "\"a.h\"\n#include <b.h>\n", "c.add-include: {include: <b.h>, after: a.h}"),
        ("SIZE 1\n", "SIZE 1\n#define COUNT 2\n", "c.add-macro: {after: SIZE, name: COUNT, value: \"2\"}"),
        ("f},\n", "f},\n    {\"b\", g},\n", r#"c.add-entry: {table: table, after: a, entry: "{\"b\", g}"}"#),
    ] {
        assert_eq!(lifted("m.c", before, &before.replace(old, new)), operation);
    }
}

#[test]
fn a_branch_of_a_case_is_added() {
    let before = "case $host in\n  a*)\n    x=1\n    ;;\n  *)\n    x=2\n    ;;\nesac\n";
    let after = before.replace("  *)", "  b*)\n    x=3\n    ;;\n  *)");
    let lifted = lifted("configure.ac", before, &after);
    assert!(lifted.contains("m4.add-branch: {before: \"*\", pattern: b*, text: x=3}"), "{lifted}");
}

#[test]
fn words_of_a_variable_are_added() {
    let after = "A = 1\nOBJS = a.o b.o\n";
    assert_eq!(
        lifted("Makefile", "A = 1\nOBJS = a.o\n", after),
        "makefile.add-word: {variable: OBJS, word: b.o}"
    );
}

#[test]
fn more_lines_than_an_operation_may_name_are_left() {
    let line = |text: &str| (0..9).map(|n| format!("    {text}{n}(a, {n})\n")).collect::<String>();
    let (before, after) =
        (format!("def f(a):\n{}", line("old")), "def f(a):\n    new = [n for n in a]\n".to_owned());
    assert_eq!(lifted("m.py", &before, &after), "left");
    assert_ne!(lifted("m.py", &before.replace("    old8(a, 8)\n", ""), &after), "left");
}

#[test]
fn a_hunk_is_lifted_whole_or_stays() {
    let lines: String = (0..9).map(|n| format!("line {n}\n")).collect();
    let before = format!("a = 1\nb = '''\n{lines}'''\n");
    let after = before.replace("a = 1", "a = 2").replace("line 0", "line");
    assert_eq!(lifted("m.py", &before, &after), "left");
}

#[test]
fn a_condition_is_added_to() {
    let after = "def f(a):\n    if a and ready:\n        g()\n";
    assert_eq!(
        lifted("m.py", "def f(a):\n    if a:\n        g()\n", after),
        "within: {function: f}\npython.replace-condition: {find: \"if a:\", and: ready}"
    );
    let before = "int f(int a)\n{\n    if (a) {\n        g();\n    }\n}\n";
    assert_eq!(
        lifted("m.c", before, &before.replace("(a)", "(a || b)")),
        "within: {function: f}\nc.replace-condition: {find: if (a), or: b}"
    );
}
