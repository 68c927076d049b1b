//! Lifts the edits of a patchset: hunks of a `diff`, and changes of text, become operations of meaning.
//!
//! `edit::lift` proposes operations for each hunk. Here they are put in the place of the change, and the edit is planned
//! with those that it depends on: it has to give the same bytes as before, to be idempotent, and to fit the other versions
//! that are given. Hunks that cannot be lifted, or without which the edit fits, stay a `diff`.
//!
//! [`fold`] puts what somebody changed afterwards into an edit. Both are written by [`rewritten`].

mod append;
mod fold;
mod place;
mod rewrite;

use crate::edit::{Context, LiftedHunk, Outcome, Part, lift, resolve, suggestion};
use crate::operation::diff::Diff;
use crate::operation::{Delta, Family, Operation, Text, TextFile, Texts};
use crate::patchset::{Change, Edit, Patchset, introduce_neighbours, prerequisites};
use crate::plan::{Plan, plan, prerequisite_changes};
use crate::text::{Side, apply, unified};
use crate::tree::{File, OverlayTree, Tree, TreeError, TreePath, tree_version};

pub use append::{appended, edit_yaml};
pub use fold::{Folded, fold};
pub use place::{Place, Proposal, Wish, first_sign};
pub use rewrite::rewritten;

/// An edit some of whose hunks were lifted.
#[derive(Debug, Clone)]
pub struct LiftedEdit {
    /// The edit with its new changes.
    pub edit: Edit,
    /// Where each of its changes comes from.
    pub origins: Vec<Origin>,
    /// What became of the changes that were tried.
    pub files: Vec<LiftedFile>,
    /// The patch of the hunks that were not lifted, which becomes a file of the patchset.
    pub rest: Option<(String, Vec<u8>)>,
}

impl LiftedEdit {
    /// The name of the patch of what was not lifted.
    fn rest_name(&self) -> Option<&str> {
        self.rest.as_ref().map(|(name, _)| name.as_str())
    }
}

/// Where a change of a lifted edit comes from, by the number of a change of the old edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It is that change.
    Kept(usize),
    /// It is that change with another patch; this is the name of the old one.
    Patch(usize, String),
    /// It is the first of those that take the place of that change.
    First(usize),
    /// It is another one of them.
    Further,
}

/// What became of a change of a file.
#[derive(Debug, Clone)]
pub struct LiftedFile {
    /// The file.
    pub file: TreePath,
    /// How many hunks it has, or how many changes of text.
    pub hunks: usize,
    /// How many of them were lifted.
    pub lifted: usize,
}

/// A change that may be lifted.
struct Open {
    /// Its number in the edit.
    index: usize,
    file: TreePath,
    before: Option<File>,
    after: Option<File>,
    hunks: Vec<LiftedHunk>,
    is_diff: bool,
}

/// Which hunks are lifted: the number of an open change, and of a hunk of it.
type Chosen = Vec<(usize, usize)>;

/// Lifts the edit number `at` of a patchset that fits `tree`. With `checks`, what is lifted fits these trees, too. `None` if
/// nothing can be lifted.
///
/// # Errors
/// If a tree cannot be read.
pub fn lift_edit(
    patchset: &Patchset,
    at: usize,
    tree: &dyn Tree,
    checks: &[Box<dyn Tree>],
) -> Result<Option<LiftedEdit>, TreeError> {
    let edit = &patchset.edits[at];
    let needed = prerequisite_changes(patchset, edit, tree, &[])?;
    let under = OverlayTree::new(tree, &needed);
    let context = Context::new(&under, tree_version(tree)?);
    let parts = resolve(&context, edit)?;
    let mut open = Vec::new();
    for (index, change) in edit.changes.iter().enumerate() {
        let own: Vec<&Part> = parts.iter().filter(|part| part.change == index).collect();
        open.extend(opened(&context, index, change, &own)?);
    }
    let lifting = Lifting { patchset, edit, open: &open, tree, checks };
    let all: Chosen = open
        .iter()
        .enumerate()
        .flat_map(|(number, one)| {
            let lifted = one.hunks.iter().enumerate().filter(|(_, hunk)| hunk.changes.is_some());
            lifted.map(move |(hunk, _)| (number, hunk))
        })
        .collect();
    if all.is_empty() {
        return Ok(None);
    }
    let expected = lifting.planned(edit, tree)?;
    if !expected.fits() {
        return Ok(None);
    }
    let mut chosen = all.clone();
    if !lifting.is_same(&chosen, &expected)? {
        // One after the other, and each that goes with those before it.
        chosen.clear();
        for one in all {
            chosen.push(one);
            if !lifting.is_same(&chosen, &expected)? {
                chosen.pop();
            }
        }
    }
    Ok((!chosen.is_empty()).then(|| lifting.lifted(&chosen)))
}

