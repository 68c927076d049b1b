//! What an edit sees of a tree, and whether two trees look the same to it.

use crate::edit::{self, Context, Delta, Outcome, Part, Place};
use crate::patchset::{Change, Edit, Operation};
use crate::text::{Span, line_bounds, lines};
use crate::tree::{Tree, TreeError, TreePath, python_version};

/// A part of an edit that has a sight of its own: one of its changes, or one module of a change that
/// names several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The change it belongs to, from 0.
    pub change: usize,
    /// The module, for a change that has a part for each.
    pub module: Option<String>,
    /// How it is called: the module, or the number of the change from 1. Nothing where the edit has
    /// but this part.
    pub name: Option<String>,
    /// The operation.
    pub operation: &'static str,
}

/// The parts of an edit, in its order.
pub fn slots(edit: &Edit) -> Vec<Slot> {
    let mut all = Vec::new();
    for (change, one) in edit.changes.iter().enumerate() {
        let operation = one.operation.name();
        let modules = match &one.operation {
            Operation::SetupEnable(op) => op.modules.iter().map(|m| m.name.clone()).collect(),
            Operation::SetupDisable(op) => op.modules.iter().map(|m| m.name.clone()).collect(),
            _ => Vec::new(),
        };
        if modules.is_empty() {
            let name = (edit.changes.len() > 1).then(|| (change + 1).to_string());
            all.push(Slot { change, module: None, name, operation });
        }
        for module in modules {
            all.push(Slot { change, module: Some(module.clone()), name: Some(module), operation });
        }
    }
    all
}

/// A line of a file, as it stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: usize,
    /// Its text without its end; bytes that are no UTF-8 are replaced.
    pub text: String,
}

/// What one part of an edit sees of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartSight {
    /// What it comes to: the name of its outcome.
    pub outcome: &'static str,
    /// The file it was resolved in; the first it names when none exists.
    pub file: TreePath,
    /// Whether that file is there.
    pub exists: bool,
    /// For what does not fit: what was looked for and found instead.
    pub what: Option<String>,
    /// The lines it means: those it changes, those that show that it is done, all of several that fit.
    /// For what does not fit, the nearest misses.
    pub lines: Vec<Line>,
    /// Whether it puts something between the lines and changes none of them: one above and one below.
    pub between: bool,
}

/// In what two trees look different to a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The lines it means differ in blanks alone.
    Blanks,
    /// The lines it means differ.
    Text,
    /// It is resolved in another file, or its file came to be or is gone.
    File,
    /// It comes to something else.
    Outcome,
}

impl Kind {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Blanks => "blanks",
            Kind::Text => "text",
            Kind::File => "file",
            Kind::Outcome => "outcome",
        }
    }
}

impl PartSight {
    /// In what `other` looks different, if it does. What came near a missing anchor counts only where
    /// `near` is set: once the anchor is gone, its neighbours are nobody's business.
    pub(super) fn differs(&self, other: &PartSight, near: bool) -> Option<Kind> {
        if self.outcome != other.outcome {
            return Some(Kind::Outcome);
        }
        if (&self.file, self.exists) != (&other.file, other.exists) {
            return Some(Kind::File);
        }
        if self.outcome == "skipped" || (self.outcome == "missing" && !near) {
            return None;
        }
        if self.between && other.between && self.beside(other) {
            return None;
        }
        self.text_differs(other)
    }

    /// Whether what is put between lines comes to lie above or below the same line as in `other`: one of
    /// the two neighbours is the anchor, and the other one's changes do not matter.
    fn beside(&self, other: &PartSight) -> bool {
        let same =
            |a: Option<&Line>, b: Option<&Line>| matches!((a, b), (Some(a), Some(b)) if a.text == b.text);
        if self.lines.len() != other.lines.len() {
            return false;
        }
        let pairs = self.lines.chunks(2).zip(other.lines.chunks(2));
        let mut pairs = pairs.map(|(a, b)| same(a.first(), b.first()) || same(a.get(1), b.get(1)));
        pairs.all(|same| same)
    }

    fn text_differs(&self, other: &PartSight) -> Option<Kind> {
        let texts = |sight: &PartSight| sight.lines.iter().map(|l| l.text.clone()).collect::<Vec<_>>();
        let (own, others) = (texts(self), texts(other));
        if own == others {
            return None;
        }
        let plain = |texts: &[String]| {
            texts.iter().flat_map(|text| text.split_whitespace()).map(str::to_owned).collect::<Vec<_>>()
        };
        Some(if plain(&own) == plain(&others) { Kind::Blanks } else { Kind::Text })
    }
}

