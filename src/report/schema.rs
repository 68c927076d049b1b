//! The published schemas of reports in JSON.

use serde_json::{Value, json};

/// The schema of what a command prints as JSON. New keys may be added to what it describes; those that it has stay.
pub(crate) fn json_schema(command: &str) -> Value {
    let mut schema: Value = serde_json::from_str(include_str!("schema.json"))
        .expect("schema.json is part of the program, and tests read it");
    schema["$ref"] = json!(format!("#/$defs/{command}"));
    schema
}
