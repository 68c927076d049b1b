//! `m4.*`.

use crate::edit::testing::{on, without};

const DEFINE: &str = "m4.define:\n  macros: A\n  text: |\n    m4_define([A],\n    [x])dnl\n";

#[test]
fn a_file_of_definitions_is_created_or_extended() {
    assert_eq!(without("aclocal.m4").changed(DEFINE), "m4_define([A],\n[x])dnl\n");
    assert_eq!(on("aclocal.m4", "# x\n").changed(DEFINE), "# x\n\nm4_define([A],\n[x])dnl\n");
    assert_eq!(on("aclocal.m4", "# x").changed(DEFINE), "# x\n\nm4_define([A],\n[x])dnl\n");
    assert_eq!(on("aclocal.m4", "\nm4_define([A],\n[x])dnl\n").already(DEFINE), [2]);
    let latin1 = on("aclocal.m4", b"# \xe9  \n".as_slice()).changed_bytes(DEFINE);
    assert_eq!(latin1, b"# \xe9  \n\nm4_define([A],\n[x])dnl\n");
}

#[test]
fn a_macro_with_another_definition_is_not_defined_again() {
    let why = on("aclocal.m4", "AC_DEFUN([A], [y])\n").refused(DEFINE);
    assert_eq!(why, "`A` is already defined here: `m4.override` replaces it");
    // A definition in a comment, or of a longer name, does not count.
    on("aclocal.m4", "dnl AC_DEFUN([A], [y])\nAC_DEFUN([AB], [y])\n").changed(DEFINE);
}

#[test]
fn a_text_with_an_error_is_refused_at_its_line() {
    // The listing in the paper lacks a closing quote and parenthesis.
    let listing = "m4.define:\n  macros: _AC_RUN_IFELSE\n  text: |\n    m4_define([_AC_RUN_IFELSE],\n    [m4_ifvaln([$1], [AC_LANG_CONFTEST([$1]])dnl\n    AS_IF([x], [$2])[]dnl\n    ])\n";
    assert_eq!(
        without("aclocal.m4").refused(listing),
        "line 2, column 35 of its text: `(` opens a list of arguments that nothing closes"
    );
    let other = "m4.define: {macros: [A, B], text: 'm4_define([A], [x])'}";
    assert_eq!(without("aclocal.m4").refused(other), "its text does not define `B`");
    let open = "m4.define: {macros: A, text: 'm4_define([A], [x]'}";
    assert!(without("aclocal.m4").refused(open).starts_with("line 1, column 10 of its text: `(`"));
}

#[test]
fn a_definition_is_replaced_by_another() {
    let to = "m4.override: {macro: A, text: 'm4_define([A], [z])'}";
    let file = on("aclocal.m4", "dnl x\nAC_DEFUN([A],\n [y(,)])dnl\nAC_DEFUN([B], [A])\n");
    assert_eq!(file.changed(to), "dnl x\nm4_define([A], [z])dnl\nAC_DEFUN([B], [A])\n");
    assert_eq!(on("aclocal.m4", "m4_define([A], [z])dnl\n").already(to), [1]);
    let (what, near) = on("aclocal.m4", "AC_DEFUN([AB], [y])\n")
        .missing("m4.override: {macro: ABC, text: 'm4_define([ABC], [z])'}");
    assert_eq!(
        (what.as_str(), &near[..]),
        ("no definition of `ABC` was found", &["AC_DEFUN([AB], [y])".to_owned()][..])
    );
    assert_eq!(on("aclocal.m4", "m4_define([A])\nm4_define([A], [2])\n").ambiguous(to), [1, 2]);
    assert_eq!(without("aclocal.m4").missing(to).0, "the file `aclocal.m4` does not exist");
}

#[test]
fn a_definition_keeps_the_comments_of_its_text() {
    let to = "m4.override:\n  macro: A\n  text: |\n    # Why.\n    m4_define([A], [z])dnl\n";
    let file = on("aclocal.m4", "AC_DEFUN([A], [y])\nx\n");
    assert_eq!(file.changed(to), "# Why.\nm4_define([A], [z])dnl\nx\n");
}
