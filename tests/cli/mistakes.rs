//! Mistakes in files that people write: each with its line, in words of the file's own language.

use std::fs;
use std::path::Path;

use crate::common::TestEnvironment;
use insta::assert_snapshot;

const HEAD: &str = "schema: 1\nid: mine\ntitle: A test\n";
const EDIT: &str = "edits:\n  - id: e\n    why: x\n    file: a.c\n    text.replace: {find: a, with: b}\n";

fn check(yaml: &str) -> String {
    let env = TestEnvironment::new();
    env.yaml("mine", yaml);
    env.run(&["check", "mine"])
}

#[test]
fn a_value_of_another_type_is_shown_with_what_to_write() {
    assert_snapshot!(check(&format!("{HEAD}pins: python-2.7.18\n{EDIT}")), @"
    ------- stderr -------
    error: `pins` is a list
     --> patchsets/mine/patchset.yaml:4:7
      |
    4 | pins: python-2.7.18
      |       ^^^^^^^^^^^^^ write `pins: [python-2.7.18]`
    [exit 2]
    ");
    assert_snapshot!(check(&format!("schema: one\nid: mine\ntitle: A test\n{EDIT}")), @"
    ------- stderr -------
    error: `schema` is a number
     --> patchsets/mine/patchset.yaml:1:9
      |
    1 | schema: one
      |         ^^^ write `schema: 1`
    [exit 2]
    ");
    assert_snapshot!(check(&format!("{HEAD}edits:\n  - id: e\n    why: x\n    file: a.c\n    text.replace: {{find: 3, with: [b], count: x}}\n    within: f\n")), @r#"
    ------- stderr -------
    error: `find` is a text
     --> patchsets/mine/patchset.yaml:8:26
      |
    8 |     text.replace: {find: 3, with: [b], count: x}
      |                          ^ write `find: "3"`

    error: `with` is a text
     --> patchsets/mine/patchset.yaml:8:35
      |
    8 |     text.replace: {find: 3, with: [b], count: x}
      |                                   ^^^ write `with: b`

    error: `count` is a number
     --> patchsets/mine/patchset.yaml:8:47
      |
    8 |     text.replace: {find: 3, with: [b], count: x}
      |                                               ^ write a number

    error: `within` is a map
     --> patchsets/mine/patchset.yaml:9:13
      |
    9 |     within: f
      |             ^ write `within: {KEY: ...}`

    4 errors in patchsets/mine/patchset.yaml
    [exit 2]
    "#);
}

#[test]
fn a_value_that_yaml_reads_otherwise_is_shown_in_quotes() {
    assert_snapshot!(check(&format!("{HEAD}applies-to: >=2.7, <2.8\n{EDIT}")), @r#"
    ------- stderr -------
    error: a text that begins with `>` must be in quotes
     --> patchsets/mine/patchset.yaml:4:13
      |
    4 | applies-to: >=2.7, <2.8
      |             ^^^^^^^^^^^ quote it: `applies-to: ">=2.7, <2.8"`
    [exit 2]
    "#);
    assert_snapshot!(check(&format!("{HEAD}{}", EDIT.replace("why: x", "why: x: y"))), @r#"
    ------- stderr -------
    error: a text with a `: ` must be in quotes
     --> patchsets/mine/patchset.yaml:6:10
      |
    6 |     why: x: y
      |          ^ quote it: `why: "x: y"`
    [exit 2]
    "#);
}

#[test]
fn a_key_that_is_indented_as_no_other_is_shown_with_the_indentation() {
    assert_snapshot!(check(&format!("{HEAD}{}", EDIT.replace("    why", "   why"))), @"
    ------- stderr -------
    error: line 6 is indented by 3, and the keys of the edit by 4
     --> patchsets/mine/patchset.yaml:6:4
      |
    6 |    why: x
      |    ^^^ indent `why` by 4
    [exit 2]
    ");
    assert_snapshot!(check(&format!("{HEAD}{}", EDIT.replace("    why", "why"))), @"
    ------- stderr -------
    error: line 6 is indented by 0, and the keys of the edit by 4
     --> patchsets/mine/patchset.yaml:6:1
      |
    6 | why: x
      | ^^^ indent `why` by 4
    [exit 2]
    ");
    assert_snapshot!(check(&format!("{HEAD}{}", EDIT.replace("    why", "\twhy"))), @"
    ------- stderr -------
    error: a tab does not indent
     --> patchsets/mine/patchset.yaml:6:1
      |
    6 |     why: x
      | ^^^^^^^ write blanks instead
    [exit 2]
    ");
}

#[test]
fn every_mistake_of_a_file_is_shown_at_its_own_key() {
    let edits = "edits:\n  - id: e\n    wyh: x\n    file: a.c\n    text.repalce: {find: a, with: b}\n  - id: f\n    file: a.c\n    text.replace: {fnd: a, with: b, within: {function: f}}\n  - id: G\n    why: x\n    file: a.c\n    text.replace: {find: a, with: b}\n";
    assert_snapshot!(check(&format!("{HEAD}pinz: [python-2.5]\n{edits}")), @"
    ------- stderr -------
    error: unknown key `pinz`
     --> patchsets/mine/patchset.yaml:4:1
      |
    4 | pinz: [python-2.5]
      | ^^^^ did you mean `pins`?

    error: unknown key `wyh`
     --> patchsets/mine/patchset.yaml:7:5
      |
    7 |     wyh: x
      |     ^^^ did you mean `why`?

    error: unknown operation `text.repalce`
     --> patchsets/mine/patchset.yaml:9:5
      |
    9 |     text.repalce: {find: a, with: b}
      |     ^^^^^^^^^^^^ did you mean `text.replace` or `text.remove`?

    error: edit `f` has no `why`
      --> patchsets/mine/patchset.yaml:10:5
       |
    10 |   - id: f
       |     ^^ `why` is missing here

    error: `text.replace` has no argument `fnd`
      --> patchsets/mine/patchset.yaml:12:20
       |
    12 |     text.replace: {fnd: a, with: b, within: {function: f}}
       |                    ^^^ did you mean `find`?

    error: `within` is not an argument of `text.replace`
      --> patchsets/mine/patchset.yaml:12:37
       |
    12 |     text.replace: {fnd: a, with: b, within: {function: f}}
       |                                     ^^^^^^ write it next to `text.replace`

    error: invalid edit id `G`: use at most 100 lowercase letters, digits, `.`, `_` and `-`
      --> patchsets/mine/patchset.yaml:13:9
       |
    13 |   - id: G
       |         ^

    7 errors in patchsets/mine/patchset.yaml
    [exit 2]
    ");
}

#[test]
fn mistakes_of_syntax_are_shown_in_words() {
    assert_snapshot!(check(&format!("{HEAD}{}", EDIT.replace("with: b}", "with: b"))), @"
    ------- stderr -------
    error: this bracket is not closed
     --> patchsets/mine/patchset.yaml:8:19
      |
    8 |     text.replace: {find: a, with: b
      |                   ^^^^^^^^^^^^^^^^^ `}` is missing
    [exit 2]
    ");
    assert_snapshot!(check(&format!("{HEAD}{}", EDIT.replace("file: a.c", "file: 'a.c"))), @"
    ------- stderr -------
    error: this quote is not closed
     --> patchsets/mine/patchset.yaml:7:11
      |
    7 |     file: 'a.c
      |           ^^^^ write `'` at its end, too
    [exit 2]
    ");
    assert_snapshot!(check(&format!("{HEAD}{}", EDIT.replace("why: x\n", "why: x\n    why: y\n"))), @"
    ------- stderr -------
    error: the key `why` is given twice
     --> patchsets/mine/patchset.yaml:7:5
      |
    7 |     why: y
      |     ^^^ remove one of them
    [exit 2]
    ");
}

#[test]
fn a_pin_that_is_not_known_is_shown_at_its_place() {
    assert_snapshot!(check(&format!("{HEAD}pins: [python-2.7.81]\n{EDIT}")), @"
    ------- stderr -------
    error: `pins` names `python-2.7.81`, which is not a pinned release
     --> patchsets/mine/patchset.yaml:4:8
      |
    4 | pins: [python-2.7.81]
      |        ^^^^^^^^^^^^^ did you mean `python-2.7.18`?
    [exit 2]
    ");
}

#[test]
fn mistakes_in_a_file_of_pins_are_shown_with_their_lines() {
    let env = TestEnvironment::new();
    env.write(
        "upstream-pins/2.5.yaml",
        "schema: 1\nreleases:\n  - version: 2.5\n    tag: v2.5\n    tree: x\n    tarball: []\n",
    );
    assert_snapshot!(env.run(&["pins", "python-2.5"]), @r#"
    ------- stderr -------
    error: `version` is a text
     --> upstream-pins/2.5.yaml:3:14
      |
    3 |   - version: 2.5
      |              ^^^ write `version: "2.5"`

    error: unknown key `tarball`
     --> upstream-pins/2.5.yaml:6:5
      |
    6 |     tarball: []
      |     ^^^^^^^ did you mean `tarballs`?

    2 errors in upstream-pins/2.5.yaml
    [exit 2]
    "#);
}

#[test]
fn mistakes_in_a_file_of_decisions_are_shown_with_their_lines() {
    let env = crate::port::two_versions();
    env.write("decisions.yaml", "acept: {a: 1}\ndrop:\n  b: 3\n");
    let port = ["port", "gadget-py9.9", "--to", "new", "--base", "old"];
    assert_snapshot!(env.run(&[&port[..], &["--decisions", "decisions.yaml"]].concat()), @r#"
    ------- stderr -------
    error: unknown key `acept`
     --> decisions.yaml:1:1
      |
    1 | acept: {a: 1}
      | ^^^^^ did you mean `accept`?

    error: `b` is a text
     --> decisions.yaml:3:6
      |
    3 |   b: 3
      |      ^ write `b: "3"`

    2 errors in decisions.yaml
    [exit 2]
    "#);
    env.write(
        "a.patch",
        "--- a/Modules/Setup\n+++ b/Modules/Setup\n@@ -1 +1 @@\n-three three.c\n+three 3.c\n",
    );
    env.write("port.decisions", "Patch: a\nFile: b\nChnage: c\nOutcome: d\n\nPatch: b\nChange: c\nOutcome\n");
    let port = ["port", "a.patch", "--from", "old", "--to", "new", "-o", "out"];
    assert_snapshot!(env.run(&[&port[..], &["--decisions", "port.decisions"]].concat()), @"
    ------- stderr -------
    error: the field `Change` is missing
     --> port.decisions:1:1
      |
    1 | Patch: a
      | ^^^^^

    error: unknown field `Chnage`: did you mean `Change`?
     --> port.decisions:3:1
      |
    3 | Chnage: c
      | ^^^^^^

    error: the field `Outcome` is missing
     --> port.decisions:6:1
      |
    6 | Patch: b
      | ^^^^^

    error: expected `Field: value`
     --> port.decisions:8:1
      |
    8 | Outcome
      | ^^^^^^^

    4 errors in port.decisions
    [exit 2]
    ");
}

/// Words of the libraries that read YAML.
const FORBIDDEN: [&str; 26] = [
    "expected sequence",
    "expected mapping",
    "invalid u32",
    "invalid type",
    "invalid value",
    "invalid length",
    "while scanning",
    "while parsing",
    "block scalar",
    "plain scalar",
    "scalar",
    "did not find",
    "mapping values",
    "mapping",
    "simple key",
    "flow sequence",
    "block collection",
    "untagged",
    "variant",
    "missing field",
    "unknown field",
    "deserial",
    "serde",
    "line break",
    "anchor `",
    "misplaced bracket",
];

/// Numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

/// A patchset with one mistake such as people make.
fn mutated(text: &str, numbers: &mut Numbers) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = loop {
        let at = numbers.below(lines.len());
        if !lines[at].trim().is_empty() && !lines[at].trim_start().starts_with('#') {
            break at;
        }
    };
    let line = lines[at].clone();
    let value = line.find(": ").map(|colon| colon + 2);
    match numbers.below(14) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, line),
        2 => lines[at] = format!(" {line}"),
        3 => lines[at] = line.strip_prefix(' ').unwrap_or(&line).to_owned(),
        4 => lines[at] = format!("  {line}"),
        5 => lines[at] = line.replacen("  ", "\t", 1),
        6 => lines[at] = line.replace(['"', '\''], ""),
        7 => lines[at] = line.replacen(['}', ']', '"', '\''], "", 1),
        8 => lines[at] = line.replacen(['{', '['], "", 1),
        9 => lines[at] = line.replacen(": ", ":", 1),
        10 => {
            // Two letters of the key change places.
            let start = line.len() - line.trim_start_matches([' ', '-']).len();
            if line[start..].len() > 2 && line[start..start + 2].is_ascii() {
                lines[at] = [
                    &line[..start],
                    &line[start + 1..start + 2],
                    &line[start..start + 1],
                    &line[start + 2..],
                ]
                .concat();
            }
        }
        11 => {
            if let Some(value) = value {
                let other = ["3", "[a, b]", "{a: b}", "true", "", "text"][numbers.below(6)];
                lines[at] = format!("{}{other}", &line[..value]);
            }
        }
        12 => {
            if let Some(value) = value {
                let sign = [">", "@", "*", "&", "%", "|", "- ", "a: "][numbers.below(8)];
                lines[at] = format!("{}{sign}{}", &line[..value], &line[value..]);
            }
        }
        _ => {
            if at + 1 < lines.len() {
                lines.swap(at, at + 1);
            }
        }
    }
    lines.join("\n") + "\n"
}

#[test]
fn no_mistake_in_a_patchset_shows_the_words_of_a_parser() {
    let env = TestEnvironment::new();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("patchsets/catamount-py2.5");
    let text = fs::read_to_string(shipped.join("patchset.yaml")).unwrap();
    for file in fs::read_dir(shipped.join("files")).into_iter().flatten() {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        env.write(&format!("patchsets/catamount-py2.5/files/{name}"), fs::read(file.path()).unwrap());
    }
    let mut numbers = Numbers(2026);
    let mut refused = 0;
    for case in 0..200 {
        let mutant = mutated(&text, &mut numbers);
        env.yaml("catamount-py2.5", &mutant);
        let output = env.command(&["check", "--offline", "catamount-py2.5"]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let shown = || format!("case {case}:\n{stderr}\n{}", diff(&text, &mutant));
        match output.status.code() {
            Some(0) => continue,
            Some(2) => refused += 1,
            _ => panic!("{}", shown()),
        }
        let lines: Vec<&str> = stderr.lines().collect();
        let errors = lines.iter().filter(|line| line.starts_with("error: ")).count();
        let carets = lines.iter().filter(|line| line.contains("| ") && line.contains('^')).count();
        let places = lines.iter().filter(|line| line.trim_start().starts_with("--> ")).count();
        assert!(errors > 0 && errors == places && errors <= carets, "{}", shown());
        let titles: Vec<&str> =
            lines.iter().copied().filter(|line| line.starts_with("error: ") || line.contains('^')).collect();
        for words in FORBIDDEN {
            assert!(!titles.iter().any(|line| line.contains(words)), "`{words}`: {}", shown());
        }
    }
    assert!(refused > 100, "{refused}");
}

/// The lines in which two texts differ.
fn diff(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let from = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let window = |lines: &[&str]| {
        lines[from.saturating_sub(2).min(lines.len())..(from + 3).min(lines.len())].join("\n")
    };
    format!("{}\n=====\n{}", window(&old), window(&new))
}
