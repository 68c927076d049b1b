//! `c.*`.

use crate::edit::testing::{complaint, on};

const FILE: &str = "#include \"a.h\"\n\nint\nf(int x)\n{\n\tint y = 0;\n\n\ty = stat(p, &st);\t/* stat() */\n\treturn y;\n}\n\nstatic int\ng(void)\n{\n    return f(1);\n}\n";

#[test]
fn lines_inserted_at_a_function_entry_take_its_indentation() {
    let insert = "c.insert:\n  function: f\n  at: entry\n  text: |\n    #ifdef X\n    if (a)\n    \treturn 1;\n    #endif\n";
    assert_eq!(
        on("f.c", FILE).changed(insert),
        FILE.replace("\tint y", "#ifdef X\n\tif (a)\n\t\treturn 1;\n#endif\n\tint y")
    );
    let blanks = insert.replace("function: f", "function: g");
    assert_eq!(
        on("f.c", FILE).changed(&blanks),
        FILE.replace("    return f", "#ifdef X\n    if (a)\n        return 1;\n#endif\n    return f")
    );
    assert_eq!(
        on("f.c", "void f(void)\n{\n}\n").changed("c.insert: {function: f, at: entry, text: 'a();'}"),
        "void f(void)\n{\n    a();\n}\n"
    );
    let directive = on("f.c", "void f(void)\n{\n#ifdef X\n\tb();\n#endif\n}\n");
    assert_eq!(
        directive.changed("c.insert: {function: f, at: entry, text: 'a();'}"),
        "void f(void)\n{\n\ta();\n#ifdef X\n\tb();\n#endif\n}\n"
    );
    assert!(
        on("f.c", "void f(void) { a(); }\n")
            .refused("c.insert: {function: f, at: entry, text: 'b();'}")
            .contains("one line")
    );
}

#[test]
fn code_matches_despite_comments_and_other_indentation() {
    let insert = "c.insert: {function: f, before: 'y=stat(p,&st);', text: 'z();'}";
    assert_eq!(on("f.c", FILE).changed(insert), FILE.replace("\ty = stat", "\tz();\n\ty = stat"));
    let moved = FILE.replace("y = stat(p, &st)", "y = /* why */ stat(p,\n\t\t\t&st)");
    assert_eq!(on("f.c", &moved).changed(insert), moved.replace("\ty = /*", "\tz();\n\ty = /*"));
    let after = "c.insert: {function: f, after: 'y = stat(p, &st);', text: 'z();'}";
    assert_eq!(on("f.c", FILE).changed(after), FILE.replace("/* stat() */\n", "/* stat() */\n\tz();\n"));
    let (_, near) =
        on("f.c", FILE).missing("c.insert: {function: f, after: 'y = stat(q, &st);', text: 'z();'}");
    assert_eq!(near, [""; 0]);
    let (_, near) = on("f.c", FILE).missing("c.insert: {function: f, after: 'int y = 1;', text: 'z();'}");
    assert_eq!(near, ["\tint y = 0;"]);
}

#[test]
fn lines_inserted_after_an_unterminated_last_line_start_a_new_one() {
    let after = "c.insert: {after: 'int b;', text: 'int c;'}";
    assert_eq!(on("f.c", "int a;\nint b;").changed(after), "int a;\nint b;\nint c;\n");
    let include = "c.add-include: {include: '\"b.h\"', after: a.h}";
    assert_eq!(
        on("f.c", "/* x */\n#include \"a.h\"").changed(include),
        "/* x */\n#include \"a.h\"\n#include \"b.h\"\n"
    );
    let wrap = "c.wrap: {function: f, condition: '#ifdef X'}";
    assert_eq!(
        on("f.c", "int a;\nint f(void)\n{\n}").changed(wrap),
        "int a;\n#ifdef X\nint f(void)\n{\n}\n#endif\n"
    );
}

#[test]
fn a_function_with_several_definitions_needs_a_condition() {
    let file = on("f.c", "#ifdef A\nint f(void)\n{\n\tg();\n}\n#else\nint f(void)\n{\n\tg();\n}\n#endif\n");
    assert_eq!(file.ambiguous("c.replace: {function: f, find: g(), with: h()}"), [2, 7]);
    let under = "c.replace: {function: {name: f, under: '#ifdef  A'}, find: g(), with: h()}";
    assert!(
        file.changed(under).starts_with("#ifdef A\nint f(void)\n{\n\th();\n}\n#else\nint f(void)\n{\n\tg();")
    );
    let (what, near) =
        file.missing("c.replace: {function: {name: f, under: '#ifdef B'}, find: g(), with: h()}");
    assert_eq!((what.as_str(), near.len()), ("`f` is defined, but not under `#ifdef B`", 2));
    let (what, near) =
        on("f.c", "int name(void)\n{\n}\n").missing("c.replace: {function: names, find: g(), with: h()}");
    assert_eq!((what.as_str(), near[0].as_str()), ("no function is called `names`", "int name(void)"));
}

