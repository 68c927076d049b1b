//! Statements of C: `c.remove`, and the scopes and edges of `c.insert` and `c.wrap`.

use crate::edit::testing::{complaint, on};

const FILE: &str = "#include \"a.h\"\n\n/* What f does,\n   in short. */\nint\nf(int x)\n{\n\ta(x);\t/* why */\n#ifdef MS_WINDOWS\n\tb(x);\n#else\n\
                    \tb(x);\n\t/* One more. */\n\tc(x);\n#endif\n\tif (x) {\n\t\td(x);\n\t}\n\telse\n\t\te(x);\n\treturn x;\n}\n\n\
                    #if defined(A)\nint g(void)\n{\n\ta(1);\n}\n#elif B\nint g(void)\n{\n\ta(1);\n}\n#endif\n";

#[test]
fn whole_statements_are_removed_with_their_blocks() {
    let remove = |find: &str| {
        on("f.c", FILE).changed(&format!("within: {{function: f}}\nc.remove: {{find: '{find}'}}"))
    };
    assert_eq!(remove("a( x );"), FILE.replace("\ta(x);\t/* why */\n", ""));
    assert_eq!(remove("if (x)"), FILE.replace("\tif (x) {\n\t\td(x);\n\t}\n\telse\n\t\te(x);\n", ""));
    let group = "#ifdef MS_WINDOWS\n\tb(x);\n#else\n\tb(x);\n\t/* One more. */\n\tc(x);\n#endif\n";
    assert_eq!(remove("#ifdef MS_WINDOWS"), FILE.replace(group, ""));
    let with_comment = "c.remove: {find: 'int f(int x)', comment: true}";
    let rest = &FILE[FILE.find("\n#if defined").unwrap()..];
    assert_eq!(on("f.c", FILE).changed(with_comment), format!("#include \"a.h\"\n{rest}"));
    let comment = "c.remove: {find: c(x);, comment: true}";
    assert_eq!(on("f.c", FILE).changed(comment), FILE.replace("\t/* One more. */\n\tc(x);\n", ""));
    let latin1 = b"int a; /* \xe9 */\n\tint b;  \nint c;";
    assert_eq!(
        on("f.c", latin1).changed_bytes("c.remove: {find: int c;}"),
        b"int a; /* \xe9 */\n\tint b;  \n"
    );
    assert_eq!(on("f.c", "int a; int b;\n").changed("c.remove: {find: int a;}"), "int b;\n");
}

#[test]
fn a_range_of_statements_is_removed() {
    let remove = "within: {function: f}\nc.remove: {from: a(x);, to: '#endif'}";
    let start = FILE.find("\ta(x);").unwrap();
    let end = FILE.find("\tif (x) {").unwrap();
    assert_eq!(on("f.c", FILE).changed(remove), [&FILE[..start], &FILE[end..]].concat());
    let across = "within: {function: f}\nc.remove: {from: a(x);, to: c(x);}";
    assert!(on("f.c", FILE).refused(across).contains("only part of a statement"));
    let (what, _) = on("f.c", FILE).missing("within: {function: f}\nc.remove: {from: a(x);, to: z();}");
    assert!(what.contains("`z();` was not found after"), "{what}");
    for wrong in ["from: a()", "to: a()", "find: a(), from: b(), to: c()", "find: ''", "find: '/* a */'"] {
        complaint(&format!("c.remove: {{{wrong}}}"));
    }
}

#[test]
fn part_of_a_statement_is_never_removed() {
    for find in ["e(x);", "a(x", "b(x);\n\n    #else", "return"] {
        let change = format!("within: {{function: f}}\nc.remove: {{find: '{find}', count: 1}}");
        let parts = on("f.c", FILE).parts(&change);
        assert!(parts[0].outcome.is_failure(), "{find}: {parts:?}");
    }
    let half = "int f(void)\n{\n#if A\n\tif (x) {\n#endif\n\ta();\n#if A\n\t}\n#endif\n\tb();\n}\n";
    assert!(on("f.c", half).refused("c.remove: {find: \"#if A\\nif (x) {\\n#endif\"}").contains("only part"));
    let dangling = "int f(void)\n{\n#if A\n\tif (x)\n\t\ta();\n\telse\n#endif\n\t\tb();\n}\n";
    assert!(on("f.c", dangling).refused("c.remove: {find: b();}").contains("only part"));
    assert_eq!(on("f.c", FILE).already("c.remove: {find: 'nothing_like_it(1);'}"), [1]);
    on("f.c", FILE).missing("c.remove: {find: 'return  y;'}");
    assert_eq!(on("f.c", FILE).ambiguous("c.remove: {find: a(1);}"), [27, 32]);
}

