//! Values by version, named texts and alternatives.

use crate::edit::testing::{complaint, complaints, on, patchset, try_patchset};
use crate::edit::{Context, Outcome, resolve};

const SET: &str = "makefile.set-variable: {name: V, value: {'<3.8': a, '>=3.8, <3.10': b}}";

#[test]
fn a_value_by_version_is_that_of_the_tree() {
    assert_eq!(on("Makefile", "V=\tx\n").version("2.5").changed(SET), "V=\ta\n");
    assert_eq!(on("Makefile", "V=\tx\n").version("3.9.1").changed(SET), "V=\tb\n");
}

#[test]
fn a_version_without_a_value_is_refused() {
    let why = on("Makefile", "V=\tx\n").version("3.10").refused(SET);
    assert_eq!(
        why,
        "its values are for `<3.8`, `>=3.8, <3.10`, and this is 3.10: add a value for it, or exclude the version by `when`"
    );
    // `when` excludes it.
    let skipped = format!("when: '<3.10'\n{SET}");
    assert_eq!(on("Makefile", "V=\tx\n").version("3.10").outcome(&skipped).name(), "skipped");
}

#[test]
fn ranges_that_overlap_are_an_error_at_the_second() {
    let text = "text.replace:\n  find: a\n  with:\n    '<3.9': b\n    '>=3.8': c";
    assert!(
        complaint(text).ends_with(
            "patchset.yaml:12:9: `<3.9` and `>=3.8` overlap: the values of a table are for different versions"
        ),
        "{}",
        complaint(text)
    );
    for fine in ["'<3.15': b, '>=3.15.0a1': c", "'==3.8': b, '!=3.8': c", "'<=3.8': b, '>3.8': c"] {
        on("f", "a\n").edit(&format!("text.replace: {{find: a, with: {{{fine}}}}}"));
    }
}

#[test]
fn a_key_of_a_table_that_is_not_a_range_is_an_error() {
    let wrong = complaint("text.replace: {find: a, with: {'<3.8': b, default: c}}");
    assert!(
        wrong.contains("`default` is not a range of versions, and other keys of this table are"),
        "{wrong}"
    );
    let wrong = complaint("text.replace: {find: a, with: {'<3.x': b}}");
    assert!(wrong.contains("invalid version range `<3.x`"), "{wrong}");
}

#[test]
fn several_tables_in_a_change_are_combined() {
    let change = "text.replace: {find: {'<3.0': a, '>=3.0': b}, with: {'<3.8': c, '>=3.8': d}}";
    let case = |version| on("f", "a b\n").version(version).changed(change);
    assert_eq!((case("2.7"), case("3.5"), case("3.8")), ("c b\n".into(), "a c\n".into(), "a d\n".into()));
}

#[test]
fn scopes_and_files_may_be_tables() {
    let change = "within: {function: {'<3.0': f, '>=3.0': g}}\ntext.replace: {find: x, with: y}";
    let text = "int f(void) { return x; }\nint g(void) { return x; }\n";
    let case = |version| on("f.c", text).version(version).changed(change);
    assert_eq!(case("2.7"), text.replacen('x', "y", 1));
    assert_eq!(case("3.1"), "int f(void) { return x; }\nint g(void) { return y; }\n");
}

#[test]
fn a_named_text_is_used_by_several_edits() {
    let edit = |id: &str| {
        format!(
            "  - id: {id}\n    why: w\n    file: {id}\n    text.insert: {{after: x, text: {{text: both}}}}\n"
        )
    };
    let with = |texts: &str| format!("{}{}texts:\n{texts}", edit("a"), edit("b"));
    let patchset = patchset(&with("  both: {'<3.0': two, '>=3.0': three}\n"));
    for (edit, file) in patchset.edits.iter().zip(["a", "b"]) {
        let parts = on(file, "x").version("3.1").parts_of(edit);
        assert!(matches!(&parts[0].outcome, Outcome::Change(_)), "{parts:?}");
    }
    let unknown = complaints(&try_patchset(&with("  boht: c\n")).unwrap_err());
    assert!(unknown.contains("patchset.yaml:8:42: `texts` has no text `both`; near: boht"), "{unknown}");
    let wrong = complaints(&try_patchset(&with("  both: [c]\n")).unwrap_err());
    assert!(wrong.contains("expected a text, or `{from: FILE}`"), "{wrong}");
}

