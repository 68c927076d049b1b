//! The matrix of catamount-py2.5 agrees with what people read from the real trees (tests/truth/catamount-py2.5.tsv).
//!
//! The anchors to compare with come from the accepted snapshot of the release that the patchset was written for, and
//! from that release, too, if it is available locally.

use std::collections::BTreeMap;

use pypatch::patchset::Catalog;
use pypatch::plan::Baseline;
use pypatch::port::{Cell, judge};
use pypatch::snapshot::{self, Store};
use pypatch::tree::Location;

use crate::common::pins;

const PATCHSET: &str = "catamount-py2.5";
const BASE: &str = "python-2.5";

/// A line of the table: the verdict on a row, and the lines or files of the anchor.
struct Truth {
    row: String,
    verdict: String,
    places: Vec<String>,
}

/// The table by version.
fn truth() -> BTreeMap<String, Vec<Truth>> {
    let mut all: BTreeMap<String, Vec<Truth>> = BTreeMap::new();
    for line in include_str!("../truth/catamount-py2.5.tsv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [_, edit, part, version, verdict, places] = fields[..] else { panic!("{line}") };
        let row = if part.is_empty() { edit.to_owned() } else { format!("{edit}/{part}") };
        let places = places.split(' ').filter(|place| !place.is_empty()).map(str::to_owned).collect();
        all.entry(version.to_owned()).or_default().push(Truth { row, verdict: verdict.to_owned(), places });
    }
    all
}

/// Where the cells of one version disagree with the table. Without the release that the patchset was written for, a cell
/// is open where only its contents show that something is obsolete.
fn disagreements(cells: &[Cell], truth: &[Truth], has_base: bool) -> Vec<String> {
    let mut found = Vec::new();
    for one in truth {
        let Some(cell) = cells.iter().find(|cell| cell.row() == one.row) else {
            found.push(format!("{}: no cell", one.row));
            continue;
        };
        let reason = cell.reason.as_deref().unwrap_or_default();
        let is_open = !has_base && cell.verdict.is_open() && reason.contains("(give --base)");
        if one.verdict == "obsolete" && is_open {
            continue;
        }
        if cell.verdict.name() != one.verdict {
            found.push(format!("{}: {} for {} ({reason})", one.row, cell.verdict.name(), one.verdict));
            continue;
        }
        // The anchor that people found must be the first candidate.
        let places: Vec<&Location> = match cell.candidates.first() {
            Some(first) => first.places.iter().collect(),
            None => cell.places.iter().collect(),
        };
        let is_known = |found: &&Location| {
            let (file, place) = (found.file.to_string(), format!("{}:{}", found.file, found.line));
            one.places.iter().any(|known| *known == place || *known == file)
        };
        if !one.places.is_empty() && !places.iter().any(is_known) {
            found.push(format!("{}: {places:?} is none of {:?}", one.row, one.places));
        }
    }
    found
}

#[test]
fn every_cell_agrees_with_the_truth_table() {
    let patchset = Catalog::default().load(PATCHSET).unwrap();
    let body = Store::new("snapshots").read(PATCHSET, BASE).unwrap().unwrap();
    let accepted = snapshot::baseline(&body).unwrap();
    let base = pins::open(BASE);
    let (truth, mut missing, mut wrong) = (truth(), Vec::new(), Vec::new());
    for (version, truth) in &truth {
        let pin = format!("python-{version}");
        let Some(tree) = pins::open(&pin) else {
            missing.push(pin);
            continue;
        };
        let cells = judge(&patchset, Some(&accepted), None, tree.as_ref()).unwrap();
        wrong.extend(disagreements(&cells, truth, false).into_iter().map(|what| format!("{version} {what}")));
        if let Some(base) = &base {
            let baseline = Baseline::read(&patchset, base.as_ref()).unwrap();
            let cells = judge(&patchset, Some(&baseline), Some(base.as_ref()), tree.as_ref()).unwrap();
            let found = disagreements(&cells, truth, true).into_iter();
            wrong.extend(found.map(|what| format!("{version} (with the release) {what}")));
        }
    }
    pins::report_missing("verdicts of a matrix", truth.len(), &missing);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