#[test]
fn a_branch_of_an_if_is_a_scope() {
    let within = |scope: &str| format!("within: {{{scope}}}\nc.replace: {{find: b(x), with: z(x)}}");
    let (first, second) = FILE.split_once("#else").unwrap();
    let windows = [&first.replace("b(x)", "z(x)"), "#else", second].concat();
    assert_eq!(on("f.c", FILE).changed(&within("if: '# ifdef MS_WINDOWS'")), windows);
    let other = [first, "#else", &second.replace("b(x)", "z(x)")].concat();
    for scope in ["if: '#else'", "if: '#ifdef MS_WINDOWS ... #else'", "function: f, if: '#else'"] {
        assert_eq!(on("f.c", FILE).changed(&within(scope)), other, "{scope}");
    }
    let around =
        |scope: &str| format!("within: {{function: g, if: '{scope}'}}\nc.replace: {{find: a(1), with: z()}}");
    let elif = FILE.rfind("a(1)").unwrap();
    assert_eq!(
        on("f.c", FILE).changed(&around("#elif B")),
        [&FILE[..elif], "z()", &FILE[elif + 4..]].concat()
    );
    let (_, near) = on("f.c", FILE).missing(&within("if: '#ifdef MS_WINDOW'"));
    assert_eq!(near, ["#ifdef MS_WINDOWS"]);
    let twice = "#ifdef A\nint a;\n#endif\n#ifdef A\nint b;\n#endif\n";
    assert_eq!(
        on("f.c", twice).ambiguous("within: {if: '#ifdef A'}\nc.insert: {at: end, text: int c;}"),
        [2, 5]
    );
}

#[test]
fn lines_are_inserted_at_the_edges_of_a_scope() {
    let insert = |scope: &str, at: &str| {
        on("f.c", FILE).changed(&format!("within: {{{scope}}}\nc.insert: {{at: {at}, text: z();}}"))
    };
    assert_eq!(insert("function: f", "start"), FILE.replace("\ta(x);", "\tz();\n\ta(x);"));
    assert_eq!(insert("function: f", "end"), FILE.replace("\treturn x;\n", "\treturn x;\n\tz();\n"));
    assert_eq!(insert("if: '#ifdef MS_WINDOWS'", "start"), FILE.replace("WINDOWS\n", "WINDOWS\n\tz();\n"));
    assert_eq!(insert("if: '#else'", "end"), FILE.replace("\tc(x);\n", "\tc(x);\n\tz();\n"));
    let end = on("f.c", "int a;").changed("c.insert: {at: end, text: int b;}");
    assert_eq!(end, "int a;\nint b;\n");
    let start = on("f.c", "/* Why. */\n\n#include <a.h>\n").changed("c.insert: {at: start, text: int b;}");
    assert_eq!(start, "/* Why. */\n\nint b;\n#include <a.h>\n");
    let lists =
        "struct s {\n    int a;\n};\nenum e {\n    A,\n};\nstatic T t[] = {\n    {\"x\"},\n    {0}\n};\n";
    let into = |scope: &str, at: &str, text: &str| {
        on("f.c", lists).changed(&format!("within: {{{scope}}}\nc.insert: {{at: {at}, text: '{text}'}}"))
    };
    assert_eq!(into("struct: s", "end", "int b;"), lists.replace("a;\n", "a;\n    int b;\n"));
    assert_eq!(into("enum: e", "start", "B,"), lists.replace("    A,", "    B,\n    A,"));
    assert_eq!(
        into("table: t", "start", "{\"y\"},"),
        lists.replace("    {\"x\"", "    {\"y\"},\n    {\"x\"")
    );
    on("f.c", lists).missing("within: {enum: s}\nc.insert: {at: end, text: 'B,'}");
}

#[test]
fn a_statement_after_a_body_without_braces_is_after_the_whole_statement() {
    let source = "int f(int x)\n{\n    if (x)\n        for (;;)\n            a(x); /* why */\n    else if (y)\n        b(x);\n    {\n        c(x);\n    }\n}\n";
    let after = |code: &str| on("f.c", source).changed(&format!("c.insert: {{after: {code}, text: z();}}"));
    assert_eq!(after("b(x);"), source.replace("b(x);\n", "b(x);\n    z();\n"));
    assert_eq!(after("c(x);"), source.replace("c(x);\n", "c(x);\n        z();\n"));
    let between = on("f.c", source).refused("c.insert: {after: a(x);, text: z();}");
    assert!(between.contains("in the middle of a statement"), "{between}");
    let alone = source.replace("    else if (y)\n        b(x);\n", "");
    let inserted = on("f.c", &alone).changed("c.insert: {after: a(x);, text: z();}");
    assert_eq!(inserted, alone.replace("why */\n", "why */\n    z();\n"));
}

