//! Folds changes of a tree into an edit that makes others already.

use std::collections::BTreeMap;

use super::{LiftedEdit, Origin};
use crate::merge::{Algorithm, Merge, Versions};
use crate::operation::diff::Diff;
use crate::operation::{Operation, Text, TextFile, Texts};
use crate::patchset::{Change, Edit, Lint, Patchset};
use crate::plan::{plan, prerequisite_changes};
use crate::syntax::patch::first_line;
use crate::text::{Side, unified_with};
use crate::tree::{File, FileChange, OverlayTree, Tree, TreeError, TreePath};

/// An edit into which changes were folded.
#[derive(Debug, Clone)]
pub struct Folded {
    /// The edit with its new changes.
    pub edit: LiftedEdit,
    /// The files of the patchset that are new or have other contents, by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Folds `changes` into the edit number `at` of a patchset, which is planned on `tree`. They are changes of what the whole patchset
/// gives. A `diff` of a file becomes one that does both; where the edit has none of the file, one is added. Hunks have `context` lines around what they change:
/// those that another change touches would not be found afterwards. `is_taken` says whether
/// the patchset has a file of that name. The result is not tried: another edit may touch the same lines. A message if a change
/// cannot be folded.
///
/// # Errors
/// If the tree cannot be read.
pub fn fold(
    patchset: &Patchset,
    at: usize,
    tree: &dyn Tree,
    changes: &[FileChange],
    context: usize,
    is_taken: &dyn Fn(&str) -> bool,
) -> Result<Result<Folded, String>, TreeError> {
    let edit = &patchset.edits[at];
    let needed = prerequisite_changes(patchset, edit, tree, &[])?;
    let folding = Folding { patchset, edit, context, seen: &OverlayTree::new(tree, &needed) };
    let mut results = BTreeMap::new();
    let mut files = BTreeMap::new();
    for change in changes {
        let seen = folding.file(&change.path)?;
        if let Some(name) = folding.content(change, seen.as_ref()) {
            let content = change.after.as_ref().map(|file| file.bytes.to_vec()).unwrap_or_default();
            files.insert(name, content);
            continue;
        }
        let own = match folding.own(&change.path)? {
            Ok(own) => own,
            Err(why) => return Ok(Err(why)),
        };
        match with_both(change, own.as_ref()) {
            Ok(after) => results.insert(
                change.path.clone(),
                FileChange { before: seen, after, path: change.path.clone(), rewrites: Vec::new() },
            ),
            Err(why) => return Ok(Err(format!("{}: {why}", change.path))),
        };
    }
    folding.written(results, files, is_taken)
}

struct Folding<'a> {
    patchset: &'a Patchset,
    edit: &'a Edit,
    /// The tree that the edit is resolved on.
    seen: &'a OverlayTree<'a>,
    /// How many unchanged lines a hunk has around the changed ones.
    context: usize,
}

