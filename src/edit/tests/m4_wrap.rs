//! `m4.wrap`.

use crate::edit::testing::{complaint, on};

const SOURCE: &str = "\
AC_INIT(python)
if test -z \"$A\"
then
\tcase $ac_sys_system in
\tAIX*|aix*)
\t\tB=\"a\"
\t\tA='x' ;;
\thp*) A=\"ld -b\";;
\tesac
fi
# The flags.
AC_CHECK_LIB(foo, bar,
             [AC_DEFINE(HAVE_BAR, 1, [bar])
              LIBS=\"-lfoo\"], [])
cat >conf <<EOF
  a
EOF
AC_OUTPUT(Makefile)
";

fn changed(change: &str) -> String {
    let after = on("configure.ac", SOURCE).changed(change);
    on("configure.ac", after.clone()).already(change);
    after
}

#[test]
fn statements_get_an_if_as_the_file_writes_it() {
    let change = "m4.wrap: {from: B=, to: A='x', if: 'test \"$X\" = y'}";
    let expected = "\t\tif test \"$X\" = y\n\t\tthen\n\t\t\tB=\"a\"\n\t\t\tA='x'\n\t\tfi ;;\n";
    assert_eq!(changed(change), SOURCE.replace("\t\tB=\"a\"\n\t\tA='x' ;;\n", expected));
    let file = SOURCE.replace("\nthen", "; then");
    let change = "m4.wrap: {from: AC_INIT, if: test a}";
    let expected = file.replace("AC_INIT(python)", "if test a; then\n\tAC_INIT(python)\nfi");
    assert_eq!(on("configure.ac", file).changed(change), expected);
}

#[test]
fn the_comment_above_stays_and_all_lines_of_a_call_are_indented() {
    let change = "m4.wrap: {from: 'AC_CHECK_LIB([foo]', if: test a, otherwise: \"B=1\\nA=2\"}";
    let expected = "if test a\nthen\n\tAC_CHECK_LIB(foo, bar,\n\t             [AC_DEFINE(HAVE_BAR, 1, [bar])\n\t              LIBS=\"-lfoo\"], [])\nelse\n\tB=1\n\tA=2\nfi\n";
    let (start, end) = (SOURCE.find("AC_CHECK").unwrap(), SOURCE.find("cat").unwrap());
    assert_eq!(changed(change), format!("{}{expected}{}", &SOURCE[..start], &SOURCE[end..]));
}

#[test]
fn lines_that_mix_blanks_and_tabs_are_indented_after_the_tabs() {
    let source = "if test a; then\n    for i in x; do\n\tb\n\t    c\n    done\nfi\n";
    let change = "m4.wrap: {from: 'for i in x; do', if: test d}";
    let body = "        for i in x; do\n\t    b\n\t        c\n        done\n";
    let expected = format!("if test a; then\n    if test d; then\n{body}    fi\nfi\n");
    assert_eq!(on("configure.ac", source).changed(change), expected);
}

#[test]
fn a_here_document_is_not_indented() {
    let change = "m4.wrap: {from: cat, if: test a}";
    let expected =
        SOURCE.replace("cat >conf", "if test a\nthen\n\tcat >conf").replace("EOF\nAC", "EOF\nfi\nAC");
    assert_eq!(changed(change), expected);
}

#[test]
fn statements_get_a_case_as_the_file_writes_it() {
    let change = "m4.wrap: {from: AC_OUTPUT, case: $ac_sys_system, branch: 'A*|B', otherwise: C=1}";
    let case = "case $ac_sys_system in\nA*|B)\n\tAC_OUTPUT(Makefile)\n\t;;\n*)\n\tC=1\n\t;;\nesac\n";
    assert_eq!(changed(change), SOURCE.replace("AC_OUTPUT(Makefile)\n", case));
    let change = "m4.wrap: {from: AC_OUTPUT, case: $ac_sys_system, branch: '*'}";
    let case = "case $ac_sys_system in\n*)\n\tAC_OUTPUT(Makefile)\n\t;;\nesac\n";
    assert_eq!(changed(change), SOURCE.replace("AC_OUTPUT(Makefile)\n", case));
}

#[test]
fn statements_in_the_middle_of_a_line_are_wrapped() {
    let change = "m4.wrap: {from: 'A=\"ld -b\"', if: test a}";
    let expected =
        SOURCE.replace("A=\"ld -b\";;", "if test a\n\t     then\n\t     \tA=\"ld -b\"\n\t     fi;;");
    assert_eq!(changed(change), expected);
    let change = "m4.wrap: {from: 'AC_DEFINE(HAVE_BAR', if: test a}";
    let blanks = " ".repeat(14);
    let expected = format!("[if test a\n{blanks}then\n{blanks}  AC_DEFINE(HAVE_BAR, 1, [bar])\n{blanks}fi\n");
    assert_eq!(changed(change), SOURCE.replace("[AC_DEFINE(HAVE_BAR, 1, [bar])\n", &expected));
}

#[test]
fn an_if_with_other_statements_or_another_else_is_not_the_same() {
    let file = "if test a; then\n  A=1\n  B=2\nfi\n";
    let change = "m4.wrap: {from: A=1, if: test a}";
    let expected = file.replace("  A=1\n", "  if test a; then\n    A=1\n  fi\n");
    assert_eq!(on("configure.ac", file).changed(change), expected);
    on("configure.ac", file).already("m4.wrap: {from: A=1, to: B=2, if: test  a}");
    let other = "m4.wrap: {from: A=1, to: B=2, if: test a, otherwise: C=3}";
    assert!(on("configure.ac", file).changed(other).contains("  else\n    C=3\n  fi\n"));
    let with_else = "if test a # why\nthen A=1; else C=3; fi\n";
    on("configure.ac", with_else).already("m4.wrap: {from: A=1, if: test a, otherwise: C=3}");
    let elif = "if b; then :; elif test a; then\n  A=1\nfi\n";
    assert!(on("configure.ac", elif).changed(change).contains("  if test a; then\n    A=1\n  fi\n"));
}

#[test]
fn what_is_not_a_statement_or_not_unique_is_not_wrapped() {
    let (what, near) = on("configure.ac", SOURCE).missing("m4.wrap: {from: AC_OUTPT(Makefile), if: a}");
    assert!(what.contains("AC_OUTPT") && near.contains(&"AC_OUTPUT(Makefile)".to_owned()), "{near:?}");
    assert_eq!(on("configure.ac", SOURCE).ambiguous("m4.wrap: {from: A, if: a}"), [2, 7, 8]);
}

#[test]
fn a_frame_that_the_shell_would_not_read_is_rejected() {
    let complaint = |rest: &str| complaint(&format!("m4.wrap: {{from: a, {rest}}}"));
    assert!(complaint("if: 'a; then b'").contains("not a command of the shell"));
    assert!(complaint("if: '[ a'").contains("opens a quote"));
    assert!(complaint("case: $a").contains("needs `branch`"));
    assert!(complaint("case: $a in b, branch: c").contains("would not read"));
    assert!(complaint("case: $a, branch: '*', otherwise: b").contains("never reached"));
    assert!(complaint("to: b").contains("either `if` or `case`"));
}

#[test]
fn other_bytes_survive() {
    let source = b"AC_A(\xe9)\r\nB=\"\xe9\" ; C=1\r\nAC_D";
    let changed = |change: &str| on("configure.in", source.as_slice()).changed_bytes(change);
    assert_eq!(
        changed("m4.wrap: {from: AC_D, if: a}"),
        b"AC_A(\xe9)\r\nB=\"\xe9\" ; C=1\r\nif a; then\r\n  AC_D\r\nfi\r\n"
    );
    assert_eq!(
        changed("m4.wrap: {from: B, if: a}"),
        b"AC_A(\xe9)\r\nif a; then\r\n  B=\"\xe9\"\r\nfi ; C=1\r\nAC_D"
    );
}
