//! Searches for a file under another name, by its contents.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::cmp::Reverse;
use std::collections::HashSet;

use memchr::memmem;

use super::kind::{area, kind, may_move};
use crate::edit::{AnchorLine, Outcome, unmet};
use crate::operation::Compared;
use crate::patchset::{Fact, Requirement};
use crate::port::cell::Verdict;
use crate::port::finding::{Finding, candidate};
use crate::port::judging::{JudgedPart, Judging};
use crate::port::searched::Sought;
use crate::tree::{Location, TreeError, TreePath};

/// From this share of common lines on, a file may be the old one under another name: configure.in of 2.5 and configure.ac
/// of 3.13 share 0.38.
const MAY_BE: f64 = 0.3;

/// From this share on, it is the old file: Modules/python.c of 2.5 and Programs/python.c of 3.6 share 0.69.
const IS: f64 = 0.5;

/// Why nothing is searched under another name.
pub(super) const NO_BASE: &str = "without the release that the patchset was written for it is not searched under another name (give --base)";

/// Searches for the file of an edit, which does not exist, under another name.
pub(in crate::port) fn gone(judged: JudgedPart<'_>) -> Result<Finding, TreeError> {
    let JudgedPart { judging, edit, change, part, .. } = judged;
    let what = match &part.outcome {
        Outcome::Missing { what, .. } => what.clone(),
        _ => format!("the file {} does not exist", part.file),
    };
    let mut candidates = Vec::new();
    for Renamed { path, like } in renamed(judging, &change.file)? {
        let mut moved = change.clone();
        moved.file = vec![path.clone()];
        let text = judging.contents(&path)?.unwrap_or_default();
        let why = likeness_of(&change.file[0], like);
        if !judging.fits(edit, &moved)? {
            let why = format!("{why}, but the anchor is missing");
            candidates.push(candidate(&path, &text, &[0], &why, None));
            continue;
        }
        let parts = judging.resolve(edit, &moved)?;
        let places: Vec<Location> = parts.iter().flat_map(|one| one.outcome.places()).cloned().collect();
        let before = judged.lines_before();
        let now: Vec<AnchorLine> = parts.iter().flat_map(|one| one.anchor_lines(&text)).collect();
        // An anchor that is a text says all by itself.
        let is_text = part.compared == Compared::Nothing;
        let is_same =
            is_text || !before.is_empty() && before.iter().map(|a| &a.text).eq(now.iter().map(|b| &b.text));
        let mut found = candidate(&path, &text, &[0], &why, Some(moved));
        if let Some(first) = places.first() {
            found.text.clone_from(&first.text);
            found.places.clone_from(&places);
        }
        if is_same && like.is_some_and(|like| like >= IS) && candidates.is_empty() {
            let reason = Some(format!("{what}; {why}"));
            let candidates = vec![found];
            return Ok(Finding { places, candidates, reason, ..Finding::at(Verdict::Moved, &[]) });
        }
        candidates.push(found);
    }
    if candidates.is_empty() && judging.base.is_none() {
        return Ok(Finding::reason(Verdict::Lost, &format!("{what}, and {NO_BASE}")));
    }
    Ok(Finding::candidates(candidates, Verdict::Obsolete, &what))
}

/// Searches for the file of a fact that an edit requires, which does not exist, under another name: the same fact must
/// hold there.
pub(in crate::port) fn moved_fact(
    judging: &Judging<'_>,
    requirement: &Requirement,
) -> Result<Option<Finding>, TreeError> {
    let is_absence = matches!(requirement.fact, Fact::Exists(_) | Fact::Lacks(_));
    if judging.in_range || is_absence || judging.contents(&requirement.file)?.is_some() {
        return Ok(None);
    }
    let found = renamed(judging, std::slice::from_ref(&requirement.file))?;
    let Some(Renamed { path, like: Some(like) }) = found.into_iter().next() else { return Ok(None) };
    let moved = Requirement { file: path.clone(), ..requirement.clone() };
    if like < IS || unmet(&judging.context, &moved)?.is_some() {
        return Ok(None);
    }
    let why = likeness_of(&requirement.file, Some(like));
    Ok(Some(instead(judging, &requirement.file, &path, &why)?))
}

