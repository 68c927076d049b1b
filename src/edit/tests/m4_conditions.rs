//! `m4.replace-condition`.

use crate::edit::testing::{complaint, on};

const SOURCE: &str = "\
case $a in
AIX* | aix*) A=1;;
GNU*) A=2;;
esac
AS_CASE([$b], [GNU*], [A=1])
if test \"$GCC\" = yes; then A=3
elif foo
  bar
then A=4; fi
AS_IF([test \"$x\" = \"y\"],
  [A=5], [A=6])
A=GNU
";

fn changed(change: &str) -> String {
    let after = on("configure.ac", SOURCE).changed(change);
    on("configure.ac", after.clone()).already(change);
    after
}

#[test]
fn a_pattern_is_added_to_a_list_as_it_is_written() {
    let change = "m4.replace-condition: {find: aix*, or: 'X*'}";
    assert_eq!(changed(change), SOURCE.replace("aix*)", "aix* | X*)"));
    let change = "within: {case: $a}\nm4.replace-condition: {find: GNU*, or: 'X*|Y*'}";
    assert_eq!(changed(change), SOURCE.replace("GNU*)", "GNU*|X*|Y*)"));
    let change = "m4.replace-condition: {find: GNU*, or: 'X*', count: 2}";
    assert_eq!(changed(change), SOURCE.replace("GNU*", "GNU*|X*"));
    assert_eq!(on("a.ac", SOURCE).ambiguous("m4.replace-condition: {find: GNU*, or: 'X*'}"), [3, 5]);
    let why = on("a.ac", SOURCE).refused("m4.replace-condition: {find: aix*, and: x}");
    assert_eq!(why, "a pattern cannot have an `and`");
}

#[test]
fn a_pattern_is_replaced_alone_or_with_its_list() {
    let change = "m4.replace-condition: {find: aix*, with: 'aix[[45]]|aix*'}";
    assert_eq!(changed(change), SOURCE.replace("aix*", "aix[[45]]|aix*"));
    let change = "m4.replace-condition: {find: 'AIX*|aix*', with: 'X*'}";
    assert_eq!(on("configure.ac", SOURCE).changed(change), SOURCE.replace("AIX* | aix*", "X*"));
}

#[test]
fn a_command_is_added_to_a_whole_condition() {
    let change = "m4.replace-condition: {find: $GCC, or: 'test \"$CC\" = x && y'}";
    assert_eq!(changed(change), SOURCE.replace("= yes;", "= yes || { test \"$CC\" = x && y; };"));
    let change = "m4.replace-condition: {find: 'test \"$x\" = \"y\"', and: test -n \"$z\"}";
    assert_eq!(changed(change), SOURCE.replace("\"y\"]", "\"y\" && test -n \"$z\"]"));
    let change = "m4.replace-condition: {find: '\"$GCC\" = yes', with: '\"$GCC\" = yes -a -n \"$x\"'}";
    assert_eq!(changed(change), SOURCE.replace("= yes", "= yes -a -n \"$x\""));
    let why = on("a.ac", SOURCE).refused("m4.replace-condition: {find: bar, or: x}");
    assert!(why.contains("several commands"), "{why}");
}

#[test]
fn a_word_outside_of_conditions_is_not_found() {
    let (what, _) = on("a.ac", SOURCE).missing("m4.replace-condition: {find: A=GNU, or: x}");
    assert_eq!(what, "the condition `A=GNU` was not found");
    let message = complaint("m4.replace-condition: {find: a}");
    assert!(message.contains("needs one of `with`, `or` and `and`"), "{message}");
}

#[test]
fn other_bytes_of_a_condition_survive() {
    let source = b"if a \"\xe9\"\t; then\r\n\tb\r\nfi";
    let change = "m4.replace-condition: {find: a, or: c}";
    let expected = b"if a \"\xe9\" || c\t; then\r\n\tb\r\nfi";
    assert_eq!(on("configure.ac", source.as_slice()).changed_bytes(change), expected);
}

#[test]
fn a_pattern_is_added_to_a_list_that_is_named_whole() {
    for find in ["AIX*|aix*", "AIX* | aix*"] {
        let change = format!("m4.replace-condition: {{find: '{find}', or: 'X*|Y*'}}");
        assert_eq!(changed(&change), SOURCE.replace("aix*)", "aix* | X*|Y*)"));
    }
}

#[test]
fn a_whole_condition_is_named_with_its_keyword() {
    let find = "find: 'if test \"$GCC\" = yes; then'";
    let change = format!("m4.replace-condition: {{{find}, or: test -n \"$x\"}}");
    assert_eq!(changed(&change), SOURCE.replace("= yes;", "= yes || test -n \"$x\";"));
    for with in ["'test \"$GCC\" = yes -o a'", "'if test \"$GCC\" = yes -o a; then'"] {
        let change = format!("m4.replace-condition: {{{find}, with: {with}}}");
        assert_eq!(changed(&change), SOURCE.replace("= yes;", "= yes -o a;"));
    }
    let change = "m4.replace-condition: {find: \"elif foo\\n  bar\\nthen\", with: 'foo && bar'}";
    assert_eq!(on("configure.ac", SOURCE).changed(change), SOURCE.replace("foo\n  bar", "foo && bar"));
    let part = "m4.replace-condition: {find: 'if test \"$GCC\"; then', with: a}";
    on("configure.ac", SOURCE).missing(part);
    on("configure.ac", SOURCE).missing("m4.replace-condition: {find: 'while test \"$GCC\" = yes', or: a}");
    let message = complaint("m4.replace-condition: {find: foo, with: 'elif a; then'}");
    assert!(message.contains("keyword"), "{message}");
}
