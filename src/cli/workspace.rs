//! Where a command finds patchsets, pins, snapshots and sources.

use std::env;
use std::path::{Path, PathBuf};

use super::error::SOURCES;
use super::near_files::near_files;
use super::project::{self, Project};
use super::{CliError, Ui};
use crate::apply::{self, FileState, LayerStatus, Recovered};
use crate::fetch::{self, Attempt, Located, Origin, Places};
use crate::patchset::{Catalog, Patchset, is_path};
use crate::plan::Made;
use crate::regular;
use crate::snapshot::Store;
use crate::tree::pin::{Pin, PinError, PinSet, Selector};
use crate::tree::{self, BadSource, GitTree, SourceSpec, Tree, TreePath};

/// The folders that a command searches.
#[derive(Clone)]
pub(super) struct Workspace {
    pub catalog: Catalog,
    pub pins: PinSet,
    pub places: Places,
    /// What the project sets.
    pub project: Project,
    /// The folder into which pins are written.
    pub pins_folder: PathBuf,
    /// Whether the sources are those of the project.
    are_of_project: bool,
}

/// An opened source.
pub(super) struct Source {
    pub spec: SourceSpec,
    pub tree: Box<dyn Tree>,
    /// The pin with the same hash as the source. A directory has none: its files are compared one by one.
    pub pin: Option<Pin>,
    /// The paths of the source that are left out, as the pin excludes them.
    left_out: Vec<TreePath>,
    /// What the user excluded, if anything.
    pub excluded: Vec<TreePath>,
}

impl Source {
    /// Notes what is left out, where the whole tree is written.
    pub(super) fn note_left_out(&self, ui: &Ui) {
        let Some(pin) = self.pin.as_ref().filter(|_| !self.left_out.is_empty()) else { return };
        let paths: Vec<&str> = self.left_out.iter().map(TreePath::as_str).collect();
        let (name, paths) = (&pin.name, paths.join(", "));
        ui.note(&format!("note: left out what only the tag or only the tarball of {name} has: {paths}"));
    }

    /// The edits that were made on it, as the receipt of a directory records. A layer of which a file was changed since is
    /// left out.
    pub(super) fn made(&self) -> Result<Vec<Made>, CliError> {
        let SourceSpec::Directory(root) = &self.spec else { return Ok(Vec::new()) };
        let layers = apply::status(root)?.map_or(Vec::new(), |status| status.layers);
        let is_intact = |one: &LayerStatus| one.files.iter().all(|file| file.state == FileState::AsApplied);
        let made = layers.into_iter().filter(is_intact).map(|LayerStatus { layer, .. }| Made {
            patchset: layer.patchset,
            digest: layer.digest,
            edits: layer.edits,
        });
        Ok(made.collect())
    }
}

impl Workspace {
    /// # Errors
    /// If a folder or a source that the user named does not exist.
    pub(super) fn new(
        ui: &Ui,
        patchsets: &[PathBuf],
        pins: Option<&Path>,
        offline: bool,
    ) -> Result<Workspace, CliError> {
        for folder in patchsets {
            require_folder("--patchsets", folder, "name a folder that has a folder for each patchset")?;
        }
        if let Some(folder) = pins {
            require_folder("--pins-dir", folder, "name a folder that has files such as 2.7.yaml")?;
        }
        let project = Project::find(ui)?;
        let folders = [patchsets, &project.patchsets].concat();
        let pins_folder = pins;
        let pins = match pins.or(project.pins.as_deref()) {
            Some(folder) => PinSet::with_overlay(folder),
            None => PinSet::shipped(),
        };
        let mut places = Places::from_env();
        for path in &places.sources {
            if !path.exists() {
                return Err(CliError::usage(format!("PYPATCH_SOURCES: {} does not exist", path.display()))
                    .near(&near_files(&path.display().to_string()))
                    .help(
                        "correct or unset PYPATCH_SOURCES, a list of directories with tarballs, tarballs, and git repositories, with `:` between them",
                    ));
            }
        }
        let are_of_project = env::var_os("PYPATCH_SOURCES").is_none();
        if are_of_project {
            places.sources.clone_from(&project.sources);
        }
        if offline {
            (places.web, places.apt) = (None, None);
        }
        let pins_folder = pins_folder.unwrap_or(&project.new_pins).to_owned();
        Ok(Workspace { catalog: Catalog::new(folders), pins, places, project, pins_folder, are_of_project })
    }

    /// The accepted snapshots.
    pub(super) fn store(&self) -> Store {
        Store::new(&self.project.snapshots)
    }

    /// The folder that a new patchset is written to: the one that the user named, or that of the project.
    ///
    /// # Errors
    /// If it is `-`.
    pub(super) fn output(&self, named: Option<&Path>) -> Result<PathBuf, CliError> {
        named.map_or(Ok(()), require_no_dash)?;
        let of_project = || self.project.patchsets.first().map_or(Path::new("patchsets"), PathBuf::as_path);
        Ok(named.unwrap_or_else(of_project).to_owned())
    }

    pub(super) fn patchset(&self, id: &str) -> Result<Patchset, CliError> {
        Ok(self.catalog.load(id)?)
    }

