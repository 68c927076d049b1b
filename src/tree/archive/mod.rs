//! A tree in a tarball.
//!
//! The tar is unpacked once, into a file without a name, and indexed: memory stays small and any
//! member can be read at once. Nothing is taken from an archive that could mean something else to
//! another program: it is refused as a whole, and the member is named.

mod index;
mod members;
mod pax;
mod spool;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;

use self::index::{Index, Place, What};
use self::spool::Spool;
use super::{Entry, File, Node, Tree, TreeError, TreePath, WalkEntry};

/// A source tree in a .tar, .tar.gz, .tar.bz2 or .tar.xz, told apart by its first bytes.
///
/// A single directory that holds everything (`Python-2.5/`) is not part of the paths. The temporary
/// file is as large as the unpacked tar and lies in `$TMPDIR`.
#[derive(Debug)]
pub struct ArchiveTree {
    label: String,
    spool: Spool,
    index: Index,
}

/// How much is taken for a source of CPython. 3.13 has 110 MB in 5,300 members.
struct Limits {
    /// Of the unpacked tar, and of the files in it, in bytes.
    total: u64,
    /// Of one file, in bytes.
    file: u64,
    /// Of headers.
    members: u64,
    /// Of one header that extends another, in bytes.
    extension: u64,
    /// Of a name, in bytes.
    name: usize,
    /// Of all names together, in bytes.
    names: u64,
}

const LIMITS: Limits = Limits {
    total: 4 << 30,
    file: 512 << 20,
    members: 1_000_000,
    extension: 1 << 20,
    name: 1024,
    names: 64 << 20,
};

impl ArchiveTree {
    /// Unpacks and judges the tarball at `path`.
    ///
    /// # Errors
    /// [`TreeError::NoSource`] when nothing is there; [`TreeError::Archive`] when it is no tarball,
    /// cut short, damaged or absurdly large; [`TreeError::Hostile`] when a member is absolute, leads
    /// out, is a device or pipe, a link that leads out, lies below a link, or is there twice.
    pub fn open(path: impl AsRef<Path>) -> Result<ArchiveTree, TreeError> {
        ArchiveTree::open_within(path.as_ref(), &LIMITS)
    }

    fn open_within(path: &Path, limits: &Limits) -> Result<ArchiveTree, TreeError> {
        let label = path.display().to_string();
        let mut spool = Spool::unpack(path, limits.total)?;
        let index = Index::read(&mut spool, &label, limits)?;
        if index.places.is_empty() {
            return Err(TreeError::Archive { archive: label, why: "it holds nothing".to_owned() });
        }
        Ok(ArchiveTree { label, spool, index })
    }

    fn place(&self, path: &TreePath) -> Result<Option<&Place>, TreeError> {
        let places = &self.index.places;
        let link = |above: &TreePath| matches!(places.get(above), Some(Place { what: What::Symlink(_), .. }));
        if path.ancestors().any(|above| link(&above)) {
            return Err(TreeError::Symlink { path: path.clone() });
        }
        Ok(places.get(path))
    }

    fn bytes(&self, path: &TreePath, offset: u64, len: u64) -> Result<Vec<u8>, TreeError> {
        let failed = |error: io::Error| TreeError::io(format!("{path} of {}", self.label))(error);
        self.spool.read(offset, len).map_err(failed)
    }
}

impl Tree for ArchiveTree {
    fn label(&self) -> &str {
        &self.label
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        Ok(self.place(path)?.map(|place| match place.what {
            What::File { .. } => Entry::File { executable: place.executable() },
            What::Directory => Entry::Directory,
            What::Symlink(_) => Entry::Symlink,
        }))
    }

    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        let Some(place) = self.place(path)? else { return Ok(None) };
        match place.what {
            What::File { offset, len } => {
                let bytes = self.bytes(path, offset, len)?;
                Ok(Some(File { bytes: bytes.into(), executable: place.executable() }))
            }
            What::Directory => Err(TreeError::NotAFile { path: path.clone() }),
            What::Symlink(_) => Err(TreeError::Symlink { path: path.clone() }),
        }
    }

    fn files(&self) -> Result<Vec<TreePath>, TreeError> {
        let places = self.index.places.iter();
        let files = places.filter(|(_, place)| matches!(place.what, What::File { .. }));
        Ok(files.map(|(path, _)| path.clone()).collect())
    }

    fn walk(&self, visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>) -> Result<(), TreeError> {
        if let Some(name) = &self.index.unnameable {
            return Err(TreeError::Name { tree: self.label.clone(), name: name.clone() });
        }
        for (path, place) in &self.index.places {
            let node = match &place.what {
                What::File { offset, len } => Node::File(self.bytes(path, *offset, *len)?.into()),
                What::Directory => Node::Directory,
                What::Symlink(target) => Node::Symlink(target.clone()),
            };
            visit(WalkEntry { path: path.clone(), node, mode: place.mode, mtime: place.mtime })?;
        }
        Ok(())
    }
}

impl Place {
    fn executable(&self) -> bool {
        self.mode & 0o100 != 0
    }
}
