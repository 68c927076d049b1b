//! The options by which a command works on one shard of a job, and writes the result for `merge`.

use std::path::{Path, PathBuf};

use anstream::StripStream;
use serde::Serialize;
use serde_json::Value;

use super::{CliError, ExitStatus, ReportFormat, Ui};
use crate::export;
use crate::report::{Report, counted};
use crate::shard::{Cache, ResultFile, Shard};

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

#[derive(Debug, Clone, clap::Args)]
pub(super) struct Caching {
    /// Keep the results of what was built in this directory, which machines may share, and do not build it again. A result depends on
    /// the program of pypatch, the patchsets, the source, the toolchain and its version, and the operating system
    /// [default: ~/.cache/pypatch/results].
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    cache: Option<PathBuf>,
    /// Do not use results of earlier runs, and keep none.
    #[arg(long)]
    no_cache: bool,
}

impl Caching {
    /// Whether the user said something about it.
    pub(super) fn is_given(&self) -> bool {
        self.cache.is_some() || self.no_cache
    }

    /// The results of earlier runs, if they are used; without --cache those in `default`.
    pub(super) fn cache(&self, default: Option<&Path>) -> Result<Option<Cache>, CliError> {
        let Some(directory) = self.cache.as_deref().or(default).filter(|_| !self.no_cache) else {
            return Ok(None);
        };
        open_cache(directory).map(Some)
    }
}

/// The results in a directory.
pub(super) fn open_cache(directory: &Path) -> Result<Cache, CliError> {
    Cache::new(directory).map_err(|error| CliError::io("cannot read the program itself", &error))
}

/// Keeps a result. Without it, the cell is done again next time, nothing worse.
pub(super) fn keep(ui: &Ui, cache: &Cache, inputs: &Value, result: &impl Serialize) {
    if let Err(error) = cache.put(inputs, result) {
        ui.note(&format!("warning: a result cannot be kept in the cache: {error}"));
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

/// Shows a report, or writes it to a file.
pub(super) fn show(
    ui: &Ui,
    report: &dyn Report,
    format: ReportFormat,
    out: Option<&Path>,
) -> Result<(), CliError> {
    let Some(path) = out else { return ui.show(report, format) };
    let mut page = Vec::new();
    report
        .write(format.into(), &mut StripStream::new(&mut page))
        .map_err(|error| CliError::io(format!("cannot write {}", path.display()), &error))?;
    Ok(export::file(path, &page)?)
}
