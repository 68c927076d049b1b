//! `pypatch bump`

mod judge;

use std::path::{Path, PathBuf};

use super::export::source_date;
use super::pins::{PinFiles, unpinned};
use super::{CliError, ExitStatus, Ui, Workspace, new_patchset, output};
use crate::export::{self, FileCommit};
use crate::report::{Bump, BumpState, counted};
use crate::tree::SourceSpec;
use crate::tree::pin::Pin;
use judge::Judged;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these releases, as `pins update` takes them: a version, a series, a pattern or a range.
    pattern: Option<String>,
    /// A git repository with upstream's release tags, searched before the sources.
    #[arg(long, value_name = "REPO")]
    repository: Option<PathBuf>,
    /// The branch that gets the commit.
    #[arg(long, value_name = "NAME", default_value = "pypatch-bump")]
    branch: String,
    /// Move a branch that exists already.
    #[arg(long)]
    force: bool,
    /// Write the files into the work tree, and make no commit. It is the default where the project is in no git repository.
    #[arg(long, conflicts_with_all = ["branch", "force"])]
    in_place: bool,
    /// Write the text for a pull request to this file: what applies, what upstream took over, what a person has to decide.
    #[arg(long, value_name = "FILE")]
    summary: Option<PathBuf>,
    /// Show the result, and write nothing.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let mut workspace = workspace.clone();
    if let Some(repository) = &args.repository {
        if !repository.is_dir() {
            return Err(CliError::source(format!(
                "--repository: {} is not a directory",
                repository.display()
            )));
        }
        workspace.places.sources.insert(0, repository.clone());
    }
    let new = unpinned(ui, &workspace, args.pattern.as_deref())?;
    if new.is_empty() {
        ui.line("no new release")?;
        return Ok(ExitStatus::Done);
    }
    let pins: Vec<Pin> = new.iter().map(|one| one.pin.clone()).collect();
    let files = PinFiles::with(&workspace, &pins.iter().collect::<Vec<&Pin>>())?;
    workspace.pins = workspace.pins.clone().with(&pins);
    if let Some(path) = &args.summary {
        let named = |pin: &Pin| SourceSpec::Pin(pin.name.clone());
        let of_place = |repo: &PathBuf| match repo.is_dir() {
            true => SourceSpec::Git { repo: repo.clone(), rev: String::new() },
            false => SourceSpec::Archive(repo.clone()),
        };
        let read: Vec<SourceSpec> =
            pins.iter().map(named).chain(workspace.places.sources.iter().map(of_place)).collect();
        output::require_file(&workspace, &[], &read.iter().collect::<Vec<_>>(), path)?;
    }
    let Judged { results, ported, aside } = judge::all(ui, &workspace, &pins)?;
    let mut all: Vec<(PathBuf, Vec<u8>)> =
        files.0.iter().map(|file| (file.path.clone(), file.text.clone().into_bytes())).collect();
    for one in &ported {
        all.extend(
            new_patchset::files(&one.written).map(|(name, bytes)| (one.folder.join(name), bytes.to_vec())),
        );
    }
    let releases = new.into_iter().map(|one| (one.pin.name, one.found)).collect();
    let mut report = Bump { releases, results, aside, files: Vec::new(), state: BumpState::DryRun };
    report.files = all.iter().map(|(path, _)| path.display().to_string()).collect();
    if !args.dry_run {
        let work_tree = match args.in_place {
            true => None,
            false => export::work_tree(existing(&workspace.pins_folder))?,
        };
        report.state = match work_tree {
            Some(work_tree) => {
                // The patchsets were judged as they are here, and the branch has them as they were committed.
                let mut read = output::patchset_files(&workspace, &[]);
                read.retain(|path| path.is_file());
                let to = FileCommit {
                    work_tree: &work_tree,
                    branch: &args.branch,
                    force: args.force,
                    message: message(&report),
                    date: source_date()?,
                    read: &read,
                };
                files.require_unchanged()?;
                let commit = export::commit_files(&to, &all)?;
                BumpState::Committed { branch: args.branch.clone(), commit }
            }
            None => {
                let failed = |error: std::io::Error| CliError::io("cannot write the new files", &error);
                let mut prepared = files.prepare()?;
                for one in &ported {
                    prepared.push(new_patchset::prepare(&one.folder, &one.written).map_err(failed)?);
                }
                export::commit(prepared).map_err(failed)?;
                BumpState::Written
            }
        };
        ui.changed();
        if let Some(path) = &args.summary {
            export::file(path, report.page().as_bytes())?;
        }
    }
    ui.show(&report, super::Format::Text)?;
    Ok(if report.is_open() { ExitStatus::Unfit } else { ExitStatus::Done })
}

/// The directory itself, or the nearest above it that exists.
fn existing(folder: &Path) -> &Path {
    let found = folder.ancestors().find(|one| one.as_os_str().is_empty() || one.is_dir());
    found.filter(|one| !one.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The message of the commit.
fn message(report: &Bump) -> String {
    let names: Vec<&str> = report.releases.iter().map(|(name, _)| name.as_str()).collect();
    let title = match names[..] {
        [one] => format!("pins: {one}"),
        _ => format!("pins: {}", counted(names.len(), "new release")),
    };
    format!("{title}\n\n{}", report.lines().join("\n") + "\n")
}
