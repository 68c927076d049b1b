//! The list of words that a variable holds.

use super::variable::{around, variable};
use crate::operation::prelude::*;
use crate::operation::word_list::{Separator, WordList};
use crate::syntax::makefile::{Makefile, Variable, words};
use crate::text::apply;

/// The definitions of a variable in the scope; at least one.
pub(super) fn definitions<'a>(site: &Site<'a>, name: &'a str) -> Result<Vec<&'a Variable>, Failure> {
    let all = site.file.makefile().variables_of(&site.file.bytes, name.as_bytes());
    let found: Vec<&Variable> = all.filter(|one| site.scope.contains(one.name)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    match variable(site.file, name) {
        Err(missing @ Failure::Missing(_)) => Err(missing),
        Ok(_) | Err(Failure::Ambiguous { .. } | Failure::Refused { .. }) => {
            Err(Miss::new(format!("`{name}` is not defined in the scope")).into())
        }
    }
}

/// The lists of a variable in the scope; at least one.
pub(super) fn lists(site: &Site<'_>, name: &str) -> Result<Vec<WordList>, Failure> {
    let text = &site.file.bytes;
    let list = |variable: &Variable| WordList {
        name: variable.name,
        inside: Span::new(variable.operator.end, variable.value.end),
        words: words(text, variable.value),
        separator: Separator::Continued,
        around_first: around(site.file, variable),
        quotes: None,
    };
    Ok(definitions(site, name)?.into_iter().map(list).collect())
}

/// Whether a list has its other words, and no more, once one is removed.
pub(super) fn leaves_the_others(file: &ParsedFile, list: &WordList, rewrite: &Rewrite) -> bool {
    let Ok(after) = apply(&file.bytes, std::slice::from_ref(rewrite)) else { return false };
    let left = Makefile::parse(&after);
    let Some(variable) = left.variables.iter().find(|one| one.name == list.name) else {
        return false;
    };
    let others = list.words.iter().filter(|word| !rewrite.span.contains(**word));
    let left = words(&after, variable.value);
    left.iter().map(|word| word.of(&after)).eq(others.map(|word| word.of(&file.bytes)))
}
