//! `python.insert`, `python.replace`, `python.remove` and `python.wrap`.

use crate::edit::testing::on;

const SITE: &str = "\
#!/usr/bin/env python
\"\"\"Doc.\"\"\"
import os


class Site(object):
    \"\"\"Doc.\"\"\"

    def paths(self, known=None):
        # the paths that are known
        paths = find(self, 'a',
                     known)
        if paths:
            sort(paths)
        else:
            paths = None
        return paths


def main():
    run()
";

#[test]
fn statements_are_inserted_after_a_whole_block() {
    let change = "within: {class: Site, function: paths}\npython.insert: {after: 'if paths:', text: \"log(paths)\\nif x:\\n    y\"}";
    let expected = SITE.replace(
        "            paths = None\n",
        "            paths = None\n        log(paths)\n        if x:\n            y\n",
    );
    assert_eq!(on("s.py", SITE).changed(change), expected);
    assert_eq!(on("s.py", expected).already(change), [13]);
}

#[test]
fn statements_are_inserted_above_the_comment_of_their_anchor() {
    let change = "python.insert: {before: 'paths = find(self, \"a\", known)', text: check()}";
    let (what, _) = on("s.py", SITE).missing(change);
    assert!(what.contains("paths = find"), "{what}");
    let change = "python.insert: {before: \"paths = find(self,'a',known)\", text: check()}";
    let expected = SITE.replace("        # the", "        check()\n        # the");
    assert_eq!(on("s.py", SITE).changed(change), expected);
    on("s.py", expected).already(change);
}

#[test]
fn statements_are_inserted_at_the_edges_of_a_scope() {
    let at = |scope: &str, edge: &str| {
        let file = on("s.py", SITE);
        let change = format!("{scope}python.insert: {{at: {edge}, text: x = 1}}");
        let after = file.changed(&change);
        on("s.py", after.clone()).already(&change);
        after
    };
    assert_eq!(at("within: {function: main}\n", "end"), format!("{SITE}    x = 1\n"));
    assert_eq!(at("", "end"), format!("{SITE}x = 1\n"));
    assert_eq!(at("", "start"), SITE.replace("import os", "x = 1\nimport os"));
    let class = SITE.replace("\"\"\"Doc.\"\"\"\n\n", "\"\"\"Doc.\"\"\"\n    x = 1\n\n");
    assert_eq!(at("within: {class: Site}\n", "start"), class);
    let method = SITE.replace("return paths\n", "return paths\n        x = 1\n");
    assert_eq!(at("within: {function: Site.paths}\n", "end"), method);
}

#[test]
fn a_part_of_a_statement_is_replaced() {
    let change = "within: {function: Site.paths}\npython.replace: {find: \"'a'\", with: NAME}";
    let expected = SITE.replace("'a'", "NAME");
    assert_eq!(on("s.py", SITE).changed(change), expected);
    let condition = "python.replace: {find: 'if paths:', with: 'if paths and x:'}";
    let expected = SITE.replace("if paths:", "if paths and x:");
    assert_eq!(on("s.py", SITE).changed(condition), expected);
    on("s.py", expected).already(condition);
    let several = "python.replace: {find: sort(paths), with: \"sort(paths)\\nlog(paths)\"}";
    let expected = SITE.replace("sort(paths)\n", "sort(paths)\n            log(paths)\n");
    assert_eq!(on("s.py", SITE).changed(several), expected);
}

#[test]
fn a_replacement_keeps_the_line_ends_and_tabs_of_its_file() {
    let file = on("s.py", "def f():\r\n\tif a:\r\n\t\tb()\r\n");
    let change = "python.replace: {find: b(), with: \"if c:\\n    d()\"}";
    assert_eq!(file.changed(change), "def f():\r\n\tif a:\r\n\t\tif c:\r\n\t\t\td()\r\n");
}

#[test]
fn a_statement_is_removed_with_its_block() {
    let change = "within: {function: Site.paths}\npython.remove: {find: 'if paths:'}";
    let expected = SITE
        .replace("        if paths:\n            sort(paths)\n        else:\n            paths = None\n", "");
    assert_eq!(on("s.py", SITE).changed(change), expected);
    let comment = "python.remove: {find: \"paths = find(self, 'a', known)\", comment: true}";
    let after = on("s.py", SITE).changed(comment);
    assert!(!after.contains("known)") && !after.contains("# the"), "{after}");
    let alone = "python.remove: {find: \"paths = find(self, 'a', known)\"}";
    assert!(on("s.py", SITE).changed(alone).contains("# the"));
}

