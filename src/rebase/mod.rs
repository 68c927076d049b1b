//! Carries a series of patches, each on top of those before, and stops where a person has to decide: what `git rebase` does for commits.
//!
//! Nothing is kept between two runs but the decisions: what was carried is carried again, with the same result. So a run that was
//! killed leaves nothing that could contradict itself.

mod answer;
mod brief;
mod compare;
mod decisions;
mod error;
mod header;
mod state;
mod step;
mod walk;

pub use answer::{Proposal, TO_DECIDE, Unanswered, answered, proposals};
pub use brief::{BriefFile, Excerpt, brief};
pub use decisions::{BadDecisions, Decision, Decisions};
pub use error::RebaseError;
pub use header::{Between, patch};
pub use state::{STATE, State, Stop};
pub use step::{Step, StepFile};
pub use walk::{Series, Walk};