/// Searches for a file that a recipe names, which does not exist, under another name; `None` if no file is like it.
pub(in crate::port) fn moved_file(
    judging: &Judging<'_>,
    file: &TreePath,
) -> Result<Option<Finding>, TreeError> {
    let found = renamed(judging, std::slice::from_ref(file))?;
    let Some(first) = found.first() else { return Ok(None) };
    if first.like.is_some_and(|like| like >= IS) {
        return instead(judging, file, &first.path, &likeness_of(file, first.like)).map(Some);
    }
    let mut candidates = Vec::new();
    for Renamed { path, like } in &found {
        candidates.extend(instead(judging, file, path, &likeness_of(file, *like))?.candidates);
    }
    let what = format!("the file {file} does not exist");
    Ok(Some(Finding::candidates(candidates, Verdict::Obsolete, &what)))
}

/// The finding that configure's source has its other name.
pub(in crate::port) fn known_as(
    judging: &Judging<'_>,
    file: &TreePath,
    path: &TreePath,
) -> Result<Finding, TreeError> {
    instead(judging, file, path, &format!("configure is made from {path}"))
}

/// The finding that a file is another one now.
fn instead(judging: &Judging<'_>, file: &TreePath, path: &TreePath, why: &str) -> Result<Finding, TreeError> {
    let text = judging.contents(path)?.unwrap_or_default();
    let found = candidate(path, &text, &[0], why, None);
    let places = found.places.clone();
    let candidates = vec![found.replacing(path.to_string())];
    let reason = Some(format!("the file {file} does not exist; {why}"));
    Ok(Finding { candidates, reason, ..Finding::at(Verdict::Moved, &places) })
}

/// Why a file may be `file` under a new name.
fn likeness_of(file: &TreePath, like: Option<f64>) -> String {
    match like {
        Some(like) => format!("{:.0} % of its lines are those of {file}", like * 100.0),
        None => format!("a new name that {file} may have"),
    }
}

/// A file that may be another one under a new name.
struct Renamed {
    path: TreePath,
    /// The share of lines that they have in common; `None` if the old file is not available.
    like: Option<f64>,
}

/// Files of the tree that may have been renamed from one of `names`, the most similar first: those of a related name, or
/// else of any name.
fn renamed(judging: &Judging<'_>, names: &[TreePath]) -> Result<Vec<Renamed>, TreeError> {
    let old = names
        .iter()
        .find_map(|name| judging.base_bytes(name).transpose().map(|bytes| bytes.map(|bytes| (name, bytes))))
        .transpose()?;
    let is_related =
        |path: &&TreePath| names.iter().any(|old| may_be_called(old, path)) && !names.contains(path);
    let related: Vec<&TreePath> = judging.files()?.iter().filter(is_related).collect();
    let Some((old_path, old)) = old else {
        let all = related.into_iter().map(|path| Renamed { path: path.clone(), like: None });
        return Ok(all.collect());
    };
    let found = similar(judging, old_path, &old, &related, MAY_BE)?;
    if !found.is_empty() {
        return Ok(found);
    }
    let (kind_of_old, area) = (kind(old_path), area(old_path));
    let is_other = |path: &TreePath| kind(path) == kind_of_old && may_move(old_path, path);
    let others = judging.like(format!("{kind_of_old} moved in {area}"), is_other)?;
    let others: Vec<_> = others.iter().filter(|file| !names.contains(&file.path)).collect();
    let telling = longest_lines(&old);
    let sought = |_| Sought::Lines(telling.iter().map(|line| line.to_vec()).collect());
    let count = |_: &TreePath, text: &[u8]| {
        let found = telling.iter().filter(|line| memmem::find(text, line).is_some()).count();
        // Fewer than the share that counts, as the blanks of some may differ.
        if found * 3 >= telling.len() { found } else { 0 }
    };
    let others = judging.having(&others, &sought, &count)?;
    similar(judging, old_path, &old, &others.iter().map(|(path, _)| path).collect::<Vec<_>>(), IS)
}

