//! The result of resolving an edit on a tree.

use std::str::FromStr;

use crate::operation::{Compared, Delta};
use crate::text::{LineIndex, Span, line_bounds, logical_line, named_values};
use crate::tree::{Location, TreePath};

/// A near miss: not the anchor, but similar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// Where it is.
    pub place: Location,
    /// What makes it similar, if that is not obvious.
    pub why: String,
}

/// The result of resolving one change on a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It changes these lines.
    Change(Vec<Location>),
    /// The tree already has the change; these lines show it.
    Already(Vec<Location>),
    /// Its versions exclude this tree, or it is not needed here.
    Skipped {
        /// Why.
        why: String,
    },
    /// The anchor is missing.
    Missing {
        /// What was looked for, and what was found instead.
        what: String,
        /// Where it was looked for.
        place: Option<Location>,
        /// The nearest misses, the nearest first.
        near: Vec<Near>,
        /// What to write instead.
        help: Option<String>,
        /// Where the text is that the change leaves. It does not prove that the change was made.
        results: Vec<Location>,
    },
    /// The anchor has more matches than expected.
    Ambiguous {
        /// What was looked for, and how often it was found.
        what: String,
        /// Every match.
        places: Vec<Location>,
        /// What to write instead.
        help: Option<String>,
    },
    /// The anchor fits, but the change must not be made.
    Refused {
        /// Why.
        why: String,
        /// Where the reason is found.
        place: Option<Location>,
    },
}

impl Outcome {
    /// Why it is skipped or does not fit.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Outcome::Change(_) | Outcome::Already(_) => None,
            Outcome::Skipped { why } | Outcome::Refused { why, .. } => Some(why),
            Outcome::Missing { what, .. } | Outcome::Ambiguous { what, .. } => Some(what),
        }
    }

    /// The outcome without its details.
    pub fn kind(&self) -> OutcomeKind {
        match self {
            Outcome::Change(_) => OutcomeKind::Change,
            Outcome::Already(_) => OutcomeKind::Already,
            Outcome::Skipped { .. } => OutcomeKind::Skipped,
            Outcome::Missing { .. } => OutcomeKind::Missing,
            Outcome::Ambiguous { .. } => OutcomeKind::Ambiguous,
            Outcome::Refused { .. } => OutcomeKind::Refused,
        }
    }

    /// Its name in reports.
    pub fn name(&self) -> &'static str {
        self.kind().name()
    }

    /// Whether it keeps a plan from being applied.
    pub fn is_failure(&self) -> bool {
        self.kind().is_failure()
    }

    /// Where the change is made, or was made before.
    pub fn places(&self) -> &[Location] {
        match self {
            Outcome::Change(places) | Outcome::Already(places) => places,
            Outcome::Skipped { .. }
            | Outcome::Missing { .. }
            | Outcome::Ambiguous { .. }
            | Outcome::Refused { .. } => &[],
        }
    }

    /// The lines that show a finished change, if it is known from elsewhere that it was made.
    pub fn results(&self) -> Option<&[Location]> {
        match self {
            Outcome::Already(places) => Some(places),
            Outcome::Missing { results, .. } => {
                Some(results).filter(|results| !results.is_empty()).map(Vec::as_slice)
            }
            Outcome::Change(_)
            | Outcome::Skipped { .. }
            | Outcome::Ambiguous { .. }
            | Outcome::Refused { .. } => None,
        }
    }
}

named_values! {
    /// The outcomes of an edit without their details, from the best to the worst: the outcome of an edit
    /// of several parts is the greatest of theirs.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum OutcomeKind {
        /// Its range of versions excludes the tree.
        Skipped = "skipped",
        /// The tree has the change already.
        Already = "already",
        /// It changes the tree.
        Change = "change",
        /// Its anchor is not in the tree.
        Missing = "missing",
        /// Its anchor is in the tree more often than expected.
        Ambiguous = "ambiguous",
        /// Its anchor was found, but the edit must not be made.
        Refused = "refused",
    }
}

impl OutcomeKind {
    /// Whether it keeps a plan from being applied.
    pub fn is_failure(self) -> bool {
        self >= OutcomeKind::Missing
    }
}