impl Folding<'_> {
    fn file(&self, path: &TreePath) -> Result<Option<File>, TreeError> {
        match self.seen.link(path)? {
            Some(target) => Ok(Some(File::link(target))),
            None => self.seen.read(path),
        }
    }

    fn unified(&self, change: &FileChange) -> Vec<u8> {
        fn side(file: &File) -> Side<'_> {
            Side { bytes: &file.bytes, executable: file.executable, is_link: file.is_link }
        }
        let (before, after) = (change.before.as_ref().map(side), change.after.as_ref().map(side));
        unified_with(self.context, change.path.as_str(), before, after)
    }

    /// The number of the edit's `diff` of a file.
    fn diff(&self, path: &TreePath) -> Option<usize> {
        let is_it = |change: &Change| is_plain_diff(change) && change.file[0] == *path;
        self.edit.changes.iter().rposition(is_it)
    }

    /// What the edit's `diff` of a file gives by itself.
    fn own(&self, path: &TreePath) -> Result<Result<Option<File>, String>, TreeError> {
        let Some(index) = self.diff(path) else { return Ok(Ok(self.file(path)?)) };
        let alone = Edit {
            changes: vec![self.edit.changes[index].clone()],
            depends_on: Vec::new(),
            requires: Vec::new(),
            when: None,
            // The other files of its patch are left out.
            allow: Lint::ALL.iter().map(|lint| (lint.name().to_owned(), String::new())).collect(),
            ..self.edit.clone()
        };
        let plan =
            plan(&Patchset { edits: vec![alone], applies_to: None, ..self.patchset.clone() }, self.seen)?;
        if !plan.fits() {
            return Ok(Err(format!("the `diff` of {path} does not fit without the other changes")));
        }
        Ok(Ok(match plan.changes.into_iter().find(|change| change.path == *path) {
            Some(change) => change.after,
            None => self.file(path)?,
        }))
    }

    /// The file of the patchset that holds the content of a file that the edit adds.
    fn content(&self, change: &FileChange, seen: Option<&File>) -> Option<String> {
        let (Some(before), Some(after), None) = (&change.before, &change.after, seen) else { return None };
        let is_it = |one: &&Change| {
            matches!(one.operation, Operation::FileAdd(_))
                && one.file == [change.path.clone()]
                && one.then.is_empty()
                && one.forms.is_empty()
        };
        let add = self.edit.changes.iter().find(is_it)?;
        let [file] = &add.operation.text_files()[..] else { return None };
        let is_same = add.texts.0.get(file).is_some_and(|bytes| before.bytes[..] == bytes[..]);
        let is_kept = (before.executable, before.is_link) == (after.executable, after.is_link);
        (is_same && is_kept && file.of.is_none() && self.users(&file.name) == 1).then(|| file.name.clone())
    }

    /// How many changes of the patchset use one of its files.
    fn users(&self, name: &str) -> usize {
        let all = self.patchset.edits.iter().flat_map(|edit| &edit.changes).flat_map(Change::each_form);
        let all = all.flat_map(|change| std::iter::once(change).chain(&change.then));
        let of_it = |change: &&Change| {
            change.operation.text_files().iter().any(|file| file.name == name && is_of(file, self.patchset))
        };
        all.filter(of_it).count()
    }

    /// The numbers of the edit's plain `diff`s with this patch, if nothing else uses it.
    fn with_patch(&self, name: &str) -> Option<Vec<usize>> {
        let own = self.edit.changes.iter().enumerate();
        let own: Vec<usize> = own
            .filter(|(_, one)| is_plain_diff(one) && patch_of(one) == Some(name))
            .map(|(index, _)| index)
            .collect();
        (!own.is_empty() && own.len() == self.users(name)).then_some(own)
    }

    /// The edit that gives `results`.
    fn written(
        &self,
        mut results: BTreeMap<TreePath, FileChange>,
        mut files: BTreeMap<String, Vec<u8>>,
        is_taken: &dyn Fn(&str) -> bool,
    ) -> Result<Result<Folded, String>, TreeError> {
        let mut changes: Vec<(Option<Change>, Origin)> =
            self.edit.changes.iter().cloned().map(Some).zip((0..).map(Origin::Kept)).collect();
        // What the patches of the edit give besides, so that they can be written again.
        let mut patches: BTreeMap<String, Vec<FileChange>> = BTreeMap::new();
        let mut further: Vec<FileChange> = Vec::new();
        for (index, old) in self.edit.changes.iter().enumerate().filter(|(_, old)| is_plain_diff(old)) {
            let path = &old.file[0];
            if self.diff(path) != Some(index) {
                continue;
            }
            let Some(result) = results.remove(path) else { continue };
            if result.before == result.after {
                changes[index].0 = None;
            }
            match (&old.operation, patch_of(old).and_then(|name| Some((name, self.with_patch(name)?)))) {
                (_, Some((name, _))) => patches.entry(name.to_owned()).or_default().push(result),
                (Operation::Diff(diff), None) if result.before != result.after => {
                    let text = String::from_utf8(self.unified(&result)).ok();
                    match text.filter(|_| matches!(diff.patch, Text::Inline(_))) {
                        Some(text) => {
                            let operation =
                                Operation::Diff(Diff { patch: Text::Inline(text), ..diff.clone() });
                            changes[index] =
                                (Some(Change { operation, ..old.clone() }), Origin::First(index));
                        }
                        None => {
                            changes[index].0 = None;
                            further.push(result);
                        }
                    }
                }
                _ => {}
            }
        }
        further.extend(results.into_values().filter(|result| result.before != result.after));
        if let Some(path) = further.iter().find(|result| is_special(result)).map(|result| &result.path) {
            return Ok(Err(format!("{path} is a link, or not text: record it as an edit of its own")));
        }
        let own_patch = || {
            let names = self.edit.changes.iter().filter(|one| is_plain_diff(one)).filter_map(patch_of);
            names.map(str::to_owned).find(|name| self.with_patch(name).is_some())
        };
        if !further.is_empty() {
            let numbered = (2..).map(|number| format!("{}-{number}.patch", self.edit.id));
            let mut new = std::iter::once(format!("{}.patch", self.edit.id)).chain(numbered);
            let name = match own_patch() {
                Some(name) => name,
                None => new.find(|name| !is_taken(name)).unwrap_or_default(),
            };
            for result in &further {
                changes.push((Some(diff_from(&result.path, &name)), Origin::Further));
            }
            patches.entry(name).or_default().extend(further);
        }
        for (name, results) in patches {
            let bytes = match self.patch(&name, results)? {
                Ok(bytes) => bytes,
                Err(why) => return Ok(Err(why)),
            };
            let file = TextFile { name: name.clone(), of: None };
            for (change, _) in &mut changes {
                if let Some(change) = change.as_mut().filter(|change| patch_of(change) == Some(name.as_str()))
                {
                    change.texts = Texts([(file.clone(), bytes.clone().into())].into());
                }
            }
            files.insert(name, bytes);
        }
        let kept = changes.into_iter().filter_map(|(change, origin)| Some((change?, origin)));
        let (changes, origins): (Vec<Change>, Vec<Origin>) = kept.unzip();
        if changes.is_empty() {
            return Ok(Err("nothing would be left of the edit: remove it".to_owned()));
        }
        let edit = Edit { changes, ..self.edit.clone() };
        Ok(Ok(Folded { edit: LiftedEdit { edit, origins, files: Vec::new(), rest: None }, files }))
    }

    /// A patch of the edit with these results; its message and what else it gives stay.
    fn patch(&self, name: &str, mut results: Vec<FileChange>) -> Result<Result<Vec<u8>, String>, TreeError> {
        let mut bytes = Vec::new();
        for index in self.with_patch(name).unwrap_or_default() {
            let old = &self.edit.changes[index];
            if let Operation::Diff(diff) = &old.operation
                && bytes.is_empty()
            {
                let text = old.texts.get(&diff.patch);
                bytes.extend_from_slice(&text[..first_line(text)]);
            }
            let path = &old.file[0];
            if results.iter().any(|result| result.path == *path) {
                continue;
            }
            let after = match self.own(path)? {
                Ok(after) => after,
                Err(why) => return Ok(Err(why)),
            };
            let before = self.file(path)?;
            results.push(FileChange { path: path.clone(), before, after, rewrites: Vec::new() });
        }
        results.sort_by(|a, b| a.path.cmp(&b.path));
        if let Some(result) = results.iter().find(|result| is_special(result)) {
            return Ok(Err(format!("{name} would have {}, which is a link, or not text", result.path)));
        }
        bytes.extend(results.iter().flat_map(|result| self.unified(result)));
        Ok(Ok(bytes))
    }
}

