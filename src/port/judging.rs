//! What is known while the edits of a patchset are judged on one tree.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::searched::{Searched, Sought};
use crate::contents::Contents;
use crate::edit::{AnchorLine, Context, Part, resolve};
use crate::operation::Anchor;
use crate::patchset::{Change, Edit, Patchset};
use crate::plan::Baseline;
use crate::text::Comments;
use crate::tree::{Tree, TreeError, TreePath, python_version};

/// A patchset and the tree on which it is judged.
pub(super) struct Judging<'a> {
    pub patchset: &'a Patchset,
    pub context: Context<'a>,
    /// The release that the patchset was written for, if it is available.
    pub base: Option<&'a dyn Tree>,
    pub baseline: Option<&'a Baseline>,
    /// Whether the patchset is written for this version.
    pub in_range: bool,
    pub searched: &'a Searched,
    files: OnceCell<Vec<TreePath>>,
    like: RefCell<HashMap<TreePath, Rc<Vec<TreePath>>>>,
}

impl<'a> Judging<'a> {
    pub(super) fn new(
        patchset: &'a Patchset,
        baseline: Option<&'a Baseline>,
        base: Option<&'a dyn Tree>,
        tree: &'a dyn Tree,
        searched: &'a Searched,
    ) -> Result<Judging<'a>, TreeError> {
        let context = Context::new(tree, python_version(tree)?);
        let in_range = patchset.is_for(context.version.as_ref());
        Ok(Judging {
            patchset,
            context,
            base,
            baseline,
            in_range,
            searched,
            files: OnceCell::new(),
            like: RefCell::default(),
        })
    }

    /// All files of the tree, listed on demand.
    pub(super) fn files(&self) -> Result<&[TreePath], TreeError> {
        if let Some(known) = self.files.get() {
            return Ok(known);
        }
        let files = self.context.tree.files()?;
        Ok(self.files.get_or_init(|| files))
    }

    /// The files that are searched for what was in `own`, as `select` finds them among all: for each file once.
    pub(super) fn like(
        &self,
        own: &TreePath,
        select: impl FnOnce(&[TreePath]) -> Vec<TreePath>,
    ) -> Result<Rc<Vec<TreePath>>, TreeError> {
        if let Some(known) = self.like.borrow().get(own) {
            return Ok(Rc::clone(known));
        }
        let found = Rc::new(select(self.files()?));
        self.like.borrow_mut().insert(own.clone(), Rc::clone(&found));
        Ok(found)
    }

    /// The contents of a file; `None` for what is not a regular file.
    pub(super) fn contents(&self, path: &TreePath) -> Result<Option<Contents>, TreeError> {
        match self.context.file(path) {
            Ok(file) => Ok(file.map(|file| file.bytes)),
            Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Those of `paths` that have what is `sought`, and how often, as `count` finds it. A file is not read if another tree
    /// showed it for the same contents.
    pub(super) fn having<'p>(
        &self,
        paths: impl IntoIterator<Item = &'p TreePath>,
        sought: impl Fn(Comments) -> Sought,
        count: impl Fn(&TreePath, &[u8]) -> usize,
    ) -> Result<Vec<(TreePath, usize)>, TreeError> {
        let mut by_comments = HashMap::new();
        let mut found = Vec::new();
        for path in paths {
            let comments = Comments::of_file(path.file_name());
            let counts =
                by_comments.entry(comments).or_insert_with(|| self.searched.counts(sought(comments)));
            let id = self.context.tree.contents_id(path);
            let known = id.and_then(|id| counts.get(id));
            let number = match known {
                Some(number) => number,
                None => self.contents(path)?.map_or(0, |bytes| count(path, &bytes)),
            };
            if let (Some(id), None) = (id, known) {
                counts.insert(id, number);
            }
            if number > 0 {
                found.push((path.clone(), number));
            }
        }
        Ok(found)
    }

    pub(super) fn bytes(&self, path: &TreePath) -> Result<Option<Vec<u8>>, TreeError> {
        match self.context.file(path) {
            Ok(file) => Ok(file.map(|file| file.bytes.to_vec())),
            Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A file of the release that the patchset was written for.
    pub(super) fn base_bytes(&self, path: &TreePath) -> Result<Option<Contents>, TreeError> {
        let Some(base) = self.base else { return Ok(None) };
        Ok(base.read(path)?.map(|file| file.bytes))
    }

    /// Resolves a change of `edit` here, outside the patchset's range whatever versions the change is for.
    pub(super) fn resolve(&self, edit: &Edit, change: &Change) -> Result<Vec<Part>, TreeError> {
        let mut one = Edit { changes: vec![change.clone()], requires: Vec::new(), ..edit.clone() };
        if !self.in_range {
            one.when = None;
            one.changes[0].when = None;
        }
        resolve(&self.context, &one)
    }

    /// Whether a proposed change fits the tree.
    pub(super) fn fits(&self, edit: &Edit, change: &Change) -> Result<bool, TreeError> {
        let parts = self.resolve(edit, change)?;
        Ok(!parts.is_empty() && parts.iter().all(|part| !part.outcome.is_failure()))
    }

    /// A proposed change, if there is one and it fits the tree.
    pub(super) fn tried(&self, edit: &Edit, change: Option<Change>) -> Result<Option<Change>, TreeError> {
        match change {
            Some(change) if self.fits(edit, &change)? => Ok(Some(change)),
            _ => Ok(None),
        }
    }
}

/// One part of an edit that is judged on the tree.
#[derive(Clone, Copy)]
pub(super) struct JudgedPart<'a> {
    pub judging: &'a Judging<'a>,
    pub edit: &'a Edit,
    /// The number of its change in the edit, from 0.
    pub index: usize,
    pub change: &'a Change,
    pub part: &'a Part,
}

impl<'a> JudgedPart<'a> {
    /// What the operation attaches to.
    pub(super) fn anchor(&self) -> Anchor {
        self.change.operation.operate().describe().anchor
    }

    /// The lines that it is anchored to on the release that the patchset was written for.
    pub(super) fn lines_before(&self) -> &'a [AnchorLine] {
        let lines =
            |baseline: &'a Baseline| baseline.anchors(&self.edit.id, self.index, self.part.name.as_deref());
        self.judging.baseline.map_or(&[], lines)
    }

    /// The lines that it is anchored to here.
    pub(super) fn lines_now(&self) -> Result<Vec<AnchorLine>, TreeError> {
        Ok(self.part.anchor_lines(&self.judging.bytes(&self.part.file)?.unwrap_or_default()))
    }

    /// A proposed change, if there is one and it fits the tree.
    pub(super) fn tried(&self, change: Option<Change>) -> Result<Option<Change>, TreeError> {
        self.judging.tried(self.edit, change)
    }

    /// The change on another anchor, if its operation can be moved there.
    pub(super) fn moved(&self, anchor: Anchor) -> Option<Change> {
        let operation = self.change.operation.with_anchor(anchor)?;
        Some(self.change.with_operation(operation))
    }
}
