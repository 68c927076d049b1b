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

const TEMPLATE: &str = "\
/* p.h.in.  Generated from configure.ac by autoheader.  */

#ifndef P_H
#define P_H

/* Define if b. */
#undef HAVE_B

/* Define
   if d. */
#undef HAVE_D

/* Enable extensions.  */
#ifndef _ALL_SOURCE
# undef _ALL_SOURCE
#endif
#ifndef _GNU_SOURCE
# undef _GNU_SOURCE
#endif


/* Words. */
#ifndef WORDS_BIGENDIAN
# undef WORDS_BIGENDIAN
#endif

/* x */
#undef _X

/* y */
#undef uid_t


#if defined(A)
#define B
#endif

#endif
";

fn with_entry(name: &str, before: &str, text: &str) {
    assert_eq!(TEMPLATE.matches(before).count(), 1, "{before}");
    let after = on("p.h.in", TEMPLATE).changed(&format!("header.add-entry: {{name: {name}, comment: c}}"));
    assert_eq!(after, TEMPLATE.replace(before, &format!("{text}{before}")), "{name}");
}

#[test]
fn an_entry_is_added_at_its_alphabetical_place() {
    with_entry("HAVE_C", "/* Define\n", "/* c */\n#undef HAVE_C\n\n");
    with_entry("A", "/* Define if b", "/* c */\n#undef A\n\n");
    with_entry("HAVE_E", "/* Enable", "/* c */\n#undef HAVE_E\n\n");
    with_entry("VA", "/* Words", "/* c */\n#undef VA\n\n");
    with_entry("X", "/* x */", "/* c */\n#undef X\n\n");
    with_entry("zlib", "\n\n#if defined", "\n/* c */\n#undef zlib\n");
    let dense = "#undef A\n#undef C";
    assert_eq!(on("h.in", dense).changed("header.add-entry: {name: B}"), "#undef A\n#undef B\n#undef C");
    assert_eq!(on("h.in", dense).changed("header.add-entry: {name: D}"), "#undef A\n#undef C\n#undef D\n");
    assert_eq!(on("h.in", "#undef A\n").changed("header.add-entry: {name: D}"), "#undef A\n\n#undef D\n");
}

#[test]
fn an_entry_is_added_once() {
    for name in ["HAVE_B", "_GNU_SOURCE"] {
        on("p.h.in", TEMPLATE).already(&format!("header.add-entry: {{name: {name}, comment: other}}"));
    }
    let (what, _) = on("h.h", HEADER.replace("#undef", "#define")).missing("header.add-entry: {name: X}");
    assert!(what.contains("no `#undef`"), "{what}");
    assert!(complaint("header.add-entry: {name: A, comment: a */ b}").contains("its text only"));
    assert!(complaint("header.add-entry: {name: A B}").contains("that no macro has"));
}

#[test]
fn a_comment_is_wrapped_as_autoheader_does() {
    let add = |length: usize| {
        let comment = format!("{} {}", "a".repeat(length), "b".repeat(4));
        on("h.in", "#undef Z\n").changed(&format!("header.add-entry: {{name: A, comment: {comment}}}"))
    };
    // The longest line has 78 characters.
    assert!(add(67).starts_with(&format!("/* {} bbbb */\n#undef A\n", "a".repeat(67))));
    assert!(add(68).starts_with(&format!("/* {} bbbb\n   */\n#undef A\n", "a".repeat(68))));
    assert!(add(71).starts_with(&format!("/* {}\n   bbbb */\n#undef A\n", "a".repeat(71))));
}

#[test]
fn an_entry_is_removed_with_its_comment_and_blank_line() {
    let remove = |name: &str| format!("header.remove-entry: {{name: {name}}}");
    let after = on("p.h.in", TEMPLATE).changed(&remove("HAVE_D"));
    assert_eq!(after, TEMPLATE.replace("/* Define\n   if d. */\n#undef HAVE_D\n\n", ""));
    let after = on("p.h.in", TEMPLATE).changed(&remove("uid_t"));
    assert_eq!(after, TEMPLATE.replace("/* y */\n#undef uid_t\n\n", ""));
    on("p.h.in", TEMPLATE).already(&remove("HAVE_PTY_H"));
    on("p.h.in", TEMPLATE).missing(&remove("HAVE_BB"));
    on("p.h.in", "#undef A\n#undef A\n").ambiguous(&remove("A"));
    let why = on("p.h.in", TEMPLATE).refused(&remove("_ALL_SOURCE"));
    assert!(why.contains("condition of its own"), "{why}");
}

#[test]
fn other_bytes_of_a_template_survive() {
    let source = b"/* \xe9 */\r\n#undef B\r\n\r\n#undef C";
    let changed = |change: &str| on("h.in", source.as_slice()).changed_bytes(change);
    assert_eq!(
        changed("header.add-entry: {name: A, comment: c}"),
        b"/* c */\r\n#undef A\r\n\r\n/* \xe9 */\r\n#undef B\r\n\r\n#undef C"
    );
    assert_eq!(changed("header.remove-entry: {name: B}"), b"#undef C");
}
