//! Reads YAML, with the position of every value.
//!
//! A document is read into a tree of [`Node`]s, and types are read from that tree. So the YAML reader is compiled for
//! one type instead of for every type of a patchset, which was an eighth of the program; and messages can say what
//! a map or a list is in words.

mod complaint;
mod deserializer;
mod error;
mod located;
mod node;
mod shape;
mod syntax;

use serde::de::DeserializeOwned;

pub use complaint::Complaint;
pub(crate) use error::YamlError;
pub(crate) use located::{Located, Position};
pub(crate) use node::{Node, Value};
pub(crate) use shape::mistakes;

/// Reads a value from YAML.
///
/// # Errors
/// The text is not YAML, is nested too deeply, has duplicate keys, or is not a `T`.
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, YamlError> {
    parse(bytes)?.read()
}

/// Parses YAML.
///
/// # Errors
/// The text is not YAML, is nested too deeply, or has duplicate keys.
pub(crate) fn parse(bytes: &[u8]) -> Result<Node, YamlError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
        let last = before.rsplit('\n').next().unwrap_or("");
        let at = Position { line: before.matches('\n').count() + 1, column: last.chars().count() + 1 };
        YamlError::new(at, "not valid UTF-8").label("save the file as UTF-8")
    })?;
    serde_yaml::from_str_with_options(text, options()).map_err(|error| syntax::of_reader(&error, text))
}

/// Parses the JSON that build.rs made of YAML. Its positions are unknown.
///
/// # Errors
/// The text is not JSON.
pub(crate) fn parse_json(json: &[u8]) -> serde_json::Result<Node> {
    node::parse_json(json)
}

/// The tree of a JSON value. Its positions are unknown.
pub(crate) fn from_json(json: serde_json::Value) -> Node {
    Node::from(json)
}

/// The options of the YAML reader. The budget stops alias bombs, and is far above what real patchsets need.
fn options() -> serde_yaml::Options {
    serde_yaml::options! {
        // Only `true` and `false` are truth values, so that no other word is read as one.
        strict_booleans: true,
        // The message has the line and column; an excerpt would repeat them.
        with_snippet: false,
        budget: serde_yaml::budget! { max_nodes: 50_000, max_aliases: 1_000 },
    }
}

#[cfg(test)]
mod tests;
