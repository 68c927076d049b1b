//! What a person or a program needs to know to decide what could not be carried.

use std::collections::BTreeSet;

use similar::{Algorithm, DiffOp};

use super::answer::proposals;
use super::step::StepFile;
use super::walk::Walk;
use crate::carry::{Outcome, Scopes};
use crate::text::{Span, diff_tokens, hunks, lines};
use crate::tree::{CommitId, File, FileChange, History, OverlayTree, SourceSpec, Tree, TreeError, TreePath};

/// More lines of a function are not quoted.
const LONGEST: usize = 150;

/// More commits are only counted.
const MOST: usize = 12;

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The function or class; `None` if it is lines around a change.
    pub name: Option<String>,
    /// Its first line, from 1.
    pub line: usize,
    /// The lines.
    pub text: Vec<u8>,
}

/// A commit of upstream between the two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BriefCommit {
    /// Its id.
    pub id: String,
    /// Its author.
    pub author: String,
    /// Its date.
    pub date: String,
    /// The first line of its message.
    pub subject: String,
    /// The rest.
    pub body: String,
    /// Whether it changed lines that the patch changes, or lines next to them.
    pub is_near: bool,
}

/// A file that has to be decided.
#[derive(Debug, Clone)]
pub struct BriefFile {
    /// The patch.
    pub patch: String,
    /// What it is for.
    pub why: String,
    /// The file of the old version.
    pub path: TreePath,
    /// The file of the new version, if it has another name.
    pub moved_to: Option<TreePath>,
    /// What became of it by rules.
    pub outcome: Outcome,
    /// Why.
    pub reasons: Vec<String>,
    /// The change of the old version.
    pub change: Vec<u8>,
    /// What was proposed: a diff against the new version, with the markers of a conflict.
    pub proposed: Vec<u8>,
    /// What is around the change in the old version.
    pub old: Vec<Excerpt>,
    /// The same in the new version.
    pub new: Vec<Excerpt>,
    /// The commits of upstream that changed the file, newest first.
    pub commits: Vec<BriefCommit>,
    /// How many more there are.
    pub more_commits: usize,
    /// Why there are none, if the history is not known.
    pub without_history: Option<String>,
}

/// All files that have to be decided in a walk: those of its last patch. `from` and `to` are the two sources.
///
/// # Errors
/// If a tree or the history cannot be read.
pub fn brief(
    walk: &Walk<'_>,
    to_tree: &dyn Tree,
    from: &SourceSpec,
    to: &SourceSpec,
) -> Result<Vec<BriefFile>, TreeError> {
    let mut files = Vec::new();
    let Some(step) = walk.steps.last() else { return Ok(files) };
    let tree = OverlayTree::new(to_tree, &walk.before_last);
    let history = Upstream::new(from, to)?;
    for file in proposals(step, &tree)?.into_iter().map(|one| one.file) {
        let there = tree.file_or_link(file.path())?;
        let there = there.map(|file| file.bytes.to_vec()).unwrap_or_default();
        let (old, new) = excerpts(file, &there);
        let (mut commits, mut more_commits) = (Vec::new(), 0);
        if let Ok(history) = &history {
            (commits, more_commits) = history.commits(file)?;
        }
        files.push(BriefFile {
            patch: step.patch.patch.name.clone(),
            why: step.patch.message.why.clone(),
            path: file.carried.path.clone(),
            moved_to: file.carried.moved_to.clone(),
            outcome: file.carried.outcome,
            reasons: file.carried.reasons.clone(),
            change: file.original.diff(),
            proposed: file.carried.change.as_ref().map(FileChange::diff).unwrap_or_default(),
            old,
            new,
            commits,
            more_commits,
            without_history: history.as_ref().err().cloned(),
        });
    }
    Ok(files)
}

/// The functions that a change is in, in the old version and in the new one; or the lines around it.
fn excerpts(file: &StepFile, there: &[u8]) -> (Vec<Excerpt>, Vec<Excerpt>) {
    let bytes = |side: &Option<File>| side.as_ref().map(|file| file.bytes.to_vec()).unwrap_or_default();
    let (base, ours) = (bytes(&file.original.before), bytes(&file.original.after));
    let (old_scopes, new_scopes) =
        (Scopes::of(file.carried.path.file_name(), &base), Scopes::of(file.path().file_name(), there));
    let (mut old, mut new) = (Vec::new(), Vec::new());
    let mut seen = BTreeSet::new();
    let starts: Vec<Span> = lines(&base).collect();
    let our_lines: Vec<&[u8]> = lines(&ours).map(|line| line.of(&ours)).collect();
    let old_lines: Vec<&[u8]> = starts.iter().map(|line| line.of(&base)).collect();
    let mut end_of_last = 0;
    for op in diff_tokens(Algorithm::Patience, &old_lines, &our_lines) {
        let range = op.old_range();
        let Some(line) = starts.get(range.start.min(starts.len().saturating_sub(1))) else { continue };
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        match old_scopes.as_ref().and_then(|scopes| scopes.at(line.start)) {
            Some((name, span)) if seen.insert(name.clone()) => {
                if let Some(span) = new_scopes.as_ref().and_then(|scopes| scopes.find(&name)) {
                    new.push(excerpt(there, span, Some(name.clone())));
                }
                old.push(excerpt(&base, span, Some(name)));
            }
            Some(_) => {}
            // Lines that were not quoted with the change before.
            None if range.start >= end_of_last => {
                let first = range.start.saturating_sub(6).max(end_of_last);
                end_of_last = (range.end + 6).min(starts.len());
                let span = Span::new(starts[first].start, starts[end_of_last - 1].end);
                old.push(excerpt(&base, span, None));
            }
            None => {}
        }
    }
    (old, new)
}

