//! Shares a job among machines: a [`Shard`] names the cells of one machine, a [`ResultFile`] holds what became of them, and
//! [`join`] makes one job of the results of all, or says which is missing, torn or of another job.
//!
//! Who starts the shards and when is for the scheduler or CI that people have. So nothing here starts, waits or locks.

mod build;
mod cache;
mod file;
mod join;
mod matrix;
mod split;

pub use build::{BuildEnd, BuildHead, BuildJob, BuildResult, CheckMade, StepDone, ToolchainHead};
pub use cache::Cache;
pub use file::{ResultError, ResultFile, Unread};
pub use join::{Job, JoinError, Joined, join};
pub use matrix::{JobSource, Judged, MatrixHead, MatrixJob};
pub use split::{BadShard, Shard};