#[test]
fn a_part_of_a_statement_is_not_removed() {
    let why = on("s.py", SITE).refused("python.remove: {find: sort}");
    assert!(why.contains("`sort(paths)`"), "{why}");
    let why = on("s.py", SITE).refused("python.remove: {find: known)}");
    assert!(why.contains("only part"), "{why}");
    // The head of a block and some of what is in it.
    let block = on("b.py", "a()\nif x:\n    b()\n    c()\nd()\n");
    for find in ["if x:\\n    b()", "a()\\nif x:\\n    b()"] {
        let why = block.refused(&format!("python.remove: {{find: \"{find}\"}}"));
        assert!(why.contains("only part"), "{why}");
    }
    assert_eq!(block.changed("python.remove: {find: \"a()\\nif x:\\n    b()\\n    c()\"}"), "d()\n");
}

#[test]
fn a_removal_of_similar_code_is_missing_and_of_none_is_made() {
    let (what, near) = on("s.py", SITE).missing("python.remove: {find: sort(pahts)}");
    assert!(
        what.contains("similar") && near.iter().any(|near| near.contains("sort(paths)")),
        "{what} {near:?}"
    );
    on("s.py", "x = 1\n").already("python.remove: {find: completely_different(from_all)}");
}

#[test]
fn wrapped_statements_are_indented_but_for_their_strings() {
    let file = on("s.py", "def f():\n    a('''x\n    y''',\n      b)\n\n    # c\n    c()\n    d()\n");
    let change = "python.wrap: {from: a(, to: c(), if: 'not x', otherwise: e()}";
    let expected = "def f():\n    if not x:\n        a('''x\n    y''',\n          b)\n\n        # c\n        c()\n    else:\n        e()\n    d()\n";
    assert_eq!(file.changed(change), expected);
    on("s.py", expected).already(change);
}

#[test]
fn statements_are_wrapped_in_a_try() {
    let file = on("s.py", "def f():\n\ta()\n\tb()");
    let change = "python.wrap: {from: b(), except: '(OSError, IOError)'}";
    let expected = "def f():\n\ta()\n\ttry:\n\t\tb()\n\texcept (OSError, IOError):\n\t\tpass\n";
    assert_eq!(file.changed(change), expected);
    on("s.py", expected).already(change);
}

#[test]
fn statements_at_mixed_blanks_are_wrapped_once() {
    let file = on("s.py", "if a:\n\t  b()\n");
    let change = "python.wrap: {from: b(), if: x, otherwise: c()}";
    let expected = "if a:\n\t  if x:\n\t\t  b()\n\t  else:\n\t\t  c()\n";
    assert_eq!(file.changed(change), expected);
    on("s.py", expected).already(change);
}

#[test]
fn statements_of_a_file_that_cannot_be_parsed_are_refused() {
    let file = on("s.py", "class A:\n    def f(self):\nx = 1\ny()\n");
    for change in [
        "within: {class: A, function: f}\npython.insert: {at: end, text: z()}",
        "python.replace: {find: y(), with: z()}",
        "python.remove: {find: y()}",
        "python.wrap: {from: y(), if: z}",
    ] {
        let why = file.refused(change);
        assert!(why.starts_with("the file cannot be parsed safely: "), "{why}");
    }
}

#[test]
fn a_function_of_one_line_has_no_place_for_statements() {
    for file in ["def f(): pass\n", "x = 1\ndef f(): pass\n", "def f(): pass\nx = 1\n"] {
        for at in ["start", "end"] {
            let change = format!("within: {{function: f}}\npython.insert: {{at: {at}, text: x()}}");
            assert!(on("s.py", file).refused(&change).contains("no lines of its own"), "{file}");
        }
    }
}

#[test]
fn the_edges_of_a_file_are_not_those_of_its_only_function() {
    let file = on("s.py", "def f():\n    y()\n");
    let insert = |at: &str| format!("python.insert: {{at: {at}, text: x()}}");
    assert_eq!(file.changed(&insert("start")), "x()\ndef f():\n    y()\n");
    assert_eq!(file.changed(&insert("end")), "def f():\n    y()\nx()\n");
}

#[test]
fn a_byte_order_mark_is_not_an_indentation() {
    let file = on("s.py", "\u{feff}a()\nb()\n");
    for (place, expected) in [
        ("after: a()", "\u{feff}a()\nx()\nb()\n"),
        ("before: a()", "\u{feff}x()\na()\nb()\n"),
        ("at: start", "\u{feff}x()\na()\nb()\n"),
    ] {
        assert_eq!(file.changed(&format!("python.insert: {{{place}, text: x()}}")), expected, "{place}");
    }
    assert_eq!(file.changed("python.wrap: {from: a(), if: y}"), "\u{feff}if y:\n    a()\nb()\n");
}

