//! Applies patches one after the other, and finds those without which a patch gives another result.

use std::collections::BTreeMap;

use super::changes::changed_files;
use super::patched::{MovedHunk, Patched, patched};
use super::unit::{Draft, Unit, written};
use super::{Edited, Head, ImportedPatch, Message, PatchFile, Problem, allowed, write};
use crate::edit::{Near, Outcome};
use crate::patchset::{Edit, NewPatchset, Patchset, prerequisites};
use crate::plan::{Plan, joined, plan};
use crate::syntax::patch::{Effect, Patch, Section};
use crate::tree::{File, FileChange, OverlayTree, Tree, TreeError, TreePath};

/// Loads a patchset that is not written yet, or says why it is invalid.
pub type Load<'a> = &'a dyn Fn(&NewPatchset) -> Result<Patchset, String>;

/// How patches are taken.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// How many lines of context, at each end of a hunk, need not fit.
    pub fuzz: usize,
    /// Whether each file of a patch gets an edit of its own.
    pub split: bool,
}

/// An edit of a patch that was applied.
#[derive(Debug, Clone)]
pub struct Taken {
    /// The number of the patch, from 0.
    pub index: usize,
    /// The edit.
    pub unit: Unit,
    /// The files that it changes.
    pub files: Vec<TreePath>,
    /// The edits that it depends on.
    pub depends_on: Vec<String>,
    /// The lints that it raises, by name, and what each says. The edit allows them: the patch is taken as it is.
    pub lints: BTreeMap<String, String>,
    /// The hunks of its files for which the patch was written again.
    pub hunks: Vec<MovedHunk>,
}

/// The result of applying patches.
#[derive(Debug)]
pub struct Applied {
    /// The edits of those that were applied, in order.
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
    options: Options,
    tree: &dyn Tree,
    load: Load<'_>,
) -> Result<Applied, TreeError> {
    each(head, patches, options, tree, load, &|run, ids| run.units(ids))
}

/// The edits that make `changes` of `tree`, or the reason why they cannot be written.
///
/// # Errors
/// If the tree cannot be read.
pub fn record(
    head: &Head,
    id: &str,
    message: &Message,
    changes: &[FileChange],
    options: Options,
    tree: &dyn Tree,
    load: Load<'_>,
) -> Result<Applied, TreeError> {
    let patch = PatchFile { name: id.to_owned(), strip: None, bytes: Vec::new() };
    let one = ImportedPatch { patch, id: id.to_owned(), message: message.clone() };
    // A file is renamed if another one has its bytes and name is new.
    let mut renames: Vec<(TreePath, TreePath)> = Vec::new();
    for gone in changes.iter().filter(|change| change.after.is_none()) {
        let is_new = |change: &&FileChange| {
            change.before.is_none()
                && change.after == gone.before
                && renames.iter().all(|(_, to)| *to != change.path)
        };
        if let Some(new) = changes.iter().find(is_new) {
            renames.push((gone.path.clone(), new.path.clone()));
        }
    }
    let patched = Patched { changes: changes.to_vec(), renames, hunks: Vec::new() };
    each(head, &[one], options, tree, load, &|run, ids| run.rewritten(patched.clone(), ids))
}

/// Finds the edits of one patch, on the result of those before.
type Find<'a> = &'a dyn Fn(&Run<'_>, &mut Vec<String>) -> Result<Result<Units, String>, TreeError>;

fn each(
    head: &Head,
    patches: &[ImportedPatch],
    options: Options,
    tree: &dyn Tree,
    load: Load<'_>,
    find: Find<'_>,
) -> Result<Applied, TreeError> {
    let mut applied = Applied { taken: Vec::new(), problems: Vec::new(), changes: Vec::new() };
    let mut edits: Vec<Edit> = Vec::new();
    let mut ids: Vec<String> = patches.iter().map(|one| one.id.clone()).collect();
    for (index, one) in patches.iter().enumerate() {
        let now = OverlayTree::new(tree, &applied.changes);
        let run = Run { head, one, options, tree: &now, load };
        let (units, hunks) = match find(&run, &mut ids)? {
            Ok(units) => units,
            Err(why) => {
                applied.problems.push(Problem { patch: one.patch.name.clone(), why });
                continue;
            }
        };
        for (unit, Alone { patchset, lints, own }) in units {
            applied.changes = joined(&applied.changes.iter().chain(&own).collect::<Vec<_>>());
            let files = unit.paths();
            let mut edit = patchset.edits.first().expect("the patchset of an edit has it").clone();
            let trial =
                Trial { patchset: &patchset, edit: &edit, edits: &edits, taken: &applied.taken, tree };
            let depends_on = trial.prerequisites(&files, &applied.changes)?;
            edit.depends_on.clone_from(&depends_on);
            edits.push(edit);
            let hunks = hunks.iter().filter(|hunk| files.contains(&hunk.file)).cloned().collect();
            applied.taken.push(Taken { index, unit, files, depends_on, lints, hunks });
        }
    }
    Ok(applied)
}

/// An edit that fits.
struct Alone {
    /// The patchset of the edit alone.
    patchset: Patchset,
    lints: BTreeMap<String, String>,
    /// The changes that it makes.
    own: Vec<FileChange>,
}

/// The edits of a patch, each on the result of those before, and the hunks that moved.
type Units = (Vec<(Unit, Alone)>, Vec<MovedHunk>);

/// The application of one patch.
struct Run<'a> {
    head: &'a Head,
    one: &'a ImportedPatch,
    options: Options,
    tree: &'a dyn Tree,
    load: Load<'a>,
}

