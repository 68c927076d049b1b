//! Lifts a change of text to operations of meaning: what a person would have written instead of the patch.
//!
//! The lines in which a file differs before and after are split into groups. For each group operations are proposed by what
//! is around it, and tried: one that gives exactly the bytes of the group, and is found made on the result, is taken. What
//! remains is the hunks of the groups for which none was found.
//!
//! An operation has to say more than a hunk, which names every line that it replaces: it names at most
//! [`NAMED_LINES`](propose::NAMED_LINES) lines of the old text, in the scope where they are. An operation of plain text
//! never counts.

mod group;
mod meaning;
mod propose;
#[cfg(test)]
mod tests;

use serde_json::{Map, json};

use super::context::Context;
use super::outcome::Outcome;
use super::resolve::resolve_change;
use super::suggest::{Candidate, Kind, Place, Wish, of_format};
use crate::operation::{Family, ParsedFile};
use crate::patchset::Change;
use crate::text::{Rewrite, Span, apply, hunks, lines};
use crate::tree::{File, FileChange, OverlayTree, TreeError, TreePath};
use crate::yaml;
pub(crate) use group::{groups, slides};
use propose::{Scene, Verbs};

/// A hunk of the change of a file, and what it was lifted to.
#[derive(Debug, Clone)]
pub struct LiftedHunk {
    /// The hunk as a unified diff has it.
    pub bytes: Vec<u8>,
    /// The operations that do what it does, in the order of their places; `None` if none were found.
    pub changes: Option<Vec<Change>>,
}

/// Lifts the change of `path` to the bytes `after`. `Ok(None)` if the file does not exist, or its format has no operations.
///
/// # Errors
/// If the tree cannot be read.
pub fn lift(
    context: &Context<'_>,
    path: &TreePath,
    after: &File,
) -> Result<Option<Vec<LiftedHunk>>, TreeError> {
    let Some(file) = context.parsed(path)? else { return Ok(None) };
    let Some(verbs) = verbs(path) else { return Ok(None) };
    file.is_only_tried.set(true);
    let before = context.file(path)?;
    let result =
        [FileChange { path: path.clone(), before, after: Some(after.clone()), rewrites: Vec::new() }];
    let tree = OverlayTree::new(context.tree, &result);
    let done = Context::of_result(context, &result, &tree);
    let scene = verbs.as_ref().map(|verbs| Scene::new(&file, verbs));
    if let Some(after) = done.parsed(path)? {
        after.is_only_tried.set(true);
    }
    let lifting = Lifting { context, done: &done, file: &file, scene: scene.as_ref() };
    let groups = group::groups(&file.bytes, &after.bytes);
    let mut found: Vec<Option<Vec<Tried>>> =
        groups.iter().map(|group| lifting.group(group, 3)).collect::<Result<_, _>>()?;
    lifting.several(&groups, &mut found)?;
    let mut lifted = Vec::new();
    let mut at = 0;
    for hunk in hunks(&file.bytes, &after.bytes) {
        // The groups of a hunk belong together: a part of it would lack its context after the others.
        let own = at..groups.len().min(at + groups_in(&file, &groups[at..], &hunk));
        at = own.end;
        let changes: Option<Vec<Vec<Tried>>> = found[own].iter().cloned().collect();
        let changes = changes.map(|all| all.into_iter().flatten().map(|tried| tried.change).collect());
        lifted.push(LiftedHunk { bytes: hunk.bytes, changes });
    }
    Ok(Some(lifted))
}

/// Whether changes together give exactly the bytes `wanted` of `path`, and change nothing else.
///
/// # Errors
/// If the tree cannot be read.
pub(crate) fn gives(
    context: &Context<'_>,
    path: &TreePath,
    changes: &[Change],
    wanted: &[u8],
) -> Result<bool, TreeError> {
    let Some(file) = context.parsed(path)? else { return Ok(false) };
    let mut all = Vec::new();
    for change in changes {
        let Some(own) = rewrites_by(context, path, change)? else { return Ok(false) };
        all.extend(own);
    }
    Ok(apply(&file.bytes, &all).is_ok_and(|result| result == wanted))
}

/// What a change rewrites, if it changes nothing but lines of `path`.
fn rewrites_by(
    context: &Context<'_>,
    path: &TreePath,
    change: &Change,
) -> Result<Option<Vec<Rewrite>>, TreeError> {
    let mut rewrites = Vec::new();
    for part in &resolve_change(context, 0, change)? {
        if !matches!(part.outcome, Outcome::Change(_)) || part.file != *path {
            return Ok(None);
        }
        for delta in &part.deltas {
            match delta.as_rewrite() {
                Some(rewrite) => rewrites.push(rewrite.clone()),
                None => return Ok(None),
            }
        }
    }
    Ok(Some(rewrites))
}

