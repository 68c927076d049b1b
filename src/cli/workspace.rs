//! Where a run finds patchsets, pins, snapshots and sources.

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::progress;
use super::ui::Ui;
use crate::apply;
use crate::fetch::{self, Places};
use crate::patchset::{Catalog, Patchset};
use crate::tree::pin::{Pin, PinSet};
use crate::tree::{self, GitTree, SourceSpec, Tree};

/// The folders and places of one run.
pub(super) struct Workspace {
    pub catalog: Catalog,
    pub pins: PinSet,
    pub places: Places,
}

/// A source that was opened.
pub(super) struct Source {
    pub spec: SourceSpec,
    pub tree: Box<dyn Tree>,
    /// The pin whose hash the source has as a whole. Directories are compared file by file instead.
    pub pin: Option<Pin>,
}

impl Workspace {
    pub(super) fn new(patchsets: &[PathBuf], pins: Option<&Path>, offline: bool) -> Workspace {
        let mut folders = patchsets.to_vec();
        folders.push(PathBuf::from("patchsets"));
        let here = Path::new("upstream-pins");
        let pins = match pins {
            Some(folder) => PinSet::with_overlay(folder),
            None if here.is_dir() => PinSet::with_overlay(here),
            None => PinSet::shipped(),
        };
        let mut places = Places::from_env();
        if offline {
            (places.web, places.apt) = (None, None);
        }
        Workspace { catalog: Catalog::new(folders), pins, places }
    }

    pub(super) fn patchset(&self, id: &str) -> Result<Patchset, CliError> {
        Ok(self.catalog.load(id)?)
    }

    /// Opens what the user named. A tree that an interrupted run left is brought in order first; a
    /// pin is fetched if it is not at hand.
    pub(super) fn open(&self, ui: &Ui, text: &str) -> Result<Source, CliError> {
        let spec: SourceSpec = text.parse()?;
        let (tree, pin): (Box<dyn Tree>, Option<Pin>) = match &spec {
            SourceSpec::Directory(path) => {
                recover(ui, path)?;
                (tree::open(&spec)?, None)
            }
            SourceSpec::Archive(path) => {
                let pin = self.pin_of_archive(path)?;
                (tree::open(&spec)?, pin)
            }
            SourceSpec::Git { repo, rev } => {
                let tree = GitTree::open(repo, rev)?;
                let pin = self.pins.by_tree(&tree.tree_id())?;
                (Box::new(tree), pin)
            }
            SourceSpec::Pin(name) => {
                let pin = self.pins.get(name)?;
                (self.open_pin(ui, &pin)?, Some(pin))
            }
        };
        Ok(Source { spec, tree, pin })
    }

    fn pin_of_archive(&self, path: &Path) -> Result<Option<Pin>, CliError> {
        let io = |error: std::io::Error| {
            CliError::new(super::ExitStatus::Source, format!("cannot read {}: {error}", path.display()))
        };
        let file = std::fs::File::open(path).map_err(io)?;
        let digest = crate::digest::Sha256Digest::of_reader(file).map_err(io)?;
        Ok(self.pins.by_sha256(digest)?)
    }

    /// The tree of a pin, fetched if it is not at hand.
    pub(super) fn open_pin(&self, ui: &Ui, pin: &Pin) -> Result<Box<dyn Tree>, CliError> {
        let mut progress = progress::Bar::new(ui.is_quiet());
        let obtained = fetch::obtain(pin, &self.places, &mut progress)?;
        for attempt in obtained.rejected.iter().filter(|attempt| !attempt.why.is_absence()) {
            ui.note(&format!("warning: {attempt}"));
        }
        Ok(tree::open_as(&obtained.located.source(), &pin.name)?)
    }

    /// The tree of a pin if it is at hand, without any network.
    pub(super) fn open_pin_at_hand(&self, pin: &Pin) -> Result<Option<Box<dyn Tree>>, CliError> {
        Ok(fetch::open_local(pin, &self.places)?)
    }
}

/// Refuses an output whose folder does not exist, or that would come to lie inside the source.
pub(super) fn outside(spec: &SourceSpec, out: &Path) -> Result<(), CliError> {
    let folder = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let wrong = |status, why: String| CliError::new(status, why).detail("nothing was written");
    let folder = folder.canonicalize().map_err(|_| {
        wrong(super::ExitStatus::Io, format!("cannot write {}: its folder does not exist", out.display()))
    })?;
    if let SourceSpec::Directory(root) = spec
        && root.canonicalize().is_ok_and(|root| folder.starts_with(root))
    {
        let status = super::ExitStatus::Usage;
        return Err(wrong(status, format!("{} lies inside the source, which stays as it is", out.display())));
    }
    Ok(())
}

/// Brings a tree in order that an interrupted run left.
pub(super) fn recover(ui: &Ui, root: &Path) -> Result<(), CliError> {
    let place = root.display();
    std::fs::read_dir(root).map_err(|error| {
        CliError::new(super::ExitStatus::Source, format!("{place} cannot be read as a tree: {error}"))
    })?;
    match apply::recover(root)? {
        apply::Recovered::Nothing => {}
        apply::Recovered::RolledBack => ui.note(&format!("{place}: an interrupted change was taken back")),
        apply::Recovered::Completed => ui.note(&format!("{place}: an interrupted change was completed")),
    }
    Ok(())
}
