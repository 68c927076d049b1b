//! A tree in a directory.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use super::large::LARGE;
use super::limits::{Budget, LIMITS};
use super::path::OWN_PREFIX;
use super::{Entry, File, LargeFile, Node, Special, Tree, TreeError, TreePath, WalkEntry};
use crate::contents::if_exists;
use crate::regular::{self, LARGEST_FILE};

/// A source tree in a directory.
///
/// `.git` and names that begin with `.pypatch-` are not part of the tree, wherever they are. Symbolic links
/// below the top are not followed.
#[derive(Debug, Clone)]
pub struct DirTree {
    root: PathBuf,
    label: String,
}

/// The contents of the directory.
struct Listing {
    /// In byte order of the paths.
    found: Vec<(TreePath, fs::FileType)>,
    /// A name that is not a [`TreePath`].
    unnameable: Option<PathBuf>,
}

impl DirTree {
    /// The tree in the directory `root`, or in the directory that the link `root` leads to.
    ///
    /// # Errors
    /// [`TreeError::NoSource`] if it does not exist, [`TreeError::Io`] if it is not a directory.
    pub fn open(root: impl Into<PathBuf>) -> Result<DirTree, TreeError> {
        let root = root.into();
        let label = root.display().to_string();
        match if_exists(fs::metadata(&root)).map_err(TreeError::io(&label))? {
            Some(metadata) if metadata.is_dir() => Ok(DirTree { root, label }),
            Some(_) => Err(TreeError::io(label)(io::ErrorKind::NotADirectory.into())),
            None => Err(TreeError::NoSource(root)),
        }
    }

    /// The same tree with another label: that of a pin is its name, wherever it was found.
    pub(super) fn labelled(self, label: &str) -> DirTree {
        DirTree { label: label.to_owned(), ..self }
    }

    /// The metadata of `path`, after a check of every directory above it.
    fn metadata(&self, path: &TreePath) -> Result<Option<Metadata>, TreeError> {
        for above in path.ancestors() {
            match stat(&above.below(&self.root))? {
                Some(metadata) if metadata.is_symlink() => {
                    return Err(TreeError::Symlink(path.clone()));
                }
                Some(metadata) if metadata.is_dir() => {}
                _ => return Ok(None),
            }
        }
        stat(&path.below(&self.root))
    }

    /// Opens a regular file.
    fn open_file(&self, path: &TreePath) -> io::Result<fs::File> {
        regular::open_unlinked(&path.below(&self.root))
    }

    fn list(&self) -> Result<Listing, TreeError> {
        let mut listing = Listing { found: Vec::new(), unnameable: None };
        let mut budget = Budget::new(&self.label, &LIMITS);
        let walk = WalkDir::new(&self.root).min_depth(1).into_iter();
        for entry in walk.filter_entry(|e| !e.file_name().to_str().is_some_and(hidden)) {
            let entry = entry.map_err(|error| {
                let what = error.path().unwrap_or(&self.root).display().to_string();
                TreeError::io(what)(error.into_io_error().unwrap_or_else(|| io::Error::other("a loop")))
            })?;
            let relative = entry.path().strip_prefix(&self.root).unwrap_or(entry.path());
            budget.entry(relative.as_os_str().as_encoded_bytes())?;
            match relative.to_str().and_then(|name| name.parse().ok()) {
                Some(path) => listing.found.push((path, entry.file_type())),
                None => listing.unnameable = Some(relative.to_owned()),
            }
        }
        listing.found.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(listing)
    }
}

