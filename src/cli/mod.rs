//! The command line.

pub mod fetch;
pub mod pins;
pub mod progress;
