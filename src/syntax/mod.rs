//! Parsers that find named spans in the file formats of a CPython tree. Nothing here edits.

pub mod c;
pub mod header;
pub mod m4;
pub mod makefile;
pub mod patch;
mod problem;
pub mod python;
pub mod setup;
pub mod shell;
#[cfg(any(test, fuzzing))]
pub(crate) mod spans;
pub mod template;
#[cfg(test)]
mod tests;
pub mod xml;

pub use problem::{Doubt, Problem};
