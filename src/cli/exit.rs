//! Exit statuses.

use std::process::ExitCode;

/// The exit status of pypatch. The comments are its manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExitStatus {
    /// 0: done, or there was nothing to do.
    Done,
    /// 1: a difference, if one was asked for: `status` found a changed file, `snapshot check` a change,
    /// `diff --exit-code` a diff.
    Difference,
    /// 2: the command line or a patchset is wrong.
    Usage,
    /// 3: a patchset does not fit the tree, edits conflict, or the tree is not as expected.
    Unfit,
    /// 4: a source was not found, cannot be read, or has the wrong hash.
    Source,
    /// 5: a step or a check of a build failed.
    Check,
    /// 70: a bug of pypatch.
    Bug,
    /// 74: writing failed (disk full, no permission). The tree is unchanged, unless only the output could
    /// not be written.
    Io,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> ExitCode {
        ExitCode::from(match status {
            ExitStatus::Done => 0,
            ExitStatus::Difference => 1,
            ExitStatus::Usage => 2,
            ExitStatus::Unfit => 3,
            ExitStatus::Source => 4,
            ExitStatus::Check => 5,
            ExitStatus::Bug => 70,
            ExitStatus::Io => 74,
        })
    }
}