#[test]
fn the_first_alternative_with_the_anchor_is_taken() {
    let change = "within: {function: [f, g, h]}\ntext.replace: {find: x, with: y}";
    let case = on("f.c", "int g(void) { return x; }\nint h(void) { return x; }\n");
    assert_eq!(case.changed(change), "int g(void) { return y; }\nint h(void) { return x; }\n");
    assert_eq!(case.parts(change)[0].chosen.as_deref(), Some("function `g`"));
    let (what, _) = on("f.c", "int i(void) { return x; }\n").missing(change);
    assert_eq!(what, "no function `f` was found; nor does function `g` fit; nor does function `h` fit");
    let change = "c.replace: {function: [f, {name: g, under: '#ifdef A'}], find: x, with: y}";
    let text = "#ifdef A\nint g(void) { return x; }\n#else\nint g(void) { return x; }\n#endif\n";
    assert_eq!(on("f.c", text).changed(change), text.replacen('x', "y", 1));
}

#[test]
fn of_several_files_the_first_with_the_anchor_is_edited() {
    let case = on("b.c", "int f(void) { return x; }\n").with("a.c", b"int g(void) { return x; }\n");
    let edit = |files: &str| {
        patchset(&format!(
            "  - id: e\n    why: w\n    file: {files}\n    within: {{function: f}}\n    text.replace: {{find: x, with: y}}\n"
        ))
        .edits
        .remove(0)
    };
    let parts = case.parts_of(&edit("[a.c, b.c]"));
    assert_eq!((parts[0].file.as_str(), parts[0].outcome.name()), ("b.c", "change"));
}

#[test]
fn a_pattern_selects_the_only_file_with_the_anchor() {
    let edit = |file: &str| {
        patchset(&format!(
            "  - id: e\n    why: w\n    file: {file}\n    within: {{function: f}}\n    text.replace: {{find: x, with: y}}\n"
        ))
        .edits
        .remove(0)
    };
    let text = b"int f(void) { return x; }\n";
    let case = on("Python/a.c", text).with("Python/b.c", b"int g(void) { return x; }\n");
    let parts = case.parts_of(&edit("Python/*.c"));
    assert_eq!((parts[0].file.as_str(), parts[0].outcome.name()), ("Python/a.c", "change"));
    let case = case.with("Python/c.c", text).with("Python/sub/d.c", text);
    let outcome = |file: &str| {
        let version = "2.5".parse().unwrap();
        resolve(&Context::new(&case.tree, Some(version)), &edit(file)).unwrap().remove(0).outcome
    };
    assert!(matches!(outcome("Python/*.c"), Outcome::Ambiguous { what, places, .. }
            if what == "2 files that match `Python/*.c` have the anchor" && places.len() == 2));
    assert!(
        matches!(outcome("Objects/*.c"), Outcome::Missing { what, .. } if what == "no file matches `Objects/*.c`")
    );
    let bad = complaints(
        &try_patchset("  - id: e\n    why: w\n    file: '*.c'\n    text.remove: {find: x}\n").unwrap_err(),
    );
    assert!(bad.contains("must begin with a folder"), "{bad}");
}

#[test]
fn the_target_of_a_command_may_have_another_name() {
    let prefix = "makefile.prefix-command: {target: [oldtest, test], command: ./python, with: yod}";
    assert_eq!(on("Makefile", "test:\n\t./python\n").changed(prefix), "test:\n\tyod ./python\n");
    assert_eq!(
        on("Makefile", "a:\n\t./python\noldtest:\n\t./python\n").changed(prefix),
        "a:\n\t./python\noldtest:\n\tyod ./python\n"
    );
    on("Makefile", "a:\n\t./python\n").missing(prefix);
}
