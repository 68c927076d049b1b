//! `c.replace-condition`.

use crate::edit::testing::{complaint, on};

fn changed(directive: &str, arguments: &str) -> String {
    let text = format!("int z;\n{directive}\na();\n#else\nb();\n#endif\n");
    let out = on("f.c", &text).changed(&format!("c.replace-condition: {{around: a();, {arguments}}}"));
    let lines: Vec<&str> = out.split('\n').collect();
    assert_eq!((lines[0], lines[lines.len() - 5]), ("int z;", "a();"), "{out}");
    lines[1..lines.len() - 5].join("\n")
}

#[test]
fn an_expression_is_added_to_a_condition() {
    assert_eq!(changed("#ifdef A", "or: defined(B)"), "#if defined(A) || defined(B)");
    assert_eq!(changed("# ifndef  A /* why */", "and: B"), "# if  !defined(A) && B /* why */");
    assert_eq!(changed("#if A || B", "or: C"), "#if A || B || C");
    assert_eq!(changed("#if A || B // c", "and: C || D"), "#if (A || B) && (C || D) // c");
    assert_eq!(changed("#if A && B", "or: C"), "#if A && B || C");
    assert_eq!(changed("#if A && \\\n    B", "and: C"), "#if A && \\\n    B && C");
    assert_eq!(changed("#if A ? B : C", "or: D"), "#if (A ? B : C) || D");
    assert_eq!(changed("#if A", "with: B > 1"), "#if B > 1");
    assert_eq!(changed("#ifdef A", "with: B"), "#if B");
    assert_eq!(changed("#if(A)", "with: B"), "#if B");
    let text = b"#if A /* \xe9 */\na();\n#endif";
    let or = on("f.c", text).changed_bytes("c.replace-condition: {around: a(), or: B}");
    assert_eq!(or, b"#if A || B /* \xe9 */\na();\n#endif");
}

#[test]
fn a_condition_is_found_by_what_it_guards() {
    let or = "c.replace-condition: {around: a();, or: Y}";
    let text = "#if A\n#elif B\n#ifdef C\nx();\n#endif\na();\n#endif\n";
    assert_eq!(on("f.c", text).changed(or), text.replace("#elif B", "#elif B || Y"));
    assert!(on("f.c", "a();\n").refused(or).contains("under no condition"));
    assert!(on("f.c", "#if A\n#else\na();\n#endif\n").refused(or).contains("`#else`"));
    on("f.c", "#if A\nb();\n#endif\n").missing(or);
    assert_eq!(on("f.c", "#if A\na();\n#endif\n#if B\na();\n#endif\n").ambiguous(or), [1, 4]);
    assert_eq!(on("f.c", "#if Y || A\na();\n#endif\n").already(or), [1]);
    assert_eq!(on("f.c", "#if A\na();\na();\n#endif\n").changed(or), "#if A || Y\na();\na();\n#endif\n");
    let inside = "c.replace-condition: {function: f, around: a();, or: Y}";
    let text = "void f(void)\n{\n#if A\n    a();\n#endif\n}\n#if B\nvoid g(void) { a(); }\n#endif\n";
    assert_eq!(on("f.c", text).changed(inside), text.replace("#if A", "#if A || Y"));
}

#[test]
fn a_condition_is_found_by_its_directive() {
    let and = |more: &str| format!("c.replace-condition: {{find: '#if defined(A)', and: '!B'{more}}}");
    let text = "#if defined(A) // c\n#endif\n#if defined(AB)\n#endif\n";
    assert_eq!(on("f.c", text).changed(&and("")), text.replace("(A) //", "(A) && !B //"));
    let twice = "#  if defined(A)\n#endif\n#if defined(A) && !B\n#endif\n";
    assert_eq!(on("f.c", twice).changed(&and(", count: 2")), twice.replace("(A)\n", "(A) && !B\n"));
    assert_eq!(on("f.c", "#if defined( A ) && !B\n#endif\n").already(&and("")), [1]);
    on("f.c", twice).ambiguous(&and(""));
    on("f.c", "#ifdef A\n#endif\n").missing(&and(""));
    for wrong in [
        "around: a(), find: '#if A', or: B",
        "find: a(), or: B",
        "find: '#else', or: B",
        "around: a(), or: B, and: C",
        "around: a(), or: '(B'",
        "around: a(), or: '#if B'",
    ] {
        complaint(&format!("c.replace-condition: {{{wrong}}}"));
    }
}