/// What the parts of `edit` see of a tree.
pub(super) fn look(edit: &Edit, slots: &[Slot], tree: &dyn Tree) -> Result<Vec<PartSight>, TreeError> {
    let context = Context::new(tree, python_version(tree)?);
    let mut resolved: Vec<Vec<Part>> = Vec::new();
    for change in &edit.changes {
        // One change at a time: otherwise nothing would tell which of them a part is of.
        let alone = Edit { changes: vec![change.clone()], ..edit.clone() };
        resolved.push(edit::resolve(&context, &alone)?);
    }
    slots
        .iter()
        .map(|slot| part(&context, slot, &edit.changes[slot.change], &resolved[slot.change]))
        .collect()
}

fn part(context: &Context<'_>, slot: &Slot, change: &Change, parts: &[Part]) -> Result<PartSight, TreeError> {
    // One part stands for all modules where there is no file, or the whole change is refused.
    let part = parts.iter().find(|part| part.name == slot.module).or(parts.first());
    let Some(part) = part else {
        let file = change.file[0].clone();
        let (what, lines) = (None, Vec::new());
        return Ok(PartSight { outcome: "already", file, exists: false, what, lines, between: false });
    };
    let source = match context.file(&part.file) {
        // What is no regular file is not edited, and has no lines.
        Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => None,
        source => source?,
    };
    let of = |places: &[Place]| -> Vec<Line> {
        let here = places.iter().filter(|place| place.line > 0);
        here.map(|place| Line { number: place.line, text: place.text.clone() }).collect()
    };
    let (mut what, mut between) = (None, false);
    let mut lines = match &part.outcome {
        Outcome::Change(_) => match &source {
            Some(file) => touched(&file.bytes, &part.deltas, &mut between),
            None => Vec::new(),
        },
        Outcome::Already(places) => of(places),
        Outcome::Skipped { why } => {
            what = Some(why.clone());
            Vec::new()
        }
        Outcome::Missing { what: miss, near, .. } => {
            what = Some(miss.clone());
            let near: Vec<Place> = near.iter().map(|near| near.place.clone()).collect();
            of(&near)
        }
        Outcome::Ambiguous { what: why, places, .. } => {
            what = Some(why.clone());
            of(places)
        }
        Outcome::Refused { why, place } => {
            what = Some(why.clone());
            of(place.as_slice())
        }
    };
    if !between {
        lines.sort_by_key(|line| line.number);
        lines.dedup();
    }
    let exists = source.is_some();
    Ok(PartSight { outcome: part.outcome.name(), file: part.file.clone(), exists, what, lines, between })
}

/// The lines that rewrites touch. A part that only puts lines between others means none of them; the
/// nearest above and below that are not blank stand for its place.
fn touched(text: &[u8], deltas: &[Delta], between: &mut bool) -> Vec<Line> {
    let rewrites = || {
        deltas.iter().filter_map(|delta| match delta {
            Delta::Rewrite(rewrite) => Some(rewrite.span),
            _ => None,
        })
    };
    let all: Vec<Span> = lines(text).collect();
    let line = |i: usize| Line { number: i + 1, text: shown(all[i].of(text)) };
    let is_gap = |span: &Span| span.is_empty() && line_bounds(text, span.start).start == span.start;
    let full = |i: &usize| !all[*i].of(text).trim_ascii().is_empty();
    let mut found = Vec::new();
    if rewrites().count() > 0 && rewrites().all(|span| is_gap(&span)) {
        *between = true;
        for span in rewrites() {
            let first = all.partition_point(|line| line.start < span.start);
            let (above, below) = ((0..first).rev().find(full), (first..all.len()).find(full));
            // The end of a file is a place of its own, whatever line comes last.
            if let Some(below) = below {
                found.extend(above.map(line));
                found.push(line(below));
            }
        }
        return found;
    }
    for span in rewrites().filter(|span| !is_gap(span)) {
        let first = all.partition_point(|line| line.end <= span.start);
        let last = all.partition_point(|line| line.start < span.end.max(span.start + 1));
        found.extend((first..last.min(all.len())).map(line));
    }
    found
}

fn shown(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned()
}
