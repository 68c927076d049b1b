//! `file.*`.

use crate::edit::testing::{complaint, on, without};
use crate::operation::Delta;
use crate::tree::{Entry, Special};

const ADD: &str = "file.add: {content: \"a\\n\"}";

#[test]
fn a_file_is_added_once() {
    assert_eq!(without("d/f").changed(ADD), "a\n");
    on("d/f", "a\n").already(ADD);
    assert_eq!(on("d/f", "b\n").refused(ADD), "another file of that name exists, and is never replaced");
}

#[test]
fn an_added_file_may_be_made_executable() {
    let parts = on("f", "a\n").parts("file.add: {content: \"a\\n\", executable: true}");
    assert_eq!(parts[0].deltas, [Delta::Mode { executable: true }]);
    on("f", "a\n").changed("file.mode: {executable: true}");
    on("f", "a\n").already("file.mode: {executable: false}");
    assert_eq!(without("f").missing("file.mode: {executable: false}").0, "the file `f` does not exist");
}

#[test]
fn a_file_never_replaces_a_directory_or_link_or_device() {
    let entries = [
        (Entry::Directory, "a directory"),
        (Entry::Symlink, "a symbolic link"),
        (Entry::Other(Special::Pipe), "a named pipe"),
        (Entry::Other(Special::Socket), "a socket"),
        (Entry::Other(Special::Device), "a device"),
        (Entry::Other(Special::Submodule), "a git submodule"),
    ];
    for (entry, title) in entries {
        let why = without("d/f").with_other("d/f", entry).refused(ADD);
        assert_eq!(why, format!("this is {title}, which is never edited"));
    }
}

#[test]
fn no_file_is_added_below_a_file_or_link() {
    let why = without("d/f").with("d", b"x").refused(ADD);
    assert!(why.contains("`d`"), "{why}");
    let why = without("d/f").with_other("d", Entry::Symlink).refused(ADD);
    assert!(why.contains("`d`"), "{why}");
    without("d/f").with_other("d", Entry::Directory).changed(ADD);
    let why = without("d/f").with("d", b"x").refused("m4.define: {macros: A, text: 'm4_define([A])'}");
    assert!(why.contains("`d`"), "{why}");
}

#[test]
fn only_a_file_with_the_expected_contents_is_removed() {
    let remove = "file.remove: {contains: sed -n}";
    let parts = on("f", "x\nsed -n p\n").parts(remove);
    assert_eq!(parts[0].outcome.name(), "change");
    let (what, _) = on("f", "sed -nx\n").missing(remove);
    assert!(what.contains("does not contain `sed -n`"), "{what}");
    without("f").already(remove);
    assert!(complaint("file.remove: {contains: ''}").contains("`contains` is empty"));
}

#[test]
fn a_missing_file_lists_similar_paths() {
    let both = without("a").with("g", b"x").with("h", b"x");
    let parts = both.parts("text.replace: {find: x, with: y}");
    assert_eq!(parts[0].outcome.name(), "missing");
    let (what, near) =
        without("Modules/Setup.dist").with("Modules/Setup", b"").missing("setup.enable: {modules: [a]}");
    assert_eq!(what, "the file `Modules/Setup.dist` does not exist");
    assert_eq!(near, [""]);
}

#[test]
fn a_file_gets_another_name_and_keeps_its_mode() {
    let change = "file.move: {to: d/g, contains: sed -n}";
    let parts = on("f", "sed -n\n").parts(change);
    assert_eq!(parts[0].outcome.name(), "change");
    let to = "d/g".parse().unwrap();
    let bytes = b"sed -n\n".to_vec().into();
    assert_eq!(parts[0].deltas, [Delta::Move { to, bytes, executable: false, is_link: false }]);
    without("f").with("d/g", b"sed -n\n").already(change);
    assert!(without("f").with("d/g", b"other\n").missing(change).0.contains("does not contain `sed -n`"));
    assert!(without("f").missing(change).0.contains("neither the file nor `d/g` exists"));
    assert!(on("f", "other\n").missing(change).0.contains("does not contain `sed -n`"));
}

#[test]
fn a_moved_file_never_replaces_anything() {
    let change = "file.move: {to: d/g, contains: x}";
    assert!(on("f", "x\n").with("d/g", b"x\n").refused(change).contains("never replaced"));
    assert!(on("f", "x\n").with("d", b"x\n").refused(change).contains("`d`"));
    for entry in [Entry::Directory, Entry::Symlink] {
        assert!(on("f", "x\n").with_other("d/g", entry).refused(change).contains("never replaced"));
    }
    on("f", "x\n").refused("file.move: {to: f, contains: x}");
    for wrong in [
        "to: ../g, contains: x",
        "to: .git/config, contains: x",
        "to: 'd/*', contains: x",
        "to: g, contains: ''",
    ] {
        complaint(&format!("file.move: {{{wrong}}}"));
    }
}

const ADD_THEN: &str = "file.add: {content: \"a=1\\nb=2\\nc=3\\n\"}\nthen:\n  - text.remove: {find: b=2}\n  - text.replace: {find: c=3, with: d=4}";

#[test]
fn then_changes_what_an_edit_adds() {
    let result = "a=1\nd=4\n";
    let parts = without("f").parts(ADD_THEN);
    assert_eq!(parts.len(), 1, "{parts:?}");
    assert_eq!(parts[0].deltas, [Delta::Add { bytes: result.as_bytes().to_vec().into(), executable: false }]);
    on("f", result).already(ADD_THEN);
    on("f", "a=1\nb=2\nc=3\n").refused(ADD_THEN);
    let chain = format!("{ADD_THEN}\n  - text.replace: {{find: d=4, with: e=5}}");
    on("f", "a=1\ne=5\n").already(&chain);
}

