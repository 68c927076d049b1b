//! `setup.*`.

use crate::edit::Outcome;
use crate::edit::testing::{complaint, on};

const ENABLE: &str = "setup.enable: {modules: [array]}";
const DISABLE: &str = "setup.disable: {modules: [array]}";

#[test]
fn an_enabled_line_keeps_its_trailing_comment() {
    let file = on("Setup", b"# \xe9\n#array arraymodule.c\t# array objects  \n".as_slice());
    assert_eq!(file.changed_bytes(ENABLE), b"# \xe9\narray arraymodule.c\t# array objects  \n");
    assert_eq!(on("Setup", "#array arraymodule.c").changed(ENABLE), "array arraymodule.c");
    assert_eq!(on("Setup", "  #array arraymodule.c\n").changed(ENABLE), "  array arraymodule.c\n");
}

#[test]
fn a_disabled_entry_of_several_lines_is_enabled_whole() {
    let file = on("Setup", "#array a.c \\\n#\t-DX b.c \\\n#\t-lc\n#other o.c\n");
    assert_eq!(file.changed(ENABLE), "array a.c \\\n\t-DX b.c \\\n\t-lc\n#other o.c\n");
}

#[test]
fn prose_that_begins_with_a_module_name_is_not_an_entry() {
    let (what, near) =
        on("Setup", "# array arraymodule.c in prose\n#array is in a.c\n#array\n").missing(ENABLE);
    assert_eq!(what, "no line builds the module `array`");
    assert_eq!(near, [""; 0]);
}

#[test]
fn a_disabled_duplicate_of_an_active_line_stays_disabled() {
    assert_eq!(on("Setup", "#array a.c\narray b.c\n").already(ENABLE), [2]);
    assert_eq!(on("Setup", "#array a.c\n#array b.c\n").ambiguous(ENABLE), [1, 2]);
}

#[test]
fn a_module_is_found_under_its_aliases() {
    let aliases = "setup.enable: {modules: [{name: array, aliases: [_array]}]}";
    assert_eq!(on("Setup", "#_array a.c\n").changed(aliases), "_array a.c\n");
    let (_, near) = on("Setup", "#_array arraymodule.c\n").missing(ENABLE);
    assert_eq!(near, ["#_array arraymodule.c"]);
}

#[test]
fn each_module_is_a_part() {
    let parts = on("Setup", "a a.c\n#b b.c\n").parts("setup.enable: {modules: [a, b, c]}");
    let outcomes: Vec<_> = parts.iter().map(|p| (p.name.as_deref().unwrap(), p.outcome.name())).collect();
    assert_eq!(outcomes, [("a", "already"), ("b", "change"), ("c", "missing")]);
}

#[test]
fn a_module_outside_the_static_section_is_refused() {
    assert!(on("Setup", "*shared*\narray a.c\n").refused(ENABLE).contains("after `*shared*`"));
    assert!(on("Setup", "*shared*\n#array a.c\n").refused(ENABLE).contains("after `*shared*`"));
    assert!(on("Setup", "*disabled*\narray\n").refused(ENABLE).contains("after `*disabled*`"));
    assert!(
        on("Setup", "*disabled*\n#array a.c\n").refused(ENABLE).contains("after `*shared*` or `*disabled*`")
    );
    assert_eq!(on("Setup", "#*shared*\narray a.c\n").already(ENABLE), [2]);
    assert_eq!(on("Setup", "*shared*\n*static*\narray a.c\n").already(ENABLE), [3]);
}

#[test]
fn a_line_that_makesetup_reads_as_a_definition_is_refused() {
    // makesetup: `*=*) DEFS=...`.
    for file in ["#array a.c -DX=1\n", "array a.c -DX=1\n"] {
        assert!(on("Setup", file).refused(ENABLE).contains("definition"), "{file}");
    }
    assert!(on("Setup", "").refused("setup.add: {module: a, arguments: a.c -DX=1}").contains("definition"));
    assert!(
        on("Setup", "a a.c\n").refused("setup.set: {module: a, value: a.c -DX=1}").contains("definition")
    );
    assert_eq!(on("Setup", "array a.c # X=1\n").already(ENABLE), [1]);
}

#[test]
fn an_edit_that_would_continue_onto_the_next_line_is_refused() {
    let file = on("Setup", "#array a.c \\\nb b.c\n");
    assert!(file.refused(ENABLE).contains("include the next one"));
    assert!(file.refused("setup.set: {module: array, value: x.c}").contains("include the next one"));
    // makesetup drops comments and empty lines first.
    for between in ["##", "#", "# # x\n\n"] {
        let file = on("Setup", format!("#array a.c \\\n{between}\nb b.c\n"));
        assert!(file.refused(ENABLE).contains("include the next one"), "{between}");
    }
    let variable = on("Setup", "#A=b \\# why\nc c.c\n");
    assert!(variable.refused("setup.set: {variable: A, value: y}").contains("include the next one"));
    let end = on("Setup", "b b.c \\\n# end\n");
    assert!(end.refused("setup.add: {module: a, arguments: a.c}").contains("include the new one"));
}

#[test]
fn a_comment_between_continued_lines_is_ignored() {
    // makesetup drops comments before it joins lines.
    let file = on("Setup", "array a.c \\\n# why\n\tb.c\n#other o.c\n");
    assert_eq!(file.already(ENABLE), [1]);
    assert_eq!(file.already("setup.set: {module: array, value: a.c b.c}"), [1]);
    on("Setup", "array a.c \\\n# why\n\tb.c\n").missing("setup.enable: {modules: [b.c]}");
}

