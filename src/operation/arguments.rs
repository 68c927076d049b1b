//! The arguments of an operation as a table, which reads, writes and describes them.
//!
//! A derived reader is some kilobytes of code for each type. Here one reader serves all of them.

use std::fmt;

#[cfg(test)]
use schemars::{Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};

use super::scope::Within;
use super::times::Times;
use super::value::{Count, Edge, Function, OneOrMore, Text};

/// Where an argument is stored, by its type.
pub(super) enum Slot<'a> {
    String(&'a mut String),
    Optional(&'a mut Option<String>),
    OneOrMore(&'a mut OneOrMore),
    Names(&'a mut Vec<String>),
    Text(&'a mut Text),
    OptionalText(&'a mut Option<Text>),
    Count(&'a mut Count),
    Times(&'a mut Times),
    Edge(&'a mut Option<Edge>),
    Flag(&'a mut bool),
    Number(&'a mut Option<usize>),
    RequiredNumber(&'a mut usize),
    Choice(&'a mut Option<bool>),
    Scope(&'a mut Option<Within>),
    Function(&'a mut Option<Function>),
    RequiredFunction(&'a mut Function),
}

/// An argument, by its type.
pub(super) enum Stored<'a> {
    String(&'a str),
    Optional(Option<&'a str>),
    OneOrMore(&'a OneOrMore),
    Names(&'a [String]),
    Text(&'a Text),
    OptionalText(Option<&'a Text>),
    Count(Count),
    Times(Times),
    Edge(Option<Edge>),
    Flag(bool),
    Number(Option<usize>),
    RequiredNumber(usize),
    Choice(Option<bool>),
    Scope(Option<&'a Within>),
    Function(Option<&'a Function>),
    RequiredFunction(&'a Function),
}

/// A type that an argument may have.
pub(super) trait Argument {
    /// Whether it must be given.
    const IS_REQUIRED: bool = false;

    fn slot(&mut self) -> Slot<'_>;

    fn stored(&self) -> Stored<'_>;

    #[cfg(test)]
    fn schema(generator: &mut SchemaGenerator) -> Schema;
}

/// Says how arguments of a type are stored.
macro_rules! argument_types {
    ($($type:ty: $variant:ident, $is_required:literal, $own:ident => $stored:expr;)*) => {$(
        impl Argument for $type {
            const IS_REQUIRED: bool = $is_required;

            fn slot(&mut self) -> Slot<'_> {
                Slot::$variant(self)
            }

            fn stored(&self) -> Stored<'_> {
                let $own = self;
                Stored::$variant($stored)
            }

            #[cfg(test)]
            fn schema(generator: &mut SchemaGenerator) -> Schema {
                generator.subschema_for::<$type>()
            }
        }
    )*};
}

argument_types! {
    String: String, true, own => own;
    Option<String>: Optional, false, own => own.as_deref();
    OneOrMore: OneOrMore, true, own => own;
    Vec<String>: Names, true, own => own;
    Text: Text, true, own => own;
    Option<Text>: OptionalText, false, own => own.as_ref();
    Count: Count, false, own => *own;
    Times: Times, false, own => *own;
    Option<Edge>: Edge, false, own => *own;
    bool: Flag, false, own => *own;
    Option<usize>: Number, false, own => *own;
    usize: RequiredNumber, true, own => *own;
    Option<bool>: Choice, false, own => *own;
    Option<Within>: Scope, false, own => own.as_ref();
    Option<Function>: Function, false, own => own.as_ref();
    Function: RequiredFunction, true, own => own;
}

/// Whether an argument must be given, by its type and the word after that.
pub(super) fn is_required<T: Argument>(word: &[&str]) -> bool {
    T::IS_REQUIRED && word != ["optional"]
}

/// The name of an argument, by its field: `if` for `r#if`.
pub(super) const fn name_of(field: &'static str) -> &'static str {
    match field.as_bytes() {
        // A name of two words cannot be made of its field here.
        b"below_comment" => "below-comment",
        b"max_offset" => "max-offset",
        [b'r', b'#', name @ ..] => match std::str::from_utf8(name) {
            Ok(name) => name,
            Err(_) => field,
        },
        _ => field,
    }
}

/// Reads a map into `slots`, which have these names; `required` says which of them must be given.
pub(super) fn read<'de, D: Deserializer<'de>>(
    deserializer: D,
    names: &'static [&'static str],
    required: &[bool],
    slots: &mut [Slot<'_>],
) -> Result<(), D::Error> {
    deserializer.deserialize_map(Map { names, required, slots })
}

struct Map<'a, 'b> {
    names: &'static [&'static str],
    required: &'a [bool],
    slots: &'a mut [Slot<'b>],
}

impl<'de> Visitor<'de> for Map<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = vec![false; self.names.len()];
        while let Some(index) = map.next_key_seed(Key(self.names))? {
            if std::mem::replace(&mut seen[index], true) {
                return Err(A::Error::duplicate_field(self.names[index]));
            }
            map.next_value_seed(Value(&mut self.slots[index]))?;
        }
        let is_missing = |index: &usize| self.required[*index] && !seen[*index];
        match (0..seen.len()).find(is_missing) {
            Some(index) => Err(A::Error::missing_field(self.names[index])),
            None => Ok(()),
        }
    }
}

/// Reads a name as its index.
struct Key(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Key {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an argument")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<usize, E> {
        self.0.iter().position(|known| *known == name).ok_or_else(|| E::unknown_field(name, self.0))
    }
}

/// Reads a value into its slot.
struct Value<'a, 'b>(&'a mut Slot<'b>);

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            Slot::String(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::Optional(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::OneOrMore(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::Names(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::Text(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::OptionalText(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::Count(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::Times(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::Edge(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::Flag(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::Number(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::RequiredNumber(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::Choice(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::Scope(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::Function(slot) => **slot = Deserialize::deserialize(deserializer)?,
            Slot::RequiredFunction(slot) => **slot = Deserialize::deserialize(deserializer)?,
        }
        Ok(())
    }
}

/// Writes the arguments that are given.
pub(super) fn write<S: Serializer>(
    serializer: S,
    names: &[&'static str],
    all: &[Stored<'_>],
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    for (name, stored) in names.iter().zip(all) {
        match stored {
            Stored::String(text) => map.serialize_entry(name, text)?,
            Stored::Text(text) => map.serialize_entry(name, text)?,
            Stored::Count(count) => map.serialize_entry(name, count)?,
            Stored::Times(times) => map.serialize_entry(name, times)?,
            Stored::Optional(Some(text)) => map.serialize_entry(name, text)?,
            Stored::OneOrMore(names) => map.serialize_entry(name, names)?,
            Stored::Names(names) => map.serialize_entry(name, names)?,
            Stored::OptionalText(Some(text)) => map.serialize_entry(name, text)?,
            Stored::Edge(Some(edge)) => map.serialize_entry(name, edge)?,
            Stored::Flag(true) => map.serialize_entry(name, &true)?,
            Stored::Number(Some(number)) => map.serialize_entry(name, number)?,
            Stored::RequiredNumber(number) => map.serialize_entry(name, number)?,
            Stored::Choice(Some(choice)) => map.serialize_entry(name, choice)?,
            Stored::Scope(Some(scope)) => map.serialize_entry(name, scope)?,
            Stored::Function(Some(function)) | Stored::RequiredFunction(function) => {
                map.serialize_entry(name, function)?;
            }
            Stored::Optional(None)
            | Stored::OptionalText(None)
            | Stored::Edge(None)
            | Stored::Flag(false)
            | Stored::Number(None)
            | Stored::Choice(None)
            | Stored::Scope(None)
            | Stored::Function(None) => {}
        }
    }
    map.end()
}

/// An argument in the schema.
#[cfg(test)]
pub(super) struct Described {
    pub name: &'static str,
    pub about: String,
    pub is_required: bool,
    pub schema: Schema,
    pub limit: Option<&'static str>,
}

/// The schema of arguments. `one_of` are those of which one must be given.
#[cfg(test)]
pub(super) fn schema(about: &str, all: Vec<Described>, one_of: &[&str]) -> Schema {
    let mut properties = serde_json::Map::new();
    let mut required = Vec::new();
    for Described { name, about, is_required, schema, limit } in all {
        let mut property = schema.to_value();
        if let Some(property) = property.as_object_mut() {
            property.insert("description".to_owned(), about.into());
            property.extend(limits(limit));
        }
        properties.insert(name.to_owned(), property);
        required.extend(is_required.then_some(name));
    }
    let mut schema = schemars::json_schema!({
        "type": "object",
        "description": about,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    if !one_of.is_empty() {
        let all: Vec<_> = one_of.iter().map(|name| serde_json::json!({"required": [name]})).collect();
        schema.insert("oneOf".to_owned(), all.into());
    }
    schema
}

/// What the schema says of the values of an argument, by the word after its type.
#[cfg(test)]
fn limits(limit: Option<&str>) -> Vec<(String, serde_json::Value)> {
    let limits: &[(&str, u8)] = match limit {
        None | Some("optional") => &[],
        Some("not_empty") => &[("minLength", 1)],
        Some("some") => &[("minItems", 1)],
        Some("to_99") => &[("minimum", 1), ("maximum", 99)],
        Some(other) => panic!("unknown limit `{other}`"),
    };
    limits.iter().map(|(key, value)| ((*key).to_owned(), (*value).into())).collect()
}

/// The lines of a documentation, as they are written after `///`. An empty line of a diff is one of its context: rustfmt
/// removes blanks at the end of lines in a macro.
#[cfg(test)]
pub(super) fn documentation(lines: &[&str]) -> String {
    let mut is_diff = false;
    let line = |line: &&str| {
        let line = line.strip_prefix(' ').unwrap_or(line);
        if line.starts_with("```") {
            is_diff = line == "```diff";
        }
        if is_diff && line.is_empty() { " ".to_owned() } else { line.to_owned() }
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Defines the type of an operation's arguments. Its documentation, and that of each argument, goes into the schema.
/// `one_of(a, b)` names arguments of which one must be given. After a type, `optional` stands for one that may be empty, `not_empty` for a text with a character, `some` for
/// a list with an element, and `to_99` for a number from 1 to 99; the operation checks it.
macro_rules! arguments {
    (
        $(#[doc = $doc:literal])*
        $(one_of($($one:ident),*))?
        pub struct $name:ident {
            $($(#[doc = $about:literal])* $field:ident: $type:ty $(; $limit:ident)?,)*
        }
    ) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $($(#[doc = $about])* pub $field: $type,)*
        }

        impl $name {
            const NAMES: &'static [&'static str] =
                &[$($crate::operation::arguments::name_of(stringify!($field))),*];
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                use $crate::operation::arguments::{Argument, is_required, read};
                let mut all = $name::default();
                let required = [$(is_required::<$type>(&[$(stringify!($limit))?])),*];
                read(deserializer, $name::NAMES, &required, &mut [$(all.$field.slot()),*])?;
                Ok(all)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use $crate::operation::arguments::{Argument, write};
                write(serializer, $name::NAMES, &[$(self.$field.stored()),*])
            }
        }

        #[cfg(test)]
        $crate::operation::arguments::own_schema! { $name, |generator| {
            use $crate::operation::arguments::{Argument, Described, documentation, is_required, name_of, schema};
            let all = vec![$(Described {
                name: name_of(stringify!($field)),
                about: documentation(&[$($about),*]),
                is_required: is_required::<$type>(&[$(stringify!($limit))?]),
                schema: <$type as Argument>::schema(generator),
                limit: [$(stringify!($limit))?].first().copied(),
            }),*];
            schema(&documentation(&[$($doc),*]), all, &[$($(name_of(stringify!($one))),*)?])
        } }
    };
}
pub(super) use arguments;

/// Says the schema of an operation that is not derived from its type.
#[cfg(test)]
macro_rules! own_schema {
    ($name:ident, $schema:expr) => {
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema = $schema;
                schema(generator)
            }
        }
    };
}
#[cfg(test)]
pub(super) use own_schema;
