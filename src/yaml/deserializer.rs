//! Reads types from nodes. An error has the position of the innermost value or key that it is about.

use serde::de::value::{MapAccessDeserializer, SeqDeserializer, StringDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, Error, Expected, IntoDeserializer, MapAccess, Unexpected, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};

use super::located::LOCATED;
use super::node::{Node, Value};
use super::{Position, YamlError};

impl<'de> IntoDeserializer<'de, YamlError> for Node {
    type Deserializer = Node;

    fn into_deserializer(self) -> Node {
        self
    }
}

impl<'de> Deserializer<'de> for Node {
    type Error = YamlError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, YamlError> {
        match self.value {
            Value::Nothing => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Unsigned(number) => visitor.visit_u64(number),
            Value::Signed(number) => visitor.visit_i64(number),
            Value::Float(number) => visitor.visit_f64(number),
            Value::Text(text) => visitor.visit_string(text),
            Value::List(list) => visitor.visit_seq(SeqDeserializer::new(list.into_iter())),
            Value::Map(_) => return self.deserialize_map(visitor),
        }
        .map_err(|error: YamlError| error.or_at(self.at))
    }

    /// Without the code for all other values, which [`deserialize_any`](Node::deserialize_any) has for each type: most are maps.
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, YamlError> {
        let Value::Map(entries) = self.value else { return Err(self.unexpected(&visitor)) };
        let mut map = Entries::new(entries, self.at);
        let result = visitor.visit_map(&mut map);
        result.map_err(|error| error.or_at(map.current))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, YamlError> {
        match self.value {
            Value::Nothing => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, YamlError> {
        let at = self.at;
        visitor.visit_newtype_struct(self).map_err(|error| error.or_at(at))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _len: usize,
        visitor: V,
    ) -> Result<V::Value, YamlError> {
        if name != LOCATED {
            return self.deserialize_any(visitor);
        }
        let at = self.at;
        let number = |number: usize| Node { at, value: Value::Unsigned(number as u64) };
        let parts = [number(at.line), number(at.column), self];
        visitor.visit_seq(SeqDeserializer::new(parts.into_iter())).map_err(|error: YamlError| error.or_at(at))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, YamlError> {
        let at = self.at;
        match self.value {
            Value::Text(text) => visitor.visit_enum(StringDeserializer::new(text)),
            Value::Map(entries) if entries.len() == 1 => {
                visitor.visit_enum(MapAccessDeserializer::new(Entries::new(entries, at)))
            }
            // MapAccessDeserializer would ignore the others.
            Value::Map(entries) => Err(YamlError::custom(format_args!(
                "expected a map of one key, found {} keys",
                entries.len()
            ))),
            _ => self.deserialize_any(visitor),
        }
        .map_err(|error| error.or_at(at))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, YamlError> {
        // Derived code would read a list as the fields in their order.
        self.deserialize_map(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, YamlError> {
        match self.value {
            Value::Text(text) => visitor.visit_string(text),
            // Derived code would read a number as the index of a field.
            other => String::deserialize(Node { value: other, at: self.at })
                .and_then(|text| visitor.visit_string(text)),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        ignored_any
    }
}

impl Node {
    /// The error for a value that is not what is expected.
    fn unexpected(&self, expected: &dyn Expected) -> YamlError {
        let found = match &self.value {
            Value::Nothing => Unexpected::Unit,
            Value::Bool(value) => Unexpected::Bool(*value),
            Value::Unsigned(number) => Unexpected::Unsigned(*number),
            Value::Signed(number) => Unexpected::Signed(*number),
            Value::Float(number) => Unexpected::Float(*number),
            Value::Text(text) => Unexpected::Str(text),
            Value::List(_) => Unexpected::Seq,
            Value::Map(_) => Unexpected::Map,
        };
        YamlError::invalid_type(found, expected).or_at(self.at)
    }
}

/// The entries of a map that are still to be read.
struct Entries {
    entries: std::vec::IntoIter<(Node, Node)>,
    value: Option<Node>,
    map: Position,
    /// The position of the last key, or of the map before the first and after the last.
    current: Position,
}

impl Entries {
    fn new(entries: Vec<(Node, Node)>, map: Position) -> Entries {
        Entries { entries: entries.into_iter(), value: None, map, current: map }
    }
}

impl<'de> MapAccess<'de> for Entries {
    type Error = YamlError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, YamlError> {
        let Some((key, value)) = self.entries.next() else {
            self.current = self.map;
            return Ok(None);
        };
        self.current = key.at;
        self.value = Some(value);
        seed.deserialize(key).map(Some).map_err(|error| error.or_at(self.current))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, YamlError> {
        let value = self.value.take().expect("serde reads a value after its key");
        let at = value.at;
        seed.deserialize(value).map_err(|error| error.or_at(at))
    }
}
