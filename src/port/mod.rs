//! Judges the edits of a patchset on other versions, and ports it to them.
//!
//! [`judge`] says what becomes of each edit on a tree: a [`Cell`] for each of its parts. Inside the range that a patchset
//! is written for, its edits need only fit. Outside it, the lines that an edit is anchored to are compared with those on
//! the release that it was written for, its [`Baseline`](crate::plan::Baseline): an anchor that is found again proves
//! little if its line is another one now. What is not found is searched for by the rules in `search/`, a file per format;
//! a search names candidates and what it has seen, and takes none of them.

mod cell;
mod compare;
mod decide;
mod edit_text;
mod finding;
mod judge;
mod judging;
mod matrix;
mod search;
mod since;
mod verify;
mod write;

pub use cell::{Candidate, Cell, GoneSince, Verdict};
pub use decide::{BadDecision, Decided, Decision, Decisions, Ported, decide, ported};
pub use judge::judge;
pub use matrix::{Column, Matrix, in_parallel};
pub use since::find_gone_since;
pub use verify::not_as_decided;
pub use write::{Head, Written, write};