fn excerpt(bytes: &[u8], span: Span, name: Option<String>) -> Excerpt {
    let line = bytes[..span.start].iter().filter(|byte| **byte == b'\n').count() + 1;
    let all: Vec<&[u8]> = span.of(bytes).split_inclusive(|byte| *byte == b'\n').collect();
    let mut text = all[..all.len().min(LONGEST)].concat();
    if all.len() > LONGEST {
        text.extend(format!("[{} more lines]\n", all.len() - LONGEST).into_bytes());
    }
    Excerpt { name, line, text }
}

/// The commits between the two versions.
struct Upstream {
    history: History,
    ahead: Vec<CommitId>,
}

impl Upstream {
    /// The history, or why it is not known.
    fn new(from: &SourceSpec, to: &SourceSpec) -> Result<Result<Upstream, String>, TreeError> {
        let (SourceSpec::Git { rev: old, .. }, SourceSpec::Git { repo, rev: new }) = (from, to) else {
            let why = "give --from and --to as git:REPO@REV to see the commits between them".to_owned();
            return Ok(Err(why));
        };
        let history = History::open(repo)?;
        let (Some(old), Some(new)) = (history.commit(old), history.commit(new)) else {
            return Ok(Err("the repository of --to does not have both versions".to_owned()));
        };
        Ok(match history.ancestry(old, new)? {
            Some(ancestry) => Ok(Upstream { history, ahead: ancestry.ahead }),
            None => Err("the two versions have no common commit".to_owned()),
        })
    }

    /// The commits that changed a file, those that changed lines near the patch first; and how many more there are.
    fn commits(&self, file: &StepFile) -> Result<(Vec<BriefCommit>, usize), TreeError> {
        let mut paths = vec![file.carried.path.clone()];
        paths.extend(file.carried.moved_to.clone());
        let changed: BTreeSet<Vec<u8>> = near(file);
        let mut found = Vec::new();
        let mut last: Option<(CommitId, Vec<Option<String>>)> = None;
        for id in self.ahead.iter().rev() {
            let now = match last.take() {
                Some((known, objects)) if known == *id => objects,
                _ => self.history.objects(*id, &paths)?,
            };
            let Some(parent) = self.history.parents(*id)?.first().copied() else { break };
            let before = self.history.objects(parent, &paths)?;
            if now != before {
                found.push((*id, parent));
            }
            last = Some((parent, before));
        }
        let mut commits = Vec::new();
        for (id, parent) in found {
            let read = |id: CommitId, path: &TreePath| -> Result<BTreeSet<Vec<u8>>, TreeError> {
                let file = self.history.tree(id)?.file_or_link(path)?;
                let bytes = file.map(|file| file.bytes.to_vec()).unwrap_or_default();
                Ok(bytes.split(|byte| *byte == b'\n').map(|line| line.trim_ascii().to_vec()).collect())
            };
            let mut is_near = false;
            for path in &paths {
                let (before, after) = (read(parent, path)?, read(id, path)?);
                is_near |= changed.iter().any(|line| before.contains(line) && !after.contains(line));
            }
            commits.push((id, is_near));
        }
        // Stable: newest first among both kinds.
        commits.sort_by_key(|(_, is_near)| !is_near);
        let more = commits.len().saturating_sub(MOST);
        commits.truncate(MOST);
        let about = |(id, is_near): (CommitId, bool)| {
            let about = self.history.about(id)?;
            let (author, date) = (about.author, about.date);
            Ok(BriefCommit {
                id: id.to_string(),
                author,
                date,
                subject: about.subject,
                body: about.body,
                is_near,
            })
        };
        Ok((commits.into_iter().map(about).collect::<Result<_, TreeError>>()?, more))
    }
}

/// The lines of the old version that a patch removes or has as context.
fn near(file: &StepFile) -> BTreeSet<Vec<u8>> {
    let bytes = |side: &Option<File>| side.as_ref().map(|file| file.bytes.to_vec()).unwrap_or_default();
    let (base, ours) = (bytes(&file.original.before), bytes(&file.original.after));
    let all = hunks(&base, &ours);
    let lines = all.iter().flat_map(|hunk| hunk.bytes.split(|byte| *byte == b'\n').skip(1));
    let old = lines.filter(|line| matches!(line.first(), Some(b' ' | b'-')));
    old.map(|line| line[1..].trim_ascii().to_vec()).filter(|line| line.len() >= 8).collect()
}
