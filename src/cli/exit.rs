//! Exit statuses.

use std::process::ExitCode;

/// The exit status of pypatch. The comments are its manual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExitStatus {
    /// 0: done, or there was nothing to do.
    Done = 0,
    /// 1: a difference, if one was asked for: `status` found a changed file, `snapshot check` a change,
    /// `diff --exit-code` a diff.
    Difference = 1,
    /// 2: the command line or a patchset is wrong.
    Usage = 2,
    /// 3: a patchset does not fit the tree, edits conflict, or the tree is not as expected. Of `bump`: a person has to decide about
    /// a patchset.
    Unfit = 3,
    /// 4: a source was not found, cannot be read, or has the wrong hash; or a result of a shard is missing, torn or of another job.
    Source = 4,
    /// 5: a step or a check of a build failed.
    Check = 5,
    /// 6: the change was made, but it could not be reported completely, or something that belongs to it could not be
    /// written.
    Incomplete = 6,
    /// 70: a bug of pypatch.
    Bug = 70,
    /// 74: writing failed (disk full, no permission). The tree is unchanged, unless undoing the
    /// change failed too, as the message says then.
    Io = 74,
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> ExitCode {
        ExitCode::from(status as u8)
    }
}
