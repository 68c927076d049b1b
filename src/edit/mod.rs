//! Resolves edits on a tree: which bytes an edit changes there, or why it does not fit.
//!
//! Operations know how to find their anchor in a file; here is what is the same for all of them: versions, facts that
//! an edit requires, which of several files counts, scopes, and locations for people.

mod added;
mod context;
mod fact;
mod in_file;
mod lift;
mod outcome;
mod overwritten;
mod resolve;
mod suggest;
#[cfg(any(test, fuzzing))]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use context::Context;
pub use fact::unmet;
pub use lift::{LiftedHunk, lift};
pub(crate) use lift::{gives, groups, slides};
pub use outcome::{AnchorLine, Near, Outcome, OutcomeKind, Part, normalized};
pub use overwritten::{FirstDifference, Overwritten, overwritten};
pub use resolve::{chosen, resolve};
pub use suggest::suggestion;
