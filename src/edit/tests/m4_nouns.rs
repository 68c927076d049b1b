//! `m4.remove-branch`, `m4.set-variable` and `m4.replace-argument`.

use crate::edit::testing::{complaint, on};

const SOURCE: &str = "\
case $a in
# the first
AIX*|aix*)
  A=1
  ;;
GNU*) A=2;; # the second
*) A=3
esac
AS_CASE([$b],
  [GNU*], [A=1],   dnl why
  [iOS], [A=2])
case $c in a) b;; c) d;; esac
AC_LIB([foo bar], , [x])
AC_LIB(other,
  [a],
  [b])
export B=\"x y\"; B=z AC_CMD
";

fn changed(change: &str) -> String {
    on("configure.ac", SOURCE).changed(change)
}

#[test]
fn a_branch_is_removed_with_its_lines() {
    let from = SOURCE.replace("AIX*|aix*)\n  A=1\n  ;;\n", "");
    assert_eq!(changed("m4.remove-branch: {pattern: 'AIX* | aix*'}"), from);
    let from = from.replace("# the first\n", "");
    assert_eq!(changed("m4.remove-branch: {pattern: 'AIX*|aix*', comment: true}"), from);
    let second = changed("within: {case: $a}\nm4.remove-branch: {pattern: GNU*}");
    assert_eq!(second, SOURCE.replace("GNU*) A=2;; # the second\n", ""));
    let last = changed("m4.remove-branch: {pattern: '*'}");
    assert_eq!(last, SOURCE.replace("*) A=3\n", ""));
    assert_eq!(changed("m4.remove-branch: {pattern: a}"), SOURCE.replace("a) b;; ", ""));
}

#[test]
fn a_branch_of_a_macro_is_removed_with_its_comma() {
    let first = changed("within: {case: $b}\nm4.remove-branch: {pattern: GNU*}");
    assert_eq!(first, SOURCE.replace("  [GNU*], [A=1],   dnl why\n", ""));
    let last = changed("m4.remove-branch: {pattern: iOS}");
    assert_eq!(last, SOURCE.replace(",   dnl why\n  [iOS], [A=2])", ")"));
}

#[test]
fn only_a_whole_branch_is_removed() {
    let why = on("configure.ac", SOURCE).refused("m4.remove-branch: {pattern: aix*}");
    assert!(why.contains("name all of them"), "{why}");
    assert_eq!(on("configure.ac", SOURCE).ambiguous("m4.remove-branch: {pattern: GNU*}"), [6, 10]);
    on("configure.ac", SOURCE).already("within: {case: $a}\nm4.remove-branch: {pattern: 'Kestrel*'}");
    on("configure.ac", SOURCE).missing("within: {case: $a}\nm4.remove-branch: {pattern: 'GNUX*'}");
}

#[test]
fn a_variable_is_given_another_value() {
    let change = "within: {case: $a, branch: '*'}\nm4.set-variable: {name: A, value: \"'x y'\"}";
    let after = changed(change);
    assert_eq!(after, SOURCE.replace("A=3", "A='x y'"));
    on("configure.ac", after).already(change);
    let all = changed("m4.set-variable: {name: A, value: x, count: 5}");
    assert_eq!(all.matches("A=x").count(), 5);
    let both = changed("m4.set-variable: {name: B, value: x, count: 2}");
    assert_eq!(both, SOURCE.replace("\"x y\"; B=z", "x; B=x"));
    let (what, _) = on("configure.ac", SOURCE).missing("m4.set-variable: {name: C, value: a}");
    assert_eq!(what, "the variable `C` was not found");
    let message = complaint("m4.set-variable: {name: A, value: a b}");
    assert!(message.contains("not one word"), "{message}");
}

#[test]
fn an_argument_is_replaced_or_added() {
    let argument = |first: &str, number: usize| {
        let change =
            format!("m4.replace-argument: {{call: AC_LIB, first: {first}, number: {number}, with: '[n]'}}");
        let after = changed(&change);
        on("configure.ac", after.clone()).already(&change);
        after
    };
    assert_eq!(argument("foo", 2), SOURCE.replace("bar], ,", "bar], [n],"));
    assert_eq!(argument("foo", 5), SOURCE.replace("[x])", "[x], [], [n])"));
    assert_eq!(argument("'[other]'", 3), SOURCE.replace("[b])", "[n])"));
    assert_eq!(argument("other", 4), SOURCE.replace("[b])", "[b],\n  [n])"));
    let change = "m4.replace-argument: {call: AC_LIB, number: 1, with: x}";
    assert_eq!(on("configure.ac", SOURCE).ambiguous(change), [13, 14]);
    let message = complaint("m4.replace-argument: {call: AC_LIB, number: 1, with: 'a, b'}");
    assert!(message.contains("a comma outside"), "{message}");
}

#[test]
fn other_bytes_survive() {
    let source = b"case \xe9 in\r\na) A=\"\xe9\" ;;\r\nb) c ;;\r\nesac\r\nAC_X(\xe9, a)";
    let changed = |change: &str| on("configure.in", source.as_slice()).changed_bytes(change);
    assert_eq!(
        changed("m4.remove-branch: {pattern: b}"),
        b"case \xe9 in\r\na) A=\"\xe9\" ;;\r\nesac\r\nAC_X(\xe9, a)"
    );
    assert_eq!(
        changed("m4.set-variable: {name: A, value: x}"),
        b"case \xe9 in\r\na) A=x ;;\r\nb) c ;;\r\nesac\r\nAC_X(\xe9, a)"
    );
    assert_eq!(
        changed("m4.replace-argument: {call: AC_X, number: 2, with: x}"),
        b"case \xe9 in\r\na) A=\"\xe9\" ;;\r\nb) c ;;\r\nesac\r\nAC_X(\xe9, x)"
    );
}
