//! Since when a thing is gone, where the columns of a matrix do not tell.

use std::collections::BTreeMap;

use super::cell::{Cell, Verdict};
use super::matrix::Matrix;
use crate::version::Version;

/// Looks for the first release without a thing, between the version that a patchset was written for and each
/// obsolete cell whose reason does not say it: by halving, so that few of `releases`, which are in the order of
/// versions, are judged. What is gone is taken to stay gone. `judge` gives the cells on a release, or nothing
/// where it cannot be read.
pub fn tell_since(
    matrix: &mut Matrix,
    base: &Version,
    releases: &[Version],
    judge: &mut dyn FnMut(usize) -> Option<Vec<Cell>>,
) {
    let mut judged: BTreeMap<usize, Option<Vec<Cell>>> = BTreeMap::new();
    for column in &mut matrix.columns {
        let (Some(version), Ok(cells)) = (column.version.clone(), &mut column.cells) else { continue };
        // What an older version lacks is not gone: it is not there yet.
        if version <= *base {
            continue;
        }
        let between = |one: &Version| base < one && *one < version;
        let way: Vec<usize> = (0..releases.len()).filter(|at| between(&releases[*at])).collect();
        let is_untold = |cell: &&mut Cell| {
            let told = cell.reason.as_ref().is_some_and(|reason| reason.starts_with("gone since"));
            cell.verdict == Verdict::Obsolete && !told
        };
        for cell in cells.iter_mut().filter(is_untold) {
            let row = cell.row();
            let mut gone_at = |at: usize| {
                let cells = judged.entry(at).or_insert_with(|| judge(at)).as_ref()?;
                let found = cells.iter().filter(|cell| cell.row() == row).map(|cell| cell.verdict).max();
                Some(found == Some(Verdict::Obsolete))
            };
            let (mut low, mut high) = (0, way.len());
            while low < high {
                let middle = usize::midpoint(low, high);
                match gone_at(way[middle]) {
                    Some(true) => high = middle,
                    Some(false) => low = middle + 1,
                    // It says nothing; the search goes on in what is older.
                    None => high = middle,
                }
            }
            let first = way.get(high).map_or(&version, |at| &releases[*at]);
            let last = high.checked_sub(1).and_then(|at| way.get(at)).map_or(base, |at| &releases[*at]);
            let told = format!("gone since {first} (still there in {last})");
            cell.reason = Some(match &cell.reason {
                Some(reason) => format!("{told}: {reason}"),
                None => told,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::port::Column;

    fn cell(verdict: Verdict, version: &Version) -> Cell {
        Cell {
            edit: "e".to_owned(),
            part: None,
            change: Some(0),
            source: String::new(),
            version: Some(version.clone()),
            verdict,
            places: Vec::new(),
            candidates: Vec::new(),
            reason: Some("it is not there".to_owned()),
        }
    }

    #[test]
    fn few_releases_are_judged_to_find_the_first_without_it() {
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
        tell_since(&mut matrix, &version(0), &releases, &mut |at| {
            asked += 1;
            let verdict = if releases[at] >= version(37) { Verdict::Obsolete } else { Verdict::Applies };
            Some(vec![cell(verdict, &releases[at])])
        });
        let reason = matrix.cells().next().unwrap().reason.clone().unwrap();
        assert_eq!(reason, "gone since 3.37 (still there in 3.36): it is not there");
        assert!(asked <= 7, "{asked}");
    }
}
