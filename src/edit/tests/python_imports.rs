//! `python.add-import`, `python.remove-import` and `python.replace-import`.

use crate::edit::testing::{complaint, on};

const SOURCE: &str = "\
#!/usr/bin/env python
\"\"\"Doc.\"\"\"
from __future__ import with_statement
import os, sys
import errno as e
from test.support import (
    captured_stdout,  # why
    run_unittest,
)
from a import b
from a import d
try:
    import zlib
except ImportError:
    zlib = None

def f():
    from g import h, i
    return h
import late
";

fn changed(change: &str) -> String {
    let after = on("t.py", SOURCE).changed(change);
    on("t.py", after.clone()).already(change);
    after
}

#[test]
fn a_name_joins_the_import_of_its_module() {
    let add = |name: &str| changed(&format!("python.add-import: {{module: test.support, name: {name}}}"));
    let second = SOURCE.replace("    run_unit", "    import_module,\n    run_unit");
    assert_eq!(add("import_module"), second);
    let last = SOURCE.replace("unittest,\n", "unittest,\n    verbose as v,\n");
    assert_eq!(add("verbose as v"), last);
    let inner = changed("within: {function: f}\npython.add-import: {module: g, name: j}");
    assert_eq!(inner, SOURCE.replace("import h, i", "import h, i, j"));
    let own_lines = changed("python.add-import: {module: a, name: c}");
    assert_eq!(own_lines, SOURCE.replace("import b\n", "import b\nfrom a import c\n"));
}

#[test]
fn a_new_import_is_with_the_others_or_next_to_one() {
    let end = changed("python.add-import: {module: socket}");
    assert_eq!(end, SOURCE.replace("import d\n", "import d\nimport socket\n"));
    let before = changed("python.add-import: {module: x, name: y, before: test.support}");
    assert_eq!(before, SOURCE.replace("from test", "from x import y\nfrom test"));
    let after = changed("python.add-import: {module: x, after: sys}");
    assert_eq!(after, SOURCE.replace("sys\n", "sys\nimport x\n"));
    let inner = changed("within: {function: f}\npython.add-import: {module: x}");
    assert_eq!(inner, SOURCE.replace("h, i\n", "h, i\n    import x\n"));
    // What is only imported under a condition is not imported.
    let zlib = changed("python.add-import: {module: zlib, after: a}");
    assert_eq!(zlib, SOURCE.replace("import d\n", "import d\nimport zlib\n"));
    on("t.py", SOURCE).already("python.add-import: {module: sys}");
    on("t.py", SOURCE).already("python.add-import: {module: errno as e}");
    let (what, near) = on("t.py", SOURCE).missing("python.add-import: {module: x, after: test.suport}");
    assert!(what.contains("`test.suport`") && near[0].contains("test.support"), "{what} {near:?}");
}

#[test]
fn the_first_import_is_after_the_docstring() {
    let add = "python.add-import: {module: os}";
    let file = |text: &str| on("t.py", text).changed(add);
    assert_eq!(file("\"\"\"Doc.\"\"\"\n\nx = 1\n"), "\"\"\"Doc.\"\"\"\n\nimport os\n\nx = 1\n");
    assert_eq!(file("x = 1"), "import os\nx = 1");
    assert_eq!(file("def f():\n\treturn 1\n"), "import os\ndef f():\n\treturn 1\n");
    let future = "from __future__ import a\nx = 1\n";
    assert_eq!(file(future), "from __future__ import a\nimport os\nx = 1\n");
    let inner = on("t.py", "def f():\n\treturn 1\n").changed(&format!("within: {{function: f}}\n{add}"));
    assert_eq!(inner, "def f():\n\timport os\n\treturn 1\n");
}

