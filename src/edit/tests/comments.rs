//! `replace-comment` and `remove-comment` of every format.

use crate::edit::testing::{complaint, on};

const MODULE: &str = "\
#!/usr/bin/env python
# The site of the nodes.
import os

TEXT = '''
# not a comment
'''
def load(name):  # by rank 0
    # First read the file,
    # then
    #
    # send it to all others.
    send(name, '# all others')

# The end.
";

fn replaced(file: &str, text: &str, find: &str, with: &str) -> String {
    let family = if file.ends_with(".py") { "python" } else { "c" };
    on(file, text).changed(&format!("{family}.replace-comment: {{find: {find:?}, with: {with:?}}}"))
}

#[test]
fn words_of_a_comment_are_found_whatever_its_lines() {
    let after = replaced("a.py", MODULE, "file, then send", "file;\nsend");
    assert_eq!(after, MODULE.replace("file,\n    # then\n    #\n    # send", "file;\n    # send"));
    let after = replaced("a.py", MODULE, "# then\n  # send it", "then keep it");
    assert_eq!(after, MODULE.replace("then\n    #\n    # send it", "then keep it"));
}

#[test]
fn a_comment_after_code_goes_on_below_its_own_column() {
    let after = replaced("a.py", MODULE, "by rank 0", "by rank 0,\n\nand no other");
    let expected = "  # by rank 0,\n                 #\n                 # and no other\n";
    assert_eq!(after, MODULE.replace("  # by rank 0\n", expected));
}

#[test]
fn strings_and_the_line_of_the_program_are_not_comments() {
    for find in ["not a comment", "'# all others'", "usr bin env python", "/usr/bin/env python"] {
        let change = format!("python.replace-comment: {{find: {find:?}, with: x}}");
        on("a.py", MODULE).missing(&change);
    }
    let script = "cat <<EOF\n# inside\nEOF\necho \"# inside\" '# inside' a#inside\n# inside\n";
    let change = "shell.replace-comment: {find: inside, with: outside}";
    assert_eq!(
        on("a.sh", script).changed(change),
        script.replace("\n# inside\n", "\n# outside\n").replacen("outside", "inside", 1)
    );
    let source = "char *s = \"/* inside */ // inside\";\n#define X \"/* inside */\" /* inside */\n";
    let expected = source.replace("\" /* inside */\n", "\" /* outside */\n");
    assert_eq!(on("a.c", source).changed("c.replace-comment: {find: inside, with: outside}"), expected);
    let m4 = "cat <<EOF\n# inside\nEOF\nx=\"\n# inside\n\"\n# inside\n";
    let expected = "cat <<EOF\n# inside\nEOF\nx=\"\n# inside\n\"\n# outside\n";
    assert_eq!(on("configure.ac", m4).changed("m4.replace-comment: {find: inside, with: outside}"), expected);
}

#[test]
fn a_comment_of_c_goes_on_as_its_lines_do() {
    let cases = [
        ("    /* a b */\n", "    /* x\n       y */\n"),
        ("    x; // a b\n", "    x; // x\n       // y\n"),
        ("\tf();\t/* a\n\t\t   b */\n", "\tf();\t/* x\n\t\t   y */\n"),
        ("/**\n * a b\n **/\n", "/**\n * x\n * y\n **/\n"),
        ("/* a b\n */\n", "/* x\n * y\n */\n"),
        ("/* a b\n *\n * c */\n", "/* x\n * y\n *\n * c */\n"),
    ];
    for (before, after) in cases {
        assert_eq!(replaced("a.c", before, "a b", "x\ny"), after);
    }
    let after_directive = replaced("a.c", "#if 1\n#endif /* a b */\n", "a b", "x\ny");
    assert_eq!(after_directive, "#if 1\n#endif /* x\n          y */\n");
}