#[test]
fn a_statement_is_not_inserted_into_another() {
    for change in [
        "c.insert: {function: f, before: e(x);, text: z();}",
        "c.insert: {function: f, after: 'if (x) {} else', text: z();}",
        "c.insert: {function: f, after: else, text: z();}",
        "c.insert: {function: f, before: else, text: z();}",
    ] {
        let parts = on("f.c", FILE).parts(change);
        assert!(parts[0].outcome.is_failure(), "{change}: {parts:?}");
    }
    let lines = "int f(void)\n{\n    a(1,\n      2);\n    if (x)\n#ifdef A\n        b();\n#else\n        c();\n#endif\n}\n";
    assert!(
        on("f.c", lines).refused("c.insert: {after: 'a(1,', text: z();}").contains("middle of a statement")
    );
    assert!(
        on("f.c", lines).refused("c.insert: {before: c();, text: z();}").contains("middle of a statement")
    );
    let argument = on("f.c", lines).changed("c.insert: {after: 'a(1,', text: '  3,'}");
    assert_eq!(argument, lines.replace("a(1,\n", "a(1,\n    3,\n"));
}

#[test]
fn directives_stay_balanced() {
    for (change, line) in [
        ("c.replace: {find: '#ifdef MS_WINDOWS', with: z();}", 9),
        ("c.replace: {find: \"c(x);\\n#endif\", with: z();}", 14),
        ("c.insert: {function: f, after: return x;, text: '#ifdef Z'}", 22),
        ("c.wrap: {function: f, if: '#ifdef Z', from: return x;, otherwise: '#endif'}", 21),
    ] {
        let case = on("f.c", FILE);
        assert!(case.refused(change).contains("directives would not match"), "{change}");
        let crate::edit::Outcome::Refused { place: Some(place), .. } = case.outcome(change) else { panic!() };
        assert_eq!(place.line, line, "{change}");
    }
}

#[test]
fn statements_are_put_into_an_if() {
    let wrap = "within: {function: f}\nc.wrap: {from: a(x);, to: c(x);, if: x > 0}";
    assert!(on("f.c", FILE).refused(wrap).contains("under different conditions"));
    let wrap =
        "within: {function: f}\nc.wrap:\n  from: a(x);\n  to: '#endif'\n  if: x > 0\n  otherwise: z();";
    let expected = FILE
        .replace("\ta(x);\t/* why */\n", "\tif (x > 0) {\n\t\ta(x);\t/* why */\n")
        .replace("\tb(x);", "\t\tb(x);")
        .replace("\t/* One", "\t\t/* One")
        .replace("\tc(x);\n#endif\n", "\t\tc(x);\n#endif\n\t}\n\telse {\n\t\tz();\n\t}\n");
    assert_eq!(on("f.c", FILE).changed(wrap), expected);
    let top = on("f.c", "int a;\n").refused("c.wrap: {from: int a;, if: x}");
    assert!(top.contains("in a function"));
    for wrong in [
        "if: x",
        "from: a, if: '#define x'",
        "from: a",
        "from: a, if: x, condition: '#if x'",
        "function: f, if: x",
    ] {
        complaint(&format!("c.wrap: {{{wrong}}}"));
    }
}

#[test]
fn code_is_taken_out_of_a_group() {
    let unwrap = |arguments: &str| on("f.c", FILE).changed(&format!("c.unwrap: {{{arguments}}}"));
    let (first, rest) = FILE.split_once("#ifdef MS_WINDOWS\n").unwrap();
    let (own, rest) = rest.split_once("#else\n").unwrap();
    let (other, rest) = rest.split_once("#endif\n").unwrap();
    assert_eq!(unwrap("find: '#ifdef MS_WINDOWS'"), [first, own, rest].concat());
    assert_eq!(unwrap("find: '#ifdef  MS_WINDOWS', keep: '#else'"), [first, other, rest].concat());
    let case = on("f.c", FILE);
    case.missing("c.unwrap: {find: '#ifdef MS_WINDOWS', keep: '#elif X'}");
    case.missing("c.unwrap: {find: '#ifdef MS_WINDOW'}");
    assert!(case.refused("c.unwrap: {find: '#elif B'}").contains("begins no `#if`"));
    for wrong in ["find: x", "find: '#if x', keep: else", "find: if (x), keep: '#else'"] {
        complaint(&format!("c.unwrap: {{{wrong}}}"));
    }
}