/// Those of `paths` that have at least this share of the lines of `old`, the most similar first.
fn similar(
    judging: &Judging<'_>,
    old_path: &TreePath,
    old: &[u8],
    paths: &[&TreePath],
    least: f64,
) -> Result<Vec<Renamed>, TreeError> {
    let old_lines = OnceCell::new();
    let like = |text: &[u8]| {
        let (old_lines, new_lines) = (old_lines.get_or_init(|| lines(old)), lines(text));
        let shorter = old_lines.len().min(new_lines.len()).max(1);
        // A short file is similar to many others, unless all of it is the same.
        let is_long = new_lines.len() >= 5 || *old_lines == new_lines && !old_lines.is_empty();
        let share = old_lines.intersection(&new_lines).count() as f64 / shorter as f64;
        if is_long { share } else { 0.0 }
    };
    let mut found = Vec::new();
    for path in paths {
        let like = judging.likeness(old_path, path, like)?;
        if like >= least {
            found.push((like, (*path).clone()));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    Ok(found.into_iter().map(|(like, path)| Renamed { path, like: Some(like) }).collect())
}

/// Lines of a text that other files do not have by accident. Comparing all lines of all files would be slow.
fn longest_lines(text: &[u8]) -> Vec<&[u8]> {
    const MOST: usize = 12;
    let mut all: Vec<&[u8]> = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).collect();
    all.retain(|line| line.len() >= 8);
    all.sort_by_key(|line| Reverse(line.len()));
    all.truncate(MOST);
    all
}

/// Whether `new` may be a new name of `old`: the same name in another folder or with another extension, or a longer name
/// that contains it (`_bootstrap` and `_bootstrap_external`).
fn may_be_called(old: &TreePath, new: &TreePath) -> bool {
    if old.file_name() == new.file_name() && old.file_name() != "__init__.py" {
        return may_move(old, new);
    }
    // A module that became a package, and the reverse.
    let package = |module: &TreePath, package: &TreePath| {
        let folder = package.as_str().strip_suffix("/__init__.py");
        folder.is_some() && folder == module.as_str().strip_suffix(".py")
    };
    if package(old, new) || package(new, old) {
        return true;
    }
    let folder = |path: &TreePath| path.as_str().len() - path.file_name().len();
    let is_in_folder = new.as_str()[..folder(new)] == old.as_str()[..folder(old)];
    let (was, is) = (stem(old), stem(new));
    is_in_folder && !was.is_empty() && (was == is || (is.contains(was) && ending(old) == ending(new)))
}

/// The name of a file up to its first dot.
fn stem(path: &TreePath) -> &str {
    path.file_name().split('.').next().unwrap_or_default()
}

/// What follows its last dot, or the whole name.
fn ending(path: &TreePath) -> Option<&str> {
    path.file_name().rsplit('.').next()
}

/// The lines by which a file is recognised: normalized to single blanks, without short ones, which many files share.
fn lines(text: &[u8]) -> HashSet<Cow<'_, [u8]>> {
    let all = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| line.len() >= 8);
    all.map(single_blanks).filter(|line| line.len() >= 8).collect()
}

/// A trimmed line with single blanks between its words.
fn single_blanks(line: &[u8]) -> Cow<'_, [u8]> {
    let is_other = |pair: &[u8]| pair == b"  " || pair[0] != b' ' && pair[0].is_ascii_whitespace();
    if !line.windows(2).any(is_other) {
        return Cow::Borrowed(line);
    }
    let words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    Cow::Owned(words.collect::<Vec<_>>().join(&b' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_only_in_blanks_are_equal() {
        let text = lines(b"\tlong  enough\r\nlong\tenough\n long enough \nshort   x\n");
        assert_eq!(text.into_iter().collect::<Vec<_>>(), [&b"long enough"[..]]);
    }

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
        assert!(may("Lib/sysconfig.py", "Lib/sysconfig/__init__.py"));
        assert!(!may("Lib/sysconfig/__init__.py", "Lib/json/__init__.py"));
    }
}
