//! Searches for an anchor where a change still has an effect, if a fact that it requires no longer holds.

use crate::operation::{Count, Operation, Text, text};
use crate::patchset::{Change, Edit, Requirement};
use crate::port::cell::{Candidate, Verdict};
use crate::port::finding::{Finding, candidate};
use crate::port::judging::Judging;
use crate::syntax::c::CFile;
use crate::tree::TreeError;

/// The anchor is found, but the change would have no effect. Macros that were undefined in a header can be undefined in the
/// source named by `needed-while`, before it tests them.
pub(in crate::port) fn without_effect(
    judging: &Judging<'_>,
    edit: &Edit,
    change: &Change,
) -> Result<Finding, TreeError> {
    let mut candidates = Vec::new();
    if let Some(need) = &change.needed_while
        && let Some(text) = judging.contents(&need.file)?
    {
        for name in change.operation.operate().undefines() {
            candidates.extend(at_question(judging, edit, change, need, name, &text)?);
        }
    }
    Ok(Finding::candidates(candidates, Verdict::Refused, "it would have no effect"))
}

/// The first `#ifdef NAME` of the file named by `needed-while`.
fn at_question(
    judging: &Judging<'_>,
    edit: &Edit,
    change: &Change,
    need: &Requirement,
    name: &str,
    text: &[u8],
) -> Result<Option<Candidate>, TreeError> {
    let file = CFile::parse(text);
    let asks = |condition: &str| {
        let is_word = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
        condition.split(|sign| !is_word(sign)).any(|word| word == name)
    };
    let mut first_branches = file.conditionals().iter().filter_map(|group| group.branches.first());
    let Some(branch) = first_branches.find(|branch| asks(&branch.condition)) else { return Ok(None) };
    let line = branch.directive.of(text).trim_ascii_end();
    let line = String::from_utf8_lossy(line).into_owned();
    let undef = format!("#undef {name}");
    let proposal = Change {
        file: vec![need.file.clone()],
        within: None,
        operation: Operation::TextInsert(text::Insert {
            before: Some(line.clone()),
            after: None,
            text: Text::Inline(format!("{undef}\n")),
            indent: None,
            count: Count(1),
        }),
        ..change.clone()
    };
    // Accepting a candidate for one of several macros would drop the others.
    let is_only = change.operation.operate().undefines().len() == 1;
    let proposal = judging.tried(edit, Some(proposal).filter(|_| is_only))?;
    let why = format!("the source that asks for it can undefine it: `{undef}` before `{line}`");
    Ok(Some(candidate(&need.file, text, &[branch.directive.start], &why, proposal)))
}
