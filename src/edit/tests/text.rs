//! `text.*`.

use crate::edit::testing::{complaint, on};

#[test]
fn a_word_is_replaced_and_nothing_else() {
    let file = on("f", b"install  \nall\t\n\xe9all all");
    let after = file.changed_bytes("text.replace: {find: all, with: every, count: 3}");
    assert_eq!(after, b"install  \nevery\t\n\xe9every every");
}

#[test]
fn replacements_that_are_already_made_count_as_matches() {
    let file = on("f", "x = a, x = b, x = a\n");
    assert_eq!(file.changed("text.replace: {find: x = a, with: x = b, count: 3}"), "x = b, x = b, x = b\n");
    assert_eq!(
        on("f", "x = b, x = b\n").already("text.replace: {find: x = a, with: x = b, count: 2}"),
        [1, 1]
    );
    let (what, near) = file.missing("text.replace: {find: x = a, with: x = b, count: 4}");
    assert_eq!(what, "expected 4 matches of `x = a`, found 3");
    assert_eq!(near, ["x = a, x = b, x = a"]);
}

#[test]
fn text_like_the_new_one_does_not_count_as_a_match() {
    let file = on("f", "test -d a\ncompile -j0 -d b\n");
    assert_eq!(file.changed("text.replace: {find: -j0 -d, with: -d}"), "test -d a\ncompile -d b\n");
    assert_eq!(on("f", "a b a b\n").changed("text.replace: {find: a, with: b, count: 2}"), "b b b b\n");
}

#[test]
fn new_text_proves_nothing_unless_it_shows_the_place() {
    on("f", "a()\nif not b():\n").missing("text.replace: {find: \"a()\\nb()\\n\", with: \"a()\\n\"}");
    on("f", "return 0\n").missing("text.replace: {find: return 1 or 2, with: return}");
    on("f", "new\n").missing("text.replace: {find: old, with: new}");
    // The old text is still there, with other blanks.
    on("f", "x = 2\nx  =  1\n").missing("text.replace: {find: x = 1, with: x = 2}");
}

#[test]
fn a_replacement_may_contain_its_anchor_and_the_reverse() {
    assert_eq!(on("f", "x = a;\n").changed("text.replace: {find: a, with: f(a)}"), "x = f(a);\n");
    assert_eq!(on("f", "x = f(a);\n").changed("text.replace: {find: f(a), with: a}"), "x = a;\n");
    let half = on("f", "f(a) a\n");
    assert_eq!(half.changed("text.replace: {find: a, with: f(a), count: 2}"), "f(a) f(a)\n");
}

#[test]
fn a_missing_anchor_lists_similar_lines() {
    let (what, near) =
        on("f", "if x:\nprint 'hello world'\n").missing("text.replace: {find: print 'helo world', with: y}");
    assert_eq!(what, "`print 'helo world'` was not found");
    assert_eq!(near, ["print 'hello world'"]);
}

#[test]
fn a_misspelt_anchor_does_not_count_as_already_replaced() {
    let file = on("f", "one two three four\n");
    for misspelt in ["fuor", "fou", "thre", "threee"] {
        let (what, near) = file.missing(&format!("text.replace: {{find: {misspelt}, with: one}}"));
        assert_eq!(what, format!("`{misspelt}` was not found"));
        assert_eq!(near, ["one two three four"]);
    }
    let (what, near) = file.missing("text.replace: {find: five, with: one}");
    assert_eq!((what.as_str(), near), ("`five` was not found", vec!["one two three four".to_owned()]));
}

#[test]
fn an_anchor_of_several_lines_matches_any_line_ends() {
    let after = on("f", "a\nb\nc").changed("text.replace:\n  find: \"a\\nb\\n\"\n  with: \"x\\ny\\n\"");
    assert_eq!(after, "x\ny\nc");
}

