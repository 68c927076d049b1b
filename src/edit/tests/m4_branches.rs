//! `m4.add-branch`.

use crate::edit::testing::on;

const SOURCE: &str = "\
case $a in
\tAIX*)
\t\tA=1
\t\tB=2
\t\t;;
\t# the next
\thp*|HP*) A=\"ld -b\";;
\tSunOS/5*)
\t\tA=3 ;;
\tlong-name) A=4   ;;
\t*)
\t\tA=x
esac
AS_CASE([$b],
  [Darwin*], [A=1],   dnl why
  [iOS],     [A=2],
  [wasm], [
    A=3
    AC_B
  ]
)
case $c in a) b;; c) d; esac
";

fn changed(change: &str) -> String {
    let after = on("configure.ac", SOURCE).changed(change);
    on("configure.ac", after.clone()).already(change);
    after
}

#[test]
fn a_branch_is_written_as_its_neighbour() {
    let change = |place: &str, text: &str| {
        format!("within: {{case: $a}}\nm4.add-branch: {{{place}, pattern: 'X*', text: {text}}}")
    };
    let short = changed(&change("before: HP*", "A=9"));
    assert_eq!(short, SOURCE.replace("\t# the", "\tX*) A=9;;\n\t# the"));
    let long = changed(&change("after: hp*", "\"A=9\\nB=8\""));
    assert_eq!(long, SOURCE.replace("\tSunOS", "\tX*)\n\t\tA=9\n\t\tB=8\n\t\t;;\n\tSunOS"));
    let inline = changed(&change("before: SunOS/5*", "A=9"));
    assert_eq!(inline, SOURCE.replace("\tSunOS", "\tX*)\n\t\tA=9 ;;\n\tSunOS"));
    let empty = changed(&change("before: long-name", "''"));
    assert_eq!(empty, SOURCE.replace("\tlong", "\tX*) ;;\n\tlong"));
    let start = changed(&change("at: start", "A=9"));
    assert_eq!(start, SOURCE.replace("\tAIX", "\tX*)\n\t\tA=9\n\t\t;;\n\tAIX"));
}

#[test]
fn a_missing_end_of_the_last_branch_is_supplied() {
    let source = "case $a in\nb)\n  A=1\n  ;;\nc)\n  A=2\nesac\n";
    let change = "m4.add-branch: {at: end, pattern: 'd|e', text: A=3}";
    let expected = "case $a in\nb)\n  A=1\n  ;;\nc)\n  A=2\n  ;;\nd|e)\n  A=3\n  ;;\nesac\n";
    assert_eq!(on("configure.in", source).changed(change), expected);
    let change = "within: {case: $c}\nm4.add-branch: {after: c, pattern: e, text: f}";
    assert_eq!(changed(change), SOURCE.replace("c) d; esac", "c) d;; e) f;; esac"));
    let change = "within: {case: $c}\nm4.add-branch: {before: c, pattern: e, text: f}";
    assert_eq!(changed(change), SOURCE.replace("c) d", "e) f;; c) d"));
}

#[test]
fn a_branch_of_a_macro_has_its_own_spelling() {
    let change = |place: &str, text: &str| {
        format!("within: {{case: $b}}\nm4.add-branch: {{{place}, pattern: 'X*', text: {text}}}")
    };
    let first = changed(&change("before: Darwin*", "A=9"));
    assert_eq!(first, SOURCE.replace("  [Darwin", "  [X*], [A=9],\n  [Darwin"));
    let second = changed(&change("after: Darwin*", "A=9"));
    assert_eq!(second, SOURCE.replace("  [iOS]", "  [X*], [A=9],\n  [iOS]"));
    let aligned = changed(&change("after: iOS", "A=9"));
    assert_eq!(aligned, SOURCE.replace("  [wasm]", "  [X*],      [A=9],\n  [wasm]"));
    let last = changed(&change("at: end", "A=9"));
    assert_eq!(last, SOURCE.replace("C_B\n  ]\n", "C_B\n  ],\n  [X*], [\n    A=9\n  ]\n"));
}

#[test]
fn a_branch_that_cannot_be_reached_or_is_another_one_is_refused() {
    let refused = |change: &str| on("configure.ac", SOURCE).refused(change);
    let why = refused("within: {case: $a}\nm4.add-branch: {after: '*', pattern: 'X*', text: a}");
    assert_eq!(why, "no branch after `*` is ever reached");
    let why = refused("within: {case: $a}\nm4.add-branch: {at: start, pattern: 'HP*', text: a}");
    assert!(why.contains("a branch `HP*` already, with other statements"), "{why}");
    let (what, near) =
        on("configure.ac", SOURCE).missing("m4.add-branch: {after: 'SunOS5*', pattern: 'X*', text: a}");
    assert_eq!(
        (what.as_str(), &near[..]),
        ("no branch `SunOS5*` was found", &["\tSunOS/5*)".to_owned()][..])
    );
    let lines = on("configure.ac", SOURCE).ambiguous("m4.add-branch: {at: end, pattern: 'X*', text: a}");
    assert_eq!(lines, [1, 14, 22]);
}

#[test]
fn other_bytes_of_a_case_survive() {
    let source = b"case $a in\r\nb) c=\"\xe9\" ;;\r\nd) e ;;\r\nesac";
    let change = "m4.add-branch: {before: d, pattern: x, text: y}";
    let expected = b"case $a in\r\nb) c=\"\xe9\" ;;\r\nx) y ;;\r\nd) e ;;\r\nesac";
    assert_eq!(on("configure.ac", source.as_slice()).changed_bytes(change), expected);
}
