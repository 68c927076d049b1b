//! The verbs `insert`, `replace`, `remove` and `move` for formats whose files consist of units: statements, commands, macro calls.
//!
//! A format says what its units are ([`Units`]); what the verbs do with them is the same in every format. An operation
//! keeps its arguments and their documentation in its own file.

pub(super) mod comment;
mod insert;
mod moving;
mod place;
mod relocate;
mod remove;
mod replace;
mod run;
mod spacing;

use crate::operation::first_lines::first_lines_end;
use crate::operation::lines::{indentation, is_joined};
use crate::operation::parsed::ParsedFile;
use crate::operation::prelude::*;
use crate::operation::text::near_lines;
use crate::text::{Comments, line_bounds};

pub(super) use super::value::Edge;
pub(super) use insert::{Insertion, check_insertion, insert, inserting, set_anchor};
#[cfg(test)]
pub(super) use moving::moving_schema;
pub(super) use moving::{Moving, moving};
pub(super) use relocate::move_units;
pub(super) use remove::{Removal, gone, gone_by_name, remove, remove_found, with_blank_lines};
pub(super) use replace::{Replacement, replace};
pub(super) use run::runs;

/// What a format says of its units.
pub(super) trait Units {
    /// What one of its units is called.
    fn noun(&self) -> &'static str {
        "statement"
    }

    /// Where code occurs in `scope`, by the tokens of the format: blanks and comments between them do not matter.
    fn find(&self, file: &ParsedFile, code: &[u8], scope: Span) -> Vec<Span>;

    /// Where code occurs that a finished change leaves, if that is another question than where its anchor is.
    fn find_result(&self, file: &ParsedFile, code: &[u8], scope: Span) -> Vec<Span> {
        self.find(file, code, scope)
    }

    /// The units that `span` has a part of; `None` if it has no code. They are whole lines, but for units that share their
    /// first or last line with other code.
    fn whole(&self, file: &ParsedFile, span: Span) -> Option<Span>;

    /// Whether the code of a unit begins at `offset`.
    fn begins(&self, file: &ParsedFile, unit: Span, offset: usize) -> bool {
        Span::new(unit.start, offset).of(&file.bytes).trim_ascii().is_empty()
    }

    /// Whether a unit, or the head of its block, ends at `offset`, but for a comment.
    fn ends(&self, file: &ParsedFile, offset: usize) -> bool;

    /// Whether a match in `unit`, its whole units, is all of these, or the head of one.
    fn is_whole(&self, file: &ParsedFile, unit: Span, span: Span) -> bool {
        // What ends inside of the last unit names a part of it.
        let last = self.whole(file, Span::new(span.end.saturating_sub(1), span.end));
        self.begins(file, unit, span.start)
            && self.ends(file, span.end)
            && last.is_none_or(|last| last.end >= unit.end)
    }

    /// A unit with the comment lines that are directly above it.
    fn commented(&self, file: &ParsedFile, unit: Span) -> Span {
        with_comments(self, file, unit)
    }

    /// The end of the comment lines below a unit that are in its block.
    fn comments_end(&self, _file: &ParsedFile, unit: Span) -> usize {
        unit.end
    }

    /// The first or last unit of `scope`, before or after which others can be put; `None` if [`Units::edge`] says where.
    fn unit_at(&self, _file: &ParsedFile, _scope: Span, _edge: Edge) -> Option<Span> {
        None
    }

    /// Where units can be put at an edge of the site's scope, with the blanks that they need there; `None` if it has no such
    /// place.
    fn edge(&self, site: &Site<'_>, edge: Edge) -> Option<(usize, Vec<u8>)>;

    /// The indentation of lines that are put next to a unit.
    fn margin(&self, file: &ParsedFile, unit: Span) -> Vec<u8> {
        indentation(&file.bytes, unit.start).to_vec()
    }

    /// Lines of a patchset with the blanks and line ends of their place. `margin` is the indentation of the lines around it.
    fn indented(&self, file: &ParsedFile, lines: &[u8], margin: &[u8]) -> Vec<u8>;

    /// The comments of a file, in order, each without its line end; none in a format whose comments are not edited by themselves.
    fn comments(&self, _file: &ParsedFile) -> Vec<Span> {
        Vec::new()
    }

    /// Whether a line is a comment and nothing else.
    fn is_comment(&self, line: &[u8]) -> bool;

    /// A part of a file, with blanks for the bytes of comments.
    fn without_comments(&self, file: &ParsedFile, text: &[u8]) -> Vec<u8> {
        Comments::of_file(file.path.file_name()).blanked(text)
    }

    /// Names code for messages.
    fn named(&self, code: &str) -> String {
        named(code)
    }

    /// Whether a unit is in a block whose lines are indented by `margin`, where the indentation tells that.
    fn is_in_block(&self, _file: &ParsedFile, _unit: Span, _margin: &[u8]) -> bool {
        true
    }

    /// Whether a line of a unit keeps its blanks where the unit gets another indentation.
    fn keeps_blanks(&self, _file: &ParsedFile, _line: Span) -> bool {
        false
    }

    /// Checks that others can be put next to the unit that has `anchor`.
    ///
    /// # Errors
    /// They would not be next to that code.
    fn check_anchor(&self, _file: &ParsedFile, _anchor: Span) -> Result<(), Failure> {
        Ok(())
    }

    /// Checks that `unit` can be moved to `insertion`, into a block whose lines are indented by `margin`.
    ///
    /// # Errors
    /// It would mean something else there, or leave something else that is wrong.
    fn check_move(
        &self,
        _file: &ParsedFile,
        _unit: Span,
        _insertion: &Rewrite,
        _margin: &[u8],
    ) -> Result<(), Failure> {
        Ok(())
    }
}