#[test]
fn a_text_with_its_signs_replaces_whole_comments_only() {
    let after = replaced("a.py", MODULE, "First read the file,", "# Read it\n#   once,");
    assert_eq!(after, MODULE.replace("# First read the file,", "# Read it\n    #   once,"));
    let after = replaced("a.py", MODULE, "by rank 0", "# Of rank 0,\n# and no other");
    assert_eq!(after, MODULE.replace("# by rank 0", "# Of rank 0,\n                 # and no other"));
    let why = on("a.py", MODULE).refused("python.replace-comment: {find: read the file, with: '# x'}");
    assert!(why.contains("only a part"), "{why}");
    let why = on("a.py", MODULE).refused("python.replace-comment: {find: The end., with: \"# x\\nbreak\"}");
    assert!(why.contains("has a line that is not one"), "{why}");
    // Words that stay the same, in other lines and signs.
    let source = "int x; /* a\n          b */\n";
    let change = "c.replace-comment: {find: a b, with: // a b}";
    let after = "int x; // a b\n";
    assert_eq!(on("a.c", source).changed(change), after);
    assert_eq!(on("a.c", after).already(change), [1]);
}

#[test]
fn code_never_becomes_a_comment_nor_a_comment_code() {
    let refused = |file: &str, text: &str, change: &str| {
        let why = on(file, text).refused(change);
        assert!(why.contains("the code of the file would change"), "{change}: {why}");
    };
    refused("a.c", "/* a */\nint x;\n", "c.replace-comment: {find: a, with: b */ int y; /*}");
    refused("a.c", "f(/* a */ x);\n", "c.replace-comment: {find: a, with: // b}");
    refused("a.c", "// a\nint x;\n", "c.replace-comment: {find: a, with: 'b \\'}");
    refused("a.c", "/* a */\nint x;\n/* c */\n", "c.replace-comment: {find: a, with: '/* b'}");
    refused("Makefile", "# a\nX = y\n", "makefile.replace-comment: {find: a, with: 'b \\'}");
    let recipe = "x:\n\tcd y; \\\n\t# a \\\n\trm z\n";
    let why = on("Makefile", recipe).refused("makefile.replace-comment: {find: a, with: \"b\\nc\"}");
    assert!(why.contains("goes on after a backslash"), "{why}");
    assert_eq!(
        on("Makefile", recipe).changed("makefile.replace-comment: {find: a, with: b}"),
        recipe.replace("# a", "# b")
    );
}

#[test]
fn brackets_of_a_comment_in_m4_stay_balanced() {
    let why =
        on("configure.ac", "A([\n# a [b]\nx])\n").refused("m4.replace-comment: {find: '[b]', with: 'b]'}");
    assert!(why.contains("`[` and `]`"), "{why}");
    let script = on("a.sh", "# a [b\nx\n").changed("shell.replace-comment: {find: 'a [b', with: c}");
    assert_eq!(script, "# c\nx\n");
}

#[test]
fn the_statement_below_says_which_comment() {
    let text = "/* free it */\nint f(void)\n{\n    /* free it */\n    a();\n    /* free it */\n    b();\n}\n";
    let change = |above: &str| format!("c.replace-comment: {{above: {above}, find: free it, with: keep it}}");
    assert_eq!(
        on("a.c", text).changed(&change("b();")),
        text.replace("/* free it */\n    b", "/* keep it */\n    b")
    );
    assert_eq!(on("a.c", text).ambiguous("c.replace-comment: {find: free it, with: keep it}"), [1, 4, 6]);
    let (what, near) = on("a.c", text).missing(&change("bb();"));
    assert!(what.contains("`bb();`") && near.iter().any(|near| near.contains("b();")), "{what} {near:?}");
    let (what, _) = on("a.c", text).missing(&change("return 0;"));
    assert!(what.contains("return 0;"), "{what}");
    let python = "# x\ndef f():\n    pass\n# x\ndef g():\n    pass\n";
    let change = "python.replace-comment: {above: 'def g():', find: x, with: y}";
    assert_eq!(on("a.py", python).changed(change), python.replace("pass\n# x", "pass\n# y"));
}

#[test]
fn a_replaced_comment_is_recognised_at_its_place_only() {
    let change = "python.replace-comment: {find: First read the file, with: First fetch the file}";
    let after = MODULE.replace("read", "fetch");
    assert_eq!(on("a.py", after).already(change), [9]);
    // A text that happens to be in another comment proves nothing.
    let (_, near) = on("a.py", MODULE).missing("python.replace-comment: {find: lorem ipsum, with: The end.}");
    assert_eq!(near, ["# The end."]);
    let change =
        "python.replace-comment: {above: import os, find: lorem ipsum, with: The site of the nodes.}";
    assert_eq!(on("a.py", MODULE).already(change), [2]);
}