impl Run<'_> {
    /// The edits of the patch, or why it cannot be taken.
    fn units(&self, ids: &mut Vec<String>) -> Result<Result<Units, String>, TreeError> {
        let ImportedPatch { patch: file, id, .. } = self.one;
        let patch = match Patch::parse(&file.bytes) {
            Ok(patch) if patch.sections.is_empty() => return Ok(Err("it contains no change".to_owned())),
            Ok(patch) => patch,
            Err(why) => return Ok(Err(why)),
        };
        let targets = match changed_files(&patch, file.strip, self.tree)? {
            Ok(targets) => targets,
            Err(why) => return Ok(Err(why)),
        };
        let is_link = |mode: &Option<String>| mode.as_ref().is_some_and(|mode| !mode.starts_with("100"));
        let is_special = |section: &Section| {
            let Section { effect, modes, .. } = section;
            matches!(effect, Effect::Moves | Effect::Binary) || is_link(&modes.0) || is_link(&modes.1)
        };
        let mut why = None;
        if !patch.sections.iter().any(is_special) {
            let paths: Vec<TreePath> = targets.iter().map(|target| target.path.clone()).collect();
            let unit = Unit::of_patch(id, &file.bytes, &paths);
            match self.alone(&unit, self.tree)? {
                Ok(alone) if !self.options.split || unit.steps.len() == 1 => {
                    return Ok(Ok((vec![(unit, alone)], Vec::new())));
                }
                Ok(Alone { own, .. }) => {
                    return self.rewritten(Patched { changes: own, ..Patched::default() }, ids);
                }
                Err(unfit) => why = Some(unfit),
            }
        }
        let patched = match patched(&patch, &targets, self.tree)? {
            Ok(patched) => patched,
            Err(unfit) => {
                return Ok(Err(match why {
                    Some(why) if unfit.is_fuzzy => format!("{why}; with fuzz: {}", unfit.why),
                    Some(why) => why,
                    None => unfit.why,
                }));
            }
        };
        let needed = patched.hunks.iter().max_by_key(|hunk| hunk.fuzz).filter(|hunk| hunk.fuzz > 0);
        match (needed, why) {
            // Without fuzz, what `diff` says counts.
            (None, Some(why)) => Ok(Err(why)),
            (Some(MovedHunk { file, hunk, fuzz, .. }), why) if *fuzz > self.options.fuzz => {
                let why = why.map(|why| format!("; without: {why}")).unwrap_or_default();
                Ok(Err(format!("hunk {hunk} of {file} fits with --fuzz {fuzz}{why}")))
            }
            (None | Some(_), _) => self.rewritten(patched, ids),
        }
    }

    /// The edits that are written from the changes that the patch makes.
    fn rewritten(&self, patched: Patched, ids: &mut Vec<String>) -> Result<Result<Units, String>, TreeError> {
        let Patched { changes, renames, hunks } = patched;
        if changes.is_empty() {
            return Ok(Err("the base has its changes already".to_owned()));
        }
        let ImportedPatch { patch, id, .. } = self.one;
        let draft = Draft {
            id,
            patch: &patch.bytes,
            changes: &changes,
            renames: &renames,
            split: self.options.split,
        };
        let mut once = |name: String| {
            let mut id = name.clone();
            let mut number = 2;
            while ids.contains(&id) {
                id = format!("{name}-{number}");
                number += 1;
            }
            ids.push(id.clone());
            id
        };
        let units = match written(&draft, &mut once) {
            Ok(units) => units,
            Err(why) => return Ok(Err(why)),
        };
        let (mut done, mut made): (Vec<(Unit, Alone)>, Vec<FileChange>) = (Vec::new(), Vec::new());
        for unit in units {
            let alone = match self.alone(&unit, &OverlayTree::new(self.tree, &made))? {
                Ok(alone) => alone,
                Err(why) => return Ok(Err(why)),
            };
            made = joined(&made.iter().chain(&alone.own).collect::<Vec<_>>());
            done.push((unit, alone));
        }
        if made.len() != changes.len()
            || made.iter().zip(&changes).any(|(a, b)| a.path != b.path || a.after != b.after)
        {
            return Ok(Err("its edits would not give the bytes that it gives".to_owned()));
        }
        Ok(Ok((done, hunks)))
    }

    /// The edit on `tree`, or why it does not fit there.
    fn alone(&self, unit: &Unit, tree: &dyn Tree) -> Result<Result<Alone, String>, TreeError> {
        let lints = BTreeMap::new();
        let alone = Edited { unit, message: &self.one.message, depends_on: &[], lints: &lints };
        let mut patchset = match (self.load)(&write(self.head, &[alone])) {
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
            return Ok(Ok(Alone { patchset, lints, own: planned.changes }));
        }
        if planned.is_done() {
            return Ok(Err("the base has its changes already".to_owned()));
        }
        Ok(Err(why_unfit(&planned)))
    }
}

/// Why a plan does not fit.
pub(super) fn why_unfit(planned: &Plan) -> String {
    let part = planned.edits.iter().flat_map(|edit| &edit.parts).find(|part| part.outcome.is_failure());
    let why = part.and_then(|part| {
        let nearest = match &part.outcome {
            Outcome::Missing { near, .. } => near.first(),
            _ => None,
        };
        let nearest = nearest.map(|Near { place, why }| format!("; near: line {}, {why}", place.line));
        Some(format!("{}: {}{}", part.file, part.outcome.reason()?, nearest.unwrap_or_default()))
    });
    why.unwrap_or_else(|| "its result would be changed again by itself".to_owned())
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
