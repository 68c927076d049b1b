//! `pypatch matrix`

use std::path::PathBuf;

use super::base::{Base, local};
use super::error::CliError;
use super::ui::Ui;
use super::{ExitStatus, Workspace};
use crate::fetch;
use crate::patchset::Patchset;
use crate::plan::Baseline;
use crate::port::{self, Column, Matrix, in_parallel};
use crate::report;
use crate::tree::{self, SourceSpec, Tree, python_version, release_tags};
use crate::version::Version;

/// Show what becomes of a patchset on many versions: a row for each part of an edit, a column for each source.
///
/// Sources are read where they are: tarballs, and commits from the object database of a git repository.
/// Inside the range that a patchset is written for, an edit that fits applies. Outside it, the lines that it is
/// anchored to are compared with those of the release that it was written for (--base).
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The patchset.
    patchset: String,
    /// Directories, tarballs, pins, or git:REPO@REV; with --all also git:REPO for every release tag of it.
    #[arg(required_unless_present = "all")]
    sources: Vec<String>,
    /// Every pinned release that is at hand, or every release tag of the git repositories named.
    #[arg(long)]
    all: bool,
    /// For each version, the member of the patchset's family that is written for it: the patchset that the family
    /// goes back to, and all that extend it.
    #[arg(long)]
    family: bool,
    /// The source that the patchset was written for; the newest of its pins that is at hand unless given.
    #[arg(long, value_name = "SOURCE")]
    base: Option<String>,
    /// How to write it.
    #[arg(long, default_value = "text")]
    format: MatrixFormat,
    /// Exit with status 1 when a cell is changed, refused or lost: somebody has to decide.
    #[arg(long)]
    exit_code: bool,
    /// Write it to this file.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// How a matrix is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum MatrixFormat {
    /// A table for a terminal.
    Text,
    /// For programs; the shape is documented in ARCHITECTURE.md and stable.
    Json,
    /// A page that needs nothing else.
    Html,
}

/// How many sources are judged before everything is closed: what libgit2 maps of a repository stays mapped while
/// one of its trees is open.
const AT_ONCE: usize = 48;

/// Up to how many sources it is worth to look for the release that lost a thing: more of them tell it by themselves.
const FEW: usize = 3;

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let patchset = workspace.patchset(&args.patchset)?;
    let members = if args.family { family(workspace, &patchset)? } else { vec![patchset.clone()] };
    if members.is_empty() {
        return Err(CliError::new(
            ExitStatus::Usage,
            "no member of the family says which versions it is for",
        ));
    }
    let sources = sources(ui, workspace, args)?;
    let base = match (&args.base, args.family) {
        (Some(source), _) => Base::of_source(ui, workspace, &patchset, source)?,
        // Every member is judged inside its own range.
        (None, true) => Base::default(),
        (None, false) => Base::of_pins(ui, workspace, &patchset)?,
    };
    let mut columns = Vec::with_capacity(sources.len());
    for some in sources.chunks(AT_ONCE) {
        let tree = base.open()?;
        columns.extend(in_parallel(some, |(name, source)| {
            column(&members, (base.baseline.as_ref(), tree.as_deref()), name, source)
        }));
    }
    let mut matrix = Matrix { patchset: patchset.id.clone(), base: base.name.clone(), columns };
    matrix.note_gone_since();
    if sources.len() <= FEW && !args.family {
        since(workspace, &patchset, &base, &mut matrix)?;
    }
    write(ui, args, &matrix)?;
    if matrix.columns.iter().any(|column| column.cells.is_err()) {
        return Ok(ExitStatus::Source);
    }
    let open = matrix.cells().any(|cell| cell.verdict.is_open());
    Ok(if args.exit_code && open { ExitStatus::Difference } else { ExitStatus::Done })
}

/// Searches the releases at hand for the first without a thing, where the columns do not tell.
fn since(
    workspace: &Workspace,
    patchset: &Patchset,
    base: &Base,
    matrix: &mut Matrix,
) -> Result<(), CliError> {
    let Some(version) = &base.version else { return Ok(()) };
    let mut pins = workspace.pins.all()?;
    pins.sort_by(|a, b| a.version.cmp(&b.version));
    let found = pins.iter().filter_map(|pin| Some((pin.version.clone(), local(workspace, pin)?)));
    let (versions, sources): (Vec<Version>, Vec<(String, SourceSpec)>) = found.unzip();
    let old = base.open()?;
    port::find_gone_since(matrix, version, &versions, &mut |at| {
        let (name, source) = &sources[at];
        let tree = tree::open_as(source, name).ok()?;
        port::judge(patchset, base.baseline.as_ref(), old.as_deref(), tree.as_ref()).ok()
    });
    Ok(())
}

