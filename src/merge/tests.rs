use similar::Algorithm;

use super::{Kind, Merge, Versions};

/// The merge of three texts of one-letter lines, and how each edit was placed.
fn merged(base: &str, ours: &str, theirs: &str) -> (String, Vec<Kind>) {
    let text = |letters: &str| -> String {
        letters.split(' ').filter(|one| !one.is_empty()).map(|one| format!("{one}\n")).collect()
    };
    let (base, ours, theirs) = (text(base), text(ours), text(theirs));
    let versions = Versions::new(base.as_bytes(), ours.as_bytes(), &theirs.as_bytes().to_vec().into());
    let merge = Merge::new(&versions, Algorithm::Histogram);
    let result = String::from_utf8(versions.bytes(&merge.lines(&versions))).unwrap();
    (result.replace('\n', " ").trim_end().to_owned(), merge.edits.iter().map(|edit| edit.kind).collect())
}

#[test]
fn an_edit_that_nothing_touches_is_clean() {
    assert_eq!(
        merged("a b c d e", "a b X c d e", "Y a b c d e"),
        ("Y a b X c d e".to_owned(), vec![Kind::Clean])
    );
}

#[test]
fn edits_that_touch_each_other_are_no_conflict() {
    assert_eq!(merged("a b c d", "a X c d", "a b Y d"), ("a X Y d".to_owned(), vec![Kind::Touch]));
    assert_eq!(merged("a b c d", "a b X c d", "a Y c d"), ("a Y X c d".to_owned(), vec![Kind::TouchBefore]));
    assert_eq!(merged("a b c d", "a b X c d", "a b Y d"), ("a b X Y d".to_owned(), vec![Kind::TouchAfter]));
}

#[test]
fn both_insert_at_the_same_place() {
    assert_eq!(merged("a b", "a X b", "a Y b"), ("a Y X b".to_owned(), vec![Kind::Gap]));
    assert_eq!(merged("a b", "a X b", "a Y X b"), ("a Y X b".to_owned(), vec![Kind::Already]));
}

#[test]
fn a_change_that_both_made_is_there_already() {
    assert_eq!(merged("a b c", "a X c", "a X c"), ("a X c".to_owned(), vec![Kind::Already]));
    assert_eq!(merged("a b c", "a c", "a c"), ("a c".to_owned(), vec![Kind::Already]));
}

#[test]
fn different_changes_of_a_line_are_a_conflict() {
    let (result, kinds) = merged("a b c", "a X c", "a Y c");
    assert_eq!((result.as_str(), kinds), ("a Y c", vec![Kind::Conflict]));
}

fn of_bytes(base: &str, ours: &str, theirs: &str) -> (String, Vec<Kind>) {
    let versions = Versions::new(base.as_bytes(), ours.as_bytes(), &theirs.as_bytes().to_vec().into());
    let merge = Merge::new(&versions, Algorithm::Histogram);
    let result = String::from_utf8(versions.bytes(&merge.lines(&versions))).unwrap();
    (result, merge.edits.iter().map(|edit| edit.kind).collect())
}

#[test]
fn an_edit_takes_the_indentation_of_the_new_version() {
    let (result, kinds) =
        of_bytes("a:\n  b()\n  c()\n", "a:\n  b()\n  d()\n  e()\n", "a:\n    b()\n    c()\n");
    assert_eq!((result.as_str(), kinds), ("a:\n    b()\n    d()\n    e()\n", vec![Kind::Reindent]));
}

#[test]
fn words_of_one_line_are_merged() {
    let (result, kinds) =
        of_bytes("x\nf(one, two, three)\ny\n", "x\nf(one, two, four)\ny\n", "x\nf(none, two, three)\ny\n");
    assert_eq!((result.as_str(), kinds), ("x\nf(none, two, four)\ny\n", vec![Kind::Merged]));
}

#[test]
fn the_result_has_the_line_ends_of_the_new_version() {
    assert_eq!(of_bytes("a\nb\nc\n", "a\nX\nb\nc\n", "a\r\nb\r\nc").0, "a\r\nX\r\nb\r\nc");
    assert_eq!(of_bytes("a\nb\nc", "a\nX\nb\nc", "a\nb\nc").0, "a\nX\nb\nc");
    assert_eq!(of_bytes("a\nb\nc\n", "a\nX\nb\nc", "a\nb\nc\n").0, "a\nX\nb\nc");
    // Lines that are not changed keep an end that most do not have.
    assert_eq!(of_bytes("a\nb\nc\n", "X\na\nb\nc\n", "a\r\nb\nc\r\nd\r\n").0, "X\r\na\r\nb\nc\r\nd\r\n");
}

#[test]
fn a_sorted_list_stays_sorted() {
    let (result, kinds) =
        of_bytes("{\n  '2.5',\n}\n", "{\n  '2.5',\n  '2.7',\n}\n", "{\n  '2.5',\n  '3.0',\n}\n");
    assert_eq!((result.as_str(), kinds), ("{\n  '2.5',\n  '2.7',\n  '3.0',\n}\n", vec![Kind::Gap]));
    // What is not sorted is added at the end.
    let (result, _) =
        of_bytes("{\n  '2.5',\n}\n", "{\n  '2.5',\n  '1.0',\n}\n", "{\n  '2.5',\n  '3.0',\n}\n");
    assert_eq!(result, "{\n  '2.5',\n  '3.0',\n  '1.0',\n}\n");
}

#[test]
fn a_decorator_stays_next_to_what_it_decorates() {
    let base = "class A:\n    a = 1\n\n    def f(self):\n        pass\n";
    let with = |lines: &str| base.replace("    def f", &format!("{lines}    def f"));
    let (result, kinds) =
        of_bytes(base, &with("    @ours\n"), &with("    @theirs(\n        1)\n    @more\n"));
    assert_eq!((result, kinds), (with("    @theirs(\n        1)\n    @more\n    @ours\n"), vec![Kind::Gap]));
}