/// The file with what the edit's `diff` gives, `own`, and with a change of what the patchset gives.
fn with_both(change: &FileChange, own: Option<&File>) -> Result<Option<File>, String> {
    if own == change.before.as_ref() {
        return Ok(change.after.clone());
    }
    let (Some(before), Some(after), Some(own)) = (&change.before, &change.after, own) else {
        return Err("another change adds or removes it".to_owned());
    };
    if [before, after, own].iter().any(|file| file.is_link || file.bytes.contains(&0)) {
        return Err("another change is made to it, and it is a link, or not text".to_owned());
    }
    let executable = if before.executable == after.executable { own.executable } else { after.executable };
    let versions = Versions::new(&before.bytes, &after.bytes, &own.bytes);
    let merge = Merge::new(&versions, Algorithm::Histogram);
    if !merge.edits.iter().all(|edit| edit.kind.is_safe()) {
        return Err("what is new is in lines that another change writes".to_owned());
    }
    let lines = merge.lines(&versions);
    Ok(Some(File::new(versions.bytes(&lines), executable)))
}

/// Whether a change is a `diff` of one file on all versions.
fn is_plain_diff(change: &Change) -> bool {
    matches!(change.operation, Operation::Diff(_))
        && matches!(&change.file[..], [path] if !path.as_str().contains('*'))
        && change.forms.is_empty()
        && (&change.when, &change.needed_while, &change.within) == (&None, &None, &None)
}

/// The name of the patch of a `diff`, if it is a file of the patchset itself.
fn patch_of(change: &Change) -> Option<&str> {
    match &change.operation {
        Operation::Diff(Diff { patch: Text::From(TextFile { name, of: None }), .. }) => Some(name),
        _ => None,
    }
}

fn is_of(file: &TextFile, patchset: &Patchset) -> bool {
    file.of.as_ref().is_none_or(|of| *of == patchset.id)
}

fn is_special(change: &FileChange) -> bool {
    [&change.before, &change.after].into_iter().flatten().any(|file| file.is_link || file.bytes.contains(&0))
}

fn diff_from(path: &TreePath, name: &str) -> Change {
    let patch = Text::From(TextFile { name: name.to_owned(), of: None });
    Change::of(path.clone(), Operation::Diff(Diff { patch, max_offset: None }))
}
