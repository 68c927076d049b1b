//! Why the outcome of an edit differs between two versions: which release changed its anchor, and which
//! commit.
//!
//! An [`Observation`] is what one part of an edit sees of a tree: the outcome, the file, and the anchored
//! lines. [`trace`] compares the observations along the [`release_path`] from one version to another.
//! Where they differ between two neighbours of one git repository, the commits between are bisected. A
//! file is parsed only in commits in which an object that the edit reads is a new one.
//!
//! The caller opens the releases: nothing here knows where they are kept.

mod bisect;
mod excerpt;
mod observation;
mod observer;
mod part;
mod release_path;
#[cfg(test)]
mod tests;
mod trace;

pub(crate) use excerpt::Excerpt;
pub(crate) use observation::{Difference, Observation};
pub(crate) use part::{PartKey, part_keys};
pub(crate) use release_path::release_path;
pub(crate) use trace::{PartChange, Step, StepCommit, Trace, Waypoint, trace};
