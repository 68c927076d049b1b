//! Macros, includes and declarations of C.

use crate::edit::testing::{complaint, on};

const FILE: &str = "#include \"a.h\"\n#ifdef B\n# include <b.h> /* b */\n# define ONE 1 /* one */\n#endif\n\n/* Of two. */\n#define TWO(x) \\\n\t((x) + \\\n\t 2)\n\
                    #define EMPTY\n\nextern int e, g;\n/* Of f. */\nstatic int\nf(void);\n\n/* What m does. */\nint m(void)\n{\n\textern int h;\n\treturn f();\n}\n";

fn changed(change: &str) -> String {
    on("f.c", FILE).changed(change)
}

#[test]
fn a_macro_is_added_next_to_another() {
    let add = |arguments: &str| changed(&format!("c.add-macro: {{{arguments}}}"));
    assert_eq!(add("after: ONE, name: X, value: '3'"), FILE.replace("one */\n", "one */\n# define X 3\n"));
    assert_eq!(add("before: TWO, name: 'X(a, b)'"), FILE.replace("/* Of two", "#define X(a, b)\n/* Of two"));
    let lines = changed(
        "c.add-macro:\n  after: EMPTY\n  name: X(a)\n  value: |\n    do { \\\n        a(); \\\n    } while (0)\n",
    );
    assert_eq!(lines, FILE.replace("EMPTY\n", "EMPTY\n#define X(a) do { \\\n    a(); \\\n} while (0)\n"));
    let branch = "within: {if: '#ifdef B'}\nc.add-macro: {at: end, name: X, value: '1'}";
    assert_eq!(changed(branch), FILE.replace("one */\n", "one */\n#define X 1\n"));
    let case = on("f.c", FILE);
    assert_eq!(case.already("c.add-macro: {after: EMPTY, name: TWO(x), value: ((x)+2)}"), [8]);
    assert!(case.refused("c.add-macro: {after: EMPTY, name: TWO(x), value: '3'}").contains("c.set-macro"));
    let (_, near) = case.missing("c.add-macro: {after: EMPTZ, name: X}");
    assert_eq!(near, ["#define EMPTY"]);
    for wrong in [
        "after: A, name: ''",
        "after: A, name: 1X",
        "name: X",
        "after: A, name: X, value: ((1)",
        "after: A, name: X(a",
    ] {
        complaint(&format!("c.add-macro: {{{wrong}}}"));
    }
}

#[test]
fn a_macro_gets_another_value() {
    let set = |arguments: &str| changed(&format!("c.set-macro: {{{arguments}}}"));
    assert_eq!(set("name: ONE, value: '2'"), FILE.replace("ONE 1 /", "ONE 2 /"));
    assert_eq!(set("name: TWO, value: ((x) + 3)"), FILE.replace("((x) + \\\n\t 2)", "((x) + 3)"));
    assert_eq!(set("name: EMPTY, value: x"), FILE.replace("EMPTY\n", "EMPTY x\n"));
    let case = on("f.c", FILE);
    assert_eq!(case.already("c.set-macro: {name: TWO, value: '((x)+2)'}"), [9]);
    case.missing("c.set-macro: {name: THREE, value: '3'}");
    let latin1 = b"#define A 1 /* \xe9 */";
    let after = on("f.c", latin1).changed_bytes("c.set-macro: {name: A, value: '2'}");
    assert_eq!(after, b"#define A 2 /* \xe9 */");
}

#[test]
fn a_macro_is_removed() {
    let two = "#define TWO(x) \\\n\t((x) + \\\n\t 2)\n";
    assert_eq!(changed("c.remove-macro: {name: TWO}"), FILE.replace(two, ""));
    let all = format!("/* Of two. */\n{two}");
    assert_eq!(changed("c.remove-macro: {name: TWO, comment: true}"), FILE.replace(&all, ""));
    let case = on("f.c", FILE);
    assert_eq!(case.already("c.remove-macro: {name: SOMETHING_ELSE}"), [1]);
    case.missing("c.remove-macro: {name: EMPTZ}");
    let twice = on("f.c", "#define A 1\n#undef A\n#define A 2\n");
    assert_eq!(twice.ambiguous("c.remove-macro: {name: A}"), [1, 3]);
}

