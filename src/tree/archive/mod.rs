//! A tree in a tarball.
//!
//! The tarball is decompressed once, into an unnamed temporary file, and indexed, so that little memory
//! is used and a member is read with one seek. If another program could read a member differently, the
//! archive is refused and the member is named. What was read may be kept for the next time, which then decodes nothing.

mod index;
mod members;
mod pax;
mod recall;
mod spool;
#[cfg(test)]
mod tests;
mod zstd;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::OnceLock;

use self::index::{ArchiveNode, Index, NodeKind};
use self::recall::{Recall, WORTH};
use self::spool::Spool;
use super::large::LARGE;
use super::limits::{LIMITS, Limits};
use super::{Entry, File, LargeFile, Node, Tree, TreeError, TreePath, WalkEntry};
use crate::contents::Contents;
use crate::digest::Sha256Digest;
use crate::regular;

/// A source tree in a .tar, .tar.gz, .tar.bz2, .tar.xz or .tar.zst, whose first bytes say which.
///
/// A directory that contains everything (`Python-2.5/`) is not part of the paths. The temporary file is
/// as large as the decompressed tar, and in `$TMPDIR`.
#[derive(Debug)]
pub struct ArchiveTree {
    label: String,
    /// The path of the tarball, which errors name.
    path: String,
    /// Its contents, once something is read that is not known.
    spool: OnceLock<Spool>,
    index: Index,
    recall: Option<Recall>,
}

impl ArchiveTree {
    /// Decompresses and checks the tarball at `path`.
    ///
    /// # Errors
    /// [`TreeError::NoSource`] if it does not exist; [`TreeError::Archive`] if it is not a tarball,
    /// truncated, damaged or too large; [`TreeError::Hostile`] if a member has an absolute path, leaves
    /// the tree, is a device, a pipe or a link that leaves the tree, is below a link, or occurs twice.
    pub fn open(path: impl AsRef<Path>) -> Result<ArchiveTree, TreeError> {
        ArchiveTree::open_within(path.as_ref(), &LIMITS)
    }

    /// The same tree with another label: that of a pin is its name, wherever it was found.
    pub(super) fn labelled(mut self, label: &str) -> ArchiveTree {
        label.clone_into(&mut self.label);
        self
    }

    /// As [`ArchiveTree::open`], but what was read earlier of a tarball with the same digest is taken from `folder`, and what is read
    /// now is kept there. The tarball is decoded only when a file is read that is not kept. `known` is its digest, where it was just hashed.
    ///
    /// # Errors
    /// As [`ArchiveTree::open`]. Also when a file is read for the first time, if the tarball was not decoded before.
    pub fn open_recalling(
        path: impl AsRef<Path>,
        folder: Option<&Path>,
        known: Option<Sha256Digest>,
    ) -> Result<ArchiveTree, TreeError> {
        let path = path.as_ref();
        let is_worth_it = || path.metadata().is_ok_and(|metadata| metadata.len() >= WORTH);
        let Some(folder) = folder.filter(|_| is_worth_it()) else { return ArchiveTree::open(path) };
        let name = path.display().to_string();
        let recalled = |digest| {
            let (recall, index) = Recall::load(folder, digest)?;
            let (spool, recall) = (OnceLock::new(), Some(recall));
            Some(ArchiveTree { label: name.clone(), path: name.clone(), spool, index, recall })
        };
        if let Some(tree) = known.and_then(recalled) {
            return Ok(tree);
        }
        // What is kept is that of the file that is decoded, and of no other one that was hashed.
        let packed = open(path)?;
        let digest = digest(&packed, &name)?;
        if let Some(tree) = recalled(digest) {
            return Ok(tree);
        }
        let mut tree = ArchiveTree::decoded(packed, name, &LIMITS)?;
        tree.recall = Some(Recall::new(folder, digest));
        Ok(tree)
    }

    fn open_within(path: &Path, limits: &Limits) -> Result<ArchiveTree, TreeError> {
        ArchiveTree::decoded(open(path)?, path.display().to_string(), limits)
    }

    fn decoded(packed: fs::File, name: String, limits: &Limits) -> Result<ArchiveTree, TreeError> {
        let (spool, index) = decoded(packed, &name, limits)?;
        if index.nodes.is_empty() {
            return Err(TreeError::Archive { archive: name, why: "it has no members".to_owned() });
        }
        Ok(ArchiveTree { label: name.clone(), path: name, spool: spool.into(), index, recall: None })
    }