#[test]
fn a_missing_comment_has_near_misses() {
    let (what, near) =
        on("a.py", MODULE).missing("python.replace-comment: {find: The sites of the node., with: x}");
    assert!(what.contains("the comment `The sites of the node.`"), "{what}");
    assert_eq!(near[0], "# The site of the nodes.");
    assert!(complaint("python.replace-comment: {find: '# --', with: x}").contains("has no word in `find`"));
    assert!(complaint("c.replace-comment: {find: x, with: ''}").contains("has no word in `with`"));
}

#[test]
fn a_removed_comment_takes_its_lines_and_blanks() {
    let removed = |file: &str, text: &str, find: &str| {
        let family = if file.ends_with(".py") { "python" } else { "c" };
        on(file, text).changed(&format!("{family}.remove-comment: {{find: {find:?}}}"))
    };
    assert_eq!(removed("a.py", MODULE, "by rank 0"), MODULE.replace("  # by rank 0", ""));
    assert_eq!(removed("a.py", MODULE, "then"), MODULE.replace("    # then\n", ""));
    assert_eq!(removed("a.py", "x\n\n# a\n\ny\n", "a"), "x\n\ny\n");
    assert_eq!(removed("a.c", "f(a /* b */, c);\n", "b"), "f(a, c);\n");
    assert_eq!(removed("a.c", "int/* b */x;\n", "b"), "int x;\n");
    assert_eq!(removed("a.c", "    /* b */ x;\n", "b"), "    x;\n");
    let why = on("a.py", MODULE).refused("python.remove-comment: {find: read the file}");
    assert!(why.contains("only a part"), "{why}");
}

#[test]
fn a_removal_of_a_similar_comment_is_missing() {
    let (what, near) = on("a.py", MODULE).missing("python.remove-comment: {find: The sites of the node.}");
    assert!(what.contains("similar") && near == ["# The site of the nodes."], "{what} {near:?}");
    on("a.py", "x = 1\n").already("python.remove-comment: {find: something completely different}");
}

#[test]
fn bytes_of_comments_that_are_not_words_survive() {
    let latin: &[u8] = b"# caf\xe9 old\r\n\tx = 1\t# old\xe9 tab\r\n# end";
    let text = [b"if y:\r\n", latin].concat();
    let change = "python.replace-comment: {find: tab, with: \"a\\nb\"}";
    let expected = [b"if y:\r\n", &latin[..latin.len() - 5 - 5]].concat();
    let expected = [&expected[..], b"a\r\n\t     \t# b\r\n# end"].concat();
    assert_eq!(on("a.py", &text).changed_bytes(change), expected);
    let change = "python.replace-comment: {find: end, with: \"the\\nend\"}";
    assert!(on("a.py", &text).changed_bytes(change).ends_with(b"\r\n# the\r\n# end"));
    let change = "python.remove-comment: {find: end}";
    assert!(on("a.py", &text).changed_bytes(change).ends_with(b"tab\r\n"));
}

