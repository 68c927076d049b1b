//! Prerequisites that hang on another target, and commands of another name or number.

use std::collections::BTreeMap;

use super::super::cell::{Candidate, Verdict};
use super::super::judge::Judging;
use super::{Look, best_likeness, candidate, tried};
use crate::edit::{Outcome, Part};
use crate::patchset::operation::OneOrMore;
use crate::patchset::operation::makefile::PrefixCommand;
use crate::patchset::{Change, Edit, Operation};
use crate::plan::{logical_line, squeezed};
use crate::syntax::makefile::{Makefile, Rule};
use crate::syntax::shell;
use crate::text::Span;
use crate::tree::TreeError;

/// A line of a recipe is taken for the old one when at least this much of their words is the same. The
/// compileall lines of 2.5 and 3.13 share 0.3 of theirs.
const SAME_LINE: f64 = 0.25;

pub(super) fn look(
    judging: &Judging<'_>,
    edit: &Edit,
    index: usize,
    part: &Part,
) -> Result<Option<Look>, TreeError> {
    let Some(text) = judging.bytes(&part.file)? else { return Ok(None) };
    let old = judging.old_lines(edit, index, part);
    let change = &edit.changes[index];
    let found = Found { judging, edit, change, part, text: &text, makefile: Makefile::parse(&text), old };
    match &change.operation {
        Operation::MakefilePrefixCommand(op) => found.command(op).map(Some),
        Operation::MakefileRemovePrerequisite(op) => found.prerequisite(&op.target.0, &op.word).map(Some),
        Operation::MakefileReplacePrerequisite(op) => found.prerequisite(&op.target.0, &op.word).map(Some),
        _ => Ok(None),
    }
}

struct Found<'a> {
    judging: &'a Judging<'a>,
    edit: &'a Edit,
    change: &'a Change,
    part: &'a Part,
    text: &'a [u8],
    makefile: Makefile,
    /// The lines on the tree that the patchset was written for.
    old: Vec<String>,
}