#[test]
fn code_is_replaced_inside_its_function() {
    let replace = "c.replace: {function: f, find: 'stat(p, &st)', with: 'my_stat(p, &st)'}";
    assert_eq!(on("f.c", FILE).changed(replace), FILE.replace("y = stat", "y = my_stat"));
    let around = "c.replace: {function: f, find: 'stat(p, &st)', with: 'wrap(stat(p, &st))'}";
    assert_eq!(on("f.c", FILE).changed(around), FILE.replace("stat(p, &st)", "wrap(stat(p, &st))"));
    let inner = "c.replace: {function: g, find: 'f(1)', with: '1'}";
    assert_eq!(on("f.c", FILE).changed(inner), FILE.replace("return f(1)", "return 1"));
    on("f.c", FILE).missing("c.replace: {function: g, find: 'stat(p, &st)', with: x}");
    let latin1 = on("f.c", b"/* \xe9 */  \nint a = b;  ".as_slice());
    assert_eq!(latin1.changed_bytes("c.replace: {find: a = b, with: a = c}"), b"/* \xe9 */  \nint a = c;  ");
}

#[test]
fn empty_code_is_rejected() {
    for change in [
        "c.replace: {find: x, with: ''}",
        "c.replace: {find: x, with: '/* */'}",
        "c.replace: {find: '', with: x}",
        "c.insert: {before: '/* x */', text: x}",
        "c.insert: {before: x, text: ''}",
        "c.insert: {before: x, text: y, count: 0}",
        "c.wrap: {function: f, condition: '#define X'}",
    ] {
        complaint(change);
    }
    assert!(complaint("c.replace: {find: x, with: ''}").contains("write `c.remove` to remove statements"));
}

#[test]
fn a_function_is_replaced_from_its_type_to_its_brace() {
    let replace =
        "c.replace-function:\n  function: f\n  with: |\n    int f(int x)\n    {\n        return 1;\n    }\n";
    let expected = "#include \"a.h\"\n\nint f(int x)\n{\n    return 1;\n}\n\nstatic int\ng(void)\n{\n    return f(1);\n}\n";
    assert_eq!(on("f.c", FILE).changed(replace), expected);
    let commented = replace.replace("    int f(", "    /* Why. */\n    int f(");
    assert!(on("f.c", FILE).changed(&commented).contains("\n\n/* Why. */\nint f(int x)\n{"));
    let variants = "c.replace-function:\n  function: f\n  with: |\n    #ifdef X\n    int f(int x)\n    {\n    }\n    #else\n    int f(int x)\n    {\n    }\n    #endif\n";
    assert!(on("f.c", FILE).changed(variants).contains("\n\n#ifdef X\nint f"));
}

#[test]
fn a_function_is_wrapped_whole() {
    let wrap = "c.wrap: {function: g, condition: '#ifndef X'}";
    let expected = FILE.replace("static int\ng", "#ifndef X\nstatic int\ng") + "#endif\n";
    assert_eq!(on("f.c", FILE).changed(wrap), expected);
    let other = "c.wrap:\n  function: g\n  condition: '#ifndef X'\n  otherwise: |\n    static int\n    g(void)\n    {\n    \treturn 0;\n    }\n";
    let expected = FILE.replace("static int\ng", "#ifndef X\nstatic int\ng")
        + "#else\nstatic int\ng(void)\n{\n\treturn 0;\n}\n#endif\n";
    assert_eq!(on("f.c", FILE).changed(other), expected);
}

