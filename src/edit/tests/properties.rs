//! Changes of random small files are idempotent and can be reversed. [`Case::parts_of`](crate::edit::testing::Case::parts_of)
//! asserts both.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::fuzzing::edits::{C, M4, MAKE, PYTHON, SETUP, TEXT, try_edits_of};
use crate::fuzzing::is_whole_m4;

fn joined(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(prop::sample::select(pieces), 0..most).prop_map(|pieces| pieces.concat())
}

const MAKE_PIECES: &[&str] = &[
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

const SETUP_PIECES: &[&str] = &[
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

const C_PIECES: &[&str] = &[
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

const PYTHON_PIECES: &[&str] = &[
    "class A:\n",
    "class A(x, y):\n",
    "import a\n",
    "from a import x, y\n",
    "from a import (\n    x,\n    y)\n",
    "x = [x,\n     'y']\n",
    "{x: 1, 'z': 2,}",
    "if x and y:\n",
    "else:\n",
    "@x\n",
    "f(x, y=1)\n",
    ",",
    ";",
    "def g(x, y=1):\n",
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

const M4_PIECES: &[&str] = &[
    "a=1\n",
    "a=\"b c\"\n",
    "b=1\n",
    "# note\n",
    "dnl note\n",
    "\n",
    "if test x; then\n",
    "  a=1\n",
    "else\n",
    "fi\n",
    "case $a in\n",
    "  b*) b=1;;\n",
    "  b*|c) a=1 ;;\n",
    "  *)\n    a=1\n    ;;\n",
    "esac\n",
    "A(b c)\n",
    "A([b c d], [a=1])\n",
    "A([b],\n  [c])\n",
    "AC_DEFUN([A],\n[b\n])\n",
    "AC_MSG_CHECKING([b])\n",
];

/// The same files in every run; `PROPTEST_CASES` tries more of them.
fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(25), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn edits_of_makefiles_are_idempotent_and_reversible(text in joined(MAKE_PIECES, 24)) {
        try_edits_of(&MAKE, text.as_bytes(), false);
    }

    #[test]
    fn edits_of_setup_files_are_idempotent_and_reversible(text in joined(SETUP_PIECES, 20)) {
        try_edits_of(&SETUP, text.as_bytes(), false);
    }

    #[test]
    fn edits_of_c_files_are_idempotent_and_reversible(text in joined(C_PIECES, 24)) {
        try_edits_of(&C, text.as_bytes(), false);
    }

    #[test]
    fn edits_of_python_files_are_idempotent_and_reversible(text in joined(PYTHON_PIECES, 16)) {
        try_edits_of(&PYTHON, text.as_bytes(), false);
    }

    #[test]
    fn edits_of_m4_files_are_idempotent_and_reversible(text in joined(M4_PIECES, 20)) {
        try_edits_of(&M4, text.as_bytes(), !is_whole_m4(text.as_bytes()));
    }

    #[test]
    fn edits_of_text_files_are_idempotent_and_reversible(text in "[ab ;\n]{0,12}") {
        try_edits_of(&TEXT, text.as_bytes(), false);
    }
}
