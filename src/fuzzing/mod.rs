//! What holds for any input: one function an input, which panics where it does not hold. `just fuzz` looks for such inputs,
//! guided by coverage; the tests here try random ones, and all that were found before.

#![allow(clippy::unwrap_used, reason = "the fuzzer may panic")]

mod archive;
pub(crate) mod edits;
mod files;
mod import;
mod merge;
mod patch;
mod patchset;
mod snapshot;
#[cfg(test)]
mod tests;
mod tree;

pub use archive::archive;
#[cfg(test)]
pub(crate) use files::is_whole_m4;
pub use files::{c, makefile, python, small};
pub use import::{import, message};
pub use merge::merge;
pub use patch::patch;
pub use patchset::patchset;
pub use snapshot::snapshot;
pub use tree::{journal, receipt};

/// What panics where something does not hold for an input.
pub type Holds = fn(&[u8]);

/// An input's name and what has to hold for it. The fuzzer has a target of the same name for each.
pub const TARGETS: &[(&str, Holds)] = &[
    ("archive", archive),
    ("c", c),
    ("import", import),
    ("journal", journal),
    ("makefile", makefile),
    ("merge", merge),
    ("message", message),
    ("patch", patch),
    ("patchset", patchset),
    ("python", python),
    ("receipt", receipt),
    ("small", small),
    ("snapshot", snapshot),
];

/// Longer inputs are not tried: what takes long is another question.
const LONGEST: usize = 4096;

/// What separates the texts of an input.
const SEPARATOR: &[u8] = b"\n=====\n";
