//! `pypatch matrix`

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use anstream::StripStream;

use super::base::InOrder;
use super::{Base, CliError, ExitStatus, ReportFormat, Ui, Workspace, names, output, written};
use crate::export;
use crate::patchset::Patchset;
use crate::port::{self, Column, Matrix, Searched, Stacked, in_parallel};
use crate::report::{MatrixReport, Report};
use crate::tree::pin::{Pin, Selector};
use crate::tree::{self, Blobs, SourceSpec, Tree, python_version, release_tags};
use crate::version::Version;

#[derive(Debug, Clone, clap::Args)]
pub(super) struct Args {
    /// The patchset.
    patchset: String,
    /// Then this patchset, judged on the result of those before it as far as they fit; may be repeated. It is an option, since what
    /// follows PATCHSET is a source.
    #[arg(long, value_name = "PATCHSET", conflicts_with = "family")]
    then: Vec<String>,
    /// Directories, tarballs, pins, or git:REPO@REV. A pattern ('3.1?.*') or a range ('>=3.12, <3.14') means every pin that it
    /// matches. With --all also git:REPO, for every release tag in it.
    /// [default: `versions` of pypatch.toml]
    sources: Vec<String>,
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
}

/// How many sources are open at a time: libgit2 keeps a repository mapped while one of its trees is open.
const AT_ONCE: usize = 48;

/// Up to how many columns the release that removed a thing is searched for. More columns show it themselves.
const FEW: usize = 3;

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    tree::trust_object_ids();
    names::require_order(workspace, std::slice::from_ref(&args.patchset), &args.sources)?;
    let patchset = workspace.patchset(&args.patchset)?;
    let mut members = if args.family { family(workspace, &patchset)? } else { vec![patchset.clone()] };
    members.extend(workspace.patchsets(&args.then)?);
    if members.is_empty() {
        return Err(CliError::usage("no member of the family has a range of versions"));
    }
    let mut sources = sources(ui, workspace, args)?;
    // A range may name a release again.
    let mut seen = BTreeSet::new();
    sources.retain(|(name, _)| seen.insert(name.clone()));
    if let Some(path) = &args.output {
        let read: Vec<&SourceSpec> = sources.iter().map(|(_, source)| source).collect();
        let named = [&args.patchset].into_iter().chain(&args.then).map(String::as_str).collect::<Vec<_>>();
        output::require_file(workspace, &named, &read, path)?;
    }
    let base = match (&args.base, args.family) {
        (Some(source), _) => Base::of_source(ui, workspace, &patchset, source)?,
        // Every member is judged inside its own range.
        (None, true) => Base::default(),
        (None, false) => Base::of_pins(ui, workspace, &patchset)?,
    };
    let of_each = match args.family {
        true => {
            members.iter().map(|_| InOrder { baseline: base.baseline.clone(), before: Vec::new() }).collect()
        }
        false => base.of_each(ui, &members)?,
    };
    let stack: Vec<Stacked<'_>> = members
        .iter()
        .zip(&of_each)
        .map(|(patchset, one)| Stacked { patchset, baseline: one.baseline.as_ref(), before: &one.before })
        .collect();
    let (searched, blobs) = (Searched::default(), Arc::default());
    let mut columns = Vec::with_capacity(sources.len());
    let bar = ui.progress("judging", Some(sources.len()));
    for some in sources.chunks(AT_ONCE) {
        let tree = base.open()?;
        columns.extend(in_parallel(some, |(name, source)| {
            let stack = (&stack[..], args.family);
            bar.with(name);
            let column = column(stack, tree.as_deref(), (&searched, &blobs), name, source);
            bar.one_done();
            column
        }));
    }
    let then = members.iter().skip(1).filter(|_| !args.family).map(|member| format!("+{}", member.id));
    let named = [patchset.id.clone()].into_iter().chain(then).collect();
    let mut matrix = Matrix { patchset: named, base: base.name.clone(), columns };
    matrix.note_gone_since(base.version.as_ref());
    if sources.len() <= FEW && !args.family {
        bar.begin("searching since when it is gone", None, None);
        since(workspace, &stack, &base, &mut matrix)?;
    }
    drop(bar);
    let names: Vec<String> = match args.family {
        true => members.iter().map(|member| member.id.clone()).collect(),
        false => [&args.patchset].into_iter().chain(&args.then).cloned().collect(),
    };
    let written = written::edits(workspace, &names, &members);
    let width = ui.width().filter(|_| args.output.is_none());
    let report = MatrixReport { matrix: &matrix, written: &written, width, verbose: ui.verbose };
    match &args.output {
        Some(path) => {
            let mut page = Vec::new();
            report
                .write(args.format.into(), &mut StripStream::new(&mut page))
                .map_err(|error| CliError::io(format!("cannot write {}", path.display()), &error))?;
            export::file(path, &page)?;
        }
        None => ui.show(&report, args.format)?,
    }
    if matrix.columns.iter().any(|column| column.cells.is_err()) {
        return Ok(ExitStatus::Source);
    }
    let open = matrix.cells().any(|cell| cell.verdict.is_open());
    Ok(if args.exit_code && open { ExitStatus::Difference } else { ExitStatus::Done })
}