#[test]
fn lines_are_inserted_above_or_below_the_comment_of_their_anchor() {
    let cases = [
        ("a.py", "python", "b = 1", "x = 1", "# c\n"),
        ("configure.ac", "m4", "b=1", "x=1", "dnl c\n# d\n"),
        ("a.sh", "shell", "b=1", "x=1", "# c\n"),
        ("Makefile", "makefile", "b = 1", "x = 1", "# c\n"),
        ("a.c", "c", "int b;", "int x;", "/* c\n * d */\n// e\n"),
        ("a.vcxproj", "xml", "b", "<x/>", "<!-- c -->\n"),
    ];
    for (file, family, before, text, comment) in cases {
        let (start, code, end) = match family {
            "xml" => ("<a>\n", "<b/>".to_owned(), "</a>\n"),
            "c" | "python" | "m4" | "shell" | "makefile" => ("a\n", before.to_owned(), ""),
            other => panic!("{other}"),
        };
        let start = if family == "c" { "int a;\n" } else { start };
        let start = if family == "makefile" { "a = 1\n" } else { start };
        let change = |key: &str| format!("{family}.insert: {{before: {before:?}, {key}text: {text:?}}}");
        let above = format!("{start}{text}\n{comment}{code}\n{end}");
        let below = format!("{start}{comment}{text}\n{code}\n{end}");
        let old = format!("{start}{comment}{code}\n{end}");
        assert_eq!(on(file, &old).changed(&change("below-comment: true, ")), below);
        assert_eq!(on(file, &old).changed(&change("below-comment: false, ")), above);
        let usual = if family == "c" { below } else { above };
        assert_eq!(on(file, &old).changed(&change("")), usual);
        let change = format!("{family}.insert: {{after: {before:?}, below-comment: true, text: x}}");
        assert!(complaint(&change).contains("`below-comment` without `before`"), "{family}");
    }
}

#[test]
fn a_comment_is_inserted_and_recognised_by_its_words() {
    let cases = [
        ("a.py", "if x:\n\ta()\n\tb()\n", "b()", "# Then do\n# the rest.", "\t# Then do the\n\t# rest.\n"),
        (
            "configure.ac",
            "if a; then\n  A([x])\n  b=1\nfi\n",
            "b=1",
            "dnl Then don't\ndnl do it.",
            "  # Then don't do it.\n",
        ),
        ("a.sh", "f() {\n  a\n  b\n}\n", "b", "# Then don't\n# do it.", "  # Then\n  # don't do it.\n"),
        ("Makefile", "all:\n\ta\n\tb\n", "b", "# Then do\n# the rest.", "\t# Then do the rest.\n"),
        ("Makefile", "A = a\nB = b\n", "B = b", "# Then do\n# the rest.", "# Then do the rest.\n"),
        (
            "a.c",
            "int f(void)\n{\n    a();\n    b();\n}\n",
            "b();",
            "/* Then do\n   the rest. */",
            "    // Then do the rest.\n",
        ),
        (
            "a.c",
            "int f(void)\n{\n    a();\n    b();\n}\n",
            "b();",
            "// Then do\n// the rest.",
            "    /* Then do the rest. */\n",
        ),
    ];
    for (file, text, anchor, comment, rewrapped) in cases {
        let family = match file.rsplit('.').next() {
            Some("py") => "python",
            Some("c") => "c",
            Some("ac") => "m4",
            Some("sh") => "shell",
            _ => "makefile",
        };
        let line = text.lines().find(|line| line.trim() == anchor).unwrap();
        let margin = &line[..line.len() - anchor.len()];
        let own: String = comment.lines().map(|line| format!("{margin}{line}\n")).collect();
        let sides = [
            ("before", format!("{own}{line}\n"), format!("{rewrapped}{line}\n")),
            ("after", format!("{line}\n{own}"), format!("{line}\n{rewrapped}")),
        ];
        for (side, inserted, other) in sides {
            let change = format!("{family}.insert: {{{side}: {anchor:?}, text: {comment:?}}}");
            let with = |lines: &str| text.replace(&format!("{line}\n"), lines);
            assert_eq!(on(file, text).changed(&change), with(&inserted));
            assert_eq!(on(file, with(&other)).already(&change).len(), 1);
            // At another place it proves nothing.
            let elsewhere = format!("{comment}\n\n{text}");
            assert_eq!(on(file, elsewhere).outcome(&change).name(), "change");
            // Neither does a longer comment that has its words.
            let longer = other.replace("Then", "And then Then");
            assert_eq!(on(file, with(&longer)).outcome(&change).name(), "change", "{longer}");
        }
    }
}

#[test]
fn a_comment_is_inserted_at_an_edge() {
    let text = "int f(void)\n{\n    a();\n}\n";
    let change = "within: {function: f}\nc.insert: {at: end, text: /* The\n end. */}";
    let after = text.replace("a();\n", "a();\n    /* The end. */\n");
    assert_eq!(on("a.c", text).changed(change), after);
    on("a.c", after.replace("/* The end. */", "// The\n    // end.")).already(change);
    let change = "python.insert: {at: start, text: '# The start.'}";
    let after = on("a.py", "import a\n").changed(change);
    assert_eq!(after, "# The start.\nimport a\n");
    on("a.py", "# The\n# start.\nimport a\n").already(change);
}

