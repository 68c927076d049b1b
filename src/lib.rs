//! Adaptations of CPython source trees, kept as meaning instead of diffs.

pub mod cli;
pub mod digest;
pub mod fetch;
pub mod syntax;
pub mod text;
pub mod tree;
pub mod version;