#[test]
fn code_is_taken_out_of_an_if() {
    let unwrap = |arguments: &str| on("f.c", FILE).changed(&format!("c.unwrap: {{{arguments}}}"));
    let whole = "\tif (x) {\n\t\td(x);\n\t}\n\telse\n\t\te(x);\n";
    assert_eq!(unwrap("find: if (x)"), FILE.replace(whole, "\td(x);\n"));
    assert_eq!(unwrap("find: if (x), keep: else"), FILE.replace(whole, "\te(x);\n"));
    let text = "void f(void)\n{\n    if (a)\n        b(1,\n          2); /* why */\n    if (c) {\n        /* d */\n#ifdef E\n        e();\n#endif\n\
                \n        g();\n    } else if (h)\n        i();\n    if (j)\n        if (k)\n            l();\n}\n";
    let case = on("f.c", text);
    assert_eq!(
        case.changed("c.unwrap: {find: if (a)}"),
        text.replace("    if (a)\n        b(1,\n          2)", "    b(1,\n      2)")
    );
    let inner = "    /* d */\n#ifdef E\n    e();\n#endif\n\n    g();\n";
    let start = text.find("    if (c)").unwrap();
    let end = text.find("    if (j)").unwrap();
    assert_eq!(case.changed("c.unwrap: {find: if (c)}"), [&text[..start], inner, &text[end..]].concat());
    let otherwise = [&text[..start], "    if (h)\n        i();\n", &text[end..]].concat();
    assert_eq!(case.changed("c.unwrap: {find: if (c), keep: else}"), otherwise);
    assert!(case.refused("c.unwrap: {find: if (h)}").contains("head of an `if`"));
    assert!(case.refused("c.unwrap: {find: if (j)}").contains("head of an `if`"));
    case.missing("c.unwrap: {find: if (a), keep: else}");
}

#[test]
fn entries_and_declarations_are_wrapped_in_their_scope() {
    let text = "static T t[] = {\n    {\"a\", a},\n    {\"b\",\n     b},\n    {0}\n};\nint x;\nint y;\n";
    let entry = "within: {table: t}\nc.wrap: {from: '{\"b\"', if: '#ifdef B'}";
    let expected = text.replace("    {\"b\",\n     b},\n", "#ifdef B\n    {\"b\",\n     b},\n#endif\n");
    assert_eq!(on("f.c", text).changed(entry), expected);
    let both = on("f.c", text).changed("c.wrap: {from: int x;, to: int y;, if: '#ifdef B'}");
    assert_eq!(both, text.replace("int x;\nint y;\n", "#ifdef B\nint x;\nint y;\n#endif\n"));
}

#[test]
fn lines_of_a_replacement_are_indented_for_their_place() {
    let file = "int\nf(int x)\n{\n    if (x == 1) {\n        a();\n    }\n    return 0;\n}\n";
    let replaced = |with: &str| {
        let with: String = with.lines().map(|line| format!("    {line}\n")).collect();
        let find = "    if (x == 1) {\n        a();\n    }\n";
        let change = format!("c.replace:\n  function: f\n  find: |\n{find}  with: |\n{with}");
        on("f.c", file).changed(&change)
    };
    let expected = |lines: &str| file.replace("    if (x == 1) {\n        a();\n    }\n", lines);
    assert_eq!(replaced("if (x) {\n    b();\n}"), expected("    if (x) {\n        b();\n    }\n"));
    assert_eq!(replaced("if (x)\n    b();"), expected("    if (x)\n        b();\n"));
    assert_eq!(replaced("#ifdef A\nb();\n#endif\nc();"), expected("#ifdef A\n    b();\n#endif\n    c();\n"));
    // As they are, if they have the indentation of the place.
    assert_eq!(replaced("if (x) {\n        b();\n    }"), expected("    if (x) {\n        b();\n    }\n"));
    assert_eq!(replaced("b();\n    c();"), expected("    b();\n    c();\n"));
}

