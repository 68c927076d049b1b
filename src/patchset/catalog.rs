//! Finds patchsets: in folders, and inside the binary.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::LoadError;
use super::id::is_id;
use crate::regular::{self, LARGEST_DOCUMENT};
use crate::shipped::PATCHSETS;
use crate::text::nearest_names;

/// The file that makes a folder a patchset.
const PATCHSET: &str = "patchset.yaml";

/// Finds patchsets by id in a list of folders, and then among the shipped ones. The first match wins.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    folders: Vec<PathBuf>,
    /// The folder of a patchset, without symbolic links, and the text that counts in place of its patchset.yaml.
    unsaved: Option<(PathBuf, Arc<[u8]>)>,
}

/// Where a patchset is.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// In a folder on disk.
    Folder {
        /// The folder of its patchset.yaml.
        path: PathBuf,
        /// Its id, which is the name of the folder.
        id: String,
        /// The text that counts in place of its patchset.yaml.
        unsaved: Option<Arc<[u8]>>,
    },
    /// Inside the binary.
    Shipped {
        /// Its id.
        id: String,
    },
}

impl Origin {
    /// The id of the patchset.
    pub(super) fn id(&self) -> &str {
        match self {
            Origin::Folder { id, .. } | Origin::Shipped { id } => id,
        }
    }

    /// The name of one of its files, for messages.
    pub(crate) fn display(&self, file: &str) -> String {
        match self {
            Origin::Folder { path, .. } => path.join(file).display().to_string(),
            Origin::Shipped { id } => format!("patchsets/{id}/{file} (shipped)"),
        }
    }

    /// Reads one of its files. `file` is relative to its folder.
    ///
    /// # Errors
    /// When the file does not exist, cannot be read, or is outside the folder through a symbolic link.
    pub(crate) fn read(&self, file: &str) -> io::Result<Vec<u8>> {
        match self {
            Origin::Folder { unsaved: Some(text), .. } if file == PATCHSET => Ok(text.to_vec()),
            Origin::Folder { path, .. } => {
                let (top, found) = (path.canonicalize()?, path.join(file).canonicalize()?);
                // A text is a file below files/, whatever else is in the patchset.
                let (base, what) = match file.starts_with("files/") {
                    true => (path.join("files").canonicalize()?, "files/ of the patchset"),
                    false => (top.clone(), "the patchset"),
                };
                if !found.starts_with(&base) || !base.starts_with(&top) {
                    return Err(io::Error::other(format!("a symbolic link leads out of {what}")));
                }
                regular::read(&found, LARGEST_DOCUMENT)
            }
            Origin::Shipped { id } => {
                PATCHSETS.get(&format!("{id}/{file}")).ok_or_else(|| io::ErrorKind::NotFound.into())
            }
        }
    }
}

impl Catalog {
    /// A catalog of `folders`, which contain a folder for each patchset. A folder that does not exist is
    /// ignored.
    pub fn new(folders: Vec<PathBuf>) -> Catalog {
        Catalog { folders, unsaved: None }
    }

    /// This catalog with a text that is not saved yet as the patchset.yaml of a folder, which need not exist.
    #[must_use]
    pub(crate) fn with_unsaved(self, folder: &Path, text: Vec<u8>) -> Catalog {
        Catalog { unsaved: Some((real(folder), text.into())), ..self }
    }

