//! The sources of a matrix, by name; which of them are fetched is decided later.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::Args;
use crate::cli::{CliError, Ui, Workspace};
use crate::shard::JobSource;
use crate::software::Software;
use crate::tree::pin::{Pin, Selector};
use crate::tree::{GitTree, SourceSpec, TreeError, open_as, release_tags, tree_id};
use crate::version::Version;

/// A source that the user named.
pub(super) struct Named {
    pub name: String,
    /// What it is; a pin that is not searched for yet.
    pub source: SourceSpec,
    pin: Option<Pin>,
}

impl Named {
    fn new(name: String, source: SourceSpec) -> Named {
        Named { name, source, pin: None }
    }

    /// A pin, of which it is not known where it is.
    fn of_pin(pin: Pin) -> Named {
        Named { name: pin.name.clone(), source: SourceSpec::Pin(pin.name.clone()), pin: Some(pin) }
    }

    /// What can be opened. A pin is fetched if it is not available locally.
    pub fn fetched(&self, ui: &Ui, workspace: &Workspace) -> Result<SourceSpec, CliError> {
        match (&self.source, &self.pin) {
            (SourceSpec::Pin(_), Some(pin)) => Ok(workspace.fetch(ui, pin)?.source()),
            (source, _) => Ok(source.clone()),
        }
    }

    /// As a job names it.
    pub fn of_job(&self) -> JobSource {
        JobSource { name: self.name.clone(), tree: self.pin.as_ref().map(|pin| pin.tree.clone()) }
    }

    /// As a job in shards names it: all have to have the same sources. One that cannot be read is a result.
    pub fn of_shard(&self) -> JobSource {
        let read = || -> Result<String, TreeError> {
            match &self.source {
                SourceSpec::Git { repo, rev } => Ok(GitTree::open(repo, rev)?.tree_id()),
                SourceSpec::Pin(_) | SourceSpec::Directory(_) | SourceSpec::Archive(_) => {
                    tree_id(open_as(&self.source, &self.name)?.as_ref())
                }
            }
        };
        let job = self.of_job();
        JobSource { tree: job.tree.or_else(|| read().ok()), ..job }
    }
}

/// The sources that the user named, each once, and nothing is fetched.
pub(super) fn sources(ui: &Ui, workspace: &Workspace, args: &Args) -> Result<Vec<Named>, CliError> {
    let mut texts = args.sources();
    let all: Vec<Pin> =
        args.pins.iter().map(|text| workspace.pins.select(text)).collect::<Result<Vec<_>, _>>()?.concat();
    if texts.is_empty() && all.is_empty() && !args.all {
        texts.clone_from(&workspace.project.versions);
    }
    if texts.is_empty() && all.is_empty() && !args.all {
        return Err(CliError::usage("no source is named")
            .help("name versions, such as '>=3.12', or give --all; or list `versions` in pypatch.toml"));
    }
    let mut found = match args.all {
        true => available(ui, workspace, &texts)?,
        false => named(workspace, &texts)?,
    };
    found.extend(all.into_iter().map(Named::of_pin));
    // A range may name a release again.
    let mut seen = BTreeSet::new();
    found.retain(|one| seen.insert(one.name.clone()));
    Ok(found)
}

/// Sources by what names them.
fn named(workspace: &Workspace, texts: &[String]) -> Result<Vec<Named>, CliError> {
    let mut found = Vec::new();
    for text in texts {
        match workspace.spec(text)? {
            SourceSpec::Pin(name) => {
                if workspace.pins.select(&name).is_err() && workspace.catalog.find(&name).is_some() {
                    let title = format!("`{name}` is a patchset, and what follows the first one is a source");
                    return Err(CliError::usage(title).help(format!("write --then {name}")));
                }
                found.extend(workspace.named(&name)?.into_iter().map(Named::of_pin));
            }
            spec => found.push(Named::new(text.clone(), spec)),
        }
    }
    Ok(found)
}

/// With --all: every release that is available locally, or is a tag of a repository; what else is named narrows it.
fn available(ui: &Ui, workspace: &Workspace, texts: &[String]) -> Result<Vec<Named>, CliError> {
    let (narrowing, repositories) = narrowing(workspace, texts)?;
    let software = workspace.pins.software();
    let is_meant = |version: &Version| {
        narrowing.is_empty() || narrowing.iter().any(|one| one.matches(version, software))
    };
    let mut found = Vec::new();
    for text in &repositories {
        let Some(repository) = text.strip_prefix("git:").filter(|repository| !repository.contains('@'))
        else {
            found.extend(named(workspace, std::slice::from_ref(text))?);
            continue;
        };
        if software != Software::Python {
            return Err(CliError::usage("the tags of releases are known of CPython only")
                .help(format!("name each release, such as git:{repository}@TAG")));
        }
        let repository = PathBuf::from(repository);
        for tag in release_tags(&repository)? {
            let is_known = workspace.pins.by_version(&tag.version)?.is_some() || is_supported(&tag.version);
            if is_known && is_meant(&tag.version) {
                let name = tag.version.pin_name();
                found.push(Named::new(name, SourceSpec::Git { repo: repository.clone(), rev: tag.name }));
            }
        }
    }
    if repositories.is_empty() {
        let mut pins = workspace.pins.own()?;
        pins.retain(|pin| is_meant(&pin.version));
        let all = pins.len();
        let local = pins.into_iter().filter_map(|pin| {
            workspace.local(&pin).map(|source| Named { name: pin.name.clone(), source, pin: Some(pin) })
        });
        found = local.collect();
        if found.len() < all {
            ui.note(&format!("{} pinned releases are not available, and left out", all - found.len()));
        }
    }
    if found.is_empty() {
        for text in texts {
            if let SourceSpec::Pin(text) = workspace.spec(text)? {
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
            SourceSpec::Pin(text) => workspace.pins.selector(&text)?,
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
