//! The verb `move` of all formats.

use crate::edit::testing::{complaint, on};

const SITE: &str = "\
\"\"\"Doc.\"\"\"
import os
import sys


class Site(object):

    def a(self):
        x = 1

        # the names
        names = [
            'a',
        ]
        return x

    @cached
    def b(self):
        pass


def first():
    text = '''
    kept
'''
    return text


# the last one
def last():
    pass
";

/// The file after a change that is made there, too.
fn moved(file: &str, before: &str, change: &str) -> String {
    let after = on(file, before).changed(change);
    on(file, after.clone()).already(change);
    after
}

#[test]
fn a_function_moves_with_its_comment_and_blank_lines() {
    let after = moved("s.py", SITE, "python.move: {find: 'def last():', before: 'class Site(object):'}");
    let start = "import sys\n\n\n# the last one\ndef last():\n    pass\n\n\nclass Site(object):\n";
    assert!(after.contains(start) && after.ends_with("    return text\n"), "{after}");
    let after = moved("s.py", SITE, "python.move: {find: 'def first():', after: 'def last():'}");
    assert!(
        after.contains("        pass\n\n\n# the last one\ndef last():\n    pass\n\n\ndef first():\n"),
        "{after}"
    );
    assert!(after.ends_with("\ndef first():\n    text = '''\n    kept\n'''\n    return text\n"), "{after}");
}

#[test]
fn a_moved_unit_gets_the_indentation_of_its_new_place() {
    let change = "python.move: {find: 'def first():', into: {class: Site}, after: 'def a(self):'}";
    let after = moved("s.py", SITE, change);
    let first = "        return x\n\n    def first():\n        text = '''\n    kept\n'''\n        return text\n\n    @cached\n";
    assert!(after.contains(first), "{after}");
    assert!(after.contains("        pass\n\n\n# the last one\n"), "{after}");
    let change = "python.move: {find: 'def b(self):', into: {class: Site}, at: start}";
    let after = moved("s.py", SITE, change);
    assert!(after.contains("    @cached\n    def b(self):\n        pass\n\n    def a(self):\n"), "{after}");
}

#[test]
fn a_unit_next_to_others_takes_no_blank_lines_along() {
    let change = "within: {function: Site.a}\npython.move: {find: 'names = [\"a\",]', at: start}";
    assert!(on("s.py", SITE).missing(change).0.contains("names"), "other quotes are other code");
    let change = "within: {function: Site.a}\npython.move: {find: \"names = ['a',]\", at: start}";
    let names = "        # the names\n        names = [\n            'a',\n        ]\n";
    let expected = SITE.replace(names, "").replace("        x = 1\n", &format!("{names}        x = 1\n"));
    assert_eq!(moved("s.py", SITE, change), expected);
}

#[test]
fn a_unit_at_its_destination_but_in_another_block_moves() {
    let before = "def f():\n    if x:\n        a()\n    b()\n    c()\n";
    let after = moved("f.py", before, "python.move: {find: b(), after: a()}");
    assert_eq!(after, "def f():\n    if x:\n        a()\n        b()\n    c()\n");
    let after = moved("f.py", &after, "python.move: {find: b(), after: 'if x:'}");
    assert_eq!(after, before);
}

#[test]
fn comments_at_the_end_of_a_block_belong_to_it() {
    let before = "def f():\n    a()\n\n    # end of f\n\n\ndef g():\n    b()\n    # end of g\n";
    let after = moved("f.py", before, "python.move: {find: 'def f():', after: 'def g():'}");
    assert_eq!(after, "def g():\n    b()\n    # end of g\n\n\ndef f():\n    a()\n\n    # end of f\n");
}

#[test]
fn a_run_of_units_keeps_its_order() {
    let before = "a = 1\nb = 2\n# c\nc = 3\nd = 4\n";
    let after = moved("f.py", before, "python.move: {from: b = 2, to: c = 3, before: a = 1}");
    assert_eq!(after, "b = 2\n# c\nc = 3\na = 1\nd = 4\n");
    let (what, _) = on("f.py", before).missing("python.move: {from: b = 2, to: a = 1, before: d = 4}");
    assert!(what.contains("`a = 1` was not found after the first code"), "{what}");
}

