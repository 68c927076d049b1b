//! Entries of tables, enums, structs and initializers of C.

use crate::edit::testing::{complaint, on};

const LISTS: &str = "typedef struct {\n\tPyObject_HEAD\n\tint a, b;\n\t/* Of c. */\n\tlong c;\n} thing;\n\nenum kinds {\n\tFORK = 1,\t/* One. */\n\
                     #ifdef HAVE_EXEC\n\tEXEC,\n#endif\n\tLAST\n};\n\nstatic PyMethodDef m[] = {\n\t{\"a\", f,\n\t METH_O}, /* a */\n\tOS_B_METHODDEF\n\
                     \t{NULL, NULL}\n};\nstatic int n[] = {1, 2};\n";

fn changed(change: &str) -> String {
    on("f.c", LISTS).changed(change)
}

#[test]
fn an_entry_is_added_with_the_commas_of_its_place() {
    let add = |arguments: &str| changed(&format!("c.add-entry: {{{arguments}}}"));
    assert_eq!(add("table: thing, after: b, entry: int d"), LISTS.replace("a, b;\n", "a, b;\n\tint d;\n"));
    assert_eq!(
        add("table: thing, before: c, entry: int d;"),
        LISTS.replace("\t/* Of c", "\tint d;\n\t/* Of c")
    );
    assert_eq!(add("table: thing, at: end, entry: int d"), LISTS.replace("c;\n}", "c;\n\tint d;\n}"));
    assert_eq!(add("table: kinds, at: end, entry: 'NEW = 9'"), LISTS.replace("LAST\n", "LAST,\n\tNEW = 9\n"));
    assert_eq!(add("table: kinds, after: EXEC, entry: 'NEW,'"), LISTS.replace("EXEC,\n", "EXEC,\n\tNEW,\n"));
    assert_eq!(add("table: kinds, at: start, entry: NEW"), LISTS.replace("\tFORK", "\tNEW,\n\tFORK"));
    let row = "\t{\"z\",\n\t z},\n\t{NULL, NULL}";
    assert_eq!(add("table: m, at: end, entry: \"{\\\"z\\\",\\n z}\""), LISTS.replace("\t{NULL, NULL}", row));
    assert_eq!(
        add("table: m, after: a, entry: OS_Z_METHODDEF"),
        LISTS.replace("/* a */\n", "/* a */\n\tOS_Z_METHODDEF\n")
    );
    assert_eq!(add("table: n, at: end, entry: '3'"), LISTS.replace("{1, 2}", "{1, 2, 3}"));
    assert_eq!(add("table: n, before: '2', entry: '3'"), LISTS.replace("{1, 2}", "{1, 3, 2}"));
    let latin1 = b"enum e {\n  A /* \xe9 */\n};";
    let after = on("f.c", latin1).changed_bytes("c.add-entry: {table: e, at: end, entry: B}");
    assert_eq!(after, b"enum e {\n  A, /* \xe9 */\n  B\n};");
}

#[test]
fn the_comment_of_a_new_entry_is_after_its_comma() {
    let add = |arguments: &str| changed(&format!("c.add-entry: {{{arguments}}}"));
    let want = LISTS.replace("a, b;\n", "a, b;\n\tint d;  /* D. */\n");
    assert_eq!(add("table: thing, after: b, entry: 'int d;  /* D. */'"), want);
    assert_eq!(add("table: thing, after: b, entry: 'int d  /* D. */'"), want);
    assert_eq!(
        add("table: kinds, after: EXEC, entry: 'NEW,  /* New. */'"),
        LISTS.replace("EXEC,\n", "EXEC,\n\tNEW,  /* New. */\n")
    );
    assert_eq!(
        add("table: kinds, at: end, entry: 'NEW,  /* New. */'"),
        LISTS.replace("LAST\n", "LAST,\n\tNEW  /* New. */\n")
    );
    assert_eq!(
        changed("c.replace-entry: {table: thing, entry: c, with: 'int c;  /* C. */'}"),
        LISTS.replace("long c;", "int c;  /* C. */")
    );
}

