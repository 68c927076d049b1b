//! `within`: a scope inside a file, for the operations that have none of their own.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{Failure, Miss};
use super::find::find_words;
use super::parsed::ParsedFile;
use crate::syntax::c::Function;
use crate::text::Span;

/// A scope inside a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum Within {
    /// A C function, or a Python function or method by its dotted name.
    Function(String),
    /// A rule of a Makefile: its target, prerequisites and recipe.
    Target(String),
    /// A Python class.
    Class(String),
    /// The bytes between two literal texts, each of which occurs once.
    Between(String, String),
}

impl fmt::Display for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Within::Function(name) => write!(f, "function `{name}`"),
            Within::Target(name) => write!(f, "target `{name}`"),
            Within::Class(name) => write!(f, "class `{name}`"),
            Within::Between(from, to) => write!(f, "text between `{from}` and `{to}`"),
        }
    }
}

impl Within {
    /// The span that the scope names in `file`.
    ///
    /// # Errors
    /// A failure that says why it names none, or several.
    pub fn resolve(&self, file: &ParsedFile) -> Result<Span, Failure> {
        let text = &file.bytes;
        let spans: Vec<Span> = match self {
            Within::Function(name) if file.path.as_str().ends_with(".py") => {
                file.python().find_function(name).iter().map(|function| function.span).collect()
            }
            Within::Function(name) => {
                file.c().functions().iter().filter(|f| f.name == *name).map(Function::span).collect()
            }
            Within::Class(name) => file.python().find_class(name).iter().map(|class| class.span).collect(),
            Within::Target(name) => {
                file.makefile().rules_of(text, name.as_bytes()).map(|rule| rule.span).collect()
            }
            Within::Between(from, to) => {
                let starts = find_words(text, from.as_bytes(), file.span());
                let pairs = starts.iter().filter_map(|start| {
                    let rest = Span::new(start.end, text.len());
                    let end = find_words(text, to.as_bytes(), rest).first().copied()?;
                    Some(Span::new(start.end, end.start))
                });
                pairs.collect()
            }
        };
        match spans[..] {
            [one] => Ok(one),
            [] => Err(Miss::new(format!("no {self} was found")).into()),
            _ => {
                let what = format!("found {} times: {self}", spans.len());
                Err(Failure::ambiguous(what, spans.iter().map(|span| span.start)))
            }
        }
    }
}
