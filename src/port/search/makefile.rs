//! Searches for prerequisites and commands in other rules.

use std::collections::BTreeMap;

use super::Search;
use super::likeness::best_likeness;
use crate::edit::normalized;
use crate::operation::Anchor;
use crate::port::cell::{Candidate, Verdict};
use crate::port::finding::Finding;
use crate::syntax::makefile::{Makefile, Rule, recipe_commands};
use crate::text::logical_line;
use crate::tree::TreeError;

/// A line of a recipe counts as the old one if at least this share of their words is the same. The compileall lines of
/// 2.5 and 3.13 share 0.3.
const SAME_LINE: f64 = 0.25;

/// Searches for rules that have the word as a prerequisite, the one most similar to the old rule first.
pub(super) fn prerequisite(
    search: &Search<'_>,
    targets: &[String],
    word: &str,
) -> Result<Finding, TreeError> {
    let text = search.text;
    let makefile = Makefile::parse(text);
    let users = makefile.rules.iter().filter_map(|rule| {
        let hit = rule.prerequisites.iter().find(|p| p.of(text) == word.as_bytes())?;
        let target = search.lossy(rule.targets[0]);
        (target != ".PHONY").then_some((rule, target, hit.start))
    });
    let likeness = |rule: &Rule| best_likeness(&search.old, &normalized(rule.header.of(text)));
    let mut ranked: Vec<(f64, &Rule, String, usize)> = users
        .map(|(rule, target, at)| {
            let name = targets.iter().map(|old| name_likeness(old, &target)).fold(0.0, f64::max);
            (likeness(rule) + name, rule, target, at)
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.3.cmp(&b.3)));
    let mut candidates = Vec::new();
    for (_, rule, target, at) in ranked {
        let anchor = Anchor::Prerequisite { targets: vec![target.clone()], word: Some(word.to_owned()) };
        let change = search.tried(anchor)?;
        let now = if targets.contains(&target) { "" } else { "now " };
        let mut why = format!("`{word}` is {now}a prerequisite of `{target}`");
        if likeness(rule) >= 0.5 {
            why.push_str(", whose prerequisites are nearly those of the old rule");
        }
        if change.is_none() {
            why.push_str("; another rule would still build it, so that this alone is not enough");
        }
        let start = rule.header.start;
        let at = if logical_line(text, at) == logical_line(text, start) { start } else { at };
        candidates.push(search.candidate(&[at], &why, change));
    }
    let is_made = makefile.rules_of(text, word.as_bytes()).next().is_some();
    let otherwise = if is_made { Verdict::Lost } else { Verdict::Obsolete };
    Ok(Finding::candidates(candidates, otherwise, search.what()))
}

/// Searches for more or fewer commands of the same program, and for commands of another program on similar lines.
pub(super) fn command(
    search: &Search<'_>,
    command: &str,
    target: Option<&str>,
    count: usize,
) -> Result<Finding, TreeError> {
    let text = search.text;
    let makefile = Makefile::parse(text);
    let rules: Vec<&Rule> = match target {
        Some(target) => makefile.rules_of(text, target.as_bytes()).collect(),
        None => makefile.rules.iter().collect(),
    };
    let candidate_of = |program: &str, places: &[usize], why: &str| -> Result<Candidate, TreeError> {
        let (command, target, count) = (program.to_owned(), target.map(str::to_owned), places.len());
        let change = search.tried(Anchor::Command { command, target, in_recipe: true, count })?;
        Ok(search.candidate(places, why, change))
    };
    let mut candidates = Vec::new();
    if let Some(places) = programs(search, &rules, |program, _| program == command).remove(command) {
        let why = format!("`{command}` runs in {} places here, not in {count}", places.len());
        candidates.push(candidate_of(command, &places, &why)?);
    }
    let others = programs(search, &rules, |program, line| {
        program != command && best_likeness(&search.old, line) >= SAME_LINE && may_run(program)
    });
    let mut others: Vec<(String, Vec<usize>)> = others.into_iter().collect();
    others.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.1.cmp(&b.1)));
    for (program, _) in others {
        let places = programs(search, &rules, |one, _| one == program).remove(&program).unwrap_or_default();
        let noun = if places.len() == 1 { "place" } else { "places" };
        let why = format!("`{program}` runs here what `{command}` did, in {} {noun}", places.len());
        candidates.push(candidate_of(&program, &places, &why)?);
    }
    let what = search.what();
    if !candidates.is_empty() {
        return Ok(Finding::candidates(candidates, Verdict::Lost, what));
    }
    let reason = if rules.is_empty() {
        format!("{what}: no rule of that name is left, and none has lines like its lines")
    } else {
        format!("{what}, and no line is like the old one")
    };
    Ok(Finding::reason(Verdict::Obsolete, &reason))
}

/// The commands of `rules` for which `takes(program, line)` is true: the offsets of the program's word, by program.
fn programs(
    search: &Search<'_>,
    rules: &[&Rule],
    takes: impl Fn(&str, &str) -> bool,
) -> BTreeMap<String, Vec<usize>> {
    let text = search.text;
    let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for line in rules.iter().flat_map(|rule| &rule.recipe) {
        let normalized = normalized(line.of(text));
        for command in recipe_commands(text, *line) {
            let Some(word) = command.program(text) else { continue };
            let program = search.lossy(word);
            if takes(&program, &normalized) {
                found.entry(program).or_default().push(word.start);
            }
        }
    }
    found
}

/// How much a target's name suggests that it replaces another: `build_all` replaces `all`, and `commoninstall` replaces
/// `altinstall`. From 0 to 1.
fn name_likeness(old: &str, new: &str) -> f64 {
    if new.split(|sign: char| !sign.is_ascii_alphanumeric()).any(|part| part == old) {
        return 1.0;
    }
    let same = old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
    if same >= 4 { same as f64 / old.len() as f64 / 2.0 } else { 0.0 }
}

/// Whether a word may be a program that a launcher starts: one named by a variable or a path, except the tools of the build
/// machine.
fn may_run(program: &str) -> bool {
    (program.starts_with("$(") && !program.starts_with("$(INSTALL") && !program.starts_with("$(DESTDIR"))
        || program.starts_with("./")
        || program.starts_with("@")
}