/// A change that may be lifted, with what was found for its hunks.
fn opened(
    context: &Context<'_>,
    index: usize,
    change: &Change,
    parts: &[&Part],
) -> Result<Option<Open>, TreeError> {
    let ([path], [part], true) = (&change.file[..], parts, change.forms.is_empty()) else { return Ok(None) };
    let is_diff = matches!(change.operation, Operation::Diff(_));
    if !matches!(part.outcome, Outcome::Change(_)) || part.file != *path {
        return Ok(None);
    }
    if change.operation.family() == Family::Text {
        let found = suggestion(context, change)?.map(|one| vec![one]);
        let hunks = vec![LiftedHunk { bytes: Vec::new(), changes: found }];
        return Ok(Some(Open { index, file: path.clone(), before: None, after: None, hunks, is_diff }));
    }
    if !is_diff {
        return Ok(None);
    }
    let before = context.file(path)?;
    let Some(after) = result(before.as_ref(), part) else { return Ok(None) };
    let mut hunks = Vec::new();
    if let (Some(before), Some(after)) = (&before, &after)
        && before.executable == after.executable
        && change.when.is_none()
        && change.needed_while.is_none()
    {
        hunks = lift(context, path, after)?.unwrap_or_default();
    }
    Ok(Some(Open { index, file: path.clone(), before, after, hunks, is_diff }))
}

/// A file after a part of an edit; `None` if a patch cannot say what the part does.
#[allow(clippy::option_option, reason = "a removed file is a result, too")]
fn result(before: Option<&File>, part: &Part) -> Option<Option<File>> {
    let mut rewrites = Vec::new();
    let mut file = before.cloned();
    for delta in &part.deltas {
        match delta {
            Delta::Rewrite(rewrite) => rewrites.push(rewrite.clone()),
            Delta::Add { bytes, executable } => file = Some(File::new(bytes.clone(), *executable)),
            Delta::Remove => file = None,
            Delta::Mode { executable } => file.as_mut()?.executable = *executable,
            Delta::Link { .. } | Delta::Move { .. } => return None,
        }
    }
    if let Some(file) = file.as_mut().filter(|_| !rewrites.is_empty()) {
        *file = File::new(apply(&file.bytes, &rewrites).ok()?, file.executable);
    }
    Some(file)
}

struct Lifting<'a> {
    patchset: &'a Patchset,
    edit: &'a Edit,
    open: &'a [Open],
    tree: &'a dyn Tree,
    checks: &'a [Box<dyn Tree>],
}

