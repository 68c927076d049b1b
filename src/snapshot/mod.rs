//! Accepted results: what a patchset comes to on a pin, as a text that people review.
//!
//! A snapshot stands in `snapshots/<patchset>/<pin>.snap`, in the format of insta, so that
//! `cargo insta review` and `pypatch snapshot` work on the same files. Its body names the files that
//! the patchset touches with their digests before, and for each edit the verdict and the diff.

mod compare;
mod render;
mod store;

pub use compare::{SectionChange, compare};
pub use render::{before_digests, render};
pub use store::Store;
