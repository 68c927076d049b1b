//! The result of an operation on one file, in byte offsets.

use crate::contents::Contents;
use crate::syntax::Problem;
use crate::text::{Rewrite, Span};
use crate::tree::TreePath;

/// The change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delta {
    /// Bytes of it are replaced. A file that does not exist counts as empty, and is created.
    Rewrite(Rewrite),
    /// It is added, whole.
    Add {
        /// Its contents.
        bytes: Contents,
        /// Whether it is executable.
        executable: bool,
    },
    /// It is added as a symbolic link.
    Link {
        /// What the link leads to.
        target: Contents,
    },
    /// It is removed.
    Remove,
    /// It gets another name.
    Move {
        /// Its new name.
        to: TreePath,
        /// Whether it is a symbolic link, whose contents are its target.
        is_link: bool,
        /// Its contents.
        bytes: Contents,
        /// Whether it is executable.
        executable: bool,
    },
    /// It becomes executable, or no longer is.
    Mode {
        /// Whether it is executable.
        executable: bool,
    },
}

impl Delta {
    /// The rewrite of bytes of the file, if it is one.
    pub fn as_rewrite(&self) -> Option<&Rewrite> {
        match self {
            Delta::Rewrite(rewrite) => Some(rewrite),
            Delta::Add { .. }
            | Delta::Link { .. }
            | Delta::Remove
            | Delta::Move { .. }
            | Delta::Mode { .. } => None,
        }
    }
}

/// The result of an operation on one file that it fits.
#[derive(Debug, Clone)]
pub enum Resolution {
    /// These deltas make the change.
    Change {
        /// What has to be done.
        deltas: Vec<Delta>,
        /// The bytes that the operation attaches to; an empty span lies between two bytes.
        anchors: Vec<Span>,
    },
    /// The change is already made; these offsets show it.
    Already(Vec<usize>),
}

/// Why an operation does not fit a file.
#[derive(Debug, Clone)]
pub enum Failure {
    /// The anchor is missing.
    Missing(Miss),
    /// The anchor has more matches than expected.
    Ambiguous {
        /// What was looked for, and how often it was found.
        what: String,
        /// Every match.
        at: Vec<usize>,
        /// What to write instead.
        help: Option<String>,
    },
    /// The change must not be made.
    Refused {
        /// Why.
        why: String,
        /// Where the reason is found.
        at: Option<usize>,
    },
}

/// What an operation answers about one file.
pub type Answer = Result<Resolution, Failure>;

/// The change by these rewrites, each of which attaches to the bytes that it replaces.
pub(super) fn change(rewrites: Vec<Rewrite>) -> Answer {
    let anchors = rewrites.iter().map(|rewrite| rewrite.span).collect();
    change_at(anchors, rewrites)
}

/// The change by rewrites that attach to other bytes than those they replace.
pub(super) fn change_at(anchors: Vec<Span>, rewrites: Vec<Rewrite>) -> Answer {
    Ok(Resolution::Change { deltas: rewrites.into_iter().map(Delta::Rewrite).collect(), anchors })
}

/// The change of a file as a whole.
pub(super) fn change_file(delta: Delta) -> Answer {
    Ok(Resolution::Change { deltas: vec![delta], anchors: Vec::new() })
}

/// The change is already made, as the bytes at `offset` show.
pub(super) fn already(offset: usize) -> Answer {
    Ok(Resolution::Already(vec![offset]))
}

/// The change must not be made, because of the bytes at `offset`.
pub(super) fn refused(why: impl Into<String>, offset: usize) -> Answer {
    Err(Failure::refused(why, offset))
}

impl Failure {
    pub(super) fn ambiguous(what: impl Into<String>, at: impl IntoIterator<Item = usize>) -> Failure {
        Failure::Ambiguous { what: what.into(), at: at.into_iter().collect(), help: None }
    }

    /// The change must not be made, because of the bytes at `offset`.
    pub(super) fn refused(why: impl Into<String>, offset: usize) -> Failure {
        Failure::Refused { why: why.into(), at: Some(offset) }
    }

    /// The parser doubts its own result for `name` (in quotes).
    pub(super) fn doubtful(name: &str, problem: &Problem) -> Failure {
        Failure::refused(format!("{name} cannot be parsed safely: {}", problem.what), problem.span.start)
    }

    /// A fault of the arguments, which has no place in the file.
    pub(super) fn fault(why: impl Into<String>) -> Failure {
        Failure::Refused { why: why.into(), at: None }
    }
}

/// A missing anchor.
#[derive(Debug, Clone, Default)]
pub struct Miss {
    /// What was looked for, and what was found instead.
    pub what: String,
    /// Where it was looked for.
    pub at: Option<usize>,
    /// Offsets of the nearest misses, the nearest first, each with what makes it similar if that is not obvious.
    pub near: Vec<(usize, String)>,
    /// What to write instead.
    pub help: Option<String>,
    /// Where the text is that a finished change leaves, if it may have been made. The text alone does not prove that: a
    /// receipt or the place of the text has to.
    pub results: Vec<usize>,
}

impl Miss {
    pub(super) fn new(what: impl Into<String>) -> Miss {
        Miss { what: what.into(), ..Miss::default() }
    }

    /// With near misses that need no explanation.
    pub(super) fn near(mut self, offsets: impl IntoIterator<Item = usize>) -> Miss {
        self.near.extend(offsets.into_iter().map(|offset| (offset, String::new())));
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Miss {
        self.help = Some(help.into());
        self
    }
}

impl From<Miss> for Failure {
    fn from(miss: Miss) -> Failure {
        Failure::Missing(miss)
    }
}
