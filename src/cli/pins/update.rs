//! `pypatch pins update`

use super::gather::{From, Gathered, gather};
use super::require_python;
use super::write::{PinFiles, lines};
use crate::cli::{CliError, ExitStatus, Ui, Workspace};
use crate::report::counted;
use crate::software::Software;
use crate::tree::pin::{Pin, Selector};
use crate::tree::{TreeError, is_like_repository, release_tags};
use crate::version::Version;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only these: a version, a series (3.13), a pattern ('3.1?.*') or a range ('>=3.13'), also of a series without pins.
    pattern: Option<String>,
    /// Show what would be added, and write nothing.
    #[arg(short = 'n', long)]
    dry_run: bool,
}

pub(super) fn run(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<ExitStatus, CliError> {
    let new = unpinned(ui, workspace, args.pattern.as_deref())?;
    if new.is_empty() {
        ui.line("no new release")?;
        return Ok(ExitStatus::Done);
    }
    let files = PinFiles::with(workspace, &new.iter().map(|one| &one.pin).collect::<Vec<&Pin>>())?;
    for one in &new {
        ui.line(&one.pin.name)?;
        lines(one).iter().try_for_each(|line| ui.line(line))?;
    }
    if !args.dry_run {
        files.write()?;
        ui.changed();
    }
    for file in &files.0 {
        let path = file.path.display();
        let pins = counted(file.entries.len(), "pin");
        match args.dry_run {
            true => {
                ui.line(&format!("{path}:"))?;
                file.entries.iter().try_for_each(|entry| ui.line(entry.trim_end()))?;
            }
            false => ui.line(&format!("added {pins} to {path}"))?,
        }
    }
    if args.dry_run {
        ui.line("nothing was written (dry run)")?;
    }
    Ok(ExitStatus::Done)
}

/// The releases that a repository in the sources has as tags, and that have no pin; oldest first.
///
/// # Errors
/// If no source is a repository, or the parts of a release do not belong together.
pub(in crate::cli) fn unpinned(
    ui: &Ui,
    workspace: &Workspace,
    pattern: Option<&str>,
) -> Result<Vec<Gathered>, CliError> {
    let selector = match pattern {
        None => None,
        Some(text) => Some(workspace.pins.selector(text)?.ok_or_else(|| {
            CliError::usage(format!("`{text}` is not a version, a series, a pattern or a range"))
        })?),
    };
    let one = match &selector {
        Some(Selector::Name(version) | Selector::Release(version)) => {
            require_python(version)?;
            Some(version.clone())
        }
        Some(Selector::Series(..) | Selector::Pattern(_) | Selector::Range(_)) | None => None,
    };
    let pinned = workspace.pins.own()?;
    let has_pins = |version: &Version| pinned.iter().any(|pin| pin.version.series() == version.series());
    let mut versions: Vec<Version> = Vec::new();
    let mut has_repository = false;
    for place in &workspace.places.sources {
        match release_tags(place) {
            Ok(tags) => versions.extend(tags.into_iter().map(|tag| tag.version)),
            // A directory of tarballs.
            Err(TreeError::NoRepository { .. }) if !is_like_repository(place) => continue,
            Err(error) => return Err(error.into()),
        }
        has_repository = true;
    }
    if !has_repository {
        return Err(CliError::source("no source is a git repository")
            .help("set PYPATCH_SOURCES to a clone of CPython with its tags"));
    }
    let newest = newest_only(&versions, &pinned);
    versions.retain(|version| match &selector {
        Some(selector) => selector.matches(version, Software::Python),
        None => has_pins(version) && (!version.is_prerelease() || version.is_candidate()),
    });
    versions.retain(newest);
    if let Some(version) = one {
        // Any tag, also one before a later one.
        versions = vec![version];
    }
    versions.sort();
    versions.dedup();
    versions.retain(|version| pinned.iter().all(|pin| pin.version != *version));
    versions.iter().map(|version| gather(ui, workspace, version, &From::default())).collect()
}

/// Which releases count: the final ones, and of a series that has none, neither as a tag nor pinned, the newest one. A repository alone
/// may be older than another one or the pins.
fn newest_only(tagged: &[Version], pinned: &[Pin]) -> impl Fn(&Version) -> bool + use<> {
    let mut all: Vec<Version> = tagged.iter().chain(pinned.iter().map(|pin| &pin.version)).cloned().collect();
    all.sort();
    move |version| {
        let mut series = all.iter().filter(|one| one.series() == version.series());
        !version.is_prerelease()
            || series.clone().all(Version::is_prerelease) && series.next_back() == Some(version)
    }
}
