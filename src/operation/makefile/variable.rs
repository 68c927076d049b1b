//! Finds variables of a Makefile by name.

use super::prerequisite::lossy;
use crate::operation::prelude::*;
use crate::syntax::makefile::Variable;

/// The only definition of a variable.
pub(super) fn variable<'a>(file: &'a ParsedFile, name: &'a str) -> Result<&'a Variable, Failure> {
    let variables = &file.makefile().variables;
    let names = variables.iter().map(|v| (v.name.start, lossy(v.name.of(&file.bytes))));
    let defined = |n| format!("`{name}` is defined {n} times");
    only(name, names, format!("no variable is called `{name}`"), defined).map(|index| &variables[index])
}

/// A value for an empty variable, with the blanks that separate it from the operator and a comment.
pub(super) fn separated(file: &ParsedFile, variable: &Variable, value: &str) -> String {
    let empty = variable.value.is_empty();
    let before = if empty && variable.value.start == variable.operator.end { "\t" } else { "" };
    let comment = file.bytes.get(variable.value.end) == Some(&b'#');
    let after = if empty && comment && !value.is_empty() { " " } else { "" };
    format!("{before}{value}{after}")
}