#[test]
fn a_comment_is_inserted_in_the_middle_of_a_line() {
    let after = on("configure.ac", "A([b], [a=1])\n").changed("m4.insert: {before: a=1, text: '# x'}");
    assert_eq!(after, "A([b], [# x\n        a=1])\n");
}

#[test]
fn a_line_of_a_string_is_not_a_comment_of_the_code_below() {
    let source = "x=\"\n# c\"\na\nz\n";
    let script = on("a.sh", source);
    for below in ["", ", below-comment: false"] {
        let change = format!("shell.insert: {{before: a, text: q{below}}}");
        assert_eq!(script.changed(&change), source.replace("\na\n", "\nq\na\n"), "{change}");
    }
    assert_eq!(script.changed("shell.move: {find: z, before: a}"), source.replace("\na\nz\n", "\nz\na\n"));
    let source = "x = \"\"\"\n# c\"\"\"\na()\n";
    let module = on("a.py", source);
    for below in ["", ", below-comment: false"] {
        let change = format!("python.insert: {{before: a(), text: q(){below}}}");
        assert_eq!(module.changed(&change), source.replace("a()", "q()\na()"), "{change}");
    }
}

#[test]
fn the_last_line_of_an_argument_or_a_string_is_not_a_comment_of_the_code_below() {
    let sources = [
        "A([\n# c])\nB\nC\n",
        "A([x\n# c\n # d])\nB\nC\n",
        "A([[x\n# c]])\nB\nC\n",
        "A([x\n# [c] d\ndnl e], [\n# f ])\nB\nC\n",
        "x=\"a\n# c\"\nB\nC\n",
        "x='a\n# c'\nB\nC\n",
        "A([\nx='a\n# c'\n])\nB\nC\n",
    ];
    for source in sources {
        let file = on("configure.ac", source);
        for below in ["", ", below-comment: false"] {
            let change = format!("m4.insert: {{before: B, text: Q{below}}}");
            assert_eq!(file.changed(&change), source.replace("\nB", "\nQ\nB"), "{change}");
        }
        let moved = source.replace("B\nC", "C\nB");
        assert_eq!(file.changed("m4.move: {find: C, before: B}"), moved);
        assert_eq!(file.changed("m4.move: {find: B, after: C}"), moved);
    }
    // Prose with an apostrophe is not the beginning of a string, nor is that of a here-document.
    for above in ["A([don't], [\n], [it's])", "A([x 'y])\nB='z'", "cat <<E\n 'x\nE\nA='y'"] {
        let source = format!("{above}\n# c\nC\n'\n");
        let after = source.replace("# c\nC", "Q\n# c\nC");
        assert_eq!(on("configure.ac", &source).changed("m4.insert: {before: C, text: Q}"), after);
    }
    let source = "x=\"a\n# c\" b\n# d\ny\n";
    let script = on("a.sh", source);
    assert_eq!(script.changed("shell.insert: {before: y, text: q}"), source.replace("# d", "q\n# d"));
    let (what, _) = script.missing("shell.replace-comment: {find: c, with: e}");
    assert!(what.contains("the comment `c`"), "{what}");
}

