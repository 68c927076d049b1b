//! The published JSON schema and the loader agree on what is a valid patchset.

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use pypatch::patchset::{Catalog, json_schema};
use serde_json::Value;

/// Invalid values of `edits:` in an otherwise valid patchset, and why.
const WRONG: &[(&str, &str)] = &[
    ("an unknown operation", "[{id: e, why: w, file: f, text.substitute: {find: a, with: b}}]"),
    ("no why", "[{id: e, file: f, text.replace: {find: a, with: b}}]"),
    ("a blank why", "[{id: e, why: ' ', file: f, text.replace: {find: a, with: b}}]"),
    ("no id", "[{why: w, file: f, text.replace: {find: a, with: b}}]"),
    ("no file", "[{id: e, why: w, text.replace: {find: a, with: b}}]"),
    ("no operation", "[{id: e, why: w, file: f}]"),
    ("nothing to do", "[{id: e, why: w}]"),
    ("no change", "[{id: e, why: w, changes: []}]"),
    (
        "two operations",
        "[{id: e, why: w, file: f, file.mode: {executable: true}, file.remove: {contains: a}}]",
    ),
    (
        "an operation and changes",
        "[{id: e, why: w, file: f, file.mode: {executable: true}, changes: [{file: g, file.mode: {executable: true}}]}]",
    ),
    (
        "a file with changes",
        "[{id: e, why: w, file: f, changes: [{file: g, file.mode: {executable: true}}]}]",
    ),
    ("a change without a file", "[{id: e, why: w, changes: [{file.mode: {executable: true}}]}]"),
    (
        "a change that says why",
        "[{id: e, why: w, changes: [{why: w, file: f, file.mode: {executable: true}}]}]",
    ),
    ("an unknown key", "[{id: e, why: w, because: w, file: f, text.replace: {find: a, with: b}}]"),
    (
        "an unknown key of an operation",
        "[{id: e, why: w, file: f, text.replace: {find: a, with: b, all: true}}]",
    ),
    ("a missing key of an operation", "[{id: e, why: w, file: f, text.replace: {find: a}}]"),
    ("a text that is a list", "[{id: e, why: w, file: f, text.replace: {find: [a], with: b}}]"),
    ("a number where a text belongs", "[{id: e, why: w, file: f, text.replace: {find: 1, with: b}}]"),
    (
        "a text where a number belongs",
        "[{id: e, why: w, file: f, text.replace: {find: a, with: b, count: two}}]",
    ),
    ("a text where a truth belongs", "[{id: e, why: w, file: f, file.mode: {executable: maybe}}]"),
    ("no place", "[{id: e, why: w, file: f, text.replace: {find: a, with: b, count: 0}}]"),
    ("an empty anchor", "[{id: e, why: w, file: f, text.replace: {find: '', with: b}}]"),
    ("two anchors", "[{id: e, why: w, file: f, text.insert: {before: a, after: b, text: c}}]"),
    ("an unknown indentation", "[{id: e, why: w, file: f, text.insert: {after: a, text: b, indent: four}}]"),
    ("no anchor", "[{id: e, why: w, file: f, text.insert: {text: c}}]"),
    ("no file in a list", "[{id: e, why: w, file: [], file.mode: {executable: true}}]"),
    ("a file outside the tree", "[{id: e, why: w, file: a/../../f, file.mode: {executable: true}}]"),
    ("an absolute file", "[{id: e, why: w, file: /f, file.mode: {executable: true}}]"),
    ("two files to create", "[{id: e, why: w, file: [f, g], file.add: {content: a}}]"),
    ("an entry of no function", "[{id: e, why: w, file: f, c.insert: {at: entry, text: a}}]"),
    ("an unknown place", "[{id: e, why: w, file: f, c.insert: {at: exit, function: g, text: a}}]"),
    ("an include without quotes", "[{id: e, why: w, file: f, c.add-include: {include: a.h, after: b.h}}]"),
    (
        "an end without a beginning",
        "[{id: e, why: w, file: f, c.wrap: {function: g, condition: '#if 0', to: a}}]",
    ),
    ("a condition that is none", "[{id: e, why: w, file: f, c.wrap: {function: g, condition: A}}]"),
    ("no module", "[{id: e, why: w, file: f, setup.enable: {modules: []}}]"),
    ("a module and a variable", "[{id: e, why: w, file: f, setup.set: {module: a, variable: B, value: c}}]"),
    ("no macro", "[{id: e, why: w, file: f, header.undef: {names: []}}]"),
    ("an unknown scope", "[{id: e, why: w, file: f, within: {line: '3'}, text.replace: {find: a, with: b}}]"),
    ("invalid version range", "[{id: e, why: w, when: '2.7', file: f, file.mode: {executable: true}}]"),
    ("no version", "[{id: e, why: w, since: two, file: f, file.mode: {executable: true}}]"),
    (
        "when with changes",
        "[{id: e, why: w, when: '>=2.7', changes: [{file: f, file.mode: {executable: true}}]}]",
    ),
    ("an unknown lint", "[{id: e, why: w, allow: {lint: w}, file: f, file.mode: {executable: true}}]"),
    (
        "two facts",
        "[{id: e, why: w, requires: [{file: f, why: w, exists: true, contains: a}], file: f, file.mode: {executable: true}}]",
    ),
    (
        "a need without a fact",
        "[{id: e, why: w, file: f, needed-while: {file: g, why: w}, file.mode: {executable: true}}]",
    ),
    ("no fact", "[{id: e, why: w, requires: [{file: f, why: w}], file: f, file.mode: {executable: true}}]"),
    (
        "a table with another key",
        "[{id: e, why: w, file: f, text.replace: {find: {'<3.0': a, b: c}, with: b}}]",
    ),
    (
        "a list of numbers by version",
        "[{id: e, why: w, file: f, text.replace: {find: {'<3.0': [a]}, with: b}}]",
    ),
    ("an alternative for a text", "[{id: e, why: w, file: f, text.replace: {find: a, with: [b, c]}}]"),
    (
        "no alternative",
        "[{id: e, why: w, file: f, within: {function: []}, text.replace: {find: a, with: b}}]",
    ),
    ("an operation by version", "[{id: e, why: w, file: f, text.replace: {'<3.0': {find: a, with: b}}}]"),
    ("edits by name", "{e: {why: w, file: f, file.mode: {executable: true}}}"),
];

