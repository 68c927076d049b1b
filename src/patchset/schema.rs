//! The published JSON schema of patchset.yaml.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::RawPatchset;
use crate::operation::Text;

/// A version, as [`crate::version::Version`] reads it.
pub(super) const VERSION: &str = r"^\d+\.\d+(\.\d+)?((a|b|c|rc)\d+)?\+?$";

/// A pin.
pub(super) const PIN: &str = r"^python-\d+\.\d+(\.\d+)?((a|b|c|rc)\d+)?\+?$";

/// A range of versions, as [`crate::version::VersionRange`] reads it.
pub(super) const RANGE: &str = r"^\s*(<|<=|==|!=|>=|>)\s*\d+\.\d+(\.\d+)?((a|b|c|rc)\d+)?\+?\s*(,\s*(<|<=|==|!=|>=|>)\s*\d+\.\d+(\.\d+)?((a|b|c|rc)\d+)?\+?\s*)*$";

/// A path inside a tree, as [`crate::tree::TreePath`] reads it.
pub(super) const PATH: &str = r"^(?!\.{1,2}(/|$))[^/\\\n]+(/(?!\.{1,2}(/|$))[^/\\\n]+)*$";

/// The schema of one path inside a tree.
pub(super) fn file() -> Value {
    json!({"type": "string", "pattern": PATH})
}

/// The schema of one path inside a tree, or several.
pub(super) fn files() -> Value {
    json!({
        "description": "The file, or several of which the first that has the anchor is edited. `*` matches any part of a name, in exactly one file with the anchor.",
        "oneOf": [file(), {"type": "array", "items": file(), "minItems": 1}],
    })
}

/// The schema of a value that may also be a table by version or a named text, or a list of alternatives.
pub(super) fn varying(mut value: Value, has_alternatives: bool) -> Value {
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
pub(super) fn with_varying_properties(schema: &mut Value, has_alternatives: fn(&str) -> bool) {
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flatten() {
        *property = varying(property.take(), has_alternatives(name));
    }
}

/// The schema of the named texts of a patchset.
pub(super) fn texts(generator: &mut SchemaGenerator) -> Schema {
    let text = generator.subschema_for::<Text>().to_value();
    let table = json!({"type": "object", "propertyNames": {"pattern": RANGE}, "additionalProperties": text, "minProperties": 1});
    let text = json!({"anyOf": [text, table]});
    schemars::json_schema!({
        "description": "Texts that several edits use, as `{text: NAME}`; also those of patchsets that extend this one.",
        "type": "object",
        "additionalProperties": text,
    })
}

/// The JSON schema (draft 2020-12) of patchset.yaml, derived from the types that parse it.
pub fn json_schema() -> Value {
    let mut schema = schemars::schema_for!(RawPatchset).to_value();
    schema["$id"] = "urn:pypatch:patchset:1".into();
    with_varying_properties(&mut schema["$defs"]["Within"], |scope| scope != "between");
    schema
}
