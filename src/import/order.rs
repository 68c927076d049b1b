//! Applies patches one after the other, and finds those without which a patch gives another result.

use std::collections::BTreeMap;

use super::changes::changed_files;
use super::{Edited, Head, ImportedPatch, Problem, allowed, write};
use crate::edit::{Near, Outcome};
use crate::patchset::{Edit, NewPatchset, Patchset, prerequisites};
use crate::plan::{joined, plan};
use crate::syntax::patch::Patch;
use crate::tree::{File, FileChange, OverlayTree, Tree, TreeError, TreePath};

/// Loads a patchset that is not written yet, or says why it is invalid.
pub type Load<'a> = &'a dyn Fn(&NewPatchset) -> Result<Patchset, String>;

/// A patch that was applied.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Its number among the patches, from 0.
    pub index: usize,
    /// The files that it changes.
    pub files: Vec<TreePath>,
    /// The edits that it depends on.
    pub depends_on: Vec<String>,
    /// The lints that it raises, by name, and what each says. The edit allows them: the patch is taken as it is.
    pub lints: BTreeMap<String, String>,
}

/// The result of applying patches.
#[derive(Debug)]
pub struct Applied {
    /// Those that were applied, in order.
    pub taken: Vec<Taken>,
    /// Those that were not.
    pub problems: Vec<Problem>,
    /// The changes of files by all of them together.
    pub changes: Vec<FileChange>,
}

/// Applies `patches` to `tree`, one on the result of the others. One that does not fit is a problem, and left out.
///
/// # Errors
/// If the tree cannot be read.
pub fn apply(
    head: &Head,
    patches: &[ImportedPatch],
    tree: &dyn Tree,
    load: Load<'_>,
) -> Result<Applied, TreeError> {
    let mut applied = Applied { taken: Vec::new(), problems: Vec::new(), changes: Vec::new() };
    let mut edits: Vec<Edit> = Vec::new();
    for (index, one) in patches.iter().enumerate() {
        let now = OverlayTree::new(tree, &applied.changes);
        let Alone { patchset, files, lints, own } = match alone(head, one, &now, load)? {
            Ok(alone) => alone,
            Err(why) => {
                applied.problems.push(Problem { patch: one.patch.name.clone(), why });
                continue;
            }
        };
        applied.changes = joined(&applied.changes.iter().chain(&own).collect::<Vec<_>>());
        let mut edit = patchset.edits.first().expect("the patchset of a patch has an edit for it").clone();
        let trial = Trial { patchset: &patchset, edit: &edit, edits: &edits, taken: &applied.taken, tree };
        let depends_on = trial.prerequisites(&files, &applied.changes)?;
        edit.depends_on.clone_from(&depends_on);
        edits.push(edit);
        applied.taken.push(Taken { index, files, depends_on, lints });
    }
    Ok(applied)
}

/// A patch that fits.
struct Alone {
    /// The patchset of its edit.
    patchset: Patchset,
    files: Vec<TreePath>,
    lints: BTreeMap<String, String>,
    /// The changes that it makes.
    own: Vec<FileChange>,
}

/// The patch on `tree`, or why it does not fit there.
fn alone(
    head: &Head,
    one: &ImportedPatch,
    tree: &dyn Tree,
    load: Load<'_>,
) -> Result<Result<Alone, String>, TreeError> {
    let patch = match Patch::parse(&one.patch.bytes) {
        Ok(patch) if patch.sections.is_empty() => return Ok(Err("it contains no change".to_owned())),
        Ok(patch) => patch,
        Err(why) => return Ok(Err(why)),
    };
    let files = match changed_files(&patch, one.patch.strip, tree)? {
        Ok(files) => files,
        Err(why) => return Ok(Err(why)),
    };
    let alone = Edited { patch: one, files: &files, depends_on: &[], lints: &BTreeMap::new() };
    let mut patchset = match load(&write(head, &[alone])) {
        Ok(patchset) => patchset,
        Err(why) => return Ok(Err(why)),
    };
    let mut planned = plan(&patchset, tree)?;
    let raised = planned.edits.iter().flat_map(|edit| &edit.lints);
    let lints: BTreeMap<String, String> =
        raised.map(|hit| (hit.lint.name().to_owned(), hit.message.clone())).collect();
    if !lints.is_empty() {
        for edit in &mut patchset.edits {
            edit.allow = allowed(&lints);
        }
        planned = plan(&patchset, tree)?;
    }
    if planned.fits() && !planned.is_done() {
        return Ok(Ok(Alone { patchset, files, lints, own: planned.changes }));
    }
    if planned.is_done() {
        return Ok(Err("the base has its changes already".to_owned()));
    }
    let part = planned.edits.iter().flat_map(|edit| &edit.parts).find(|part| part.outcome.is_failure());
    let why = part.and_then(|part| {
        let nearest = match &part.outcome {
            Outcome::Missing { near, .. } => near.first(),
            _ => None,
        };
        let nearest = nearest.map(|Near { place, why }| format!("; near: line {}, {why}", place.line));
        Some(format!("{}: {}{}", part.file, part.outcome.reason()?, nearest.unwrap_or_default()))
    });
    Ok(Err(why.unwrap_or_else(|| "its result would be changed again by itself".to_owned())))
}

/// An edit, and those before it.
struct Trial<'a> {
    /// The patchset of the edit alone.
    patchset: &'a Patchset,
    edit: &'a Edit,
    edits: &'a [Edit],
    taken: &'a [Taken],
    tree: &'a dyn Tree,
}

impl Trial<'_> {
    /// The edits without which the edit would give other contents of `files` than `changes` have: of those that change one of these
    /// files, as few as possible.
    fn prerequisites(&self, files: &[TreePath], changes: &[FileChange]) -> Result<Vec<String>, TreeError> {
        let all = self.edits.iter().zip(self.taken);
        let shares = |(_, taken): &(&Edit, &Taken)| taken.files.iter().any(|file| files.contains(file));
        let sharing: Vec<String> = all.filter(shares).map(|(edit, _)| edit.id.clone()).collect();
        let Some(last) = sharing.last() else { return Ok(Vec::new()) };
        for needed in [&[][..], std::slice::from_ref(last)] {
            if self.gives(&sharing, needed, files, changes)? {
                return Ok(needed.to_vec());
            }
        }
        let mut needed = sharing.clone();
        for id in sharing.iter().rev() {
            let fewer: Vec<String> = needed.iter().filter(|one| *one != id).cloned().collect();
            if self.gives(&sharing, &fewer, files, changes)? {
                needed = fewer;
            }
        }
        Ok(needed)
    }

    /// Whether the edit, if it depends on those in `depends_on`, gives the contents of `files` that `changes` have.
    fn gives(
        &self,
        sharing: &[String],
        depends_on: &[String],
        files: &[TreePath],
        changes: &[FileChange],
    ) -> Result<bool, TreeError> {
        let with = |depends_on: Vec<String>| Edit { depends_on, ..self.edit.clone() };
        // Those that change the same files, and those that they need.
        let needed = prerequisites(self.edits, &with(sharing.to_vec()));
        let mut edits: Vec<Edit> = needed.into_iter().map(|at| self.edits[at].clone()).collect();
        edits.push(with(depends_on.to_vec()));
        let planned = plan(&Patchset { edits, ..self.patchset.clone() }, self.tree)?;
        let after = |changes: &[FileChange], file: &TreePath| -> Option<Option<File>> {
            changes.iter().find(|change| change.path == *file).map(|change| change.after.clone())
        };
        Ok(planned.fits() && files.iter().all(|file| after(&planned.changes, file) == after(changes, file)))
    }
}
