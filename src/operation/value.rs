//! Values that arguments of operations have: texts, counts, and names with alternatives.

#[cfg(test)]
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

#[cfg(test)]
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::contents::Contents;

/// A text of a patchset: written in place, or the contents of a file below the patchset's `files/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// Written in the patchset.
    Inline(String),
    /// The contents of a file.
    From(TextFile),
}

impl Default for Text {
    fn default() -> Text {
        Text::Inline(String::new())
    }
}

/// A file of a patchset that holds a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextFile {
    /// Its name, below the patchset's `files/`.
    #[serde(rename = "from")]
    pub name: String,
    /// The patchset that has the file, if it is another one: two members of a family share a text this way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

/// The contents of the files that the texts of a change name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Texts(pub BTreeMap<TextFile, Contents>);

impl Texts {
    /// The bytes of a text.
    ///
    /// # Panics
    /// If the text names a file that was not read: the loader reads all of them.
    pub fn get<'a>(&'a self, text: &'a Text) -> &'a [u8] {
        match text {
            Text::Inline(text) => text.as_bytes(),
            Text::From(file) => self.0.get(file).expect("the loader reads every file that a text names"),
        }
    }

    /// The bytes of a text, shared if a file holds it.
    ///
    /// # Panics
    /// As [`Texts::get`].
    pub fn contents(&self, text: &Text) -> Contents {
        match text {
            Text::Inline(text) => text.as_bytes().into(),
            Text::From(file) => {
                self.0.get(file).expect("the loader reads every file that a text names").clone()
            }
        }
    }
}

/// An edge of a scope.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Edge {
    /// Before the first unit of the scope, after a docstring.
    Start,
    /// After the last unit of the scope.
    End,
}

/// The number of matches that an anchor must have: at least 1, and 1 unless given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Count(pub usize);

impl Default for Count {
    fn default() -> Count {
        Count(1)
    }
}

/// One string, or a list of alternatives of which the first that exists counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OneOrMore(pub Vec<String>);

/// An extension module by name, with the names it has in other versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// Its name, which is also the name of its part in reports.
    pub name: String,
    /// Its names in other versions: `collections` is `_collections` from 2.6 on.
    pub aliases: Vec<String>,
}

impl Module {
    /// A module that has the same name in all versions.
    pub(super) fn plain(name: String) -> Module {
        Module { name, aliases: Vec::new() }
    }

    /// All its names, its own first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// A C function by name, and by the preprocessor condition around it where several have that name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// A condition around it, as written: `#ifdef MS_WINDOWS`.
    pub under: Option<String>,
}

/// The long forms of [`Module`] and [`Function`].
#[derive(Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct NamedModule {
    name: String,
    aliases: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct FunctionUnder {
    name: String,
    under: String,
}

/// Reads a string, or a map of the form `M`. Unlike an untagged enum it reports errors at their own place.
fn string_or_map<'de, D: Deserializer<'de>, M: Deserialize<'de>, T>(
    deserializer: D,
    expected: &'static str,
    from_string: fn(String) -> T,
    from_map: fn(M) -> T,
) -> Result<T, D::Error> {
    struct StringOrMap<M, T>(&'static str, fn(String) -> T, fn(M) -> T);

    impl<'de, M: Deserialize<'de>, T> Visitor<'de> for StringOrMap<M, T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }

        fn visit_str<E>(self, text: &str) -> Result<T, E> {
            Ok((self.1)(text.to_owned()))
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
            M::deserialize(MapAccessDeserializer::new(map)).map(self.2)
        }
    }

    deserializer.deserialize_any(StringOrMap(expected, from_string, from_map))
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        let expected = "a text, or `{from: FILE}`, or `{from: FILE, of: PATCHSET}`";
        string_or_map(deserializer, expected, Text::Inline, Text::From)
    }
}

impl<'de> Deserialize<'de> for Module {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Module, D::Error> {
        let expected = "a module's name, or `{name: NAME, aliases: [NAME, ...]}`";
        let aliased = |NamedModule { name, aliases }| Module { name, aliases };
        string_or_map(deserializer, expected, Module::plain, aliased)
    }
}

impl<'de> Deserialize<'de> for Function {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Function, D::Error> {
        let expected = "a function's name, or `{name: NAME, under: CONDITION}`";
        let plain = |name| Function { name, under: None };
        let under = |FunctionUnder { name, under }| Function { name, under: Some(under) };
        string_or_map(deserializer, expected, plain, under)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Count, D::Error> {
        match usize::deserialize(deserializer)? {
            0 => Err(D::Error::custom("`count` must be at least 1")),
            count => Ok(Count(count)),
        }
    }
}

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<OneOrMore, D::Error> {
        struct StringOrList;

        impl<'de> Visitor<'de> for StringOrList {
            type Value = OneOrMore;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, or a list of at least one")
            }

            fn visit_str<E>(self, text: &str) -> Result<OneOrMore, E> {
                Ok(OneOrMore(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMore, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = seq.next_element::<String>()? {
                    all.push(item);
                }
                if all.is_empty() {
                    return Err(A::Error::custom("the list is empty"));
                }
                Ok(OneOrMore(all))
            }
        }

        deserializer.deserialize_any(StringOrList)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Text::Inline(text) => serializer.serialize_str(text),
            Text::From(file) => file.serialize(serializer),
        }
    }
}

impl Serialize for OneOrMore {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0[..] {
            [one] => serializer.serialize_str(one),
            all => serializer.collect_seq(all),
        }
    }
}

impl Serialize for Module {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.aliases.is_empty() {
            return serializer.serialize_str(&self.name);
        }
        NamedModule { name: self.name.clone(), aliases: self.aliases.clone() }.serialize(serializer)
    }
}

impl Serialize for Function {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(under) = &self.under else { return serializer.serialize_str(&self.name) };
        FunctionUnder { name: self.name.clone(), under: under.clone() }.serialize(serializer)
    }
}

/// Gives types that are a string or something else their schema.
macro_rules! string_or_schema {
    ($($type:ident: $description:literal, $generator:ident => $other:expr;)*) => {$(
        #[cfg(test)]
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                let other = $other;
                schemars::json_schema!({"description": $description, "oneOf": [{"type": "string"}, other]})
            }
        }
    )*};
}

string_or_schema! {
    Text: "A text, or the name of a file below the files/ of this patchset or of another one.", _generator =>
        serde_json::json!({
            "type": "object",
            "properties": {
                "from": {"type": "string"},
                "of": {"type": "string", "pattern": "^[a-z0-9][a-z0-9._-]{0,99}$"}
            },
            "required": ["from"],
            "additionalProperties": false
        });
    OneOrMore: "One string, or a list of which the first that fits counts.", _generator =>
        serde_json::json!({"type": "array", "items": {"type": "string"}, "minItems": 1});
    Module: "A module by name, with the names it has in other versions.", generator =>
        generator.subschema_for::<NamedModule>();
    Function: "A function by name, and by the condition around it where several have that name.", generator =>
        generator.subschema_for::<FunctionUnder>();
}

#[cfg(test)]
impl JsonSchema for Count {
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": "integer", "minimum": 1, "default": 1})
    }
}
