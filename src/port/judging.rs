//! What is known while the edits of a patchset are judged on one tree.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use super::searched::{Number, Searched, Sought};
use crate::contents::Contents;
use crate::edit::{AnchorLine, Context, Overwritten, Part, overwritten, resolve};
use crate::modules::{SetupFile, setup_files};
use crate::operation::{Anchor, ParsedFile};
use crate::patchset::{Change, Edit, Patchset};
use crate::plan::Baseline;
use crate::syntax::setup::Setup;
use crate::text::Comments;
use crate::tree::{Tree, TreeError, TreePath, tree_version};
use crate::version::Version;

/// A patchset and the tree on which it is judged.
pub(super) struct Judging<'a> {
    pub patchset: &'a Patchset,
    /// The patchset with the values and alternatives that it has on the release that it was written for.
    pub on_base: Option<&'a Patchset>,
    pub context: Context<'a>,
    /// The release that the patchset was written for, if it is available.
    pub base: Option<&'a dyn Tree>,
    pub baseline: Option<&'a Baseline>,
    /// The version of that release.
    old_version: Option<Version>,
    /// Whether the patchset is written for this version.
    pub in_range: bool,
    pub searched: &'a Searched,
    like: RefCell<HashMap<String, Rc<Vec<Searchable>>>>,
    setup_files: OnceCell<Vec<ReadSetup>>,
}

/// A file that may be searched.
pub(super) struct Searchable {
    pub path: TreePath,
    number: Option<Number>,
}

/// A Setup file that a build reads.
pub(super) struct ReadSetup {
    pub file: SetupFile,
    /// Its contents as makesetup reads them, without what configure replaces.
    pub text: Vec<u8>,
    pub setup: Setup,
}

