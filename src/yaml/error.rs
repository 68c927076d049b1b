//! What is wrong with a YAML document, and where.

use std::fmt::{self, Display};

use serde::de::{Expected, Unexpected};

use super::Position;
use crate::text::{listed, nearest_names};

/// What is wrong with a document. Display is the message, without the position.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub(crate) struct YamlError {
    /// Where it is; `None` until the value that it is about is known.
    pub(super) at: Option<Position>,
    pub(super) message: String,
    /// What to write instead, or what is known here.
    pub(super) label: String,
}

impl YamlError {
    /// An error at a position.
    pub fn new(at: Position, message: impl Into<String>) -> YamlError {
        YamlError { at: Some(at), message: message.into(), label: String::new() }
    }

    /// The error with what to write instead.
    pub fn label(self, label: impl Into<String>) -> YamlError {
        YamlError { label: label.into(), ..self }
    }

    /// Where it is.
    pub fn position(&self) -> Position {
        self.at.unwrap_or(Position { line: 1, column: 1 })
    }

    /// The error, at `at` unless it has a position already.
    pub(super) fn or_at(mut self, at: Position) -> YamlError {
        self.at = self.at.or(Some(at));
        self
    }
}

impl serde::de::Error for YamlError {
    fn custom<T: Display>(message: T) -> YamlError {
        YamlError { at: None, message: message.to_string(), label: String::new() }
    }

    fn unknown_field(name: &str, known: &'static [&'static str]) -> YamlError {
        let near = nearest_names(name, known.iter().copied());
        let label = match near.first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known are {}", listed(known).replace(" or ", " and ")),
        };
        Self::custom(format_args!("unknown key `{name}`")).label(label)
    }

    fn unknown_variant(name: &str, known: &'static [&'static str]) -> YamlError {
        let near = nearest_names(name, known.iter().copied());
        let label = near.first().map_or(String::new(), |near| format!("did you mean `{near}`?"));
        Self::custom(format_args!("`{name}` is not known here: write {}", listed(known))).label(label)
    }

    fn missing_field(name: &'static str) -> YamlError {
        Self::custom(format_args!("the key `{name}` is missing"))
    }

    fn duplicate_field(name: &'static str) -> YamlError {
        Self::custom(format_args!("the key `{name}` is given twice"))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> YamlError {
        Self::custom(format_args!("expected {}, found {length} entries", in_words(expected)))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> YamlError {
        let unquoted = matches!(found, Unexpected::Bool(_) | Unexpected::Unsigned(_) | Unexpected::Signed(_));
        let unquoted = unquoted || matches!(found, Unexpected::Float(_));
        let expected = in_words(expected);
        let help = if unquoted && expected.starts_with("a text") { "; put it in quotes" } else { "" };
        Self::custom(format_args!("expected {expected}, found {}{help}", Found(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> YamlError {
        Self::custom(format_args!("expected {}, found {}", in_words(expected), Found(found)))
    }
}

/// What serde expected, in the words of YAML.
fn in_words(expected: &dyn Expected) -> String {
    match expected.to_string().as_str() {
        "a string" => "a text".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        "a sequence" => "a list".to_owned(),
        "u16" | "u32" | "u64" | "usize" => "a whole number".to_owned(),
        name if name.starts_with("struct ") => "a map".to_owned(),
        other => other.to_owned(),
    }
}

/// What was found, in the words of YAML.
struct Found<'a>(Unexpected<'a>);

impl Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Unexpected::Bool(value) => write!(f, "`{value}`"),
            Unexpected::Unsigned(number) => write!(f, "the number `{number}`"),
            Unexpected::Signed(number) => write!(f, "the number `{number}`"),
            Unexpected::Float(number) => write!(f, "the number `{number}`"),
            Unexpected::Str(text) => write!(f, "the text `{text}`"),
            Unexpected::Unit | Unexpected::Option => f.write_str("nothing"),
            Unexpected::Seq => f.write_str("a list"),
            Unexpected::Map => f.write_str("a map"),
            other => other.fmt(f),
        }
    }
}
