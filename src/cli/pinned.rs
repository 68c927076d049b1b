//! Whether a source is a pinned release, as far as a plan touches it.

use std::collections::BTreeMap;

use super::{CliError, Source, Ui, Workspace, snapshot};
use crate::apply::{self, FileState, LayerStatus};
use crate::contents::Contents;
use crate::digest::Sha256Digest;
use crate::plan::PlannedLayer;
use crate::report::Problem;
use crate::tree::{FileChange, SourceSpec, TreePath, keyword_normalized};

/// The pin that `planned` are written to; `None` if nothing is written. A source that is not a pinned release
/// is an error unless `allow_unpinned` is set.
pub(super) fn require(
    ui: &Ui,
    workspace: &Workspace,
    planned: &[PlannedLayer],
    source: &Source,
    allow_unpinned: bool,
) -> Result<Option<String>, CliError> {
    if planned.iter().all(|layer| layer.changes.is_empty()) {
        return Ok(None);
    }
    let label = source.tree.label();
    match find_pin(workspace, planned, source)? {
        Ok(pin) => Ok(Some(pin)),
        Err(why) if allow_unpinned => {
            ui.note(&format!("note: {label} is not a pinned release: {}", why.title));
            Ok(None)
        }
        Err(Problem { title, details, help, mistakes: _ }) => {
            Err(CliError::unfit(format!("{label} is not a pinned release: {title}"))
                .details(details)
                .detail("nothing was written")
                .help(help.as_deref().unwrap_or("give --allow-unpinned to patch it anyway")))
        }
    }
}

/// The pin of which every file that the plans touch is unchanged in `source`, or why there is none.
///
/// The digests of the release's files are those of the accepted snapshots, or else of the release itself, if
/// it is available without the network. Expanded version-control keywords are ignored: before 2.7 a tarball
/// differs from its tag in them.
fn find_pin(
    workspace: &Workspace,
    planned: &[PlannedLayer],
    source: &Source,
) -> Result<Result<String, Problem>, CliError> {
    if let Some(pin) = &source.pin {
        return Ok(Ok(pin.name.clone()));
    }
    let no = |title: String, help: Option<String>| Ok(Err(Problem { title, help, ..Problem::default() }));
    let Some(version) = planned.iter().find_map(|layer| layer.version.as_ref()) else {
        return no("it has no version".to_owned(), None);
    };
    let Some(pin) = workspace.pins.by_version(version)? else {
        return no(format!("{} has no pin", version.named()), None);
    };
    let SourceSpec::Directory(root) = &source.spec else {
        let why = format!("its hash differs from that of {}", pin.name);
        let help = "unpack it and patch the directory, of which only the touched files are compared, or give \
                    --allow-unpinned";
        return no(why, Some(help.to_owned()));
    };
    let layers = apply::status(root)?.map(|status| status.layers).unwrap_or_default();
    // If several patchsets touch a file, the first one sees it as it is in the source.
    let mut touched: Vec<&FileChange> = Vec::new();
    for change in planned.iter().flat_map(|layer| &layer.changes) {
        if !is_compared(&layers, &pin.name, &change.path)
            && !touched.iter().any(|first| first.path == change.path)
        {
            touched.push(change);
        }
    }
    let mut expected = BTreeMap::new();
    for layer in planned {
        for (path, digest) in
            snapshot::before_digests(workspace, &layer.patchset, &pin.name).unwrap_or_default()
        {
            expected.entry(path).or_insert(digest);
        }
    }
    if !touched.iter().all(|change| expected.contains_key(&change.path)) {
        // Not without the paths that the pin excludes: a directory that somebody unpacked has them.
        let Some(found) = workspace.local(&pin) else {
            let why = format!("{} is not available to compare it with", pin.name);
            let help = format!("run `pypatch fetch {}` first, or give --allow-unpinned", pin.name);
            return no(why, Some(help));
        };
        let tree = workspace.places.open(&found, &pin.name)?;
        for change in &touched {
            let file = tree.file_or_link(&change.path)?;
            expected.insert(change.path.clone(), file.map(|file| normal_digest(&file.bytes)));
        }
    }
    let differs = |change: &&&FileChange| {
        let before = change.before.as_ref().map(|file| &file.bytes);
        // Most files contain no keywords: the plain digest, which is needed anyway, is enough for those.
        expected.get(&change.path).is_some_and(|expected| {
            *expected != before.map(Contents::sha256) && *expected != before.map(|bytes| normal_digest(bytes))
        })
    };
    let differing = touched.iter().filter(differs);
    let details: Vec<String> = differing.map(|change| format!("differs: {}", change.path)).collect();
    Ok(match details.is_empty() {
        true => Ok(pin.name),
        false => {
            Err(Problem { title: format!("it differs from {}", pin.name), details, ..Problem::default() })
        }
    })
}

/// Whether a file was compared with the pin when earlier layers were applied, and is as they left it.
fn is_compared(layers: &[LayerStatus], pin: &str, path: &TreePath) -> bool {
    let mut touching =
        layers.iter().filter(|layer| layer.files.iter().any(|file| file.path == *path)).peekable();
    let is_as_applied = |layer: &LayerStatus| {
        let mut files = layer.files.iter().filter(|file| file.path == *path);
        layer.layer.pin.as_deref() == Some(pin) && files.all(|file| file.state == FileState::AsApplied)
    };
    touching.peek().is_some() && touching.all(is_as_applied)
}

/// The digest of a file without its version-control keywords.
fn normal_digest(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest::of(&keyword_normalized(bytes))
}