#[test]
fn an_entry_that_a_table_has_is_not_added() {
    let case = on("f.c", LISTS);
    assert_eq!(case.already("c.add-entry: {table: m, at: end, entry: '{\"a\",f,METH_O},'}"), [17]);
    let other = "c.add-entry: {table: m, at: end, entry: '{\"a\", g}'}";
    assert!(case.refused(other).contains("another entry `a`"));
    case.missing("c.add-entry: {table: kinds, after: FORX, entry: NEW}");
    case.missing("c.add-entry: {table: kind, at: end, entry: NEW}");
    assert!(
        case.refused("c.add-entry: {table: m, at: end, entry: '{\"b\"'}").contains("not one of such a list")
    );
    assert!(case.refused("c.add-entry: {table: m, at: end, entry: '1}; int x[] = {2'}").contains("not one"));
    for wrong in
        ["table: m, entry: x", "table: m, at: end, entry: ''", "table: m, at: end, before: x, entry: y"]
    {
        complaint(&format!("c.add-entry: {{{wrong}}}"));
    }
}

#[test]
fn an_entry_is_replaced_and_its_comma_stays() {
    let replace = |arguments: &str| changed(&format!("c.replace-entry: {{{arguments}}}"));
    assert_eq!(
        replace("table: m, entry: a, with: '{\"a\", g},'"),
        LISTS.replace("{\"a\", f,\n\t METH_O}", "{\"a\", g}")
    );
    assert_eq!(replace("table: kinds, entry: FORK, with: VFORK = 1"), LISTS.replace("\tFORK", "\tVFORK"));
    assert_eq!(replace("table: thing, entry: c, with: int c;"), LISTS.replace("long c;", "int c;"));
    let case = on("f.c", LISTS);
    assert_eq!(case.already("c.replace-entry: {table: kinds, entry: VFORK, with: FORK = 1}"), [9]);
    case.missing("c.replace-entry: {table: m, entry: z, with: '{0}'}");
}

#[test]
fn an_entry_is_removed_from_any_list() {
    let remove = |arguments: &str| changed(&format!("c.remove-entry: {{{arguments}}}"));
    assert_eq!(remove("table: thing, entry: c"), LISTS.replace("\tlong c;\n", ""));
    assert_eq!(remove("table: kinds, entry: EXEC"), LISTS.replace("\tEXEC,\n", ""));
    assert_eq!(
        remove("table: kinds, entry: LAST"),
        LISTS.replace("EXEC,\n", "EXEC\n").replace("\tLAST\n", "")
    );
    let local =
        "char *k[] = {\"a\"};\nvoid f(void)\n{\n    char *k[] = {\"a\",\n                 \"b\", 0};\n}\n";
    let inside = on("f.c", local).changed("within: {function: f}\nc.remove-entry: {table: k, entry: b}");
    assert_eq!(inside, local.replace("\"b\", 0", " 0"));
    let outside = on("f.c", local).changed("c.add-entry: {table: k, at: end, entry: '\"c\"'}");
    assert_eq!(outside, local.replace("{\"a\"}", "{\"a\", \"c\"}"));
}

#[test]
fn strings_in_a_row_are_one_entry() {
    let file = "const char *t[] = {\n    \".\" A \".so\",\n    \".so\",\n    0\n};\n";
    let add = |entry: &str| format!("c.add-entry: {{table: t, before: .so, entry: '{entry}'}}");
    let new = "\".\" B \".so\"";
    assert_eq!(
        on("f.c", file).changed(&add(new)),
        file.replace("    \".so\"", &format!("    {new},\n    \".so\""))
    );
    assert_eq!(on("f.c", file).already(&add("\".\" A \".so\"")), [2]);
    let remove = "c.remove-entry: {table: t, entry: '\".\" A \".so\"'}";
    assert_eq!(on("f.c", file).changed(remove), file.replace("    \".\" A \".so\",\n", ""));
}

#[test]
fn the_scope_may_be_a_branch_inside_the_list() {
    let file = "const char *t[] = {\n#ifdef A\n    \".dll\",\n#else\n    \".dll\",\n    \".so\",\n#endif\n    0\n};\n";
    let within = |branch: &str, change: &str| format!("within: {{if: '{branch}'}}\n{change}");
    let add = "c.add-entry: {table: t, before: .dll, entry: '\".x\"'}";
    assert_eq!(
        on("f.c", file).changed(&within("#ifdef A", add)),
        file.replacen("    \".dll\"", "    \".x\",\n    \".dll\"", 1)
    );
    let remove = within("#ifdef A", "c.remove-entry: {table: t, entry: .dll}");
    assert_eq!(on("f.c", file).changed(&remove), file.replacen("    \".dll\",\n", "", 1));
    on("f.c", file).ambiguous("c.remove-entry: {table: t, entry: .dll}");
    on("f.c", file).missing(&within("#ifdef A", "c.remove-entry: {table: u, entry: .dll}"));
}
