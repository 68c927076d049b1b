//! What a part of an edit sees of a tree, and how the observations of two trees differ.

use super::part::PartKey;
use crate::edit::{self, Context, Outcome, OutcomeKind, Part};
use crate::patchset::{Change, Edit};
use crate::text::{Span, line_bounds, lines};
use crate::tree::{Location, Tree, TreeError, TreePath, tree_version};

/// What one part of an edit sees of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Its outcome.
    pub outcome: OutcomeKind,
    /// The file it was resolved in; the first that it names if none exists.
    pub file: TreePath,
    /// Whether that file exists.
    pub exists: bool,
    /// Why the part does not fit, or is skipped.
    pub reason: Option<String>,
    /// The anchored lines: those that it changes, those that show that it is applied, or every match of
    /// several. For a part that does not fit, the nearest misses.
    pub lines: Vec<Location>,
    /// Whether it only inserts between lines: `lines` are then the neighbours above and below.
    pub between: bool,
}

/// In what two observations differ, the least important first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Only in the blanks of the anchored lines.
    Blanks,
    /// In the anchored lines.
    Text,
    /// In the file, or in whether it exists.
    File,
    /// In the outcome.
    Outcome,
}

impl Difference {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Difference::Blanks => "blanks",
            Difference::Text => "text",
            Difference::File => "file",
            Difference::Outcome => "outcome",
        }
    }
}

impl Observation {
    /// How `other` differs. The nearest misses of a missing anchor are compared only if
    /// `compare_misses` is set: after the anchor is gone, its former neighbours do not matter.
    pub(super) fn difference(&self, other: &Observation, compare_misses: bool) -> Option<Difference> {
        if self.outcome != other.outcome {
            return Some(Difference::Outcome);
        }
        if (&self.file, self.exists) != (&other.file, other.exists) {
            return Some(Difference::File);
        }
        match self.outcome {
            OutcomeKind::Skipped => return None,
            OutcomeKind::Missing if !compare_misses => return None,
            OutcomeKind::Missing
            | OutcomeKind::Already
            | OutcomeKind::Change
            | OutcomeKind::Ambiguous
            | OutcomeKind::Refused => {}
        }
        if self.between && other.between && self.shares_a_neighbour(other) {
            return None;
        }
        self.text_difference(other)
    }

    /// Whether each insertion is next to the same line as in `other`, above or below: one neighbour
    /// anchors it, and changes of the other one do not matter.
    fn shares_a_neighbour(&self, other: &Observation) -> bool {
        let text = |line: &Location| line.text.clone();
        let same = |a: Option<&Location>, b: Option<&Location>| a.is_some() && a.map(text) == b.map(text);
        self.lines.len() == other.lines.len()
            && self
                .lines
                .chunks(2)
                .zip(other.lines.chunks(2))
                .all(|(a, b)| same(a.first(), b.first()) || same(a.get(1), b.get(1)))
    }

    fn text_difference(&self, other: &Observation) -> Option<Difference> {
        let (own, others) = (self.lines.iter().map(|l| &l.text), other.lines.iter().map(|l| &l.text));
        if own.clone().eq(others.clone()) {
            return None;
        }
        let same_words =
            own.flat_map(|text| text.split_whitespace()).eq(others.flat_map(|text| text.split_whitespace()));
        Some(if same_words { Difference::Blanks } else { Difference::Text })
    }

    /// Sets the lines to those that a part is anchored to. If it only inserts between lines, they are the
    /// nearest above and below that are not blank.
    fn anchor_to(&mut self, text: &[u8], anchors: &[Span]) {
        let all: Vec<Span> = lines(text).collect();
        let file = self.file.clone();
        let line = |i: usize| Location {
            file: file.clone(),
            line: i + 1,
            text: String::from_utf8_lossy(without_line_end(all[i].of(text))).into_owned(),
        };
        let is_gap = |span: &Span| span.is_empty() && line_bounds(text, span.start).start == span.start;
        let is_full = |i: &usize| !all[*i].of(text).trim_ascii().is_empty();
        self.between = !anchors.is_empty() && anchors.iter().all(is_gap);
        for span in anchors.iter().filter(|span| self.between || !is_gap(span)) {
            if self.between {
                let first = all.partition_point(|line| line.start < span.start);
                // The end of a file is an anchor by itself, whatever the last line is.
                if let Some(below) = (first..all.len()).find(is_full) {
                    self.lines.extend((0..first).rev().find(is_full).map(line));
                    self.lines.push(line(below));
                }
            } else {
                let first = all.partition_point(|line| line.end <= span.start);
                let last = all.partition_point(|line| line.start < span.end.max(span.start + 1));
                self.lines.extend((first..last.min(all.len())).map(line));
            }
        }
    }
}

fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// What the parts `keys` of `edit` see of a tree.
pub(super) fn observe(edit: &Edit, keys: &[PartKey], tree: &dyn Tree) -> Result<Vec<Observation>, TreeError> {
    let context = Context::new(tree, tree_version(tree)?);
    let parts = edit::resolve(&context, edit)?;
    keys.iter().map(|key| observation(&context, key, &edit.changes[key.change], &parts)).collect()
}

fn observation(
    context: &Context<'_>,
    key: &PartKey,
    change: &Change,
    parts: &[Part],
) -> Result<Observation, TreeError> {
    // There is only one part for all modules if the file does not exist, and only one for all changes if the whole edit
    // is refused.
    let mut own = parts.iter().filter(|part| part.change == key.change);
    let one = own.clone().find(|part| part.name == key.module);
    let mut seen = Observation {
        outcome: OutcomeKind::Already,
        file: change.file[0].clone(),
        exists: false,
        reason: None,
        lines: Vec::new(),
        between: false,
    };
    let Some(part) = one.or_else(|| own.next()).or(parts.first()) else { return Ok(seen) };
    let source = match context.file(&part.file) {
        // Only regular files are edited.
        Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => None,
        source => source?,
    };
    (seen.outcome, seen.file, seen.exists) = (part.outcome.kind(), part.file.clone(), source.is_some());
    let (reason, lines): (Option<&String>, Vec<&Location>) = match &part.outcome {
        Outcome::Change(_) => (None, Vec::new()),
        Outcome::Already(places) => (None, places.iter().collect()),
        Outcome::Skipped { why } => (Some(why), Vec::new()),
        Outcome::Missing { what, near, .. } => (Some(what), near.iter().map(|near| &near.place).collect()),
        Outcome::Ambiguous { what, places, .. } => (Some(what), places.iter().collect()),
        Outcome::Refused { why, place } => (Some(why), place.iter().collect()),
    };
    seen.reason = reason.cloned();
    seen.lines = lines.into_iter().filter(|place| place.line > 0).cloned().collect();
    if let (OutcomeKind::Change, Some(file)) = (seen.outcome, &source) {
        seen.anchor_to(&file.bytes, &part.anchors);
    }
    if !seen.between {
        seen.lines.sort_by_key(|line| line.line);
        seen.lines.dedup();
    }
    Ok(seen)
}