/// How many of `groups` are in a hunk.
fn groups_in(file: &ParsedFile, groups: &[Rewrite], hunk: &crate::text::Hunk) -> usize {
    let removed = hunk.removed.len();
    let (mut lines_gone, mut lines_new, mut count) = (0, 0, 0);
    for group in groups {
        if (lines_gone, lines_new) == (removed, hunk.added.len()) {
            break;
        }
        lines_gone += lines(group.span.of(&file.bytes)).count();
        lines_new += lines(&group.with).count();
        count += 1;
    }
    count
}

/// The verbs of a file's format; `Some(None)` if it has operations, but no verbs.
#[allow(clippy::option_option, reason = "a format without verbs is not a file without operations")]
fn verbs(path: &TreePath) -> Option<Option<Verbs>> {
    let name = path.file_name();
    let stem = name.strip_suffix(".in").unwrap_or(name);
    let extension = stem.rsplit('.').next().unwrap_or_default();
    Some(match extension {
        _ if name.starts_with("Setup") => None,
        _ if name.starts_with("Makefile") => Some(propose::MAKEFILE),
        "mk" | "mak" => Some(propose::MAKEFILE),
        "ac" | "m4" => Some(propose::M4),
        _ if name == "configure.in" => Some(propose::M4),
        "sh" | "configure" => Some(propose::SHELL),
        "c" | "h" => Some(propose::C),
        "py" if stem == name => Some(propose::PYTHON),
        _ => return None,
    })
}

/// A change that gives exactly the bytes of a group.
#[derive(Debug, Clone)]
struct Tried {
    change: Change,
    rewrites: Vec<Rewrite>,
}

struct Lifting<'a> {
    context: &'a Context<'a>,
    /// The tree after the change.
    done: &'a Context<'a>,
    file: &'a ParsedFile,
    /// `None` if its format has no verbs.
    scene: Option<&'a Scene<'a>>,
}