impl<'a> Judging<'a> {
    pub(super) fn new(
        patchset: &'a Patchset,
        baseline: Option<&'a Baseline>,
        base: Option<&'a dyn Tree>,
        tree: &'a dyn Tree,
        searched: &'a Searched,
    ) -> Result<Judging<'a>, TreeError> {
        let context = Context::new(tree, tree_version(tree)?);
        let in_range = patchset.is_for(context.version.as_ref());
        Ok(Judging {
            patchset,
            on_base: None,
            context,
            base,
            baseline,
            old_version: base.map(tree_version).transpose()?.flatten(),
            in_range,
            searched,
            like: RefCell::default(),
            setup_files: OnceCell::new(),
        })
    }

    /// Whether the tree is older than the release that the patchset was written for.
    pub(super) fn is_older(&self) -> bool {
        self.old_version.as_ref().zip(self.context.version.as_ref()).is_some_and(|(old, own)| own < old)
    }

    /// All files of the tree, listed on demand.
    pub(super) fn files(&self) -> Result<&[TreePath], TreeError> {
        self.context.names()
    }

    /// The files of a kind, as `is_like` finds them among all: once for each name of a kind.
    pub(super) fn like(
        &self,
        kind: String,
        is_like: impl Fn(&TreePath) -> bool,
    ) -> Result<Rc<Vec<Searchable>>, TreeError> {
        if let Some(known) = self.like.borrow().get(&kind) {
            return Ok(Rc::clone(known));
        }
        let paths = self.files()?.iter().filter(|path| is_like(path));
        let found = Rc::new(paths.map(|path| self.searchable(path.clone())).collect());
        self.like.borrow_mut().insert(kind, Rc::clone(&found));
        Ok(found)
    }

    pub(super) fn searchable(&self, path: TreePath) -> Searchable {
        let id = self.context.tree.contents_id(&path);
        Searchable { number: id.map(|id| self.searched.number(id)), path }
    }

    /// The Setup files that a build reads, in order, as `read` parses them: once.
    pub(super) fn setup_files(
        &self,
        read: impl Fn(SetupFile, &[u8]) -> ReadSetup,
    ) -> Result<&[ReadSetup], TreeError> {
        if let Some(known) = self.setup_files.get() {
            return Ok(known);
        }
        let mut all = Vec::new();
        for file in setup_files(self.context.tree)? {
            if let Some(text) = self.contents(&file.path)? {
                all.push(read(file, &text));
            }
        }
        Ok(self.setup_files.get_or_init(|| all))
    }

    /// The contents of a file; `None` for what is not a regular file.
    pub(super) fn contents(&self, path: &TreePath) -> Result<Option<Contents>, TreeError> {
        Ok(self.parsed(path)?.map(|file| file.bytes.clone()))
    }

    /// A file, parsed once; `None` for what is not a regular file.
    pub(super) fn parsed(&self, path: &TreePath) -> Result<Option<Rc<ParsedFile>>, TreeError> {
        match self.context.parsed(path) {
            Ok(file) => Ok(file),
            Err(TreeError::Symlink { .. } | TreeError::NotAFile { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Those of `files` that have what is `sought`, and how often, as `count` finds it. A file is not read if another tree
    /// showed it for the same contents.
    pub(super) fn having(
        &self,
        files: &[&Searchable],
        sought: &dyn Fn(Comments) -> Sought,
        count: &dyn Fn(&TreePath, &[u8]) -> usize,
    ) -> Result<Vec<(TreePath, usize)>, TreeError> {
        let mut by_comments: Vec<(Comments, Vec<(usize, &Searchable)>)> = Vec::new();
        for numbered in files.iter().copied().enumerate() {
            let comments = Comments::of_file(numbered.1.path.file_name());
            match by_comments.iter_mut().find(|(known, _)| *known == comments) {
                Some((_, files)) => files.push(numbered),
                None => by_comments.push((comments, vec![numbered])),
            }
        }
        let mut found = Vec::new();
        for (comments, files) in by_comments {
            let counts = self.searched.counts(sought(comments));
            let numbers: Vec<Option<Number>> = files.iter().map(|(_, file)| file.number).collect();
            let mut new = Vec::new();
            for ((at, file), known) in files.into_iter().zip(counts.known(&numbers)) {
                let times = match known {
                    Some(times) => times,
                    None => self.contents(&file.path)?.map_or(0, |bytes| count(&file.path, &bytes)),
                };
                if let (Some(number), None) = (file.number, known) {
                    new.push((number, times));
                }
                if times > 0 {
                    found.push((at, file.path.clone(), times));
                }
            }
            counts.extend(new);
        }
        found.sort_by_key(|(at, ..)| *at);
        Ok(found.into_iter().map(|(_, path, times)| (path, times)).collect())
    }

    /// How similar a file is to `old` of the base, as `like` finds it, unless another tree showed it for the same contents.
    pub(super) fn likeness(
        &self,
        old: &TreePath,
        path: &TreePath,
        like: impl FnOnce(&[u8]) -> f64,
    ) -> Result<f64, TreeError> {
        let id = self.context.tree.contents_id(path);
        let read = || Ok(self.contents(path)?.map_or(0.0, |bytes| like(&bytes)));
        self.searched.likeness.or(old.as_str(), id, read)
    }

    /// The same on the release that the patchset was written for, if it is available.
    pub(super) fn of_base(&self) -> Result<Option<Judging<'a>>, TreeError> {
        let of = |base| Judging::new(self.patchset, self.baseline, None, base, self.searched);
        self.base.map(of).transpose()
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
        Ok(self.part.anchor_lines(&self.judging.contents(&self.part.file)?.unwrap_or_default()))
    }

    /// What it overwrites on the release that the patchset was written for, if that is known and its operation compares it.
    pub(super) fn overwritten_before(&self) -> &'a [Overwritten] {
        let pieces = |baseline: &'a Baseline| {
            baseline.overwritten(&self.edit.id, self.index, self.part.name.as_deref())
        };
        self.judging.baseline.map_or(&[], pieces)
    }

    /// What it overwrites here.
    pub(super) fn overwritten_now(&self) -> Result<Vec<Overwritten>, TreeError> {
        overwritten(&self.judging.context, self.part, self.change.operation.family())
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
