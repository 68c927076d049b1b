//! Searches for missing anchors, a file per format. A search lists candidates and gives its reasons; it accepts none of
//! them.

mod alike;
mod c;
mod declaration;
mod diff;
mod effect;
mod elsewhere;
mod file;
mod kind;
mod likeness;
mod makefile;
mod names;
mod print_statement;
mod recipe;
mod setup;
mod shell;
mod substituted;

pub(super) use declaration::{declaration, declared_name};
pub(super) use effect::without_effect;
pub(super) use elsewhere::if_gone;
pub(super) use file::{gone, moved_fact};
pub(super) use print_statement::trapped;
pub(super) use recipe::recipe;
pub(super) use setup::module;
pub(super) use substituted::substituted;

use super::cell::{Candidate, Verdict};
use super::finding::{Finding, candidate};
use super::judging::JudgedPart;
use crate::edit::{Outcome, normalized};
use crate::operation::{Anchor, ParsedFile, near_lines};
use crate::patchset::Change;
use crate::text::{Span, lines};
use crate::tree::TreeError;

/// The search for the anchor of one part, in the file where it was expected.
struct Search<'a> {
    judged: JudgedPart<'a>,
    file: &'a ParsedFile,
    /// Its contents.
    text: &'a [u8],
    /// The lines of the anchor on the release that the patchset was written for, each with those that backslashes join
    /// to it.
    old: Vec<String>,
}

impl Search<'_> {
    fn outcome(&self) -> &Outcome {
        &self.judged.part.outcome
    }

    /// The message of the outcome.
    fn what(&self) -> &str {
        match self.outcome() {
            Outcome::Missing { what, .. } | Outcome::Ambiguous { what, .. } => what,
            Outcome::Change(_) | Outcome::Already(_) | Outcome::Skipped { .. } | Outcome::Refused { .. } => {
                self.outcome().name()
            }
        }
    }

    /// The offset of a line of the file, from 1.
    fn offset_of(&self, line: usize) -> usize {
        lines(self.text).nth(line.saturating_sub(1)).map_or(0, |span| span.start)
    }

    fn lossy(&self, span: Span) -> String {
        String::from_utf8_lossy(span.of(self.text)).into_owned()
    }

    /// The lines that resemble the anchor, as candidates.
    fn near_misses(&self) -> Finding {
        let outcome = self.outcome();
        let anchor = self.judged.anchor();
        let Some(text) = elsewhere::text_of(&anchor).filter(|_| matches!(outcome, Outcome::Already(_)))
        else {
            return Finding::near_misses(outcome);
        };
        // An operation that finds its result names no near misses, but the result may be at another place.
        let near = near_lines(self.file, text, &[]).into_iter();
        let candidates = near.map(|at| self.candidate(&[at], "a similar name", None)).collect();
        Finding::candidates(candidates, Verdict::Lost, outcome.name())
    }

    /// The change on another anchor, if its operation can be moved there and the result fits the tree.
    fn tried(&self, anchor: Anchor) -> Result<Option<Change>, TreeError> {
        self.judged.tried(self.judged.moved(anchor))
    }

    /// A candidate at these offsets of the file.
    fn candidate(&self, offsets: &[usize], why: &str, change: Option<Change>) -> Candidate {
        candidate(&self.judged.part.file, self.text, offsets, why, change)
    }
}

/// Searches for a part whose anchor is missing or ambiguous.
pub(super) fn search(judged: JudgedPart<'_>) -> Result<Finding, TreeError> {
    let Some(file) = judged.judging.parsed(&judged.part.file)? else {
        return elsewhere::elsewhere(judged, file::gone(judged)?);
    };
    let old = judged.lines_before().iter().map(|line| normalized(&line.around)).collect();
    let search = Search { judged, text: &file.bytes, file: &file, old };
    let found = match judged.anchor() {
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
        Anchor::Hunks { .. } => diff::hunks(&search)?,
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
    elsewhere::elsewhere(judged, found.unwrap_or_else(|| search.near_misses()))
}