impl Lifting<'_> {
    /// The changes that do what a group does, by itself or by its parts; `None` if there are none.
    fn group(&self, group: &Rewrite, depth: usize) -> Result<Option<Vec<Tried>>, TreeError> {
        let text = &self.file.bytes[..];
        let Ok(wanted) = apply(text, std::slice::from_ref(group)) else { return Ok(None) };
        let mut second = None;
        for candidate in self.candidates(group) {
            let Some(tried) = self.tried(&candidate, &wanted)? else { continue };
            if self.is_made(&tried.change)? {
                return Ok(Some(vec![tried]));
            }
            // The texts of the others may be what keeps it from being found made: the plan shows it.
            second.get_or_insert(tried);
        }
        if depth > 0 {
            let parts = group::parts(text, group);
            let found = parts.iter().map(|part| self.group(part, depth - 1));
            let found: Option<Vec<Vec<Tried>>> = found.collect::<Result<_, _>>()?;
            if let Some(found) = found.filter(|found| !found.is_empty()) {
                let found: Vec<Tried> = found.into_iter().flatten().collect();
                let rewrites: Vec<Rewrite> = found.iter().flat_map(|one| one.rewrites.clone()).collect();
                if apply(text, &rewrites).is_ok_and(|result| result == wanted) {
                    return Ok(Some(found));
                }
            }
        }
        Ok(second.map(|tried| vec![tried]))
    }

    /// Tries groups that are next to each other together, where one of them alone was not lifted.
    fn several(&self, groups: &[Rewrite], found: &mut [Option<Vec<Tried>>]) -> Result<(), TreeError> {
        const MOST: usize = 4;
        let Some(scene) = self.scene else { return Ok(()) };
        let text = &self.file.bytes[..];
        let mut first = 0;
        while first < groups.len() {
            let mut next = first + 1;
            for last in first + 1..groups.len().min(first + MOST) {
                if found[first..=last].iter().all(Option::is_some) {
                    continue;
                }
                let span = Span::new(groups[first].span.start, groups[last].span.end);
                let own: Vec<Rewrite> = groups[first..=last]
                    .iter()
                    .map(|group| {
                        let at = Span::new(group.span.start - span.start, group.span.end - span.start);
                        Rewrite::replace(at, group.with.clone())
                    })
                    .collect();
                let Ok(with) = apply(span.of(text), &own) else { continue };
                let whole = Rewrite::replace(span, with);
                let Ok(wanted) = apply(text, std::slice::from_ref(&whole)) else { continue };
                let candidates = propose::of_several(scene, &groups[first], &groups[last], &whole);
                if let Some(tried) = self.best(&candidates, &wanted)? {
                    found[first] = Some(vec![tried]);
                    found[first + 1..=last].iter_mut().for_each(|one| *one = Some(Vec::new()));
                    next = last + 1;
                    break;
                }
            }
            first = next;
        }
        Ok(())
    }

    /// The first candidate that gives `wanted` and is found made on the result, or else the first that gives it: the texts of
    /// the others may be what keeps it from being found made, as the plan shows.
    fn best(&self, candidates: &[Candidate], wanted: &[u8]) -> Result<Option<Tried>, TreeError> {
        let mut second = None;
        for candidate in candidates {
            let Some(tried) = self.tried(candidate, wanted)? else { continue };
            if self.is_made(&tried.change)? {
                return Ok(Some(tried));
            }
            second.get_or_insert(tried);
        }
        Ok(second)
    }

    fn candidates(&self, group: &Rewrite) -> Vec<Candidate> {
        let mut found = Vec::new();
        for slide in group::slides(&self.file.bytes, group) {
            for wish in self.wishes(&slide) {
                let place = Place { file: self.file, rewrites: vec![&slide], near: None, wish: &wish };
                found.extend(of_format(&self.file.path, &place));
            }
        }
        if let Some(scene) = self.scene {
            let verbs = scene.verbs;
            let mut own = propose::candidates(scene, group);
            // Verbs are proposed below, with their scopes.
            found.retain(|one| ![verbs.insert, verbs.replace, verbs.remove].contains(&one.operation));
            // A word of a list says more than its line, and a decorator more than a statement.
            found.extend(meaning::candidates(scene, group));
            found.append(&mut own);
        }
        found
    }

    /// What a group wants, as the changes of text say it.
    fn wishes(&self, group: &Rewrite) -> Vec<Wish> {
        let text = &self.file.bytes[..];
        let shown = |text: &[u8]| std::str::from_utf8(text).ok().map(|text| text.trim_end().to_owned());
        let (Some(old), Some(new)) = (shown(group.span.of(text)), shown(&group.with)) else {
            return Vec::new();
        };
        let above = group::last_lines(text, group.span.start, 1).first().map(|line| line.of(text));
        let below = lines(&text[group.span.end..]).next().map(|line| line.of(&text[group.span.end..]));
        let mut found = Vec::new();
        match (old.is_empty(), new.is_empty()) {
            (true, true) => {}
            (false, false) => found.push(Wish::new(Kind::Replace, old, new)),
            (false, true) => found.push(Wish::new(Kind::Remove, old, new)),
            (true, false) => {
                for (kind, line) in [(Kind::InsertAfter, above), (Kind::InsertBefore, below)] {
                    found.extend(line.and_then(shown).map(|line| Wish::new(kind, line, new.clone())));
                }
            }
        }
        found
    }

    /// A candidate as a change, if it gives `wanted`.
    fn tried(&self, candidate: &Candidate, wanted: &[u8]) -> Result<Option<Tried>, TreeError> {
        let Some(change) = change(&self.file.path, candidate) else { return Ok(None) };
        if change.operation.family() == Family::Text {
            return Ok(None);
        }
        let Some(rewrites) = rewrites_by(self.context, &self.file.path, &change)? else { return Ok(None) };
        let is_same = apply(&self.file.bytes, &rewrites).is_ok_and(|result| result == wanted);
        Ok(is_same.then_some(Tried { change, rewrites }))
    }

    /// Whether a change is found made on the result.
    fn is_made(&self, change: &Change) -> Result<bool, TreeError> {
        let parts = resolve_change(self.done, 0, change)?;
        Ok(parts.iter().all(|part| matches!(part.outcome, Outcome::Already(_))))
    }
}

/// A change of `path` by a candidate, if that is valid.
fn change(path: &TreePath, candidate: &Candidate) -> Option<Change> {
    let mut map = Map::new();
    map.insert("file".to_owned(), json!(path));
    if let Some(within) = &candidate.within {
        map.insert("within".to_owned(), within.clone());
    }
    map.insert(candidate.operation.to_owned(), candidate.arguments.clone());
    let read: Change = yaml::from_json(map.into()).read().ok()?;
    read.check().is_ok().then_some(read)
}
