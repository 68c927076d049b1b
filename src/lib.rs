//! Adaptations of CPython source trees, kept as meaning instead of diffs.

pub mod apply;
pub mod digest;
pub mod patchset;
pub mod syntax;
pub mod text;
pub mod tree;
pub mod version;
