//! The shipped patchsets on real releases of CPython, which PYPATCH_SOURCES names or the cache has.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../common/mod.rs"]
mod common;

mod family;
mod matrix;
mod patchsets;
mod port;
mod why;
