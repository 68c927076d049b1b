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

/// What 3.11 and later have, whose lines begin with what configure replaces.
const STDLIB: &str = "*@MODULE_BUILDTYPE@*\n\n# POSIX\n@MODULE_ARRAY_TRUE@array a.c\n#@MODULE_NIS_TRUE@nis nis.c # x\n\n\
                      *shared*\n@MODULE_XX_TRUE@xx xx.c\n\n# end\n";

#[test]
fn a_condition_of_configure_does_not_decide_whether_a_line_is_found() {
    let file = on("Setup", STDLIB);
    let changed = |change: &str, old: &str, new: &str| {
        assert_eq!(file.changed(change), STDLIB.replacen(old, new, 1), "{change}");
    };
    assert_eq!(file.already(ENABLE), [4]);
    changed(DISABLE, "@MODULE_ARRAY", "#@MODULE_ARRAY");
    changed("setup.enable: {modules: [nis]}", "#@MODULE_NIS", "@MODULE_NIS");
    assert_eq!(file.already("setup.disable: {modules: [nis]}"), [5]);
    changed("setup.set: {module: array, value: b.c}", "a.c", "b.c");
    changed(
        "setup.set: {module: nis, value: b.c}",
        "#@MODULE_NIS_TRUE@nis nis.c",
        "@MODULE_NIS_TRUE@nis b.c",
    );
    changed("setup.replace: {module: array, with: b b.c}", "array a.c", "b b.c");
    changed("setup.replace: {module: array, with: '@B@array a.c'}", "@MODULE_ARRAY_TRUE@", "@B@");
    changed("setup.remove: {module: array}", "@MODULE_ARRAY_TRUE@array a.c\n", "");
    let (_, near) = file.missing("setup.enable: {modules: [arrays]}");
    assert_eq!(near, ["@MODULE_ARRAY_TRUE@array a.c"]);
}

#[test]
fn a_module_is_added_next_to_another_one() {
    let add = |place: &str| format!("setup.add: {{module: b, arguments: b.c, condition: '@B@', {place}}}");
    let after = |line: &str| STDLIB.replacen(line, &format!("{line}@B@b b.c\n"), 1);
    let before = |line: &str| STDLIB.replacen(line, &format!("@B@b b.c\n{line}"), 1);
    let file = on("Setup", STDLIB);
    assert_eq!(file.changed(&add("after: array")), after("@MODULE_ARRAY_TRUE@array a.c\n"));
    assert_eq!(file.changed(&add("before: array")), before("# POSIX\n"));
    // The line of another module does not belong to this one.
    assert_eq!(file.changed(&add("before: xx")), before("@MODULE_XX_TRUE@xx"));
    assert_eq!(on("Setup", "# head\na a.c\n").changed(&add("before: a")), "# head\n@B@b b.c\na a.c\n");
    assert_eq!(on("Setup", "#n n.c\na a.c\n").changed(&add("before: a")), "#n n.c\n@B@b b.c\na a.c\n");
    let crlf = on("Setup", b"# \xe9\r\na a.c \\\r\n  x.c\r\nc c.c".as_slice());
    assert_eq!(
        crlf.changed_bytes(&add("after: a")),
        b"# \xe9\r\na a.c \\\r\n  x.c\r\n@B@b b.c\r\nc c.c".as_slice()
    );
    assert_eq!(on("Setup", "a a.c").changed(&add("after: a")), "a a.c\n@B@b b.c\n");
    let (what, _) = on("Setup", "a a.c\n").missing(&add("after: z"));
    assert_eq!(what, "no line builds the module `z`");
}

#[test]
fn an_added_module_is_already_there_in_its_section_only() {
    let add = "setup.add: {module: xx, arguments: xx.c, condition: '@MODULE_XX_TRUE@', section: '*shared*'}";
    let file = on("Setup", STDLIB);
    assert_eq!(file.already(add), [8]);
    assert!(file.refused(&add.replace("shared", "static")).contains("listed after `*shared*`"));
    assert!(file.refused(&add.replace("_XX_", "_X_")).contains("another condition"));
    assert_eq!(on("Setup", "xx xx.c\n").refused(add), "`xx` is linked statically");
}

#[test]
fn a_module_is_added_at_the_end_of_a_section() {
    let add = |section: &str| format!("setup.add: {{module: b, arguments: b.c, section: '*{section}*'}}");
    let file = on("Setup", "*static*\na a.c\n#X=1\n\n# Shared:\n*shared*\n\n*disabled*\nz\n# end\n");
    assert_eq!(file.changed(&add("static")).find("#X=1\nb b.c\n"), Some(15));
    assert!(file.changed(&add("shared")).contains("*shared*\nb b.c\n\n*disabled*\n"));
    assert!(file.changed("setup.add: {module: b, section: '*disabled*'}").ends_with("# end\nb\n"));
    assert_eq!(on("Setup", "a a.c\n*shared*\n").changed(&add("static")), "a a.c\nb b.c\n*shared*\n");
    assert_eq!(on("Setup", "# x\n*shared*\n").changed(&add("static")), "# x\n*shared*\n*static*\nb b.c\n");
    assert_eq!(on("Setup", "a a.c\n").changed(&add("shared")), "a a.c\n*shared*\nb b.c\n");
    // What configure makes of the first section is not known.
    assert!(on("Setup", STDLIB).changed(&add("static")).ends_with("# end\n*static*\nb b.c\n"));
    for (change, why) in [
        ("setup.add: {module: a}", "needs `arguments`"),
        ("setup.add: {module: a, arguments: a.c, before: b, after: c}", "more than one place"),
        ("setup.add: {module: a, arguments: a.c, section: static}", "needs `*static*`"),
        ("setup.add: {module: a, arguments: a.c, condition: X}", "needs a `condition`"),
    ] {
        assert!(complaint(change).contains(why), "{change}");
    }
}

