//! The formats for pull requests and other programs: Markdown, GitHub, GitLab, SARIF and JUnit.

use std::fs;

use crate::common::TestEnvironment;
use crate::common::release::pinned;
use insta::assert_snapshot;
use serde_json::{Value, json};

const FORMATS: [&str; 6] = ["markdown", "github", "gitlab", "sarif", "junit", "json"];

/// An edit that fits, one that does not, and one for another version.
const EDITS: &str = r#"
  - id: fits
    why: |-
      The tree has no news. They are elsewhere.
    file: Misc/NEWS
    file.remove: {contains: made up}
  - id: stray
    why: Nothing calls it.
    file: Makefile.pre.in
    makefile.remove-prerequisite: {target: nothing, word: docs}
  - id: old
    why: Once needed.
    when: "<9.0"
    file: Misc/NEWS
    file.remove: {contains: made up}
"#;

/// Texts that would do something in a page, a terminal, a log or a table.
const HOSTILE: [&str; 12] = [
    "<script>alert(1)</script>",
    "</details></code>",
    "</failure><testcase name=\"x\"/>]]>",
    "\u{1b}[31mred\u{1b}]52;c;cm0=\u{7}",
    "\u{202e}backwards\u{2066}",
    "| a | b |",
    "``` `` `",
    "@everyone #1 http://example.invalid",
    "\n::error::mine\n::stop-commands::x",
    "%0A::warning::x",
    "![image](javascript:x) [link](x) *b* _i_ $x$",
    "\u{85}\u{2028}x",
];

/// A file whose name is markup.
const FILE: &str = "<b>a|b`@everyone.py";

/// A patch `p.patch` that does not fit `new`, and a patchset `good` that fits, and one `bad` that does not, with hostile texts.
fn hostile() -> TestEnvironment {
    let env = pinned();
    let long = "x".repeat(10_000);
    let (mut good, mut bad) = (String::new(), String::new());
    for (at, text) in HOSTILE.iter().chain([&long.as_str()]).enumerate() {
        let text = json!(text);
        let head = |id: &str, file: &str| format!("  - id: {id}-{at}\n    why: {text}\n    file: {file}\n");
        let fits = format!("{}    file.add: {{content: {text}}}\n", head("fits", &format!("Misc/new-{at}")));
        good.push_str(&fits);
        bad.push_str(&fits);
        bad.push_str(&head("stray", "Makefile.pre.in"));
        bad.push_str(&format!("    text.replace: {{find: {text}, with: y}}\n"));
    }
    env.write(&format!("old/{FILE}"), "one = 1\ntwo = 2\nthree = 3\n");
    env.write(&format!("new/{FILE}"), "one = 11\ntwo = 22\nthree = 33\n");
    let hunk = "@@ -1,3 +1,3 @@\n one = 1\n-two = 2\n+two = '<script>alert(1)</script>'\n three = 3\n";
    env.write("p.patch", format!("--- a/{FILE}\n+++ b/{FILE}\n{hunk}"));
    env.patchset("good", &good);
    env.patchset("bad", &bad);
    env
}

/// What a run prints, whatever its status.
fn stdout(env: &TestEnvironment, arguments: &[&str]) -> String {
    String::from_utf8(env.command(arguments).output().unwrap().stdout).unwrap()
}

