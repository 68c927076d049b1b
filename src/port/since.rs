//! Bisects releases for the one that removed what an edit changes, if the columns of a matrix do not show it.

use std::collections::BTreeMap;

use super::cell::{Cell, GoneSince, Verdict};
use super::matrix::Column;
use crate::version::Version;

/// Sets [`Cell::gone_since`] of each obsolete cell that lacks it, by bisection between the version that the patchset was
/// written for and the version of the cell, so that few of `releases` are judged. `releases` are in the order of versions;
/// what one release removed is assumed to stay removed. `judge` gives the cells on a release, or `None` if it cannot be
/// read.
pub fn find_gone_since<'a>(
    columns: impl IntoIterator<Item = &'a mut Column>,
    base: &Version,
    releases: &[Version],
    judge: &mut dyn FnMut(usize) -> Option<Vec<Cell>>,
) {
    let mut judged: BTreeMap<usize, Option<Vec<Cell>>> = BTreeMap::new();
    for column in columns {
        let (Some(version), Ok(cells)) = (column.version.clone(), &mut column.cells) else { continue };
        // What an older version lacks was not removed: it was not added yet.
        if version <= *base {
            continue;
        }
        let between = |one: &Version| base < one && *one < version;
        let path: Vec<usize> = (0..releases.len()).filter(|at| between(&releases[*at])).collect();
        let is_open = |cell: &&mut Cell| cell.verdict == Verdict::Obsolete && cell.gone_since.is_none();
        for cell in cells.iter_mut().filter(is_open) {
            let row = cell.row();
            let mut gone_at = |at: usize| {
                let cells = judged.entry(at).or_insert_with(|| judge(at)).as_ref()?;
                let mut own = cells.iter().filter(|cell| cell.row() == row).peekable();
                Some(own.peek().is_some() && own.all(|cell| !cell.has_anchor))
            };
            let (mut low, mut high) = (0, path.len());
            while low < high {
                let middle = usize::midpoint(low, high);
                match gone_at(path[middle]) {
                    Some(true) => high = middle,
                    Some(false) => low = middle + 1,
                    // Skip a release that cannot be read: continue with older ones.
                    None => high = middle,
                }
            }
            let first = path.get(high).map_or(&version, |at| &releases[*at]);
            let last = high.checked_sub(1).and_then(|at| path.get(at)).map_or(base, |at| &releases[*at]);
            cell.gone_since = Some(GoneSince { first: first.to_string(), last: last.to_string() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::{Column, Matrix};

    fn cell(verdict: Verdict, version: &Version) -> Cell {
        Cell {
            patchset: None,
            edit: "e".to_owned(),
            part: None,
            change: Some(0),
            requirement: None,
            source: String::new(),
            version: Some(version.clone()),
            verdict,
            places: Vec::new(),
            candidates: Vec::new(),
            reason: Some("it is missing".to_owned()),
            evidence: None,
            has_anchor: verdict != Verdict::Obsolete,
            by_lines: false,
            gone_since: None,
        }
    }

    #[test]
    fn the_release_that_dropped_something_is_found_by_bisection() {
        let version = |minor: usize| format!("3.{minor}").parse::<Version>().unwrap();
        let releases: Vec<Version> = (1..60).map(version).collect();
        let column = Column {
            source: "x".to_owned(),
            version: Some(version(60)),
            patchset: "p".to_owned(),
            cells: Ok(vec![cell(Verdict::Obsolete, &version(60))]),
        };
        let mut matrix = Matrix { patchset: "p".to_owned(), base: None, columns: vec![column] };
        let mut asked = 0;
        find_gone_since(&mut matrix.columns, &version(0), &releases, &mut |at| {
            asked += 1;
            let verdict = if releases[at] >= version(37) { Verdict::Obsolete } else { Verdict::Applies };
            Some(vec![cell(verdict, &releases[at])])
        });
        let reason = matrix.cells().next().unwrap().explanation().unwrap();
        assert_eq!(reason, "gone since 3.37 (still there in 3.36): it is missing");
        assert!(asked <= 7, "{asked}");
    }

    #[test]
    fn of_two_trees_of_one_version_none_shows_since_when_something_is_gone() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        let reasons = |versions: [&str; 2]| {
            let verdicts = [Verdict::Applies, Verdict::Obsolete];
            let column = |(verdict, text): (Verdict, &str)| Column {
                source: text.to_owned(),
                version: Some(version(text)),
                patchset: "p".to_owned(),
                cells: Ok(vec![cell(verdict, &version(text))]),
            };
            let columns = verdicts.into_iter().zip(versions).map(column).collect();
            let mut matrix = Matrix { patchset: "p".to_owned(), base: None, columns };
            matrix.note_gone_since(None);
            matrix.cells().filter_map(Cell::explanation).collect::<Vec<_>>()
        };
        assert_eq!(reasons(["3.8", "3.9"])[1], "gone since 3.9 (still there in 3.8): it is missing");
        assert_eq!(reasons(["3.9", "3.9"])[1], "it is missing");
    }
}