#[test]
fn a_disabled_module_is_commented_out() {
    assert_eq!(on("Setup", "array a.c\t# x\nb b.c\n").changed(DISABLE), "#array a.c\t# x\nb b.c\n");
    assert_eq!(on("Setup", "array a.c \\\n\tb.c\nb b.c").changed(DISABLE), "#array a.c \\\n#\tb.c\nb b.c");
    assert_eq!(on("Setup", "  array a.c\n").changed(DISABLE), "  #array a.c\n");
    assert_eq!(on("Setup", "array a.c\narray b.c\n").changed(DISABLE), "#array a.c\n#array b.c\n");
    assert_eq!(on("Setup", "*shared*\narray a.c\n").changed(DISABLE), "*shared*\n#array a.c\n");
    assert_eq!(on("Setup", "#array a.c\n").already(DISABLE), [1]);
    let (_, near) = on("Setup", "arrays a.c\n").missing(DISABLE);
    assert_eq!(near, ["arrays a.c"]);
}

#[test]
fn a_module_after_disabled_is_already_disabled() {
    assert_eq!(on("Setup", "*disabled*\narray\n").already(DISABLE), [2]);
}

#[test]
fn a_module_is_added_to_the_static_section() {
    let add = "setup.add: {module: spam, arguments: spam.c -lm}";
    assert_eq!(on("Setup", "a a.c\n").changed(add), "a a.c\nspam spam.c -lm\n");
    assert_eq!(on("Setup", "a a.c").changed(add), "a a.c\nspam spam.c -lm\n");
    assert_eq!(on("Setup", "").changed(add), "spam spam.c -lm\n");
    assert_eq!(on("Setup", "*shared*\na a.c\n").changed(add), "*shared*\na a.c\n*static*\nspam spam.c -lm\n");
    assert_eq!(on("Setup", "spam  spam.c \\\n -lm # x\n").already(add), [1]);
    assert_eq!(on("Setup", "#spam spam.c -lm\n").changed(add), "#spam spam.c -lm\nspam spam.c -lm\n");
    assert_eq!(on("Setup", "spam s.c\n").refused(add), "`spam` is built from other arguments");
    assert!(on("Setup", "*shared*\nspam spam.c -lm\n").refused(add).contains("after `*shared*`"));
}

#[test]
fn the_arguments_of_a_module_are_replaced() {
    let set = "setup.set: {module: zlib, value: zlibmodule.c -lz}";
    assert_eq!(on("Setup", "zlib z.c\t-I/x  # c\n").changed(set), "zlib zlibmodule.c -lz  # c\n");
    assert_eq!(on("Setup", "#zlib z.c -I/x # c\n").changed(set), "zlib zlibmodule.c -lz # c\n");
    assert_eq!(on("Setup", "#zlib z.c \\\n#\t-I/x # c\n").changed(set), "zlib zlibmodule.c -lz # c\n");
    assert_eq!(on("Setup", "zlib\n").changed(set), "zlib zlibmodule.c -lz\n");
    assert_eq!(on("Setup", "#zlib z.c\nzlib  zlibmodule.c\t-lz\n").already(set), [2]);
    assert_eq!(on("Setup", "zlib a.c\nzlib b.c\n").ambiguous(set), [1, 2]);
    assert_eq!(on("Setup", "#zlib a.c\n#zlib b.c\n").ambiguous(set), [1, 2]);
    on("Setup", "z a.c\n").missing(set);
}

#[test]
fn a_variable_is_replaced_and_enabled() {
    let set = "setup.set: {variable: SSL, value: /opt/ssl}";
    assert_eq!(on("Setup", "SSL=/usr\n").changed(set), "SSL=/opt/ssl\n");
    assert_eq!(on("Setup", "#SSL=/usr # c").changed(set), "SSL=/opt/ssl # c");
    assert_eq!(on("Setup", "#SSL=/usr\nSSL=/x\n").changed(set), "#SSL=/usr\nSSL=/opt/ssl\n");
    assert_eq!(on("Setup", "SSL=/opt/ssl # c\n").already(set), [1]);
    assert_eq!(on("Setup", "#SSL=/a\n#SSL=/b\n").ambiguous(set), [1, 2]);
    let (_, near) = on("Setup", "SSLX=/usr\n").missing(set);
    assert_eq!(near, ["SSLX=/usr"]);
}

#[test]
fn a_line_with_unknown_words_is_not_commented_out() {
    // As a comment the line would not be recognised again.
    let parts = on("Setup", "array what is this\n").parts(DISABLE);
    assert!(matches!(parts[0].outcome, Outcome::Refused { .. }), "{parts:?}");
}

#[test]
fn an_empty_change_is_rejected() {
    assert!(complaint("setup.set: {value: x}").contains("either"));
    assert!(complaint("setup.enable: {modules: []}").contains("names no module"));
}

#[test]
fn a_disabled_module_is_set_with_all_lines_it_continues_on() {
    let set = "setup.set: {module: a, value: y.c -lx}";
    assert_eq!(on("Setup", "#a a.c \\\n# b.c\nc c.c\n").changed(set), "a y.c -lx\nc c.c\n");
    assert_eq!(on("Setup", "#a a.c \\\n#\nc c.c\n").changed(set), "a y.c -lx\nc c.c\n");
    assert_eq!(on("Setup", "#a a.c \\\n# # why\nc c.c\n").changed(set), "a y.c -lx # why\nc c.c\n");
}
