//! Facts about a tree that an edit requires.

use std::fmt;

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, Error, MapAccess};
use serde::{Deserialize, Serialize};
#[cfg(test)]
use serde_json::json;

use crate::tree::TreePath;

/// A fact about a tree without which an edit would have no effect, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requirement {
    /// The file that is checked.
    pub file: TreePath,
    /// What must hold.
    #[serde(flatten)]
    pub fact: Fact,
    /// Why the edit needs it.
    pub why: String,
}

impl Requirement {
    /// The name or the text that the file must have.
    pub fn names(&self) -> Vec<String> {
        match &self.fact {
            Fact::Contains(name)
            | Fact::Includes(name)
            | Fact::DefinesFunction(name)
            | Fact::Declares(name) => vec![name.clone()],
            Fact::Exists(_) | Fact::Lacks(_) => Vec::new(),
        }
    }
}

/// A fact about a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// Whether the file exists.
    Exists(bool),
    /// The file contains a literal text, as whole words.
    Contains(String),
    /// The file does not contain a literal text.
    Lacks(String),
    /// The C file includes another one.
    Includes(String),
    /// The C file defines a function.
    DefinesFunction(String),
    /// The C file has this declaration, which an added file implements or uses. White space and comments do
    /// not count.
    Declares(String),
}

/// The keys of a requirement that state a fact.
const FACTS: [&str; 6] = ["exists", "contains", "lacks", "includes", "defines-function", "declares"];

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = &self.file;
        match &self.fact {
            Fact::Exists(true) => write!(f, "{file} exists"),
            Fact::Exists(false) => write!(f, "{file} does not exist"),
            Fact::Contains(text) => write!(f, "{file} contains `{text}`"),
            Fact::Lacks(text) => write!(f, "{file} does not contain `{text}`"),
            Fact::Includes(name) => write!(f, "{file} includes {name}"),
            Fact::DefinesFunction(name) => write!(f, "{file} defines the function `{name}`"),
            Fact::Declares(code) => write!(f, "{file} declares `{code}`"),
        }
    }
}

/// Reads the value of the key `name` from `map` as a fact.
fn read_fact<'de, A: MapAccess<'de>>(name: &str, map: &mut A) -> Result<Fact, A::Error> {
    Ok(match name {
        "exists" => Fact::Exists(map.next_value()?),
        "contains" => Fact::Contains(map.next_value()?),
        "lacks" => Fact::Lacks(map.next_value()?),
        "includes" => Fact::Includes(map.next_value()?),
        "defines-function" => Fact::DefinesFunction(map.next_value()?),
        "declares" => Fact::Declares(map.next_value()?),
        other => {
            let known = FACTS.join(", ");
            return Err(A::Error::custom(format!("unknown fact `{other}`; the facts are {known}")));
        }
    })
}

impl<'de> Deserialize<'de> for Requirement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Requirement, D::Error> {
        struct Visitor;

        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Requirement;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a requirement: `file`, `why` and one fact")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Requirement, A::Error> {
                let (mut file, mut why, mut fact) = (None, None, None);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "file" => file = Some(map.next_value::<TreePath>()?),
                        "why" => why = Some(map.next_value::<String>()?),
                        other => {
                            if fact.replace(read_fact(other, &mut map)?).is_some() {
                                let what = "two facts in one requirement: write two requirements";
                                return Err(A::Error::custom(what));
                            }
                        }
                    }
                }
                let missing = |what: &str| A::Error::custom(format!("a requirement without {what}"));
                Ok(Requirement {
                    file: file.ok_or_else(|| missing("`file`"))?,
                    fact: fact.ok_or_else(|| missing("a fact, such as `contains`"))?,
                    why: why.ok_or_else(|| missing("`why`"))?,
                })
            }
        }

        deserializer.deserialize_map(Visitor)
    }
}

#[cfg(test)]
impl JsonSchema for Requirement {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Requirement".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let text = json!({"type": "string"});
        let mut properties = json!({"file": super::schema::file(), "why": text});
        for fact in FACTS {
            properties[fact] = if fact == "exists" { json!({"type": "boolean"}) } else { text.clone() };
        }
        schemars::json_schema!({
            "description": "A fact about the tree without which the edit would have no effect.",
            "type": "object",
            "properties": properties,
            "required": ["file", "why"],
            "oneOf": FACTS.map(|fact| json!({"required": [fact]})),
            "additionalProperties": false
        })
    }
}
