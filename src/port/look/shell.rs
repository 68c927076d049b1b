//! Commands of a script that another program runs now.

use super::super::cell::Verdict;
use super::super::judge::Judging;
use super::{Look, best_likeness, candidate, tried};
use crate::edit::{Outcome, Part};
use crate::patchset::operation::shell::PrefixCommand;
use crate::patchset::{Edit, Operation};
use crate::plan::{logical_line, squeezed};
use crate::syntax::shell;
use crate::text::Span;
use crate::tree::TreeError;

/// A line is taken for the old one when at least this much of its words is the same.
const SAME_LINE: f64 = 0.25;

pub(super) fn look(
    judging: &Judging<'_>,
    edit: &Edit,
    index: usize,
    part: &Part,
    op: &PrefixCommand,
) -> Result<Option<Look>, TreeError> {
    let Some(text) = judging.bytes(&part.file)? else { return Ok(None) };
    let Outcome::Missing { what, .. } = &part.outcome else { return Ok(None) };
    let old = judging.old_lines(edit, index, part);
    let mut candidates = Vec::new();
    for command in shell::commands(&text, Span::new(0, text.len())) {
        let first = command.words[0].start;
        let line = squeezed(logical_line(&text, first).of(&text));
        let Some(program) = command.program(&text) else { continue };
        if best_likeness(&old, &line) < SAME_LINE {
            continue;
        }
        let program = String::from_utf8_lossy(program.of(&text)).into_owned();
        let mut change = edit.changes[index].clone();
        change.operation =
            Operation::ShellPrefixCommand(PrefixCommand { command: program.clone(), ..op.clone() });
        let change = tried(judging, edit, change)?;
        let why = format!("`{program}` begins a line like the old one, which `{}` began", op.command);
        candidates.push(candidate(&part.file, &text, &[first], &why, change));
    }
    Ok(Some(Look::candidates(candidates, Verdict::Lost, what)))
}
