//! Where a change would still have its effect when a precondition of it is gone.

use super::super::cell::{Candidate, Verdict};
use super::super::judge::Judging;
use super::{Look, candidate, tried};
use crate::patchset::operation::text::Insert;
use crate::patchset::{Change, Edit, Operation, Text};
use crate::syntax::c::CFile;
use crate::tree::TreeError;

/// The anchor fits, and the change would do nothing. Macros that were undefined in a header can be undefined
/// where the source that shows the need asks for them.
pub(in super::super) fn without_effect(
    judging: &Judging<'_>,
    edit: &Edit,
    change: &Change,
) -> Result<Look, TreeError> {
    let mut candidates = Vec::new();
    if let (Operation::HeaderUndef(op), Some(need)) = (&change.operation, &change.needed_while)
        && let Some(text) = judging.bytes(&need.file)?
    {
        for name in &op.names {
            candidates.extend(at_question(judging, edit, change, name, &text)?);
        }
    }
    Ok(Look::candidates(candidates, Verdict::Refused, "it would have no effect"))
}

/// The first `#ifdef NAME` of the file that shows the need.
fn at_question(
    judging: &Judging<'_>,
    edit: &Edit,
    change: &Change,
    name: &str,
    text: &[u8],
) -> Result<Option<Candidate>, TreeError> {
    let Some(need) = &change.needed_while else { return Ok(None) };
    let file = CFile::parse(text);
    let asks = |condition: &str| {
        let is_word = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
        condition.split(|sign| !is_word(sign)).any(|word| word == name)
    };
    let asking = file.conditionals().iter().flat_map(|group| group.branches.first());
    let Some(branch) = asking.into_iter().find(|branch| asks(&branch.condition)) else { return Ok(None) };
    let line = branch.directive.of(text).trim_ascii_end();
    let line = String::from_utf8_lossy(line).into_owned();
    let undef = format!("#undef {name}");
    let proposal = Change {
        file: vec![need.file.clone()],
        within: None,
        operation: Operation::TextInsert(Insert {
            before: Some(line.clone()),
            after: None,
            text: Text::Inline(format!("{undef}\n")),
            count: 1,
        }),
        ..change.clone()
    };
    // One that takes the place of a change about several macros would lose the others.
    let alone = matches!(&change.operation, Operation::HeaderUndef(op) if op.names.len() == 1);
    let proposal = if alone { tried(judging, edit, proposal)? } else { None };
    let why = format!("the source that asks for it can undefine it: `{undef}` before `{line}`");
    Ok(Some(candidate(&need.file, text, &[branch.directive.start], &why, proposal)))
}
