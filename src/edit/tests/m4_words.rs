//! `m4.add-word`, `m4.remove-word` and `m4.replace-word`.

use crate::edit::testing::{complaint, on};

const SOURCE: &str = "\
AC_CHECK_HEADERS(a.h b.h \\
c.h d.h)
AC_CHECK_FUNCS([ \\
  one two \\
  three \\
])
AC_CHECK_DECLS([A, B], [],
  [x])
AC_CHECK_TYPES(c_t)
AC_CONFIG_FILES([
  e
  f
])
AC_X([y], [s t])
LIBS=\"-la $X\"
A=b
C=
D=\"\"
E=x\"y\"
";

fn after(change: &str, old: &str, new: &str) {
    assert_eq!(SOURCE.matches(old).count(), 1, "{old:?}");
    let after = on("configure.ac", SOURCE).changed(change);
    assert_eq!(after, SOURCE.replace(old, new), "{change}");
}

#[test]
fn a_word_is_added_next_to_another_one() {
    let add = |call: &str, word: &str| format!("m4.add-word: {{call: {call}, word: n, {word}}}");
    after(&add("AC_CHECK_HEADERS", "after: b.h"), "b.h \\", "b.h n \\");
    after(&add("AC_CHECK_HEADERS", "before: c.h"), "c.h", "n c.h");
    after(&add("AC_CHECK_FUNCS", "after: three"), "three \\\n", "three \\\n  n \\\n");
    after(&add("AC_CHECK_FUNCS", "before: one"), "one", "n one");
    after(&add("AC_CONFIG_FILES", "after: f"), "  f\n", "  f\n  n\n");
    after(&add("AC_CONFIG_FILES", "before: e"), "  e\n", "  n\n  e\n");
    after(&add("AC_X", "number: 2, after: s"), "[s t]", "[s n t]");
    after("m4.add-word: {variable: LIBS, word: -lb, before: -la}", "-la", "-lb -la");
}

#[test]
fn a_line_with_one_word_among_longer_ones_gets_another_word() {
    let source = "AC_A([ \\\n  one two \\\n  three \\\n  four five \\\n])\n";
    let after = on("configure.ac", source).changed("m4.add-word: {call: AC_A, word: n, after: three}");
    assert_eq!(after, source.replace("three", "three n"));
}

#[test]
fn a_word_is_added_at_the_end() {
    let add = |rest: &str| format!("m4.add-word: {{{rest}, word: n}}");
    after(&add("call: AC_CHECK_HEADERS"), "d.h)", "d.h n)");
    after(&add("call: AC_X, first: y, number: 2"), "t])", "t n])");
    after(&add("variable: LIBS"), "$X\"", "$X n\"");
}

#[test]
fn a_list_gets_the_commas_and_quotes_that_it_needs() {
    let add = |rest: &str| format!("m4.add-word: {{{rest}, word: n}}");
    after(&add("call: AC_CHECK_DECLS"), "[A, B]", "[A, B, n]");
    after(&add("call: AC_CHECK_DECLS, before: A"), "[A, B]", "[n, A, B]");
    after(&add("call: AC_CHECK_TYPES"), "(c_t)", "([c_t, n])");
    after(&add("call: AC_CHECK_TYPES, before: c_t"), "(c_t)", "([n, c_t])");
    after(&add("variable: A"), "A=b", "A=\"b n\"");
    after(&add("variable: C"), "C=\n", "C=\"n\"\n");
    after(&add("variable: D"), "D=\"\"", "D=\"n\"");
    let struct_field = "m4.add-word: {call: AC_CHECK_DECLS, word: struct s.f, after: A}";
    after(struct_field, "A, B", "A, struct s.f, B");
    let replace = "m4.replace-word: {call: AC_CHECK_TYPES, word: c_t, with: 'd_t, e_t'}";
    after(replace, "(c_t)", "([d_t, e_t])");
}

#[test]
fn a_word_is_added_once() {
    let case = on("configure.ac", SOURCE);
    assert_eq!(case.already("m4.add-word: {call: AC_CHECK_HEADERS, word: d.h, after: x}"), [2]);
    let (what, near) = case.missing("m4.add-word: {call: AC_CHECK_HEADERS, word: x, after: bb.h}");
    assert_eq!((what.as_str(), near.len()), ("`bb.h` is not a word of `AC_CHECK_HEADERS`", 1));
    let (what, _) = case.missing("m4.add-word: {call: AC_CHECK_FUNC, word: x}");
    assert_eq!(what, "no call `AC_CHECK_FUNC` was found");
    case.missing("m4.add-word: {call: AC_X, number: 3, word: x}");
    case.missing("m4.add-word: {variable: LIB, word: x}");
    let twice = on("configure.ac", "AC_A([b])\nAC_A([c])\n");
    twice.ambiguous("m4.add-word: {call: AC_A, word: x}");
    assert_eq!(twice.changed("m4.add-word: {call: AC_A, first: c, word: x}"), "AC_A([b])\nAC_A([c x])\n");
    assert_eq!(twice.changed("m4.add-word: {call: AC_A, word: x, after: b}"), "AC_A([b x])\nAC_A([c])\n");
    let why = case.refused("m4.add-word: {variable: E, word: x}");
    assert!(why.contains("not one string"), "{why}");
    let why = case.refused("m4.add-word: {variable: LIBS, word: x y}");
    assert!(why.contains("several words"), "{why}");
}

