//! `makefile.add-word`, `makefile.remove-word`, `makefile.replace-word` and `makefile.wrap`.

use crate::edit::testing::{complaint, on};

const DIRS: &str = "DIRS=\tone \\\n\t\ttwo \\\n\t\tthree four \\\n\t\tfive\nB= x y # c\n";

fn after(change: &str, old: &str, new: &str) {
    assert_eq!(DIRS.matches(old).count(), 1, "{old:?}");
    assert_eq!(on("Makefile", DIRS).changed(change), DIRS.replace(old, new), "{change}");
}

#[test]
fn a_word_is_added_on_a_line_of_its_own_where_its_neighbour_is() {
    let add = |place: &str| format!("makefile.add-word: {{variable: DIRS, word: new{place}}}");
    after(&add(", after: two"), "two \\\n", "two \\\n\t\tnew \\\n");
    after(&add(", before: two"), "\t\ttwo", "\t\tnew \\\n\t\ttwo");
    after(&add(""), "five\n", "five \\\n\t\tnew\n");
    after(&add(", after: one"), "one \\\n", "one \\\n\t\tnew \\\n");
    after(&add(", before: one"), "\tone", "\tnew \\\n\t\tone");
    after(&add(", after: three"), "three", "three new");
    after(&add(", before: three"), "three", "new three");
    after("makefile.add-word: {variable: B, word: z}", "x y #", "x y z #");
    let list = |text: &str| on("Makefile", text).changed(&add(""));
    assert_eq!(list("DIRS=\n"), "DIRS=\tnew\n");
    assert_eq!(list("DIRS=\\\n  one\\\n  two"), "DIRS=\\\n  one\\\n  two\\\n  new");
    assert_eq!(list("DIRS= \\\n\tone \\\n\nB=\n"), "DIRS= \\\n\tone \\\n\tnew \\\n\nB=\n");
    assert_eq!(on("Makefile", b"DIRS= \xe9\n").changed_bytes(&add("")), b"DIRS= \xe9 new\n");
}

#[test]
fn a_word_is_added_once() {
    let add = "makefile.add-word: {variable: DIRS, word: two, after: x}";
    assert_eq!(on("Makefile", DIRS).already(add), [2]);
    on("Makefile", "DIRS= x x\n").ambiguous(add);
    let (what, near) = on("Makefile", "DIRS= xx\nDIR= y\n").missing(add);
    assert_eq!((what.as_str(), near.len()), ("`x` is not a word of `DIRS`", 0));
    on("Makefile", "DIR= x\n").missing(add);
    assert_eq!(on("Makefile", "DIRS= x\nDIRS+= y\n").changed(add), "DIRS= x two\nDIRS+= y\n");
    on("Makefile", "DIRS= x\nDIRS+= y\n").ambiguous("makefile.add-word: {variable: DIRS, word: z}");
    // A backslash at the end of a file has no line end that a new word could follow.
    let open = on("Makefile", "DIRS= \\\n\tx \\").parts("makefile.add-word: {variable: DIRS, word: z}");
    assert!(!open[0].deltas.is_empty(), "{open:?}");
    on("Makefile", "DIRS= $(x").refused("makefile.add-word: {variable: DIRS, word: z}");
    for wrong in ["word: a b", "word: ''", "word: 'a\\'", "word: $(a", "word: a, before: b, after: c"] {
        complaint(&format!("makefile.add-word: {{variable: A, {wrong}}}"));
    }
}

#[test]
fn a_word_is_removed_with_its_line_and_backslash() {
    let remove = |word: &str| format!("makefile.remove-word: {{variable: DIRS, word: {word}}}");
    after(&remove("two"), "\t\ttwo \\\n", "");
    after(&remove("one"), "one \\\n\t\ttwo", "two");
    after(&remove("five"), "four \\\n\t\tfive\n", "four\n");
    after(&remove("three"), "three four", "four");
    after(&remove("four"), "three four", "three");
    assert_eq!(on("Makefile", "DIRS= \\\n\tone \\\n\ttwo\n").changed(&remove("one")), "DIRS= \\\n\ttwo\n");
    assert_eq!(on("Makefile", "DIRS= one # c\n").changed(&remove("one")), "DIRS= # c\n");
    assert_eq!(on("Makefile", DIRS).already(&remove("six")), [1]);
    on("Makefile", DIRS).missing(&remove("thre"));
    on("Makefile", "DIRS= one one\n").ambiguous(&remove("one"));
    on("Makefile", "DIR= one\n").missing(&remove("one"));
    let similar = on("Makefile", "DIRS= blake2b blake2s\n").changed(&remove("blake2b"));
    assert_eq!(similar, "DIRS= blake2s\n");
    // `\` is a word of the first line, and would continue it.
    assert!(on("Makefile", "DIRS= one \\ \\\n two\nb: c\n").refused(&remove("two")).contains("continue"));
}

#[test]
fn a_word_is_replaced_in_its_position() {
    let replace = |with: &str| format!("makefile.replace-word: {{variable: DIRS, word: two, with: {with}}}");
    after(&replace("a"), "two", "a");
    after(&replace("a b"), "two", "a b");
    after(&replace("five"), "\t\ttwo \\\n", "");
    assert_eq!(on("Makefile", "DIRS= b a\n").already(&replace("a b")), [1]);
    on("Makefile", "DIRS= b\n").missing(&replace("a"));
    assert!(complaint(&replace("two a")).contains("makefile.add-word"));
}

const RULES: &str = "A= x\na: b\n\tone \\\n\t  c\n\ttwo\n# End\nc: d\n\tthree\n";

#[test]
fn commands_variables_and_rules_are_wrapped() {
    let wrap = |what: &str| format!("makefile.wrap: {{{what}, if: 'ifeq (a,b)'}}");
    let changed = |what: &str| on("Makefile", RULES).changed(&wrap(what));
    assert_eq!(changed("from: A="), RULES.replace("A= x\n", "ifeq (a,b)\nA= x\nendif\n"));
    let both = "\tone \\\n\t  c\n\ttwo\n";
    assert_eq!(changed("from: one, to: two"), RULES.replace(both, &format!("ifeq (a,b)\n{both}endif\n")));
    let rule = "c: d\n\tthree\n";
    assert_eq!(changed("from: 'c:'"), RULES.replace(rule, &format!("ifeq (a,b)\n{rule}endif\n")));
    let otherwise = changed("from: two, otherwise: two 2");
    assert_eq!(otherwise, RULES.replace("\ttwo\n", "ifeq (a,b)\n\ttwo\nelse\n\ttwo 2\nendif\n"));
    assert_eq!(on("Makefile", b"A= \xe9").changed_bytes(&wrap("from: A=")), b"ifeq (a,b)\nA= \xe9\nendif\n");
}

#[test]
fn lines_that_cannot_be_wrapped_are_refused() {
    let wrap = |what: &str| format!("makefile.wrap: {{{what}, if: ifdef X}}");
    assert!(on("Makefile", RULES).refused(&wrap("from: two, to: three")).contains("outside of it"));
    assert!(on("Makefile", "A= x \\").refused(&wrap("from: A=")).contains("continued"));
    assert!(on("Makefile", "ifdef Y\nA= x\n").refused(&wrap("from: ifdef")).contains("not closed"));
    on("Makefile", RULES).missing(&wrap("from: twoo"));
    on("Makefile", RULES).missing(&wrap("from: two, to: one"));
    on("Makefile", "a:\n\tb\n\tb\n").ambiguous(&wrap("from: b"));
    complaint("makefile.wrap: {from: a, if: X}");
}
