//! The commits of a range as patches.

use super::patched::contents;
use super::{ImportError, PatchFile};
use crate::text::{self, Side};
use crate::tree::{Commit, CommitFile, CommitId, File, FileChange, GitTree, History, TreeError};

/// Patches, and the source of the version that they are for.
type Commits = (Vec<PatchFile>, String);

/// The patches of the commits `A..B` in the repository that `git:REPO@A..B` names, or of the one commit of `git:REPO@COMMIT`; and
/// the source that they are for. `None` if `text` names no repository.
///
/// # Errors
/// If the commits cannot be read, or are merges that make changes of their own.
pub fn read_commits(text: &str) -> Result<Option<Commits>, ImportError> {
    let Some(range) = text.strip_prefix("git:") else { return Ok(None) };
    let wrong = |why: String| ImportError::Range { range: text.to_owned(), why };
    let Some((repo, revs)) =
        range.rsplit_once('@').filter(|(repo, revs)| !repo.is_empty() && !revs.is_empty())
    else {
        return Err(wrong("write `git:REPO@COMMIT` or `git:REPO@A..B`".to_owned()));
    };
    let history = History::open(repo)?;
    let commit = |rev: &str| {
        let rev = if rev.is_empty() { "HEAD" } else { rev };
        history.commit(rev).ok_or_else(|| wrong(format!("the repository has no commit `{rev}`")))
    };
    let Some((old, new)) = revs.split_once("..") else {
        let id = commit(revs)?;
        let [parent] = history.parents(id)?[..] else {
            return Err(wrong("it has no parent, or is a merge: write `A..B`".to_owned()));
        };
        return Ok(Some((vec![one(&history, 0, id)?], format!("git:{repo}@{parent}"))));
    };
    let from = format!("git:{repo}@{}", commit(old)?);
    let (old, new) = (commit(old)?, commit(new)?);
    let mut merges = Vec::new();
    let commits = line(&history, old, new, &mut merges)?;
    let Some(commits) = commits else {
        return Err(wrong("the two commits have no common one".to_owned()));
    };
    if !merges.is_empty() {
        let name = |id: &CommitId| Ok(format!("{} ({})", &id.to_string()[..12], history.about(*id)?.subject));
        let names: Vec<String> = merges.iter().map(name).collect::<Result<_, TreeError>>()?;
        let why = format!(
            "it has merges, whose changes belong to no single commit: {}; import the commits on one side of each",
            names.join(", ")
        );
        return Err(wrong(why));
    }
    let patches = commits.into_iter().enumerate().map(|(at, id)| one(&history, at, id));
    let patches: Vec<PatchFile> = patches.collect::<Result<_, _>>()?;
    if patches.is_empty() { Err(wrong("it has no commit".to_owned())) } else { Ok(Some((patches, from))) }
}

/// A commit as a patch, which is the number `at`, from 0.
fn one(history: &History, at: usize, id: CommitId) -> Result<PatchFile, TreeError> {
    let about = history.about(id)?;
    let name = format!("{:04}-{}", at + 1, about.subject);
    Ok(PatchFile { name, strip: Some(1), bytes: mail(history, &about)? })
}

/// The commits after `old` up to `new` that are not merges, oldest first. A merge that has the tree of one of its parents adds
/// nothing to the commits of that one; others are added to `merges`.
fn line(
    history: &History,
    old: CommitId,
    new: CommitId,
    merges: &mut Vec<CommitId>,
) -> Result<Option<Vec<CommitId>>, TreeError> {
    let (mut tip, mut found) = (new, Vec::new());
    // Each turn follows another parent of a merge, which is older.
    'turns: loop {
        let Some(ancestry) = history.ancestry(old, tip)? else { return Ok(None) };
        for id in ancestry.ahead.iter().rev() {
            let parents = history.parents(*id)?;
            if parents.len() < 2 {
                found.push(*id);
                continue;
            }
            let tree = history.tree(*id)?.tree_id();
            let mut same = None;
            for (at, parent) in parents.iter().enumerate() {
                if same.is_none() && history.tree(*parent)?.tree_id() == tree {
                    same = Some((at, *parent));
                }
            }
            match same {
                Some((0, _)) => {}
                Some((_, parent)) => {
                    tip = parent;
                    continue 'turns;
                }
                None => merges.push(*id),
            }
        }
        found.reverse();
        return Ok(Some(found));
    }
}

/// A commit as a mail. A file that is not text is in it line by line, byte for byte: the reader of patches minds no byte.
fn mail(history: &History, about: &Commit) -> Result<Vec<u8>, TreeError> {
    let Commit { author, address, mail_date, subject, body, .. } = about;
    let mut out = format!("From: {author} <{address}>\nDate: {mail_date}\nSubject: {subject}\n\n");
    for line in body.lines() {
        // A line that looks like the start of a diff is text here.
        let starts = ["diff -", "--- ", "+++ ", "@@ -", "Index: ", "==== ", "***", "---"];
        let is_diff = starts.iter().any(|start| line.trim_start().starts_with(start));
        out.push_str(if is_diff { "> " } else { "" });
        out.push_str(line);
        out.push('\n');
    }
    let mut out = out.into_bytes();
    out.extend_from_slice(b"---\n\n");
    let parent = match history.parents(about.id)?.first() {
        Some(parent) => Some(history.tree(*parent)?),
        None => None,
    };
    let tree = history.tree(about.id)?;
    for file in history.files(about.id)? {
        out.extend(diff(&file, parent.as_ref(), &tree)?);
    }
    Ok(out)
}

fn diff(file: &CommitFile, parent: Option<&GitTree>, tree: &GitTree) -> Result<Vec<u8>, TreeError> {
    let before = match (parent, &file.old) {
        (Some(parent), Some(path)) => contents(parent, path)?,
        _ => None,
    };
    let after = match &file.new {
        Some(path) => contents(tree, path)?,
        None => None,
    };
    match (&file.old, &file.new, &before, &after) {
        (Some(from), Some(to), Some(old), Some(new)) if from != to => {
            Ok(text::renamed(from.as_str(), to.as_str(), side(old), side(new)))
        }
        (_, Some(path), ..) | (Some(path), None, ..) => {
            Ok(FileChange { path: path.clone(), before, after, rewrites: Vec::new() }.diff())
        }
        (None, None, ..) => Ok(Vec::new()),
    }
}

fn side(file: &File) -> Side<'_> {
    Side { bytes: &file.bytes, executable: file.executable, is_link: file.is_link }
}
