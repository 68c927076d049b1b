//! How often a name occurs that is renamed.

#[cfg(test)]
use std::borrow::Cow;
use std::fmt;

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A number of occurrences, at least 1, or `all` there are; 1 unless given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// This number.
    Number(usize),
    /// Any number but none.
    All,
}

impl Times {
    /// How many of `found` occurrences there must be.
    pub(super) fn of(self, found: usize) -> usize {
        match self {
            Times::Number(number) => number,
            Times::All => found.max(1),
        }
    }
}

impl Default for Times {
    fn default() -> Times {
        Times::Number(1)
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Times, D::Error> {
        struct NumberOrAll;

        impl Visitor<'_> for NumberOrAll {
            type Value = Times;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of at least 1, or `all`")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Times, E> {
                match usize::try_from(number) {
                    Ok(number) if number > 0 => Ok(Times::Number(number)),
                    Ok(_) | Err(_) => Err(E::custom("`count` must be at least 1, or `all`")),
                }
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Times, E> {
                match text {
                    "all" => Ok(Times::All),
                    _ => Err(E::custom("`count` must be a number, or `all`")),
                }
            }
        }

        deserializer.deserialize_any(NumberOrAll)
    }
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Times::Number(number) => number.serialize(serializer),
            Times::All => serializer.serialize_str("all"),
        }
    }
}

#[cfg(test)]
impl JsonSchema for Times {
    fn schema_name() -> Cow<'static, str> {
        "Times".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"oneOf": [{"type": "integer", "minimum": 1}, {"const": "all"}], "default": 1})
    }
}
