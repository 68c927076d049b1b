//! What people decided where a patch could not be carried by rules, so that nobody is asked twice.
//!
//! A decision is kept as the change from what was proposed to what was taken, as git's rerere does it: where the next version
//! has the same conflict, the same change fits again. It belongs to the lines that a patch adds and removes, not to its name or
//! to line numbers. The file is text that people review and share: a few fields and a diff for each decision.

use super::compare::changed_lines;
use crate::carry::{Carried, Outcome};
use crate::digest::Sha256Digest;
use crate::import::{self, PatchFile};
use crate::merge::MARKERS;
use crate::text::nearest_names;
use crate::tree::{FileChange, OverlayTree, Tree, TreeError, TreePath};

/// What is in the first lines of a file of decisions.
const HEAD: &str = "\
# What people decided while `pypatch port` carried patches: each diff is from what was proposed to what was taken.
";

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The change of a file.
    File {
        /// The name of its patch, for people.
        patch: String,
        /// The file of the old version.
        path: TreePath,
        /// The change that was to be carried, by [`key`].
        change: String,
        /// What became of it without a person.
        outcome: Outcome,
        /// Why.
        because: String,
        /// The diff from what was proposed to what was taken; empty if the proposal was.
        answer: Vec<u8>,
    },
    /// A patch that is left out.
    Skip {
        /// Its name, for people.
        patch: String,
        /// What it changes, by [`key`].
        change: String,
        /// Why.
        why: String,
    },
}

/// A line of a file of decisions that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct BadDecisions {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub why: String,
}

/// What identifies changes: the files, and the lines that are added and removed.
pub fn key(changes: &[FileChange]) -> String {
    let mut text = Vec::new();
    for change in changes {
        let diff = change.diff();
        text.extend(
            [change.path.as_str().as_bytes(), b"\n", &changed_lines(&diff).join(&b'\n'), b"\n"].concat(),
        );
    }
    Sha256Digest::of(&text).to_string()[..16].to_owned()
}

/// Reasons on one line.
pub fn joined(reasons: &[String]) -> String {
    reasons.join("; ").replace('\n', " ")
}

/// Reasons as they are compared: their numbers are others in each version.
fn without_numbers(reasons: &str) -> String {
    reasons.chars().filter(|sign| !sign.is_ascii_digit()).collect()
}

/// All decisions, in the order in which they were made.
#[derive(Debug, Clone, Default)]
pub struct Decisions(pub Vec<Decision>);

impl Decisions {
    /// Adds a decision in the place of an older one about the same.
    pub fn add(&mut self, new: Decision) {
        self.0.retain(|old| old.about() != new.about());
        self.0.push(new);
    }

    /// Why a patch with this [`key`] is left out, if it is.
    pub fn skipped(&self, changes: &str) -> Option<&str> {
        self.0.iter().rev().find_map(|one| match one {
            Decision::Skip { change, why, .. } if change == changes => Some(why.as_str()),
            Decision::Skip { .. } | Decision::File { .. } => None,
        })
    }

    /// What was decided about a file, made on the new version `tree`; `None` if it was not decided, or does not fit.
    ///
    /// # Errors
    /// If the tree cannot be read.
    pub fn changes(
        &self,
        original: &FileChange,
        carried: &Carried,
        tree: &dyn Tree,
    ) -> Result<Option<Vec<FileChange>>, TreeError> {
        let (wanted, reasons) =
            (key(std::slice::from_ref(original)), without_numbers(&joined(&carried.reasons)));
        for one in self.0.iter().rev() {
            let Decision::File { change, outcome, because, answer, .. } = one else { continue };
            if *change != wanted || *outcome != carried.outcome || without_numbers(because) != reasons {
                continue;
            }
            let proposed = Vec::from_iter(carried.change.clone());
            if answer.is_empty() {
                return Ok(Some(proposed));
            }
            let there = OverlayTree::new(tree, &proposed);
            let patch = PatchFile { name: String::new(), strip: Some(1), bytes: answer.clone() };
            let Ok(answered) = import::made(&patch, &there, 0)? else { continue };
            let changes = crate::plan::joined(&proposed.iter().chain(&answered).collect::<Vec<_>>());
            if changes.iter().any(|change| has_markers(change).is_some()) {
                continue;
            }
            return Ok(Some(changes));
        }
        Ok(None)
    }