impl FromStr for OutcomeKind {
    type Err = ();

    fn from_str(name: &str) -> Result<OutcomeKind, ()> {
        OutcomeKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or(())
    }
}

/// One part of an edit: one of its changes, or one module of a change on several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The number of the change in the edit, from 0.
    pub change: usize,
    /// The module, of a change on several.
    pub name: Option<String>,
    /// The operation, as patchsets spell it.
    pub operation: &'static str,
    /// The file in which it was resolved; the first that it names if none exists.
    pub file: TreePath,
    /// The alternatives that were taken, for people: "function `b`"; `None` if there were none.
    pub chosen: Option<String>,
    /// The result.
    pub outcome: Outcome,
    /// What has to be done; empty unless the outcome is a change.
    pub deltas: Vec<Delta>,
    /// The bytes of the file that the change attaches to; an empty span lies between two bytes. Empty unless the
    /// outcome is a change.
    pub anchors: Vec<Span>,
    /// How much around the anchors is compared with other versions.
    pub compared: Compared,
}

/// A line that a change is anchored to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorLine {
    /// Its file.
    pub file: TreePath,
    /// Its number, from 1.
    pub line: usize,
    /// The line with its end: of a rule the whole list of prerequisites, of a command its own line.
    pub text: Vec<u8>,
    /// The line with those that backslashes join to it.
    pub around: Vec<u8>,
}

impl AnchorLine {
    /// The line without what makesetup, make and a compiler ignore: blanks, and the `#` of a disabled module.
    pub fn normalized(&self) -> String {
        normalized(&self.text)
    }

    /// The line's first physical line.
    pub fn location(&self) -> Location {
        let first = self.text.split(|b| *b == b'\n').next().unwrap_or_default();
        let text = String::from_utf8_lossy(first).into_owned();
        Location { file: self.file.clone(), line: self.line, text }
    }
}

/// A text with single blanks, on one line, without the `#` that it may begin with.
pub fn normalized(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let words = text.split_whitespace().filter(|word| *word != "\\");
    words.collect::<Vec<_>>().join(" ").trim_start_matches(['#', ' ']).to_owned()
}

impl Part {
    /// Sets the outcome of a change that is known to be made.
    pub fn set_made(&mut self) {
        let places = match &self.outcome {
            Outcome::Skipped { .. } => return,
            Outcome::Already(places) | Outcome::Change(places) => places.clone(),
            Outcome::Missing { results, .. } if !results.is_empty() => results.clone(),
            Outcome::Missing { .. } | Outcome::Ambiguous { .. } | Outcome::Refused { .. } => {
                vec![Location::whole(&self.file)]
            }
        };
        self.outcome = Outcome::Already(places);
        self.deltas.clear();
        self.anchors.clear();
    }

    /// The lines around its anchors that must be the same in another version, where `text` is the file in which it was
    /// resolved. None for an operation whose anchor says all, such as a literal text.
    pub fn anchor_lines(&self, text: &[u8]) -> Vec<AnchorLine> {
        let index = LineIndex::new(text);
        let line_at = |line: Span, at: usize| AnchorLine {
            file: self.file.clone(),
            line: index.line(at),
            text: line.of(text).to_vec(),
            around: logical_line(text, at).of(text).to_vec(),
        };
        let starts = self.anchors.iter().map(|anchor| anchor.start);
        let mut lines: Vec<AnchorLine> = match self.compared {
            Compared::Nothing | Compared::Value => Vec::new(),
            Compared::Line => starts.map(|at| line_at(line_bounds(text, at), at)).collect(),
            Compared::LogicalLine => {
                starts.map(|at| logical_line(text, at)).map(|line| line_at(line, line.start)).collect()
            }
            // The first line represents a file that exists; a file that is created has none.
            Compared::Existence if text.is_empty() => Vec::new(),
            Compared::Existence => vec![line_at(line_bounds(text, 0), 0)],
        };
        lines.dedup();
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::normalized;

    #[test]
    fn a_normalized_line_has_single_blanks_and_no_comment_sign() {
        assert_eq!(normalized(b"#a  b \\\n\tc\n"), "a b c");
    }
}
