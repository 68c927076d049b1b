//! Searches for a file under another name, by its contents.

use std::collections::BTreeSet;

use crate::edit::{AnchorLine, Outcome, Part};
use crate::port::cell::Verdict;
use crate::port::finding::{Finding, candidate};
use crate::port::judging::{JudgedPart, Judging};
use crate::tree::{Location, TreeError, TreePath};

/// From this share of common lines on, a file may be the old one under another name: configure.in of 2.5 and configure.ac
/// of 3.13 share 0.38.
const MAY_BE: f64 = 0.3;

/// From this share on, it is the old file: Modules/python.c of 2.5 and Programs/python.c of 3.6 share 0.69.
const IS: f64 = 0.5;

/// Searches for the file of an edit, which does not exist, under another name.
pub(super) fn gone(judged: JudgedPart<'_>) -> Result<Finding, TreeError> {
    let JudgedPart { judging, edit, change, part, .. } = judged;
    let what = match &part.outcome {
        Outcome::Missing { what, .. } => what.clone(),
        _ => format!("the file {} does not exist", part.file),
    };
    let mut candidates = Vec::new();
    for (path, like) in renamed(judging, &change.file)? {
        let mut moved = change.clone();
        moved.file = vec![path.clone()];
        let text = judging.bytes(&path)?.unwrap_or_default();
        let why = format!("{:.0} % of its lines are those of {}", like * 100.0, change.file[0]);
        if !judging.fits(edit, &moved)? {
            let why = format!("{why}, but the anchor is missing");
            candidates.push(candidate(&path, &text, &[0], &why, None));
            continue;
        }
        let parts = judging.resolve(edit, &moved)?;
        let places_of = |one: &Part| match &one.outcome {
            Outcome::Change(places) | Outcome::Already(places) => places.clone(),
            _ => Vec::new(),
        };
        let places: Vec<Location> = parts.iter().flat_map(places_of).collect();
        let before = judged.lines_before();
        let now: Vec<AnchorLine> = parts.iter().flat_map(|one| one.anchor_lines(&text)).collect();
        let is_same = !before.is_empty() && before.iter().map(|a| &a.text).eq(now.iter().map(|b| &b.text));
        let mut found = candidate(&path, &text, &[0], &why, Some(moved));
        found.places.clone_from(&places);
        if is_same && like >= IS && candidates.is_empty() {
            let reason = Some(format!("{what}; {why}"));
            return Ok(Finding { verdict: Verdict::Moved, places, candidates: vec![found], reason });
        }
        candidates.push(found);
    }
    Ok(Finding::candidates(candidates, Verdict::Obsolete, &what))
}

/// Files of the tree that may have been renamed from one of `names`, and the share of lines that they have in common, the
/// largest first.
fn renamed(judging: &Judging<'_>, names: &[TreePath]) -> Result<Vec<(TreePath, f64)>, TreeError> {
    let Some((old_path, old)) = names
        .iter()
        .find_map(|name| judging.base_bytes(name).transpose().map(|bytes| bytes.map(|bytes| (name, bytes))))
        .transpose()?
    else {
        return Ok(Vec::new());
    };
    let old_lines = lines(&old);
    let mut found = Vec::new();
    for path in judging.files()? {
        if names.contains(path) || !may_be_called(old_path, path) {
            continue;
        }
        let Some(text) = judging.bytes(path)? else { continue };
        let new_lines = lines(&text);
        let least = old_lines.len().min(new_lines.len()).max(1);
        let like = old_lines.intersection(&new_lines).count() as f64 / least as f64;
        // A short file is similar to many others.
        if like >= MAY_BE && new_lines.len() >= 5 {
            found.push((path.clone(), like));
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(found)
}

/// Whether `new` may be a new name of `old`: the same name in another folder or with another extension, or a longer name
/// that contains it (`_bootstrap` and `_bootstrap_external`).
fn may_be_called(old: &TreePath, new: &TreePath) -> bool {
    let stem = |path: &TreePath| path.file_name().split('.').next().unwrap_or("").to_owned();
    let (was, is) = (stem(old), stem(new));
    let ending = |path: &TreePath| path.file_name().rsplit('.').next().map(str::to_owned);
    if old.file_name() == new.file_name() {
        return may_move(old, new);
    }
    let same_folder = old.parent() == new.parent();
    same_folder && !was.is_empty() && (was == is || (is.contains(&was) && ending(old) == ending(new)))
}

/// Whether a file may have moved from one folder to another: within the library, or among the folders that the interpreter
/// is built from. Copies of tools, demos and tests do not count (Tools/c-analyzer has its own distutils).
fn may_move(old: &TreePath, new: &TreePath) -> bool {
    const BUILT: [&str; 6] = ["Modules", "Python", "Programs", "Objects", "Parser", "Include"];
    let top =
        |path: &TreePath| path.as_str().split_once('/').map_or(String::new(), |(top, _)| top.to_owned());
    let (old, new) = ((top(old), old), (top(new), new));
    let is_test =
        |path: &TreePath| ["/test/", "/tests/", "/idlelib/"].iter().any(|part| path.as_str().contains(part));
    let built = |top: &str| BUILT.contains(&top);
    !is_test(new.1) && (old.0 == new.0 || (built(&old.0) && built(&new.0)))
}

/// The lines by which a file is recognised: normalized to single blanks, without short ones, which many files share.
fn lines(text: &[u8]) -> BTreeSet<Vec<u8>> {
    text.split(|b| *b == b'\n')
        .map(|line| {
            line.split(u8::is_ascii_whitespace)
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(&b' ')
        })
        .filter(|line| line.len() >= 8)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_have_a_related_name() {
        let may = |old: &str, new: &str| may_be_called(&old.parse().unwrap(), &new.parse().unwrap());
        assert!(may("configure.in", "configure.ac"));
        assert!(may("Modules/Setup.dist", "Modules/Setup"));
        assert!(may("Modules/python.c", "Programs/python.c"));
        assert!(may("Lib/importlib/_bootstrap.py", "Lib/importlib/_bootstrap_external.py"));
        assert!(!may("Lib/distutils/unixccompiler.py", "Tools/c-analyzer/distutils/unixccompiler.py"));
        assert!(!may("Modules/python.c", "Programs/_testembed.c"));
        assert!(!may("Python/import.c", "Python/importdl.h"));
    }
}
