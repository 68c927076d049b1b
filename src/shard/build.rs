//! The job of `build` over a set: patchsets on sources with toolchains.

use serde::{Deserialize, Serialize};

use super::JobSource;
use super::join::Job;

/// Patchsets on sources with toolchains. Its cells are counted source by source, on each in the order of the patchsets, and for each of
/// these in that of the toolchains.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuildJob {
    /// The patchsets; several that are applied in order are one: `one+two`.
    pub patchsets: Vec<BuildHead>,
    /// The sources.
    pub sources: Vec<JobSource>,
    /// The toolchains.
    pub toolchains: Vec<ToolchainHead>,
    /// The programs that are built; all except those that are built only on request if empty.
    pub programs: Vec<String>,
    /// The patterns of files that are left out of the sources.
    #[serde(default)]
    pub excluded: Vec<String>,
    /// The launcher that the user named.
    pub launcher: Option<String>,
}

/// A patchset of a job, or several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuildHead {
    /// Its name, or those of several: `one+two`.
    pub patchset: String,
    /// The digest of each, with all that it extends.
    pub digests: Vec<String>,
}

/// A toolchain of a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolchainHead {
    /// Its name.
    pub name: String,
    /// The C compiler: what steps have as `CC`. `None` leaves it to configure.
    pub cc: Option<String>,
}

/// How the build of a cell ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BuildEnd {
    /// Every step succeeded, and every check holds.
    Built,
    /// A step failed, or checks after it do not hold.
    Failed,
    /// The patchsets do not fit the source.
    Unfit,
    /// The source could not be read.
    Unread,
}

/// What became of a cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuildResult {
    /// How it ended.
    pub end: BuildEnd,
    /// The first line that the compiler prints about its version.
    pub compiler: Option<String>,
    /// The steps that are done, in their order.
    pub steps: Vec<StepDone>,
    /// The checks that were made.
    pub checks: Vec<CheckMade>,
    /// The step that failed, or after which checks do not hold.
    pub failed_step: Option<String>,
    /// Why it is not built: the end of the log, the checks that do not hold, or why the patchsets do not fit.
    pub why: Vec<String>,
}

/// A step that is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepDone {
    /// Its name: `main/make`.
    pub step: String,
    /// How many milliseconds it took; `None` if an earlier build did it.
    pub milliseconds: Option<u64>,
}

/// A check that was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckMade {
    /// Its name.
    pub check: String,
    /// The step after which it was made.
    pub after: String,
    /// What was found instead of what was expected; `None` if it holds.
    pub failure: Option<String>,
}

impl Job for BuildJob {
    type Cell = BuildResult;

    fn shape(&self) -> (usize, usize) {
        (self.sources.len(), self.patchsets.len() * self.toolchains.len())
    }

    fn agree(one: &BuildResult, other: &BuildResult) -> bool {
        let without_times = |result: &BuildResult| {
            let mut result = result.clone();
            result.steps.iter_mut().for_each(|step| step.milliseconds = None);
            // A log may have times, and paths of the machine.
            result.why.clear();
            result
        };
        without_times(one) == without_times(other)
    }
}

impl BuildJob {
    /// The patchset, the source and the toolchain of a cell, as their places in the lists.
    pub fn cell(&self, number: usize) -> (usize, usize, usize) {
        let (_, each) = self.shape();
        let in_source = number % each;
        (in_source / self.toolchains.len(), number / each, in_source % self.toolchains.len())
    }
}

impl BuildResult {
    /// A cell that was not built for a reason.
    pub fn not_built(end: BuildEnd, why: Vec<String>) -> BuildResult {
        BuildResult { end, compiler: None, steps: Vec::new(), checks: Vec::new(), failed_step: None, why }
    }
}
