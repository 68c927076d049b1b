//! `pypatch merge`

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{CliError, ExitStatus, ReportFormat, Ui, build, matrix};
use crate::port::Column;
use crate::report::Written;
use crate::shard::{
    self, BuildEnd, BuildJob, BuildResult, JoinError, Joined, Judged, MatrixJob, Shard, Unread,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The files that --result wrote, in any order; of a directory, the files in it whose names end with .json.
    #[arg(required = true, value_name = "RESULT")]
    results: Vec<PathBuf>,
    /// Show what is there if shards are missing: their cells are shown as missing, and the status is 4.
    #[arg(long)]
    partial: bool,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: ReportFormat,
    /// Write what is shown to this file.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(ui: &Ui, args: &Args) -> Result<ExitStatus, CliError> {
    let mut files = Vec::new();
    for path in &args.results {
        for path in each(path)? {
            files.push(Unread::read(&path).map_err(|error| refused(error.into()))?);
        }
    }
    let out = args.output.as_ref().and_then(|out| out.canonicalize().ok());
    if let Some(file) = files.iter().find(|file| out.is_some() && file.path.canonicalize().ok() == out) {
        let title = format!("the output would replace the result {}", file.path.display());
        return Err(CliError::usage(title).help("give another file to --output"));
    }
    let Some(first) = files.first() else {
        return Err(CliError::source("no results: the directory has no file whose name ends with .json"));
    };
    match first.command() {
        "matrix" => merged_matrix(ui, args, files),
        "build" => merged_build(ui, args, files),
        other => {
            Err(CliError::source(format!("the results are of `{other}`, which this pypatch does not know")))
        }
    }
}

/// The file, or the results in a directory in the order of their names.
fn each(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |error| CliError::source(format!("cannot read {}: {error}", path.display()));
    let entries = std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(failed)?;
    let mut found: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).collect();
    found.retain(|path| path.extension().is_some_and(|suffix| suffix == "json"));
    found.sort();
    Ok(found)
}

fn merged_matrix(ui: &Ui, args: &Args, files: Vec<Unread>) -> Result<ExitStatus, CliError> {
    let joined: Joined<MatrixJob, Judged> = shard::join(files).map_err(refused)?;
    require_all(args, &joined.missing)?;
    let Joined { job, cells, about, .. } = joined;
    let columns = cells.into_iter().enumerate().map(|(number, judged)| {
        let (head, source) = job.cell(number);
        judged.map(|judged| judged.column(&source.name)).unwrap_or_else(|shard| Column {
            source: source.name.clone(),
            version: None,
            patchset: head.patchset.clone(),
            cells: Err(missing(shard)),
        })
    });
    let matrices = job.matrices(columns.collect());
    let written: Written = serde_json::from_value(about).unwrap_or_default();
    matrix::show(ui, &matrices, &written, args.format, args.output.as_deref(), job.exit_code)
}

fn merged_build(ui: &Ui, args: &Args, files: Vec<Unread>) -> Result<ExitStatus, CliError> {
    let joined: Joined<BuildJob, BuildResult> = shard::join(files).map_err(refused)?;
    require_all(args, &joined.missing)?;
    let absent = |shard| BuildResult::not_built(BuildEnd::Unread, vec![missing(shard)]);
    let results: Vec<BuildResult> =
        joined.cells.into_iter().map(|cell| cell.unwrap_or_else(absent)).collect();
    warn_of_compilers(ui, &joined.job, &results);
    build::show(ui, &joined.job, &results, args.format, args.output.as_deref())
}

/// Warns where a toolchain is not the same compiler on all machines.
fn warn_of_compilers(ui: &Ui, job: &BuildJob, results: &[BuildResult]) {
    for (number, toolchain) in job.toolchains.iter().enumerate() {
        let own = results.iter().enumerate().filter(|(cell, _)| job.cell(*cell).2 == number);
        let compilers: BTreeSet<&str> = own.filter_map(|(_, result)| result.compiler.as_deref()).collect();
        if compilers.len() > 1 {
            let all = compilers.into_iter().collect::<Vec<_>>().join("; ");
            ui.note(&format!(
                "warning: toolchain {} is not the same compiler on all machines: {all}",
                toolchain.name
            ));
        }
    }
}

fn missing(shard: Shard) -> String {
    format!("shard {shard} is missing")
}

/// How many missing shards an error lists.
const LISTED: usize = 20;

fn require_all(args: &Args, shards: &[Shard]) -> Result<(), CliError> {
    let [first, rest @ ..] = shards else { return Ok(()) };
    if args.partial {
        return Ok(());
    }
    let more = rest.len().saturating_sub(LISTED);
    Err(CliError::source(missing(*first))
        .details(rest.iter().take(LISTED).map(|shard| missing(*shard)))
        .details((more > 0).then(|| format!("and {more} more")))
        .help(format!(
            "run {} again, or give --partial to show what is there",
            if rest.is_empty() { "it" } else { "them" }
        )))
}

fn refused(error: JoinError) -> CliError {
    let title = error.to_string();
    match error {
        JoinError::File(error) => {
            let why = std::error::Error::source(&error).map(ToString::to_string);
            CliError::source(title).details(why).help("run this shard again, or leave the file out")
        }
        JoinError::OtherJob { what, .. } => CliError::source(title)
            .detail(what)
            .help("merge results of one job, with the same patchsets, sources and shards"),
        JoinError::Differ { .. } => CliError::source(title).help("leave one of them out"),
    }
}
