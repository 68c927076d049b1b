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

/// An answer, unless a list that it changes would get other words than `expected`, which has those that it has now: a word of half
/// a reference or after a backslash is not one for make.
pub(super) fn checked(
    file: &ParsedFile,
    lists: &[WordList],
    answer: Resolution,
    expected: impl Fn(&mut Vec<Vec<u8>>),
) -> Answer {
    let Resolution::Change { deltas, .. } = &answer else { return Ok(answer) };
    let rewrites: Vec<Rewrite> = deltas.iter().filter_map(Delta::as_rewrite).cloned().collect();
    let is_changed = |list: &&WordList| {
        let own = Span::new(list.name.start, list.inside.end);
        rewrites.iter().any(|rewrite| own.start <= rewrite.span.start && rewrite.span.end <= own.end)
    };
    let Some(list) = lists.iter().find(is_changed) else { return Ok(answer) };
    let sorted = |text: &[u8], all: &[Span]| {
        let mut all: Vec<Vec<u8>> = all.iter().map(|word| word.of(text).to_vec()).collect();
        all.sort();
        all
    };
    let mut wanted = sorted(&file.bytes, &list.words);
    expected(&mut wanted);
    wanted.sort();
    let after = apply(&file.bytes, &rewrites).unwrap_or_default();
    let makefile = Makefile::parse(&after);
    let variable = makefile.variables.iter().find(|one| one.name == list.name);
    if variable.is_some_and(|variable| sorted(&after, &words(&after, variable.value)) == wanted) {
        return Ok(answer);
    }
    let name = String::from_utf8_lossy(list.name.of(&file.bytes)).into_owned();
    let why = format!(
        "the words of `{name}` would be read differently by make: a reference is not closed, or a line would continue"
    );
    refused(why, list.name.start)
}
