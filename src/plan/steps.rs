//! The edits of a plan one after the other: what each changes on the result of those before it.
//!
//! The edits of a level are resolved on the tree after all edits of lower levels, but in the order of the patchset some of those come
//! later. So each file is kept as the pieces that all edits together have seen, and each piece knows which edit inserted and which removed
//! it: any set of edits that has the prerequisites of each of them gives a file, without resolving one of them again.

use std::collections::{BTreeMap, BTreeSet};

use super::Plan;
use crate::operation::Delta;
use crate::patchset::Patchset;
use crate::text::Rewrite;
use crate::tree::{File, FileChange, TreePath};

/// What an edit changes on the result of those before it.
#[derive(Debug, Clone)]
pub struct Step {
    /// The edit, as an index of those of the patchset.
    pub edit: usize,
    /// Its changes; empty if it changes nothing.
    pub changes: Vec<FileChange>,
}

/// Some bytes of a file that has been or will be.
#[derive(Clone, Copy)]
struct Piece<'a> {
    bytes: &'a [u8],
    /// The edit that inserts them; `None` for what the file begins with.
    by: Option<usize>,
    removed_by: Option<usize>,
}

/// A file from when it is read, or an edit adds or removes it, until another edit does.
struct Generation<'a> {
    by: Option<usize>,
    exists: bool,
    executable: bool,
    is_link: bool,
    pieces: Vec<Piece<'a>>,
    /// The modes that edits set.
    modes: Vec<(usize, bool)>,
}

impl Plan {
    /// The edits of `patchset`, of which this is the plan, in its order, but each after those that it depends on.
    pub fn steps(&self, patchset: &Patchset) -> Vec<Step> {
        let histories = self.histories();
        let mut done: BTreeSet<usize> = BTreeSet::new();
        let mut states: BTreeMap<&TreePath, Option<File>> = BTreeMap::new();
        let mut steps = Vec::with_capacity(patchset.edits.len());
        for edit in order(patchset) {
            done.insert(edit);
            let mut changes = Vec::new();
            for (path, history) in histories.iter().filter(|(_, history)| touches(history, edit)) {
                let after = state(history, &done);
                let before = states.insert(path, after.clone()).unwrap_or_else(|| self.original(path));
                if before != after {
                    changes.push(FileChange { path: (*path).clone(), before, after, rewrites: Vec::new() });
                }
            }
            // In the order of the edit, whatever the names.
            let parts = &self.edits[edit].parts;
            changes.sort_by_key(|change| parts.iter().position(|part| part.file == change.path));
            steps.push(Step { edit, changes });
        }
        steps
    }

    /// A file as it is before any edit.
    fn original(&self, path: &TreePath) -> Option<File> {
        self.before.iter().find_map(|before| before.get(path)).cloned().flatten()
    }

    /// The files that edits change.
    fn histories(&self) -> BTreeMap<&TreePath, Vec<Generation<'_>>> {
        let mut histories: BTreeMap<&TreePath, Vec<Generation<'_>>> = BTreeMap::new();
        for (level, before) in self.before.iter().enumerate() {
            for (path, file) in before {
                histories.entry(path).or_insert_with(|| vec![Generation::of(None, file.as_ref())]);
            }
            let mut rewrites: BTreeMap<&TreePath, Vec<(usize, &Rewrite)>> = BTreeMap::new();
            let mut later: Vec<(&TreePath, Generation<'_>)> = Vec::new();
            for (by, edit) in self.edits.iter().enumerate().filter(|(_, edit)| edit.level == level) {
                for part in &edit.parts {
                    for delta in &part.deltas {
                        let added = |bytes, executable, is_link| Generation {
                            executable,
                            is_link,
                            exists: true,
                            ..Generation::new(Some(by), bytes)
                        };
                        match delta {
                            Delta::Rewrite(rewrite) => {
                                rewrites.entry(&part.file).or_default().push((by, rewrite));
                            }

                            Delta::Add { bytes, executable } => {
                                later.push((&part.file, added(bytes, *executable, false)));
                            }
                            Delta::Link { target } => later.push((&part.file, added(target, false, true))),
                            Delta::Remove => later.push((&part.file, Generation::new(Some(by), &[]))),
                            Delta::Move { to, is_link, bytes, executable } => {
                                later.push((&part.file, Generation::new(Some(by), &[])));
                                later.push((to, added(bytes, *executable && !is_link, *is_link)));
                            }
                            Delta::Mode { executable } => {
                                let last =
                                    histories.get_mut(&part.file).and_then(|history| history.last_mut());
                                last.into_iter().for_each(|last| last.modes.push((by, *executable)));
                            }
                        }
                    }
                }
            }
            for (path, rewrites) in rewrites {
                if let Some(last) = histories.get_mut(path).and_then(|history| history.last_mut()) {
                    last.rewrite(rewrites);
                }
            }
            for (path, generation) in later {
                histories.entry(path).or_default().push(generation);
            }
        }
        histories
    }
}

