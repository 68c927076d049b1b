//! C sources.
//!
//! Code anchors (`before`, `after`, `find`) are sequences of C tokens: blanks and comments between
//! them do not matter, so that an anchor survives a re-indented function.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, MapAccess};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

use super::{Text, one};

/// A function by name, and by the preprocessor's condition where several have that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// A condition it stands under, as written: `#ifdef MS_WINDOWS`.
    pub under: Option<String>,
}

impl Serialize for Function {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(under) = &self.under else { return serializer.serialize_str(&self.name) };
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("under", under)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Function {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Function, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Function;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a function's name, or `{name: NAME, under: CONDITION}`")
            }

            fn visit_str<E>(self, name: &str) -> Result<Function, E> {
                Ok(Function { name: name.to_owned(), under: None })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Function, A::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Under {
                    name: String,
                    under: String,
                }
                let read = Under::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Function { name: read.name, under: Some(read.under) })
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Function {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Function".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "A function by name, and by the condition it stands under where several have that name.",
            "oneOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"name": {"type": "string"}, "under": {"type": "string"}},
                    "required": ["name", "under"],
                    "additionalProperties": false
                }
            ]
        })
    }
}

/// `c.insert`: inserts lines at a function's entry, or before or after code.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend(
    "oneOf" = [{"required": ["at"]}, {"required": ["before"]}, {"required": ["after"]}],
    "dependentRequired" = {"at": ["function"]}
))]
pub struct Insert {
    /// The function; with `before` or `after` alone, the whole file.
    pub function: Option<Function>,
    /// `entry`: behind the opening brace of the function.
    pub at: Option<At>,
    /// Code before whose line it is inserted.
    pub before: Option<String>,
    /// Code behind whose line it is inserted.
    pub after: Option<String>,
    /// The lines.
    pub text: Text,
    /// How many places the anchor means.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub count: usize,
}

/// A place that a function has without an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum At {
    /// Behind the opening brace.
    Entry,
}

/// `c.replace`: replaces code inside a function, or anywhere in a file.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Replace {
    /// The function; the whole file unless given.
    pub function: Option<Function>,
    /// The code that is replaced.
    pub find: String,
    /// What stands there afterwards.
    pub with: Text,
    /// How many places the anchor means.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub count: usize,
}

/// `c.replace-function`: replaces a function, from its return type to its closing brace.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ReplaceFunction {
    /// The function.
    pub function: Function,
    /// The new definition.
    pub with: Text,
}

/// `c.wrap`: puts a function, or the lines from one piece of code to another inside it, under a
/// condition of the preprocessor.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("dependentRequired" = {"to": ["from"]}))]
pub struct Wrap {
    /// The function.
    pub function: Function,
    /// The opening directive: `#ifndef WITH_MPI_IMPORT`.
    #[schemars(regex(pattern = r"^\s*#if"))]
    pub condition: String,
    /// The first code that is wrapped; the whole function unless given.
    pub from: Option<String>,
    /// The last code that is wrapped; `from` alone unless given.
    pub to: Option<String>,
    /// Lines for the other case, put behind an `#else`.
    pub otherwise: Option<Text>,
}

/// `c.remove-entry`: takes an entry out of a table such as a `PyMethodDef` array.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RemoveEntry {
    /// The array's name.
    pub table: String,
    /// The entry's first string, or first word where it has no string.
    pub entry: String,
    /// How many entries of that name the table has.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub count: usize,
}

/// `c.add-include`: adds an `#include` behind another one.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AddInclude {
    /// What is included, with its quotes: `"mpi_import.h"` or `<mpi.h>`.
    #[schemars(regex(pattern = r#"^(".*"|<.*>)$"#))]
    pub include: String,
    /// The included file behind whose line it is put, without quotes.
    pub after: String,
}

/// `c.redirect-call`: lets the calls of one function inside another go elsewhere.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RedirectCall {
    /// The function whose calls are meant.
    pub function: Function,
    /// The callee.
    pub from: String,
    /// The new callee.
    pub to: String,
    /// How many calls are meant.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub count: usize,
}
