//! Versions, requirements, and entries that are not regular files.

use crate::edit::testing::{MemoryTree, on, patchset};
use crate::edit::{Context, Outcome, resolve};
use crate::tree::Entry;

fn outcomes(tree: &MemoryTree, version: Option<&str>, edit: &str) -> Vec<String> {
    let edit = patchset(edit).edits.remove(0);
    let version = version.map(|version| version.parse().unwrap());
    let parts = resolve(&Context::new(tree, version), &edit).unwrap();
    parts.iter().map(|part| part.outcome.name().to_owned()).collect()
}

const BOUNDED: &str =
    "  - {id: e, why: w, since: '2.5', until: '2.7', file: f, text.replace: {find: a, with: b}}\n";

#[test]
fn an_edit_is_skipped_outside_its_versions() {
    let tree = MemoryTree::of([("f", &b"a"[..])]);
    for (version, outcome) in
        [("2.4.6", "skipped"), ("2.5", "change"), ("2.6.9", "change"), ("2.7", "skipped")]
    {
        assert_eq!(outcomes(&tree, Some(version), BOUNDED), [outcome], "{version}");
    }
    assert_eq!(outcomes(&tree, None, BOUNDED), ["skipped"]);
}

#[test]
fn each_change_has_its_own_version_range() {
    let edit = "  - id: e\n    why: w\n    changes:\n      - {when: '<2.6', file: f, text.replace: {find: a, with: b}}\n      - {when: '>=2.6', file: f, text.replace: {find: a, with: c}}\n";
    let tree = MemoryTree::of([("f", &b"a"[..])]);
    assert_eq!(outcomes(&tree, Some("2.5"), edit), ["change", "skipped"]);
    assert_eq!(outcomes(&tree, Some("2.6"), edit), ["skipped", "change"]);
}

fn required(fact: &str) -> String {
    format!(
        "  - id: e\n    why: w\n    requires: [{{file: g, {fact}, why: it acts}}]\n    file: f\n    text.replace: {{find: a, with: b}}\n"
    )
}

#[test]
fn an_edit_is_refused_if_requires_does_not_hold() {
    let tree = MemoryTree::of([("f", &b"a"[..]), ("g", b"#include \"x.h\"\nint f(void) { return word; }\n")]);
    for (fact, holds) in [
        ("exists: true", true),
        ("exists: false", false),
        ("contains: word", true),
        ("contains: wor", false),
        ("lacks: word", false),
        ("lacks: wor", true),
        ("includes: x.h", true),
        ("includes: y.h", false),
        ("defines-function: f", true),
        ("defines-function: word", false),
    ] {
        let outcome = if holds { "change" } else { "refused" };
        assert_eq!(outcomes(&tree, None, &required(fact)), [outcome], "{fact}");
    }
    let gone = MemoryTree::of([("f", &b"a"[..])]);
    assert_eq!(outcomes(&gone, None, &required("lacks: word")), ["refused"]);
    assert_eq!(outcomes(&gone, None, &required("exists: false")), ["change"]);
}

#[test]
fn an_edit_that_is_already_made_needs_no_requires() {
    let tree = MemoryTree::of([("f", &b"x = b"[..])]);
    let edit = required("contains: word").replace("find: a, with: b", "find: x = a, with: x = b");
    assert_eq!(outcomes(&tree, None, &edit), ["already"]);
}

#[test]
fn requires_may_name_a_directory_or_link() {
    let mut tree = MemoryTree::of([("f", &b"a"[..])]);
    tree.others.insert("g".parse().unwrap(), Entry::Symlink);
    assert_eq!(outcomes(&tree, None, &required("exists: true")), ["change"]);
    assert_eq!(outcomes(&tree, None, &required("exists: false")), ["refused"]);
    assert_eq!(outcomes(&tree, None, &required("contains: x")), ["refused"]);
}

#[test]
fn the_first_existing_file_of_a_list_is_edited() {
    let edit = "  - {id: e, why: w, file: [Setup.dist, Setup], text.replace: {find: x a, with: x b}}\n";
    let both = MemoryTree::of([("Setup", &b"x a"[..]), ("Setup.dist", b"x b")]);
    assert_eq!(outcomes(&both, None, edit), ["already"]);
    let second = MemoryTree::of([("Setup", &b"x a"[..])]);
    assert_eq!(outcomes(&second, None, edit), ["change"]);
    let neither = MemoryTree::of([("Modules/Setup", &b"a"[..])]);
    let resolved = resolve(&Context::new(&neither, None), &patchset(edit).edits[0]).unwrap();
    let Outcome::Missing { what, near, .. } = &resolved[0].outcome else { panic!("{resolved:?}") };
    assert_eq!(what, "none of the files `Setup.dist`, `Setup` exists");
    assert_eq!(near[0].place.file.as_str(), "Modules/Setup");
}

#[test]
fn a_symbolic_link_is_never_edited() {
    let why = on("x", "").with_other("f", Entry::Symlink);
    assert_eq!(outcomes(&why.tree, Some("2.5"), BOUNDED), ["refused"]);
}

#[test]
fn a_change_that_is_not_needed_is_skipped() {
    let edit = "  - id: e\n    why: w\n    file: f\n    needed-while: {file: g, contains: 'size[MAX]', why: it bounds}\n    text.replace: {find: a, with: b}\n";
    let needed = MemoryTree::of([("f", &b"a"[..]), ("g", b"int size[MAX];\n")]);
    assert_eq!(outcomes(&needed, None, edit), ["change"]);
    for other in [&b"int bigsize[MAX];\n"[..], b"int size[MAXIMUM];\n", b""] {
        let tree = MemoryTree::of([("f", &b"a"[..]), ("g", other)]);
        assert_eq!(outcomes(&tree, None, edit), ["skipped"], "{}", other.escape_ascii());
    }
}

#[test]
fn a_required_declaration_matches_despite_blanks_and_comments() {
    let edit = required("declares: 'extern int f(const char *, int);'");
    for (text, outcome) in [
        (&b"extern int f(const char *, int);\n"[..], "change"),
        (b"extern int\nf(const char*, /* how many */\n  int);\n", "change"),
        (b"extern int f(char *, int);\n", "refused"),
        (b"/* extern int f(const char *, int); */\n", "refused"),
        (b"extern int ff(const char *, int);\n", "refused"),
    ] {
        let tree = MemoryTree::of([("f", &b"a"[..]), ("g", text)]);
        assert_eq!(outcomes(&tree, None, &edit), [outcome], "{}", text.escape_ascii());
    }
}

#[test]
fn of_several_scopes_the_one_with_the_anchor_counts() {
    let two = "#if A\nint x;\n#endif\n#if A\nint y;\n#endif\n";
    let within = |change: &str| format!("within: {{if: '#if A'}}\n{change}");
    let replace = within("c.replace: {find: int y, with: long y}");
    assert_eq!(on("f.c", two).changed(&replace), two.replace("int y", "long y"));
    let remove = within("c.remove: {find: int x;}");
    assert_eq!(on("f.c", two).changed(&remove), two.replace("int x;\n", ""));
    assert!(!on("f.c", two.replace("int x;\n", "long z;\n")).already(&remove).is_empty());
    let both = on("f.c", two.replace('y', "x"));
    assert_eq!(both.ambiguous(&within("c.replace: {find: int x, with: long x}")), [2, 5]);
    assert_eq!(both.ambiguous(&remove), [2, 5]);
    assert_eq!(on("f.c", two).ambiguous(&within("c.insert: {at: end, text: int z;}")), [2, 5]);
    on("f.c", two).missing(&within("c.replace: {find: int w, with: long w}"));
}