/// Names code for messages.
pub(super) fn named(code: &str) -> String {
    format!("the code `{}`", code.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A unit with the comment lines that are directly above it.
pub(super) fn with_comments(units: &(impl Units + ?Sized), file: &ParsedFile, unit: Span) -> Span {
    let text = &file.bytes[..];
    let comments = units.comments(file);
    let mut start = unit.start;
    let below = first_lines_end(text);
    for comment in comments.iter().rev().skip_while(|comment| comment.end > unit.start) {
        let (first, last) = (line_bounds(text, comment.start), line_bounds(text, comment.end));
        let is_alone = [Span::new(first.start, comment.start), Span::new(comment.end, last.end)];
        let is_alone = is_alone.iter().all(|rest| rest.of(text).trim_ascii().is_empty());
        // A line that is joined to the one above it is part of that one.
        if last.end != start || !is_alone || comment.start < below || is_joined(text, first.start) {
            break;
        }
        start = first.start;
    }
    Span::new(start, unit.end)
}

/// Where others are inserted before a unit: above its comment lines, but below the comment at the start of a file.
pub(super) fn place_before(units: &dyn Units, file: &ParsedFile, unit: Span) -> usize {
    match units.commented(file, unit).start {
        start if start <= first_lines_end(&file.bytes) => unit.start,
        start => start,
    }
}

/// A unit with all comment lines that belong to it, but for the comment at the start of a file.
fn with_own_comments(units: &dyn Units, file: &ParsedFile, unit: Span) -> Span {
    Span::new(place_before(units, file, unit), units.comments_end(file, unit))
}

/// The whole units of a match.
///
/// # Errors
/// The match has no code of a unit.
pub(super) fn whole(units: &dyn Units, file: &ParsedFile, span: Span) -> Result<Span, Failure> {
    let none = || Failure::refused(format!("this is not part of a {}", units.noun()), span.start);
    units.whole(file, span).ok_or_else(none)
}

/// Lines that resemble code that was not found.
pub(super) fn near(file: &ParsedFile, code: &str) -> Vec<usize> {
    near_lines(file, code, &[])
}
