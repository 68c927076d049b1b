//! `shell.prefix-command`, and the commands of Makefile recipes.

use super::anchor::{settle, with_line_ends};
use super::answer::Answer;
use super::context::Source;
use crate::patchset::operation::shell::PrefixCommand;
use crate::syntax::shell::{self, Command};
use crate::text::{Rewrite, Span, nearest};

pub(super) fn prefix_command(source: &Source, within: Span, op: &PrefixCommand) -> Answer {
    let commands = shell::commands(&source.bytes, within);
    prefix(source, &commands, &op.command, &op.with, op.count, "the script")
}

/// Puts `with` before the command word `command` of the commands that start with it.
pub(super) fn prefix(
    source: &Source,
    commands: &[Command],
    command: &str,
    with: &str,
    count: usize,
    place: &str,
) -> Answer {
    let (mut found, mut done) = (Vec::new(), Vec::new());
    let prefix: Vec<&[u8]> = with.split_ascii_whitespace().map(str::as_bytes).collect();
    for one in commands {
        let words: Vec<&[u8]> = one.words.iter().map(|word| word.of(&source.bytes)).collect();
        let runs = |words: &[&[u8]]| words.iter().all(|word| shell::is_environment(word));
        for (i, _) in words.iter().enumerate().filter(|(_, word)| **word == command.as_bytes()) {
            // The prefix itself may look like an environment: `$(YOD)`.
            if words[..i].strip_suffix(&prefix[..]).is_some_and(runs) {
                done.push(one.words[i]);
                break;
            } else if runs(&words[..i]) {
                found.push(one.words[i]);
                break;
            }
        }
    }
    let what = format!("the command `{command}` in {place}");
    let with = with_line_ends(format!("{} ", with.trim()).as_bytes(), b"\n");
    settle(
        &what,
        count,
        &found,
        &done,
        |span| Rewrite::insert(span.start, with.clone()),
        || {
            let names: Vec<Span> = commands.iter().filter_map(|one| one.program(&source.bytes)).collect();
            let texts =
                names.iter().map(|word| (word.start, String::from_utf8_lossy(word.of(&source.bytes))));
            let mut near = nearest(command, texts);
            // Commands that are given an environment of their own are likely to be what was renamed.
            let assigns = |word: &Span| {
                shell::is_environment(word.of(&source.bytes)) && word.of(&source.bytes)[0] != b'$'
            };
            let prepared = commands.iter().filter(|one| one.words.first().is_some_and(assigns));
            let programs =
                prepared.filter_map(|one| one.program(&source.bytes)).filter(|word| !assigns(word));
            near.extend(programs.map(|word| word.start));
            let mut seen = std::collections::BTreeSet::new();
            near.retain(|at| seen.insert(*at));
            near.into_iter().take(6).map(|at| (at, String::new())).collect()
        },
    )
}