#[test]
fn a_word_is_removed_with_its_line_or_comma() {
    let remove = |call: &str, word: &str| format!("m4.remove-word: {{call: {call}, word: {word}}}");
    after(&remove("AC_CHECK_HEADERS", "a.h"), "a.h b.h", "b.h");
    after(&remove("AC_CHECK_HEADERS", "b.h"), "a.h b.h", "a.h");
    after(&remove("AC_CHECK_HEADERS", "c.h"), "c.h d.h", "d.h");
    after(&remove("AC_CHECK_HEADERS", "d.h"), "c.h d.h", "c.h");
    after(&remove("AC_CHECK_FUNCS", "three"), "  three \\\n", "");
    after(&remove("AC_CHECK_DECLS", "A"), "A, B", "B");
    after(&remove("AC_CHECK_DECLS", "B"), "A, B", "A");
    after(&remove("AC_CONFIG_FILES", "e"), "  e\n", "");
    after("m4.remove-word: {variable: LIBS, word: $X}", "-la $X", "-la");
    let last = "AC_A(b \\\n  c)\n";
    assert_eq!(on("configure.ac", last).changed(&remove("AC_A", "c")), "AC_A(b)\n");
    let case = on("configure.ac", SOURCE);
    assert_eq!(case.already(&remove("AC_CHECK_HEADERS", "sys/x.h")), [1]);
    case.missing(&remove("AC_CHECK_FUNCS", "thre"));
}

#[test]
fn a_word_is_replaced_in_its_position() {
    let replace = |with: &str| format!("m4.replace-word: {{call: AC_CHECK_FUNCS, word: two, with: {with}}}");
    after(&replace("a"), "two", "a");
    after(&replace("a b"), "two", "a b");
    after(&replace("three"), "one two", "one");
    assert_eq!(on("configure.ac", "AC_CHECK_FUNCS(b a)\n").already(&replace("a b")), [1]);
    on("configure.ac", "AC_CHECK_FUNCS(b)\n").missing(&replace("a"));
    after("m4.replace-word: {variable: A, word: b, with: c d}", "A=b", "A=\"c d\"");
    after("m4.replace-word: {variable: A, word: b, with: c}", "A=b", "A=c");
}

#[test]
fn arguments_that_name_no_list_or_word_are_rejected() {
    for wrong in ["word: a", "call: a, variable: b, word: c", "variable: a, number: 1, word: b"] {
        complaint(&format!("m4.add-word: {{{wrong}}}"));
    }
    for word in ["''", "'a,b'", "'\"a'", "'[a'", "'a # b'"] {
        complaint(&format!("m4.add-word: {{variable: A, word: {word}}}"));
    }
    complaint("m4.add-word: {variable: A, word: a, before: b, after: c}");
    complaint("m4.add-word: {call: A, number: 100, word: a}");
    assert!(complaint("m4.replace-word: {variable: A, word: a, with: b a}").contains("m4.add-word"));
}

#[test]
fn other_bytes_survive() {
    let source = b"A=\"\xe9 b\" # \xe9\r\nAC_B(\xe9 \\\r\n  b \\\r\n  c)";
    let changed = |change: &str| on("configure.in", source.as_slice()).changed_bytes(change);
    assert_eq!(
        changed("m4.add-word: {variable: A, word: c}"),
        b"A=\"\xe9 b c\" # \xe9\r\nAC_B(\xe9 \\\r\n  b \\\r\n  c)"
    );
    assert_eq!(
        changed("m4.add-word: {call: AC_B, word: d}"),
        b"A=\"\xe9 b\" # \xe9\r\nAC_B(\xe9 \\\r\n  b \\\r\n  c \\\r\n  d)"
    );
    assert_eq!(
        changed("m4.remove-word: {call: AC_B, word: b}"),
        b"A=\"\xe9 b\" # \xe9\r\nAC_B(\xe9 \\\r\n  c)"
    );
}
