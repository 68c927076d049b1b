//! Finds the file that a file became in another version.

use std::collections::HashSet;

use crate::contents::Contents;
use crate::merge::{Line, Versions};
use crate::tree::{Tree, TreeError, TreePath};

/// Names that CPython gave files whose contents it kept; the contents still have to agree.
const RENAMED: [(&str, &str); 2] =
    [("configure.in", "configure.ac"), ("Modules/Setup.dist", "Modules/Setup")];

/// The share of the lines of a file that must be in the one that it became.
const CONTAINED: f64 = 0.5;
/// The same for a file of few lines, which others may have by chance.
const CONTAINED_SMALL: f64 = 0.7;
const SMALL: usize = 20;
/// Two files of one name with less in common are two things.
pub(super) const RELATED: f64 = 0.2;
/// Below this share, a file in which the change does not fit is not taken for the one that it became.
pub(super) const CERTAIN: f64 = 0.65;
/// The same for the lines around its edits.
const CONTAINED_NEAR: f64 = 0.65;
/// How many lines around an edit count.
const AROUND: usize = 12;

/// A file that another one may have become.
pub(super) struct Successor {
    pub path: TreePath,
    pub bytes: Contents,
    /// The share of the lines of the old file that it has.
    pub contained: f64,
}

/// Why no file is the one that another became.
pub(super) struct NotFound {
    pub why: String,
    /// The share of its lines that the file has that has most of them.
    pub contained: f64,
}

/// The file of `to` that has most of the lines of `base`; why it is not the one it became, if it is not.
pub(super) fn successor(
    path: &TreePath,
    base: &[u8],
    from: &dyn Tree,
    to: &dyn Tree,
) -> Result<Result<Successor, NotFound>, TreeError> {
    let wanted: HashSet<Vec<u8>> = significant(base).collect();
    let mut best: Option<Successor> = None;
    for candidate in candidates(path, from, to)? {
        let Ok(Some(file)) = to.read(&candidate) else { continue };
        let there: HashSet<Vec<u8>> = significant(&file.bytes).filter(|line| wanted.contains(line)).collect();
        let contained = there.len() as f64 / wanted.len().max(1) as f64;
        if best.as_ref().is_none_or(|best| contained > best.contained) {
            best = Some(Successor { path: candidate, bytes: file.bytes, contained });
        }
    }
    let Some(best) = best else {
        return Ok(Err(NotFound { why: "no new file has its lines".to_owned(), contained: 0.0 }));
    };
    let percent = best.contained * 100.0;
    let first = |path: &TreePath| path.as_str().split('/').next().map(str::to_owned);
    let is_far = path.as_str().contains('/') && first(path) != first(&best.path);
    let least = if wanted.len() < SMALL { CONTAINED_SMALL } else { CONTAINED };
    if best.contained < least || is_far {
        let why = format!("the new file that has most of its lines is {}: {percent:.0} %", best.path);
        return Ok(Err(NotFound { why, contained: best.contained }));
    }
    Ok(Ok(best))
}

/// The `__init__.py` of `to` if the module at `path` became a package.
pub(super) fn package(
    path: &TreePath,
    from: &dyn Tree,
    to: &dyn Tree,
) -> Result<Option<TreePath>, TreeError> {
    let init = path.as_str().strip_suffix(".py").and_then(|stem| format!("{stem}/__init__.py").parse().ok());
    let Some(init): Option<TreePath> = init else { return Ok(None) };
    let is_new = to.read(&init)?.is_some() && from.read(&init)?.is_none();
    Ok(is_new.then_some(init))
}

/// Whether the lines around the edits are in the new file.
pub(super) fn is_near_there(
    versions: &Versions,
    edits: impl Iterator<Item = std::ops::Range<usize>>,
) -> bool {
    let there: HashSet<usize> = versions.theirs.iter().map(|line| line.loose).collect();
    let is_significant = |line: &&Line| crate::merge::collapsed(&line.text).len() >= 8;
    let mut near = HashSet::new();
    for edit in edits {
        let around = edit.start.saturating_sub(AROUND)..(edit.end + AROUND).min(versions.base.len());
        near.extend(versions.base[around].iter().filter(is_significant).map(|line| line.loose));
    }
    let kept = near.iter().filter(|line| there.contains(line)).count();
    near.is_empty() || kept as f64 / near.len() as f64 >= CONTAINED_NEAR
}

/// The files of `to` that `from` does not have, with the same extension, and what CPython is known to have renamed it to.
fn candidates(path: &TreePath, from: &dyn Tree, to: &dyn Tree) -> Result<Vec<TreePath>, TreeError> {
    let extension =
        |path: &TreePath| path.file_name().rsplit_once('.').map(|(_, extension)| extension.to_owned());
    let old: HashSet<TreePath> = from.files()?.into_iter().collect();
    let known: Vec<&str> =
        RENAMED.iter().filter(|(name, _)| *name == path.as_str()).map(|(_, new)| *new).collect();
    let wanted = extension(path);
    Ok(to
        .files()?
        .into_iter()
        .filter(|new| known.contains(&new.as_str()) || !old.contains(new) && extension(new) == wanted)
        .collect())
}

fn significant(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    bytes.split(|byte| *byte == b'\n').map(crate::merge::collapsed).filter(|line| line.len() >= 8)
}

/// How similar two files are: twice the lines that both have by the lines of both, from 0 to 1.
pub(super) fn dice(one: &[u8], two: &[u8]) -> f64 {
    let lines = |bytes: &[u8]| -> HashSet<Vec<u8>> {
        bytes
            .split(|byte| *byte == b'\n')
            .map(crate::merge::collapsed)
            .filter(|line| !line.is_empty())
            .collect()
    };
    let (one, two) = (lines(one), lines(two));
    if one.is_empty() && two.is_empty() {
        return 1.0;
    }
    2.0 * one.intersection(&two).count() as f64 / (one.len() + two.len()) as f64
}