#[test]
fn code_inside_a_function_is_wrapped() {
    let wrap = "c.wrap: {function: f, condition: '#ifndef X', from: 'y = stat(p, &st);', to: 'return y;'}";
    assert_eq!(
        on("f.c", FILE).changed(wrap),
        FILE.replace("\ty = stat", "#ifndef X\n\ty = stat").replace("\treturn y;\n", "\treturn y;\n#endif\n")
    );
    let otherwise = "c.wrap:\n  function: f\n  condition: '#ifndef X'\n  from: 'y = stat(p, &st);'\n  otherwise: |\n    if (z)\n    \ty = stat(p, &st);\n";
    let expected = FILE.replace(
        "\ty = stat(p, &st);\t/* stat() */\n",
        "#ifndef X\n\ty = stat(p, &st);\t/* stat() */\n#else\n\tif (z)\n\t\ty = stat(p, &st);\n#endif\n",
    );
    assert_eq!(on("f.c", FILE).changed(otherwise), expected);
    on("f.c", FILE).missing("c.wrap: {function: f, condition: '#ifndef X', from: nothing}");
    on("f.c", FILE).ambiguous("c.wrap: {function: f, condition: '#ifndef X', from: y}");
}

const TABLE: &str = "static PyMethodDef m[] = {\n\t{\"getgroups\",\tposix_getgroups, METH_NOARGS, \"x\"},\n#ifdef HAVE_SETGROUPS\n\t{\"setgroups\", posix_setgroups, 1}, /* {\"getlogin\"} */\n#endif\n\t{\"getlogin\", posix_getlogin, 1},\n\t{NULL, NULL}\n};\n";

#[test]
fn an_entry_is_removed_from_its_table() {
    let remove = "c.remove-entry: {table: m, entry: getlogin}";
    assert_eq!(on("f.c", TABLE).changed(remove), TABLE.replace("\t{\"getlogin\", posix_getlogin, 1},\n", ""));
    // The other entries are not near misses while the file still has the function of the entry.
    let file = "static PyObject *posix_setgroups(void)\n{\n}\n".to_owned() + TABLE;
    let after = on("f.c", &file).changed("c.remove-entry: {table: m, entry: setgroups}");
    assert!(after.contains("#ifdef HAVE_SETGROUPS\n") && !after.contains("\"setgroups\""), "{after}");
    let file = "static PyObject *posix_getgroups(void)\n{\n}\n".to_owned() + TABLE;
    let after = on("f.c", &file).changed("c.remove-entry: {table: m, entry: getgroups}");
    assert_eq!(after, file.replace("\t{\"getgroups\",\tposix_getgroups, METH_NOARGS, \"x\"},\n", ""));
}

#[test]
fn an_entry_under_another_name_is_missing() {
    let clinic = "static PyMethodDef m[] = {\n    OS_GETLOGIN_METHODDEF\n    {NULL, NULL}\n};\n";
    let (_, near) = on("f.c", clinic).missing("c.remove-entry: {table: m, entry: getlogin}");
    assert_eq!(near, ["    OS_GETLOGIN_METHODDEF"]);
    assert_eq!(
        on("f.c", "t m[] = {\n\t{\"a\", 1},\n\t{\"a\", 2},\n};\n")
            .ambiguous("c.remove-entry: {table: m, entry: a}"),
        [2, 3]
    );
    on("f.c", TABLE).missing("c.remove-entry: {table: n, entry: a}");
    let (_, near) = on("f.c", TABLE).missing("c.remove-entry: {table: m, entry: getlogim}");
    assert_eq!(near, ["\t{\"getlogin\", posix_getlogin, 1},"]);
}

#[test]
fn an_include_is_added_after_another() {
    let add = "c.add-include: {include: <mpi.h>, after: a.h}";
    assert_eq!(on("f.c", FILE).changed(add), FILE.replace("a.h\"\n", "a.h\"\n#include <mpi.h>\n"));
    assert_eq!(on("f.c", "#include <mpi.h>\n").already(add), [1]);
    assert_eq!(on("f.c", "#include \"a.h\"\n#if X\n#include <a.h>\n#endif\n").ambiguous(add), [1, 3]);
    let (_, near) = on("f.c", "/* #include \"a.h\" */\n#include <ab.h>\n").missing(add);
    assert_eq!(near, ["#include <ab.h>"]);
    assert!(complaint("c.add-include: {include: mpi.h, after: a.h}").contains("quotes"));
}