#[test]
fn a_scope_limits_what_is_replaced() {
    let file = on("f", "begin a end\na\n");
    assert_eq!(
        file.changed("within: {between: [begin, end]}\ntext.replace: {find: a, with: b}"),
        "begin b end\na\n"
    );
    let (what, _) = file.missing("within: {between: [start, end]}\ntext.replace: {find: a, with: b}");
    assert_eq!(what, "no text between `start` and `end` was found");
    let twice = on("f", "begin a end\nbegin a end\n");
    assert_eq!(twice.ambiguous("within: {between: [begin, end]}\ntext.replace: {find: a, with: b}"), [1, 2]);
}

#[test]
fn a_scope_may_be_a_function_a_class_or_a_rule() {
    let c = on("f.c", "int f(void)\n{\n\treturn 1;\n}\nint g(void)\n{\n\treturn 1;\n}\n");
    let after = c.changed("within: {function: g}\ntext.replace: {find: return 1, with: return 2}");
    assert_eq!(after, "int f(void)\n{\n\treturn 1;\n}\nint g(void)\n{\n\treturn 2;\n}\n");
    let python = on("f.py", "class A:\n    x = 1\nclass B:\n    x = 1\n");
    let after = python.changed("within: {class: B}\ntext.replace: {find: x = 1, with: x = 2}");
    assert_eq!(after, "class A:\n    x = 1\nclass B:\n    x = 2\n");
    let make = on("Makefile", "a:\n\tcp x y\nb:\n\tcp x y\n");
    let after = make.changed("within: {target: b}\ntext.replace: {find: cp x y, with: cp -p x y}");
    assert_eq!(after, "a:\n\tcp x y\nb:\n\tcp -p x y\n");
}

#[test]
fn text_is_inserted_before_or_after_its_anchor() {
    assert_eq!(on("f", "a b").changed("text.insert: {after: a, text: ' x'}"), "a x b");
    assert_eq!(on("f", "a b").changed("text.insert: {before: b, text: 'x '}"), "a x b");
    assert_eq!(on("f", "a\nb\n").changed("text.insert: {after: \"a\\n\", text: \"x\\n\"}"), "a\nx\nb\n");
    assert_eq!(on("f", "a x b\n").already("text.insert: {after: a, text: ' x'}"), [1]);
    assert_eq!(on("f", "a a\n").ambiguous("text.insert: {after: a, text: ' x'}"), [1, 1]);
    assert_eq!(on("f", "a x\na\n").changed("text.insert: {after: a, text: ' x', count: 2}"), "a x\na x\n");
    on("f", "ab\n").missing("text.insert: {after: a, text: ' x'}");
}

#[test]
fn inserted_text_may_extend_the_word_of_its_anchor() {
    assert_eq!(on("f", "-l a\n").changed("text.insert: {after: a, text: bc}"), "-l abc\n");
    assert_eq!(on("f", "-l a\n").changed("text.insert: {before: a, text: bc}"), "-l bca\n");
}

