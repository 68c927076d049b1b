//! Accepted results: what a patchset does on a pin, as a text that people review.
//!
//! A snapshot is a file `snapshots/PATCHSET/PIN.snap` in the format of insta, so that
//! `cargo insta review` and `pypatch snapshot` work on the same files. Its body lists the digests of the
//! files before the change, the verdict and the diff of each edit, and the anchored lines, with which those
//! of other versions are compared.

mod choose;
mod compare;
mod diff;
mod effect;
mod render;
mod section;
mod store;

pub(crate) use choose::{choose, differing};
pub(crate) use compare::{SectionChange, compare};
pub(crate) use diff::{EditDifference, Fate, FileDifference, Side, diff};
pub(crate) use effect::Effect;
pub(crate) use render::before_digests;
pub use render::{baseline, render};
pub use store::Store;
