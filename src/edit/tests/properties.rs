//! Changes of random small files are idempotent and can be reversed. [`Case::parts_of`](crate::edit::testing::Case::parts_of)
//! asserts both.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::edit::testing::on;
use crate::patchset::Edit;

fn joined(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(prop::sample::select(pieces), 0..most).prop_map(|pieces| pieces.concat())
}

const MAKE: &[&str] = &[
    "all",
    "a",
    "b",
    ":",
    " ",
    "\t",
    "\n",
    "\n",
    "\\\n",
    "=",
    "$(a)",
    "${b}",
    "@a@",
    ";",
    "#",
    "|",
    "-",
    "yod ",
    "\n\t",
    "a: b",
    "all: a b\n",
    "\r\n",
    "if",
    "then",
    "(",
    ")",
    "'",
    "\u{e9}",
    "&&",
    "A=b ",
    "::",
];

const SETUP: &[&str] = &[
    "#",
    "a",
    "b",
    " a.c",
    " -lx",
    "\n",
    "\n",
    " \\\n",
    "*shared*\n",
    "*static*\n",
    "*disabled*\n",
    "A=",
    " ",
    "\t",
    "\r\n",
    "=",
    "\u{e9}",
];

const C: &[&str] = &[
    "int f(void)\n{\n",
    "}\n",
    "\ta();\n",
    "b",
    "(",
    ")",
    ";",
    "\n",
    "#ifdef X\n",
    "#else\n",
    "#endif\n",
    "#include \"a.h\"\n",
    "/*",
    "*/",
    "\"",
    "t m[] = {\n",
    "\t{\"a\", b},\n",
    "};\n",
    "\r\n",
    "\u{e9}",
    "    ",
];

const PYTHON: &[&str] = &[
    "class A:\n",
    "    def f(self):\n",
    "        pass\n",
    "\tx = 1\n",
    "def g():\n",
    "    x = 1\n",
    "\n",
    "'''",
    "(",
    ")",
    "#",
    "\\\n",
    "\r\n",
    "\u{e9}",
    "x",
];

const MAKE_CHANGES: &[&str] = &[
    "makefile.remove-prerequisite: {target: all, word: a}",
    "makefile.remove-prerequisite: {target: [all, a], word: b}",
    "makefile.add-prerequisite: {target: all, word: x}",
    "makefile.add-prerequisite: {target: [a, all], word: x, after: b}",
    "makefile.replace-prerequisite: {target: all, word: a, with: b}",
    "makefile.prefix-command: {command: a, with: yod}",
    "makefile.prefix-command: {command: $(a), with: '${b}', count: 2}",
    "makefile.set-variable: {name: a, value: b}",
    "makefile.append-variable: {name: a, value: b}",
    "makefile.add-rule: {target: x, prerequisites: [a], recipe: [b]}",
];

const SETUP_CHANGES: &[&str] = &[
    "setup.enable: {modules: [a]}",
    "setup.disable: {modules: [a]}",
    "setup.add: {module: x, arguments: x.c}",
    "setup.set: {module: a, value: y.c -lx}",
    "setup.set: {variable: A, value: y}",
];

const C_CHANGES: &[&str] = &[
    "c.insert: {function: f, at: entry, text: 'x();'}",
    "c.insert: {function: f, after: a(), text: 'x();'}",
    "c.insert: {before: a(), text: 'x();'}",
    "c.replace: {find: a(), with: x()}",
    "c.wrap: {function: f, condition: '#ifdef Y'}",
    "c.wrap: {function: f, condition: '#ifdef Y', from: a(), otherwise: 'x();'}",
    "c.add-include: {include: '\"x.h\"', after: a.h}",
    "c.redirect-call: {function: f, from: a, to: x}",
    "header.undef: {names: [A]}",
    "header.append: {text: 'int x;', place: inside-guard}",
];

const PYTHON_CHANGES: &[&str] = &[
    "python.add-method: {class: A, method: m, code: 'def m(self): pass'}",
    "python.replace-method: {class: A, method: f, code: 'def f(self): return 1'}",
    "python.add-function: {function: h, code: 'def h(): pass'}",
    "python.add-function: {function: h, code: 'def h(): pass', after: g}",
    "python.replace-function: {function: g, code: 'def g(): return 1'}",
];

const TEXT_CHANGES: &[&str] = &[
    "text.insert: {after: a, text: ' x'}",
    "text.insert: {before: b, text: 'x '}",
    "text.replace: {find: a, with: x}",
    "text.replace: {find: a, with: x a, count: 2}",
    "m4.define: {macros: A, text: 'm4_define([A], [x])'}",
];

type Edits = LazyLock<Vec<Edit>>;

fn edits(file: &str, changes: &[&str]) -> Vec<Edit> {
    changes.iter().map(|change| on(file, "").edit(change)).collect()
}

fn try_all(file: &str, text: &str, edits: &[Edit]) {
    let case = on(file, text);
    for edit in edits {
        case.parts_of(edit);
    }
}

/// The same files in every run; `PROPTEST_CASES` tries more of them.
fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(25), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn edits_of_makefiles_are_idempotent_and_reversible(text in joined(MAKE, 24)) {
        static EDITS: Edits = LazyLock::new(|| edits("Makefile", MAKE_CHANGES));
        try_all("Makefile", &text, &EDITS);
    }

    #[test]
    fn edits_of_setup_files_are_idempotent_and_reversible(text in joined(SETUP, 20)) {
        static EDITS: Edits = LazyLock::new(|| edits("Setup", SETUP_CHANGES));
        try_all("Setup", &text, &EDITS);
    }

    #[test]
    fn edits_of_c_files_are_idempotent_and_reversible(text in joined(C, 24)) {
        static EDITS: Edits = LazyLock::new(|| edits("f.c", C_CHANGES));
        try_all("f.c", &text, &EDITS);
    }

    #[test]
    fn edits_of_python_files_are_idempotent_and_reversible(text in joined(PYTHON, 16)) {
        static EDITS: Edits = LazyLock::new(|| edits("f.py", PYTHON_CHANGES));
        try_all("f.py", &text, &EDITS);
    }

    #[test]
    fn edits_of_text_files_are_idempotent_and_reversible(text in "[ab ;\n]{0,12}") {
        static EDITS: Edits = LazyLock::new(|| edits("f", TEXT_CHANGES));
        try_all("f", &text, &EDITS);
    }
}