#[test]
fn lines_are_indented_as_their_anchor() {
    let python = "def f():\n    a = 1\n    return a\n";
    let insert = |place: &str, text: &str| format!("text.insert: {{{place}, indent: anchor, text: {text}}}");
    for (place, text, after) in [
        (
            "after: a = 1",
            r#""if a:\n    b()\n""#,
            "def f():\n    a = 1\n    if a:\n        b()\n    return a\n",
        ),
        // The line end of the anchor, and blanks of the patchset, make no difference.
        (r#"after: "a = 1\n""#, r#""  b()\n""#, "def f():\n    a = 1\n    b()\n    return a\n"),
        ("before: return", "b()", "def f():\n    a = 1\n    b()\n    return a\n"),
        (
            r#"before: "\n    return""#,
            r##""# why\n\nb()\n""##,
            "def f():\n    a = 1\n    # why\n\n    b()\n    return a\n",
        ),
        ("after: return", r#""b('''\nx\n''')\n""#, "def f():\n    a = 1\n    return a\n    b('''\nx\n''')\n"),
    ] {
        let change = insert(place, text);
        assert_eq!(on("f.py", python).changed(&change), after, "{change}");
        assert_eq!(on("f.py", after).already(&change).len(), 1, "{change}");
    }
    let windows =
        on("f.py", "if a:\r\n\tb()\r\nc()\r\n").changed(&insert("after: b()", r#""if d:\n\te()\n""#));
    assert_eq!(windows, "if a:\r\n\tb()\r\n\tif d:\r\n\t\te()\r\nc()\r\n");
    let directive = insert("after: a();", r##""#ifdef B\nb();\n#endif\n""##);
    let c = on("f.c", "{\n    a();\n}\n").changed(&directive);
    assert_eq!(c, "{\n    a();\n#ifdef B\n    b();\n#endif\n}\n");
    // A line gets the text once, and a last line without an end gets one.
    assert_eq!(on("f", "\ta a").changed(&insert("after: a", "b")), "\ta a\n\tb\n");
}

#[test]
fn only_the_indentation_of_an_anchor_can_be_taken() {
    assert!(complaint(r#"text.insert: {after: "\n", indent: anchor, text: b}"#).contains("blanks only"));
    assert!(complaint("text.insert: {after: a, indent: four, text: b}").contains("anchor"));
}

#[test]
fn an_empty_anchor_or_text_is_rejected() {
    assert!(complaint("text.replace: {find: '', with: x}").contains("empty anchor"));
    // A finished change could not be distinguished from a missing anchor.
    assert!(complaint("text.replace: {find: x, with: ''}").contains("write `text.remove`"));
    assert!(complaint("text.insert: {after: x, text: ''}").contains("`text` is empty"));
    assert!(complaint("text.insert: {after: x, before: y, text: z}").contains("either"));
    assert!(complaint("text.replace: {find: x, with: y, count: 0}").contains("`count` must be at least 1"));
}

#[test]
fn within_is_rejected_for_an_operation_with_its_own_scope() {
    let why = complaint("within: {target: all}\nmakefile.set-variable: {name: A, value: b}");
    assert!(why.contains("`within`"), "{why}");
}

#[test]
fn a_line_that_becomes_blank_is_removed_with_its_text() {
    assert_eq!(on("f", "a\n  b  \nc\n").changed("text.remove: {find: b}"), "a\nc\n");
    assert_eq!(on("f", "a\n  b c\n").changed("text.remove: {find: b}"), "a\n   c\n");
    assert_eq!(on("f", "a\nb").changed("text.remove: {find: b}"), "a\n");
    let lines = on("f", "a\n  b\n  c\nd\n");
    assert_eq!(lines.changed("text.remove: {find: \"b\\n  c\"}"), "a\nd\n");
    assert_eq!(lines.changed("text.remove: {find: \"  b\\n\"}"), "a\n  c\nd\n");
}

#[test]
fn text_is_removed_exactly_count_times() {
    let file = on("f", "b x\nb y\n");
    assert_eq!(file.changed("text.remove: {find: 'b ', count: 2}"), "x\ny\n");
    assert_eq!(file.ambiguous("text.remove: {find: 'b '}"), [1, 2]);
    let (what, _) = file.missing("text.remove: {find: 'b ', count: 3}");
    assert_eq!(what, "expected 3 matches of `b`, found 2");
    let scope = "within: {between: [x, z]}\ntext.remove: {find: ' y'}";
    assert_eq!(on("f", "y x y z y\n").changed(scope), "y x z y\n");
}

#[test]
fn removed_text_is_already_gone_unless_similar_text_is_found() {
    assert_eq!(on("f", "a\n").already("text.remove: {find: b c}"), [1]);
    let (what, near) = on("f", "x\nimport  ssl\n").missing("text.remove: {find: import ssl}");
    assert_eq!(what, "`import ssl` was not found, but similar text was");
    assert_eq!(near, ["import  ssl"]);
    let (_, near) = on("f", "sharedmods\n").missing("text.remove: {find: sharedmod}");
    assert_eq!(near, ["sharedmods"]);
    assert!(complaint("text.remove: {find: ' '}").contains("has an empty anchor"));
}
