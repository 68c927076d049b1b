//! Whether make still builds a prerequisite through other rules.

use std::collections::{HashMap, HashSet};

use super::prerequisite::{Prerequisite, lossy};
use crate::operation::prelude::*;
use crate::syntax::makefile::{Rule, words};

/// As [`check_unreached`], for the target that was found and those before it in `targets`: of these, the first with a rule
/// must not have the prerequisite afterwards.
pub(super) fn check_all_unreached(
    file: &ParsedFile,
    targets: &[String],
    found: &Prerequisite<'_>,
) -> Result<(), Failure> {
    let before = targets.iter().take_while(|target| *target != found.target);
    for target in before {
        check_unreached(file, target, found)?;
    }
    check_unreached(file, found.target, found)
}

/// Refuses to remove a prerequisite that make would still build for `start`.
pub(super) fn check_unreached(
    file: &ParsedFile,
    start: &str,
    found: &Prerequisite<'_>,
) -> Result<(), Failure> {
    let word = lossy(found.word.of(&file.bytes));
    let Some(through) = reached(file, start, &word, Some(found.word)) else { return Ok(()) };
    let through_name = lossy(through.of(&file.bytes));
    let why = format!("`{start}` would still depend on `{word}` through `{through_name}`");
    Err(Failure::refused(why, through.start))
}

/// The last target or variable on the way from `target` to the prerequisite `word`, other than the one at `except`.
/// A variable counts as all its values, and a substitution of configure may be any rule.
pub(super) fn reached(file: &ParsedFile, target: &str, word: &str, except: Option<Span>) -> Option<Span> {
    let text = &file.bytes;
    let makefile = file.makefile();
    let is_word = |span: &Span| span.of(text) == word.as_bytes() && Some(*span) != except;
    // Most words are in one place only, which saves following all of them.
    let has_word = |span: Span| memchr::memmem::find(span.of(text), word.as_bytes()).is_some();
    if !makefile.rules.iter().flat_map(|rule| &rule.prerequisites).any(is_word)
        && !makefile.variables.iter().any(|variable| has_word(variable.value))
    {
        return None;
    }
    let mut rules: HashMap<&[u8], Vec<&Rule>> = HashMap::with_capacity(makefile.rules.len());
    for rule in &makefile.rules {
        for target in &rule.targets {
            rules.entry(target.of(text)).or_default().push(rule);
        }
    }
    let mut seen: HashSet<&[u8]> = HashSet::new();
    let mut open: Vec<&[u8]> = vec![target.as_bytes()];
    while let Some(name) = open.pop() {
        if !seen.insert(name) {
            continue;
        }
        for rule in rules.get(name).into_iter().flatten() {
            if rule.prerequisites.iter().any(is_word) {
                return rule.targets.iter().copied().find(|target| target.of(text) == name);
            }
            open.extend(rule.prerequisites.iter().map(|p| p.of(text)));
            for substitution in rule.prerequisites.iter().filter(|p| substitutes_targets(p.of(text))) {
                let any = makefile.rules.iter().filter(|rule| rule.targets[0].of(text) != b".PHONY");
                if any.flat_map(|rule| &rule.prerequisites).any(is_word) {
                    return Some(*substitution);
                }
            }
        }
        for variable in reference(name).into_iter().flat_map(|name| makefile.variables_of(text, name)) {
            let values = words(text, variable.value);
            if values.iter().any(is_word) {
                return Some(variable.name);
            }
            open.extend(values.iter().map(|value| value.of(text)));
        }
    }
    None
}

/// Whether configure puts targets in the place of a word, judged by the names that CPython uses for that:
/// `@DEF_MAKE_ALL_RULE@`, `@INSTALLTARGETS@`, `@FRAMEWORKINSTALLFIRST@`, but not `@THREADHEADERS@`.
fn substitutes_targets(word: &[u8]) -> bool {
    let name = word.strip_prefix(b"@").and_then(|word| word.strip_suffix(b"@"));
    let endings: [&[u8]; 4] = [b"RULE", b"TARGETS", b"FIRST", b"LAST"];
    name.is_some_and(|name| endings.iter().any(|ending| name.ends_with(ending)))
}

/// The variable that a whole word refers to: `$(NAME)` or `${NAME}`.
fn reference(word: &[u8]) -> Option<&[u8]> {
    let inner = |open: &[u8], close: &[u8]| word.strip_prefix(open)?.strip_suffix(close);
    inner(b"$(", b")").or_else(|| inner(b"${", b"}"))
}
