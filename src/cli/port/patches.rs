//! The patches that `port` carries, and what is written about them.

use std::path::Path;

use super::super::import::unreadable;
use super::super::{Base, CliError, Source, Ui, Workspace, history};
use crate::carry::Lineage;
use crate::export;
use crate::import::{self, ImportedPatch, PatchFile};
use crate::rebase::{self, BadDecisions, Between, Decisions, Series, Walk};
use crate::report::{Brief, Report};
use crate::tree::{SourceSpec, Tree, tree_version};
use crate::yaml::{Complaint, Position};

/// Patches, and the version that they are for.
pub(super) struct Patches {
    pub patches: Vec<ImportedPatch>,
    /// The source of the old version.
    pub from: String,
}

/// Reads the patches that `name` names; `from` is the version that they are for, if that is given.
pub(super) fn read(name: &str, from: Option<&str>) -> Result<Patches, CliError> {
    let (patches, parent): (Vec<PatchFile>, _) = match import::read_commits(name).map_err(unreadable)? {
        Some((patches, parent)) => (patches, Some(parent)),
        None => (import::read(Path::new(name)).map_err(unreadable)?, None),
    };
    let from = from.map(str::to_owned).or(parent).ok_or_else(|| {
        CliError::usage(format!("{name} is a patch: the version that it is for is not known"))
            .help("give it with --from SOURCE")
    })?;
    Ok(Patches { patches: import::named(patches), from })
}

/// The commits between the two versions, if a repository has both.
pub(super) fn lineage(
    workspace: &Workspace,
    from: &Source,
    to: &Source,
) -> Result<Option<Lineage>, CliError> {
    let known = history::repository(workspace, from, to)?;
    Ok(known.map(|(history, ends)| Lineage::new(history, ends)))
}

/// The commits from the release that a patchset was written for to another version, if a repository has both.
pub(super) fn since(
    ui: &Ui,
    workspace: &Workspace,
    base: &Base,
    to: &Source,
) -> Result<Option<Lineage>, CliError> {
    let from = base.with_history().map(|name| workspace.open(ui, name)).transpose()?;
    Ok(from.map(|from| lineage(workspace, &from, to)).transpose()?.flatten())
}

/// Carries a series, and draws how far it is.
pub(super) fn carried<'a>(ui: &Ui, series: &Series<'a>, decisions: &Decisions) -> Result<Walk<'a>, CliError> {
    let bar = ui.progress("carrying", Some(series.patches.len()));
    Ok(series.walk(decisions, &mut |name| {
        bar.with(name);
        bar.one_done();
    })?)
}

/// The decisions in the file that is given, or none.
pub(super) fn decisions(path: Option<&Path>) -> Result<Decisions, CliError> {
    let Some(path) = path else { return Ok(Decisions::default()) };
    let bytes = std::fs::read(path)
        .map_err(|error| CliError::source(format!("cannot read {}: {error}", path.display())))?;
    Decisions::read(&bytes).map_err(|errors| {
        let file = path.display().to_string();
        let mistake = |one: &BadDecisions| {
            Complaint::new(&file, &bytes, Position { line: one.line, column: 1 }, one.why.as_str())
        };
        CliError::usage(format!("invalid {file}")).mistakes(errors.iter().map(mistake).collect())
    })
}

/// The two versions, as patches name them.
pub(super) fn between(from: &dyn Tree, to: &dyn Tree) -> Result<Between, CliError> {
    Ok(Between { from: tree_version(from)?, to: tree_version(to)? })
}

/// Writes a report to a file.
pub(super) fn write(path: &Path, report: &dyn Report, format: crate::report::Format) -> Result<(), CliError> {
    let mut bytes = Vec::new();
    report
        .write(format, &mut bytes)
        .map_err(|error| CliError::io(format!("cannot write {}", path.display()), &error))?;
    Ok(export::file(path, &bytes)?)
}

/// Writes what is known about what has to be decided, to a file whose name says the format.
pub(super) fn brief(
    path: &Path,
    walk: &Walk<'_>,
    to: &dyn Tree,
    specs: [&SourceSpec; 2],
    names: [&str; 2],
) -> Result<(), CliError> {
    let files = rebase::brief(walk, to, specs[0], specs[1])?;
    let is_json = path.extension().is_some_and(|it| it == "json");
    let format = if is_json { crate::report::Format::Json } else { crate::report::Format::Markdown };
    write(path, &Brief { from: names[0], to: names[1], files: &files }, format)
}
