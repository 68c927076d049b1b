//! Modules/Setup and its kin, which makesetup reads.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, MapAccess};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};

/// `setup.enable`: uncomments the lines of modules that are to be linked statically.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Enable {
    /// The modules, each a part of its own in reports.
    #[schemars(length(min = 1))]
    pub modules: Vec<Module>,
}

/// `setup.disable`: comments the lines of modules out.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Disable {
    /// The modules, each a part of its own in reports.
    #[schemars(length(min = 1))]
    pub modules: Vec<Module>,
}

/// `setup.add`: adds the line of a static module.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Add {
    /// The module's name.
    pub module: String,
    /// Sources, options and libraries: `foo.c -lm`.
    pub arguments: String,
}

/// `setup.set`: replaces what a module is made from, or the value of a variable.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("oneOf" = [{"required": ["module"]}, {"required": ["variable"]}]))]
pub struct Set {
    /// The module whose line is replaced (and enabled).
    pub module: Option<String>,
    /// The variable whose value is replaced (and enabled).
    pub variable: Option<String>,
    /// Sources, options and libraries, or the variable's value.
    pub value: String,
}

/// A module by name, with the names it has in other versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its name; the part's name in reports.
    pub name: String,
    /// Names it has in other versions: `collections` is `_collections` from 2.6.
    pub aliases: Vec<String>,
}

impl Module {
    /// All its names, its own first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

impl Serialize for Module {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.aliases.is_empty() {
            return serializer.serialize_str(&self.name);
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("aliases", &self.aliases)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Module {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Module, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Module;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a module's name, or `{name: NAME, aliases: [NAME, ...]}`")
            }

            fn visit_str<E>(self, name: &str) -> Result<Module, E> {
                Ok(Module { name: name.to_owned(), aliases: Vec::new() })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Module, A::Error> {
                #[derive(Deserialize)]
                #[serde(deny_unknown_fields)]
                struct Named {
                    name: String,
                    aliases: Vec<String>,
                }
                let named = Named::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(Module { name: named.name, aliases: named.aliases })
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Module {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Module".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "A module by name, with the names it has in other versions.",
            "oneOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string"},
                        "aliases": {"type": "array", "items": {"type": "string"}}
                    },
                    "required": ["name", "aliases"],
                    "additionalProperties": false
                }
            ]
        })
    }
}
