//! The published JSON schema of patchset.yaml.

use super::RawPatchset;

/// A version, as [`crate::version::Version`] reads it.
pub(super) const VERSION: &str = r"^\d+\.\d+(\.\d+)?((a|b|c|rc)\d+)?\+?$";

/// A pin.
pub(super) const PIN: &str = r"^python-\d+\.\d+(\.\d+)?((a|b|c|rc)\d+)?\+?$";

/// A range of versions, as [`crate::version::VersionRange`] reads it.
pub(super) const RANGE: &str = r"^\s*(<|<=|==|!=|>=|>)\s*\d+\.\d+(\.\d+)?((a|b|c|rc)\d+)?\+?\s*(,\s*(<|<=|==|!=|>=|>)\s*\d+\.\d+(\.\d+)?((a|b|c|rc)\d+)?\+?\s*)*$";

/// A path inside a tree, as [`crate::tree::TreePath`] reads it.
pub(super) const PATH: &str = r"^(?!\.{1,2}(/|$))[^/\\\n]+(/(?!\.{1,2}(/|$))[^/\\\n]+)*$";

/// The schema of one path inside a tree.
pub(super) fn file() -> serde_json::Value {
    serde_json::json!({"type": "string", "pattern": PATH})
}

/// The schema of one path inside a tree, or several.
pub(super) fn files() -> serde_json::Value {
    serde_json::json!({
        "description": "The file, or several of which the first that exists is edited.",
        "oneOf": [file(), {"type": "array", "items": file(), "minItems": 1}],
    })
}

/// The JSON schema (draft 2020-12) of patchset.yaml, derived from the types that parse it.
pub fn json_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(RawPatchset).to_value();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$id".to_owned(), "urn:pypatch:patchset:1".into());
    }
    schema
}