fn column(
    members: &[Patchset],
    (baseline, base): (Option<&Baseline>, Option<&dyn Tree>),
    name: &str,
    source: &SourceSpec,
) -> Column {
    let failed = |why: String| Column {
        source: name.to_owned(),
        version: None,
        patchset: members[0].id.clone(),
        cells: Err(why),
    };
    let tree = match tree::open_as(source, name) {
        Ok(tree) => tree,
        Err(error) => return failed(error.to_string()),
    };
    let version = match python_version(tree.as_ref()) {
        Ok(version) => version,
        Err(error) => return failed(error.to_string()),
    };
    if version.is_none() && members.iter().any(|member| member.applies_to.is_some()) {
        return failed("this is no tree of CPython".to_owned());
    }
    let is_for = |member: &&Patchset| match (&member.applies_to, &version) {
        (Some(range), Some(version)) => range.contains(version),
        _ => false,
    };
    let Some(member) = (if members.len() == 1 { members.first() } else { members.iter().find(is_for) })
    else {
        let version = version.map_or("this tree".to_owned(), |version| format!("CPython {version}"));
        return failed(format!("no member of the family is written for {version}"));
    };
    let cells = port::judge(member, baseline, base, tree.as_ref()).map_err(|error| error.to_string());
    Column { source: name.to_owned(), version, patchset: member.id.clone(), cells }
}

/// The patchset that the family goes back to, and all that extend it, in the order of their names.
pub(super) fn family(workspace: &Workspace, patchset: &Patchset) -> Result<Vec<Patchset>, CliError> {
    let root = patchset.extends.last().unwrap_or(&patchset.id).clone();
    let mut members = Vec::new();
    for id in workspace.catalog.ids()? {
        let one = workspace.patchset(&id)?;
        if (one.id == root || one.extends.contains(&root)) && one.applies_to.is_some() {
            members.push(one);
        }
    }
    Ok(members)
}

/// The sources that were named, with what they are called.
fn sources(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<Vec<(String, SourceSpec)>, CliError> {
    let mut found = Vec::new();
    for source in &args.sources {
        if args.all
            && let Some(repository) = source.strip_prefix("git:")
            && !repository.contains('@')
        {
            let repository = PathBuf::from(repository);
            for tag in release_tags(&repository)? {
                if workspace.pins.by_version(&tag.version)?.is_some() || is_supported(&tag.version) {
                    let name = format!("python-{}", tag.version);
                    found.push((name, SourceSpec::Git { repo: repository.clone(), rev: tag.name }));
                }
            }
            continue;
        }
        match source.parse::<SourceSpec>()? {
            SourceSpec::Pin(name) => {
                let pin = workspace.pins.get(&name)?;
                let obtained = {
                    let mut progress = super::progress::Bar::new(ui.is_quiet());
                    fetch::obtain(&pin, &workspace.places, &mut progress)?
                };
                found.push((pin.name, obtained.located.source()));
            }
            spec => found.push((source.clone(), spec)),
        }
    }
    if args.all && args.sources.is_empty() {
        let mut absent = 0;
        let mut pins = workspace.pins.all()?;
        pins.sort_by(|a, b| a.version.cmp(&b.version));
        for pin in pins {
            match fetch::locate(&pin, &workspace.places).located {
                Some(located) => found.push((pin.name, located.source())),
                None => absent += 1,
            }
        }
        if absent > 0 {
            ui.note(&format!("{absent} pinned releases are not at hand, and passed over"));
        }
    }
    if found.is_empty() {
        return Err(CliError::new(ExitStatus::Source, "there is no release at hand")
            .help("set PYPATCH_SOURCES to a git repository with release tags, or `pypatch fetch` some"));
    }
    Ok(found)
}

/// The family of releases that pypatch knows begins with 2.4.
fn is_supported(version: &crate::version::Version) -> bool {
    version.series() >= (2, 4)
}

fn write(ui: &Ui, args: &Args, matrix: &Matrix) -> Result<(), CliError> {
    let text = match args.format {
        MatrixFormat::Json => format!("{:#}\n", report::matrix::json(matrix)),
        MatrixFormat::Html => report::matrix::html(matrix),
        MatrixFormat::Text => report::matrix::text(matrix, ui.width(), ui.is_verbose()),
    };
    match &args.output {
        Some(path) => {
            std::fs::write(path, anstream::adapter::strip_str(&text).to_string()).map_err(|error| {
                CliError::new(ExitStatus::Io, format!("cannot write {}: {error}", path.display()))
            })
        }
        None if args.format == MatrixFormat::Text => ui.out(&text),
        None => ui.raw(text.as_bytes()),
    }
}
