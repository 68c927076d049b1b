//! The tree of a document.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;

use super::{Position, YamlError};

/// A value of a document.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub at: Position,
    pub value: Value,
}

impl Node {
    /// A text at a position.
    pub fn text_at(at: Position, text: impl Into<String>) -> Node {
        Node { at, value: Value::Text(text.into()) }
    }

    /// The text of a node that is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a key, if the node is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Value::Map(entries) = &self.value else { return None };
        entries.iter().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// Where a key of the map is that begins at a position in this tree.
    pub fn key_at(&self, map: Position, key: &str) -> Option<Position> {
        match &self.value {
            Value::Map(entries) => {
                let own =
                    || entries.iter().find(|(name, _)| name.text() == Some(key)).map(|(name, _)| name.at);
                let found = if self.at == map { own() } else { None };
                found.or_else(|| entries.iter().find_map(|(_, value)| value.key_at(map, key)))
            }
            Value::List(items) => items.iter().find_map(|item| item.key_at(map, key)),
            _ => None,
        }
    }

    /// As [`get`](Node::get), to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let Value::Map(entries) = &mut self.value else { return None };
        entries.iter_mut().find(|(name, _)| name.text() == Some(key)).map(|(_, value)| value)
    }

    /// Reads a value from it.
    ///
    /// # Errors
    /// It is not a `T`.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, YamlError> {
        T::deserialize(self)
    }
}

/// What a node is.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Nothing,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    /// The entries in their order. The reader refuses duplicate keys.
    Map(Vec<(Node, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        let spanned = Spanned::<Value>::deserialize(deserializer)?;
        let at = spanned.referenced;
        let number = |number| usize::try_from(number).map_err(D::Error::custom);
        Ok(Node {
            at: Position { line: number(at.line())?, column: number(at.column())? },
            value: spanned.value,
        })
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(Any(PhantomData::<Node>))
    }
}

/// A node of a format without positions: JSON.
struct Unplaced(Node);

impl<'de> Deserialize<'de> for Unplaced {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Unplaced, D::Error> {
        let value = deserializer.deserialize_any(Any(PhantomData::<Unplaced>))?;
        Ok(Unplaced(Node { at: Position::UNKNOWN, value }))
    }
}

impl From<Unplaced> for Node {
    fn from(unplaced: Unplaced) -> Node {
        unplaced.0
    }
}

/// Reads JSON without duplicate keys.
pub(super) fn parse_json(json: &[u8]) -> serde_json::Result<Node> {
    serde_json::from_slice(json).map(|Unplaced(node)| node)
}

/// Reads a value, and those in it as an `N`.
struct Any<N>(PhantomData<N>);

impl<'de, N: Deserialize<'de> + Into<Node>> Visitor<'de> for Any<N> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Unsigned(number))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Signed(number))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Float(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element::<N>()? {
            nodes.push(node.into());
        }
        Ok(Value::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<N, N>()? {
            entries.push((key.into(), value.into()));
        }
        Ok(Value::Map(entries))
    }
}

impl From<serde_json::Value> for Node {
    fn from(json: serde_json::Value) -> Node {
        let value = match json {
            serde_json::Value::Null => Value::Nothing,
            serde_json::Value::Bool(value) => Value::Bool(value),
            serde_json::Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => Value::Unsigned(number),
                (None, Some(number)) => Value::Signed(number),
                (None, None) => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
            },
            serde_json::Value::String(text) => Value::Text(text),
            serde_json::Value::Array(list) => Value::List(list.into_iter().map(Node::from).collect()),
            serde_json::Value::Object(map) => {
                let entry = |(key, value)| (Node::from(serde_json::Value::String(key)), Node::from(value));
                Value::Map(map.into_iter().map(entry).collect())
            }
        };
        Node { at: Position::UNKNOWN, value }
    }
}
