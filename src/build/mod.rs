//! Carries out the recipe of a patchset: regenerates, configures, makes and installs what the patched
//! tree is for, and checks after each step what must be true. Besides `fetch` the only code that
//! starts programs.
//!
//! [`Recipe::of`] turns what the patchsets declare into steps, each a text for `sh`. [`run`] carries
//! them out in a work directory, where each has its log, and what was done before is not done again;
//! [`Recipe::script`] writes the same steps as one script for machines without pypatch.

mod check;
mod failure;
mod launcher;
mod recipe;
mod run;
mod script;
mod shell;
mod trees;
mod work;

pub use check::CheckResult;
pub use launcher::{Launcher, STAND_IN};
pub use recipe::{BuildError, Recipe, Step};
pub use run::{Event, Outcome, run};
pub use trees::{prepare, prepare_in_place};
pub use work::{Places, WorkDir};
