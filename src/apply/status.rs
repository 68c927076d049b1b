//! Compares a tree with its receipt.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::error::ApplyError;
use super::place::{self, Found};
use super::receipt::{After, AppliedLayer, Receipt};
use crate::digest::Sha256Digest;
use crate::tree::TreePath;

/// What is applied to a tree, and what became of it since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The layers, the oldest first.
    pub layers: Vec<LayerStatus>,
}

/// One applied patchset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerStatus {
    /// The id of the patchset.
    pub patchset: String,
    /// Its digest when it was applied.
    pub digest: Sha256Digest,
    /// The label of the tree it was planned on.
    pub source: String,
    /// The pin that tree was made from, where that is known.
    pub pin: Option<String>,
    /// The ids of the edits that changed something.
    pub edits: Vec<String>,
    /// Every file that it changed. A file that several layers changed has the same state in all.
    pub files: Vec<FileStatus>,
}

/// One file that was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileStatus {
    /// The file.
    pub path: TreePath,
    /// How it compares with what pypatch left.
    pub state: FileState,
}

/// How a file compares with what pypatch left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileState {
    /// It is as pypatch left it.
    AsApplied,
    /// Its contents differ, something was put in the place of a removed file, or it is no file now.
    Drifted,
    /// Its contents are as pypatch left them, its mode is not.
    ModeChanged,
    /// It is gone.
    Missing,
}

impl Status {
    /// The files that are not as pypatch left them, each once.
    pub fn drifted(&self) -> Vec<&FileStatus> {
        let files = self.layers.iter().flat_map(|layer| &layer.files);
        let drifted = files.filter(|file| file.state != FileState::AsApplied);
        drifted.map(|file| (&file.path, file)).collect::<BTreeMap<_, _>>().into_values().collect()
    }
}

/// Compares the tree `root` with its receipt; `None` when it has none. Reads only the files that the
/// receipt names.
///
/// # Errors
/// When the receipt or a file cannot be read.
pub fn status(root: &Path) -> Result<Option<Status>, ApplyError> {
    let Some((receipt, ..)) = Receipt::load(root)? else { return Ok(None) };
    let mut states = BTreeMap::new();
    for (path, expected) in expected(&receipt.layers) {
        states.insert(path.clone(), examine(root, path, expected)?.state);
    }
    let layers = receipt.layers.into_iter().map(|layer| LayerStatus {
        patchset: layer.patchset,
        digest: layer.digest,
        source: layer.source,
        pin: layer.pin,
        edits: layer.edits,
        files: layer
            .files
            .into_iter()
            .map(|file| FileStatus { state: states[&file.path], path: file.path })
            .collect(),
    });
    Ok(Some(Status { layers: layers.collect() }))
}

/// Every file that `layers` changed, as the last of them left it.
pub(super) fn expected(layers: &[AppliedLayer]) -> BTreeMap<&TreePath, Option<&After>> {
    layers.iter().flat_map(|layer| &layer.files).map(|file| (&file.path, file.after.as_ref())).collect()
}

/// A file of the tree, looked at.
pub(super) struct Examined {
    pub state: FileState,
    /// The file, when it is one.
    pub found: Option<Found>,
    /// Its contents; empty when it is none.
    pub bytes: Vec<u8>,
}

/// Looks at the file `path` and compares it with what pypatch left there.
pub(super) fn examine(
    root: &Path,
    path: &TreePath,
    expected: Option<&After>,
) -> Result<Examined, ApplyError> {
    let found = match place::file(root, path) {
        Err(ApplyError::Symlink(_) | ApplyError::NotAFile(_)) => {
            return Ok(Examined { state: FileState::Drifted, found: None, bytes: Vec::new() });
        }
        found => found?,
    };
    let bytes = if found.is_some() { place::read(root, path)? } else { Vec::new() };
    let state = match (found, expected) {
        (None, None) => FileState::AsApplied,
        (None, Some(_)) => FileState::Missing,
        (Some(found), Some(expected)) if Sha256Digest::of(&bytes) == expected.sha256 => {
            if found.mode == expected.mode { FileState::AsApplied } else { FileState::ModeChanged }
        }
        (Some(_), _) => FileState::Drifted,
    };
    Ok(Examined { state, found, bytes })
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::super::testing::{every_change, more_changes, one, seen, tree};
    use super::super::{RECEIPT, commit};
    use super::*;

    #[test]
    fn a_tree_without_a_receipt_has_no_status() {
        assert_eq!(status(tree().path()).unwrap(), None);
    }

    #[test]
    fn every_way_to_drift_has_its_name() {
        let dir = tree();
        let root = dir.path();
        commit(root, one("first", &every_change(root))).unwrap();
        commit(root, one("second", &more_changes(root))).unwrap();
        let fresh = status(root).unwrap().unwrap();
        assert_eq!(
            fresh.layers.iter().map(|layer| layer.patchset.as_str()).collect::<Vec<_>>(),
            ["first", "second"]
        );
        assert!(fresh.drifted().is_empty());

        fs::write(root.join("Makefile.pre.in"), "edited").unwrap();
        fs::set_permissions(root.join("install-sh"), Permissions::from_mode(0o600)).unwrap();
        fs::remove_file(root.join("Lib/new/run")).unwrap();
        fs::write(root.join("Lib/new/deep/added.py"), "back").unwrap();
        fs::remove_file(root.join("top/new")).unwrap();
        symlink("README", root.join("top/new")).unwrap();
        let before = seen(root);
        let drifted = status(root).unwrap().unwrap();
        let drifted: Vec<_> =
            drifted.drifted().into_iter().map(|file| (file.path.to_string(), file.state)).collect();
        let expected = [
            ("Lib/new/deep/added.py", FileState::Drifted),
            ("Lib/new/run", FileState::Missing),
            ("Makefile.pre.in", FileState::Drifted),
            ("install-sh", FileState::ModeChanged),
            ("top/new", FileState::Drifted),
        ];
        assert_eq!(drifted, expected.map(|(path, state)| (path.to_owned(), state)));
        assert_eq!(seen(root), before);
    }

    #[test]
    fn a_receipt_that_cannot_be_read_says_why() {
        let dir = tree();
        for (text, expected) in [
            ("", "is damaged: EOF while parsing a value at line 1 column 0"),
            (r#"{"schema": 1, "layers": []}"#, "is damaged: it holds no layer"),
            (r#"{"schema": 7, "what": "ever"}"#, "has schema 7"),
            (
                r#"{"layers": 3}"#,
                "is damaged: invalid type: integer `3`, expected a sequence at line 1 column 12",
            ),
        ] {
            fs::write(dir.path().join(RECEIPT), text).unwrap();
            let error = status(dir.path()).unwrap_err().to_string();
            assert!(error.ends_with(&format!("/{RECEIPT} {expected}")), "{error}");
        }
    }
}
