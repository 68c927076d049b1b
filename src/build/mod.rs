//! Carries out the build recipe of a patchset: regenerates files, configures, makes and installs programs
//! from the patched tree, and makes checks after each step. Only this module and `fetch` start programs.
//!
//! [`Recipe::of`] turns what the patchsets declare into steps, each a text for `sh`. [`prepare`] brings the
//! trees into a work directory, and [`run()`] carries out the steps there: each has a log, and a step whose
//! inputs did not change is not repeated. [`Recipe::script`] writes the same steps as one script for machines
//! without pypatch.

mod check;
mod error;
mod failure;
mod launcher;
mod layout;
mod recipe;
mod run;
mod script;
mod shell;
mod toolchain;
mod trees;
mod work_dir;

pub(crate) use check::CheckResult;
pub(crate) use error::BuildError;
pub(crate) use launcher::Launcher;

pub(crate) use layout::Layout;
pub(crate) use recipe::Recipe;
pub(crate) use run::{Event, Outcome, run};
pub(crate) use toolchain::compiler_version;
pub(crate) use trees::{prepare, prepare_in_place};
pub(crate) use work_dir::WorkDir;
