//! Finds variables of a Makefile by name.

use super::prerequisite::lossy;
use crate::operation::prelude::*;
use crate::syntax::makefile::Variable;

/// The only definition of a variable.
pub(super) fn variable<'a>(file: &'a ParsedFile, name: &'a str) -> Result<&'a Variable, Failure> {
    let found: Vec<&Variable> = file.makefile().variables_of(&file.bytes, name.as_bytes()).collect();
    match found[..] {
        [one] => Ok(one),
        [] => {
            let names = file.makefile().variables.iter();
            let names = names.map(|v| (v.name.start, lossy(v.name.of(&file.bytes))));
            Err(Miss::new(format!("no variable is called `{name}`")).near(nearest(name, names)).into())
        }
        _ => Err(Failure::ambiguous(
            format!("`{name}` is defined {} times", found.len()),
            found.iter().map(|v| v.name.start).collect(),
        )),
    }
}

/// A value for an empty variable, with the blanks that separate it from the operator and a comment.
pub(super) fn separated(file: &ParsedFile, variable: &Variable, value: &str) -> String {
    let empty = variable.value.is_empty();
    let before = if empty && variable.value.start == variable.operator.end { "\t" } else { "" };
    let comment = file.bytes.get(variable.value.end) == Some(&b'#');
    let after = if empty && comment && !value.is_empty() { " " } else { "" };
    format!("{before}{value}{after}")
}
