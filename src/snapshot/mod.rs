//! Accepted results: what a patchset does on a pin, as a text that people review.
//!
//! A snapshot is a file `snapshots/PATCHSET/PIN.snap` in the format of insta, so that
//! `cargo insta review` and `pypatch snapshot` work on the same files. Its body lists the digests of the
//! files before the change, the verdict and the diff of each edit, and the anchored lines, with which those
//! of other versions are compared.

mod compare;
mod diff;
mod effect;
mod render;
mod section;
mod store;

pub use compare::{SectionChange, compare};
pub use diff::{EditDifference, Fate, FileDifference, PartDifference, Side, diff};
pub use effect::Effect;
pub use render::{baseline, before_digests, render};
pub use store::Store;
