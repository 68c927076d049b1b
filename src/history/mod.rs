//! Why an edit comes to something else on another version: which release changed its anchor, and which
//! commit.
//!
//! What an edit sees of a tree ([`PartSight`]) is what it comes to there and the lines it means. The
//! [`Trace`] of an edit compares that along the way from one version to another ([`way`]), release by
//! release, and where it differs between two of them searches the commits between by halving
//! (`search`). Commits are told apart by the objects that the edit looks at; a file is parsed only
//! where one of these differs.
//!
//! Releases are opened by the caller: nothing here knows where they are kept.

mod hunk;
mod search;
mod sight;
#[cfg(test)]
mod tests;
mod trace;
mod way;

pub use hunk::Excerpt;
pub use sight::{Kind, Line, PartSight, Slot, slots};
pub use trace::{PartStep, Step, Stop, Trace, trace};
pub use way::way;