#[test]
fn a_plan_for_a_pull_request_names_what_does_not_fit_first() {
    let env = TestEnvironment::with_tree();
    env.patchset("mine", EDITS);
    assert_snapshot!(env.run(&["plan", "mine", "tree", "--format", "markdown"]), @"
    ### mine on CPython 9.9: 3 edits: 1 change, 1 missing, 1 skipped; 0 files

    | result | edit | where | what |
    |---|---|---|---|
    | ❌ missing | `stray` | `Makefile.pre.in` | no rule makes `nothing` |
    | change | `fits` | `Misc/NEWS` | The tree has no news. |
    | skipped | `old` |  | it is for &#60;9.0, and this is 9.9 |

    <details><summary>edit `stray` does not fit CPython 9.9</summary>

    ```
    Makefile.pre.in  no rule makes `nothing`
    near: Makefile.pre.in:8  sharedmods docs
    ```

    </details>

    <sub>pypatch 0.1.0</sub>
    [exit 3]
    ");
}

#[test]
fn a_plan_that_fits_has_its_diff_folded() {
    let env = TestEnvironment::with_tree();
    let edits = EDITS.split("  - id: stray").next().unwrap();
    env.patchset("mine", edits);
    assert_snapshot!(env.run(&["plan", "mine", "tree", "--format", "markdown"]), @r#"
    ### mine on CPython 9.9: 1 edit: 1 change; 1 file

    | result | edit | where | what |
    |---|---|---|---|
    | change | `fits` | `Misc/NEWS` | The tree has no news. |

    <details><summary>Diff of the patched tree (1 file, +0 -2)</summary>

    | file | added | removed |
    |---|---:|---:|
    | `Misc/NEWS` | 0 | 2 |

    ```diff
    diff --git a/Misc/NEWS b/Misc/NEWS
    deleted file mode 100644
    --- a/Misc/NEWS
    +++ /dev/null
    @@ -1,2 +0,0 @@
    -Gadget 9.9
    -made up, no last line end
    \ No newline at end of file
    ```

    </details>

    <sub>pypatch 0.1.0</sub>
    [exit 0]
    "#);
}

#[test]
fn annotations_point_to_the_edit_in_patchset_yaml_and_the_page_is_added_to_the_step() {
    let mut env = TestEnvironment::with_tree();
    env.set("GITHUB_STEP_SUMMARY", env.path("step.md").display().to_string());
    env.patchset("mine", EDITS);
    env.write("step.md", "# Before\n");
    assert_snapshot!(env.run(&["plan", "./patchsets/mine", "tree", "--format", "github"]), @"
    ::error file=patchsets/mine/patchset.yaml,line=11,title=stray::edit `stray` does not fit CPython 9.9%0AMakefile.pre.in  no rule makes `nothing`%0Anear: Makefile.pre.in:8  sharedmods docs%0A(mine on CPython 9.9)
    [exit 3]
    ");
    let step = fs::read_to_string(env.path("step.md")).unwrap();
    let page = stdout(&env, &["plan", "mine", "tree", "--format", "markdown"]);
    assert_eq!(step, format!("# Before\n{page}"));
}

#[test]
fn each_edit_is_a_test_case() {
    let env = TestEnvironment::with_tree();
    env.patchset("mine", EDITS);
    assert_snapshot!(env.run(&["plan", "mine", "tree", "--format", "junit"]), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="pypatch plan" tests="3" failures="1" errors="0">
      <testsuite name="mine on CPython 9.9" tests="3" failures="1" errors="0" skipped="1">
        <testcase classname="mine on CPython 9.9" name="fits" file="patchsets/mine/patchset.yaml" line="6"/>
        <testcase classname="mine on CPython 9.9" name="stray" file="patchsets/mine/patchset.yaml" line="11"><failure type="missing" message="edit `stray` does not fit CPython 9.9">edit `stray` does not fit CPython 9.9&#10;Makefile.pre.in  no rule makes `nothing`&#10;near: Makefile.pre.in:8  sharedmods docs</failure></testcase>
        <testcase classname="mine on CPython 9.9" name="old" file="patchsets/mine/patchset.yaml" line="15"><skipped message="it is for &#60;9.0, and this is 9.9"/></testcase>
      </testsuite>
    </testsuites>
    [exit 3]
    "#);
}

#[test]
fn mistakes_of_a_patchset_are_annotations_at_their_lines() {
    let env = TestEnvironment::with_tree();
    env.yaml(
        "mine",
        "schema: 1\nid: mine\ntitle: t\nedits:\n  - id: A B\n    why: w\n    file: f\n    file.remove: {contains: made up}\n",
    );
    let output = env.run(&["check", "mine", "--format", "github"]);
    assert!(
        output
            .starts_with("::error file=patchsets/mine/patchset.yaml,line=5,col=9,endColumn=12,title=mine::"),
        "{output}"
    );
    assert!(output.ends_with("[exit 2]"), "{output}");
    env.patchset("mine", EDITS);
    assert_snapshot!(env.run(&["check", "mine", "--format", "markdown"]), @"
    ### 1 patchset without errors

    <details><summary>which</summary>

    mine

    </details>

    <sub>pypatch 0.1.0</sub>
    [exit 0]
    ");
}

#[test]
fn a_changed_snapshot_is_in_words_and_the_equal_ones_are_counted() {
    let env = pinned();
    env.run(&["snapshot", "accept", "gadget"]);
    assert_snapshot!(env.run(&["snapshot", "check", "gadget", "--format", "markdown"]), @"
    ### 1 snapshot as accepted

    <details><summary>which</summary>

    gadget on python-9.9

    </details>

    <sub>pypatch 0.1.0</sub>
    ------- stderr -------
    1 compared, 0 different, 0 skipped
    [exit 0]
    ");
    env.edit("patchsets/gadget/patchset.yaml", "word: sharedmods", "word: docs");
    assert_snapshot!(env.run(&["snapshot", "check", "gadget", "--format", "markdown"]), @"
    ### gadget on python-9.9: 1 of 7 edits changed

    | edit | before | now |
    |---|---|---|
    | `no-sharedmods` | removes `sharedmods` | removes `docs` |

    <details><summary>no-sharedmods</summary>

    ```diff
    Makefile.pre.in:5: the edit has another effect
    before removes `sharedmods`
    now removes `docs`
    lines before:
    +		docs
    lines now:
    +		sharedmods
    ```

    </details>

    6 edits as accepted.

    <sub>pypatch 0.1.0</sub>
    ------- stderr -------
    1 compared, 1 different, 0 skipped
    `pypatch review` decides about each
    [exit 1]
    ");
    assert_snapshot!(env.run(&["snapshot", "check", "gadget", "--format", "github"]), @"
    ::error file=patchsets/gadget/patchset.yaml,line=8,title=no-sharedmods::changed%0Abefore: removes `sharedmods`%0Anow: removes `docs`%0A(gadget on python-9.9)
    ------- stderr -------
    1 compared, 1 different, 0 skipped
    `pypatch review` decides about each
    [exit 1]
    ");
}

#[test]
fn every_format_is_what_its_readers_expect() {
    let env = hostile();
    let commands = [
        &["plan", "good", "tree"][..],
        &["plan", "bad", "tree"],
        &["snapshot", "check", "bad"],
        &["check", "bad"],
        &["matrix", "bad", "tree", "--base", "python-9.9"],
        &["port", "bad", "--to", "tree", "--base", "python-9.9", "--id", "ported"],
        &["port", "p.patch", "--from", "old", "--to", "new"],
    ];
    for command in commands {
        for format in FORMATS {
            let output = stdout(&env, &[command, &["--format", format]].concat());
            let what = format!("{command:?} {format}: {output}");
            match format {
                "sarif" => {
                    valid(&sarif_schema(), &output);
                    // The one that OASIS publishes is not part of this project.
                    if let Some(path) = std::env::var_os("PYPATCH_SARIF_SCHEMA") {
                        let schema = fs::read_to_string(path).unwrap();
                        valid(&serde_json::from_str(&schema).unwrap(), &output);
                    }
                }
                "gitlab" => {
                    valid(&gitlab_schema(), &output);
                    let issues: Vec<Value> = serde_json::from_str(&output).unwrap();
                    let mut prints: Vec<String> =
                        issues.iter().map(|issue| issue["fingerprint"].to_string()).collect();
                    prints.sort();
                    prints.dedup();
                    assert_eq!(prints.len(), issues.len(), "{what}");
                }
                "junit" => well_formed(&output),
                "json" => {
                    let name = if command[0] == "snapshot" { "snapshot-check" } else { command[0] };
                    let schema: Value = serde_json::from_str(&env.stdout(&["schema", name])).unwrap();
                    valid(&schema, &output);
                    valid(&closed(schema), &output);
                }
                "github" => {
                    for line in output.lines() {
                        let is_warning =
                            line.starts_with("::warning file=") && ["port", "matrix"].contains(&command[0]);
                        assert!(is_warning || line.starts_with("::error file="), "{what}");
                        assert!(line.matches("::error ").count() <= 1, "{what}");
                    }
                }
                _ => {}
            }
            // JSON escapes what it has to by itself.
            if matches!(format, "markdown" | "github" | "junit") {
                let bad = |c: char| {
                    (c.is_control() && c != '\n' && c != '\t') || ('\u{2028}'..='\u{202e}').contains(&c)
                };
                assert!(!output.contains(bad), "{what}");
                assert!(output.lines().all(|line| line.len() < 5_000), "{what}");
            }
        }
    }
}

/// What is outside of code in a page has no markup but its own.
#[test]
fn texts_in_markdown_are_inert() {
    let env = hostile();
    for patchset in ["good", "bad"] {
        is_inert(&stdout(&env, &["plan", patchset, "tree", "--format", "markdown"]));
    }
}

fn is_inert(page: &str) {
    let mut fence: Option<String> = None;
    for line in page.lines() {
        let ticks: String = line.chars().take_while(|sign| *sign == '`').collect();
        match &fence {
            Some(open) if line == open => fence = None,
            None if ticks.len() >= 3 => fence = Some(ticks),
            Some(_) => {}
            None => {
                // Without code spans and without what the page itself writes.
                let outside: String = line.split('`').step_by(2).collect();
                let own = [
                    "<details>",
                    "</details>",
                    "<summary>",
                    "</summary>",
                    "<sub>",
                    "</sub>",
                    "<code>",
                    "</code>",
                    "<!-- -->",
                ];
                let rest = own.iter().fold(outside.clone(), |line, tag| line.replace(tag, "\u{1}"));
                assert!(!rest.contains('<'), "{line}");
                assert!(!rest.contains("](") || rest.contains("\\]("), "{line}");
                let rest = rest.replace("&#", "&");
                for sign in ["@e", "#1", "://", "$x", "*b*"] {
                    assert!(!rest.contains(sign), "{sign} in {line}");
                }
                if line.starts_with("| ") {
                    let cells = line.matches('|').count();
                    assert!(cells == 5 || cells == 4, "{line}");
                }
            }
        }
    }
    assert_eq!(fence, None);
}

#[test]
fn pages_need_nothing_else_and_texts_in_them_are_inert() {
    let mut env = hostile();
    env.set("SOURCE_DATE_EPOCH", "86400");
    let commands = [
        &["plan", "good", "tree"][..],
        &["plan", "bad", "tree"],
        &["snapshot", "check", "bad"],
        &["check", "bad"],
        &["matrix", "bad", "tree", "--base", "python-9.9"],
        &["port", "bad", "--to", "tree", "--base", "python-9.9", "--id", "ported"],
        &["port", "p.patch", "--from", "old", "--to", "new"],
    ];
    for command in commands {
        let page = stdout(&env, &[command, &["--format", "html"]].concat());
        let what = format!("{command:?}: {page}");
        assert!(page.starts_with("<!doctype html>\n"), "{what}");
        assert!(page.contains("1970-01-02 00:00 UTC"), "{what}");
        assert!(page.contains("default-src 'none'"), "{what}");
        assert_eq!((page.matches("<script").count(), page.matches("</script>").count()), (2, 2), "{what}");
        for open in ["<testcase", "src=", "href=", "url(", "onclick", "<s>alert", "<img"] {
            assert!(!page.contains(open), "{open} in {what}");
        }
        let bad =
            |c: char| (c.is_control() && c != '\n' && c != '\t') || ('\u{2028}'..='\u{202e}').contains(&c);
        assert!(!page.contains(bad), "{what}");
        for tag in [
            "details", "div", "section", "summary", "button", "pre", "table", "p", "b", "s", "u", "i", "span",
        ] {
            let opened =
                page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag} in {what}");
        }
    }
}

fn valid(schema: &Value, document: &str) {
    let document: Value = serde_json::from_str(document).unwrap();
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// A schema of ours in which every object has only the keys that are described: none was forgotten.
fn closed(mut schema: Value) -> Value {
    fn close(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.values_mut().for_each(close);
                // An object of `allOf` has the keys of the others, too.
                let is_whole = map.contains_key("properties") && !map.contains_key("additionalProperties");
                if is_whole {
                    map.insert("unevaluatedProperties".to_owned(), json!(false));
                }
                if let Some(Value::Array(all)) = map.get_mut("allOf") {
                    for one in all {
                        one.as_object_mut().unwrap().remove("unevaluatedProperties");
                    }
                    map.insert("unevaluatedProperties".to_owned(), json!(false));
                }
            }
            Value::Array(items) => items.iter_mut().for_each(close),
            _ => {}
        }
    }
    close(&mut schema);
    // The cell of a port has a decision, too.
    schema["$defs"]["cell"].as_object_mut().unwrap().remove("unevaluatedProperties");
    schema
}

/// What SARIF 2.1.0 and GitHub's code scanning require of what pypatch writes; nothing else may be in it.
fn sarif_schema() -> Value {
    #[allow(clippy::needless_pass_by_value, reason = "`json!` makes a value")]
    fn object(properties: Value) -> Value {
        let required: Vec<&String> = properties.as_object().unwrap().keys().collect();
        json!({"type": "object", "additionalProperties": false, "required": required, "properties": properties})
    }
    let text = object(json!({"text": {"type": "string", "minLength": 1}}));
    let location = object(json!({"physicalLocation": object(json!({
        "artifactLocation": object(json!({"uri": {"type": "string", "pattern": "^[A-Za-z0-9._~/%-]+$"}})),
        "region": {"type": "object", "additionalProperties": false, "required": ["startLine"], "properties": {
            "startLine": {"type": "integer", "minimum": 1}, "startColumn": {"type": "integer", "minimum": 1},
            "endColumn": {"type": "integer", "minimum": 2},
        }},
    }))}));
    let result = object(json!({
        "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0},
        "level": {"enum": ["error", "warning"]}, "message": text,
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "locations": {"type": "array", "items": location, "minItems": 1},
    }));
    let rule = object(json!({"id": {"type": "string"}, "shortDescription": text}));
    let driver = object(json!({
        "name": {"const": "pypatch"}, "version": {"type": "string"},
        "rules": {"type": "array", "items": rule, "uniqueItems": true},
    }));
    let run = object(json!({
        "tool": object(json!({"driver": driver})), "results": {"type": "array", "items": result},
        "columnKind": {"const": "unicodeCodePoints"},
    }));
    object(json!({
        "$schema": {"type": "string", "pattern": "sarif-schema-2\\.1\\.0\\.json$"}, "version": {"const": "2.1.0"},
        "runs": {"type": "array", "items": run, "minItems": 1},
    }))
}

/// What GitLab's documentation of code quality reports requires.
fn gitlab_schema() -> Value {
    json!({"type": "array", "items": {
        "type": "object", "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1}, "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {"type": "object", "required": ["path", "lines"], "properties": {
                "path": {"type": "string", "pattern": "^[^/.]"},
                "lines": {"type": "object", "required": ["begin"], "properties": {"begin": {"type": "integer", "minimum": 1}}},
            }},
        },
    }})
}

/// Whether a document of XML has matching tags, attributes in quotes, known references, and only characters of XML.
fn well_formed(document: &str) {
    let body = document.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap();
    let is_text = |text: &str| {
        !text.contains(|c: char| {
            (c < ' ' && c != '\n' && c != '\t') || matches!(c, '\u{fffe}' | '\u{ffff}' | '<' | '>')
        }) && text.split('&').skip(1).all(|rest| {
            let number = rest.strip_prefix('#').and_then(|rest| rest.split_once(';'));
            number.is_some_and(|(number, _)| {
                number.parse::<u32>().is_ok_and(|code| code >= 32 || code == 9 || code == 10)
            })
        })
    };
    let mut open: Vec<&str> = Vec::new();
    for piece in body.split('<').skip(1) {
        // No text or attribute has a raw `>`, as `is_text` checks.
        let (tag, text) = piece.split_once('>').unwrap();
        assert!(is_text(text), "{text}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(["testsuites", "testsuite", "testcase", "failure", "skipped"].contains(&name), "{name}");
        let parts: Vec<&str> = attributes.split('"').collect();
        assert_eq!(parts.len() % 2, 1, "{attributes}");
        for pair in parts.chunks(2).filter(|pair| pair.len() == 2) {
            let name = pair[0].trim().strip_suffix('=').unwrap();
            assert!(name.chars().all(|c| c.is_ascii_lowercase()), "{name}");
            assert!(is_text(pair[1]), "{}", pair[1]);
        }
        if !is_empty {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_port_for_a_pull_request_shows_what_is_to_be_decided_first() {
    let env = hostile();
    env.write("new/m.py", "import os\n\n\ndef f():\n    return 1\n");
    env.write("old/m.py", "def f():\n    return 1\n");
    let patch = fs::read_to_string(env.path("p.patch")).unwrap();
    env.write(
        "p.patch",
        format!("{patch}--- a/m.py\n+++ b/m.py\n@@ -1,2 +1,3 @@\n def f():\n+    log()\n     return 1\n"),
    );
    let command = ["port", "p.patch", "--from", "old", "--to", "new", "--format"];
    assert_snapshot!(env.run(&[&command[..], &["markdown"]].concat()), @r"
    ### p.patch: 1 of 2 files to be decided

    | result | edit | where | what |
    |---|---|---|---|
    | ❌ conflict | <code>&#60;b&#62;a&#124;b&#96;@<!-- -->everyone.py</code> |  | upstream changed the same lines: line 1 of the old version, line 1 of the new one |
    | ported | `m.py` |  |  |

    <sub>pypatch 0.1.0</sub>
    [exit 3]
    ");
    assert_snapshot!(env.run(&[&command[..], &["github"]].concat()), @r"
    ::error file=p.patch,line=1,title=<b>a|b`@everyone.py::upstream changed the same lines: line 1 of the old version, line 1 of the new one%0A(p.patch)
    [exit 3]
    ");
    // A port of a patchset says where the edit is written.
    env.patchset("mine", EDITS);
    env.edit("patchsets/mine/patchset.yaml", "title: ", "applies-to: \">=9.0, <10.0\"\ntitle: ");
    env.write("tree/Include/patchlevel.h", "#define PY_VERSION \"10.1\"\n");
    assert_snapshot!(env.run(&["port", "mine", "--to", "tree", "--base", "python-9.9", "--format", "github"]), @r"
    ::error file=patchsets/mine/patchset.yaml,line=12,title=stray::no rule makes `nothing`%0A1. Makefile.pre.in:7  all:	$(PROG) oldsharedmods \%0A   `docs` is now a prerequisite of `all`%0A(mine)
    ------- stderr -------
    error: 1 row to be decided
      nothing was written
      help: give --accept stray=N or --drop stray=WHY for each row, or a file of --decisions
    [exit 3]
    ");
}
