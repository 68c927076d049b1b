//! Compares an anchor with the one on the release that the patchset was written for.

use std::collections::BTreeSet;

use super::cell::Verdict;
use super::finding::Finding;
use super::judging::JudgedPart;
use crate::edit::{AnchorLine, FirstDifference, Overwritten};
use crate::operation::Compared;
use crate::tree::{Location, TreeError};

/// Judges a part that fits, by comparing its lines with those of the release that the patchset was written for. An anchor
/// on a different line may be another thing of the same name.
pub(super) fn compare(judged: JudgedPart<'_>, places: &[Location]) -> Result<Finding, TreeError> {
    let JudgedPart { judging, change, part, .. } = judged;
    if judging.baseline.is_none() || judging.in_range {
        return Ok(Finding::at(Verdict::Applies, places));
    }
    let (before, now) = (judged.lines_before(), judged.lines_now()?);
    if part.compared == Compared::Value {
        return compare_overwritten(judged, places);
    }
    if part.compared == Compared::Existence {
        if before.is_empty() && !now.is_empty() {
            let why = format!("the tree has its own {}: the macros are appended to it", part.file);
            return Ok(Finding::same_place(change, places, &why));
        }
        return Ok(Finding::at(Verdict::Applies, places));
    }
    let lines = |anchors: &[AnchorLine]| anchors.iter().map(AnchorLine::normalized).collect::<BTreeSet<_>>();
    if before.is_empty() || now.is_empty() || lines(before) == lines(&now) {
        let is_elsewhere = before.first().zip(now.first()).is_some_and(|(a, b)| a.file != b.file);
        let is_same = before.iter().map(|line| &line.text).eq(now.iter().map(|line| &line.text));
        let verdict = if is_elsewhere && is_same { Verdict::Moved } else { Verdict::Applies };
        return Ok(Finding::at(verdict, places));
    }
    let old = lines(before).into_iter().find(|line| !lines(&now).contains(line)).unwrap_or_default();
    let places: Vec<Location> = now.iter().map(AnchorLine::location).collect();
    Ok(Finding::same_place(change, &places, &format!("the line was `{old}`")))
}

/// Judges a part that fits, by comparing the text that it overwrites. Upstream may have given a name another value, or a
/// function another body, for which the new text is not made.
fn compare_overwritten(judged: JudgedPart<'_>, places: &[Location]) -> Result<Finding, TreeError> {
    let (before, now) = (judged.overwritten_before(), judged.overwritten_now()?);
    let is_known = |new: &Overwritten| before.iter().any(|old| old.difference(new).is_none());
    let unknown = now.iter().position(|new| !is_known(new));
    let (Some(unknown), Some(first)) = (unknown, before.first()) else {
        return Ok(Finding::at(Verdict::Applies, places));
    };
    let old = before.get(unknown).filter(|_| before.len() == now.len()).unwrap_or(first);
    let Some(difference) = old.difference(&now[unknown]) else {
        return Ok(Finding::at(Verdict::Applies, places));
    };
    let is_first = |line: usize| places.first().is_some_and(|place| place.line == line);
    let why = match difference {
        FirstDifference { old, new: Some((new, line)) } => {
            let was = match old {
                Some(old) if old == new => "was in another block".to_owned(),
                Some(old) => format!("was `{old}`"),
                None => "is new".to_owned(),
            };
            let at = if is_first(line) { String::new() } else { format!(" in line {line}") };
            format!("it overwrites `{new}`{at}, which {was}")
        }
        FirstDifference { old, new: None } => {
            format!("`{}` is no longer in what it overwrites", old.unwrap_or_default())
        }
    };
    Ok(Finding::same_place(judged.change, places, &why))
}