#[test]
fn a_then_that_does_not_fit_what_is_added_says_which() {
    let (what, _) = without("f").missing(&format!("{ADD_THEN}\n  - text.replace: {{find: c=3, with: x}}"));
    assert!(what.starts_with("`then`, number 3 (text.replace)"), "{what}");
    let no_effect = without("f").refused(&format!("{ADD_THEN}\n  - file.mode: {{executable: false}}"));
    assert!(no_effect.contains("number 3 (file.mode)"), "{no_effect}");
    let other = format!("{ADD_THEN}\n  - {{when: '>=3.0', text.remove: {{find: nothing}}}}");
    assert_eq!(without("f").outcome(&other).name(), "change");
    for wrong in
        ["file: g, text.remove: {find: a}", "then: []", "within: {target: a}", "text.remov: {find: a}"]
    {
        complaint(&format!("{ADD_THEN}\n  - {{{wrong}}}"));
    }
    assert!(complaint("text.remove: {find: a}\nthen: [{text.remove: {find: b}}]").contains("adds no file"));
}

const LINK: &str = "file.link: {target: ../a/b}";

#[test]
fn a_link_is_added_once_and_replaces_nothing() {
    assert_eq!(without("d/l").changed(LINK), "../a/b");
    without("d/l").with_link("d/l", "../a/b").already(LINK);
    let why = without("d/l").with_link("d/l", "../a/c").refused(LINK);
    assert_eq!(why, "the link exists and leads to `../a/c`");
    assert!(on("d/l", "../a/b").refused(LINK).contains("a file of that name exists"));
    assert!(
        without("d/l")
            .with_other("d/l", Entry::Directory)
            .refused(LINK)
            .contains("a directory, which is never edited")
    );
    assert!(without("d/l").with_link("d", "a").refused(LINK).contains("`d` is not a directory"));
}

#[test]
fn a_link_never_leads_out_of_the_tree() {
    let link = |target: &str| format!("file.link: {{target: '{target}'}}");
    let out = |case: crate::edit::testing::Case, target: &str| {
        assert!(case.refused(&link(target)).contains("leads out of the tree"), "{target}");
    };
    without("d/l").changed(&link(".."));
    out(without("d/l"), "../..");
    out(without("l"), "../l");
    // What is there may itself lead elsewhere.
    let through = |target: &str| without("d/l").with_link("d/e", target);
    through("../x").changed(&link("e/passwd"));
    out(through("/etc"), "e/passwd");
    out(through("../../etc"), "e/passwd");
    out(through("x/../../.."), "e");
    out(without("d/l"), "../.git/hooks");
    out(without("d/l"), "../.pypatch-receipt.json");
    for target in ["", "/etc/passwd", "a/../b", "a/./b", "a//b", "a/"] {
        assert!(complaint(&link(target)).contains("needs a relative path"), "{target}");
    }
}

#[test]
fn a_link_never_leads_to_itself() {
    let link = |target: &str| format!("file.link: {{target: '{target}'}}");
    let circle = |case: crate::edit::testing::Case, change: &str| {
        assert!(case.refused(change).contains("leads in a circle"), "{change}");
    };
    circle(without("d/l"), &link("l"));
    circle(without("d/l"), &link("../d/l/x"));
    circle(without("d/l").with_link("d/e", "e"), &link("e"));
    circle(without("d/l").with_link("e", "d/l"), &link("../e"));
    circle(without("d/l").with_link("e", "f").with_link("f", "d"), &link("../e/l"));
    // A link to a directory above it does not.
    without("d/l").with_link("e", "d").changed(&link("../e"));
    let moved = without("l").with_link("l", "e").with_link("e", "m");
    circle(moved, "file.move: {to: m, contains: e}");
    // Of two that are added, each is there where the edits are planned again.
    circle(without("a").with_link("a", "b").with_link("b", "a"), &link("b"));
}

#[test]
fn an_absolute_link_is_not_moved() {
    let case = without("l").with_link("l", "/etc/passwd");
    let why = case.refused("file.move: {to: m, contains: etc}");
    assert_eq!(why, "`/etc/passwd` leads out of the tree");
}

#[test]
fn a_link_is_removed_and_otherwise_never_edited() {
    let case = without("l").with_link("l", "../a/b");
    let parts = case.parts("file.remove: {contains: a/b}");
    assert_eq!(parts[0].deltas, [Delta::Remove]);
    assert!(case.missing("file.remove: {contains: c}").0.contains("does not contain `c`"));
    for change in ["text.replace: {find: a, with: b}", "file.mode: {executable: true}", ADD] {
        assert!(case.refused(change).contains("never edited"), "{change}");
    }
}

#[test]
fn a_link_gets_another_name_and_keeps_its_target() {
    let change = "file.move: {to: d/m, contains: a/b}";
    let case = without("d/l").with_link("d/l", "../a/b");
    let parts = case.parts(change);
    let (to, bytes) = ("d/m".parse().unwrap(), b"../a/b".to_vec().into());
    assert_eq!(parts[0].deltas, [Delta::Move { to, bytes, executable: false, is_link: true }]);
    without("d/l").with_link("d/m", "../a/b").already(change);
    assert!(without("d/l").with_link("d/m", "../a").missing(change).0.contains("does not contain `a/b`"));
    assert!(case.refused("file.move: {to: m, contains: a/b}").contains("`../a/b` leads out of the tree"));
    let both = without("d/l").with_link("d/l", "../a/b").with_link("d/m", "../a/b");
    assert!(both.refused(change).contains("never replaced"));
    assert!(on("d/l", "a/b").with_link("d/m", "x").refused(change).contains("never replaced"));
}