#[test]
fn an_include_is_replaced_or_removed() {
    let before = "c.add-include: {include: <c.h>, before: b.h}";
    assert_eq!(changed(before), FILE.replace("# include <b.h>", "#include <c.h>\n# include <b.h>"));
    let replace = "c.replace-include: {include: b.h, with: '\"c.h\"'}";
    assert_eq!(changed(replace), FILE.replace("<b.h>", "\"c.h\""));
    assert_eq!(
        changed("c.replace-include: {include: <b.h>, with: '\"b.h\"'}"),
        FILE.replace("<b.h>", "\"b.h\"")
    );
    assert_eq!(changed("c.remove-include: {include: a.h}"), FILE.replace("#include \"a.h\"\n", ""));
    let case = on("f.c", FILE);
    assert_eq!(case.already("c.replace-include: {include: zlib.h, with: <b.h>}"), [3]);
    assert_eq!(case.already("c.remove-include: {include: unistd.h}"), [1]);
    case.missing("within: {if: '#ifdef B'}\nc.remove-include: {include: a.h}");
    complaint("c.replace-include: {include: a.h, with: b.h}");
}

#[test]
fn a_declaration_is_added_or_removed() {
    let add = |arguments: &str| changed(&format!("c.add-declaration: {{{arguments}}}"));
    let before = FILE.replace("/* What", "int k(void);\n/* What");
    assert_eq!(add("before: m, declaration: int k(void);"), before);
    assert_eq!(
        add("after: f, declaration: int k(void);"),
        FILE.replace("f(void);\n", "f(void);\nint k(void);\n")
    );
    assert_eq!(add("before: f, declaration: int k;"), FILE.replace("/* Of f", "int k;\n/* Of f"));
    // A declaration in a function is another one.
    assert_eq!(
        add("after: g, declaration: extern int h;"),
        FILE.replace("e, g;\n", "e, g;\nextern int h;\n")
    );
    assert_eq!(changed("c.remove-declaration: {name: f}"), FILE.replace("static int\nf(void);\n", ""));
    let case = on("f.c", FILE);
    assert_eq!(case.already("c.add-declaration: {before: m, declaration: static int f(void);}"), [15]);
    assert!(case.refused("c.remove-declaration: {name: g}").contains("also declares others: e, g"));
    assert_eq!(case.already("c.remove-declaration: {name: unknown_name}"), [1]);
    case.missing("c.add-declaration: {before: k, declaration: int x;}");
    complaint("c.add-declaration: {before: k, declaration: int x}");
}

#[test]
fn of_several_definitions_one_is_named_by_its_value() {
    let file = "#ifdef A\n#define M (1 + 2)\n#else\n#define M 2\n#endif\n";
    let change = "c.set-macro: {name: M, find: '(1+2)', value: '2'}";
    let after = on("f.c", file).changed(change);
    assert_eq!(after, file.replace("(1 + 2)", "2"));
    assert_eq!(on("f.c", after).already(change), [2, 4]);
    on("f.c", file).missing("c.set-macro: {name: M, find: '3', value: '4'}");
    assert!(complaint("c.set-macro: {name: M, find: '1 ', value: '1'}").contains("the same"));
    let change = "c.remove-macro: {name: M, value: '2'}";
    assert_eq!(on("f.c", file).changed(change), file.replace("#define M 2\n", ""));
    let (what, near) = on("f.c", file).missing("c.remove-macro: {name: M, value: '3'}");
    assert!(what.contains("has this value") && near.len() == 2, "{what} {near:?}");
}