    /// The ids of all patchsets, sorted. What has another name, such as the rest of an interrupted command, is not a
    /// patchset.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub fn ids(&self) -> Result<Vec<String>, LoadError> {
        let mut ids: BTreeSet<String> = PATCHSETS
            .paths()
            .filter_map(|file| file.strip_suffix("/patchset.yaml").map(str::to_owned))
            .collect();
        for folder in self.folders.iter().filter(|folder| folder.is_dir()) {
            let io = |source| LoadError::Io { file: folder.display().to_string(), source };
            for path in entries(folder).map_err(io)? {
                if let Some(name) = path.file_name().and_then(|name| name.to_str())
                    && is_id(name)
                    && path.join("patchset.yaml").is_file()
                {
                    ids.insert(name.to_owned());
                }
            }
        }
        Ok(ids.into_iter().collect())
    }

    /// The folders of all patchsets that are not inside the binary.
    pub(crate) fn all_folders(&self) -> Vec<PathBuf> {
        let all = self.folders.iter().filter_map(|folder| entries(folder).ok()).flatten();
        all.filter(|path| path.join("patchset.yaml").is_file()).collect()
    }

    /// The folder of a patchset; `None` if it is inside the binary, or there is none.
    pub(crate) fn folder(&self, id: &str) -> Option<PathBuf> {
        match self.find(id)? {
            Origin::Folder { path, .. } => Some(path),
            Origin::Shipped { .. } => None,
        }
    }

    /// The file of a patchset, for messages.
    pub(crate) fn file(&self, id: &str) -> Option<String> {
        Some(self.find(id)?.display("patchset.yaml"))
    }

    /// The file of a patchset that is used in the place of a shipped one of the same id, and differs from it.
    pub(crate) fn hides_shipped(&self, id: &str) -> Option<String> {
        let Some(origin @ Origin::Folder { .. }) = self.find(id) else { return None };
        let shipped = Origin::Shipped { id: origin.id().to_owned() };
        let prefix = format!("{}/", origin.id());
        let mut files = PATCHSETS.paths().filter_map(|path| path.strip_prefix(&prefix)).peekable();
        files.peek()?;
        files
            .any(|file| origin.read(file).ok() != shipped.read(file).ok())
            .then(|| origin.display("patchset.yaml"))
    }

    /// This catalog with another folder before its own.
    #[must_use]
    pub fn with_first(&self, folder: PathBuf) -> Catalog {
        let mut folders = self.folders.clone();
        folders.insert(0, folder);
        Catalog { folders, unsaved: self.unsaved.clone() }
    }

    /// Finds a patchset by its id, or by the path of its folder or patchset.yaml, which contains a `/` or is `.`.
    pub(crate) fn find(&self, id: &str) -> Option<Origin> {
        if is_path(id) {
            return self.by_path(Path::new(id));
        }
        // `..` is in every folder.
        if !is_id(id) {
            return None;
        }
        let mut folders = self.folders.iter().map(|folder| folder.join(id));
        match folders.find_map(|path| self.in_folder(&path, id)) {
            Some(found) => Some(found),
            None => {
                let file = format!("{id}/patchset.yaml");
                PATCHSETS.paths().any(|path| path == file).then(|| Origin::Shipped { id: id.to_owned() })
            }
        }
    }

    fn by_path(&self, path: &Path) -> Option<Origin> {
        // A file that is not saved yet does not exist.
        let is_folder = path.is_dir() || path.file_name()? != PATCHSET && !path.exists();
        let folder = if is_folder { path } else { path.parent()? };
        self.in_folder(folder, real(folder).file_name()?.to_str()?)
    }

    /// The patchset of a folder, if there is one.
    fn in_folder(&self, path: &Path, id: &str) -> Option<Origin> {
        let unsaved = self.unsaved.as_ref().filter(|(folder, _)| *folder == real(path));
        let unsaved = unsaved.map(|(_, text)| text.clone());
        let exists = unsaved.is_some() || path.join(PATCHSET).is_file();
        exists.then(|| Origin::Folder { path: path.to_owned(), id: id.to_owned(), unsaved })
    }

    /// Finds the patchset that another one names. What a stranger wrote reaches nothing but patchsets: it names an id,
    /// not a path, and a link in a folder of patchsets does not lead out of that folder.
    ///
    /// # Errors
    /// Why no such patchset exists, for a message that begins with the key that names it.
    pub(super) fn named(&self, id: &str) -> Result<Origin, String> {
        if !is_id(id) {
            return Err(format!(
                "names `{id}`, which is not an id: other patchsets are named by ids, not by paths"
            ));
        }
        let Some(origin) = self.find(id) else {
            let near = match &self.near(id)[..] {
                [] => String::new(),
                names => format!("; near: {}", names.join(", ")),
            };
            return Err(format!("names an unknown patchset `{id}`{near}"));
        };
        if let Origin::Folder { path, .. } = &origin {
            let real =
                |path: &Path| path.canonicalize().map_err(|error| format!("cannot use `{id}`: {error}"));
            let folder = path.parent().unwrap_or(Path::new("."));
            if real(path)?.parent() != Some(&real(folder)?) {
                let path = path.display();
                return Err(format!(
                    "names `{id}`, but {path} is a symbolic link that leads out of its folder"
                ));
            }
        }
        Ok(origin)
    }

    pub(super) fn near(&self, id: &str) -> Vec<String> {
        nearest_names(id, self.ids().unwrap_or_default().iter().map(String::as_str))
    }
}

/// Whether a patchset is named by a path. Ids do not begin with a dot.
pub(crate) fn is_path(id: &str) -> bool {
    id.contains('/') || id == "." || id == ".."
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect()
}

/// A path without symbolic links, if it exists.
fn real(path: &Path) -> PathBuf {
    path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}
