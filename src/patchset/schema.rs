//! The JSON schema of patchset.yaml, as the types that parse it say. Only a test needs it: the program contains the published one.

use std::path::Path;
use std::{env, fs};

#[cfg(test)]
use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::RawPatchset;
pub(super) use super::published::RANGE;
use crate::operation::Text;

/// A version, as [`crate::version::Version`] reads it.
pub(super) const VERSION: &str = r"^\d+\.\d+(\.\d+)?((a|b|c|rc)\d+)?\+?$";

/// A pin.
pub(super) const PIN: &str = r"^(python|lua|tcl)-\d+\.\d+(\.\d+)?((a|b|c|rc)\d+)?\+?$";

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

/// What the types that parse patchset.yaml say of it, each thing once.
pub(super) fn derived() -> Value {
    let mut schema = schemars::schema_for!(RawPatchset).to_value();
    schema["$id"] = "urn:pypatch:patchset:1".into();
    schema
}

/// The file that the program contains, and completes when it prints the schema: editors cannot use it as it is. Code
/// that derives it, and its texts, would make the binary much larger.
const PUBLISHED: &str = "src/patchset/schema.json";

#[test]
fn the_published_schema_is_that_of_the_types() {
    let (path, derived) =
        (Path::new(env!("CARGO_MANIFEST_DIR")).join(PUBLISHED), format!("{:#}\n", derived()));
    if env::var_os("PYPATCH_WRITE_SCHEMA").is_some() {
        fs::write(&path, &derived).unwrap();
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    let help = "write it with `just reference`, or PYPATCH_WRITE_SCHEMA=1 cargo test --lib published_schema";
    assert!(published == derived, "{PUBLISHED} is not the schema of the types; {help}");
}
