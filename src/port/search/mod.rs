//! Searches for missing anchors, a file per format. A search lists candidates and gives its reasons; it accepts none of
//! them.

mod c;
mod declaration;
mod effect;
mod file;
mod likeness;
mod makefile;
mod print_statement;
mod recipe;
mod setup;
mod shell;

pub(super) use declaration::{declaration, declared_name};
pub(super) use effect::without_effect;
pub(super) use print_statement::trapped;
pub(super) use recipe::recipe;
pub(super) use setup::module;

use super::finding::Finding;
use super::judging::Judging;
use crate::edit::{Outcome, Part};
use crate::operation::Anchor;
use crate::patchset::{Change, Edit};
use crate::text::Span;
use crate::tree::TreeError;

/// The search for the anchor of one part, in the file where it was expected.
struct Search<'a> {
    judging: &'a Judging<'a>,
    edit: &'a Edit,
    change: &'a Change,
    part: &'a Part,
    text: &'a [u8],
    /// The lines of the anchor on the release that the patchset was written for.
    old: Vec<String>,
}

impl Search<'_> {
    /// The message of the outcome.
    fn what(&self) -> &str {
        match &self.part.outcome {
            Outcome::Missing { what, .. } | Outcome::Ambiguous { what, .. } => what,
            Outcome::Change(_) | Outcome::Already(_) | Outcome::Skipped { .. } | Outcome::Refused { .. } => {
                self.part.outcome.name()
            }
        }
    }

    fn lossy(&self, span: Span) -> String {
        String::from_utf8_lossy(span.of(self.text)).into_owned()
    }

    /// The change on another anchor, if its operation can be moved there and the result fits the tree.
    fn tried(&self, anchor: Anchor) -> Result<Option<Change>, TreeError> {
        let moved = self.change.operation.with_anchor(anchor);
        let change = moved.map(|operation| Change { operation, ..self.change.clone() });
        self.judging.tried(self.edit, change)
    }
}

/// Searches for a part whose anchor is missing or ambiguous.
pub(super) fn search(
    judging: &Judging<'_>,
    edit: &Edit,
    index: usize,
    part: &Part,
) -> Result<Finding, TreeError> {
    let change = &edit.changes[index];
    let Some(text) = judging.bytes(&part.file)? else { return file::gone(judging, edit, index, part) };
    let old = judging.old_lines(edit, index, part);
    let search = Search { judging, edit, change, part, text: &text, old };
    let found = match change.operation.operate().describe().anchor {
        Anchor::Prerequisite { targets, word: Some(word) } => {
            Some(makefile::prerequisite(&search, &targets, &word)?)
        }
        Anchor::Command { command, target, in_recipe: true, count } => {
            Some(makefile::command(&search, &command, target.as_deref(), count)?)
        }
        Anchor::Command { command, in_recipe: false, count, .. } => shell::command(&search, &command, count)?,
        Anchor::Include(after) => Some(c::include(&search, &after)?),
        Anchor::Code { function: Some(function), code, count } => {
            c::code(&search, &function, code.as_deref(), count)?
        }
        Anchor::Call { function, callee, count } => c::call(&search, &function, &callee, count)?,
        Anchor::Prerequisite { word: None, .. }
        | Anchor::Code { function: None, .. }
        | Anchor::NewFile
        | Anchor::File
        | Anchor::End
        | Anchor::Guard(_)
        | Anchor::Text(_)
        | Anchor::Rule(_)
        | Anchor::Variable(_)
        | Anchor::Modules { .. }
        | Anchor::ModuleLine(_)
        | Anchor::Entry { .. }
        | Anchor::Definition(_)
        | Anchor::Macro(_) => None,
    };
    Ok(found.unwrap_or_else(|| Finding::near_misses(&part.outcome)))
}
