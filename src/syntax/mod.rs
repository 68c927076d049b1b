//! Finders: named spans in the formats of a CPython tree. Nothing here edits.

pub mod m4;
pub mod makefile;
pub mod setup;
pub mod shell;
