//! `m4.insert`, `m4.replace` and `m4.remove`, and the scopes of configure.ac.

use crate::edit::testing::{complaint, on};

const SOURCE: &str = "\
dnl Process this file with autoconf.
AC_INIT(python)

# LDSHARED is the command.
AC_MSG_CHECKING(LDSHARED)
if test -z \"$LDSHARED\"
then
\tcase $ac_sys_system in
\tAIX*|aix*)
\t\tBLDSHARED=\"a\"
\t\tLDSHARED='x' ;;
\thp*) LDSHARED=\"ld -b\";;
\t*)
\t\t;;
\tesac
fi
AC_MSG_RESULT($LDSHARED)
# The flags.
AC_CHECK_LIB(foo, bar,
             [AC_DEFINE(HAVE_BAR, 1, [bar])
              LIBS=\"-lfoo\"], [])
AC_OUTPUT(Makefile)
";

fn changed(change: &str) -> String {
    let after = on("configure.ac", SOURCE).changed(change);
    on("configure.ac", after.clone()).already(change);
    after
}

#[test]
fn statements_are_inserted_above_the_comment_of_a_macro_call() {
    let change = "m4.insert: {before: 'AC_CHECK_LIB(foo', text: \"if a; then\\n  b\\nfi\"}";
    assert_eq!(changed(change), SOURCE.replace("# The", "if a; then\n  b\nfi\n# The"));
    let change = "m4.insert: {after: 'AC_CHECK_LIB([foo], [bar]', text: 'AC_FOO(x)'}";
    assert_eq!(changed(change), SOURCE.replace("[])\n", "[])\nAC_FOO(x)\n"));
    let change = "m4.insert: {after: 'if test -z \"$LDSHARED\"', text: AC_FOO}";
    assert_eq!(changed(change), SOURCE.replace("\nfi\n", "\nfi\nAC_FOO\n"));
}

#[test]
fn statements_are_inserted_next_to_one_that_shares_its_line() {
    let change = "m4.insert: {after: LDSHARED='x', text: \"if a; then\\n    b\\nfi\"}";
    let expected = SOURCE.replace("'x' ;;", "'x'\n\t\tif a; then\n\t\t\tb\n\t\tfi ;;");
    assert_eq!(changed(change), expected);
    let change = "within: {branch: hp*}\nm4.insert: {at: end, text: CC=cc}";
    assert_eq!(changed(change), SOURCE.replace("-b\";;", "-b\"\n\t     CC=cc;;"));
    let change = "m4.insert: {before: 'AC_DEFINE([HAVE_BAR], 1', text: X=y}";
    assert_eq!(changed(change), SOURCE.replace("[AC_DEF", "[X=y\n              AC_DEF"));
    let change = "m4.insert: {after: 'LIBS=\"-lfoo\"', text: X=y}";
    assert_eq!(changed(change), SOURCE.replace("-lfoo\"]", "-lfoo\"\n              X=y]"));
}

#[test]
fn statements_are_inserted_at_the_edges_of_a_scope() {
    let change = "m4.insert: {at: end, text: AC_FOO}";
    assert_eq!(changed(change), format!("{SOURCE}AC_FOO\n"));
    let change = "m4.insert: {at: start, text: AC_FOO}";
    assert_eq!(changed(change), SOURCE.replace("AC_INIT", "AC_FOO\nAC_INIT"));
    let change = "within: {section: LDSHARED}\nm4.insert: {at: end, text: AC_FOO}";
    assert_eq!(changed(change), SOURCE.replace("# The", "AC_FOO\n# The"));
    let change = "within: {section: LDSHARED, branch: '*'}\nm4.insert: {at: start, text: AC_FOO}";
    assert_eq!(changed(change), SOURCE.replace("*)\n\t\t;;", "*)\n\t\tAC_FOO\n\t\t;;"));
    let change = "within: {case: $ac_sys_system, branch: aix*}\nm4.insert: {at: start, text: AC_FOO}";
    assert_eq!(changed(change), SOURCE.replace("\t\tBLD", "\t\tAC_FOO\n\t\tBLD"));
    let why = on("a.ac", SOURCE).refused("within: {case: $ac_sys_system}\nm4.insert: {at: end, text: a}");
    assert!(why.contains("no lines of its own"), "{why}");
}

#[test]
fn a_part_of_a_macro_call_is_replaced_whatever_its_quotes() {
    let change = "m4.replace: {find: 'AC_DEFINE([HAVE_BAR], [1]', with: 'AC_DEFINE([HAVE_BAR], [2]'}";
    assert_eq!(changed(change), SOURCE.replace("(HAVE_BAR, 1", "([HAVE_BAR], [2]"));
    let change = "within: {section: LDSHARED}\nm4.replace: {find: ld -b, with: 'ld -b -z'}";
    assert_eq!(changed(change), SOURCE.replace("ld -b", "ld -b -z"));
    let (what, near) =
        on("configure.ac", SOURCE).missing("m4.replace: {find: 'AC_OUTPT(Makefile)', with: x}");
    assert!(what.contains("AC_OUTPT") && near.contains(&"AC_OUTPUT(Makefile)".to_owned()), "{near:?}");
    let (what, _) =
        on("configure.ac", SOURCE).missing("within: {section: CCSHARED}\nm4.replace: {find: a, with: x}");
    assert_eq!(what, "no section `CCSHARED` was found");
}

#[test]
fn whole_statements_are_removed_by_their_heads() {
    let change = "m4.remove: {find: 'AC_CHECK_LIB(foo,', comment: true}";
    let from = SOURCE.find("# The").unwrap();
    assert_eq!(changed(change), format!("{}AC_OUTPUT(Makefile)\n", &SOURCE[..from]));
    let change = "m4.remove: {find: 'case $ac_sys_system in'}";
    let why = on("configure.ac", SOURCE).refused(change);
    assert!(why.contains("all statements of an `if`"), "{why}");
    let change = "within: {branch: hp*}\nm4.remove: {find: LDSHARED=}";
    let why = on("configure.ac", SOURCE).refused(change);
    assert!(why.contains("only part of a statement"), "{why}");
    let change = "within: {branch: AIX*}\nm4.remove: {find: \"BLDSHARED=\\\"a\\\" LDSHARED='x'\"}";
    assert_eq!(changed(change), SOURCE.replace("\t\tBLDSHARED=\"a\"\n\t\tLDSHARED='x' ;;", "\t\t;;"));
    let change = "m4.remove: {find: \"if test -z \\\"$LDSHARED\\\"\\nthen\\ncase $ac_sys_system in\"}";
    let why = on("configure.ac", SOURCE).refused(change);
    assert!(why.contains("only part of a statement"), "{why}");
    let why = on("configure.ac", SOURCE).refused("m4.remove: {find: HAVE_BAR}");
    assert!(why.contains("only part of a statement"), "{why}");
    let why = on("configure.ac", SOURCE).refused("m4.remove: {find: -lfoo}");
    assert!(why.contains("only part of a statement"), "{why}");
}

#[test]
fn a_macro_call_is_named_by_its_first_arguments() {
    let source =
        "AS_VAR_IF([sys], [Linux], [A=1])\nAS_VAR_IF([sys], [Darwin], [A=2\nB=3], [C=4])\nAC_OUTPUT\n";
    let file = || on("configure.ac", source);
    let call = "AS_VAR_IF([sys], [Darwin], [A=2\nB=3], [C=4])\n";
    for head in ["AS_VAR_IF([sys], [Darwin]", "AS_VAR_IF([sys], [Darwin],", "AS_VAR_IF(sys, Darwin"] {
        let change = format!("m4.remove: {{find: '{head}'}}");
        assert_eq!(file().changed(&change), source.replace(call, ""));
        let change = format!("m4.move: {{find: '{head}', at: start}}");
        assert_eq!(file().changed(&change), format!("{call}{}", source.replace(call, "")));
    }
    let change = "m4.wrap: {from: 'AS_VAR_IF([sys], [Darwin]', if: test a}";
    assert!(file().changed(change).contains("then\n  AS_VAR_IF([sys], [Darwin], [A=2"));
    for part in ["AS_VAR_IF([sys], [Darwin], [A=2", "[Darwin], [A=2\nB=3]"] {
        let why = file().refused(&format!("m4.remove: {{find: \"{}\"}}", part.replace('\n', " ")));
        assert!(why.contains("only part of a statement"), "{part}: {why}");
    }
}

#[test]
fn brackets_of_a_text_must_be_closed() {
    let message = complaint("m4.insert: {at: end, text: 'AC_FOO([x)'}");
    assert!(message.contains("`[` opens a quote that nothing closes"), "{message}");
    let message = complaint("m4.insert: {at: end, text: \"# see [1\\nx\"}");
    assert!(message.contains("a bracket in a comment"), "{message}");
    let message = complaint("m4.replace: {find: 'x', with: '[x'}");
    assert!(message.contains("must open and close as many"), "{message}");
}

#[test]
fn other_bytes_of_a_file_survive() {
    let source = b"# \xe9\r\nAC_A(x) dnl \xe9\r\n\tB=\"\xe9\" ;\r\nAC_C";
    let changed = |change: &str| on("configure.in", source.as_slice()).changed_bytes(change);
    let expected = b"# \xe9\r\nAC_A(x) dnl \xe9\r\nX=1\r\nY=2\r\n\tB=\"\xe9\" ;\r\nAC_C";
    assert_eq!(changed("m4.insert: {after: AC_A(x), text: \"X=1\\nY=2\"}"), expected);
    assert_eq!(
        changed("m4.insert: {at: end, text: X}"),
        b"# \xe9\r\nAC_A(x) dnl \xe9\r\n\tB=\"\xe9\" ;\r\nAC_C\r\nX\r\n"
    );
}

#[test]
fn a_line_of_blanks_that_continues_a_statement_is_part_of_it() {
    let file = on("configure.ac", "A \\\n  \nC\n");
    assert_eq!(file.changed("m4.insert: {after: A, text: B}"), "A \\\n  \nB\nC\n");
}

#[test]
fn a_removed_paragraph_leaves_one_blank_line() {
    let source = "A=1\n\n# note\nB=2\n\nC=3\n";
    let change = "m4.remove: {find: B=2, comment: true}";
    assert_eq!(on("configure.ac", source).changed(change), "A=1\n\nC=3\n");
    assert_eq!(on("configure.ac", source).changed("m4.remove: {find: B=2}"), "A=1\n\n# note\n\nC=3\n");
    let after = on("configure.ac", "A=1\r\n\r\nB=2\r\n\r\n\r\nC=3\r\n").changed("m4.remove: {find: B=2}");
    assert_eq!(after, "A=1\r\n\r\n\r\nC=3\r\n");
}

#[test]
fn code_that_is_found_several_times_is_ambiguous_before_all_else() {
    let file = on("configure.ac", "if a; then\n  A=`b`\nfi\nA=`c`\n");
    assert_eq!(file.ambiguous("m4.remove: {find: A=}"), [2, 4]);
}
