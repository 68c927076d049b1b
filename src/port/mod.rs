//! Judges the edits of a patchset on other versions, and ports it to them.
//!
//! [`judge`] gives a [`Verdict`] on each part of an edit on a tree, in a [`Cell`]. Inside the range of versions that a
//! patchset is written for, an edit need only fit. Outside it, the lines that the edit is anchored to are compared with
//! those on the release that the patchset was written for, its [`Baseline`](crate::plan::Baseline): an anchor that is found
//! on a different line may be another thing of the same name. An anchor that is missing is searched for by the rules in
//! `search/`, a file per format. A search lists candidates and gives its reasons; it accepts none of them. [`question`] then
//! carries what the edits do on that release as lines, which may contradict an anchor, confirm a candidate, or take the place of an
//! edit whose anchor is missing.

mod agreed;
mod by_lines;
mod carried;
mod cell;
mod chain;
mod compare;
mod decide;
mod finding;
mod judge;
mod judging;
mod matrix;
mod place;
mod recipe;
mod search;
mod searched;
mod since;
mod stacked;
mod verify;
mod write;

pub use carried::question;
pub use cell::{Candidate, Cell, Evidence, GoneSince, Verdict};
pub use decide::{BadDecision, Decided, Decision, Decisions, Ported, decide, ported};
pub use judge::judge;
pub use matrix::{Column, Matrix, in_parallel};
pub use recipe::ported_build;
pub use searched::Searched;
pub use since::find_gone_since;
pub use stacked::{StackError, Stacked, judge_in_order};
pub use verify::not_as_decided;
pub use write::{Head, write};
