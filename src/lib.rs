//! Adaptations of CPython source trees, kept as meaning instead of diffs.

pub mod apply;
pub mod build;
pub mod cli;
pub mod contents;
pub mod digest;
pub mod edit;
pub mod export;
pub mod fetch;
mod modules;
pub mod operation;
pub mod patchset;
pub mod plan;
pub mod port;
pub mod report;
pub mod snapshot;
mod syntax;
pub mod text;
pub mod tree;
pub mod version;
pub mod why;
