//! `header.*`.

use crate::edit::testing::{complaint, on};

const HEADER: &str = "/* c */\n#ifndef X_H\n#define X_H\n\n#undef HAVE_A\n\n#endif /* X_H */\n";

#[test]
fn macros_are_undefined_in_a_spelling_that_config_status_ignores() {
    let undef = "header.undef: {names: [A, B], comment: why}";
    let after = "/* why */\n#undef/**/A\n#undef/**/B\n";
    assert_eq!(on("h.in", HEADER).changed(undef), format!("{HEADER}{after}"));
    let file = HEADER.trim_end();
    assert_eq!(on("h.in", file).changed(undef), format!("{file}\n{after}"));
    assert_eq!(on("h.in", format!("{HEADER}\nint x;\n{after}int y;\n")).already(undef), [10]);
    let bytes = [HEADER.as_bytes(), b"/* \xe9 */  \nint x;  "].concat();
    assert_eq!(on("h.in", &bytes).changed_bytes(undef), [&bytes[..], b"\n", after.as_bytes()].concat());
}

#[test]
fn text_is_appended_inside_or_outside_the_include_guard() {
    let inside = "header.append: {text: 'int a;', place: inside-guard}";
    assert_eq!(on("h.h", HEADER).changed(inside), HEADER.replace("#endif", "int a;\n#endif"));
    let outside = "header.append: {text: 'int a;', place: outside-guard}";
    assert_eq!(on("h.h", HEADER).changed(outside), format!("{HEADER}int a;\n"));
    // The text on one side of the guard's end does not count for the other side.
    let file = HEADER.replace("#endif", "int a;\n#endif");
    assert_eq!(on("h.h", &file).changed(outside), format!("{file}int a;\n"));
}

#[test]
fn a_line_inside_a_comment_does_not_count() {
    let define = "header.define: {name: A, value: '1', place: outside-guard}";
    let file = format!("{HEADER}/* no: #define A 1\n*/\n");
    assert_eq!(on("h.h", &file).changed(define), format!("{file}#define A 1\n"));
}

#[test]
fn a_macro_is_defined() {
    let define = "header.define: {name: A, value: '1', place: inside-guard}";
    assert_eq!(on("h.h", HEADER).changed(define), HEADER.replace("#endif", "#define A 1\n#endif"));
    let empty = "header.define: {name: A, place: outside-guard}";
    assert_eq!(on("h.h", HEADER).changed(empty), format!("{HEADER}#define A\n"));
    assert_eq!(on("h.h", format!("{HEADER}#define A\n")).already(empty), [8]);
}

#[test]
fn a_header_without_an_include_guard_is_missing_its_anchor() {
    let undef = "header.undef: {names: [A]}";
    let (what, _) = on("h.h", "int a;\n").missing(undef);
    assert!(what.contains("no include guard"), "{what}");
    on("h.h", "int a;\n#ifndef X\n#define X\n#endif\n").missing(undef);
    on("h.h", "").missing(undef);
}

#[test]
fn an_empty_text_is_rejected() {
    assert!(complaint("header.append: {text: '', place: outside-guard}").contains("`text` is empty"));
    assert!(complaint("header.undef: {names: []}").contains("names no macro"));
}
