//! The published JSON schema of patchset.yaml.

use super::RawPatchset;

/// The JSON schema (draft 2020-12) of patchset.yaml, schema 1, made from the types that read it.
pub fn json_schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(RawPatchset).to_value();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("$id".to_owned(), "urn:pypatch:patchset:1".into());
    }
    schema
}
