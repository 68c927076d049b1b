//! Resolves edits on a tree: which bytes an edit means there, or why it means none.
//!
//! A file per family of operations. Each answers three questions about one file: is the anchor
//! there, is the change made already, and if neither, what came nearest.

mod anchor;
mod answer;
mod c;
mod context;
mod diff;
mod fact;
mod file;
mod header;
mod m4;
mod makefile;
mod outcome;
mod python;
mod resolve;
mod setup;
mod shell;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod text;

pub use context::Context;
pub use fact::unmet;
pub use outcome::{Delta, Near, Outcome, OutcomeKind, Part, Place};
pub use resolve::resolve;
