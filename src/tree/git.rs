//! The tree of a commit, read from the object database of a git repository.

use std::collections::{BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use git2::{ErrorCode, ObjectType, Oid, Repository};

use super::attributes::{Chain, Rules};
use super::blobs::Blobs;
use super::limits::{Budget, LIMITS};
use super::loose::{require_end, require_ends};
use super::missing::MissingObjects;
use super::repository::open_repository;
use super::walk::file_mode;
use super::{ContentsId, Entry, File, Mtime, Node, Special, Tree, TreeError, TreePath, WalkEntry};
use crate::contents::Contents;
use crate::text::nearest_names;

/// The source tree of a commit, read without a checkout. The repository may be bare. Names and bytes are those that
/// `git archive` writes, so that a tag has the same files as the release made of it.
pub struct GitTree {
    /// libgit2's handles may be moved to another thread, but not used by two at once.
    repository: Arc<Mutex<Repository>>,
    tree: Oid,
    /// The time of the commit.
    mtime: Option<Mtime>,
    label: String,
    /// The repository and the revision, which errors name.
    origin: String,
    /// The attributes that count in a directory, by the `.gitattributes` files above it.
    chains: Mutex<HashMap<AttributeFiles, Arc<Chain>>>,
    /// All its entries, once they were asked for: then no path is looked up directory by directory.
    listing: OnceLock<Listing>,
    /// What was read from it and others, if it is one of several.
    blobs: Option<Arc<Blobs>>,
}

/// The `.gitattributes` files from the top directory to another one, each with the length of its directory and a slash.
type AttributeFiles = Vec<(usize, Oid)>;

/// An entry of a git tree object: git's mode and the object's name.
#[derive(Debug, Clone, Copy)]
struct Object {
    mode: i32,
    id: Oid,
}

/// The contents of the tree.
struct Listing {
    /// In byte order of the paths.
    found: Vec<(TreePath, Object, Arc<Chain>)>,
    /// What identifies the contents of each, once it was asked for: attributes are slow to match.
    ids: Vec<OnceLock<Option<ContentsId>>>,
    /// A name that is not a [`TreePath`].
    unnameable: Option<String>,
}

impl GitTree {
    /// The tree of `rev`, which is anything that `git rev-parse` accepts: a tag, a branch, a commit, the
    /// id of a tree.
    ///
    /// # Errors
    /// [`TreeError::NoRepository`] if `repo` is neither a repository nor the top of a work tree (the
    /// directories above it are not searched); [`TreeError::NoRevision`] if it has no revision `rev`;
    /// [`TreeError::Git`] if an object is damaged or has no tree.
    pub fn open(repo: impl AsRef<Path>, rev: &str) -> Result<GitTree, TreeError> {
        let path = repo.as_ref();
        let origin = format!("git:{}@{rev}", path.display());
        let repository = open_repository(path)?;
        let (tree, mtime) = {
            require_ends(&repository, rev).map_err(|error| git_error(&origin, &error))?;
            let object = repository.revparse_single(rev).map_err(|error| match error.code() {
                ErrorCode::NotFound | ErrorCode::InvalidSpec => TreeError::NoRevision {
                    repo: path.to_owned(),
                    rev: rev.to_owned(),
                    near: near_names(&repository, rev),
                },
                _ => git_error(&origin, &error),
            })?;
            let tree = object.peel_to_tree().map_err(|error| git_error(&origin, &error))?.id();
            let commit = object.peel_to_commit().ok();
            (tree, commit.map(|commit| (commit.time().seconds(), 0)))
        };
        Ok(GitTree { mtime, ..GitTree::of(Arc::new(Mutex::new(repository)), tree, origin) })
    }

    /// The same tree with another label: that of a pin is its name, wherever it was found.
    pub(super) fn labelled(self, label: &str) -> GitTree {
        GitTree { label: label.to_owned(), ..self }
    }

    /// A tree of an open repository.
    pub(super) fn of(repository: Arc<Mutex<Repository>>, tree: Oid, origin: String) -> GitTree {
        GitTree {
            repository,
            tree,
            mtime: None,
            label: origin.clone(),
            origin,
            chains: Mutex::default(),
            listing: OnceLock::new(),
            blobs: None,
        }
    }

    /// The same tree, whose files are kept in `blobs` for other trees with the same files.
    pub(super) fn sharing(self, blobs: &Arc<Blobs>) -> GitTree {
        GitTree { blobs: Some(Arc::clone(blobs)), ..self }
    }

    /// The id of the tree, 40 hexadecimal digits: what `git rev-parse REV^{tree}` prints.
    pub fn tree_id(&self) -> String {
        self.tree.to_string()
    }

    fn repository(&self) -> MutexGuard<'_, Repository> {
        // Nothing is modified under the lock, so a panic leaves nothing half done.
        self.repository.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The error for an object that could not be read. `path` is where it is in the tree, and `None` for its top.
    fn reading(
        &self,
        repository: &Repository,
        path: Option<TreePath>,
        id: Oid,
    ) -> impl Fn(git2::Error) -> TreeError {
        move |error| match &path {
            Some(path) if error.code() == ErrorCode::NotFound => {
                self.missing(repository, vec![(path.clone(), id)], false)
            }
            Some(path) => git_error(&format!("{path} of {}", self.origin), &error),
            None => git_error(&self.origin, &error),
        }
    }

    fn missing(&self, repository: &Repository, objects: Vec<(TreePath, Oid)>, is_copy: bool) -> TreeError {
        TreeError::Missing(Box::new(MissingObjects::new(&self.origin, repository, objects, is_copy)))
    }

    /// The rules of these files, which are in the directories above the path `above`.
    fn chain(
        &self,
        repository: &Repository,
        files: &AttributeFiles,
        above: &str,
    ) -> Result<Arc<Chain>, TreeError> {
        let mut chains = self.chains.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = chains.get(files) {
            return Ok(Arc::clone(known));
        }
        let mut all = Vec::new();
        for (length, id) in files {
            let path = TreePath::inside(above.get(..*length).unwrap_or_default(), ".gitattributes");
            let failed = self.reading(repository, path, *id);
            require_end(repository, *id).map_err(&failed)?;
            let blob = repository.find_blob(*id).map_err(&failed)?;
            all.push((*length, Arc::new(Rules::parse(blob.content()))));
        }
        let chain = Arc::new(Chain::new(all));
        chains.insert(files.clone(), Arc::clone(&chain));
        Ok(chain)
    }

    fn find(&self, path: &TreePath) -> Result<Option<(Object, Arc<Chain>)>, TreeError> {
        if let Some(listing) = self.listing.get()
            && let Some(at) = listing.position(path)
        {
            let (_, object, chain) = &listing.found[at];
            return Ok(Some((*object, Arc::clone(chain))));
        }
        let repository = self.repository();
        let mut at = Object { mode: 0o040_000, id: self.tree };
        let (mut files, mut end) = (AttributeFiles::new(), 0_usize);
        let mut chain = Arc::default();
        for name in path.as_str().split('/') {
            match at.entry() {
                Entry::Directory => {}
                Entry::Symlink => return Err(TreeError::Symlink(path.clone())),
                Entry::File { .. } | Entry::Other(_) => return Ok(None),
            }
            let failed = self.reading(
                &repository,
                path.as_str().get(..end.saturating_sub(1)).and_then(|above| above.parse().ok()),
                at.id,
            );
            require_end(&repository, at.id).map_err(&failed)?;
            let tree = repository.find_tree(at.id).map_err(&failed)?;
            if let Some(id) = attribute_file(&tree) {
                files.push((end, id));
                chain = self.chain(&repository, &files, path.as_str())?;
            }
            let Some(entry) = tree.get_name_bytes(name.as_bytes()) else { return Ok(None) };
            at = Object { mode: entry.filemode(), id: entry.id() };
            end += name.len();
            if chain.ignores(&path.as_str()[..end], at.entry() == Entry::Directory) {
                return Ok(None);
            }
            end += 1;
        }
        Ok(Some((at, chain)))
    }

    fn blob(&self, path: &TreePath, id: Oid) -> Result<Vec<u8>, TreeError> {
        let repository = self.repository();
        let failed = self.reading(&repository, Some(path.clone()), id);
        require_end(&repository, id).map_err(&failed)?;
        let blob = repository.find_blob(id).map_err(&failed)?;
        Ok(blob.content().to_owned())
    }

    /// A blob that is not too large, from the repository unless another tree has read it.
    fn contents(&self, path: &TreePath, id: Oid) -> Result<Contents, TreeError> {
        if let Some(known) = self.blobs.as_ref().and_then(|blobs| blobs.get(id)) {
            return Ok(known);
        }
        Budget::new(&self.label, &LIMITS).contents(path, self.size(path, id)?)?;
        let contents = Contents::from(self.blob(path, id)?);
        if let Some(blobs) = &self.blobs {
            blobs.insert(id, contents.clone());
        }
        Ok(contents)
    }

    /// The target of a symbolic link, if there can be such a link.
    fn target(&self, path: &TreePath, id: Oid) -> Result<Vec<u8>, TreeError> {
        let target = self.blob(path, id)?;
        if target.is_empty() || target.contains(&0) {
            let why = "it is a symbolic link without a target";
            return Err(TreeError::hostile(&self.label, path.as_str().as_bytes(), why));
        }
        Ok(target)
    }

    /// The size of a blob, which is not decompressed for that.
    fn size(&self, path: &TreePath, id: Oid) -> Result<u64, TreeError> {
        let repository = self.repository();
        let header = repository.odb().and_then(|odb| odb.read_header(id));
        Ok(header.map_err(self.reading(&repository, Some(path.clone()), id))?.0 as u64)
    }

    fn list(&self) -> Result<&Listing, TreeError> {
        if let Some(known) = self.listing.get() {
            return Ok(known);
        }
        let listing = self.new_listing()?;
        Ok(self.listing.get_or_init(|| listing))
    }

    fn new_listing(&self) -> Result<Listing, TreeError> {
        let repository = self.repository();
        let mut listing = Listing { found: Vec::new(), ids: Vec::new(), unnameable: None };
        let mut budget = Budget::new(&self.label, &LIMITS);
        let mut has_ignored = false;
        // A small repository can have one directory a million times.
        let mut checked = BTreeSet::new();
        let mut left = vec![(String::new(), self.tree, AttributeFiles::new())];
        while let Some((above, id, mut files)) = left.pop() {
            let failed = self.reading(&repository, above.trim_end_matches('/').parse().ok(), id);
            if checked.insert(id) {
                require_end(&repository, id).map_err(&failed)?;
            }
            let tree = repository.find_tree(id).map_err(&failed)?;
            files.extend(attribute_file(&tree).map(|id| (above.len(), id)));
            let chain = self.chain(&repository, &files, &above)?;
            for entry in tree.iter() {
                let object = Object { mode: entry.filemode(), id: entry.id() };
                budget.entry(&[above.as_bytes(), entry.name_bytes()].concat())?;
                let path = entry.name().ok().and_then(|name| TreePath::inside(&above, name));
                let Some(path) = path else {
                    let name = String::from_utf8_lossy(entry.name_bytes());
                    listing.unnameable = Some(format!("{above}{name}"));
                    continue;
                };
                let is_tree = entry.kind() == Some(ObjectType::Tree);
                if chain.ignores(path.as_str(), is_tree) {
                    has_ignored = true;
                    continue;
                }
                if is_tree {
                    left.push((format!("{path}/"), object.id, files.clone()));
                }
                listing.found.push((path, object, Arc::clone(&chain)));
            }
        }
        if has_ignored {
            without_empty_directories(&mut listing.found);
        }
        listing.found.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        if let Some(two) = listing.found.windows(2).find(|two| two[0].0 == two[1].0) {
            return Err(TreeError::hostile(&self.label, two[0].0.as_str().as_bytes(), "it occurs twice"));
        }
        listing.ids.resize_with(listing.found.len(), OnceLock::new);
        Ok(listing)
    }
}

impl Listing {
    fn position(&self, path: &TreePath) -> Option<usize> {
        self.found.binary_search_by(|(known, ..)| known.cmp(path)).ok()
    }
}

/// The `.gitattributes` file of a directory.
fn attribute_file(tree: &git2::Tree<'_>) -> Option<Oid> {
    let entry = tree.get_name(".gitattributes")?;
    // git does not follow a link.
    let object = Object { mode: entry.filemode(), id: entry.id() };
    object.is_file().then_some(object.id)
}

/// Removes directories that contain nothing: `git archive` leaves them out, too.
fn without_empty_directories(found: &mut Vec<(TreePath, Object, Arc<Chain>)>) {
    let files = found.iter().filter(|(_, object, _)| object.entry() != Entry::Directory);
    let full: BTreeSet<TreePath> = files.flat_map(|(path, ..)| path.ancestors()).collect();
    found.retain(|(path, object, _)| object.entry() != Entry::Directory || full.contains(path));
}

impl Tree for GitTree {
    fn label(&self) -> &str {
        &self.label
    }

    fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        Ok(self.find(path)?.map(|(object, _)| object.entry()))
    }

    fn read(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        let Some((object, chain)) = self.find(path)? else { return Ok(None) };
        match object.entry() {
            Entry::File { executable } => {
                let bytes = self.contents(path, object.id)?;
                let bytes = match chain.keeps(path.as_str()) {
                    true => bytes,
                    false => chain.converted(path.as_str(), bytes.to_vec()).into(),
                };
                Ok(Some(File::new(bytes, executable)))
            }
            Entry::Symlink => Err(TreeError::Symlink(path.clone())),
            Entry::Directory | Entry::Other(_) => Err(TreeError::NotAFile(path.clone())),
        }
    }

    fn link(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        match self.find(path)? {
            Some((object, _)) if object.entry() == Entry::Symlink => self.target(path, object.id).map(Some),
            Some(_) | None => Ok(None),
        }
    }

    fn contents_id(&self, path: &TreePath) -> Option<ContentsId> {
        // Reading another directory for it could take longer than reading the file.
        let listing = self.listing.get()?;
        let at = listing.position(path)?;
        *listing.ids[at].get_or_init(|| {
            let (_, object, chain) = &listing.found[at];
            let is_as_committed = object.is_file() && chain.keeps(path.as_str());
            is_as_committed.then(|| object.id.as_bytes().try_into().ok().map(ContentsId)).flatten()
        })
    }

    fn files(&self) -> Result<Vec<TreePath>, TreeError> {
        let found = self.list()?.found.iter();
        Ok(found.filter(|(_, object, _)| object.is_file()).map(|(path, ..)| path.clone()).collect())
    }

    fn walk(&self, visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>) -> Result<(), TreeError> {
        self.walk_except(&mut |_| false, visit)
    }

    fn walk_except(
        &self,
        leaves_out: &mut dyn FnMut(&TreePath) -> bool,
        visit: &mut dyn FnMut(WalkEntry) -> Result<(), TreeError>,
    ) -> Result<(), TreeError> {
        let Listing { found, unnameable, .. } = self.list()?;
        if let Some(name) = unnameable {
            return Err(TreeError::Name { tree: self.origin.clone(), name: name.clone() });
        }
        let kept: Vec<_> = found.iter().filter(|(path, ..)| !leaves_out(path)).collect();
        // All sizes are added up before anything is written; many names may have one blob.
        let (mut budget, mut sizes) = (Budget::new(&self.label, &LIMITS), HashMap::new());
        let mut missing = Vec::new();
        for (path, object, _) in &kept {
            if matches!(object.entry(), Entry::File { .. } | Entry::Symlink) {
                let size = match sizes.get(&object.id) {
                    Some(size) => *size,
                    None => match self.size(path, object.id) {
                        Err(TreeError::Missing(_)) => None,
                        size => Some(size?),
                    },
                };
                sizes.insert(object.id, size);
                match (size, object.entry()) {
                    (None, _) => missing.push((path.clone(), object.id)),
                    (Some(size), Entry::Symlink) => budget.link(path, size)?,
                    (Some(size), Entry::File { .. } | Entry::Directory | Entry::Other(_)) => {
                        budget.contents(path, size)?;
                    }
                }
            }
        }
        if !missing.is_empty() {
            return Err(self.missing(&self.repository(), missing, true));
        }
        for (path, object, chain) in kept {
            // No lock is held here: `visit` may read from this tree.
            let (node, mode) = match object.entry() {
                Entry::File { executable } => {
                    let bytes = chain.converted(path.as_str(), self.blob(path, object.id)?);
                    (Node::File(bytes.into()), file_mode(executable))
                }
                Entry::Directory => (Node::Directory, 0o755),
                Entry::Symlink => (Node::Symlink(self.target(path, object.id)?), 0o777),
                Entry::Other(_) => (Node::Other, 0o755),
            };
            visit(WalkEntry { path: path.clone(), node, mode, mtime: self.mtime })?;
        }
        Ok(())
    }
}

impl Object {
    fn entry(self) -> Entry {
        match self.mode & 0o170_000 {
            0o040_000 => Entry::Directory,
            0o100_000 => Entry::File { executable: self.mode & 0o100 != 0 },
            0o120_000 => Entry::Symlink,
            _ => Entry::Other(Special::Submodule),
        }
    }

    fn is_file(self) -> bool {
        matches!(self.entry(), Entry::File { .. })
    }
}

/// Tags and branches with names similar to `rev`.
fn near_names(repository: &Repository, rev: &str) -> Vec<String> {
    let Ok(references) = repository.references() else { return Vec::new() };
    let mut names: Vec<String> =
        references.flatten().filter_map(|reference| Some(reference.shorthand().ok()?.to_owned())).collect();
    names.sort();
    names.dedup();
    nearest_names(rev, names.iter().map(String::as_str))
}

pub(super) fn git_error(what: &str, error: &git2::Error) -> TreeError {
    TreeError::Git { what: what.to_owned(), why: error.message().to_owned() }
}

#[cfg(test)]
mod tests;