/// Invalid values of the other keys.
const WRONG_HEADS: &[(&str, &str)] = &[
    ("no schema", "id: mine\ntitle: t\n"),
    ("another schema", "schema: 2\nid: mine\ntitle: t\n"),
    ("no id", "schema: 1\ntitle: t\n"),
    ("no title", "schema: 1\nid: mine\n"),
    ("an unknown key", "schema: 1\nid: mine\ntitle: t\nauthor: me\n"),
    ("a pin that is none", "schema: 1\nid: mine\ntitle: t\npins: [cpython]\n"),
    ("no range", "schema: 1\nid: mine\ntitle: t\napplies-to: '2.5'\n"),
    (
        "a drop without a reason",
        "schema: 1\nid: mine\ntitle: t\nextends: catamount-py2.5\ndrop: [pgen-yod]\n",
    ),
    (
        "a command that is a text",
        "schema: 1\nid: mine\ntitle: t\nbuild: {configure: {arguments: --prefix=/usr}}\n",
    ),
];

/// Valid patchsets, in addition to the shipped ones.
const RIGHT: &[&str] = &[
    "[{id: e, why: w, file: f, text.replace: {find: a, with: {from: text}}}]",
    "[{id: e, why: w, file: f, file.add: {content: {from: yod.m4, of: catamount-py2.5}}}]",
    "[{id: e, why: w, file: f, text.insert: {after: a, text: b, indent: anchor}}]",
    "[{id: e, why: w, file: [f, g/h.i], when: '>=2.7, !=3.0rc1', within: {between: [a, b]}, text.insert: {after: a, text: b, count: 2}}]",
    "[{id: e, why: w, since: '2.5', until: 3.0.1, allow: {stale-configure: w}, changes: [{file: f, file.mode: {executable: true}}]}]",
    "[{id: e, why: w, requires: [{file: f, why: w, exists: false}], file: f, c.insert: {at: entry, function: g, text: a}}]",
    "[{id: e, why: w, requires: [{file: f, why: w, declares: int f(void);}], file: f, file.mode: {executable: true}}]",
    "[{id: e, why: w, file: f, needed-while: {file: g, why: w, contains: a}, file.mode: {executable: true}}]",
    "[{id: e, why: w, changes: [{file: f, needed-while: {file: g, why: w, exists: true}, file.mode: {executable: true}}]}]",
    "[{id: e, why: w, file: f, c.wrap: {function: {name: g, under: '#ifdef A'}, condition: '#ifndef B', from: a, to: b}}]",
    "[{id: e, why: w, file: [f], m4.define: {macros: A, text: b}}]",
    "[{id: e, why: w, file: {'<3.0': f, '>=3.0': [g, h/*.c]}, text.replace: {find: {'<3.8, >=2.5': a}, with: {'>=3.0': {from: text}, '<3.0': b}, count: {'>=3.0': 2, '<3.0': 3}}}]",
    "[{id: e, why: w, file: f.c, within: {'<3.0': {function: [f, g]}, '>=3.0': {struct: {'<3.8': C}}}, text.replace: {find: a, with: b}}]",
    "[{id: e, why: w, file: f.c, c.replace: {function: [f, {name: g, under: '#if A'}], find: a, with: b}}]",
    r#"[{id: e, why: w, file: f, diff: {patch: "--- f\n+++ f\n@@ -1 +1 @@\n-a\n+b\n", max-offset: 3}}]"#,
];