    /// The folder of a patchset that is to be written again; `help` says what to do with one that is shipped.
    pub(super) fn own_folder(&self, name: &str, id: &str, help: &str) -> Result<PathBuf, CliError> {
        self.catalog.folder(name).ok_or_else(|| {
            CliError::usage(format!("{id} is shipped with pypatch, and is not rewritten")).help(help)
        })
    }

    /// The same workspace, where a version without a name is one of the software that `patchsets` are for.
    pub(super) fn of(&self, patchsets: &[Patchset]) -> Workspace {
        let mut all = patchsets.iter().map(|patchset| patchset.software);
        let first = all.next().unwrap_or_default();
        match all.all(|other| other == first) {
            true => Workspace { pins: self.pins.of(first), ..self.clone() },
            false => self.clone(),
        }
    }

    pub(super) fn patchsets(&self, ids: &[String]) -> Result<Vec<Patchset>, CliError> {
        ids.iter().map(|id| self.patchset(id)).collect()
    }

    /// The ids of the patchsets that match the patterns, and paths as they are; all ids without a pattern.
    pub(super) fn matching(&self, patterns: &[String]) -> Result<Vec<String>, CliError> {
        let ids = self.catalog.ids()?;
        if patterns.is_empty() {
            return Ok(ids);
        }
        let mut found = Vec::new();
        for pattern in patterns {
            if is_path(pattern) {
                found.push(pattern.clone());
                continue;
            }
            let glob = glob(pattern)?;
            let before = found.len();
            found.extend(ids.iter().filter(|id| glob.matches(id)).cloned());
            if found.len() == before {
                // The error suggests similar names.
                self.patchset(pattern)?;
            }
        }
        Ok(found)
    }

    /// What `text` is as a source, without opening it.
    pub(super) fn spec(&self, text: &str) -> Result<SourceSpec, CliError> {
        text.parse::<SourceSpec>().map_err(|error| {
            let near = match &error {
                BadSource::Missing(path) => near_files(path),
                BadSource::Invalid { .. } => Vec::new(),
            };
            CliError::from(error).near(&near)
        })
    }

    /// The pin that `text` names as a source. If that is a series, a pattern or a range, the pin is named in a note.
    pub(super) fn pin(&self, ui: &Ui, text: &str) -> Result<Pin, CliError> {
        let pin = self.pins.one(text).map_err(|error| not_a_source(text, error))?;
        match self.pins.selector(text)? {
            Some(Selector::Series(..)) => {
                // `2.5` is a series, and its first release is called so, too.
                let name = format!("{}-{text}", pin.version.software());
                let first = self.pins.select(text)?.into_iter().find(|one| one.name == name && *one != pin);
                let first = first.map_or(String::new(), |_| format!("; the release {text} is `{name}`"));
                ui.note(&format!("note: `{text}` is {}, the newest release of the series{first}", pin.name));
            }
            Some(Selector::Pattern(_) | Selector::Range(_)) => {
                ui.note(&format!("note: `{text}` is {}", pin.name));
            }
            Some(Selector::Name(_) | Selector::Release(_)) | None => {}
        }
        Ok(pin)
    }

    /// The pin if `text` names one as a source, and another source as it is.
    pub(super) fn resolved(&self, ui: &Ui, text: &str) -> Result<String, CliError> {
        match self.spec(text)? {
            SourceSpec::Pin(name) => Ok(of_pin(self.pin(ui, &name)?.name)),
            SourceSpec::Directory(_) | SourceSpec::Archive(_) | SourceSpec::Git { .. } => Ok(text.to_owned()),
        }
    }

    /// The pins that `text` names as sources.
    pub(super) fn named(&self, text: &str) -> Result<Vec<Pin>, CliError> {
        self.pins.named(text).map_err(|error| not_a_source(text, error))
    }

    /// Sources of which each pattern or range may name several pins: then their names.
    pub(super) fn each(&self, texts: &[String]) -> Result<Vec<String>, CliError> {
        let mut found = Vec::new();
        for text in texts {
            match self.spec(text)? {
                SourceSpec::Pin(name) => {
                    let pins = self.named(&name)?;
                    found.extend(pins.into_iter().map(|pin| of_pin(pin.name)));
                }
                SourceSpec::Directory(_) | SourceSpec::Archive(_) | SourceSpec::Git { .. } => {
                    found.push(text.clone());
                }
            }
        }
        Ok(found)
    }

