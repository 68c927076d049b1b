//! Keeps adaptations of CPython source trees as meaning instead of diffs.
//!
//! A patchset says what each adaptation is for and what it does: "remove `sharedmods` from the prerequisites of `all`".
//! This crate finds that place in a tree, shows the resulting change, applies it or refuses, and carries it to other
//! versions. The program `pypatch` is a thin layer over it.
//!
//! # The principal types, in the order in which data meets them
//!
//! - [`patchset::Catalog`] finds patchsets by name and loads one as a [`patchset::Patchset`]: a list of
//!   [`patchset::Edit`]s, each with a reason and its [`patchset::Change`]s, and each change with an
//!   [`operation::Operation`] on a file.
//! - [`tree::Tree`] is a read-only view of a source tree: a directory, a tarball, a commit of a git repository.
//!   [`tree::open`] opens any of them.
//! - [`plan::plan`] resolves the edits on a tree and joins them to a [`plan::Plan`]: outcomes, conflicts, lints, and the
//!   changes of files. It writes nothing, and an edit that does not fit is an outcome in it.
//! - [`apply`] writes a plan to a directory, all or nothing, and leaves a receipt by which it can be reverted;
//!   [`export`] writes the patched tree elsewhere.
//! - [`port::judge`] says what becomes of each edit on another version: [`port::Cell`]s with a verdict and its evidence.
//!
//! # Example
//!
//! ```
//! use pypatch::patchset::Catalog;
//! use pypatch::plan::plan;
//! use pypatch::tree::DirTree;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! # std::fs::create_dir_all(folder.join("tree"))?;
//! # std::fs::create_dir_all(folder.join("patchsets/static"))?;
//! std::fs::write(folder.join("tree/Makefile.pre.in"), "all: python sharedmods\n")?;
//! std::fs::write(
//!     folder.join("patchsets/static/patchset.yaml"),
//!     r#"
//! schema: 1
//! id: static
//! title: A device without dynamic loading
//! edits:
//!   - id: no-sharedmods
//!     why: Nothing can be loaded at run time.
//!     file: Makefile.pre.in
//!     makefile.remove-prerequisite: {target: all, word: sharedmods}
//! "#,
//! )?;
//!
//! let patchset = Catalog::new(vec![folder.join("patchsets")]).load("static")?;
//! let plan = plan(&patchset, &DirTree::open(folder.join("tree"))?)?;
//! assert!(plan.fits());
//! let diff = String::from_utf8(plan.diff())?;
//! print!("{diff}");
//! assert!(diff.contains("-all: python sharedmods\n+all: python\n"));
//! # Ok(())
//! # }
//! ```

pub mod apply;
mod build;
pub mod carry;
pub mod cli;
pub mod contents;
pub mod date;
pub mod digest;
pub mod edit;
pub mod export;
pub mod fetch;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod import;
mod interrupt;
mod lift;
mod merge;
mod modules;
pub mod operation;
pub mod patchset;
pub mod plan;
pub mod port;
mod rebase;
mod regular;
mod report;
mod scratch;
pub mod shard;
mod shipped;
pub mod snapshot;
pub mod software;
mod syntax;
pub mod text;
pub mod tree;
pub mod version;
mod why;
mod yaml;
