//! The options by which a command works on one shard of a job, and writes the result for `merge`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{CliError, ExitStatus, Ui};
use crate::export;
use crate::report::counted;
use crate::shard::{ResultFile, Shard};

#[derive(Debug, Clone, clap::Args)]
pub(super) struct Sharding {
    /// Only shard I of N of the job, with --result. The sources are dealt out (1, N+1, 2N+1 and so on, then 2, N+2 and so on), each with
    /// its cells in the order of the patchsets; shard I has those after the first (I-1)*CELLS/N up to I*CELLS/N, rounded down. So each
    /// cell is in one shard, sizes differ by one at most, and a machine needs few sources.
    #[arg(long, value_name = "I/N", requires = "result")]
    shard: Option<Shard>,
    /// Write what became of the cells to this file, for `pypatch merge`, and print nothing. The status is 0 as soon as it is written:
    /// that of the whole job is merge's.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["format", "output"])]
    result: Option<PathBuf>,
}

impl Sharding {
    /// The shard; all cells without one.
    pub(super) fn shard(&self) -> Shard {
        self.shard.unwrap_or(Shard::WHOLE)
    }

    /// Where the result is written.
    pub(super) fn result(&self) -> Option<&Path> {
        self.result.as_deref()
    }
}

/// Writes the results of a shard.
pub(super) fn write<J: Serialize, C: Serialize>(
    ui: &Ui,
    path: &Path,
    file: &ResultFile<J, C>,
) -> Result<ExitStatus, CliError> {
    let title = || format!("cannot write {}", path.display());
    let contents = file.contents().map_err(|error| CliError::io(title(), &error))?;
    export::file(path, contents.as_bytes())?;
    ui.note(&format!("shard {}: {} in {}", file.shard, counted(file.cells.len(), "cell"), path.display()));
    Ok(ExitStatus::Done)
}
