//! What is wrong with a YAML document, and where.

use std::fmt::{self, Display};

use serde::de::{Expected, Unexpected};

use super::Position;

/// What is wrong with a document. Display is the message, without the position.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct YamlError {
    /// Where it is; `None` until the value that it is about is known.
    pub(super) at: Option<Position>,
    pub(super) message: String,
}

impl YamlError {
    /// An error at a position.
    pub fn new(at: Position, message: impl Into<String>) -> YamlError {
        YamlError { at: Some(at), message: message.into() }
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

    /// An error of the YAML reader.
    pub(super) fn of_reader(error: &serde_yaml::Error) -> YamlError {
        let position = |at: serde_yaml::Location| Position {
            line: usize::try_from(at.line()).unwrap_or(usize::MAX),
            column: usize::try_from(at.column()).unwrap_or(usize::MAX),
        };
        let message = error.without_snippet().to_string();
        // The position is in `at`, and the user cannot set options of the reader.
        let message = message.split(" at line ").next().unwrap_or(&message);
        let end = [", set DuplicateKeyPolicy", "; use from_str_multiple"];
        let end = end.iter().find_map(|help| message.find(help)).unwrap_or(message.len());
        YamlError { at: error.location().map(position), message: message[..end].to_owned() }
    }
}

impl serde::de::Error for YamlError {
    fn custom<T: Display>(message: T) -> YamlError {
        YamlError { at: None, message: message.to_string() }
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
