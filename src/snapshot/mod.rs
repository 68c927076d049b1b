//! Accepted results: what a patchset comes to on a pin, as a text that people review.
//!
//! A snapshot stands in `snapshots/<patchset>/<pin>.snap`, in the format of insta, so that
//! `cargo insta review` and `pypatch snapshot` work on the same files. Its body names the files that
//! the patchset touches with their digests before, for each edit the verdict and the diff, and the lines that
//! the edits are anchored to, with which those of other versions are compared.

mod compare;
mod effect;
mod neighbours;
mod render;
mod section;
mod store;

pub use compare::{SectionChange, compare};
pub use effect::Effect;
pub use neighbours::{EditDifference, Fate, FileDifference, neighbours};
pub use render::{baseline, before_digests, render};
pub use store::Store;
