//! The release that a patchset was written for, with which other versions are compared.

use super::error::CliError;
use super::snapshot;
use super::ui::Ui;
use super::workspace::Workspace;
use crate::fetch;
use crate::patchset::Patchset;
use crate::plan::Baseline;
use crate::tree::pin::Pin;
use crate::tree::{self, SourceSpec, Tree, python_version};
use crate::version::Version;

/// What is known of the release that a patchset was written for.
#[derive(Default)]
pub(super) struct Base {
    /// What it is called.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<Version>,
    /// What the patchset's edits mean there.
    pub baseline: Option<Baseline>,
    /// Where the release itself is, if it is at hand.
    source: Option<(String, SourceSpec)>,
}

impl Base {
    /// The source that the user named.
    pub(super) fn of_source(
        ui: &Ui,
        workspace: &Workspace,
        patchset: &Patchset,
        source: &str,
    ) -> Result<Base, CliError> {
        let opened = workspace.open(ui, source)?;
        let baseline = Baseline::read(patchset, opened.tree.as_ref())?;
        let name = Some(opened.tree.label().to_owned());
        let source = match opened.spec {
            SourceSpec::Pin(name) => local(workspace, &workspace.pins.get(&name)?),
            spec => Some((spec.to_string(), spec)),
        };
        let version = python_version(opened.tree.as_ref())?;
        Ok(Base { name, version, baseline: Some(baseline), source })
    }

    /// The release itself, if it is at hand.
    pub(super) fn open(&self) -> Result<Option<Box<dyn Tree>>, CliError> {
        Ok(self.source.as_ref().map(|(name, source)| tree::open_as(source, name)).transpose()?)
    }

    /// The newest of the patchset's pins: the release, where it is at hand, and else what was accepted of it.
    pub(super) fn of_pins(ui: &Ui, workspace: &Workspace, patchset: &Patchset) -> Result<Base, CliError> {
        let mut pins = Vec::new();
        for name in &patchset.pins {
            pins.extend(workspace.pins.find(name)?);
        }
        pins.sort_by(|a, b| b.version.cmp(&a.version));
        let Some(pin) = pins.first() else {
            ui.note(&format!(
                "warning: {} names no pin (give --base): anchors that are found are taken for the same, and files of \
                 another name are not recognised",
                patchset.id
            ));
            return Ok(Base::default());
        };
        let (name, version) = (Some(pin.name.clone()), Some(pin.version.clone()));
        if let Some(source) = local(workspace, pin) {
            let tree = tree::open_as(&source.1, &source.0)?;
            let baseline = Some(Baseline::read(patchset, tree.as_ref())?);
            return Ok(Base { name, version, baseline, source: Some(source) });
        }
        let told = format!("{} is not at hand (`pypatch fetch` it, or set PYPATCH_SOURCES)", pin.name);
        let baseline = snapshot::baseline(&patchset.id, &pin.name);
        match &baseline {
            Some(_) => ui.note(&format!(
                "note: {told}: lines are compared with the accepted snapshot, and files of another name are not recognised"
            )),
            None => ui.note(&format!("warning: {told}: anchors that are found are taken for the same")),
        }
        Ok(Base { name: name.filter(|_| baseline.is_some()), version, baseline, source: None })
    }
}

/// A pin on this machine: its name, and where it is.
pub(super) fn local(workspace: &Workspace, pin: &Pin) -> Option<(String, SourceSpec)> {
    let located = fetch::locate(pin, &workspace.places).located?;
    Some((pin.name.clone(), located.source()))
}