#[test]
fn an_inserted_text_may_have_the_code_of_its_anchor() {
    let table = "const char *t[] = {\n    \".dll\",\n};\n";
    let change = "within: {table: t}\nc.insert: {before: '\".dll\",', text: '\".\" X \".dll\",'}";
    let after = on("f.c", table).changed(change);
    assert_eq!(after, table.replace("    \".dll\"", "    \".\" X \".dll\",\n    \".dll\""));
    let twice = "c.insert: {function: f, after: a(), text: 'if (a()) a();'}";
    on("f.c", "void f(void)\n{\n    a();\n}\n").changed(twice);
    // Of others it does not say which is meant.
    on("f.c", "void f(void)\n{\n    a();\n    a();\n}\n").ambiguous(twice);
    let python = "python.insert: {before: return s.a(), text: \"if x:\\n    return s.a() or 1\"}";
    on("f.py", "def f(s):\n    return s.a()\n").changed(python);
}

#[test]
fn code_next_to_a_directive_is_indented_as_the_code_around_it() {
    let file = "int f(void)\n{\n    int a;\n#ifdef A\n    g();\n#endif\n}\n\nint b;\n";
    let insert = |place: &str| {
        format!(
            "c.insert:\n  function: f\n  {place}\n  text: |\n    #ifdef B\n    if (u)\n        h();\n    #endif\n"
        )
    };
    let own = "#ifdef B\n    if (u)\n        h();\n#endif\n";
    assert_eq!(
        on("f.c", file).changed(&insert("before: '#ifdef A'")),
        file.replace("#ifdef A", &format!("{own}#ifdef A"))
    );
    assert_eq!(
        on("f.c", file).changed(&insert("after: '#endif'")),
        file.replace("#endif\n", &format!("#endif\n{own}"))
    );
    let top = on("f.c", "#include <a.h>\n\nint b;\n");
    assert_eq!(
        top.changed("c.insert: {after: '#include <a.h>', text: int c;}"),
        "#include <a.h>\nint c;\n\nint b;\n"
    );
}

#[test]
fn of_two_functions_of_a_name_the_one_with_the_anchor_counts() {
    let file = "#ifdef A\nint f(void)\n{\n    a();\n}\n#else\nint f(void)\n{\n    b();\n}\n#endif\n";
    assert_eq!(
        on("f.c", file).changed("c.replace: {function: f, find: b(), with: c()}"),
        file.replace("b()", "c()")
    );
    let insert = "c.insert: {function: f, before: a(), text: 'x();'}";
    assert_eq!(on("f.c", file).changed(insert), file.replace("    a();", "    x();\n    a();"));
    on("f.c", file.replace("b()", "a()")).ambiguous(insert);
    on("f.c", file).ambiguous("c.insert: {function: f, at: entry, text: 'x();'}");
}

#[test]
fn what_is_wrapped_ends_with_the_unit_that_to_begins() {
    let file =
        "int a(void)\n{\n    x();\n}\n\nint b(void)\n{\n    if (y)\n        z();\n    return 0;\n}\nint c;\n";
    let change = "c.wrap: {from: 'int a(void)', to: 'int b(void)', condition: '#ifndef X'}";
    let after = on("f.c", file).changed(change);
    assert_eq!(after, format!("#ifndef X\n{}", file.replace("int c;", "#endif\nint c;")));
    on("f.c", after).already(change);
    let change = "within: {function: b}\nc.wrap: {from: if (y), to: return 0;, condition: '#ifndef X'}";
    let expected = file.replace("    if", "#ifndef X\n    if").replace("return 0;\n", "return 0;\n#endif\n");
    assert_eq!(on("f.c", file).changed(change), expected);
    let part = "c.wrap: {from: 'int a(void)', to: if (y), condition: '#ifndef X'}";
    assert!(on("f.c", file).refused(part).contains("part of a statement"));
}

#[test]
fn comments_are_wrapped_with_their_function() {
    let file = "int a;\n\n/*[clinic input]\nos.f\n[clinic start generated code]*/\n\nstatic int\nos_f_impl(void)\n\
                /*[clinic end generated code: output=1]*/\n{\n    return 0;\n}\n\n// More.\nint g(void)\n{\n}\n";
    let change = "c.wrap: {function: os_f_impl, condition: '#ifdef X', comment: true}";
    let after = on("f.c", file).changed(change);
    let expected =
        file.replace("/*[clinic in", "#ifdef X\n/*[clinic in").replace("0;\n}\n", "0;\n}\n#endif\n");
    assert_eq!(after, expected);
    on("f.c", after).already(change);
    let change = "c.wrap: {function: g, condition: '#ifdef X', comment: true}";
    let after = on("f.c", file).changed(change);
    assert_eq!(after, file.replace("// More", "#ifdef X\n// More") + "#endif\n");
    on("f.c", after).already(change);
    let change = "c.wrap: {function: g, condition: '#ifdef X'}";
    assert!(on("f.c", file).changed(change).contains("// More.\n#ifdef X\nint g"));
}
