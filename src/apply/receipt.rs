//! The receipt of a tree: which patchsets are applied, and how to revert them. It is the only file that
//! pypatch adds to a tree of its own.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::dir::Dir;
use super::error::ApplyError;
use super::inspect::{self, FileInfo};
use super::place::Places;
use super::stamp::{Mode, Mtime};
use crate::digest::Sha256Digest;
use crate::text::{self, Rewrite, Span};
use crate::tree::TreePath;

/// The name of the receipt, at the top of a tree.
pub const RECEIPT: &str = ".pypatch-receipt.json";

const SCHEMA: u64 = 1;

/// Everything that is applied to a tree, and how to revert it. Applying the same patchsets to equal trees
/// gives equal receipts, except for mtimes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    schema: u64,
    /// The applied layers, the oldest first. Each was applied to the result of the one before it.
    pub layers: Vec<AppliedLayer>,
}

/// One patchset that is applied, without its effect: what the caller of [`commit`](super::commit()) knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// The id of the patchset.
    pub patchset: String,
    /// The digest of the patchset as it was loaded.
    pub digest: Sha256Digest,
    /// The label of the tree it was planned on.
    pub source: String,
    /// The pin of that tree; `None` when the tree was not compared with a pin.
    pub pin: Option<String>,
    /// The ids of the edits that changed something, in their order.
    pub edits: Vec<String>,
    /// The files and directories of the source that the user left out of the tree.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<TreePath>,
}

/// One patchset that is applied, and its effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedLayer {
    /// The patchset.
    #[serde(flatten)]
    pub layer: Layer,
    /// Every file that it changed.
    pub files: Vec<AppliedFile>,
    /// The old mtimes of the directories in which files were replaced, added or removed.
    pub directories: Vec<DirectoryTime>,
    /// The directories that it created, the outermost first.
    pub created: Vec<TreePath>,
}

/// The mtime of a directory before a layer was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryTime {
    /// The directory.
    pub path: Dir,
    /// Its old mtime.
    pub mtime: Mtime,
}

/// One file that a layer changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedFile {
    /// The file.
    pub path: TreePath,
    /// The file before; `None` when the layer added it.
    pub before: Option<Before>,
    /// The file after; `None` when the layer removed it.
    pub after: Option<After>,
    /// Turns the contents after, which are empty for a removed file, into those before.
    pub undo: Vec<UndoRewrite>,
}

/// A file before a layer was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The digest of its contents; of a symbolic link, that of `symbolic link`, a zero byte and its target.
    pub sha256: Sha256Digest,
    /// Its mode.
    pub mode: Mode,
    /// Its mtime.
    pub mtime: Mtime,
}

/// A file after a layer was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// The digest of its contents; of a symbolic link, that of `symbolic link`, a zero byte and its target.
    pub sha256: Sha256Digest,
    /// Its mode.
    pub mode: Mode,
}

/// One replacement that reverts a part of a change. All offsets of a file are those in its contents after
/// the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct UndoRewrite {
    /// The offset of the first replaced byte.
    pub at: usize,
    /// The number of replaced bytes.
    pub len: usize,
    /// The bytes before the change.
    pub with: Vec<u8>,
}

/// An [`UndoRewrite`] in JSON: with `text` if the bytes are UTF-8, else with `base64`.
#[derive(Serialize, Deserialize)]
struct Written {
    at: usize,
    len: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

impl From<UndoRewrite> for Written {
    fn from(undo: UndoRewrite) -> Written {
        let UndoRewrite { at, len, with } = undo;
        match String::from_utf8(with) {
            Ok(text) => Written { at, len, text: Some(text), base64: None },
            Err(e) => Written { at, len, text: None, base64: Some(STANDARD.encode(e.as_bytes())) },
        }
    }
}

impl TryFrom<Written> for UndoRewrite {
    type Error = String;

    fn try_from(written: Written) -> Result<UndoRewrite, String> {
        let with = match (written.text, written.base64) {
            (Some(text), None) => text.into_bytes(),
            (None, Some(base64)) => STANDARD.decode(base64).map_err(|e| e.to_string())?,
            _ => return Err("an undo needs either `text` or `base64`".to_owned()),
        };
        Ok(UndoRewrite { at: written.at, len: written.len, with })
    }
}

impl AppliedFile {
    /// The contents before the change, from those after. Contents of a file that does not exist are empty.
    ///
    /// # Errors
    /// A message when the receipt contradicts itself.
    pub(super) fn restored(&self, after: &[u8]) -> Result<Vec<u8>, String> {
        let Some(before) = &self.before else { return Ok(Vec::new()) };
        let mut rewrites = Vec::with_capacity(self.undo.len());
        for undo in &self.undo {
            let end = undo.at.checked_add(undo.len).filter(|end| *end <= after.len());
            let end = end.ok_or_else(|| format!("{}: an undo ends after the end of the file", self.path))?;
            rewrites.push(Rewrite::replace(Span::new(undo.at, end), undo.with.as_slice()));
        }
        let bytes = text::apply(after, &rewrites).map_err(|overlap| {
            format!("{}: undo {} and {} overlap", self.path, overlap.first, overlap.second)
        })?;
        if before.sha256 == inspect::digest(before.mode, &bytes) {
            Ok(bytes)
        } else {
            Err(format!("{}: its undo does not give the recorded digest", self.path))
        }
    }

