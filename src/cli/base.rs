//! The release that a patchset was written for, with which other versions are compared.

use super::{CliError, Ui, Workspace, snapshot};
use crate::patchset::Patchset;
use crate::plan::Baseline;
use crate::tree::{self, KeptTree, SourceSpec, Tree, python_version};
use crate::version::Version;

/// What is known about the release that a patchset was written for.
#[derive(Default)]
pub(super) struct Base {
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<Version>,
    /// The anchors of the patchset's edits in it.
    pub baseline: Option<Baseline>,
    /// The release itself and its name, if it is available locally.
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
        let tree = opened.tree.as_ref();
        let source = match opened.spec {
            SourceSpec::Pin(name) => {
                let pin = workspace.pins.get(&name)?;
                workspace.local(&pin).map(|source| (pin.name, source))
            }
            spec => Some((spec.to_string(), spec)),
        };
        Ok(Base {
            name: Some(tree.label().to_owned()),
            version: python_version(tree)?,
            baseline: Some(Baseline::read(patchset, tree)?),
            source,
        })
    }

    /// The newest of the patchset's pins: the release if it is available locally, else its accepted
    /// snapshot.
    pub(super) fn of_pins(ui: &Ui, workspace: &Workspace, patchset: &Patchset) -> Result<Base, CliError> {
        let pins = patchset.pins.iter().map(|name| workspace.pins.find(name));
        let pins = pins.collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
        let Some(pin) = pins.max_by(|a, b| a.version.cmp(&b.version)) else {
            ui.note(&format!(
                "warning: {} names no pin (give --base): anchors are not compared, and renamed files are not \
                 recognised",
                patchset.id
            ));
            return Ok(Base::default());
        };
        let (name, version) = (Some(pin.name.clone()), Some(pin.version.clone()));
        if let Some(source) = workspace.local(&pin) {
            let tree = tree::open_as(&source, &pin.name)?;
            let baseline = Some(Baseline::read(patchset, tree.as_ref())?);
            return Ok(Base { name, version, baseline, source: Some((pin.name, source)) });
        }
        let why = format!("{0} is not available (run `pypatch fetch {0}`, or set PYPATCH_SOURCES)", pin.name);
        let baseline = snapshot::baseline(&patchset.id, &pin.name);
        match &baseline {
            Some(_) => ui.note(&format!(
                "note: {why}: anchors are compared with the accepted snapshot, and renamed files are not recognised"
            )),
            None => ui.note(&format!("warning: {why}: anchors are not compared")),
        }
        Ok(Base { name: name.filter(|_| baseline.is_some()), version, baseline, source: None })
    }

    /// Opens the release, if it is available locally. Its files stay in memory.
    pub(super) fn open(&self) -> Result<Option<Box<dyn Tree>>, CliError> {
        let Some((name, source)) = &self.source else { return Ok(None) };
        Ok(Some(Box::new(KeptTree::new(tree::open_as(source, name)?))))
    }
}
