//! The tree an edit is resolved on, with each file read and parsed once.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::outcome::Place;
use crate::contents::Contents;
use crate::syntax::c::CFile;
use crate::syntax::header::Header;
use crate::syntax::makefile::Makefile;
use crate::syntax::python::PyFile;
use crate::syntax::setup::Setup;
use crate::text::{line_bounds, line_number};
use crate::tree::{Entry, File, FileChange, Tree, TreeError, TreePath};
use crate::version::Version;

/// A tree, and what is known of it.
pub struct Context<'a> {
    /// The tree.
    pub tree: &'a dyn Tree,
    /// Its version of CPython; `None` for something else.
    pub version: Option<Version>,
    files: RefCell<BTreeMap<TreePath, Option<Rc<Source>>>>,
    entries: RefCell<BTreeMap<TreePath, Option<Entry>>>,
    /// The context before some changes, whose other files need not be read again.
    before: Option<(&'a Context<'a>, &'a [FileChange])>,
}

impl<'a> Context<'a> {
    /// Resolves on `tree`, which is of `version`.
    pub fn new(tree: &'a dyn Tree, version: Option<Version>) -> Context<'a> {
        Context { tree, version, files: RefCell::default(), entries: RefCell::default(), before: None }
    }

    /// Resolves on `tree`, which is the tree of `before` after `changes`.
    pub fn after(before: &'a Context<'a>, changes: &'a [FileChange], tree: &'a dyn Tree) -> Context<'a> {
        Context { before: Some((before, changes)), ..Context::new(tree, before.version.clone()) }
    }

    /// A file of the tree; `None` when it has none of that name.
    pub(super) fn source(&self, path: &TreePath) -> Result<Option<Rc<Source>>, TreeError> {
        if let Some(known) = self.files.borrow().get(path) {
            return Ok(known.clone());
        }
        if let Some((before, changes)) = self.before
            && !changes.iter().any(|change| change.path == *path)
        {
            return before.source(path);
        }
        let source =
            self.tree.read(path)?.map(|file| Rc::new(Source::new(path.clone(), file.bytes, file.executable)));
        self.files.borrow_mut().insert(path.clone(), source.clone());
        Ok(source)
    }

    /// Lets go of what is known of the files of `changes`: after them they are other files, and the memory
    /// serves for those.
    pub fn forget(&self, changes: &[FileChange]) {
        let mut files = self.files.borrow_mut();
        for change in changes {
            files.remove(&change.path);
        }
    }

    /// What stands at `path`; `None` when nothing does. The tree is asked once.
    ///
    /// # Errors
    /// When the tree cannot be read.
    pub fn entry(&self, path: &TreePath) -> Result<Option<Entry>, TreeError> {
        if let Some(known) = self.entries.borrow().get(path) {
            return Ok(known.clone());
        }
        let entry = self.tree.entry(path)?;
        self.entries.borrow_mut().insert(path.clone(), entry.clone());
        Ok(entry)
    }

    /// A file of the tree as it is; `None` when it has none of that name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn file(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        let source = self.source(path)?;
        Ok(source.map(|source| File { bytes: source.bytes.clone(), executable: source.executable }))
    }
}

/// A file of the tree, parsed in whichever ways it is asked for.
pub(super) struct Source {
    pub path: TreePath,
    pub bytes: Contents,
    pub executable: bool,
    makefile: OnceCell<Makefile>,
    setup: OnceCell<Setup>,
    c: OnceCell<CFile>,
    header: OnceCell<Header>,
    python: OnceCell<PyFile>,
}

impl Source {
    pub(super) fn new(path: TreePath, bytes: Contents, executable: bool) -> Source {
        Source {
            path,
            bytes,
            executable,
            makefile: OnceCell::new(),
            setup: OnceCell::new(),
            c: OnceCell::new(),
            header: OnceCell::new(),
            python: OnceCell::new(),
        }
    }

    pub(super) fn makefile(&self) -> &Makefile {
        self.makefile.get_or_init(|| Makefile::parse(&self.bytes))
    }

    pub(super) fn setup(&self) -> &Setup {
        self.setup.get_or_init(|| Setup::parse(&self.bytes))
    }

    pub(super) fn c(&self) -> &CFile {
        self.c.get_or_init(|| CFile::parse(self.bytes.clone()))
    }

    pub(super) fn header(&self) -> &Header {
        self.header.get_or_init(|| Header::parse(&self.bytes))
    }

    pub(super) fn python(&self) -> &PyFile {
        self.python.get_or_init(|| PyFile::parse(&self.bytes))
    }

    pub(super) fn place(&self, offset: usize) -> Place {
        let offset = offset.min(self.bytes.len());
        let text = line_bounds(&self.bytes, offset).of(&self.bytes).trim_ascii_end();
        Place {
            file: self.path.clone(),
            line: line_number(&self.bytes, offset),
            text: String::from_utf8_lossy(text).into_owned(),
        }
    }
}
