//! Where patchsets are found: in folders, and inside the binary.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rust_embed::Embed;

use super::Patchset;
use super::load::{LoadError, load};
use crate::text::nearest_names;

#[derive(Embed)]
#[folder = "patchsets"]
struct Shipped;

/// The folders that are searched for patchsets, the first wins; the shipped ones come last.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    folders: Vec<PathBuf>,
}

/// Where one patchset lies.
#[derive(Debug, Clone)]
pub enum Origin {
    /// In a folder of the disk.
    Folder {
        /// The folder that holds patchset.yaml.
        path: PathBuf,
        /// The patchset's name: the folder's.
        id: String,
    },
    /// Inside the binary.
    Shipped {
        /// The patchset's name.
        id: String,
    },
}

impl Origin {
    /// The patchset's name.
    pub fn id(&self) -> &str {
        match self {
            Origin::Folder { id, .. } | Origin::Shipped { id } => id,
        }
    }

    /// Names a file of the patchset for people.
    pub fn display(&self, file: &str) -> String {
        match self {
            Origin::Folder { path, .. } => path.join(file).display().to_string(),
            Origin::Shipped { id } => format!("patchsets/{id}/{file} (shipped)"),
        }
    }

    /// Reads a file of the patchset.
    ///
    /// # Errors
    /// When it does not exist or cannot be read.
    pub fn read(&self, file: &str) -> io::Result<Vec<u8>> {
        match self {
            Origin::Folder { path, .. } => {
                let found = path.join(file).canonicalize()?;
                if !found.starts_with(path.canonicalize()?) {
                    return Err(io::Error::other("a symbolic link leads out of the patchset"));
                }
                fs::read(found)
            }
            Origin::Shipped { id } => Shipped::get(&format!("{id}/{file}"))
                .map(|file| file.data.into_owned())
                .ok_or_else(|| io::ErrorKind::NotFound.into()),
        }
    }
}

impl Catalog {
    /// A catalog over `folders`, each of which holds one folder a patchset. Those that do not exist
    /// are passed over.
    pub fn new(folders: Vec<PathBuf>) -> Catalog {
        Catalog { folders }
    }

    /// The names of all patchsets, sorted.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn ids(&self) -> Result<Vec<String>, LoadError> {
        let mut ids: BTreeSet<String> = Shipped::iter()
            .filter_map(|file| file.strip_suffix("/patchset.yaml").map(str::to_owned))
            .collect();
        for folder in self.folders.iter().filter(|folder| folder.is_dir()) {
            let io = |source| LoadError::Io { file: folder.display().to_string(), source };
            for entry in fs::read_dir(folder).map_err(io)? {
                let path = entry.map_err(io)?.path();
                if path.join("patchset.yaml").is_file()
                    && let Some(name) = path.file_name().and_then(|name| name.to_str())
                {
                    ids.insert(name.to_owned());
                }
            }
        }
        Ok(ids.into_iter().collect())
    }

    /// Loads a patchset by name, or by the path of its folder or patchset.yaml.
    ///
    /// # Errors
    /// When there is none, or it is wrong.
    pub fn load(&self, id: &str) -> Result<Patchset, LoadError> {
        match by_path(Path::new(id)).filter(|_| id.contains('/')) {
            // What it extends may stand beside it.
            Some(Origin::Folder { path, .. }) => load(&self.with_first(path.join("..")), id),
            _ => load(self, id),
        }
    }

    /// This catalog with another folder before its own.
    #[must_use]
    pub fn with_first(&self, folder: PathBuf) -> Catalog {
        let mut folders = self.folders.clone();
        folders.insert(0, folder);
        Catalog { folders }
    }

    /// Where a patchset is kept; nothing when there is none of that name.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub fn find(&self, id: &str) -> Result<Option<Origin>, LoadError> {
        if id.contains('/') {
            return Ok(by_path(Path::new(id)));
        }
        for folder in &self.folders {
            let path = folder.join(id);
            if path.join("patchset.yaml").is_file() {
                return Ok(Some(Origin::Folder { path, id: id.to_owned() }));
            }
        }
        Ok(Shipped::get(&format!("{id}/patchset.yaml")).map(|_| Origin::Shipped { id: id.to_owned() }))
    }

    pub(super) fn near(&self, id: &str) -> Vec<String> {
        nearest_names(id, self.ids().unwrap_or_default().iter().map(String::as_str))
    }
}

fn by_path(path: &Path) -> Option<Origin> {
    let folder = if path.is_dir() { path } else { path.parent()? };
    let id = folder.canonicalize().ok()?.file_name()?.to_str()?.to_owned();
    folder.join("patchset.yaml").is_file().then(|| Origin::Folder { path: folder.to_owned(), id })
}