#[test]
fn blank_lines_at_the_end_of_a_text_stay() {
    let source = "def f():\n    x = 1\n    z = 3\n";
    for (place, expected) in [
        ("before: x = 1", "def f():\n    y = 2\n\n    x = 1\n    z = 3\n"),
        ("after: x = 1", "def f():\n    x = 1\n    y = 2\n\n    z = 3\n"),
    ] {
        let change = format!("python.insert: {{{place}, text: \"y = 2\\n\\n\"}}");
        let after = on("t.py", source).changed(&change);
        assert_eq!(after, expected);
        on("t.py", after).already(&change);
    }
    let change = "within: {function: f}\npython.insert: {at: start, text: \"y = 2\\n\\n\"}";
    let after = on("t.py", source).changed(change);
    assert_eq!(after, source.replace("    x", "    y = 2\n\n    x"));
    on("t.py", after).already(change);
}

#[test]
fn the_start_of_a_function_is_above_the_comment_of_its_code() {
    let source = "def f():\n    # top\n\n    # one\n    # two\n    x = 1\n";
    let change = "within: {function: f}\npython.insert: {at: start, text: return}";
    let after = on("t.py", source).changed(change);
    assert_eq!(after, source.replace("    # one", "    return\n    # one"));
    on("t.py", after).already(change);
    // Below it, it is at the start, too.
    on("t.py", source.replace("    x", "    return\n    x")).already(change);
    let comment = "within: {function: f}\npython.insert: {at: start, text: '# new'}";
    assert_eq!(on("t.py", source).changed(comment), source.replace("    # one", "    # new\n    # one"));
}

#[test]
fn a_docstring_is_replaced() {
    let text = "\
\"\"\"Doc
of all.\"\"\"
class A:
    '''Doc
    of A.
    '''
    def f(self):
        'Doc.'
";
    let changed = |within: &str, find: &str, with: &str| {
        on("s.py", text).changed(&format!("{within}python.replace: {{find: {find:?}, with: {with:?}}}"))
    };
    let after = changed("", "\"\"\"Doc\nof all.\"\"\"", "\"\"\"Other\nof all.\"\"\"");
    assert_eq!(after, text.replace("Doc\nof all", "Other\nof all"));
    let after =
        changed("within: {class: A}\n", "'''Doc\n    of A.\n    '''", "'''Other\n\n    doc of A.\n    '''");
    assert_eq!(after, text.replace("Doc\n    of A", "Other\n\n    doc of A"));
    let within = "within: {function: A.f}\n";
    assert_eq!(changed(within, "'Doc.'", "'New text.'"), text.replace("'Doc.'", "'New text.'"));
}

#[test]
fn a_result_in_the_second_scope_of_a_name_is_reported() {
    let file = on("a.py", "class A:\n    y = 1\n\nclass A:\n    x = 1\n");
    let change = "within: {class: A}\npython.replace: {find: x, with: z}";
    let after = file.changed(change);
    assert_eq!(after, "class A:\n    y = 1\n\nclass A:\n    z = 1\n");
    let outcome = on("a.py", &after).outcome(change);
    assert_eq!(outcome.results().map(<[_]>::len), Some(1), "{outcome:?}");
}

#[test]
fn nothing_is_defined_twice_in_one_block() {
    let methods = "class A:\n    def a(self):\n        pass\n\n    def x(self):\n        return 1\n\n    def b(self):\n        pass\n";
    let insert = |anchor: &str, code: &str| {
        format!("within: {{class: A}}\npython.insert: {{{anchor}, text: \"{code}\"}}")
    };
    // In another place of the class, with the same code.
    let same = insert("before: 'def a(self):'", "def x(self):\\n    return 1\\n");
    on("m.py", methods).already(&same);
    let other = insert("before: 'def a(self):'", "def x(self):\\n    return 2\\n");
    assert_eq!(on("m.py", methods).refused(&other), "`A.x` is defined here, and this would define it again");
    // What else it brings is not there.
    let more = insert("before: 'def a(self):'", "y = 3\\ndef x(self):\\n    return 1\\n");
    on("m.py", methods).refused(&more);
    // Another block, and a property's setter.
    let elsewhere = "python.insert: {before: 'class A:', text: \"def x(self):\\n    return 2\\n\"}";
    assert!(on("m.py", methods).changed(elsewhere).starts_with("def x(self):\n    return 2\n"));
    let branch = "if new:\n    def x():\n        return 1\nelse:\n    y = 1\n";
    let change = "python.insert: {after: y = 1, text: \"def x():\\n    return 2\"}";
    assert!(on("m.py", branch).changed(change).ends_with("    y = 1\n    def x():\n        return 2\n"));
    let setter = insert("after: 'def x(self):'", "@x.setter\\ndef x(self, value):\\n    pass");
    assert!(on("m.py", methods).changed(&setter).contains("@x.setter\n"));
}