impl<'a> Generation<'a> {
    fn new(by: Option<usize>, bytes: &'a [u8]) -> Generation<'a> {
        let pieces = vec![Piece { bytes, by: None, removed_by: None }];
        Generation { by, exists: false, executable: false, is_link: false, pieces, modes: Vec::new() }
    }

    fn of(by: Option<usize>, file: Option<&'a File>) -> Generation<'a> {
        let Some(file) = file else { return Generation::new(by, &[]) };
        let (executable, is_link) = (file.executable, file.is_link);
        Generation { exists: true, executable, is_link, ..Generation::new(by, &file.bytes) }
    }

    /// Rewrites what all edits so far leave.
    fn rewrite(&mut self, mut rewrites: Vec<(usize, &'a Rewrite)>) {
        // As `text::apply` does.
        rewrites.sort_by_key(|(_, rewrite)| (rewrite.span.start, !rewrite.span.is_empty()));
        let mut old = std::mem::take(&mut self.pieces).into_iter().peekable();
        let mut rest: Option<Piece<'a>> = None;
        let mut pieces: Vec<Piece<'a>> = Vec::new();
        let mut at = 0;
        // Copies the pieces up to an offset of the text; those in a span are removed.
        let mut copy = |pieces: &mut Vec<Piece<'a>>, end: usize, removed_by: Option<usize>| {
            while at < end {
                let Some(piece) = rest.take().or_else(|| old.next()) else { break };
                if piece.removed_by.is_some() {
                    pieces.push(piece);
                    continue;
                }
                let (own, more) = piece.bytes.split_at(piece.bytes.len().min(end - at));
                at += own.len();
                pieces.push(Piece { bytes: own, removed_by, ..piece });
                if !more.is_empty() {
                    rest = Some(Piece { bytes: more, ..piece });
                }
            }
        };
        for (by, rewrite) in rewrites {
            copy(&mut pieces, rewrite.span.start, None);
            copy(&mut pieces, rewrite.span.end, Some(by));
            pieces.push(Piece { bytes: &rewrite.with, by: Some(by), removed_by: None });
        }
        copy(&mut pieces, usize::MAX, None);
        self.pieces = pieces;
    }
}

/// Whether an edit does something to a file.
fn touches(history: &[Generation<'_>], edit: usize) -> bool {
    history.iter().any(|one| {
        let of_piece = |piece: &Piece<'_>| piece.by == Some(edit) || piece.removed_by == Some(edit);
        one.by == Some(edit) || one.modes.iter().any(|(by, _)| *by == edit) || one.pieces.iter().any(of_piece)
    })
}

/// A file after the edits in `done`.
fn state(history: &[Generation<'_>], done: &BTreeSet<usize>) -> Option<File> {
    let is_done = |by: &Option<usize>| by.is_none_or(|by| done.contains(&by));
    let last = history.iter().rev().find(|one| is_done(&one.by))?;
    let is_there =
        |piece: &&Piece<'_>| is_done(&piece.by) && piece.removed_by.is_none_or(|by| !done.contains(&by));
    // An edit of a file that does not exist makes it.
    let is_made = last.pieces.iter().any(|piece| piece.by.is_some_and(|by| done.contains(&by)));
    if !last.exists && !is_made {
        return None;
    }
    let bytes: Vec<u8> = last.pieces.iter().filter(is_there).flat_map(|piece| piece.bytes).copied().collect();
    let mode = last.modes.iter().rev().find(|(by, _)| done.contains(by));
    let executable = mode.map_or(last.executable, |(_, executable)| *executable);
    Some(File { bytes: bytes.into(), executable, is_link: last.is_link })
}

/// The edits in the order of the patchset, but each after those that it depends on.
fn order(patchset: &Patchset) -> Vec<usize> {
    fn add(patchset: &Patchset, edit: usize, order: &mut Vec<usize>) {
        if order.contains(&edit) {
            return;
        }
        for id in &patchset.edits[edit].depends_on {
            if let Some(other) = patchset.edits.iter().position(|other| other.id == *id) {
                add(patchset, other, order);
            }
        }
        order.push(edit);
    }
    let mut all = Vec::with_capacity(patchset.edits.len());
    (0..patchset.edits.len()).for_each(|edit| add(patchset, edit, &mut all));
    all
}
