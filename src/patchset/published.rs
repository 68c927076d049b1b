//! The published JSON schema of patchset.yaml.

use serde_json::{Value, json};

use super::change::CHANGE_KEYS;
use super::forms::has_alternatives;
use crate::operation::{FileNeed, Operation};
use crate::shipped::SCHEMAS;

/// A range of versions, as [`crate::version::VersionRange`] reads it.
pub(super) const RANGE: &str = r"^\s*(<|<=|==|!=|>=|>)\s*\d+\.\d+(\.\d+)?((a|b|c|rc)\d+)?\+?\s*(,\s*(<|<=|==|!=|>=|>)\s*\d+\.\d+(\.\d+)?((a|b|c|rc)\d+)?\+?\s*)*$";

/// The JSON schema (draft 2020-12) of patchset.yaml.
///
/// src/patchset/schema.json has what the types that parse it say, which a test compares. Here it gets what is the same for
/// every operation: the forms of its values, and where it may be written.
pub fn json_schema() -> Value {
    let text = SCHEMAS.get("patchset").unwrap_or_default();
    let mut schema: Value = serde_json::from_slice(&text).expect("a test wrote it");
    let definitions = &mut schema["$defs"];
    let change = &mut definitions["Change"];
    for name in ["file", "within"] {
        let property = &mut change["properties"][name];
        *property = varying(property.take(), false);
    }
    for name in Operation::NAMES {
        with_varying_properties(&mut change["properties"][name], |argument| has_alternatives(name, argument));
    }
    change["oneOf"] = any_operation().into();
    let properties = change["properties"].clone();
    let edit = &mut definitions["Edit"];
    for (name, property) in properties.as_object().into_iter().flatten() {
        edit["properties"][name] = property.clone();
    }
    edit["oneOf"] = of_edit().into();
    with_varying_properties(&mut definitions["Within"], |scope| scope != "between");
    schema
}

/// The alternatives of an edit: one operation, or changes and none of the keys of a change.
fn of_edit() -> Vec<Value> {
    let mut alternatives = any_operation();
    for alternative in &mut alternatives {
        alternative["properties"]["changes"] = false.into();
    }
    let mut with_changes = json!({"required": ["changes"], "properties": {"changes": {"minItems": 1}}});
    for name in CHANGE_KEYS.iter().chain(Operation::NAMES) {
        with_changes["properties"][name] = false.into();
    }
    alternatives.push(with_changes);
    alternatives
}

/// The alternatives of a `oneOf`: each operation with `file`.
fn any_operation() -> Vec<Value> {
    let one = |(name, need): (&&str, &FileNeed)| match need {
        FileNeed::Exists | FileNeed::MayBeAbsent => json!({"required": ["file", name]}),
        // It may create its file, so it must name exactly one.
        FileNeed::Creates => json!({
            "required": ["file", name],
            "properties": {"file": {"anyOf": [{"type": "string"}, {"type": "array", "maxItems": 1}, {"type": "object"}]}},
        }),
    };
    Operation::NAMES.iter().zip(Operation::NEEDS).map(one).collect()
}

/// The schema of a value that may also be a table by version or a named text, or a list of alternatives.
fn varying(mut value: Value, has_alternatives: bool) -> Value {
    let description = value.as_object_mut().and_then(|value| value.remove("description"));
    let named = json!({
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
        "additionalProperties": false,
    });
    let list = has_alternatives.then(|| json!({"type": "array", "items": value, "minItems": 1}));
    let one: Vec<Value> = [value, named].into_iter().chain(list).collect();
    let mut any = one.clone();
    any.push(json!({
        "type": "object",
        "propertyNames": {"pattern": RANGE},
        "additionalProperties": {"anyOf": one},
        "minProperties": 1,
    }));
    match description {
        Some(description) => json!({"description": description, "anyOf": any}),
        None => json!({"anyOf": any}),
    }
}

/// Lets every property of an object have several values.
fn with_varying_properties(schema: &mut Value, has_alternatives: impl Fn(&str) -> bool) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flatten() {
        *property = varying(property.take(), has_alternatives(name));
    }
}