#[test]
fn only_calls_of_the_function_are_redirected() {
    let file = "int stat(char *);\nint f(void)\n{\n\tstruct stat st; /* stat(x) */\n\tputs(\"stat(x)\");\n\to->stat(x); o.stat(x);\n\tp = stat;\n\tif (stat(\"x\"))\n\t\treturn stat (y);\n}\nint g(void)\n{\n\treturn stat(x);\n}\n";
    let redirect = "c.redirect-call: {function: f, from: stat, to: my_stat, count: 2}";
    let expected = file.replace("if (stat(", "if (my_stat(").replace("return stat (y)", "return my_stat (y)");
    assert_eq!(on("f.c", file).changed(redirect), expected);
    assert_eq!(on("f.c", file).ambiguous("c.redirect-call: {function: f, from: stat, to: my_stat}"), [8, 9]);
    let (what, near) = on("f.c", file).missing("c.redirect-call: {function: f, from: lstat, to: x}");
    assert_eq!((what.as_str(), near.len()), ("the call of `lstat` in `f` was not found", 0));
}

#[test]
fn a_function_with_unbalanced_branches_must_end_in_the_first_column() {
    let margin = "int f(void)\n{\n\tg();\n#ifdef A\n\tif (x) {\n#else\n\tif (y) {{\n#endif\n\th();\n\t}\n}\n\nint k(void)\n{\n}\n";
    let replace = "c.replace: {function: f, find: g(), with: i()}";
    let parts = on("f.c", margin).parts(replace);
    assert_eq!(parts[0].outcome.name(), "change", "{parts:?}");
    let elsewhere = margin.replace("\n}\n\nint k", "\n  }\n\nint k");
    let parts = on("f.c", &elsewhere).parts(replace);
    assert!(parts[0].outcome.is_failure(), "{parts:?}");
}

#[test]
fn an_old_style_definition_is_edited() {
    let file = "int\nf(x, y)\n\tint x;\n\tchar *y;\n{\n\treturn g(x);\n}\n";
    assert_eq!(
        on("f.c", file).changed("c.redirect-call: {function: f, from: g, to: h}"),
        file.replace("g(x)", "h(x)")
    );
}

#[test]
fn no_line_is_inserted_inside_a_comment_of_several_lines() {
    let text = "int f(void)\n{ /* a\n   b */\n\tfoo(); /* c\n\t d */\n\tbar();\n\tbaz(1, \\\n\t    2);\n}\n";
    let case = on("f.c", text);
    for change in [
        "c.insert: {function: f, at: entry, text: x();}",
        "c.insert: {function: f, after: foo();, text: x();}",
        "c.insert: {function: f, after: 'baz(1,', text: x();}",
        "c.wrap: {function: f, condition: '#ifdef X', from: foo();}",
    ] {
        assert!(case.refused(change).contains("runs over the line end"), "{change}");
    }
    assert!(
        case.changed("c.insert: {function: f, after: bar();, text: x();}").contains("\tbar();\n\tx();\n")
    );
}

#[test]
fn lines_that_end_the_head_of_a_function_are_refused() {
    let case = on("f.c", "static int\nf(int a,\n  int b)\n{\n}\n");
    for change in [
        "c.insert: {function: f, after: static int, text: x();}",
        "c.insert: {after: static int, text: int x;}",
        "c.insert: {function: f, before: 'f(int a', text: g(int c);}",
    ] {
        assert!(case.refused(change).contains("tear apart the head of `f`"), "{change}");
    }
    let parameter = "c.insert: {function: f, after: 'int a,', text: 'int c,'}";
    assert!(case.changed(parameter).contains("a,\nint c,\n  int b"));
    assert!(case.changed("c.insert: {before: static int, text: int x;}").starts_with("int x;\nstatic"));
}

#[test]
fn code_that_crosses_a_conditional_is_not_wrapped() {
    let case = on("f.c", "int f(void)\n{\n\tx = 1;\n#ifdef A\n\tx = 2;\n#endif\n}\n");
    let change =
        "c.wrap: {function: f, condition: '#ifdef X', from: x = 1;, to: x = 2;, otherwise: other();}";
    assert!(case.refused(change).contains("under different conditions"));
}

#[test]
fn an_include_under_another_condition_does_not_count() {
    let text = "#ifdef W\n#include <p.h>\n#endif\n#include <a.h>\n";
    let after = on("f.c", text).changed("c.add-include: {include: <p.h>, after: a.h}");
    assert_eq!(after, format!("{text}#include <p.h>\n"));
}

#[test]
fn the_text_of_a_change_may_be_indented() {
    let case = on("f.c", "int f(void)\n{\n    a();\n}\n");
    let change = "c.insert: {function: f, after: a();, text: \"    if (x)\\n    \\treturn;\\n\"}";
    assert_eq!(case.changed(change), "int f(void)\n{\n    a();\n    if (x)\n        return;\n}\n");
}
