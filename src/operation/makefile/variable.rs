//! Finds variables of a Makefile by name.

use super::prerequisite::lossy;
use crate::operation::prelude::*;
use crate::syntax::makefile::Variable;

/// The only definition of a variable.
pub(super) fn variable<'a>(file: &'a ParsedFile, name: &'a str) -> Result<&'a Variable, Failure> {
    let found: Vec<&Variable> = file.makefile().variables_of(&file.bytes, name.as_bytes()).collect();
    only(
        &found,
        |v| v.name.start,
        |n| format!("`{name}` is defined {n} times"),
        || {
            let names = file.makefile().variables.iter();
            let names = names.map(|v| (v.name.start, lossy(v.name.of(&file.bytes))));
            Miss::new(format!("no variable is called `{name}`")).near(nearest(name, names))
        },
    )
}

/// A value for an empty variable, with the blanks that separate it from the operator and a comment.
pub(super) fn separated(file: &ParsedFile, variable: &Variable, value: &str) -> String {
    let empty = variable.value.is_empty();
    let before = if empty && variable.value.start == variable.operator.end { "\t" } else { "" };
    let comment = file.bytes.get(variable.value.end) == Some(&b'#');
    let after = if empty && comment && !value.is_empty() { " " } else { "" };
    format!("{before}{value}{after}")
}