/// Searches the local releases for the first one without a thing, if the columns do not show it.
fn since(
    workspace: &Workspace,
    stack: &[Stacked<'_>],
    base: &Base,
    matrix: &mut Matrix,
) -> Result<(), CliError> {
    let Some(version) = &base.version else { return Ok(()) };
    let pins = workspace.pins.all()?;
    let local = pins.iter().filter_map(|pin| Some((pin, workspace.local(pin)?)));
    let (pins, sources): (Vec<&Pin>, Vec<SourceSpec>) = local.unzip();
    let versions: Vec<Version> = pins.iter().map(|pin| pin.version.clone()).collect();
    let old = base.open()?;
    let (searched, blobs) = (Searched::default(), Arc::default());
    port::find_gone_since(matrix, version, &versions, &mut |at| {
        let tree = tree::open_sharing(&sources[at], &pins[at].name, &blobs).ok()?;
        port::judge_in_order(stack, old.as_deref(), tree.as_ref(), &searched).ok()
    });
    Ok(())
}

fn column(
    (stack, is_family): (&[Stacked<'_>], bool),
    base: Option<&dyn Tree>,
    (searched, blobs): (&Searched, &Arc<Blobs>),
    name: &str,
    source: &SourceSpec,
) -> Column {
    let ids = |stack: &[Stacked<'_>]| {
        stack.iter().map(|one| one.patchset.id.as_str()).collect::<Vec<_>>().join("+")
    };
    let (mut version, mut patchset) = (None, ids(if is_family { &stack[..1] } else { stack }));
    let mut cells = || {
        let tree = tree::open_sharing(source, name, blobs).map_err(|error| error.to_string())?;
        let found = python_version(tree.as_ref()).map_err(|error| error.to_string())?;
        if found.is_none() && stack.iter().any(|one| one.patchset.applies_to.is_some()) {
            return Err("not a CPython source tree".to_owned());
        }
        let is_for = |one: &Stacked<'_>| match (&one.patchset.applies_to, &found) {
            (Some(range), Some(version)) => range.contains(version),
            _ => false,
        };
        let judged = match stack {
            [_, _, ..] if is_family => {
                let at = stack.iter().position(is_for).ok_or_else(|| {
                    let version = found.as_ref().map_or("this tree".to_owned(), |v| format!("CPython {v}"));
                    format!("no member of the family is written for {version}")
                })?;
                &stack[at..=at]
            }
            _ => stack,
        };
        (version, patchset) = (found, ids(judged));
        port::judge_in_order(judged, base, tree.as_ref(), searched).map_err(|error| error.to_string())
    };
    let cells = cells();
    Column { source: name.to_owned(), version, patchset, cells }
}

/// The patchset that all members of the family extend, and everything that extends it, by name.
fn family(workspace: &Workspace, patchset: &Patchset) -> Result<Vec<Patchset>, CliError> {
    let root = patchset.extends.last().unwrap_or(&patchset.id);
    let mut members = workspace.patchsets(&workspace.catalog.ids()?)?;
    members.retain(|one| (one.id == *root || one.extends.contains(root)) && one.applies_to.is_some());
    Ok(members)
}

/// The sources that the user named, and their names.
fn sources(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<Vec<(String, SourceSpec)>, CliError> {
    let args = match args.sources.is_empty() && !args.all {
        true => &Args { sources: workspace.project.versions.clone(), ..args.clone() },
        false => args,
    };
    if args.sources.is_empty() && !args.all {
        return Err(CliError::usage("no source is named")
            .help("name versions, such as '>=3.12', or give --all; or list `versions` in pypatch.toml"));
    }
    let (narrowing, named) = match args.all {
        true => narrowing(workspace, &args.sources)?,
        false => (Vec::new(), args.sources.clone()),
    };
    let is_meant =
        |version: &Version| narrowing.is_empty() || narrowing.iter().any(|one| one.matches(version));
    let mut found = Vec::new();
    for source in &named {
        if args.all
            && let Some(repository) = source.strip_prefix("git:")
            && !repository.contains('@')
        {
            let repository = PathBuf::from(repository);
            for tag in release_tags(&repository)? {
                let is_known =
                    workspace.pins.by_version(&tag.version)?.is_some() || is_supported(&tag.version);
                if is_known && is_meant(&tag.version) {
                    let name = format!("python-{}", tag.version);
                    found.push((name, SourceSpec::Git { repo: repository.clone(), rev: tag.name }));
                }
            }
            continue;
        }
        match workspace.spec(source)? {
            SourceSpec::Pin(name) => {
                if workspace.pins.select(&name).is_err() && workspace.catalog.find(&name).is_some() {
                    let title = format!("`{name}` is a patchset, and what follows the first one is a source");
                    return Err(CliError::usage(title).help(format!("write --then {name}")));
                }
                for name in workspace.each(std::slice::from_ref(source))? {
                    let pin = workspace.pins.get(&name)?;
                    let source = workspace.fetch(ui, &pin)?.source();
                    found.push((pin.name, source));
                }
            }
            spec => found.push((source.clone(), spec)),
        }
    }
    if args.all && named.is_empty() {
        let mut pins = workspace.pins.all()?;
        pins.retain(|pin| is_meant(&pin.version));
        let all = pins.len();
        found = pins.into_iter().filter_map(|pin| workspace.local(&pin).map(|at| (pin.name, at))).collect();
        if found.len() < all {
            ui.note(&format!("{} pinned releases are not available, and left out", all - found.len()));
        }
    }
    if found.is_empty() {
        for source in &args.sources {
            if let SourceSpec::Pin(text) = workspace.spec(source)? {
                // The error is for a series or pattern without any pin.
                workspace.pins.select(&text)?;
            }
        }
        let of = if narrowing.is_empty() { "" } else { " of these" };
        return Err(CliError::source(format!("no release{of} is available"))
            .help("set PYPATCH_SOURCES to a git repository with release tags, or run `pypatch fetch`"));
    }
    Ok(found)
}

/// What narrows --all, and the sources that are named besides.
fn narrowing(workspace: &Workspace, sources: &[String]) -> Result<(Vec<Selector>, Vec<String>), CliError> {
    let (mut narrowing, mut named) = (Vec::new(), Vec::new());
    for source in sources {
        let selector = match workspace.spec(source)? {
            SourceSpec::Pin(text) => Selector::parse(&text)?,
            SourceSpec::Directory(_) | SourceSpec::Archive(_) | SourceSpec::Git { .. } => None,
        };
        match selector.filter(|selector| !selector.is_release()) {
            Some(selector) => narrowing.push(selector),
            None => named.push(source.clone()),
        }
    }
    Ok((narrowing, named))
}

/// The oldest supported release is 2.4.
fn is_supported(version: &Version) -> bool {
    version.series() >= (2, 4)
}
