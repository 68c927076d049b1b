//! Puts words before commands, in scripts and in recipes.

use std::collections::BTreeSet;

use crate::operation::prelude::*;
use crate::syntax::shell::{self, Command};

/// Puts `with` before the first word `command` of the commands that have it. `scope` names where the commands are.
pub(crate) fn prefix(
    file: &ParsedFile,
    commands: &[Command],
    command: &str,
    with: &str,
    count: Count,
    scope: &str,
) -> Answer {
    let text = &file.bytes;
    let (mut found, mut done) = (Vec::new(), Vec::new());
    let prefix: Vec<&[u8]> = with.split_ascii_whitespace().map(str::as_bytes).collect();
    for one in commands {
        let words: Vec<&[u8]> = one.words.iter().map(|word| word.of(text)).collect();
        let is_environment = |words: &[&[u8]]| words.iter().all(|word| shell::is_environment(word));
        for (i, _) in words.iter().enumerate().filter(|(_, word)| **word == command.as_bytes()) {
            // The prefix itself may look like a part of the environment: `$(YOD)`.
            if words[..i].strip_suffix(&prefix[..]).is_some_and(is_environment) {
                done.push(one.words[i]);
                break;
            } else if is_environment(&words[..i]) {
                found.push(one.words[i]);
                break;
            }
        }
    }
    let what = format!("the command `{command}` in {scope}");
    let with = format!("{} ", with.trim());
    let rewrite = |span: Span| Rewrite::insert(span.start, with.as_str());
    match_count(&what, count.0, &found, &Results::proof(done), rewrite, || similar(file, commands, command))
}

/// The commands whose name is similar to `command`, and those that have an environment of their own: these are likely
/// to be what was renamed.
fn similar(file: &ParsedFile, commands: &[Command], command: &str) -> Vec<usize> {
    let text = &file.bytes;
    let programs = commands.iter().filter_map(|one| one.program(text));
    let names = programs.map(|word| (word.start, String::from_utf8_lossy(word.of(text))));
    let mut near = nearest(command, names);
    let assigns = |word: &Span| shell::is_environment(word.of(text)) && word.of(text)[0] != b'$';
    let prepared = commands.iter().filter(|one| one.words.first().is_some_and(assigns));
    let programs = prepared.filter_map(|one| one.program(text)).filter(|word| !assigns(word));
    near.extend(programs.map(|word| word.start));
    let mut seen = BTreeSet::new();
    near.retain(|at| seen.insert(*at));
    near.truncate(6);
    near
}
