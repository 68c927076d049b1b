//! Finds prerequisites of rules by target and word.

use std::borrow::Cow;

use crate::operation::prelude::*;
use crate::syntax::makefile::{Makefile, Rule};
use crate::text::apply;

/// A prerequisite, in the rule of the target that has it.
pub(super) struct Prerequisite<'a> {
    pub target: &'a str,
    pub rule: &'a Rule,
    pub word: Span,
}

/// Why no single prerequisite was found.
pub(super) enum NotFound<'a> {
    /// None of the targets has a rule.
    Target,
    /// This target has a rule without the word.
    Word(&'a str, &'a Rule),
    /// The word occurs more than once, at these offsets.
    Repeated(Vec<usize>),
}

/// Finds the prerequisite `word` of the first of `targets` that has it.
pub(super) fn prerequisite<'a>(
    file: &'a ParsedFile,
    targets: &'a [String],
    word: &str,
) -> Result<Prerequisite<'a>, NotFound<'a>> {
    let text = &file.bytes;
    let mut first_rule = None;
    for target in targets {
        let mut hits = Vec::new();
        for rule in file.makefile().rules_of(text, target.as_bytes()) {
            first_rule.get_or_insert((target.as_str(), rule));
            let words = rule.prerequisites.iter().filter(|p| p.of(text) == word.as_bytes());
            hits.extend(words.map(|p| (rule, *p)));
        }
        match hits[..] {
            [] => {}
            [(rule, word)] => return Ok(Prerequisite { target, rule, word }),
            _ => return Err(NotFound::Repeated(hits.iter().map(|(_, span)| span.start).collect())),
        }
    }
    Err(match first_rule {
        None => NotFound::Target,
        Some((target, rule)) => NotFound::Word(target, rule),
    })
}

/// As [`prerequisite`], where no other of `targets` has the word: after the change that one would be the first that
/// has it.
pub(super) fn only_prerequisite<'a>(
    file: &'a ParsedFile,
    targets: &'a [String],
    word: &str,
) -> Result<Prerequisite<'a>, NotFound<'a>> {
    let found = prerequisite(file, targets, word)?;
    let text = &file.bytes;
    let rules = targets.iter().flat_map(|target| file.makefile().rules_of(text, target.as_bytes()));
    let words = rules.flat_map(|rule| &rule.prerequisites).filter(|p| p.of(text) == word.as_bytes());
    let mut all: Vec<usize> = words.map(|p| p.start).collect();
    all.sort_unstable();
    all.dedup();
    if all.len() == 1 { Ok(found) } else { Err(NotFound::Repeated(all)) }
}

impl NotFound<'_> {
    pub(super) fn failure(self, file: &ParsedFile, targets: &[String], word: &str) -> Failure {
        match self {
            NotFound::Target => no_rule(file, targets, Some(word)),
            NotFound::Word(target, rule) => {
                let users = users(file, word);
                let what = format!("`{target}` exists, but `{word}` is not among its prerequisites");
                let mut miss = Miss::new(what).near(users.iter().map(|(_, at)| *at));
                miss.at = Some(rule.colon.start);
                if let Some((other, _)) = users.first() {
                    let all = format!("{}, {other}", targets.join(", "));
                    miss.help = Some(format!("write `target: [{all}]`, or limit the edit with `when`"));
                }
                miss.into()
            }
            NotFound::Repeated(at) => {
                Failure::ambiguous(format!("`{word}` occurs {} times among the prerequisites", at.len()), at)
            }
        }
    }
}

/// The change of a rule's first line.
///
/// # Errors
/// Afterwards it would not be a rule of these targets: without `a`, `all: a B=$(c)` gives `all` a variable of its own.
pub(super) fn change_head(
    file: &ParsedFile,
    rule: &Rule,
    anchors: Vec<Span>,
    rewrites: Vec<Rewrite>,
) -> Answer {
    let (text, start) = (&file.bytes, rule.header.start);
    let moved = rewrites.iter().map(|rewrite| {
        let span = Span::new(rewrite.span.start - start, rewrite.span.end - start);
        Rewrite::replace(span, rewrite.with.clone())
    });
    let moved: Vec<Rewrite> = moved.collect();
    let after = apply(rule.header.of(text), &moved).unwrap_or_default();
    let makefile = Makefile::parse(&after);
    let targets =
        |rule: &Rule, text: &[u8]| rule.targets.iter().map(|it| it.of(text).to_vec()).collect::<Vec<_>>();
    if makefile.rules.first().is_none_or(|new| targets(new, &after) != targets(rule, text)) {
        let target = lossy(rule.targets[0].of(text));
        return refused(format!("make would not read the line as a rule of `{target}` afterwards"), start);
    }
    change_at(anchors, rewrites)
}

/// The rules that have `word` as a prerequisite: their first target, and the offset of the word.
fn users(file: &ParsedFile, word: &str) -> Vec<(String, usize)> {
    let text = &file.bytes;
    let rules = file.makefile().rules.iter().filter(|rule| rule.targets[0].of(text) != b".PHONY");
    let users = rules.filter_map(|rule| {
        let hit = rule.prerequisites.iter().find(|p| p.of(text) == word.as_bytes())?;
        Some((lossy(rule.targets[0].of(text)).into_owned(), hit.start))
    });
    users.collect()
}

pub(super) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// The failure where none of `targets` has a rule; `word` is the prerequisite that was looked for.
pub(super) fn no_rule(file: &ParsedFile, targets: &[String], word: Option<&str>) -> Failure {
    let text = &file.bytes;
    let names = file.makefile().rules.iter().flat_map(|rule| &rule.targets);
    let names = names.map(|target| (target.start, lossy(target.of(text))));
    let users = word.map(|word| users(file, word)).unwrap_or_default();
    let quoted: Vec<String> = targets.iter().map(|name| format!("`{name}`")).collect();
    let mut miss = Miss::new(format!("no rule makes {}", quoted.join(" or ")))
        .near(users.into_iter().map(|(_, at)| at))
        .near(nearest(&targets[0], names));
    miss.near.truncate(5);
    miss.into()
}