    /// Reads a file of decisions.
    ///
    /// # Errors
    /// Every line that cannot be read.
    pub fn read(bytes: &[u8]) -> Result<Decisions, Vec<BadDecisions>> {
        let mut decisions = Decisions::default();
        let mut wrong: Vec<BadDecisions> = Vec::new();
        let mut take =
            |fields: &[Field], answer: &[u8], first: usize, wrong: &mut Vec<BadDecisions>| match decision(
                fields, answer,
            ) {
                Ok(one) => decisions.0.push(one),
                Err((line, why)) => wrong.push(BadDecisions { line: line.unwrap_or(first), why }),
            };
        let mut fields: Vec<Field> = Vec::new();
        let mut answer: Vec<u8> = Vec::new();
        let mut first = 1;
        for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let plain = line.strip_suffix(b"\n").unwrap_or(line);
            let is_next = plain.starts_with(b"Patch: ");
            if is_next && !fields.is_empty() {
                take(&fields, &answer, first, &mut wrong);
                (fields, answer) = (Vec::new(), Vec::new());
            }
            if is_next {
                first = at + 1;
            }
            if !answer.is_empty() || plain.starts_with(b"diff --git ") {
                answer.extend_from_slice(line);
                continue;
            }
            if plain.is_empty() || plain.starts_with(b"#") {
                continue;
            }
            let text = String::from_utf8_lossy(plain);
            match text.split_once(": ") {
                Some((name, value)) if FIELDS.contains(&name) => {
                    fields.push((name.to_owned(), value.to_owned(), at + 1));
                }
                Some((name, _)) => {
                    let why = match nearest_names(name, FIELDS).first() {
                        Some(near) => format!("unknown field `{name}`: did you mean `{near}`?"),
                        None => format!("unknown field `{name}`: known are {}", FIELDS.join(", ")),
                    };
                    wrong.push(BadDecisions { line: at + 1, why });
                }
                None => {
                    wrong.push(BadDecisions { line: at + 1, why: "expected `Field: value`".to_owned() });
                }
            }
        }
        if !fields.is_empty() {
            take(&fields, &answer, first, &mut wrong);
        }
        wrong.sort_by_key(|one| one.line);
        if wrong.is_empty() { Ok(decisions) } else { Err(wrong) }
    }

    /// The file.
    pub fn written(&self) -> Vec<u8> {
        let mut out = HEAD.as_bytes().to_vec();
        for one in &self.0 {
            match one {
                Decision::File { patch, path, change, outcome, because, answer } => {
                    let taken = if answer.is_empty() { "as proposed" } else { "edited" };
                    out.extend(
                        format!(
                            "\nPatch: {patch}\nFile: {path}\nChange: {change}\nOutcome: {}\nBecause: {because}\nAnswer: {taken}\n",
                            outcome.name()
                        )
                        .into_bytes(),
                    );
                    out.extend_from_slice(answer);
                }
                Decision::Skip { patch, change, why } => {
                    out.extend(format!("\nPatch: {patch}\nChange: {change}\nSkip: {why}\n").into_bytes());
                }
            }
        }
        out
    }
}

impl Decision {
    /// What it is about: two decisions about the same are not kept.
    fn about(&self) -> (Option<(Outcome, &str)>, &str) {
        match self {
            Decision::File { change, outcome, because, .. } => (Some((*outcome, because)), change),
            Decision::Skip { change, .. } => (None, change),
        }
    }
}

/// A field of a decision: its name, its value and its line.
type Field = (String, String, usize);

const FIELDS: [&str; 7] = ["Patch", "File", "Change", "Outcome", "Because", "Answer", "Skip"];

/// A decision, or what is wrong and in which line.
fn decision(fields: &[Field], answer: &[u8]) -> Result<Decision, (Option<usize>, String)> {
    let found = |name: &str| fields.iter().find(|(known, ..)| known == name);
    let optional = |name: &str| found(name).map(|(_, value, _)| value.clone());
    let line = |name: &str| found(name).map(|(_, _, line)| *line);
    let field = |name: &str| optional(name).ok_or_else(|| (None, format!("the field `{name}` is missing")));
    let (patch, change) = (field("Patch")?, field("Change")?);
    if let Some(why) = optional("Skip") {
        return Ok(Decision::Skip { patch, change, why });
    }
    let outcome = field("Outcome")?;
    // The line before the next decision.
    let answer = answer.strip_suffix(b"\n\n").map_or(answer, |rest| &answer[..rest.len() + 1]).to_vec();
    let is_edited = field("Answer")? == "edited";
    if is_edited == answer.is_empty() {
        let why = "`Answer: edited` comes with a diff, and nothing else does".to_owned();
        return Err((line("Answer"), why));
    }
    Ok(Decision::File {
        patch,
        path: field("File")?.parse().map_err(|_| (line("File"), "invalid path".to_owned()))?,
        change,
        outcome: Outcome::ALL.into_iter().find(|known| known.name() == outcome).ok_or_else(|| {
            let known = Outcome::ALL.map(Outcome::name).join(", ");
            (line("Outcome"), format!("unknown outcome `{outcome}`: known are {known}"))
        })?,
        because: optional("Because").unwrap_or_default(),
        answer,
    })
}

/// The line, from 1, of the first marker of a conflict in the result.
pub fn has_markers(change: &FileChange) -> Option<usize> {
    let file = change.after.as_ref()?;
    let plain = |line: &[u8]| line.strip_suffix(b"\r").unwrap_or(line).to_vec();
    let is_marker = |line: &[u8]| MARKERS.contains(&&plain(line)[..]);
    let at = file.bytes.split(|byte| *byte == b'\n').position(is_marker)?;
    Some(at + 1)
}
