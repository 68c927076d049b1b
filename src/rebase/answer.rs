//! What a person has to decide, and what they decided.

use std::collections::BTreeMap;

use super::decisions::{self, Decision, has_markers, joined};
use super::step::{Step, StepFile};
use crate::carry::Outcome;
use crate::tree::{File, FileChange, Tree, TreeError, TreePath};

/// The directory in an output directory with the files that a person has to decide.
pub const TO_DECIDE: &str = "to-decide";

/// A file that a person has to decide.
#[derive(Debug)]
pub struct Proposal<'a> {
    /// What became of it by rules.
    pub file: &'a StepFile,
    /// The file that is edited: what was proposed, with markers in a conflict. `None` if nothing can be shown: the new version does not
    /// have the file, or it would be removed.
    pub shown: Option<File>,
}

/// Why an answer is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unanswered {
    /// Markers of a conflict are left, the first in this line, from 1.
    Markers(TreePath, usize),
    /// A conflict without markers was not changed.
    Unchanged(TreePath),
    /// Nothing was said about a file.
    Missing(TreePath),
}

/// The files of a step that a person has to decide.
///
/// # Errors
/// If the new version `tree`, with the patches before this one, cannot be read.
pub fn proposals<'a>(step: &'a Step<'_>, tree: &dyn Tree) -> Result<Vec<Proposal<'a>>, TreeError> {
    let mut found = Vec::new();
    for file in step.files.iter().filter(|file| file.is_open()) {
        let shown = match &file.carried.change {
            Some(change) => change.after.clone(),
            // What is not text is shown as the new version has it.
            None if file.carried.outcome == Outcome::Conflict => tree.read(file.path())?,
            None => None,
        };
        found.push(Proposal { file, shown });
    }
    Ok(found)
}

/// The decisions about a step: `answers` has the bytes of each file that the person has now. A file that is missing there stays as the
/// new version has it, or is removed as proposed; if the answers are not `of_all` files, nothing is said about it.
///
/// # Errors
/// If `tree`, as in [`proposals`], cannot be read.
pub fn answered(
    step: &Step<'_>,
    tree: &dyn Tree,
    answers: &BTreeMap<TreePath, Vec<u8>>,
    of_all: bool,
) -> Result<Result<Vec<Decision>, Vec<Unanswered>>, TreeError> {
    let proposals = proposals(step, tree)?;
    let own = |path: &TreePath| proposals.iter().any(|one| one.file.path() == path);
    // Files of other names belong to the first that is decided.
    let mut others = Vec::new();
    for (path, bytes) in answers.iter().filter(|(path, _)| !own(path)) {
        let before = tree.file_or_link(path)?;
        let executable = before.as_ref().is_some_and(|file| file.executable);
        let after = Some(File::new(bytes.clone(), executable));
        others.push(FileChange { path: path.clone(), before, after, rewrites: Vec::new() });
    }
    // The lines of a file that is gone may belong there.
    let is_elsewhere = !others.is_empty();
    let (mut made, mut open) = (Vec::new(), Vec::new());
    for Proposal { file, shown } in proposals {
        let path = file.path();
        let there = tree.file_or_link(path)?;
        if !of_all && !answers.contains_key(path) && !is_elsewhere {
            open.push(Unanswered::Missing(path.clone()));
            continue;
        }
        let after = match (answers.get(path), &shown) {
            (Some(bytes), _) => {
                let old = shown.as_ref().or(there.as_ref());
                Some(File::new(bytes.clone(), old.is_some_and(|file| file.executable)))
            }
            (None, Some(_)) => there.clone(),
            (None, None) => None,
        };
        let is_conflict = file.carried.outcome == Outcome::Conflict;
        let is_as_shown = after == shown;
        let change = FileChange { path: path.clone(), before: shown, after, rewrites: Vec::new() };
        let marker = has_markers(&change).or_else(|| own_marker(&change, there.as_ref()));
        if let Some(line) = marker {
            open.push(Unanswered::Markers(path.clone(), line));
        } else if is_conflict && is_as_shown && !is_elsewhere {
            open.push(Unanswered::Unchanged(path.clone()));
        }
        let mut answer = if is_as_shown { Vec::new() } else { change.diff() };
        answer.extend(
            others.drain(..).filter(|other| other.before != other.after).flat_map(|other| other.diff()),
        );
        made.push(Decision::File {
            patch: step.patch.patch.name.clone(),
            path: file.carried.path.clone(),
            change: decisions::key(std::slice::from_ref(&file.original)),
            outcome: file.carried.outcome,
            because: joined(&file.carried.reasons),
            answer,
        });
    }
    Ok(if open.is_empty() { Ok(made) } else { Err(open) })
}

/// The line, from 1, of the first line that looks like a marker of any tool, if the new version has none.
fn own_marker(change: &FileChange, there: Option<&File>) -> Option<usize> {
    let is_marker = |line: &[u8]| line.starts_with(b"<<<<<<< ") || line.starts_with(b">>>>>>> ");
    let find = |bytes: &[u8]| bytes.split(|byte| *byte == b'\n').position(is_marker);
    let at = find(&change.after.as_ref()?.bytes)?;
    there.and_then(|file| find(&file.bytes)).is_none().then_some(at + 1)
}
