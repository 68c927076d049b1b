//! Whether a directory is the release it says it is, as far as a plan touches it.

use std::collections::BTreeMap;

use super::error::CliError;
use super::workspace::{Source, Workspace};
use super::{ExitStatus, snapshot};
use crate::apply::{self, FileState, LayerStatus};
use crate::contents::Contents;
use crate::digest::Sha256Digest;
use crate::plan::PlannedLayer;
use crate::tree::{FileChange, SourceSpec, TreePath, keyword_normalized};

/// The pin a source was found to be, or why it is none.
pub(super) enum Pinned {
    /// Every file that the plan touches is as in this pin.
    Yes(String),
    /// It is no pinned release, for these reasons.
    No { why: String, files: Vec<String>, help: Option<String> },
}

/// Compares what is to be written in `source` with the pinned release of the same version.
///
/// The digests of the release's files come from the accepted snapshot of the patchset on that pin,
/// or from the release itself where that is at hand. Expanded version-control keywords do not
/// count: before 2.7 a tarball differs from its tag in them.
pub(super) fn check(
    workspace: &Workspace,
    planned: &[PlannedLayer],
    source: &Source,
) -> Result<Pinned, CliError> {
    if let Some(pin) = &source.pin {
        return Ok(Pinned::Yes(pin.name.clone()));
    }
    let no = |why: String| Pinned::No { why, files: Vec::new(), help: None };
    let Some(version) = planned.iter().find_map(|layer| layer.version.as_ref()) else {
        return Ok(no("the tree has no version of CPython".to_owned()));
    };
    let Some(pin) = workspace.pins.by_version(version)? else {
        return Ok(no(format!("CPython {version} is not among the pins")));
    };
    let SourceSpec::Directory(root) = &source.spec else {
        return Ok(Pinned::No {
            why: format!("its hash is not that of {}", pin.name),
            files: Vec::new(),
            help: Some("unpack it and patch the directory, of which the touched files are compared, or give --allow-unpinned".to_owned()),
        });
    };
    // What earlier layers touched was compared when they were applied, if that was with this pin and
    // the file is still as they left it.
    let layers = apply::status(root)?.map(|status| status.layers).unwrap_or_default();
    let known = |path: &TreePath| {
        let mut on =
            layers.iter().filter(|layer| layer.files.iter().any(|file| file.path == *path)).peekable();
        let touched = on.peek().is_some();
        let as_left = |layer: &LayerStatus| {
            let files = layer.files.iter().filter(|file| file.path == *path);
            layer.layer.pin.as_ref() == Some(&pin.name)
                && files.into_iter().all(|f| f.state == FileState::AsApplied)
        };
        touched && on.all(as_left)
    };
    // Of two patchsets that touch a file, the first one sees it as it was.
    let mut touched: Vec<&FileChange> = Vec::new();
    for change in planned.iter().flat_map(|layer| &layer.changes) {
        if !known(&change.path) && !touched.iter().any(|first| first.path == change.path) {
            touched.push(change);
        }
    }
    let mut accepted = BTreeMap::new();
    for layer in planned {
        for (path, digest) in snapshot::before_digests(&layer.patchset, &pin.name).unwrap_or_default() {
            // Of two patchsets that touch a file, the first one's snapshot has it as it was.
            accepted.entry(path).or_insert(digest);
        }
    }
    let covered = touched.iter().all(|change| accepted.contains_key(&change.path));
    let expected = Some(accepted).filter(|_| covered);
    let expected = match expected {
        Some(expected) => expected,
        None => {
            let Some(tree) = workspace.open_pin_at_hand(&pin)? else {
                return Ok(Pinned::No {
                    why: format!("{} is not at hand to compare it with", pin.name),
                    files: Vec::new(),
                    help: Some(format!("run `pypatch fetch {}` first, or give --allow-unpinned", pin.name)),
                });
            };
            let mut digests = BTreeMap::new();
            for change in &touched {
                let file = tree.read(&change.path)?;
                digests.insert(change.path.clone(), file.map(|file| normal_digest(&file.bytes)));
            }
            digests
        }
    };
    let differing: Vec<String> = touched
        .iter()
        .filter(|change| {
            let before = change.before.as_ref().map(|file| &file.bytes);
            // Most files hold no keywords: the plain digest, which is needed anyway, settles those.
            expected.get(&change.path).is_some_and(|there| {
                *there != before.map(Contents::sha256) && *there != before.map(|bytes| normal_digest(bytes))
            })
        })
        .map(|change| change.path.to_string())
        .collect();
    if differing.is_empty() {
        return Ok(Pinned::Yes(pin.name));
    }
    Ok(Pinned::No { why: format!("it differs from {}", pin.name), files: differing, help: None })
}

/// The digest of a file without its version-control keywords.
pub(super) fn normal_digest(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest::of(&keyword_normalized(bytes))
}

/// The error for a tree that is no pinned release.
pub(super) fn refusal(label: &str, why: &str, files: &[String], help: Option<&str>) -> CliError {
    let mut error = CliError::new(ExitStatus::Unfit, format!("{label} is no pinned release: {why}"));
    error.details = files.iter().map(|file| format!("differs: {file}")).collect();
    error.detail("nothing was written").help(help.unwrap_or("give --allow-unpinned to patch it all the same"))
}