    /// The contents of the tarball.
    fn spool(&self) -> Result<&Spool, TreeError> {
        if let Some(spool) = self.spool.get() {
            return Ok(spool);
        }
        let packed = open(Path::new(&self.path))?;
        // The paths and what was read before are those of the bytes that had this digest.
        if let Some(recall) = &self.recall
            && digest(&packed, &self.path)? != recall.digest
        {
            let why = "it changed while it was read".to_owned();
            return Err(TreeError::Archive { archive: self.path.clone(), why });
        }
        let (spool, _) = decoded(packed, &self.path, &LIMITS)?;
        Ok(self.spool.get_or_init(|| spool))
    }

    fn node(&self, path: &TreePath) -> Result<Option<&ArchiveNode>, TreeError> {
        let nodes = &self.index.nodes;
        let link = |above: &TreePath| {
            matches!(nodes.get(above), Some(ArchiveNode { kind: NodeKind::Symlink(_), .. }))
        };
        if path.ancestors().any(|above| link(&above)) {
            return Err(TreeError::Symlink(path.clone()));
        }
        Ok(nodes.get(path))
    }

    fn bytes(&self, path: &TreePath, offset: u64, len: u64) -> Result<Contents, TreeError> {
        if let Some(known) = self.recall.as_ref().and_then(|recall| recall.get(path)) {
            return Ok(known);
        }
        let file = || format!("{path} of {}", self.path);
        Ok(self.spool()?.read(offset, len).map_err(|error| TreeError::io(file())(error))?.into())
    }
}

/// Opens a tarball. What is hashed and what is decoded is this file, whatever takes its place meanwhile.
fn open(path: &Path) -> Result<fs::File, TreeError> {
    regular::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => TreeError::NoSource(path.to_owned()),
        _ => TreeError::io(path.display())(error),
    })
}

fn digest(packed: &fs::File, name: &str) -> Result<Sha256Digest, TreeError> {
    Sha256Digest::of_reader(packed).map_err(TreeError::io(name))
}

/// What is in a tarball, decoded and checked.
fn decoded(packed: fs::File, name: &str, limits: &Limits) -> Result<(Spool, Index), TreeError> {
    let mut spool = Spool::unpack(packed, name, limits.total)?;
    let index = Index::read(&mut spool, name, limits)?;
    Ok((spool, index))
}

impl Drop for ArchiveTree {
    fn drop(&mut self) {
        if let Some(recall) = &self.recall {
            // It takes longer the next time, nothing worse.
            let _ = recall.save(&self.index);
        }
    }
}

impl Tree for ArchiveTree {
    fn label(&self) -> &str {
        &self.label
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        Ok(self.node(path)?.map(|node| match node.kind {
            NodeKind::File { .. } => Entry::File { executable: node.executable() },
            NodeKind::Directory => Entry::Directory,
            NodeKind::Symlink(_) => Entry::Symlink,
        }))
    }

    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        let Some(node) = self.node(path)? else { return Ok(None) };
        match node.kind {
            NodeKind::File { offset, len } => {
                let bytes = self.bytes(path, offset, len)?;
                if let Some(recall) = &self.recall {
                    recall.put(path, &bytes);
                }
                Ok(Some(File::new(bytes, node.executable())))
            }
            NodeKind::Directory => Err(TreeError::NotAFile(path.clone())),
            NodeKind::Symlink(_) => Err(TreeError::Symlink(path.clone())),
        }
    }

    fn link(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        Ok(self.node(path)?.and_then(|node| match &node.kind {
            NodeKind::Symlink(target) => Some(target.clone()),
            NodeKind::File { .. } | NodeKind::Directory => None,
        }))
    }

    fn files(&self) -> Result<Vec<TreePath>, TreeError> {
        let nodes = self.index.nodes.iter();
        let files = nodes.filter(|(_, node)| matches!(node.kind, NodeKind::File { .. }));
        Ok(files.map(|(path, _)| path.clone()).collect())
    }

    fn walk(&self, visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>) -> Result<(), TreeError> {
        if let Some(name) = &self.index.unnameable {
            return Err(TreeError::Name { tree: self.path.clone(), name: name.clone() });
        }
        for (path, entry) in &self.index.nodes {
            let node = match &entry.kind {
                NodeKind::File { offset, len: len @ LARGE.. } => {
                    Node::Large(LargeFile::new(self.spool()?.file(), *offset, *len))
                }
                NodeKind::File { offset, len } => Node::File(self.bytes(path, *offset, *len)?),
                NodeKind::Directory => Node::Directory,
                NodeKind::Symlink(target) => Node::Symlink(target.clone()),
            };
            visit(WalkEntry { path: path.clone(), node, mode: entry.mode, mtime: entry.mtime })?;
        }
        Ok(())
    }
}

impl ArchiveNode {
    fn executable(&self) -> bool {
        self.mode & 0o100 != 0
    }
}
