//! A file under another name, found by its contents.

use std::collections::BTreeSet;

use super::super::cell::{Spot, Verdict};
use super::super::judge::Judging;
use super::{Look, candidate, fits};
use crate::edit::{Outcome, Part};
use crate::patchset::Edit;
use crate::plan::anchors;
use crate::tree::{TreeError, TreePath};

/// From this much of the lines in common on, a file may be the old one under another name: configure.in of
/// 2.5 and configure.ac of 3.13 share 0.38.
const MAY_BE: f64 = 0.3;

/// From this much on, it is: Modules/python.c of 2.5 and Programs/python.c of 3.6 share 0.69.
const IS: f64 = 0.5;

/// The file that the edit is for is not there.
pub(super) fn gone(judging: &Judging<'_>, edit: &Edit, index: usize, part: &Part) -> Result<Look, TreeError> {
    let change = &edit.changes[index];
    let what = match &part.outcome {
        Outcome::Missing { what, .. } => what.clone(),
        _ => format!("there is no {}", part.file),
    };
    let mut candidates = Vec::new();
    for (path, like) in renamed(judging, &change.file)? {
        let mut moved = change.clone();
        moved.file = vec![path.clone()];
        let text = judging.bytes(&path)?.unwrap_or_default();
        let why = format!("{:.0} % of its lines are those of {}", like * 100.0, change.file[0]);
        if !fits(judging, edit, &moved)? {
            candidates.push(candidate(
                &path,
                &text,
                &[0],
                &format!("{why}, but the anchor is not there"),
                None,
            ));
            continue;
        }
        let parts = judging.resolve(edit, &moved)?;
        let places: Vec<Spot> = parts
            .iter()
            .filter_map(|one| match &one.outcome {
                Outcome::Change(places) | Outcome::Already(places) => Some(places),
                _ => None,
            })
            .flatten()
            .map(|place| Spot { file: place.file.clone(), line: place.line })
            .collect();
        let same = judging.meaning.is_some_and(|meaning| {
            let before = meaning.anchors(&edit.id, index, part.name.as_deref());
            let now: Vec<_> = parts.iter().flat_map(|one| anchors(&moved, one, &text)).collect();
            !before.is_empty()
                && before.len() == now.len()
                && before.iter().zip(&now).all(|(a, b)| a.text == b.text)
        });
        if same && like >= IS && candidates.is_empty() {
            let mut found = candidate(&path, &text, &[0], &why, Some(moved));
            found.places.clone_from(&places);
            return Ok(Look {
                verdict: Verdict::Moved,
                places,
                candidates: vec![found],
                reason: Some(format!("{what}; {why}")),
            });
        }
        let mut found = candidate(&path, &text, &[0], &why, Some(moved));
        found.places = places;
        candidates.push(found);
    }
    Ok(Look::candidates(candidates, Verdict::Obsolete, &what))
}

/// Files of the tree whose names come near, and how much of their lines is the same, the most first.
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
        // A file of a few lines is like many.
        if like >= MAY_BE && new_lines.len() >= 5 {
            found.push((path.clone(), like));
        }
    }
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(found)
}

/// Whether a name may be another one of a file: the same in another folder, the same but for its ending, or
/// one that goes on where the old one ends (`_bootstrap` and `_bootstrap_external`).
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

/// Whether a file may move from one folder to another and mean the same: within the library, or among the
/// folders that the interpreter is built from. Copies that tools, demos and tests keep are none of it
/// (Tools/c-analyzer has a distutils of its own).
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

/// The lines that tell a file from another: without blanks, and long enough to be its own.
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
    fn names_that_a_file_may_have() {
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