#[test]
fn an_import_is_removed_with_its_statement_if_it_is_the_only_one() {
    let remove = |arguments: &str| changed(&format!("python.remove-import: {{{arguments}}}"));
    assert_eq!(remove("module: sys"), SOURCE.replace("import os, sys", "import os"));
    assert_eq!(remove("module: os"), SOURCE.replace("import os, sys", "import sys"));
    assert_eq!(remove("module: errno"), SOURCE.replace("import errno as e\n", ""));
    let name = remove("module: test.support, name: captured_stdout");
    assert_eq!(name, SOURCE.replace("    captured_stdout,  # why\n", ""));
    assert_eq!(remove("module: a, name: b"), SOURCE.replace("from a import b\n", ""));
    let all = remove("module: a, count: 2");
    assert_eq!(all, SOURCE.replace("from a import b\nfrom a import d\n", ""));
    assert_eq!(on("t.py", SOURCE).ambiguous("python.remove-import: {module: a}"), [10, 11]);
    let both = on("t.py", "from a import x\nimport a\n");
    for change in ["python.remove-import: {module: a}", "python.replace-import: {module: a, with: z}"] {
        assert_eq!(both.ambiguous(change), [1, 2]);
    }
    let (what, _) =
        on("t.py", SOURCE).missing("python.remove-import: {module: test.support, name: run_unitest}");
    assert!(what.contains("similar names"), "{what}");
    let shared = on("t.py", "import a; b()\n").refused("python.remove-import: {module: a}");
    assert!(shared.contains("shares its line"), "{shared}");
}

#[test]
fn a_module_or_a_name_is_replaced() {
    let replace = |arguments: &str| {
        let change = format!("python.replace-import: {{{arguments}}}");
        on("t.py", SOURCE).changed(&change)
    };
    assert_eq!(replace("module: sys, with: sys as s"), SOURCE.replace("os, sys", "os, sys as s"));
    assert_eq!(replace("module: test.support, with: test.help"), SOURCE.replace("test.support", "test.help"));
    let name = replace("module: a, name: b, with: c as b");
    assert_eq!(name, SOURCE.replace("import b\n", "import c as b\n"));
    let statement = replace("module: a, name: b, with: from c import b");
    assert_eq!(statement, SOURCE.replace("from a import b", "from c import b"));
    let moved = replace("module: test.support, name: run_unittest, with: from c import run_unittest");
    assert_eq!(moved, SOURCE.replace("    run_unittest,\n)\n", ")\nfrom c import run_unittest\n"));
    let (what, near) = on("t.py", SOURCE).missing("python.replace-import: {module: zlip, with: gzip}");
    assert!(what.contains("`zlip`") && near[0].contains("zlib"), "{what} {near:?}");
}

#[test]
fn an_import_that_is_none_is_an_error() {
    for arguments in ["module: 'a; b'", "module: a, name: 'b, c'", "module: 'import a'", "module: ''"] {
        let message = complaint(&format!("python.add-import: {{{arguments}}}"));
        assert!(message.contains("needs a `module`"), "{message}");
    }
}

#[test]
fn other_bytes_survive() {
    let source = b"import a\r\nx = '\xe9'\r\nfrom b import \\\r\n\tc";
    let changed = |change: &str| on("t.py", source.as_slice()).changed_bytes(change);
    assert_eq!(
        changed("python.add-import: {module: b, name: d}"),
        b"import a\r\nx = '\xe9'\r\nfrom b import \\\r\n\tc, d"
    );
    assert_eq!(
        changed("python.add-import: {module: d, after: b}"),
        b"import a\r\nx = '\xe9'\r\nfrom b import \\\r\n\tc\r\nimport d\r\n"
    );
}

#[test]
fn an_import_joins_those_after_simple_statements() {
    let source = "# Script\n__version__ = \"1\"\n\nimport sys\nfrom a import b\n\nc = 1\nimport d\n";
    let change = "python.add-import: {module: e, name: f}";
    let after = on("t.py", source).changed(change);
    assert_eq!(after, source.replace("import b\n", "import b\nfrom e import f\n"));
    on("t.py", after).already(change);
    let source = "def f():\n    pass\nimport sys\n";
    assert_eq!(on("t.py", source).changed("python.add-import: {module: e}"), format!("import e\n{source}"));
}