#[test]
fn a_module_after_disabled_is_only_a_name() {
    let file = on("Setup", "a a.c\n*disabled*\ny\n#z z.c\n");
    for place in ["after: y", "before: y", "after: z"] {
        let why = file.refused(&format!("setup.add: {{module: b, arguments: b.c, {place}}}"));
        assert!(why.contains("after `*disabled*`, where makesetup reads only names"), "{why}");
    }
    let after = file.changed("setup.add: {module: b, after: y}");
    assert_eq!(after, "a a.c\n*disabled*\ny\nb\n#z z.c\n");
    let why = file.refused("setup.add: {module: b, after: a}");
    assert!(why.contains("needs `arguments`"), "{why}");
    let change = "setup.add: {module: b, arguments: b.c, section: '*disabled*'}";
    assert!(complaint(change).contains("after `*disabled*` only names count"));
}

#[test]
fn a_module_gets_another_name() {
    let rename = "setup.replace: {module: posix, with: os2 posixmodule.c}";
    assert_eq!(on("Setup", "posix\tp.c -lx  # c\n").changed(rename), "os2 posixmodule.c  # c\n");
    assert_eq!(on("Setup", "#posix p.c \\\n#\tq.c\n").changed(rename), "os2 posixmodule.c\n");
    assert_eq!(on("Setup", "os2  posixmodule.c # c\n").already(rename), [1]);
    assert_eq!(on("Setup", "os2 posixmodule.c\n#posix p.c\n").already(rename), [1]);
    assert_eq!(on("Setup", "os2 x.c\nposix p.c\n").refused(rename), "`os2` has a line already");
    let (what, near) = on("Setup", "os2 x.c\nposix2 p.c\n").missing(rename);
    assert_eq!(
        (what.as_str(), &near[..]),
        ("no line builds the module `posix`", &["posix2 p.c".to_owned()][..])
    );
    for with in ["'a a.c\n\n  b b.c'", "'# a'", "'*static*'", "'#a a.c'", "''"] {
        let change = format!("setup.replace: {{module: a, with: {with}}}");
        assert!(complaint(&change).contains("the line of one module"), "{with}");
    }
    assert!(
        on("Setup", "a a.c\n")
            .refused("setup.replace: {module: a, with: a -DX=1 a.c}")
            .contains("definition")
    );
}

#[test]
fn the_line_that_begins_a_section_is_replaced_and_removed() {
    let replace = "setup.replace: {section: '*@MODULE_BUILDTYPE@*', with: '*static*'}";
    let changed = on("Setup", STDLIB).changed(replace);
    assert_eq!(changed, STDLIB.replacen("*@MODULE_BUILDTYPE@*", "*static*", 1));
    let (what, near) = on("Setup", "*shared*\n").missing(replace);
    assert_eq!(
        (what.as_str(), &near[..]),
        ("no line is `*@MODULE_BUILDTYPE@*`", &["*shared*".to_owned()][..])
    );
    let remove = "setup.remove: {section: '*shared*'}";
    assert_eq!(on("Setup", "a a.c\n*shared* # x\nb b.c\n").changed(remove), "a a.c\nb b.c\n");
    assert_eq!(on("Setup", "a a.c\n#*shared*\n").already(remove), [1]);
    assert_eq!(on("Setup", "*shared*\n*shared*\n").ambiguous(remove), [1, 2]);
}

#[test]
fn all_lines_of_a_module_are_removed() {
    let remove = "setup.remove: {module: nis, comment: true}";
    let file = on("Setup", b"a a.c\r\n\r\n# \xe9\r\n#nis n.c\r\nnis n.c \\\r\n -lx\r\n\r\nb b.c".as_slice());
    assert_eq!(file.changed_bytes(remove), b"a a.c\r\n\r\nb b.c".as_slice());
    assert_eq!(on("Setup", "a a.c\n").already(remove), [1]);
    let (what, near) = on("Setup", "_nis n.c\n").missing(remove);
    assert_eq!(
        (what.as_str(), &near[..]),
        ("`nis` was not found, but a similar name was", &["_nis n.c".to_owned()][..])
    );
    let variable = "setup.remove: {variable: SSL}";
    assert_eq!(on("Setup", "#SSL=/x\n_ssl s.c\nSSL=/y\n").changed(variable), "_ssl s.c\n");
    assert!(complaint("setup.remove: {comment: true}").contains("needs one of"));
}