impl Tree for DirTree {
    fn label(&self) -> &str {
        &self.label
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        Ok(self.metadata(path)?.map(|metadata| {
            if metadata.is_file() {
                Entry::File { executable: executable(&metadata) }
            } else if metadata.is_dir() {
                Entry::Directory
            } else if metadata.is_symlink() {
                Entry::Symlink
            } else {
                Entry::Other(special(&metadata))
            }
        }))
    }

    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        let Some(metadata) = self.metadata(path)? else { return Ok(None) };
        if metadata.is_symlink() {
            return Err(TreeError::Symlink(path.clone()));
        }
        if !metadata.is_file() {
            return Err(TreeError::NotAFile(path.clone()));
        }
        let file = path.below(&self.root);
        Budget::new(&self.label, &LIMITS).contents(path, metadata.len())?;
        let bytes = regular::read_unlinked(&file, &metadata, LARGEST_FILE);
        let bytes = bytes.map_err(TreeError::io(file.display()))?;
        Ok(Some(File::new(bytes, executable(&metadata))))
    }

    fn link(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        if !self.metadata(path)?.is_some_and(|metadata| metadata.is_symlink()) {
            return Ok(None);
        }
        let link = path.below(&self.root);
        let target = fs::read_link(&link).map_err(TreeError::io(link.display()))?;
        Ok(Some(target.into_os_string().into_vec()))
    }

    fn files(&self) -> Result<Vec<TreePath>, TreeError> {
        let found = self.list()?.found.into_iter();
        Ok(found.filter(|(_, kind)| kind.is_file()).map(|(path, _)| path).collect())
    }

    fn walk(&self, visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>) -> Result<(), TreeError> {
        let Listing { found, unnameable } = self.list()?;
        if let Some(name) = unnameable {
            return Err(TreeError::Name { tree: self.label.clone(), name: name.display().to_string() });
        }
        // All sizes are added up before anything is written.
        let mut budget = Budget::new(&self.label, &LIMITS);
        let mut all = Vec::with_capacity(found.len());
        for (path, kind) in found {
            let file = path.below(&self.root);
            let metadata = fs::symlink_metadata(&file).map_err(TreeError::io(file.display()))?;
            if kind.is_file() {
                budget.contents(&path, metadata.len())?;
            }
            all.push((path, kind, metadata));
        }
        for (path, kind, metadata) in all {
            let file = path.below(&self.root);
            let failed = || TreeError::io(file.display());
            let node = if kind.is_file() {
                let open = self.open_file(&path).map_err(failed())?;
                match metadata.len() {
                    len @ LARGE.. => Node::Large(LargeFile::new(Arc::new(open), 0, len)),
                    _ => Node::File(regular::contents(&open, LARGEST_FILE).map_err(failed())?.into()),
                }
            } else if kind.is_dir() {
                Node::Directory
            } else if kind.is_symlink() {
                Node::Symlink(fs::read_link(&file).map_err(failed())?.into_os_string().into_vec())
            } else {
                Node::Other
            };
            // The nanoseconds are less than a second, so they fit.
            let mtime = Some((metadata.mtime(), u32::try_from(metadata.mtime_nsec()).unwrap_or(0)));
            visit(WalkEntry { path, node, mode: metadata.permissions().mode() & 0o777, mtime })?;
        }
        Ok(())
    }
}

/// Whether a name in a directory is not part of the tree.
fn hidden(name: &str) -> bool {
    name == ".git" || name.starts_with(OWN_PREFIX)
}

fn special(metadata: &Metadata) -> Special {
    match metadata.file_type() {
        kind if kind.is_fifo() => Special::Pipe,
        kind if kind.is_socket() => Special::Socket,
        _ => Special::Device,
    }
}

fn executable(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o100 != 0
}

/// The metadata of `path`, without following a link; `None` if nothing is there.
fn stat(path: &Path) -> Result<Option<Metadata>, TreeError> {
    if_exists(fs::symlink_metadata(path)).map_err(TreeError::io(path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::testing::{self, path};

    #[test]
    fn a_directory_has_the_limits_of_an_archive() {
        let folder = testing::directory();
        let file = folder.path().join("configure");
        let tree = DirTree::open(folder.path()).unwrap();
        fs::File::options().write(true).open(&file).unwrap().set_len(LARGEST_FILE + 1).unwrap();
        assert!(matches!(tree.read(&path("configure")), Err(TreeError::Limit { .. })));
        assert!(matches!(tree.walk(&mut |_| Ok(())), Err(TreeError::Limit { .. })));
        for i in 0..9 {
            let file = fs::File::create(folder.path().join(format!("sparse{i}"))).unwrap();
            file.set_len(LARGEST_FILE).unwrap();
        }
        fs::remove_file(&file).unwrap();
        let error = tree.walk(&mut |_| Ok(())).unwrap_err();
        assert!(error.to_string().ends_with("its files have more than 4294967296 bytes"), "{error}");

        let folder = testing::directory();
        let tree = DirTree::open(folder.path()).unwrap();
        fs::create_dir_all(folder.path().join("d/".repeat(64))).unwrap();
        assert_eq!(tree.files().unwrap().len(), testing::FILES.len());
        fs::create_dir_all(folder.path().join("d/".repeat(65))).unwrap();
        assert!(matches!(tree.files(), Err(TreeError::Hostile { .. })));
    }

    #[test]
    fn a_large_file_of_a_directory_is_not_read_into_memory() {
        let folder = testing::directory();
        fs::File::create(folder.path().join("large")).unwrap().set_len(LARGE).unwrap();
        let mut large = 0;
        let tree = DirTree::open(folder.path()).unwrap();
        tree.walk(&mut |entry| {
            large += u32::from(matches!(entry.node, Node::Large(_)));
            Ok(())
        })
        .unwrap();
        assert_eq!(large, 1);
    }
}