#[test]
fn a_move_names_one_unit_and_one_destination() {
    let file = on("f.py", "def f():\n    a(1)\n    b(2)\ndef g():\n    a(1)\n    x = b(2)\n    b(2)\nc()\n");
    assert_eq!(file.ambiguous("python.move: {find: a(1), after: c()}"), [2, 5]);
    assert_eq!(file.ambiguous("python.move: {find: c(), after: a(1)}"), [2, 5]);
    let (what, near) = file.missing("python.move: {find: c(), into: {function: f}, after: a(3)}");
    assert!(what.contains("`a(3)`") && near.iter().any(|line| line.contains("a(1)")), "{what} {near:?}");
    let (what, _) = file.missing("python.move: {find: bb(2), after: c()}");
    assert!(what.contains("`bb(2)`"), "{what}");
    // A statement that has the code is not meant where another one is all of it.
    let change = "within: {function: g}\npython.move: {find: b(2), before: a(1)}";
    assert!(file.changed(change).contains("def g():\n    b(2)\n    a(1)\n    x = b(2)\n"));
    let there = "within: {function: g}\npython.move: {find: a(1), into: {function: f}, before: b(2)}";
    assert_eq!(file.ambiguous(there), [2, 5]);
    assert!(file.missing("python.move: {find: c(), into: {function: h}, at: end}").0.contains("`h`"));
}

#[test]
fn what_cannot_be_moved_is_refused() {
    let file = on("f.py", "if x:\n    a(1)\n    b(2)\nc(); d()\n");
    let refused = |change: &str| file.refused(&format!("python.move: {change}"));
    assert!(refused("{find: a, after: b(2)}").contains("only part of a statement"));
    assert!(refused("{find: 'if x:', after: a(1)}").contains("part of what is moved"));
    assert!(refused("{find: c(), before: 'if x:'}").contains("all of `c(); d()`"));
    let script = on("f.sh", "if x; then\n  a\nfi\nb; c\nd\n");
    assert!(script.refused("shell.move: {find: a, after: d}").contains("without one"));
    assert!(script.refused("shell.move: {find: b, before: if x}").contains("shares its line"));
    assert!(script.refused("shell.move: {find: if x, before: c}").contains("on the line"));
    assert!(complaint("text.move: {find: a}").contains("needs one of `at`"));
    assert!(complaint("text.move: {from: a, at: end}").contains("needs either `find`"));
    assert!(complaint("text.move: {find: a, before: a}").contains("next to itself"));
    assert!(complaint("text.move: {find: a, at: end, into: {}}").contains("empty `into`"));
}

#[test]
fn the_scope_that_something_moves_into_may_have_values_by_version() {
    let before = "a = 1\ndef f():\n    pass\n";
    let change = "python.move: {find: a = 1, into: {function: {'<3.8': f, '>=3.8': g}}, at: start}";
    let after = on("f.py", before).version("3.7.0").changed(change);
    assert_eq!(after, "def f():\n    a = 1\n    pass\n");
    let change = "python.move: {find: a = 1, into: {function: [g, f]}, at: start}";
    assert_eq!(on("f.py", before).changed(change), "def f():\n    a = 1\n    pass\n");
}

#[test]
fn what_moves_out_of_one_of_several_scopes_is_made_once() {
    let before = "if x:\n    def f():\n        a()\nelse:\n    def f():\n        b()\n        c()\nd()\n";
    let after = moved(
        "f.py",
        before,
        "within: {function: f}\npython.move: {find: b(), into: {between: [if, d]}, after: a()}",
    );
    assert!(after.contains("        a()\n        b()\nelse:\n    def f():\n        c()\n"), "{after}");
}

