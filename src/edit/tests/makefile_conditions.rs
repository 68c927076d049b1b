//! `makefile.replace-condition`.

use crate::edit::testing::{complaint, on};

const TEXT: &str = "\
ifeq ($(OS), darwin)  # why darwin
A= 1
else ifeq \"$(OS)\" 'linux gnu'
A= darwin
else ifndef CROSS
A= 2
endif
all: a
ifneq (,$(filter ios tvos,$(call f,$(OS))))
	darwin
else
  ifdef DEBUG_B
	b
  endif
endif
";

fn changed(arguments: &str) -> String {
    on("Makefile", TEXT).changed(&format!("makefile.replace-condition: {{{arguments}}}"))
}

#[test]
fn a_whole_condition_of_any_spelling_is_replaced() {
    let cases = [
        (
            "find: 'ifeq \"$(OS)\" \"darwin\"', with: 'ifneq ($(OS),)'",
            "ifeq ($(OS), darwin)",
            "ifneq ($(OS),)",
        ),
        ("find: 'ifeq ($(OS),linux  gnu)', with: ifdef X", "ifeq \"$(OS)\" 'linux gnu'", "ifdef X"),
        ("find: 'else ifndef CROSS', with: 'else ifeq ($(X),b)'", "ifndef CROSS", "ifeq ($(X),b)"),
        ("find: ifdef  DEBUG_B, with: ifndef DEBUG_B", "ifdef DEBUG_B", "ifndef DEBUG_B"),
    ];
    for (arguments, from, to) in cases {
        assert_eq!(changed(arguments), TEXT.replace(from, to), "{arguments}");
    }
    let file = on("Makefile", TEXT);
    for find in ["ifneq ($(OS),darwin)", "ifdef DEBUG", "else ifdef DEBUG_B", "ifeq ($(OS),dar win)"] {
        file.missing(&format!("makefile.replace-condition: {{find: '{find}', with: ifdef X}}"));
    }
}

#[test]
fn a_part_of_a_condition_is_replaced() {
    let cases = [
        ("find: darwin, with: $(KERNEL)", "(OS), darwin)", "(OS), $(KERNEL))"),
        ("find: linux gnu, with: kestrel", "'linux gnu'", "'kestrel'"),
        ("find: ios, with: ios kestrel", "ios tvos", "ios kestrel tvos"),
        ("find: ios tvos, with: \"''\"", "ios tvos", "''"),
        ("find: '$(call f,$(OS))', with: $(OS)", "$(call f,$(OS))", "$(OS)"),
        ("find: CROSS, with: HOST", "ifndef CROSS", "ifndef HOST"),
    ];
    for (arguments, from, to) in cases {
        assert_eq!(changed(arguments), TEXT.replace(from, to), "{arguments}");
    }
    let twice = "within: {between: [why, ifndef]}\nmakefile.replace-condition: {find: $(OS), with: $(X)}";
    assert_eq!(on("Makefile", TEXT).changed(twice), TEXT.replace("\"$(OS)\"", "\"$(X)\""));
    let target = "within: {target: all}\nmakefile.replace-condition: {find: OS, with: X}";
    assert_eq!(on("Makefile", TEXT).changed(target), TEXT.replace("f,$(OS)", "f,$(X)"));
    let file = on("Makefile", TEXT);
    assert_eq!(file.ambiguous("makefile.replace-condition: {find: $(OS), with: x}"), [1, 3, 9]);
    for find in ["DEBUG", "tv", "$(OS),darwin", "all"] {
        file.missing(&format!("makefile.replace-condition: {{find: '{find}', with: x}}"));
    }
    let bytes = b"ifeq ($(A),\xe9 b) # \xe9\r\n\tx\r\nendif";
    let out = on("Makefile", bytes).changed_bytes("makefile.replace-condition: {find: b, with: c d}");
    assert_eq!(out, b"ifeq ($(A),\xe9 c d) # \xe9\r\n\tx\r\nendif");
}

#[test]
fn a_part_that_would_end_what_is_compared_is_refused() {
    let file = on("Makefile", TEXT);
    for arguments in [
        "find: linux gnu, with: \"it's\"",
        "find: darwin, with: 'x)'",
        "find: '$(call f,$(OS))', with: ')'",
        "find: CROSS, with: A B",
    ] {
        let why = file.refused(&format!("makefile.replace-condition: {{{arguments}}}"));
        assert!(why.contains("write the whole condition"), "{why}");
    }
    // The comma is a part of the second side.
    assert_eq!(changed("find: darwin, with: 'a,b'"), TEXT.replace(", darwin)", ", a,b)"));
    let left = "makefile.replace-condition: {find: $(A), with: 'a,b'}";
    assert!(on("Makefile", "ifeq ($(A),b)\nendif\n").refused(left).contains("end what is compared"));
}

#[test]
fn an_or_adds_a_word_to_a_filter_alone() {
    let or = "makefile.replace-condition: {find: ios, or: kestrel}";
    let expected = TEXT.replace("ios tvos", "ios tvos kestrel");
    let file = on("Makefile", TEXT);
    assert_eq!(file.changed(or), expected);
    on("Makefile", expected.clone()).already(or);
    let whole =
        "makefile.replace-condition: {find: 'ifneq (,$(filter ios tvos,$(call f,$(OS))))', or: tvos kestrel}";
    assert_eq!(file.changed(whole), expected);
    on("Makefile", expected).already(whole);
    let (idiom, or) =
        ("ifeq ($(filter $(A),b c),$(A))\nendif\n", "makefile.replace-condition: {find: c, or: d}");
    assert_eq!(on("Makefile", idiom).changed(or), idiom.replace("b c", "b c d"));
    on("Makefile", idiom.replace(",$(A))", ",$(B))")).refused(or);
    let why = file.refused("makefile.replace-condition: {find: darwin, or: kestrel}");
    assert!(why.contains("write `with: 'ifneq (,$(filter darwin kestrel,$(OS)))'`"), "{why}");
    let why = file.refused("makefile.replace-condition: {find: ifdef DEBUG_B, or: kestrel}");
    assert!(why.contains("make has no `or` in `ifdef DEBUG_B`"), "{why}");
    // The list is the side with the words.
    let turned = on("Makefile", "ifneq ($(filter $(OS),a b),)\nendif\n");
    let after = turned.changed("makefile.replace-condition: {find: b, or: c}");
    assert_eq!(after, "ifneq ($(filter $(OS),a b c),)\nendif\n");
    for source in ["ifeq ($(filter a,$(OS)),a)\nendif\n", "ifneq (,$(filter a,$(OS) b))\nendif\n"] {
        on("Makefile", source).refused("makefile.replace-condition: {find: a, or: c}");
    }
    let not_any = on("Makefile", "ifeq (,$(filter a,$(B)))\nendif\n");
    assert!(not_any.refused("makefile.replace-condition: {find: a, or: c}").contains("make has no `or`"));
}

#[test]
fn a_condition_that_is_not_whole_is_an_error() {
    for arguments in [
        "find: 'ifeq ($(A),b', with: ifdef A",
        "find: ifdef A, with: 'ifeq x'",
        "find: ifdef A, with: A",
        "find: A, with: ifdef A",
        "find: ifdef A, with: else ifdef B",
        "find: a, with: 'b # c'",
        "find: a, with: b, or: c",
        "find: a, or: 'b)'",
        "find: endif, with: ifdef A",
        "find: a",
    ] {
        complaint(&format!("makefile.replace-condition: {{{arguments}}}"));
    }
}
