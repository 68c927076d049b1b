//! A tree in a directory.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::{Entry, File, Node, Tree, TreeError, TreePath, WalkEntry};

/// What names at the top of a directory begin with that are pypatch's own: the receipt of an applied
/// tree, and where `apply` prepares files. They are no part of the tree.
pub const OWN_PREFIX: &str = ".pypatch-";

/// A source tree in a directory.
///
/// `.git` and what begins with [`OWN_PREFIX`] at its top are not there, for every method. Symbolic
/// links below the top are seen but not followed.
#[derive(Debug, Clone)]
pub struct DirTree {
    root: PathBuf,
    label: String,
}

/// What the directory holds, in byte order of the paths.
struct Listing {
    found: Vec<(TreePath, fs::FileType)>,
    /// A name that is no [`TreePath`].
    unnameable: Option<PathBuf>,
}

impl DirTree {
    /// The tree in the directory `root`, which may itself be a link to one.
    ///
    /// # Errors
    /// [`TreeError::NoSource`] when nothing is there, [`TreeError::Io`] when it is no directory.
    pub fn open(root: impl Into<PathBuf>) -> Result<DirTree, TreeError> {
        let root = root.into();
        let label = root.display().to_string();
        match fs::metadata(&root) {
            Ok(metadata) if metadata.is_dir() => Ok(DirTree { root, label }),
            Ok(_) => Err(TreeError::io(label)(io::ErrorKind::NotADirectory.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(TreeError::NoSource(root)),
            Err(error) => Err(TreeError::io(label)(error)),
        }
    }

    /// The directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What the system knows about `path`, after a look at every directory above it.
    fn metadata(&self, path: &TreePath) -> Result<Option<Metadata>, TreeError> {
        if hidden(path.as_str().split('/').next().unwrap_or_default()) {
            return Ok(None);
        }
        for above in path.ancestors() {
            match stat(&above.below(&self.root))? {
                Some(metadata) if metadata.is_symlink() => {
                    return Err(TreeError::Symlink { path: path.clone() });
                }
                Some(metadata) if metadata.is_dir() => {}
                _ => return Ok(None),
            }
        }
        stat(&path.below(&self.root))
    }

    fn list(&self) -> Result<Listing, TreeError> {
        let mut listing = Listing { found: Vec::new(), unnameable: None };
        let walk = WalkDir::new(&self.root).min_depth(1).into_iter();
        for entry in walk.filter_entry(|e| e.depth() != 1 || !e.file_name().to_str().is_some_and(hidden)) {
            let entry = entry.map_err(|error| {
                let what = error.path().unwrap_or(&self.root).display().to_string();
                TreeError::io(what)(error.into_io_error().unwrap_or_else(|| io::Error::other("a loop")))
            })?;
            let relative = entry.path().strip_prefix(&self.root).unwrap_or(entry.path());
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
                Entry::Other
            }
        }))
    }

    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        let Some(metadata) = self.metadata(path)? else { return Ok(None) };
        if metadata.is_symlink() {
            return Err(TreeError::Symlink { path: path.clone() });
        }
        // Asked before opening: opening a pipe would wait for ever.
        if !metadata.is_file() {
            return Err(TreeError::NotAFile { path: path.clone() });
        }
        let place = path.below(&self.root);
        let bytes = fs::read(&place).map_err(TreeError::io(place.display()))?;
        Ok(Some(File { bytes: bytes.into(), executable: executable(&metadata) }))
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
        for (path, kind) in found {
            let place = path.below(&self.root);
            let failed = || TreeError::io(place.display());
            let metadata = fs::symlink_metadata(&place).map_err(failed())?;
            let node = if kind.is_file() {
                Node::File(fs::read(&place).map_err(failed())?.into())
            } else if kind.is_dir() {
                Node::Directory
            } else if kind.is_symlink() {
                Node::Symlink(fs::read_link(&place).map_err(failed())?.into_os_string().into_vec())
            } else {
                Node::Other
            };
            // Below a second, so it fits.
            let nanoseconds = u32::try_from(metadata.mtime_nsec()).unwrap_or(0);
            let mtime = Some((metadata.mtime(), nanoseconds));
            visit(WalkEntry { path, node, mode: metadata.permissions().mode() & 0o777, mtime })?;
        }
        Ok(())
    }
}

/// Whether a name at the top of a directory is no part of the tree in it.
fn hidden(name: &str) -> bool {
    name == ".git" || name.starts_with(OWN_PREFIX)
}

fn executable(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & 0o100 != 0
}

/// The metadata of what stands at `place`, a link not followed; `None` when nothing does.
fn stat(place: &Path) -> Result<Option<Metadata>, TreeError> {
    match fs::symlink_metadata(place) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(TreeError::io(place.display())(error)),
    }
}