#[test]
fn a_move_of_c_keeps_conditionals_and_statements_whole() {
    let source = "#include <a.h>\n#ifdef X\n#include <b.h>\n#endif\n\nint f(void)\n{\n    if (a)\n        b();\n    /* one\n       two */\n    c();\n#ifdef Y\n    d();\n#endif\n}\n";
    let after = moved("f.c", source, "c.move: {find: c();, into: {if: '#ifdef Y'}, at: start}");
    assert!(
        after.contains("b();\n#ifdef Y\n    /* one\n       two */\n    c();\n    d();\n#endif\n"),
        "{after}"
    );
    let after = moved("f.c", source, "c.move: {find: '#ifdef Y', before: if (a)}");
    assert!(after.contains("{\n#ifdef Y\n    d();\n#endif\n    if (a)\n"), "{after}");
    let after = moved("f.c", source, "c.move: {find: '#include <a.h>', into: {if: '#ifdef X'}, at: end}");
    assert!(after.starts_with("#ifdef X\n#include <b.h>\n#include <a.h>\n#endif\n"), "{after}");
    let file = on("f.c", source);
    assert!(file.refused("c.move: {find: b();, after: c();}").contains("only part"));
    assert!(file.refused("c.move: {from: '#endif', to: int f(void), at: start}").contains("only part"));
}

#[test]
fn a_move_never_joins_statements_of_c() {
    let source = "int f(void)\n{\n    a();\n    Py_BEGIN_ALLOW_THREADS\n    b();\n    Py_END_ALLOW_THREADS\n    if (c)\n        d();\n    e\n}\n";
    let after = moved("f.c", source, "c.move: {find: b();, after: Py_END_ALLOW_THREADS}");
    assert!(after.contains("THREADS\n    Py_END_ALLOW_THREADS\n    b();\n    if (c)"), "{after}");
    let file = on("f.c", source);
    assert!(
        file.refused("within: {function: f}\nc.move: {find: a();, at: end}").contains("become a part of one")
    );
    assert!(file.refused("c.move: {find: a();, before: d();}").contains("nothing can be next to it"));
}

#[test]
fn a_directive_moves_to_the_start_of_a_function() {
    let source = "#define X 1\nint f(void)\n{\n    a();\n    return 0;\n}\n";
    let after = moved("f.c", source, "c.move: {find: '#define X 1', into: {function: f}, at: start}");
    assert_eq!(after, "int f(void)\n{\n#define X 1\n    a();\n    return 0;\n}\n");
}

#[test]
fn a_move_of_a_makefile_keeps_commands_in_recipes() {
    let source = "A = a \\\n  b\nall: x\n\t@echo all \\\n\t  done\n\techo b\n\n# clean\nclean:\n\trm x\n";
    let after = moved("Makefile", source, "makefile.move: {find: A = a b, after: 'all: x'}");
    assert!(
        after.starts_with("all: x\n") && after.contains("\techo b\nA = a \\\n  b\n\n# clean\n"),
        "{after}"
    );
    let after =
        moved("Makefile", source, "makefile.move: {find: echo all done, into: {target: clean}, at: end}");
    assert!(after.ends_with("\n\techo b\n\n# clean\nclean:\n\trm x\n\t@echo all \\\n\t  done\n"), "{after}");
    let after = moved("Makefile", source, "makefile.move: {find: 'clean:', before: 'all:'}");
    assert!(after.contains("  b\n# clean\nclean:\n\trm x\nall: x\n"), "{after}");
    assert!(after.ends_with("\techo b\n"), "{after:?}");
    let file = on("Makefile", source);
    assert!(file.refused("makefile.move: {find: A = a b, after: echo b}").contains("would be in a recipe"));
    assert!(file.refused("makefile.move: {find: rm x, after: A = a b}").contains("outside of one"));
}