#[test]
fn a_comment_ends_where_the_argument_or_the_backticks_around_it_end() {
    let source = "A([\n# c d])\nB\n";
    let file = on("configure.ac", source);
    let after = file.changed("m4.replace-comment: {find: d, with: \"x\\ny\"}");
    assert_eq!(after, "A([\n# c x\n# y])\nB\n");
    let file = on("configure.ac", "A([\n# of kestrel])\nB\n");
    assert_eq!(file.changed("m4.remove-comment: {find: of kestrel}"), "A([\n])\nB\n");
    let source = "x=`a # c \\`d\\`` e\ny\n";
    let script = on("a.sh", source);
    assert_eq!(script.changed("shell.replace: {find: e, with: f}"), source.replace(" e", " f"));
    assert_eq!(script.changed("shell.replace-comment: {find: c, with: g}"), source.replace("# c", "# g"));
    let removed =
        on("a.sh", "x=`a\n# of kestrel`\n# d\n").changed("shell.remove-comment: {find: of kestrel}");
    assert_eq!(removed, "x=`a\n`\n# d\n");
    // Backticks of a comment are part of it.
    let source = "# a `b\n# of kestrel` too\ny # e\n";
    let removed = on("a.sh", source).changed("shell.remove-comment: {find: of kestrel` too}");
    assert_eq!(removed, source.replace("# of kestrel` too\n", ""));
}

#[test]
fn a_removed_comment_does_not_join_the_lines_around_it() {
    for (file, source) in [
        ("Makefile", "X = a \\\n# k\nY = b\n"),
        ("Makefile", "all:\n\techo a \\\n# k\n\techo b\n"),
        ("a.sh", "echo a \\\n# k\necho b\n"),
        ("configure.ac", "x=1 \\\n# k\ny=2\n"),
        ("a.c", "#define X a \\\n/* k */\nint b;\n"),
    ] {
        let family = match file {
            "Makefile" => "makefile",
            "a.sh" => "shell",
            "configure.ac" => "m4",
            _ => "c",
        };
        for bytes in [source.to_owned(), source.replace('\n', "\r\n")] {
            let why = on(file, &bytes).refused(&format!("{family}.remove-comment: {{find: k}}"));
            assert!(why.contains("backslash"), "{file}: {why}");
        }
    }
}

#[test]
fn the_lines_with_the_program_and_the_encoding_stay_first() {
    let source = "#!/usr/bin/python\n# -*- coding: latin-1 -*-\n# The site.\nx = 1\ny = 2\n";
    let module = on("a.py", source);
    let without = |lines: &str| source.replace(lines, "");
    assert_eq!(
        module.changed("python.remove: {find: x = 1, comment: true}"),
        without("# The site.\nx = 1\n")
    );
    let bare = on("a.py", without("# The site.\n"));
    let after = bare.changed("python.remove: {find: x = 1, comment: true}");
    assert_eq!(after, without("# The site.\nx = 1\n"));
    let after = bare.changed("python.move: {find: x = 1, after: y = 2}");
    assert_eq!(after, source.replace("# The site.\nx = 1\ny = 2\n", "y = 2\nx = 1\n"));
    let after = bare.changed("python.insert: {at: start, text: '# A line.'}");
    assert_eq!(after, without("# The site.\n").replace("x = 1", "# A line.\nx = 1"));
    for change in [
        "python.replace-comment: {find: latin-1, with: utf-8}",
        "python.remove-comment: {find: '-*- coding: latin-1 -*-'}",
    ] {
        let why = module.refused(change);
        assert!(why.contains("encoding"), "{change}: {why}");
    }
    let above = on("a.py", "# The site.\n# vim: set fileencoding=latin-1 :\nx = 1\n");
    let why = above.refused("python.replace-comment: {find: The site., with: \"The\\nsite.\"}");
    assert!(why.contains("encoding"), "{why}");
    on("a.py", "# The site.\n# of coding\n# coding: x\nx = 1\n")
        .refused("python.remove-comment: {find: The site.}");
    on("a.py", "x = 1\n# coding: x\ny = 1\n").refused("python.remove: {find: x = 1}");
    // What is not in the first two lines, or below code, is a comment like others.
    let source = "x = 1\n# coding: x\ny = 1\n";
    let change = "python.remove: {find: y = 1, comment: true}";
    assert_eq!(on("a.py", source).changed(change), "x = 1\n");
    let change = "python.insert: {at: start, text: '# coding: latin-1'}";
    assert_eq!(on("a.py", "x = 1\n").changed(change), "# coding: latin-1\nx = 1\n");
    let script = on("a.sh", "#!/bin/sh\n# c\nx\n");
    assert_eq!(script.changed("shell.remove: {find: x, comment: true}"), "#!/bin/sh\n");
}

