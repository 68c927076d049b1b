//! Merges the changes that two sides made to one file, edit by edit.
//!
//! This is for a change that is carried to another version: `base` is the file of the old version, `ours` the same with the
//! change, and `theirs` the file of the new version. What diff3 and git call a conflict because two edits touch each other is none
//! here: each edit of ours is placed by itself, and says how ([`Kind`]). The rules were measured on patches that people carried
//! forward; `docs/porting.md` has the figures.

mod align;
mod cluster;
mod edits;
mod gap;
mod lines;
mod place;
mod reindent;
#[cfg(test)]
mod tests;
mod tokens;

use std::ops::Range;

pub(crate) use align::replaced_tokens;
pub(crate) use edits::{Edit, edits};
pub(crate) use gap::is_definition;
pub(crate) use lines::{Line, Versions, collapsed};
use place::Placer;
pub(crate) use reindent::{as_around, only};
pub(crate) use similar::Algorithm;

/// The lines around the new version, the old one, and the patch in a conflict.
pub(crate) const MARKERS: [&[u8]; 3] = [b"<<<<<<< new version", b"||||||| old version", b">>>>>>> patch"];

/// How an edit of ours was placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Nothing that touches it was changed by the other side.
    Clean,
    /// Its lines are unchanged, lines next to them are not.
    Touch,
    /// An insertion before a line that is still there; the other side changed the lines above.
    TouchBefore,
    /// An insertion after a line that is still there; the other side changed the lines below.
    TouchAfter,
    /// Both sides inserted at the same place.
    Gap,
    /// The other side indented its lines differently.
    Reindent,
    /// Both sides changed the same lines, and merging by lines and by words has the same result.
    Merged,
    /// The other side has the change.
    Already,
    /// Both sides changed the same lines, and the merge is uncertain.
    Weak,
    /// Both sides changed the same lines in different ways.
    Conflict,
}

impl Kind {
    /// Whether an edit of this kind needs no review.
    pub fn is_safe(self) -> bool {
        !matches!(self, Kind::Weak | Kind::Conflict)
    }
}

/// An edit of ours, and what became of it.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    /// Its lines of the base.
    pub base: Range<usize>,
    /// Its lines of ours.
    pub ours: Range<usize>,
    /// The lines of theirs in its place.
    pub theirs: Range<usize>,
    /// The lines that replace them; those of theirs if it is [`Kind::Already`] or a conflict.
    pub with: Vec<Line>,
    /// How it was placed.
    pub kind: Kind,
}

/// The merge of a file.
#[derive(Debug, Clone)]
pub(crate) struct Merge {
    /// All edits, in order of their places.
    pub edits: Vec<Placed>,
    /// What the other side changed.
    pub theirs: Vec<Edit>,
}

impl Merge {
    /// Merges with the diffs that `algorithm` makes.
    pub fn new(versions: &Versions, algorithm: Algorithm) -> Merge {
        let ours = edits(&versions.base, &versions.ours, algorithm);
        let theirs = edits(&versions.base, &versions.theirs, algorithm);
        let edits = Placer { versions, ours: &ours, theirs: &theirs }.place();
        Merge { edits, theirs }
    }

    /// Whether any edit changes the other side.
    pub fn is_already(&self) -> bool {
        self.edits.iter().all(|edit| edit.kind == Kind::Already)
    }

    /// The lines of the result. A conflict leaves the lines of theirs.
    pub fn lines(&self, versions: &Versions) -> Vec<Line> {
        let (mut out, mut at) = (Vec::new(), 0);
        for edit in &self.edits {
            if matches!(edit.kind, Kind::Already | Kind::Conflict) {
                continue;
            }
            out.extend_from_slice(&versions.theirs[at..edit.theirs.start.max(at)]);
            out.extend(edit.with.iter().cloned());
            at = edit.theirs.end.max(at);
        }
        out.extend_from_slice(&versions.theirs[at..]);
        out
    }

    /// The lines of the result, with both sides and the base of a conflict between markers, as `git merge` writes them.
    pub fn lines_with_markers(&self, versions: &Versions) -> Vec<Line> {
        let mut marked = self.clone();
        for edit in &mut marked.edits {
            // Next to a conflict, what is uncertain is one, too.
            if edit.kind.is_safe() {
                continue;
            }
            let mut lines = vec![versions.line(MARKERS[0])];
            lines.extend_from_slice(&versions.theirs[edit.theirs.clone()]);
            lines.push(versions.line(MARKERS[1]));
            lines.extend_from_slice(&versions.base[edit.base.clone()]);
            lines.push(versions.line(b"======="));
            lines.extend_from_slice(&versions.ours[edit.ours.clone()]);
            lines.push(versions.line(MARKERS[2]));
            (edit.with, edit.kind) = (lines, Kind::Weak);
        }
        marked.lines(versions)
    }
}