    /// Whether the layer changed only its mode.
    pub(super) fn only_mode(&self) -> bool {
        matches!((&self.before, &self.after), (Some(before), Some(after)) if before.sha256 == after.sha256)
    }
}

/// A receipt of any schema.
#[derive(Deserialize)]
struct AnyReceipt {
    schema: u64,
}

impl Receipt {
    /// A receipt with these layers.
    pub(super) fn new(layers: Vec<AppliedLayer>) -> Receipt {
        Receipt { schema: SCHEMA, layers }
    }

    /// The path of the receipt in every tree.
    pub(super) fn path() -> TreePath {
        TreePath::own(RECEIPT)
    }

    /// The contents of the receipt file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes =
            serde_json::to_vec_pretty(self).expect("a receipt has only text keys, so it is always JSON");
        bytes.push(b'\n');
        bytes
    }

    /// Reads the receipt of the tree `root`, with the metadata and digest of its file; `None` when there is
    /// none.
    pub(super) fn load(root: &Path) -> Result<Option<(Receipt, FileInfo, Sha256Digest)>, ApplyError> {
        let places = Places::new(root);
        let Some(info) = inspect::file(&places, &Receipt::path())? else { return Ok(None) };
        let bytes = inspect::read(&places, &Receipt::path())?;
        let damaged = |why| ApplyError::Receipt { path: root.join(RECEIPT), why };
        let parsed = serde_json::from_slice::<Receipt>(&bytes);
        // A receipt of another schema may lack fields of this one, so its schema is read by itself.
        let schema = match &parsed {
            Ok(receipt) => Some(receipt.schema),
            Err(_) => serde_json::from_slice::<AnyReceipt>(&bytes).ok().map(|any| any.schema),
        };
        if let Some(found) = schema.filter(|schema| *schema != SCHEMA) {
            return Err(ApplyError::ForeignSchema { path: root.join(RECEIPT), found });
        }
        let receipt = parsed.map_err(|e| damaged(e.to_string()))?;
        if receipt.layers.is_empty() {
            return Err(damaged("it has no layers".to_owned()));
        }
        for file in receipt.layers.iter().flat_map(|layer| &layer.files) {
            if file.before.is_none() && file.after.is_none() {
                return Err(damaged(format!("{} exists neither before nor after", file.path)));
            }
        }
        Ok(Some((receipt, info, Sha256Digest::of(&bytes))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf_8_are_written_as_base64() {
        let undo = |with: &[u8]| UndoRewrite { at: 3, len: 1, with: with.to_vec() };
        for (with, json) in [
            (&b"L\xf6wis"[..], r#"{"at":3,"len":1,"base64":"TPZ3aXM="}"#),
            ("Löwis\r\n".as_bytes(), r#"{"at":3,"len":1,"text":"Löwis\r\n"}"#),
        ] {
            assert_eq!(serde_json::to_string(&undo(with)).unwrap(), json);
            assert_eq!(serde_json::from_str::<UndoRewrite>(json).unwrap(), undo(with));
        }
        assert!(serde_json::from_str::<UndoRewrite>(r#"{"at":3,"len":1}"#).is_err());
    }

    #[test]
    fn an_undo_that_does_not_fit_is_an_error() {
        let sha256 = Sha256Digest::of(b"abc");
        let mode = Mode::new(0o644);
        let mut file = AppliedFile {
            path: "f".parse().unwrap(),
            before: Some(Before { sha256, mode, mtime: "0.000000000".parse().unwrap() }),
            after: Some(After { sha256: Sha256Digest::of(b"axc"), mode }),
            undo: vec![UndoRewrite { at: 1, len: 1, with: b"b".to_vec() }],
        };
        assert_eq!(file.restored(b"axc"), Ok(b"abc".to_vec()));
        file.undo[0].len = usize::MAX;
        assert!(file.restored(b"axc").is_err());
        file.undo[0] = UndoRewrite { at: 1, len: 1, with: b"d".to_vec() };
        assert!(file.restored(b"axc").is_err());
        file.undo = vec![file.undo[0].clone(), file.undo[0].clone()];
        assert!(file.restored(b"axc").is_err());
    }
}