#[test]
fn a_comment_that_goes_on_after_a_backslash_is_one() {
    let cases = [
        ("makefile", "Makefile", "X = y\n# of the \\\n  kestrel\\\n\ttoo\nZ = z\n", "# "),
        ("c", "a.c", "int x;\n// of the \\\n  kestrel\\\n\ttoo\nint z;\n", "// "),
    ];
    for (family, name, source, sign) in cases {
        let file = on(name, source);
        let lines = format!("{sign}of the \\\n  kestrel\\\n\ttoo\n");
        let removed = file.changed(&format!("{family}.remove-comment: {{find: of the kestrel too}}"));
        assert_eq!(removed, source.replace(&lines, ""));
        let change = format!("{family}.replace-comment: {{find: the kestrel, with: two}}");
        assert_eq!(file.changed(&change), source.replace("the \\\n  kestrel", "two"));
        for part in ["of the", "too", "kestrel"] {
            let why = file.refused(&format!("{family}.remove-comment: {{find: {part}}}"));
            assert!(why.contains("only a part of a line or comment"), "{part}: {why}");
        }
        let why = file.refused(&format!("{family}.replace-comment: {{find: too, with: \"x\\ny\"}}"));
        assert!(why.contains("the code of the file would change"), "{why}");
    }
    let source = "X = y\n# a \\\n  b\nZ = z\n";
    let after = on("Makefile", source).changed("makefile.insert: {before: Z = z, text: Y = x}");
    assert_eq!(after, source.replace("# a", "Y = x\n# a"));
}

#[test]
fn a_line_that_dnl_joins_stays_joined_to_its_code() {
    let on = |source: &str| on("configure.ac", source);
    let removed = |source: &str| on(source).changed("m4.remove-comment: {find: of kestrel}");
    assert_eq!(removed("x=1 dnl of kestrel\ny=2\n"), "x=1 dnl\ny=2\n");
    assert_eq!(removed("x=1 dnl of\n    dnl kestrel\ny=2\n"), "x=1 dnl\ny=2\n");
    assert_eq!(removed("A([b])dnl of kestrel\ny=2\n"), "A([b])\ny=2\n");
    assert_eq!(removed("x=1 # of kestrel\ny=2\n"), "x=1\ny=2\n");
    assert_eq!(removed("dnl of kestrel\ny=2\n"), "y=2\n");
    assert_eq!(removed("A([b], dnl of kestrel\n  [c])\n"), "A([b],\n  [c])\n");
    let replaced = |source: &str, with: &str| {
        let change = format!("m4.replace-comment: {{find: of kestrel, with: '{with}'}}");
        on(source).outcome(&change).name().to_owned()
    };
    assert_eq!(replaced("x=1 dnl of kestrel\ny=2\n", "# a"), "refused");
    assert_eq!(replaced("x=1 # of kestrel\ny=2\n", "dnl a"), "refused");
    assert_eq!(replaced("x=1 dnl of kestrel\ny=2\n", "dnl a"), "change");
    assert_eq!(replaced("dnl of kestrel\ny=2\n", "# a"), "change");
    assert_eq!(replaced("x=1 dnl of kestrel\ny=2\n", "a"), "change");
    let joined = on("a=1\nx=1 dnl c\ny=2\nz=3\n");
    for change in [
        "m4.move: {find: x=1, after: z=3}",
        "m4.move: {find: y=2, after: z=3}",
        "m4.move: {find: z=3, after: x=1}",
        "m4.insert: {after: x=1, text: q=4}",
        "m4.insert: {before: y=2, text: q=4}",
        "m4.remove: {find: y=2}",
    ] {
        let why = joined.refused(change);
        assert!(why.contains("`dnl`, with which m4 joins the line below"), "{change}: {why}");
    }
    let after = joined.changed("m4.remove: {find: x=1}");
    assert_eq!(after, "a=1\ny=2\nz=3\n");
    // A macro makes lines of its own.
    let after = on("A([b])dnl\nAC_C dnl\nAC_D\n").changed("m4.move: {find: 'A([b])', after: AC_D}");
    assert_eq!(after, "AC_C dnl\nAC_D\nA([b])dnl\n");
}