fn validator() -> Validator {
    jsonschema::draft202012::new(&json_schema()).expect("the schema is a schema")
}

fn patchset(edits: &str) -> String {
    format!("schema: 1\nid: mine\ntitle: t\nedits: {edits}\n")
}

/// The errors of the schema and of the loader for a patchset.
fn judged(validator: &Validator, text: &str) -> (Option<String>, Option<String>) {
    let value: Value = serde_yaml::from_str(text).expect("it is YAML");
    let schema = validator.validate(&value).err().map(|error| error.to_string());
    let place = tempfile::tempdir().expect("a temporary directory");
    let folder = place.path().join("mine");
    fs::create_dir_all(folder.join("files")).expect("a folder");
    fs::write(folder.join("files/text"), "b").expect("a file");
    fs::write(folder.join("patchset.yaml"), text).expect("a patchset");
    let path = folder.to_str().expect("a temporary directory has a plain name");
    (schema, Catalog::new(Vec::new()).load(path).err().map(|error| format!("{error:?}")))
}

#[test]
fn every_shipped_patchset_is_valid() {
    let validator = validator();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("patchsets");
    let mut checked = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path().join("patchset.yaml");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let value: Value = serde_yaml::from_str(&text).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
        assert_eq!(errors, [""; 0], "{}", path.display());
        Catalog::new(Vec::new()).load(path.to_str().unwrap()).unwrap();
        checked += 1;
    }
    assert!(checked >= 2, "{checked} patchsets were found");
}

#[test]
fn schema_and_loader_accept_what_is_valid() {
    let validator = validator();
    for edits in RIGHT {
        assert_eq!(judged(&validator, &patchset(edits)), (None, None), "{edits}");
    }
}

#[test]
fn schema_and_loader_refuse_what_is_invalid() {
    let validator = validator();
    let edits = WRONG.iter().map(|(what, edits)| (what, patchset(edits)));
    let heads = WRONG_HEADS.iter().map(|(what, head)| (what, (*head).to_owned()));
    let mut taken = Vec::new();
    for (what, text) in edits.chain(heads) {
        let (schema, loader) = judged(&validator, &text);
        if schema.is_none() {
            taken.push(format!("the schema takes {what}; the loader says {loader:?}"));
        }
        if loader.is_none() {
            taken.push(format!("the loader takes {what}; the schema says {schema:?}"));
        }
    }
    assert!(taken.is_empty(), "\n{}", taken.join("\n"));
}