impl Lifting<'_> {
    /// The plan of an edit with those that it depends on: others may not fit.
    fn planned(&self, edit: &Edit, tree: &dyn Tree) -> Result<Plan, TreeError> {
        let needed = prerequisites(&self.patchset.edits, edit);
        let mut edits: Vec<Edit> = needed.into_iter().map(|at| self.patchset.edits[at].clone()).collect();
        edits.push(edit.clone());
        introduce_neighbours(&mut edits);
        plan(&Patchset { edits, ..self.patchset.clone() }, tree)
    }

    /// Whether the edit with these hunks lifted gives what it gave, and fits the other trees.
    fn is_same(&self, chosen: &Chosen, expected: &Plan) -> Result<bool, TreeError> {
        let LiftedEdit { edit, origins, .. } = self.lifted(chosen);
        let planned = self.planned(&edit, self.tree)?;
        if !planned.fits() || results(&planned) != results(expected) {
            return Ok(false);
        }
        for tree in self.checks {
            // Hunks that are left need not fit there, nor need they have fitted before.
            let old = self.planned(self.edit, tree.as_ref())?;
            if old.fits() {
                let new = self.planned(&edit, tree.as_ref())?;
                if !new.fits() || results(&old) != results(&new) {
                    return Ok(false);
                }
            }
            let needed = prerequisite_changes(self.patchset, self.edit, tree.as_ref(), &[])?;
            let under = OverlayTree::new(tree.as_ref(), &needed);
            let context = Context::new(&under, tree_version(tree.as_ref())?);
            let is_new = |part: &Part| matches!(origins[part.change], Origin::First(_) | Origin::Further);
            let is_diff = |part: &Part| matches!(edit.changes[part.change].operation, Operation::Diff(_));
            let parts = resolve(&context, &edit)?;
            if parts.iter().any(|part| is_new(part) && !is_diff(part) && part.outcome.is_failure()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The edit with these hunks lifted.
    fn lifted(&self, chosen: &Chosen) -> LiftedEdit {
        let is_chosen = |number: usize, hunk: usize| chosen.contains(&(number, hunk));
        let (mut changes, mut origins, mut files) = (Vec::new(), Vec::new(), Vec::new());
        let mut rest = Vec::new();
        let name = format!("{}.rest.patch", self.edit.id);
        // The patch of one change may be that of others: they share what is left of it.
        let mut of_rest = Vec::new();
        for (index, change) in self.edit.changes.iter().enumerate() {
            let number = self.open.iter().position(|one| one.index == index);
            let Some((number, one)) = number.map(|number| (number, &self.open[number])) else {
                changes.push(change.clone());
                origins.push(Origin::Kept(index));
                continue;
            };
            let (mut left, mut count) = (Vec::new(), 0);
            let mut origin = Origin::First(index);
            for (hunk, found) in one.hunks.iter().enumerate() {
                match found.changes.as_ref().filter(|_| is_chosen(number, hunk)) {
                    Some(new) => {
                        count += 1;
                        origins.extend(new.iter().map(|_| std::mem::replace(&mut origin, Origin::Further)));
                        changes.extend(new.iter().cloned());
                    }
                    None => left.extend_from_slice(&found.bytes),
                }
            }
            files.push(LiftedFile { file: one.file.clone(), hunks: one.hunks.len().max(1), lifted: count });
            if count > 0 && count == one.hunks.len() {
                continue;
            }
            // A diff of another file of the same patch stays in what is left of that.
            let is_inline = || match &change.operation {
                Operation::Diff(diff) => matches!(diff.patch, Text::Inline(_)),
                _ => true,
            };
            if count == 0 && is_inline() {
                changes.push(change.clone());
                origins.push(Origin::Kept(index));
                continue;
            }
            rest.extend(match count {
                0 => whole(one),
                _ => [format!("--- a/{0}\n+++ b/{0}\n", one.file).into_bytes(), left].concat(),
            });
            of_rest.push(changes.len());
            changes.push(change.clone());
            origins.push(match &change.operation {
                Operation::Diff(Diff { patch: Text::From(file), .. }) if count == 0 => {
                    Origin::Patch(index, file.name.clone())
                }
                _ => origin,
            });
        }
        let file = TextFile { name: name.clone(), of: None };
        for index in of_rest {
            if let Operation::Diff(diff) = &changes[index].operation {
                let operation = Operation::Diff(Diff { patch: Text::From(file.clone()), ..diff.clone() });
                changes[index].operation = operation;
                changes[index].texts = Texts([(file.clone(), rest.clone().into())].into());
            }
        }
        let rest = (!rest.is_empty()).then_some((name, rest));
        LiftedEdit { edit: Edit { changes, ..self.edit.clone() }, origins, files, rest }
    }
}

/// The patch of a change of which nothing was lifted.
fn whole(one: &Open) -> Vec<u8> {
    fn side(file: &File) -> Side<'_> {
        Side { bytes: &file.bytes, executable: file.executable, is_link: file.is_link }
    }
    debug_assert!(one.is_diff);
    unified(one.file.as_str(), one.before.as_ref().map(side), one.after.as_ref().map(side))
}

/// The files after a plan.
fn results(plan: &Plan) -> Vec<(&TreePath, Option<&File>)> {
    plan.changes.iter().map(|change| (&change.path, change.after.as_ref())).collect()
}
