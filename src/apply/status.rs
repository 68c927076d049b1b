//! Compares a tree with its receipt.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::error::ApplyError;
use super::file_state::{FileState, FileStatus};
use super::inspect::{self, FileInfo};
use super::place::Places;
use super::receipt::{After, AppliedFile, AppliedLayer, Layer, Receipt};
use crate::tree::TreePath;

/// The patchsets that are applied to a tree, and the state of the files they changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The applied layers, the oldest first.
    pub layers: Vec<LayerStatus>,
}

/// One applied patchset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LayerStatus {
    /// The patchset.
    #[serde(flatten)]
    pub layer: Layer,
    /// Every file that it changed. A file that several layers changed has the same state in all of them.
    pub files: Vec<FileStatus>,
}

impl Status {
    /// The files that are not as pypatch wrote them, each once.
    pub fn drifted(&self) -> Vec<&FileStatus> {
        let files = self.layers.iter().flat_map(|layer| &layer.files);
        let drifted = files.filter(|file| file.state != FileState::AsApplied);
        drifted.map(|file| (&file.path, file)).collect::<BTreeMap<_, _>>().into_values().collect()
    }

    /// What the user left out when the tree was written, each path once.
    pub fn left_out(&self) -> BTreeSet<&TreePath> {
        self.layers.iter().flat_map(|layer| &layer.layer.left_out).collect()
    }
}

/// Compares the tree `root` with its receipt; `None` when it has none. Reads only the receipt and the
/// files that it lists.
///
/// # Errors
/// When the receipt or a file cannot be read.
pub fn status(root: &Path) -> Result<Option<Status>, ApplyError> {
    let Some((receipt, ..)) = Receipt::load(root)? else { return Ok(None) };
    let mut states = BTreeMap::new();
    let places = Places::new(root);
    for (path, expected) in expected(&receipt.layers) {
        states.insert(path.clone(), examine(&places, path, expected)?.state);
    }
    let file_status = |file: AppliedFile| FileStatus { state: states[&file.path], path: file.path };
    let layers = receipt.layers.into_iter().map(|applied| LayerStatus {
        layer: applied.layer,
        files: applied.files.into_iter().map(file_status).collect(),
    });
    Ok(Some(Status { layers: layers.collect() }))
}

/// Every file that `layers` changed, as the last of them wrote it; `None` for a file that it removed.
pub(super) fn expected(layers: &[AppliedLayer]) -> BTreeMap<&TreePath, Option<&After>> {
    layers.iter().flat_map(|layer| &layer.files).map(|file| (&file.path, file.after.as_ref())).collect()
}

/// The state and the contents of a file.
pub(super) struct Examined {
    pub state: FileState,
    /// Its metadata; `None` when it is not a regular file.
    pub info: Option<FileInfo>,
    /// Its contents; empty when it is not a regular file.
    pub bytes: Vec<u8>,
}

/// Reads the file `path` and compares it with what pypatch wrote.
pub(super) fn examine(
    places: &Places<'_>,
    path: &TreePath,
    expected: Option<&After>,
) -> Result<Examined, ApplyError> {
    let (info, bytes) = match inspect::file_and_contents(places, path) {
        // pypatch writes no file over the limit.
        Err(ApplyError::Symlink(_) | ApplyError::WrongType(_) | ApplyError::TooLarge { .. }) => {
            return Ok(Examined { state: FileState::Drifted, info: None, bytes: Vec::new() });
        }
        found => found?.map_or((None, Vec::new()), |(info, bytes)| (Some(info), bytes)),
    };
    let state = match (info, expected) {
        (None, None) => FileState::AsApplied,
        (None, Some(_)) => FileState::Missing,
        (Some(info), Some(expected)) if inspect::digest(info.mode, &bytes) == expected.sha256 => {
            if info.mode == expected.mode { FileState::AsApplied } else { FileState::ModeChanged }
        }
        (Some(_), _) => FileState::Drifted,
    };
    Ok(Examined { state, info, bytes })
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
    fn each_kind_of_drift_has_its_own_state() {
        let dir = tree();
        let root = dir.path();
        commit(root, one("first", &every_change(root))).unwrap();
        commit(root, one("second", &more_changes(root))).unwrap();
        let clean = status(root).unwrap().unwrap();
        assert_eq!(
            clean.layers.iter().map(|layer| layer.layer.patchset.as_str()).collect::<Vec<_>>(),
            ["first", "second"]
        );
        assert!(clean.drifted().is_empty());

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
    fn the_error_says_why_a_receipt_cannot_be_read() {
        let dir = tree();
        for (text, expected) in [
            ("", "is damaged: EOF while parsing a value at line 1 column 0"),
            (r#"{"schema": 1, "layers": []}"#, "is damaged: it has no layers"),
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
