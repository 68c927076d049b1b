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

/// A file of decisions that cannot be read.
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
    /// The line that cannot be read.
    pub fn read(bytes: &[u8]) -> Result<Decisions, BadDecisions> {
        let mut decisions = Decisions::default();
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut answer: Vec<u8> = Vec::new();
        let mut first = 1;
        for (at, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let plain = line.strip_suffix(b"\n").unwrap_or(line);
            let is_next = plain.starts_with(b"Patch: ");
            if is_next && !fields.is_empty() {
                decisions
                    .0
                    .push(decision(&fields, &answer).map_err(|why| BadDecisions { line: first, why })?);
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
            let Some((name, value)) = text.split_once(": ") else {
                return Err(BadDecisions { line: at + 1, why: "expected `Field: value`".to_owned() });
            };
            fields.push((name.to_owned(), value.to_owned()));
        }
        if !fields.is_empty() {
            decisions.0.push(decision(&fields, &answer).map_err(|why| BadDecisions { line: first, why })?);
        }
        Ok(decisions)
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

fn decision(fields: &[(String, String)], answer: &[u8]) -> Result<Decision, String> {
    let optional =
        |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let field = |name: &str| optional(name).ok_or_else(|| format!("the field `{name}` is missing"));
    let (patch, change) = (field("Patch")?, field("Change")?);
    if let Some(why) = optional("Skip") {
        return Ok(Decision::Skip { patch, change, why });
    }
    let outcome = field("Outcome")?;
    // The line before the next decision.
    let answer = answer.strip_suffix(b"\n\n").map_or(answer, |rest| &answer[..rest.len() + 1]).to_vec();
    let is_edited = field("Answer")? == "edited";
    if is_edited == answer.is_empty() {
        return Err("`Answer: edited` comes with a diff, and nothing else does".to_owned());
    }
    Ok(Decision::File {
        patch,
        path: field("File")?.parse().map_err(|_| "invalid path in `File`".to_owned())?,
        change,
        outcome: Outcome::ALL
            .into_iter()
            .find(|known| known.name() == outcome)
            .ok_or_else(|| format!("unknown outcome `{outcome}`"))?,
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
