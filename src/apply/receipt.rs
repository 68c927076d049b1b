//! What an applied tree remembers: the one file that pypatch leaves in it.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::error::ApplyError;
use super::place::{self, Dir, Found};
use super::stamp::{Mode, Mtime};
use crate::digest::Sha256Digest;
use crate::text::{self, Rewrite, Span};
use crate::tree::TreePath;

/// The name of the receipt, at the top of a tree.
pub const RECEIPT: &str = ".pypatch-receipt.json";

const SCHEMA: u64 = 1;

/// Everything that was applied to a tree, and how to take it back. Equal applies of equal trees give
/// equal receipts, but for the mtimes of the trees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    schema: u64,
    /// What was applied, the oldest first. Each layer was applied to what the one before it left.
    pub layers: Vec<AppliedLayer>,
}

/// What was applied, and from where: the part of a layer that the caller of
/// [`commit`](super::commit()) knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layer {
    /// The id of the patchset.
    pub patchset: String,
    /// The digest of the patchset as it was loaded.
    pub digest: Sha256Digest,
    /// The label of the tree it was planned on.
    pub source: String,
    /// The pin that tree was made from, where that is known.
    pub pin: Option<String>,
    /// The ids of the edits that changed something, in their order.
    pub edits: Vec<String>,
}

/// One patchset that was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedLayer {
    /// The id of the patchset.
    pub patchset: String,
    /// The digest of the patchset as it was loaded.
    pub digest: Sha256Digest,
    /// The label of the tree it was planned on.
    pub source: String,
    /// The pin that tree was made from, where that is known.
    pub pin: Option<String>,
    /// The ids of the edits that changed something, in their order.
    pub edits: Vec<String>,
    /// Every file that was changed.
    pub files: Vec<AppliedFile>,
    /// The mtimes, before, of the directories in which something was replaced, added or removed.
    pub directories: Vec<DirectoryTime>,
    /// Directories that were created, the outermost first.
    pub created: Vec<TreePath>,
}

/// The mtime of a directory before a layer was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryTime {
    /// The directory.
    pub path: Dir,
    /// Its mtime.
    pub mtime: Mtime,
}

/// One file that a layer changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedFile {
    /// The file.
    pub path: TreePath,
    /// As it was; `None` when it was added.
    pub before: Option<Before>,
    /// As it became; `None` when it was removed.
    pub after: Option<After>,
    /// What leads from its contents after (none, for a removed file) to those before.
    pub undo: Vec<UndoRewrite>,
}

/// A file before a layer was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The digest of its contents.
    pub sha256: Sha256Digest,
    /// Its mode.
    pub mode: Mode,
    /// Its mtime.
    pub mtime: Mtime,
}

/// A file after a layer was applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// The digest of its contents.
    pub sha256: Sha256Digest,
    /// Its mode.
    pub mode: Mode,
}

/// The `len` bytes at offset `at` become `with` again. All offsets are those of the file as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Written", try_from = "Written")]
pub struct UndoRewrite {
    /// Where, in bytes from the beginning of the file.
    pub at: usize,
    /// How many bytes are replaced.
    pub len: usize,
    /// What stood there before.
    pub with: Vec<u8>,
}

/// How an [`UndoRewrite`] stands in the file: as text where that is possible.
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
    /// The contents before, from those after. Both are empty where the file is not there.
    ///
    /// # Errors
    /// What contradicts itself in the receipt.
    pub(super) fn restored(&self, after: &[u8]) -> Result<Vec<u8>, String> {
        let Some(before) = &self.before else { return Ok(Vec::new()) };
        let mut rewrites = Vec::with_capacity(self.undo.len());
        for undo in &self.undo {
            let end = undo.at.checked_add(undo.len).filter(|end| *end <= after.len());
            let end = end.ok_or_else(|| format!("{}: an undo reaches behind the end", self.path))?;
            rewrites.push(Rewrite::replace(Span::new(undo.at, end), undo.with.as_slice()));
        }
        let bytes = text::apply(after, &rewrites).map_err(|overlap| {
            format!("{}: undo {} and {} overlap", self.path, overlap.first, overlap.second)
        })?;
        if before.sha256 == Sha256Digest::of(&bytes) {
            Ok(bytes)
        } else {
            Err(format!("{}: its undo does not lead to the digest that is noted", self.path))
        }
    }

    /// Whether only its mode was changed.
    pub(super) fn only_mode(&self) -> bool {
        matches!((&self.before, &self.after), (Some(before), Some(after)) if before.sha256 == after.sha256)
    }
}

impl Receipt {
    /// One with these layers.
    pub(super) fn new(layers: Vec<AppliedLayer>) -> Receipt {
        Receipt { schema: SCHEMA, layers }
    }

    /// Its path in every tree.
    pub(super) fn path() -> TreePath {
        RECEIPT.parse().expect("the name of the receipt is a path inside a tree")
    }

    /// As it is written.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes =
            serde_json::to_vec_pretty(self).expect("a receipt has only text keys, so it is always JSON");
        bytes.push(b'\n');
        bytes
    }

    /// The receipt of the tree `root`, if it has one.
    pub(super) fn load(root: &Path) -> Result<Option<(Receipt, Found, Sha256Digest)>, ApplyError> {
        let Some(found) = place::file(root, &Receipt::path())? else { return Ok(None) };
        let bytes = place::read(root, &Receipt::path())?;
        let damaged = |why| ApplyError::Receipt { path: root.join(RECEIPT), why };
        let receipt = match serde_json::from_slice::<Receipt>(&bytes) {
            Ok(receipt) if receipt.schema == SCHEMA => receipt,
            parsed => {
                #[derive(Deserialize)]
                struct AnySchema {
                    schema: u64,
                }
                return Err(match (serde_json::from_slice::<AnySchema>(&bytes), parsed) {
                    (Ok(AnySchema { schema }), _) if schema != SCHEMA => {
                        ApplyError::ForeignSchema { path: root.join(RECEIPT), found: schema }
                    }
                    (_, Err(e)) => damaged(e.to_string()),
                    (_, Ok(_)) => damaged("it names no schema".to_owned()),
                });
            }
        };
        if receipt.layers.is_empty() {
            return Err(damaged("it holds no layer".to_owned()));
        }
        for file in receipt.layers.iter().flat_map(|layer| &layer.files) {
            if file.before.is_none() && file.after.is_none() {
                return Err(damaged(format!("{} is neither there before nor after", file.path)));
            }
        }
        Ok(Some((receipt, found, Sha256Digest::of(&bytes))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_written_as_base64() {
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
    fn an_undo_that_does_not_fit_is_an_error_and_no_panic() {
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
