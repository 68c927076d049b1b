//! The tree an edit is resolved on, with each file read and parsed once.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::operation::ParsedFile;
use crate::tree::{File, FileChange, Tree, TreeError, TreePath};
use crate::version::Version;

/// A tree, and what is known of it.
pub struct Context<'a> {
    /// The tree.
    pub tree: &'a dyn Tree,
    /// Its version of CPython; `None` for something else.
    pub version: Option<Version>,
    files: RefCell<BTreeMap<TreePath, Option<Rc<ParsedFile>>>>,
    names: OnceCell<Vec<TreePath>>,
    /// The context before some changes, whose other files need not be read again.
    before: Option<(&'a Context<'a>, &'a [FileChange])>,
    is_own_result: bool,
}

impl<'a> Context<'a> {
    /// Resolves on `tree`, which is of `version`.
    pub fn new(tree: &'a dyn Tree, version: Option<Version>) -> Context<'a> {
        let (files, names) = (RefCell::default(), OnceCell::new());
        Context { tree, version, files, names, before: None, is_own_result: false }
    }

    /// Resolves on `tree`, which is the tree of `before` after `changes`.
    pub fn after(before: &'a Context<'a>, changes: &'a [FileChange], tree: &'a dyn Tree) -> Context<'a> {
        Context { before: Some((before, changes)), ..Context::new(tree, before.version.clone()) }
    }

    /// As [`after`](Context::after), where `changes` are those of all edits that are resolved.
    pub fn of_result(before: &'a Context<'a>, changes: &'a [FileChange], tree: &'a dyn Tree) -> Context<'a> {
        Context { is_own_result: true, ..Context::after(before, changes, tree) }
    }

    /// A file of the tree; `None` when it has none of that name.
    pub(crate) fn parsed(&self, path: &TreePath) -> Result<Option<Rc<ParsedFile>>, TreeError> {
        if let Some(known) = self.files.borrow().get(path) {
            return Ok(known.clone());
        }
        if let Some((before, changes)) = self.before
            && !changes.iter().any(|change| change.path == *path)
        {
            return before.parsed(path);
        }
        let file = self.tree.read(path)?;
        let file = file.map(|file| {
            let mut parsed = ParsedFile::new(path.clone(), file.bytes, file.executable);
            parsed.is_own_result = self.is_own_result;
            Rc::new(parsed)
        });
        self.files.borrow_mut().insert(path.clone(), file.clone());
        Ok(file)
    }

    /// The names of all regular files, in byte order.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(crate) fn names(&self) -> Result<&[TreePath], TreeError> {
        if let Some(known) = self.names.get() {
            return Ok(known);
        }
        let names = self.tree.files()?;
        Ok(self.names.get_or_init(|| names))
    }

    /// Forgets the files of `changes`, which have other contents after them: the memory is used for those.
    pub fn forget(&self, changes: &[FileChange]) {
        let mut files = self.files.borrow_mut();
        for change in changes {
            files.remove(&change.path);
        }
    }

    /// A file of the tree as it is; `None` when it has none of that name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn file(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        let file = self.parsed(path)?;
        Ok(file.map(|file| File::new(file.bytes.clone(), file.executable)))
    }

    /// A file or a symbolic link of the tree; `None` when it has none of that name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn file_or_link(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        match self.file(path) {
            Err(TreeError::Symlink(_)) => self.tree.file_or_link(path),
            found => found,
        }
    }
}
