//! `pypatch matrix`

mod judge;
mod set;
mod sources;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{CliError, ExitStatus, ReportFormat, Ui, Workspace, names, output, shards, written};
use crate::port::{Column, Matrix, Searched, in_parallel};
use crate::report::{MatrixReport, Written, counted};
use crate::shard::{Cache, Judged, MatrixJob, ResultFile};
use crate::tree;
use crate::tree::SourceSpec;
use set::Judge;
pub(super) use set::stacks;
use sources::Named;

#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// The patchset. With --patchset it is a source.
    #[arg(required_unless_present = "set")]
    patchset: Option<String>,
    /// Then this patchset, judged on the result of those before it as far as they fit; may be repeated. It is an option, since what
    /// follows PATCHSET is a source.
    #[arg(long, value_name = "PATCHSET", conflicts_with = "family")]
    then: Vec<String>,
    /// A patchset of a set, each of which has a matrix of its own; may be repeated. A pattern ('distro-*') means all patchsets
    /// that it matches, and `A,B` is B on the result of A, as with --then.
    #[arg(long = "patchset", id = "set", value_name = "PATCHSETS", conflicts_with_all = ["then", "family"])]
    set: Vec<String>,
    /// Directories, tarballs, pins, or git:REPO@REV. A pattern ('3.1?.*') or a range ('>=3.12, <3.14') means every pin that it
    /// matches. With --all also git:REPO, for every release tag in it.
    /// [default: `versions` of pypatch.toml]
    sources: Vec<String>,
    /// Every pin that this pattern or range matches, after the sources; may be repeated.
    #[arg(long, value_name = "PINS", conflicts_with = "all")]
    pins: Vec<String>,
    /// Every pinned release that is available locally, or every release tag of the given git repositories; of these only the ones that a
    /// given series, pattern or range matches.
    #[arg(long)]
    all: bool,
    /// For each version, use the member of the patchset's family that is written for it. The family is the
    /// patchset that all of its members extend, and everything that extends it.
    #[arg(long)]
    family: bool,
    /// The source that the patchset was written for [default: the newest of its pins that is available locally].
    #[arg(long, value_name = "SOURCE")]
    base: Option<String>,
    /// The output format.
    #[arg(long, default_value = "text")]
    format: ReportFormat,
    /// Exit with status 1 if a cell is changed, refused or lost, and so has to be decided.
    #[arg(long)]
    exit_code: bool,
    /// Write the matrix to this file.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    shards: shards::Sharding,
    /// Keep the results on pinned releases in this directory, which machines may share, and do not judge them again. A result depends
    /// on the program of pypatch, the patchsets, the release, and that which the patchset was written for.
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
}

impl Args {
    /// What is named as a source by its place.
    fn sources(&self) -> Vec<String> {
        let first = self.patchset.iter().filter(|_| !self.set.is_empty());
        first.chain(&self.sources).cloned().collect()
    }
}

/// How many sources are open at a time: libgit2 keeps a repository mapped while one of its trees is open.
const AT_ONCE: usize = 48;

/// Up to how many columns the release that removed a thing is searched for. More columns show it themselves.
const FEW: usize = 3;

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    tree::trust_object_ids();
    if let Some(patchset) = args.patchset.as_ref().filter(|_| args.set.is_empty()) {
        names::require_order(workspace, std::slice::from_ref(patchset), &args.sources)?;
    }
    let stacks = set::named(workspace, args)?;
    let workspace = &workspace.of(&workspace.patchsets(&stacks.concat())?);
    let sources = sources::sources(ui, workspace, args)?;
    for path in args.output.as_deref().into_iter().chain(args.shards.result()) {
        let read: Vec<&SourceSpec> = sources.iter().map(|one| &one.source).collect();
        let named: Vec<&str> = stacks.iter().flatten().map(String::as_str).collect();
        output::require_file(workspace, &named, &read, path)?;
    }
    let judges = stacks.into_iter().map(|names| set::judge(ui, workspace, args, names));
    let judges = judges.collect::<Result<Vec<Judge>, _>>()?;
    let is_shard = args.shards.result().is_some();
    let job = MatrixJob {
        matrices: judges.iter().map(Judge::head).collect(),
        sources: sources.iter().map(if is_shard { Named::of_shard } else { Named::of_job }).collect(),
        exit_code: args.exit_code,
    };
    let written = judges.iter().map(|judge| written::edits(workspace, &judge.names, &judge.patchsets).0);
    let written = Written(written.collect::<Vec<_>>().concat());
    let shard = args.shards.shard();
    let cells = shard.cells(sources.len(), judges.len());
    let cache = args.cache.as_deref().map(shards::open_cache).transpose()?;
    let mut columns = columns(ui, workspace, (&judges, &sources), &cells, cache.as_ref())?;
    let is_few = sources.len() <= FEW && !args.family;
    let Some(path) = args.shards.result() else {
        let mut matrices = job.matrices(columns);
        if is_few {
            let columns = matrices.iter_mut().map(|matrix| matrix.columns.iter_mut().collect());
            since(ui, workspace, &judges, columns.collect())?;
        }
        return show(ui, &matrices, &written, args.format, args.output.as_deref(), args.exit_code);
    };
    if is_few {
        // What the columns of other shards show counts when they are merged.
        let mut of_each: Vec<Vec<&mut Column>> = judges.iter().map(|_| Vec::new()).collect();
        for (cell, column) in cells.iter().zip(&mut columns) {
            of_each[cell % judges.len()].push(column);
        }
        since(ui, workspace, &judges, of_each)?;
    }
    let cells = columns.into_iter().map(Judged::of).collect();
    let about = serde_json::to_value(&written).unwrap_or_default();
    shards::write(ui, path, &ResultFile::new("matrix", job, shard, cells, about))
}

