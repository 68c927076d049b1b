//! Judges the edits of a patchset on other versions, and ports it to them.
//!
//! [`judge`] says what becomes of each edit on a tree: a [`Cell`] for each of its parts. Inside the range
//! that a patchset is written for, its edits need only fit. Outside it, the lines that an edit is anchored
//! to are compared with those on the tree that it was written for, its [`Meaning`](crate::plan::Meaning): an anchor that is found
//! again proves little when its line says something else now. What is not found is looked for by the rules
//! in `look/`, a file per format; a rule names candidates and what it has seen, and takes none of them.

mod cell;
mod decide;
mod judge;
mod look;
mod matrix;
mod since;
mod verify;
mod write;

pub use cell::{Candidate, Cell, Spot, Verdict};
pub use decide::{BadDecision, Decided, Decision, Decisions, Ported, decide, ported};
pub use judge::judge;
pub use matrix::{Column, Matrix, in_parallel};
pub use since::tell_since;
pub use verify::not_as_decided;
pub use write::{Head, Written, write};
