//! Finds variables of a Makefile by name.

use super::prerequisite::lossy;
use crate::operation::prelude::*;
use crate::syntax::makefile::Variable;

/// How a variable is defined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Operator {
    /// Its value is expanded where it is used.
    #[default]
    #[serde(rename = "=")]
    Recursive,
    /// Its value is expanded at once.
    #[serde(rename = ":=")]
    Simple,
    /// Only if it is not defined yet.
    #[serde(rename = "?=")]
    Conditional,
    /// Its value is added to the one that it has.
    #[serde(rename = "+=")]
    Append,
    /// Its value is the output of a command.
    #[serde(rename = "!=")]
    Shell,
}

impl Operator {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Operator::Recursive => "=",
            Operator::Simple => ":=",
            Operator::Conditional => "?=",
            Operator::Append => "+=",
            Operator::Shell => "!=",
        }
    }

    pub(super) fn is_default(&self) -> bool {
        *self == Operator::default()
    }
}

/// The logical line of a definition, line end included.
pub(super) fn line_of(file: &ParsedFile, variable: &Variable) -> Span {
    file.makefile().unit(variable.name).expect("a definition is on a line of its file")
}

/// The only definition of a variable.
pub(super) fn variable<'a>(file: &'a ParsedFile, name: &'a str) -> Result<&'a Variable, Failure> {
    let variables = &file.makefile().variables;
    let names = variables.iter().map(|v| (v.name.start, lossy(v.name.of(&file.bytes))));
    let defined = |n| format!("`{name}` is defined {n} times");
    only(name, names, format!("no variable is called `{name}`"), defined).map(|index| &variables[index])
}

/// A value for an empty variable, with the blanks that separate it from the operator and a comment.
pub(super) fn separated(file: &ParsedFile, variable: &Variable, value: &str) -> String {
    let (before, after) = around(file, variable);
    format!("{before}{value}{}", if value.is_empty() { "" } else { after })
}

/// The blanks that separate a value for an empty variable from the operator and a comment.
pub(super) fn around(file: &ParsedFile, variable: &Variable) -> (&'static str, &'static str) {
    let empty = variable.value.is_empty();
    let before = if empty && variable.value.start == variable.operator.end { "\t" } else { "" };
    let comment = file.bytes.get(variable.value.end) == Some(&b'#');
    (before, if empty && comment { " " } else { "" })
}