/// The columns of these cells, in their order.
fn columns(
    ui: &Ui,
    workspace: &Workspace,
    (judges, sources): (&[Judge], &[Named]),
    cells: &[usize],
    cache: Option<&Cache>,
) -> Result<Vec<Column>, CliError> {
    let mut columns: Vec<(usize, Column)> = Vec::with_capacity(cells.len());
    let inputs = |cell: usize| judges[cell % judges.len()].inputs(&sources[cell / judges.len()].of_job());
    for cell in cells {
        let found = cache.and_then(|cache| cache.get::<Judged>(&inputs(*cell)?));
        columns.extend(found.map(|judged| (*cell, judged.column(&sources[cell / judges.len()].name))));
    }
    let found: BTreeSet<usize> = columns.iter().map(|(cell, _)| *cell).collect();
    if !found.is_empty() {
        ui.note(&format!("{} of {} from the cache", found.len(), counted(cells.len(), "cell")));
    }
    let cells: Vec<usize> = cells.iter().copied().filter(|cell| !found.contains(cell)).collect();
    let mut fetched: Vec<Option<SourceSpec>> = vec![None; sources.len()];
    for cell in &cells {
        let at = cell / judges.len();
        if fetched[at].is_none() {
            fetched[at] = Some(sources[at].fetched(ui, workspace)?);
        }
    }
    let blobs = Arc::default();
    let bar = ui.progress("judging", Some(cells.len()));
    for (of, judge) in judges.iter().enumerate() {
        let own: Vec<usize> = cells.iter().copied().filter(|cell| cell % judges.len() == of).collect();
        let (stack, searched) = (judge.stack(), Searched::default());
        for some in own.chunks(AT_ONCE) {
            let tree = judge.base.open()?;
            let judged = in_parallel(some, |cell| {
                let at = cell / judges.len();
                let (name, source) = (&sources[at].name, fetched[at].as_ref().unwrap_or(&sources[at].source));
                bar.with(name);
                let stack = (&stack[..], judge.is_family);
                let column = judge::column(stack, tree.as_deref(), (&searched, &blobs), name, source);
                bar.one_done();
                (*cell, column)
            });
            for (cell, column) in &judged {
                if let (Some(cache), Some(inputs), Ok(_)) = (cache, inputs(*cell), &column.cells) {
                    shards::keep(ui, cache, &inputs, &Judged::of(column.clone()));
                }
            }
            columns.extend(judged);
        }
    }
    columns.sort_by_key(|(cell, _)| *cell);
    Ok(columns.into_iter().map(|(_, column)| column).collect())
}

/// Searches since when things are gone, where the columns of a patchset do not show it.
fn since(
    ui: &Ui,
    workspace: &Workspace,
    judges: &[Judge],
    columns: Vec<Vec<&mut Column>>,
) -> Result<(), CliError> {
    let _bar = ui.progress("searching since when it is gone", None);
    judges.iter().zip(columns).try_for_each(|(judge, columns)| judge::since(workspace, judge, columns))
}

/// Shows the matrices, or writes them to a file. The status is that of the command.
pub(super) fn show(
    ui: &Ui,
    matrices: &[Matrix],
    written: &Written,
    format: ReportFormat,
    out: Option<&Path>,
    exit_code: bool,
) -> Result<ExitStatus, CliError> {
    let width = ui.width().filter(|_| out.is_none());
    let report = MatrixReport { matrices, written, width, verbose: ui.verbose };
    shards::show(ui, &report, format, out)?;
    if matrices.iter().flat_map(|matrix| &matrix.columns).any(|column| column.cells.is_err()) {
        return Ok(ExitStatus::Source);
    }
    let open = matrices.iter().flat_map(Matrix::cells).any(|cell| cell.verdict.is_open());
    Ok(if exit_code && open { ExitStatus::Difference } else { ExitStatus::Done })
}