    /// Opens a source. In a directory, an interrupted change is undone first; a pin that is not available
    /// locally is fetched.
    pub(super) fn open(&self, ui: &Ui, text: &str) -> Result<Source, CliError> {
        let mut spec = self.spec(text)?;
        let (tree, pin): (Box<dyn Tree>, Option<Pin>) = match &spec {
            SourceSpec::Directory(path) => {
                recover(ui, path)?;
                (tree::open(&spec)?, None)
            }
            SourceSpec::Archive(path) => {
                let digest = regular::digest(path)
                    .map_err(|error| CliError::source(format!("cannot read {}: {error}", path.display())))?;
                (
                    self.places.open_known(&spec, &spec.to_string(), Some(digest))?,
                    self.pins.by_sha256(digest)?,
                )
            }
            SourceSpec::Git { repo, rev } => {
                let tree = GitTree::open(repo, rev)?;
                let pin = self.pins.by_tree(&tree.tree_id())?;
                (Box::new(tree), pin)
            }
            SourceSpec::Pin(name) => {
                let pin = self.pin(ui, name)?;
                let tree = self.places.open(&self.fetch(ui, &pin)?.source(), &pin.name)?;
                spec = SourceSpec::Pin(pin.name.clone());
                (tree, Some(pin))
            }
        };
        let Some(found) = &pin else {
            return Ok(Source { spec, tree, pin, left_out: Vec::new(), excluded: Vec::new() });
        };
        let mut left_out = Vec::new();
        for path in &found.exclude {
            if tree.entry(path)?.is_some() {
                left_out.push(path.clone());
            }
        }
        let tree = found.prune(tree);
        Ok(Source { spec, tree, pin, left_out, excluded: Vec::new() })
    }

    /// Where a pin is on this machine. It is fetched if it is not available locally.
    pub(super) fn fetch(&self, ui: &Ui, pin: &Pin) -> Result<Located, CliError> {
        let mut progress = ui.progress(&format!("looking for {}", pin.name), None);
        let obtained = fetch::obtain(pin, &self.places, &mut progress).map_err(|mut error| {
            self.name_origin(&mut error.attempts);
            let error = CliError::from(error);
            match self.places.web {
                Some(_) => error,
                None => error.detail("--offline: neither upstream nor a distribution was asked"),
            }
        })?;
        let mut rejected = obtained.rejected;
        self.name_origin(&mut rejected);
        for attempt in rejected.iter().filter(|attempt| !attempt.why.is_absence()) {
            ui.note(&format!("warning: {attempt}"));
        }
        Ok(obtained.located)
    }

    /// Names pypatch.toml where the sources are those that it lists.
    fn name_origin(&self, attempts: &mut [Attempt]) {
        let of_project =
            attempts.iter_mut().filter(|one| self.are_of_project && one.origin == Origin::Sources);
        of_project.for_each(|one| one.origin = Origin::Listed(project::FILE));
    }

    /// Where a pin is on this machine; `None` if it is not available without the network.
    pub(super) fn local(&self, pin: &Pin) -> Option<SourceSpec> {
        Some(fetch::locate(pin, &self.places).located?.source())
    }

    /// Opens a pin; `None` if it is not available without the network.
    pub(super) fn open_local(&self, pin: &Pin) -> Result<Option<Box<dyn Tree>>, CliError> {
        Ok(fetch::open_local(pin, &self.places)?)
    }
}

/// The name of a pin as a source. The directory of an unpacked release may have the same name, such as lua-5.4.4.
pub(super) fn of_pin(name: String) -> String {
    if Path::new(&name).exists() { format!("pin:{name}") } else { name }
}

/// Refuses `-`, which is stdout, where a directory is written.
pub(super) fn require_no_dash(out: &Path) -> Result<(), CliError> {
    match out == Path::new("-") {
        true => Err(CliError::usage("`-` is stdout, and this output is a directory")
            .help("name a directory; ./- is one of this name")),
        false => Ok(()),
    }
}

/// Refuses a folder that is named by an option and does not exist.
fn require_folder(option: &str, folder: &Path, help: &str) -> Result<(), CliError> {
    if folder.is_dir() {
        return Ok(());
    }
    let path = folder.display().to_string();
    let error = match folder.exists() {
        true => CliError::usage(format!("{option}: {path} is not a directory")),
        false => CliError::usage(format!("{option}: {path} does not exist")).near(&near_files(&path)),
    };
    Err(error.help(help))
}

/// The error for a text that names no source, with those that are near.
fn not_a_source(text: &str, error: PinError) -> CliError {
    match error {
        PinError::Unknown { nearest, .. } => CliError::source(format!("no file, directory or pin `{text}`"))
            .near(&[nearest, near_files(text)].concat())
            .help(SOURCES),
        PinError::NoMatch(_) => {
            CliError::source(format!("no file, directory or pin matches `{text}`")).help(SOURCES)
        }
        other => other.into(),
    }
}

/// A pattern of names, such as `catamount-*`.
pub(super) fn glob(pattern: &str) -> Result<glob::Pattern, CliError> {
    glob::Pattern::new(pattern)
        .map_err(|error| CliError::usage(format!("invalid pattern `{pattern}`: {error}")))
}

/// Undoes or completes a change of a tree that was interrupted.
pub(super) fn recover(ui: &Ui, root: &Path) -> Result<(), CliError> {
    let tree = root.display();
    std::fs::read_dir(root).map_err(|error| CliError::source(format!("cannot read {tree}: {error}")))?;
    match apply::recover(root)? {
        Recovered::Nothing => {}
        Recovered::RolledBack => ui.note(&format!("{tree}: an interrupted change was undone")),
        Recovered::Completed => ui.note(&format!("{tree}: an interrupted change was completed")),
    }
    Ok(())
}
