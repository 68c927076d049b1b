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
        "find: a();, or: B",
        "find: A, or: '|| B'",
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

const STATEMENTS: &str = "\
int f(int a, char *b)
{
    if (a < 0 || b == NULL) {  // why
        return -1;
    }
    else if (!(a & FLAG)
             && b[0] != '.')  /* \u{e9} */
        a = 1;
    while ((a = next(b)) > 0)
        ;
    do {
        b++;
    } while (*b);
    for (a = 0; a < 10; a++) {
#if LIMIT > 3
        if (LIMIT > 3) g(a);
#endif
    }
    if (b
#ifdef X
        && x
#endif
        )
        g(\"if (b)\");
}
";

fn statement(arguments: &str) -> String {
    let change = format!("c.replace-condition: {{{arguments}}}");
    let after = on("f.c", STATEMENTS).changed(&change);
    if arguments.contains("or:") || arguments.contains("and:") {
        on("f.c", after.clone()).already(&change);
    }
    after
}

fn replaced(from: &str, to: &str) -> String {
    assert_eq!(STATEMENTS.matches(from).count(), 1, "{from}");
    STATEMENTS.replace(from, to)
}

#[test]
fn a_condition_of_a_statement_is_added_to() {
    let cases = [
        ("find: if (a < 0 || b == NULL), or: c", "b == NULL)", "b == NULL || c)"),
        ("find: b == NULL, and: c", "(a < 0 || b == NULL)", "((a < 0 || b == NULL) && c)"),
        (
            "find: 'if (a < 0 || b == NULL) {', and: c || d",
            "(a < 0 || b == NULL)",
            "((a < 0 || b == NULL) && (c || d))",
        ),
        ("find: a & FLAG, or: x, of: if", "'.')", "'.' || x)"),
        ("find: \"else if (!(a & FLAG) && b[0] != '.')\", and: x = y", "'.')", "'.' && (x = y))"),
        ("find: '(a = next(b)) > 0', and: c", "> 0)", "> 0 && c)"),
        ("find: while (*b), or: c", "while (*b)", "while (*b || c)"),
        ("find: a < 10, and: b", "a < 10", "a < 10 && b"),
        ("find: for (a = 0; a < 10; a++), and: b", "a < 10", "a < 10 && b"),
    ];
    for (arguments, from, to) in cases {
        assert_eq!(statement(arguments), replaced(from, to), "{arguments}");
    }
}

#[test]
fn a_condition_of_a_statement_or_a_part_of_it_is_replaced() {
    let cases = [
        ("find: b == NULL, with: '!b && c'", "b == NULL", "!b && c"),
        ("find: a < 0, with: 'a < 0 ? b : c'", "a < 0", "(a < 0 ? b : c)"),
        ("find: a & FLAG, with: a & (FLAG | MORE)", "a & FLAG", "a & (FLAG | MORE)"),
        ("find: a & FLAG, with: a == 1", "a & FLAG", "a == 1"),
        ("find: '!(a & FLAG)', with: a == 1", "!(a & FLAG)", "a == 1"),
        ("find: next(b), with: 'p, q'", "next(b)", "(p, q)"),
        ("find: if (a < 0 || b == NULL), with: b", "a < 0 || b == NULL", "b"),
        ("find: if (a < 0 || b == NULL), with: if (b)", "a < 0 || b == NULL", "b"),
        ("find: while (*b), with: while(*b > 3)", "(*b)", "(*b > 3)"),
        ("find: for (a = 0; a < 10; a++), with: 'for (a = 0; ; a++)'", "", ""),
    ];
    for (arguments, from, to) in &cases[..cases.len() - 1] {
        assert_eq!(statement(arguments), replaced(from, to), "{arguments}");
    }
    let why = complaint(&format!("c.replace-condition: {{{}}}", cases[cases.len() - 1].0));
    assert!(why.contains("needs an expression"), "{why}");
    let why = complaint("c.replace-condition: {find: if (a), with: while (b)}");
    assert!(why.contains("write the condition alone"), "{why}");
    let lines = "c.replace-condition: {find: a < 0, with: \"a > 0 &&\\n(b ||\\n c)\"}";
    let expected = replaced("(a < 0", "(a > 0 &&\n        (b ||\n         c)");
    assert_eq!(on("f.c", STATEMENTS).changed(lines), expected);
}

#[test]
fn the_kind_of_statement_is_chosen_where_several_have_the_condition() {
    let change = |more: &str| format!("c.replace-condition: {{find: LIMIT > 3, with: LIMIT > 4{more}}}");
    assert_eq!(on("f.c", STATEMENTS).ambiguous(&change("")), [15, 16]);
    let expected = replaced("#if LIMIT > 3", "#if LIMIT > 4");
    assert_eq!(on("f.c", STATEMENTS).changed(&change(", of: '#if'")), expected);
    let expected = replaced("if (LIMIT > 3)", "if (LIMIT > 4)");
    assert_eq!(on("f.c", STATEMENTS).changed(&change(", of: if")), expected);
    let head = "c.replace-condition: {find: if (LIMIT > 3), or: x}";
    assert_eq!(on("f.c", STATEMENTS).changed(head), replaced("if (LIMIT > 3)", "if (LIMIT > 3 || x)"));
    let directive = "c.replace-condition: {find: '#if LIMIT > 3', or: x}";
    assert_eq!(on("f.c", STATEMENTS).changed(directive), replaced("#if LIMIT > 3", "#if LIMIT > 3 || x"));
    on("f.c", STATEMENTS).missing(&change(", of: while"));
    for wrong in [
        "of: until, find: a, or: b",
        "of: if, around: a, find: '#if b', or: b",
        "around: a, find: if (b), or: b",
        "of: if, find: while (a), or: b",
    ] {
        complaint(&format!("c.replace-condition: {{{wrong}}}"));
    }
}

#[test]
fn a_condition_that_directives_divide_takes_only_a_part() {
    let file = on("f.c", STATEMENTS);
    let why = file.refused("c.replace-condition: {find: x, or: y}");
    assert!(why.contains("directives divide"), "{why}");
    let part = "c.replace-condition: {find: x, with: x > 1}";
    assert_eq!(file.changed(part), replaced("&& x\n", "&& x > 1\n"));
}

#[test]
fn a_word_outside_of_the_condition_does_not_match() {
    let file = on("f.c", STATEMENTS);
    let (_, near) = file.missing("c.replace-condition: {find: a < 10 && c, or: x}");
    assert!(near[0].contains("a < 10"), "{near:?}");
    for find in ["if (b)", "a = 1", "g(a)", "b == NULL || a", "FLAG && b", "else if (LIMIT > 3)"] {
        file.missing(&format!("c.replace-condition: {{find: {find}, or: x}}"));
    }
    let multi = b"int f() {\r\n\tif (a == '\xe9'\r\n\t    && b)\r\n\t\tc();\r\n}";
    let out = on("f.c", multi).changed_bytes("c.replace-condition: {find: b, or: \"c &&\\nd\"}");
    assert_eq!(out, b"int f() {\r\n\tif (a == '\xe9'\r\n\t    && b || c &&\r\n\t    d)\r\n\t\tc();\r\n}");
}

#[test]
fn a_statement_is_found_by_what_its_condition_guards() {
    let change = |arguments: &str| format!("c.replace-condition: {{around: {arguments}}}");
    let file = on("f.c", STATEMENTS);
    let cases = [
        ("return -1;, of: if, or: c", "b == NULL)", "b == NULL || c)"),
        ("g(a);, of: for, or: c", "a < 10", "a < 10 || c"),
        ("g(a);, of: if, find: LIMIT, with: c", "if (LIMIT > 3)", "if (c > 3)"),
        ("g(a);, of: '#if', find: LIMIT, with: c", "#if LIMIT > 3", "#if c > 3"),
        ("b++;, of: while, with: c", "(*b)", "(c)"),
    ];
    for (arguments, from, to) in cases {
        assert_eq!(file.changed(&change(arguments)), replaced(from, to), "{arguments}");
    }
    assert!(file.refused(&change("b++;, of: if, or: c")).contains("is in no `if`"));
    let source = "int f() { if (a) { if (b) c(); else d(); } }\n";
    assert!(on("f.c", source).refused(&change("d();, of: if, or: x")).contains("in an `else`"));
    let twice = "int f() { if (a) { c(); c(); } if (b) c(); }\n";
    on("f.c", twice).ambiguous(&change("c();, of: if, or: x"));
    let both = on("f.c", twice).changed(&change("c();, of: if, or: x, count: 2"));
    assert_eq!(both, twice.replace("(a)", "(a || x)").replace("(b)", "(b || x)"));
    on("f.c", both).already(&change("c();, of: if, or: x, count: 2"));
}

#[test]
fn an_empty_condition_is_not_passed_over_for_that_around_it() {
    let source = "int f() { for (i = 0; i < n; i++) { for (;;) { c(); } for (j = 0; ; j++) d(); } }\n";
    for code in ["c();", "d();"] {
        let change = format!("c.replace-condition: {{around: {code}, of: for, or: x}}");
        let why = on("f.c", source).refused(&change);
        assert!(why.contains("is in a `for` without a condition"), "{why}");
    }
    for head in ["for (;;)", "for (i = 0; ; i++)"] {
        let why = complaint(&format!("c.replace-condition: {{find: {head:?}, or: x}}"));
        assert!(why.contains("has a `find` without a condition"), "{why}");
    }
}

#[test]
fn an_operand_does_not_become_several_arguments() {
    let source = "int f() { if (g(a, b)) c(); }\n";
    let why = on("f.c", source).refused("c.replace-condition: {find: a, with: 'p, q'}");
    assert!(why.contains("would be several arguments"), "{why}");
    let after = on("f.c", source).changed("c.replace-condition: {find: a, with: '(p, q)'}");
    assert_eq!(after, source.replace("g(a", "g((p, q)"));
}
