//! The contents of a tarball, after every member is checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Spool;
use super::members::{Member, MemberKind, Members};
use crate::tree::limits::{Budget, Limits};
use crate::tree::path::MOST_NAMES;
use crate::tree::{Mtime, TreeError, TreePath};

/// What is at a path of an archive.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct ArchiveNode {
    pub(super) kind: NodeKind,
    pub(super) mode: u32,
    pub(super) mtime: Option<Mtime>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum NodeKind {
    /// Where its bytes are in the spool.
    File {
        offset: u64,
        len: u64,
    },
    Directory,
    Symlink(Vec<u8>),
}

/// Every path of an archive, without the directory that contains everything.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Index {
    pub(super) nodes: BTreeMap<TreePath, ArchiveNode>,
    /// A name that is not a [`TreePath`].
    pub(super) unnameable: Option<String>,
}

impl Index {
    /// Reads the tar in `spool`.
    pub(super) fn read(spool: &mut Spool, archive: &str, limits: &Limits) -> Result<Index, TreeError> {
        let mut members = Members::new(spool, archive, limits);
        let mut named: BTreeMap<Vec<u8>, ArchiveNode> = BTreeMap::new();
        let mut names = 0;
        while let Some(member) = members.next()? {
            let hostile = |why: &str| TreeError::hostile(archive, &member.name, why);
            let name = inside(&member.name).map_err(hostile)?;
            names += name.len() as u64;
            // One more than a path, for the directory that contains everything.
            if name.split(|&byte| byte == b'/').count() > MOST_NAMES + 1 {
                return Err(hostile(&format!("it has more than {MOST_NAMES} components")));
            }
            if name.len() > limits.name || names > limits.names {
                return Err(hostile("its name is too long"));
            }
            let node = node(&member, &named).map_err(|why| hostile(&why))?;
            match (named.get(&name), &node.kind) {
                _ if name.is_empty() && matches!(node.kind, NodeKind::Directory) => {}
                _ if name.is_empty() => return Err(hostile("it has no name")),
                // A directory may be named again, when something in it was added later.
                (None, _) | (Some(ArchiveNode { kind: NodeKind::Directory, .. }), NodeKind::Directory) => {
                    named.insert(name, node);
                }
                // Programs differ in which of the two they keep.
                (Some(_), _) => return Err(hostile("it occurs twice")),
            }
        }
        let top = top(&named).map_or(0, |top| top.len() + 1);
        let mut index = Index::default();
        let mut budget = Budget::new(archive, limits);
        for (name, node) in named {
            if name.len() >= top {
                // What a hard link has is written once more.
                if let NodeKind::File { len, .. } = node.kind {
                    budget.contents(String::from_utf8_lossy(&name), len)?;
                }
                budget.entry(&name[top..])?;
                let hostile = |why: &str| TreeError::hostile(archive, &name, why);
                index.add(&name[top..], node, &mut budget, &hostile)?;
            }
        }
        Ok(index)
    }

    /// Adds a node. Nodes are added in byte order of their names, so after the directories above.
    fn add(
        &mut self,
        name: &[u8],
        node: ArchiveNode,
        budget: &mut Budget<'_>,
        hostile: &dyn Fn(&str) -> TreeError,
    ) -> Result<(), TreeError> {
        if let NodeKind::Symlink(target) = &node.kind {
            let depth = name.iter().filter(|&&byte| byte == b'/').count();
            stays_inside(target, depth).map_err(hostile)?;
            budget.link(String::from_utf8_lossy(name), target.len() as u64)?;
        }
        let Some(path) = std::str::from_utf8(name).ok().and_then(|name| name.parse::<TreePath>().ok()) else {
            self.unnameable = Some(String::from_utf8_lossy(name).into_owned());
            return Ok(());
        };
        for above in path.ancestors() {
            match self.nodes.get(&above).map(|above| &above.kind) {
                Some(NodeKind::Directory) => {}
                Some(NodeKind::Symlink(_)) => return Err(hostile("it is below a symbolic link")),
                Some(NodeKind::File { .. }) => return Err(hostile("it is below a file")),
                None => {
                    budget.entry(above.as_str().as_bytes())?;
                    let implied = ArchiveNode { kind: NodeKind::Directory, mode: 0o755, mtime: None };
                    self.nodes.insert(above, implied);
                }
            }
        }
        self.nodes.insert(path, node);
        Ok(())
    }
}

/// The normalized name of a member, without `.`, and without doubled or trailing slashes.
fn inside(name: &[u8]) -> Result<Vec<u8>, &'static str> {
    if name.starts_with(b"/") {
        return Err("its name is absolute");
    }
    if name.contains(&0) {
        return Err("its name contains a NUL");
    }
    let parts: Vec<&[u8]> = name.split(|&b| b == b'/').filter(|&part| part != b"" && part != b".").collect();
    if parts.contains(&&b".."[..]) {
        return Err("its name leaves the tree with `..`");
    }
    Ok(parts.join(&b'/'))
}

fn node(member: &Member, named: &BTreeMap<Vec<u8>, ArchiveNode>) -> Result<ArchiveNode, String> {
    let kind = match &member.kind {
        MemberKind::File { offset, len } => NodeKind::File { offset: *offset, len: *len },
        MemberKind::Directory => NodeKind::Directory,
        MemberKind::Symlink(target) => NodeKind::Symlink(target.clone()),
        MemberKind::HardLink(target) => {
            let linked = inside(target).ok().and_then(|target| named.get(&target));
            return linked.filter(|node| matches!(node.kind, NodeKind::File { .. })).cloned().ok_or_else(
                || {
                    let target = String::from_utf8_lossy(target);
                    format!("it is a hard link to `{target}`, which is not an earlier file")
                },
            );
        }
    };
    Ok(ArchiveNode { kind, mode: member.mode, mtime: member.mtime })
}

/// The directory that contains everything, if there is one.
fn top(named: &BTreeMap<Vec<u8>, ArchiveNode>) -> Option<Vec<u8>> {
    fn first(name: &[u8]) -> &[u8] {
        name.split(|&byte| byte == b'/').next().unwrap_or(name)
    }
    let top = first(named.keys().next()?);
    let wrapped = named
        .iter()
        .all(|(name, node)| first(name) == top && (name != top || matches!(node.kind, NodeKind::Directory)));
    wrapped.then(|| top.to_owned())
}

/// Checks that a link `depth` directories deep cannot leave the tree. `..` is only allowed at the start:
/// after the name of another link, its meaning depends on that link.
fn stays_inside(target: &[u8], depth: usize) -> Result<(), &'static str> {
    if target.starts_with(b"/") {
        return Err("it is a symbolic link to an absolute path");
    }
    if target.is_empty() || target.contains(&0) {
        return Err("it is a symbolic link without a target");
    }
    let parts = || target.split(|&byte| byte == b'/').filter(|&part| part != b"" && part != b".");
    let up = parts().take_while(|&part| part == b"..").count();
    if up > depth || parts().skip(up).any(|part| part == b"..") {
        return Err("it is a symbolic link that leaves the tree");
    }
    Ok(())
}
