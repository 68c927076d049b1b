//! The published schemas of reports in JSON.

use serde_json::{Value, json};

use crate::shipped::SCHEMAS;

/// The schema of what a command prints as JSON. New keys may be added to what it describes; those that it has stay.
pub(crate) fn json_schema(command: &str) -> Value {
    let mut schema: Value = serde_json::from_slice(&SCHEMAS.get("report").unwrap_or_default())
        .expect("schema.json is part of the program, and tests read it");
    schema["$ref"] = json!(format!("#/$defs/{command}"));
    schema
}
