//! What is kept of a plan, and how it is taken up again.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::recording::{Recording, Seen};
use crate::digest::Sha256Digest;
use crate::patchset::{Input, Patchset};
use crate::plan::{Tally, Work};
use crate::text::{self, Rewrite, Span};
use crate::tree::{Entry, File, FileChange, Tree, TreePath};
use crate::version::Version;

/// A remembered plan: what it was made from, and what it came to.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    pub program: String,
    pub inputs: Vec<Input>,
    seen: BTreeMap<TreePath, Seen>,
    patchset: String,
    digest: Sha256Digest,
    edits: Vec<String>,
    tally: Tally,
    changes: Vec<Change>,
}

/// What becomes of one file.
#[derive(Debug, Serialize, Deserialize)]
struct Change {
    path: TreePath,
    after: Option<After>,
}

#[derive(Debug, Serialize, Deserialize)]
struct After {
    executable: bool,
    /// Start, end and new bytes (base64) of each rewrite; one over nothing for an added file.
    rewrites: Vec<(usize, usize, String)>,
}

impl Record {
    /// The record of a plan; `None` when it depends on more than was noted.
    pub(super) fn new(
        program: &str,
        patchset: &Patchset,
        recording: &Recording<'_>,
        work: &Work,
    ) -> Option<Record> {
        let seen = recording.seen()?;
        let known = |change: &FileChange| {
            matches!(seen.get(&change.path), Some(Seen::Absent | Seen::Contents { .. }))
        };
        if !work.changes.iter().all(known) {
            return None;
        }
        Some(Record {
            program: program.to_owned(),
            inputs: patchset.inputs.clone(),
            patchset: work.patchset.clone(),
            digest: work.digest,
            edits: work.edits.clone(),
            tally: work.tally.clone(),
            changes: work.changes.iter().map(Change::new).collect(),
            seen,
        })
    }

    /// What is to be done on `tree`, if everything there is as the plan saw it.
    pub(super) fn work(self, tree: &dyn Tree, version: Option<&Version>) -> Option<Work> {
        let mut files: BTreeMap<&TreePath, File> = BTreeMap::new();
        for (path, seen) in &self.seen {
            let same = match seen {
                Seen::Absent => tree.entry(path).ok()?.is_none(),
                Seen::NoFile => !matches!(tree.entry(path).ok()?, None | Some(Entry::File { .. })),
                Seen::Mode { executable } => {
                    tree.entry(path).ok()? == Some(Entry::File { executable: *executable })
                }
                Seen::Contents { executable, sha256 } => {
                    let file = tree.read(path).ok()??;
                    let same = file.executable == *executable && file.bytes.sha256() == *sha256;
                    files.insert(path, file);
                    same
                }
            };
            if !same {
                return None;
            }
        }
        let changes = self.changes.into_iter().map(|change| {
            let before = files.remove(&change.path);
            change.of(before)
        });
        Some(Work {
            changes: changes.collect::<Option<_>>()?,
            patchset: self.patchset,
            digest: self.digest,
            source: tree.label().to_owned(),
            version: version.cloned(),
            edits: self.edits,
            tally: self.tally,
        })
    }
}

impl Change {
    fn new(change: &FileChange) -> Change {
        let after = change.after.as_ref().map(|file| {
            let encode =
                |rewrite: &Rewrite| (rewrite.span.start, rewrite.span.end, STANDARD.encode(&rewrite.with));
            let rewrites = match &change.before {
                Some(_) => change.rewrites.iter().map(encode).collect(),
                None => vec![(0, 0, STANDARD.encode(&*file.bytes))],
            };
            After { executable: file.executable, rewrites }
        });
        Change { path: change.path.clone(), after }
    }

    fn of(self, before: Option<File>) -> Option<FileChange> {
        let (mut rewrites, mut after) = (Vec::new(), None);
        if let Some(kept) = self.after {
            let old = before.as_ref().map_or(&[][..], |file| &file.bytes);
            for (start, end, with) in kept.rewrites {
                if start > end || end > old.len() {
                    return None;
                }
                rewrites.push(Rewrite::replace(Span::new(start, end), STANDARD.decode(with).ok()?));
            }
            let bytes = text::apply(old, &rewrites).ok()?;
            after = Some(File { bytes: bytes.into(), executable: kept.executable });
        }
        if before.is_none() {
            rewrites.clear();
        }
        Some(FileChange { path: self.path, before, after, rewrites })
    }
}