impl Found<'_> {
    fn what(&self) -> String {
        match &self.part.outcome {
            Outcome::Missing { what, .. } | Outcome::Ambiguous { what, .. } => what.clone(),
            other => other.name().to_owned(),
        }
    }

    fn lossy(&self, span: Span) -> String {
        String::from_utf8_lossy(span.of(self.text)).into_owned()
    }

    /// Rules that have the word as a prerequisite, the one most like the old rule first.
    fn prerequisite(&self, targets: &[String], word: &str) -> Result<Look, TreeError> {
        let users = self.makefile.rules.iter().filter_map(|rule| {
            let hit = rule.prerequisites.iter().find(|p| p.of(self.text) == word.as_bytes())?;
            let target = self.lossy(rule.targets[0]);
            (target != ".PHONY").then_some((rule, target, hit.start))
        });
        let mut ranked: Vec<(f64, &Rule, String, usize)> = users
            .map(|(rule, target, at)| {
                let header = squeezed(rule.header.of(self.text));
                let name = targets.iter().map(|old| kinship(old, &target)).fold(0.0, f64::max);
                (best_likeness(&self.old, &header) + name, rule, target, at)
            })
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.3.cmp(&b.3)));
        let mut candidates = Vec::new();
        for (_, rule, target, at) in ranked {
            let proposal = self.with_target(&target);
            let change = tried(self.judging, self.edit, proposal)?;
            let hangs = if targets.contains(&target) { "hangs" } else { "now hangs" };
            let mut why = format!("`{word}` {hangs} on `{target}`");
            if best_likeness(&self.old, &squeezed(rule.header.of(self.text))) >= 0.5 {
                why.push_str(", whose prerequisites are nearly those of the old rule");
            }
            if change.is_none() {
                why.push_str("; another rule would still come to it, so that this alone is not enough");
            }
            let start = rule.header.start;
            let at = if logical_line(self.text, at) == logical_line(self.text, start) { start } else { at };
            candidates.push(candidate(&self.part.file, self.text, &[at], &why, change));
        }
        let made = self.makefile.rules_of(self.text, word.as_bytes()).next().is_some();
        let otherwise = if made { Verdict::Lost } else { Verdict::Obsolete };
        Ok(Look::candidates(candidates, otherwise, &self.what()))
    }

    fn with_target(&self, target: &str) -> Change {
        let mut change = self.change.clone();
        let to = OneOrMore(vec![target.to_owned()]);
        match &mut change.operation {
            Operation::MakefileRemovePrerequisite(op) => op.target = to,
            Operation::MakefileReplacePrerequisite(op) => op.target = to,
            Operation::MakefileAddPrerequisite(op) => op.target = to,
            _ => {}
        }
        change
    }

    fn command(&self, op: &PrefixCommand) -> Result<Look, TreeError> {
        let rules: Vec<&Rule> = match &op.target {
            Some(target) => self.makefile.rules_of(self.text, target.as_bytes()).collect(),
            None => self.makefile.rules.iter().collect(),
        };
        let mut candidates = Vec::new();
        let mut same_name = self.commands(&rules, |program, _| program == op.command);
        if let Some(places) = same_name.remove(&op.command) {
            let why =
                format!("`{}` runs in {} places here, {} were meant", op.command, places.len(), op.count);
            candidates.push(self.proposed(op, &op.command, &places, &why)?);
        }
        // A program of another name, in lines like the old ones.
        let others = self.commands(&rules, |program, line| {
            program != op.command && best_likeness(&self.old, line) >= SAME_LINE && may_run(program)
        });
        let mut others: Vec<(String, Vec<usize>)> = others.into_iter().collect();
        others.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.1.cmp(&b.1)));
        for (program, _) in others {
            let places = self.commands(&rules, |one, _| one == program).remove(&program).unwrap_or_default();
            let why = format!(
                "`{program}` runs here what `{}` did, in {} {}",
                op.command,
                places.len(),
                if places.len() == 1 { "place" } else { "places" }
            );
            candidates.push(self.proposed(op, &program, &places, &why)?);
        }
        if !candidates.is_empty() {
            return Ok(Look::candidates(candidates, Verdict::Lost, &self.what()));
        }
        let reason = if rules.is_empty() {
            format!("{}: no rule of that name is left, and none with lines like its", self.what())
        } else {
            format!("{}, and no line is like the old one", self.what())
        };
        Ok(Look::reason(Verdict::Obsolete, &reason))
    }

    /// The commands of `rules` that pass `takes`, by program: where the program's word stands.
    fn commands(&self, rules: &[&Rule], takes: impl Fn(&str, &str) -> bool) -> BTreeMap<String, Vec<usize>> {
        let mut found: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for line in rules.iter().flat_map(|rule| &rule.recipe) {
            let signs = line
                .of(self.text)
                .iter()
                .take_while(|b| matches!(b, b' ' | b'\t' | b'-' | b'@' | b'+'))
                .count();
            let squeezed = squeezed(line.of(self.text));
            for command in shell::commands(self.text, Span::new(line.start + signs, line.end)) {
                let Some(word) = command.program(self.text) else { continue };
                let program = self.lossy(word);
                if takes(&program, &squeezed) {
                    found.entry(program).or_default().push(word.start);
                }
            }
        }
        found
    }

    fn proposed(
        &self,
        op: &PrefixCommand,
        program: &str,
        places: &[usize],
        why: &str,
    ) -> Result<Candidate, TreeError> {
        let mut change = self.change.clone();
        change.operation = Operation::MakefilePrefixCommand(PrefixCommand {
            command: program.to_owned(),
            count: places.len(),
            ..op.clone()
        });
        let change = tried(self.judging, self.edit, change)?;
        Ok(candidate(&self.part.file, self.text, places, why, change))
    }
}

/// How much a target's name says that it took over from another: `build_all` from `all`, and `commoninstall`
/// from `altinstall`. From 0 to 1.
fn kinship(old: &str, new: &str) -> f64 {
    if new.split(|sign: char| !sign.is_ascii_alphanumeric()).any(|part| part == old) {
        return 1.0;
    }
    let same = old.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
    if same >= 4 { same as f64 / old.len() as f64 / 2.0 } else { 0.0 }
}

/// Whether a word may be a program that a launcher starts: an interpreter or a program by a variable or a
/// path. The tools of the build machine are none.
fn may_run(program: &str) -> bool {
    (program.starts_with("$(") && !program.starts_with("$(INSTALL") && !program.starts_with("$(DESTDIR"))
        || program.starts_with("./")
        || program.starts_with("@")
}