#[test]
fn a_move_of_m4_keeps_texts_of_several_lines() {
    let source =
        "AC_A([x])\nif test y; then\n  cat <<EOF\n  text\nEOF\n  b=1\nfi\ndnl c\nAC_C([z],\n  [c])\n";
    let after =
        moved("configure.ac", source, "m4.move: {find: \"cat <<EOF\\n  text\\nEOF\", before: if test y}");
    assert!(after.starts_with("AC_A([x])\ncat <<EOF\n  text\nEOF\nif test y; then\n  b=1\nfi\n"), "{after}");
    let after = moved("configure.ac", source, "m4.move: {find: 'AC_C([z]', at: start}");
    assert!(after.starts_with("dnl c\nAC_C([z],\n  [c])\nAC_A([x])\n"), "{after}");
}

#[test]
fn text_lines_move_as_they_are() {
    let source = "[a]\n  x = 1\n\n[b]\n  y = 2";
    let after = moved("f.cfg", source, "text.move: {find: y = 2, after: '[a]'}");
    assert_eq!(after, "[a]\n  y = 2\n  x = 1\n\n[b]\n");
    let after = moved("f.cfg", source, "text.move: {find: x = 1, at: end}");
    assert_eq!(after, "[a]\n\n[b]\n  y = 2\n  x = 1\n");
    let after = moved("f.cfg", source, "text.move: {find: x, into: {between: ['[b]', y]}, at: end}");
    assert_eq!(after, "[a]\n\n[b]\n  x = 1\n  y = 2");
    let latin: &[u8] = b"a \xe4  \n\tb\nc\xff\n";
    let after = on("f.txt", latin).changed_bytes("text.move: {find: c, before: a}");
    assert_eq!(after, b"c\xff\na \xe4  \n\tb\n");
}

#[test]
fn a_move_of_c_keeps_the_commas_of_entries_and_the_statements_of_labels() {
    let source = "enum A {\n    X,\n    Y\n};\nenum B {\n    Z\n};\nvoid f(int a)\n{\n    g();\n    switch (a) {\n    case 1:\n        c1();\n        break;\n    case 2:\n        c2();\n        break;\n    }\nlab:\n    end();\n}\n";
    let file = on("f.c", source);
    for change in [
        "within: {enum: A}\nc.move: {find: Y, into: {enum: B}, at: end}",
        "within: {enum: A}\nc.move: {find: Y, before: X}",
        "within: {enum: A}\nc.move: {find: 'X,', at: end}",
    ] {
        assert!(file.refused(change).contains("without a comma"), "{change}");
    }
    let comma = source.replace("Y\n", "Y,\n").replace("Z\n", "Z,\n");
    let after = moved("f.c", &comma, "within: {enum: A}\nc.move: {find: 'X,', into: {enum: B}, at: end}");
    assert!(after.contains("enum A {\n    Y,\n};\nenum B {\n    Z,\n    X,\n};\n"), "{after}");
    assert!(file.refused("c.move: {find: end();, before: g();}").contains("label above"));
    assert!(file.refused("c.move: {find: 'case 2:', before: 'case 1:'}").contains("only the label"));
    let after = moved("f.c", source, "c.move: {find: c1();, before: g();}");
    assert!(
        after.contains("{\n    c1();\n    g();\n") && after.contains("case 1:\n        break;\n"),
        "{after}"
    );
}

#[test]
fn nothing_is_moved_next_to_the_body_of_an_if_without_braces() {
    let source = "int f(void)\n{\n    a();\n    if (x)\n        b();\n    else if (y)\n        c();\n    else {\n        d();\n    }\n    e();\n}\n";
    let file = on("a.c", source);
    for place in ["before: b();", "after: b();", "after: c();", "before: if (y)", "after: if (y)"] {
        let why = file.refused(&format!("c.move: {{find: a();, {place}}}"));
        assert!(why.contains("without braces"), "{place}: {why}");
    }
    let after = file.changed("c.move: {find: a();, after: if (x)}");
    assert_eq!(after, source.replace("    a();\n", "").replace("    e();", "    a();\n    e();"));
    let after = file.changed("c.move: {find: a();, after: d();}");
    assert_eq!(after, source.replace("    a();\n", "").replace("    d();\n", "    d();\n        a();\n"));
}
