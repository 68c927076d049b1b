//! Patches: unified diffs of one file or more, with the headers of git, Subversion, CVS, Mercurial and Perforce, or none.
//!
//! They are read as `patch` reads them: text around the sections is ignored, and the counts of a hunk's header say where it
//! ends. What `patch` would take for a change and is not read here (context diffs, indented ones) is an error, so that no
//! part of a patch is silently left out.

mod binary;
mod header;
mod hunk;
mod name;
mod parse;
mod ported;
mod section;
#[cfg(test)]
mod tests;

pub(crate) use hunk::too_many;
pub use hunk::{Hunk, Sign};
pub use parse::Patch;
pub(crate) use parse::first_line;
pub(crate) use ported::{PORTED, without_ported};
pub use section::{Effect, Section};
