//! The release that a patchset was written for, with which other versions are compared.

use super::{CliError, Ui, Workspace, snapshot};
use crate::fetch::Places;
use crate::patchset::Patchset;
use crate::plan::{Baseline, Series, joined};
use crate::tree::{FileChange, KeptTree, OverlayTree, SourceSpec, Tree, tree_version};
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
    /// The git tree id of the release, if that is a pin.
    pub tree: Option<String>,
    /// The release itself and its name, if it is available locally.
    source: Option<(String, SourceSpec)>,
    /// What opens it.
    places: Places,
}

/// What one of several patchsets, which are applied in order, was written for.
#[derive(Default)]
pub(super) struct InOrder {
    /// The anchors of its edits on the release as those before it change it.
    pub baseline: Option<Baseline>,
    /// What those before it change.
    pub before: Vec<FileChange>,
}

impl Base {
    /// The name of the release, if it is available locally and not a tarball, which has no history.
    pub(super) fn with_history(&self) -> Option<&str> {
        let (name, spec) = self.source.as_ref()?;
        (!matches!(spec, SourceSpec::Archive(_))).then_some(name)
    }

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
            version: tree_version(tree)?,
            baseline: Some(Baseline::read(patchset, tree)?),
            tree: opened.pin.as_ref().map(|pin| pin.tree.clone()),
            source,
            places: workspace.places.clone(),
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
            let tree = workspace.places.open(&source, &pin.name)?;
            let baseline = Some(Baseline::read(patchset, tree.as_ref())?);
            let tree = Some(pin.tree);
            let (source, places) = (Some((pin.name, source)), workspace.places.clone());
            return Ok(Base { name, version, baseline, tree, source, places });
        }
        let why = format!("{0} is not available (run `pypatch fetch {0}`, or set PYPATCH_SOURCES)", pin.name);
        let baseline = snapshot::baseline(workspace, &patchset.id, &pin.name);
        match &baseline {
            Some(_) => ui.note(&format!(
                "note: {why}: anchors are compared with the accepted snapshot, and renamed files are not recognised"
            )),
            None => ui.note(&format!("warning: {why}: anchors are not compared")),
        }
        Ok(Base { name: name.filter(|_| baseline.is_some()), version, baseline, ..Base::default() })
    }

    /// For each of `patchsets`, which are applied in order, what it was written for.
    pub(super) fn of_each(&self, ui: &Ui, patchsets: &[Patchset]) -> Result<Vec<InOrder>, CliError> {
        let mut each = vec![InOrder { baseline: self.baseline.clone(), before: Vec::new() }];
        let [before @ .., _] = patchsets else { return Ok(each) };
        if before.is_empty() {
            return Ok(each);
        }
        let tree = self.open()?;
        let series = match &tree {
            None => Series::default(),
            Some(tree) => Series::plan(before, tree.as_ref(), &[])?,
        };
        if let Some(plan) = series.misfit() {
            ui.misfit(plan, true);
            let title = format!("`{}` does not fit {}", plan.patchset, plan.source);
            return Err(CliError::unfit(title)
                .detail("so the anchors of the patchsets after it are not known")
                .help("name a source that all of the patchsets fit, in order, with --base"));
        }
        for (at, patchset) in patchsets.iter().enumerate().skip(1) {
            let Some(tree) = &tree else {
                ui.note(&format!("warning: the anchors of {} are not compared", patchset.id));
                each.push(InOrder::default());
                continue;
            };
            let changes =
                joined(&series.plans[..at].iter().flat_map(|plan| &plan.changes).collect::<Vec<_>>());
            let baseline = Baseline::read(patchset, &OverlayTree::new(tree.as_ref(), &changes))?;
            each.push(InOrder { baseline: Some(baseline), before: changes });
        }
        Ok(each)
    }

    /// Whether the release itself is available locally.
    pub(super) fn is_there(&self) -> bool {
        self.source.is_some()
    }

    /// Opens the release, if it is available locally. Its files stay in memory.
    pub(super) fn open(&self) -> Result<Option<Box<dyn Tree>>, CliError> {
        let Some((name, source)) = &self.source else { return Ok(None) };
        Ok(Some(Box::new(KeptTree::new(self.places.open(source, name)?))))
    }
}
