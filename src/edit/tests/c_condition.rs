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
        "or: B",
        "find: A ||, or: B",
        "find: A, with: A",
        "find: a(), or: B",
        "find: '#else', or: B",
        "around: a(), or: B, and: C",
        "around: a(), or: '(B'",
        "around: a(), or: '#if B'",
    ] {
        complaint(&format!("c.replace-condition: {{{wrong}}}"));
    }
}

fn part(directive: &str, arguments: &str) -> String {
    let text = format!("{directive}\na();\n#endif\n");
    let out = on("f.c", &text).changed(&format!("c.replace-condition: {{{arguments}}}"));
    out.strip_suffix("\na();\n#endif\n").unwrap().to_owned()
}

#[test]
fn a_part_of_a_condition_is_replaced() {
    let sun = "find: defined(__sun), with: defined(__sun) || defined(X)";
    assert_eq!(part("#if defined(__sun)", sun), "#if defined(__sun) || defined(X)");
    assert_eq!(
        part("# if A && defined __sun /* c */", sun),
        "# if A && (defined(__sun) || defined(X)) /* c */"
    );
    assert_eq!(part("#if !(defined (__sun))", sun), "#if !(defined(__sun) || defined(X))");
    assert_eq!(part("#if !defined(__sun)", sun), "#if !(defined(__sun) || defined(X))");
    assert_eq!(part("#ifdef __sun // c", sun), "#if defined(__sun) || defined(X) // c");
    assert_eq!(part("#ifndef __sun", sun), "#if !(defined(__sun) || defined(X))");
    assert_eq!(part("#ifdef A", "find: defined(A), with: defined(B)"), "#ifdef B");
    assert_eq!(part("#ifndef A", "find: A, with: B"), "#ifndef B");
    assert_eq!(part("#if A < 3 || \\\n  B", "find: A < 3, with: A < 4 && C"), "#if A < 4 && C || \\\n  B");
    assert_eq!(part("#if A || A == 2", "find: A, with: B, count: 2"), "#if B || B == 2");
    let latin = b"#if A /* \xe9 */\r\na();\r\n#endif";
    let out = on("f.c", latin).changed_bytes("c.replace-condition: {find: A, with: B}");
    assert_eq!(out, b"#if B /* \xe9 */\r\na();\r\n#endif");
}

#[test]
fn an_expression_is_added_to_the_condition_with_the_part() {
    assert_eq!(part("#if A || defined(B)", "find: defined(B), and: C"), "#if (A || defined(B)) && C");
    assert_eq!(part("#ifdef B", "find: defined(B), or: C"), "#if defined(B) || C");
    on("f.c", "#if AB\n#endif\n").missing("c.replace-condition: {find: B, or: C}");
    assert_eq!(on("f.c", "#if B && C\n#endif\n").already("c.replace-condition: {find: B, and: C}"), [1]);
}

#[test]
fn the_chain_of_a_part_is_named_by_what_it_guards() {
    let text = "#if A\na();\n#elif B\n#else\nb();\n#endif\n#if B\n#endif\n";
    let change = "c.replace-condition: {around: b();, find: B, with: C}";
    assert_eq!(on("f.c", text).changed(change), text.replace("#elif B", "#elif C"));
    on("f.c", text).ambiguous("c.replace-condition: {find: B, with: C}");
    assert_eq!(on("f.c", text.replace("#elif B", "#elif C")).already(change), [3]);
    on("f.c", text.replace("#elif B", "#elif D")).missing(change);
    assert!(on("f.c", "b();\n#if B\n#endif\n").refused(change).contains("under no condition"));
}

#[test]
fn the_new_part_elsewhere_does_not_prove_the_change() {
    let change = "c.replace-condition: {find: defined(A), with: defined(B)}";
    on("f.c", "#if defined(B)\n#endif\n").missing(change);
    let change = "c.replace-condition: {find: defined(A), with: defined(A) && B}";
    assert_eq!(on("f.c", "#if C || defined(A) && B\n#endif\n").already(change), [1]);
    let name = "c.replace-condition: {find: A, with: A && B}";
    assert!(on("f.c", "#if defined(A)\n#endif\n").refused(name).contains("find: defined(A)"));
}
